//! Progress reports of the workflows.

use std::path::Path;
use std::time::Duration;

use bchan_client::Error;

use crate::report::Delivered;

/// Phases of a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Preparing,
    Sending,
    /// Everything is sent, and there is no answer yet.
    Sent,
    Waiting,
    Receiving,
    Done,
}

/// Listens to a workflow, from several threads. Every method may be left out.
pub trait Progress: Send + Sync {
    fn phase(&self, _phase: Phase) {}
    /// Returns true if it is worth going through everything ahead to say how much there is.
    fn wants_total(&self) -> bool {
        false
    }
    /// How much there is; `known` once nothing more will be found.
    fn total(&self, _files: u64, _bytes: u64, _known: bool) {}
    fn entry(&self, _path: &Path) {}
    /// So many bytes of content have passed.
    fn bytes(&self, _count: u64) {}
    /// An attempt has failed, and another one starts after this time.
    fn retrying(&self, _attempt: u32, _error: &Error, _wait: Duration) {}
    /// A backup that had waited for the server is there now.
    fn delivered(&self, _delivered: &Delivered) {}

    /// A target was made.
    fn created(&self, _target: &str) {}
    /// Something is wrong that does not stop the work.
    fn trouble(&self, _message: &str) {}
}

/// Ignores all reports.
impl Progress for () {}
