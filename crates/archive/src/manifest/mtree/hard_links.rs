//! Checking that hard links of a manifest are those of entries that it has.

use std::hash::{BuildHasher as _, RandomState};

use super::entry::MtreeEntry;
use super::error::MtreeError;

/// The hard links of a manifest. Takes 16 bytes of memory for each.
#[derive(Default)]
pub(super) struct HardLinks {
    /// Hashes with keys of this program, so that nobody can send what collides.
    state: RandomState,
    /// The hash of the first name's path, and that of what both must say.
    links: Vec<(u64, u64)>,
    text: Vec<u8>,
}

impl HardLinks {
    /// Notes an entry if it is a hard link.
    pub(super) fn put(&mut self, entry: &MtreeEntry) {
        if let Some(first) = &entry.hard_link_of {
            let first = self.state.hash_one(first);
            let text = self.text(entry);
            self.links.push((first, text));
        }
    }

    /// Checks what was noted with all entries.
    pub(super) fn check(
        mut self,
        entries: impl Iterator<Item = Result<MtreeEntry, MtreeError>>,
    ) -> Result<(), MtreeError> {
        if self.links.is_empty() {
            return Ok(());
        }
        self.links.sort_unstable();
        let mut fitting = 0;
        for entry in entries {
            let entry = entry?;
            if entry.hard_link_of.is_some() {
                continue;
            }
            let path = self.state.hash_one(&entry.path);
            let from = self.links.partition_point(|link| link.0 < path);
            if self.links.get(from).is_none_or(|link| link.0 != path) {
                continue;
            }
            let text = self.text(&entry);
            let links = &self.links[from..];
            let same = links.partition_point(|link| *link <= (path, text));
            let other = links.partition_point(|link| *link < (path, text));
            fitting += same - other;
        }
        match self.links.len() - fitting {
            0 => Ok(()),
            count => Err(MtreeError::HardLinks(count as u64)),
        }
    }

    fn text(&mut self, entry: &MtreeEntry) -> u64 {
        self.text.clear();
        entry.write_text(&mut self.text);
        self.state.hash_one(&self.text)
    }
}
