//! How much a backup holds.

use bchan_archive::{PackSummary, Unpacked};
use serde::{Deserialize, Serialize};

/// How much a backup holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Files, links, folders, pipes and devices.
    pub entries: u64,
    /// The files among them. Each hard link counts.
    pub files: u64,
    /// Bytes of their content.
    pub bytes: u64,
}

impl Amount {
    /// One file of this length in bytes.
    pub(crate) fn of_file(bytes: u64) -> Self {
        Self {
            entries: 1,
            files: 1,
            bytes,
        }
    }

    /// The summary of packing that comes to this amount.
    pub(crate) fn summary(self) -> PackSummary {
        PackSummary {
            files: self.files,
            directories: self.entries.saturating_sub(self.files),
            bytes: self.bytes,
            ..PackSummary::default()
        }
    }
}

impl From<&PackSummary> for Amount {
    fn from(summary: &PackSummary) -> Self {
        Self {
            entries: summary.entries(),
            files: summary.files,
            bytes: summary.bytes,
        }
    }
}

impl From<&Unpacked> for Amount {
    fn from(done: &Unpacked) -> Self {
        Self {
            entries: done.files + done.links + done.directories + done.special,
            files: done.files,
            bytes: done.bytes,
        }
    }
}
