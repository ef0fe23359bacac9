//! Getting what is written to disk early.

use std::num::NonZeroU64;
use std::os::fd::AsFd;

use rustix::fs::{Advice, fadvise};

/// Fewest bytes of a file that are worth a call.
const STRETCH: u64 = 8 * 1024 * 1024;

/// Has the system begin to write a large file to disk while more of it comes, so that syncing it in
/// the end has little left to do. Small files are left to that.
#[derive(Debug, Default)]
pub struct Writeback {
    begun: u64,
}

impl Writeback {
    /// Says that a file has been written up to this offset.
    pub fn reached(&mut self, file: impl AsFd, offset: u64) {
        let length = offset.saturating_sub(self.begun);
        if length >= STRETCH {
            // The system drops what is on disk already, and starts writing what is not. It is
            // only advice; where it is not taken, syncing does all of it.
            let _ = fadvise(&file, self.begun, NonZeroU64::new(length), Advice::DontNeed);
            self.begun = offset;
        }
    }
}
