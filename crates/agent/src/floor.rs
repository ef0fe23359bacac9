//! The least that a source must have.

use bchan_api::Backup;

pub(crate) use crate::shrunk::ShrinkLimit;
use crate::shrunk::Shrunk;

impl ShrinkLimit {
    /// Returns the limit by the newest sound backup of a target, for machines without a history of
    /// their own. Backups come newest first.
    pub fn of_backups(backups: &[Backup], percent: u8) -> Option<Self> {
        let newest = backups
            .iter()
            .find(|backup| !backup.is_recycled && !backup.hash_mismatch)?;
        // Of a single file that may be an archive, this is the size after compression, and so says
        // less than it could, but nothing wrong.
        Some(Self {
            entries: None,
            bytes: newest.filesize,
            percent,
        })
    }

    fn is_below(self, (now, before): (u64, u64)) -> bool {
        u128::from(now) * 100 < u128::from(before) * u128::from(self.percent)
    }

    pub fn holds(self, entries: u64, bytes: u64) -> bool {
        !self.is_below((bytes, self.bytes))
            && !self
                .entries
                .is_some_and(|before| self.is_below((entries, before)))
    }

    /// Fails when so much is too little.
    pub fn check(self, entries: u64, bytes: u64) -> Result<(), Shrunk> {
        if self.holds(entries, bytes) {
            return Ok(());
        }
        Err(Shrunk {
            entries,
            bytes,
            floor: self,
        })
    }
}
