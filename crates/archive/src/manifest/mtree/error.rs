//! Errors of reading.

use std::io;

use super::bounds::{LONGEST_ENTRY, LONGEST_LINE};

/// Error of reading a manifest file. Numbers of lines count from one.
#[derive(Debug, thiserror::Error)]
pub enum MtreeError {
    /// The file cannot be read, or what it is compressed with is broken.
    #[error("the manifest cannot be read: {0}")]
    Io(io::Error),
    /// It does not begin like one.
    #[error("this is no manifest file")]
    Foreign,
    /// It has a version of the format that this program does not know.
    #[error("the manifest has version {0}, this program knows version 1")]
    Version(u64),
    /// Its last line is missing, or it has other entries than that says, or something follows.
    #[error("the manifest is damaged: {0}")]
    Damaged(&'static str),
    /// A line is not as the format wants it.
    #[error("line {line} of the manifest is not valid: {fault}")]
    Malformed {
        /// Number of the line, or of the first one of the entry.
        line: u64,
        /// Description of the fault.
        fault: &'static str,
    },
    /// An entry has the path of the one before, or should stand before it.
    #[error("the entry in line {line} of the manifest is not in order")]
    Order {
        /// Number of the first line of the entry.
        line: u64,
    },
    /// A line has more bytes than a manifest may have in one.
    #[error("line {0} of the manifest is longer than {LONGEST_LINE} bytes")]
    Line(u64),
    /// The lines of an entry have more bytes than a manifest may have for one.
    #[error("the entry in line {0} of the manifest is longer than {LONGEST_ENTRY} bytes")]
    Entry(u64),
    /// It has more entries than are allowed.
    #[error("the manifest has more than {0} entries")]
    Entries(u64),
    /// It has more bytes than are allowed.
    #[error("the manifest has more than {0} bytes")]
    Bytes(u64),
    /// Second names are those of nothing, or differ from what they are names of.
    #[error("the manifest has {0} hard links that do not fit their first names")]
    HardLinks(u64),
}

/// An end that comes too early is damage.
impl From<io::Error> for MtreeError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Damaged("it is cut off"),
            _ => Self::Io(error),
        }
    }
}
