//! Reading a manifest file from one end to the other.

use std::cmp::Ordering;
use std::io::BufRead;

use super::bounds::{LONGEST_ENTRY, MtreeLimits};
use super::entry::{MtreeEntry, MtreeKind};
use super::error::MtreeError;
use super::header::{MtreeHeader, ROOT, SIGNATURE};
use super::lines::Lines;
use super::order::compare;
use super::parse;

/// Marks of the lines that follow the first one of an entry.
const MARKS: &[u8] = b"xdlpsb";
/// Beginning of the last line.
const END: &[u8] = b"#:end ";

/// Reads a manifest file, an entry at a time. Only when it has come to its end without an error is the
/// file known to be whole. After an error it ends.
///
/// It takes a file only in the form in which one is written: each entry once, in order, every value
/// in its only form. It does not check that hard links are those of what came before.
pub struct MtreeReader<R> {
    lines: Lines<R>,
    limits: MtreeLimits,
    header: MtreeHeader,
    entries: u64,
    is_done: bool,
    /// Path of the last entry.
    last: Vec<u8>,
    /// Lines of the last entry that are known.
    known: Vec<u8>,
    /// Those that it is written as.
    again: Vec<u8>,
}

impl<R: BufRead> MtreeReader<R> {
    /// Reads the beginning of a file.
    pub fn new(reader: R) -> Result<Self, MtreeError> {
        Self::with_limits(reader, MtreeLimits::default())
    }

    /// The same, with bounds on the whole file.
    pub fn with_limits(reader: R, limits: MtreeLimits) -> Result<Self, MtreeError> {
        let mut lines = Lines::new(reader, limits.max_bytes);
        match lines.next() {
            Ok(line) if line == SIGNATURE => {}
            Err(MtreeError::Io(error)) => return Err(MtreeError::Io(error)),
            _ => return Err(MtreeError::Foreign),
        }
        let header = MtreeHeader::parse(lines.next()?)?;
        if lines.next()? != ROOT {
            let fault = "it is not that of the root";
            return Err(MtreeError::Malformed { line: 3, fault });
        }
        Ok(Self {
            lines,
            limits,
            header,
            entries: 0,
            is_done: false,
            last: Vec::new(),
            known: Vec::new(),
            again: Vec::new(),
        })
    }

    /// Statement about the whole file.
    pub fn header(&self) -> &MtreeHeader {
        &self.header
    }

    /// Entries that have been read.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Lines of the entry that was read last, in the form in which they are written.
    pub(super) fn lines(&self) -> &[u8] {
        &self.known
    }

    /// Reads the next entry; none at the end.
    pub(super) fn read(&mut self) -> Result<Option<MtreeEntry>, MtreeError> {
        let line = self.lines.next()?;
        if let Some(rest) = line.strip_prefix(END) {
            if rest != format!("entries={}\n", self.entries).as_bytes() {
                return Err(MtreeError::Damaged("it has not all of its entries"));
            }
            self.lines.end()?;
            return Ok(None);
        }
        self.known.clear();
        self.known.extend_from_slice(line);
        let number = self.lines.number();
        if self.entries == self.limits.max_entries {
            return Err(MtreeError::Entries(self.entries));
        }
        self.entries += 1;
        self.read_marked(number)?;
        let malformed = |fault| MtreeError::Malformed {
            line: number,
            fault,
        };
        let entry = parse::entry(&self.known).map_err(malformed)?;
        self.again.clear();
        entry.write(&mut self.again);
        if self.again != self.known {
            return Err(malformed("a value is not as it is written"));
        }
        if entry.hard_link_of.is_some() && entry.kind == MtreeKind::Directory {
            return Err(malformed("a directory is no hard link"));
        }
        if compare(&self.last, &entry.path) != Ordering::Less {
            return Err(MtreeError::Order { line: number });
        }
        self.last.clone_from(&entry.path);
        Ok(Some(entry))
    }

    /// Reads the lines that belong to an entry after its first one. Those of later programs that have
    /// kept the version are passed over.
    fn read_marked(&mut self, number: u64) -> Result<(), MtreeError> {
        let mut length = self.known.len();
        loop {
            let line = self.lines.next()?;
            let Some(rest) = line.strip_prefix(b"#:") else {
                break;
            };
            if line.starts_with(END) {
                break;
            }
            length += line.len();
            if length > LONGEST_ENTRY {
                return Err(MtreeError::Entry(number));
            }
            match rest {
                [mark, b' ', ..] if MARKS.contains(mark) => self.known.extend_from_slice(line),
                [mark, b' ', ..] if mark.is_ascii_lowercase() && *mark != b'h' => {}
                _ => {
                    return Err(MtreeError::Malformed {
                        line: self.lines.number(),
                        fault: "it is not known",
                    });
                }
            }
        }
        self.lines.put_back();
        Ok(())
    }
}

impl<R: BufRead> Iterator for MtreeReader<R> {
    type Item = Result<MtreeEntry, MtreeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let read = self.read();
        self.is_done = !matches!(read, Ok(Some(_)));
        read.transpose()
    }
}
