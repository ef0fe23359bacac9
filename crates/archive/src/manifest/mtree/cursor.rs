//! The place of the last look-up in the entries of an index.

use std::cmp::Ordering;
use std::fs::File;

use super::entry::MtreeEntry;
use super::error::MtreeError;
use super::frames::FrameReader;
use super::order::compare;
use super::parse;

/// A place between two entries.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    frames: FrameReader,
    /// Offset of the entry after it.
    next: u64,
    /// Path of the entry before it. Empty at the beginning, as no entry has that.
    before: Vec<u8>,
    /// Path of the entry after it, and the offset of the one after that, where they were read.
    read: Option<(Vec<u8>, u64)>,
}

impl Cursor {
    /// Offset of the entry after it.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Puts it before the entry at an offset, of which it is known that those asked for are not
    /// before it.
    pub(super) fn put(&mut self, offset: u64) {
        self.next = offset;
        self.before.clear();
        self.read = None;
    }

    /// Returns true if an entry with this path can only be after it.
    pub(super) fn is_before(&self, path: &[u8]) -> bool {
        compare(&self.before, path) == Ordering::Less
    }

    /// Compares the path of the entry after it with another.
    pub(super) fn compare(&mut self, file: &File, path: &[u8]) -> Result<Ordering, MtreeError> {
        if self.read.is_none() {
            let (lines, after) = self.frames.read(file, self.next)?;
            let here = parse::path(lines).map_err(MtreeError::Damaged)?;
            self.read = Some((here, after));
        }
        let here = self.read.as_ref().map_or(&[][..], |(here, _)| here);
        Ok(compare(here, path))
    }

    /// Moves over the entry that was compared.
    pub(super) fn step(&mut self) {
        if let Some((path, after)) = self.read.take() {
            self.before = path;
            self.next = after;
        }
    }

    /// Reads the entry that was compared, and moves over it.
    pub(super) fn take(&mut self, file: &File) -> Result<MtreeEntry, MtreeError> {
        let (lines, _) = self.frames.read(file, self.next)?;
        let entry = parse::entry(lines).map_err(MtreeError::Damaged)?;
        self.step();
        Ok(entry)
    }
}
