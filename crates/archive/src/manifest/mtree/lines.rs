//! Lines of bounded length.

use std::io::{BufRead, Read as _};

use super::bounds::LONGEST_LINE;
use super::error::MtreeError;

/// Reads lines, each with its end.
pub(super) struct Lines<R> {
    reader: R,
    line: Vec<u8>,
    /// Number of the line, from one.
    number: u64,
    /// True if the line is to be read once more.
    is_back: bool,
    /// Bytes that may still be read, and before the first of them.
    left: u64,
    most: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R, most: u64) -> Self {
        Self {
            reader,
            line: Vec::new(),
            number: 0,
            is_back: false,
            left: most,
            most,
        }
    }

    /// Number of the line that was read last.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Has the line that was read last be read again.
    pub(super) fn put_back(&mut self) {
        self.is_back = true;
    }

    /// The next line. The file must not end before there is one.
    pub(super) fn next(&mut self) -> Result<&[u8], MtreeError> {
        if !std::mem::take(&mut self.is_back) {
            self.line.clear();
            let mut bounded = self.reader.by_ref().take(LONGEST_LINE as u64 + 1);
            let count = bounded.read_until(b'\n', &mut self.line)?;
            self.number += 1;
            if count > LONGEST_LINE {
                return Err(MtreeError::Line(self.number));
            }
            if self.line.last() != Some(&b'\n') {
                return Err(MtreeError::Damaged("it is cut off"));
            }
            let left = self.left.checked_sub(count as u64);
            self.left = left.ok_or(MtreeError::Bytes(self.most))?;
        }
        Ok(&self.line)
    }

    /// Fails if there is anything more.
    pub(super) fn end(&mut self) -> Result<(), MtreeError> {
        if self.reader.fill_buf()?.is_empty() {
            return Ok(());
        }
        Err(MtreeError::Damaged("something follows its last line"))
    }
}
