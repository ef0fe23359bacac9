//! The surroundings of a running job.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bchan_archive::Observer;

use crate::engine::Engine;
use crate::engine_error::Error;

/// Tells long-running work to stop. Clones share one flag.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancel(Arc<AtomicBool>);

impl Cancel {
    pub(crate) fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// The error of work that has stopped because of this.
    pub(crate) fn error() -> Error {
        Error::unavailable("the server stopped before it was done")
    }

    /// Fails if work is to stop.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.is_cancelled() {
            return Err(Self::error());
        }
        Ok(())
    }
}

impl Observer for Cancel {
    fn proceed(&mut self, _count: u64) -> io::Result<()> {
        if self.is_cancelled() {
            return Err(io::Error::other("the server is stopping"));
        }
        Ok(())
    }
}

/// Everything that a job works with.
pub(crate) struct JobContext<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) cancel: &'a Cancel,
    /// Runs the other jobs that are due.
    pub(crate) run_others: &'a dyn Fn(),
}
