//! Observing long operations.

use std::io;
use std::path::Path;

use rustix::fs::FileType;

use crate::select::Reason;

/// Bytes that an entry takes on disk beside its content: a guess that is rather too high.
pub const ENTRY: u64 = 4096;

/// Listens to packing and unpacking. Every method may be left out.
pub trait Observer {
    /// An entry begins; `size` is that of its content in bytes.
    fn entry(&mut self, _path: &Path, _size: u64) {}
    /// Asked before so many bytes are written by unpacking, or read by hashing, and, with a count of
    /// 0, from time to time during work that does neither, such as hashing a hole. An error ends
    /// the work, and is the error that it ends with.
    fn proceed(&mut self, _count: u64) -> io::Result<()> {
        Ok(())
    }
    /// Asked before unpacking makes a file, a directory or anything else that has a name. An error
    /// is like one of [`Observer::proceed`].
    fn create(&mut self) -> io::Result<()> {
        self.proceed(ENTRY)
    }
    /// So many bytes of content have passed.
    fn bytes(&mut self, _count: u64) {}
    /// Something belongs to a selection; `size` is that of its content in bytes.
    fn found(&mut self, _path: &Path, _kind: EntryKind, _size: u64) {}
    /// A rule leaves something out, with all below it.
    fn excluded(&mut self, _path: &Path, _reason: &Reason) {}
    /// Something is not as it should be; the work goes on.
    fn problem(&mut self, _path: &Path, _problem: &Problem) {}
}

/// Ignores everything.
impl Observer for () {}

/// Kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A named pipe.
    Fifo,
    /// A device that is read and written in blocks.
    BlockDevice,
    /// Any other device.
    CharacterDevice,
    /// A socket.
    Socket,
    /// Any other kind.
    Other,
}

impl EntryKind {
    /// Returns the name of the kind.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Link => "link",
            Self::Fifo => "named pipe",
            Self::BlockDevice | Self::CharacterDevice => "device",
            Self::Socket => "socket",
            Self::Other => "special file",
        }
    }
}

impl From<FileType> for EntryKind {
    fn from(kind: FileType) -> Self {
        match kind {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Directory,
            FileType::Symlink => Self::Link,
            FileType::Fifo => Self::Fifo,
            FileType::BlockDevice => Self::BlockDevice,
            FileType::CharacterDevice => Self::CharacterDevice,
            FileType::Socket => Self::Socket,
            FileType::Unknown => Self::Other,
        }
    }
}

/// A problem with one entry.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It was there when its folder was listed and is not any more.
    #[error("vanished before it could be read")]
    Vanished,
    /// It cannot be read.
    #[error("cannot be read: {source}")]
    Unreadable { source: io::Error },
    /// Its extended attributes cannot be read.
    #[error("its extended attributes cannot be read: {source}")]
    AttributesLost { source: io::Error },
    /// It became smaller while it was read; the archive has zeros for the rest.
    #[error("shrank while it was read")]
    Shrunk,
    /// It became larger while it was read; the archive has the beginning.
    #[error("grew while it was read")]
    Grown,
    /// It was written to while it was read.
    #[error("changed while it was read")]
    Modified,
    /// It has more content than the system said, and only the beginning was stored.
    #[error("has more content than its size of {size} bytes says; only the beginning is stored")]
    Longer {
        /// The size that the system said.
        size: u64,
    },
    /// It is the data folder or the storage of a server, or a spool.
    #[error("holds the data of a bchan server or a spool, which is left out")]
    OwnData,
    /// It is of a kind that is not stored.
    #[error("is a {kind}, which is not stored")]
    Skipped {
        /// Which kind.
        kind: &'static str,
    },
    /// The archive has a record that is not known. Each keyword is reported once.
    #[error("has a PAX record `{keyword}` that is not known and was left out")]
    UnknownRecord { keyword: String },
    /// The archive has a record that says nothing that can be used.
    #[error("has a malformed PAX record `{keyword}` that was left out")]
    MalformedRecord { keyword: &'static str },
    /// An access control list has names where it should have numbers. Reported once.
    #[error(
        "has an access control list with names only; the numbers that they have on this machine \
         were stored"
    )]
    ListOfNames,
    /// Bytes follow the end mark of an archive, in the same record.
    #[error("other bytes follow the archive's end mark in its last record; they were left out")]
    BytesAfterEnd,
    /// It may be an archive, but it is not unpacked.
    #[error("is stored as one file: {reason}")]
    NotUnpacked { reason: &'static str },
    /// It is an archive without entries, or looks like one.
    #[error("has only zeros, and was taken for a tar archive without entries")]
    NoEntries,
    /// It was unpacked, but not with everything that belongs to it.
    #[error("its {what} could not be restored: {source}")]
    NotRestored {
        what: &'static str,
        source: io::Error,
    },
}
