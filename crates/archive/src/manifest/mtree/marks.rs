//! Offsets of some of the entries of an index, for searching by halves.

use std::cmp::Ordering;
use std::fs::File;

use super::error::MtreeError;
use super::frames::FrameReader;
use super::order::compare;
use super::parse;

/// Entries from one mark to the next.
const EACH: usize = 16;

/// The offset of every 16th entry.
#[derive(Debug, Default)]
pub(super) struct Marks {
    offsets: Vec<u64>,
    entries: usize,
    /// Bytes of all entries.
    length: u64,
}

impl Marks {
    /// Adds the next entry.
    pub(super) fn put(&mut self, offset: u64) {
        if self.entries.is_multiple_of(EACH) {
            self.offsets.push(offset);
        }
        self.entries += 1;
    }

    /// Says where the entries end.
    pub(super) fn end(&mut self, length: u64) {
        self.offsets.shrink_to_fit();
        self.length = length;
    }

    /// Bytes of all entries.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Bytes of memory.
    #[cfg(test)]
    pub(super) fn footprint(&self) -> usize {
        self.offsets.capacity() * size_of::<u64>()
    }

    /// The last mark whose entry does not come after a path; none if the first one does.
    pub(super) fn find(&self, file: &File, path: &[u8]) -> Result<Option<u64>, MtreeError> {
        // Neighbours are not read again.
        let mut frames = FrameReader::default();
        let (mut low, mut high) = (0, self.offsets.len());
        while low < high {
            let middle = low.midpoint(high);
            let (lines, _) = frames.read(file, self.offsets[middle])?;
            let here = parse::path(lines).map_err(MtreeError::Damaged)?;
            match compare(&here, path) {
                Ordering::Greater => high = middle,
                Ordering::Less | Ordering::Equal => low = middle + 1,
            }
        }
        Ok(low.checked_sub(1).map(|at| self.offsets[at]))
    }
}
