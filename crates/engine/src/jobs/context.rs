//! The surroundings of a running job.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bchan_archive::Observer;

use crate::engine::Engine;
use crate::error::Error;

/// Tells long-running work to stop. Clones share one flag.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// The error of work that has stopped because of this.
    pub fn error() -> Error {
        Error::unavailable("the server stopped before it was done")
    }

    /// Fails if work is to stop.
    pub fn check(&self) -> Result<(), Error> {
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
pub struct JobContext<'a> {
    pub engine: &'a Engine,
    pub cancel: &'a Cancel,
    /// Runs the other jobs that are due.
    pub run_others: &'a dyn Fn(),
}
