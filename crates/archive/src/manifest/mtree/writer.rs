//! Writing a manifest file entry by entry.

use std::cmp::Ordering;
use std::io::{self, Write};

use super::bounds::{LONGEST_ENTRY, LONGEST_LINE};
use super::entry::MtreeEntry;
use super::header::MtreeHeader;
use super::names::is_name;
use super::order::compare;

/// Writes a manifest file. Without [`finish`](Self::finish), it is one that is damaged.
pub struct MtreeWriter<W: Write> {
    out: W,
    entries: u64,
    last: Vec<u8>,
    text: Vec<u8>,
}

impl<W: Write> MtreeWriter<W> {
    /// Begins a file.
    pub fn new(mut out: W, header: &MtreeHeader) -> io::Result<Self> {
        header.write(&mut out)?;
        Ok(Self {
            out,
            entries: 0,
            last: Vec::new(),
            text: Vec::new(),
        })
    }

    /// Adds an entry. Fails with [`io::ErrorKind::InvalidInput`] if its path does not come after
    /// that of the last one, is none for an entry, or the entry is longer than a reader would take.
    pub fn add(&mut self, entry: &MtreeEntry) -> io::Result<()> {
        let invalid = |message| Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        if !is_name(&entry.path) {
            return invalid("the path of an entry of a manifest is not valid");
        }
        if compare(&self.last, &entry.path) != Ordering::Less {
            return invalid("the entries of a manifest are not in order");
        }
        self.text.clear();
        entry.write(&mut self.text);
        let mut lines = self.text.split_inclusive(|byte| *byte == b'\n');
        let is_long = self.text.len() > LONGEST_LINE
            && (self.text.len() > LONGEST_ENTRY || lines.any(|line| line.len() > LONGEST_LINE));
        if is_long {
            return invalid("an entry of a manifest is too long");
        }
        self.last.clone_from(&entry.path);
        self.entries += 1;
        self.out.write_all(&self.text)
    }

    /// Writes the last line, and gives the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        write_end(&mut self.out, self.entries)?;
        Ok(self.out)
    }
}

/// Writes the last line of a file.
pub(super) fn write_end(out: &mut impl Write, entries: u64) -> io::Result<()> {
    writeln!(out, "#:end entries={entries}")
}
