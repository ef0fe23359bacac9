//! Walking a tree by open directories.
//!
//! Paths are never handed to the system, so they may be of any length; depth costs memory but
//! neither stack nor file descriptors. Symbolic links are never followed.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{self, Dir, FileType, Mode, OFlags, Stat};

/// Directories that stay open at a time.
const OPEN: usize = 64;

/// Flags that open a directory and nothing else.
pub(crate) const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// A place on the way.
pub(crate) enum Step {
    /// The next entry, by its name in [`Walker::dir`]. A directory is left out unless
    /// [`Walker::enter`] is called.
    Entry(CString),
    /// All of a directory has been seen; [`Walker::dir`] is the one that it is in.
    Leave(CString),
}

pub(crate) struct Walker {
    frames: Vec<Frame>,
    /// Path of the last entry, relative to the root.
    path: Vec<u8>,
}

struct Frame {
    /// None while too many others are open.
    fd: Option<OwnedFd>,
    identity: (u64, u64),
    /// Its own name in the frame before.
    name: CString,
    /// Remaining entries.
    entries: Names,
    /// Length of its path.
    length: usize,
}

/// The names in a directory, in the order of their bytes: there may be a million.
struct Names {
    /// All of them, each with a NUL after it.
    text: Vec<u8>,
    /// Where each begins.
    starts: std::vec::IntoIter<usize>,
}

impl Names {
    fn read(fd: &OwnedFd) -> io::Result<Self> {
        let (mut text, mut starts) = (Vec::new(), Vec::new());
        for entry in Dir::read_from(fd)? {
            let entry = entry?;
            let name = entry.file_name();
            if name != c"." && name != c".." {
                starts.push(text.len());
                text.extend_from_slice(name.to_bytes_with_nul());
            }
        }
        starts.sort_unstable_by_key(|start| name_at(&text, *start));
        let starts = starts.into_iter();
        Ok(Self { text, starts })
    }

    fn next(&mut self) -> Option<&CStr> {
        Some(name_at(&self.text, self.starts.next()?))
    }
}

fn name_at(text: &[u8], start: usize) -> &CStr {
    CStr::from_bytes_until_nul(&text[start..]).unwrap_or_default()
}

impl Walker {
    /// Starts in a directory.
    pub(crate) fn new(root: OwnedFd) -> io::Result<Self> {
        let mut walker = Self {
            frames: Vec::new(),
            path: Vec::new(),
        };
        walker.push(root, CString::default())?;
        Ok(walker)
    }

    /// The next step, in the order of names' bytes; `None` when all has been seen.
    pub(crate) fn step(&mut self) -> io::Result<Option<Step>> {
        let Some(frame) = self.frames.last_mut() else {
            return Ok(None);
        };
        self.path.truncate(frame.length);
        if let Some(name) = frame.entries.next() {
            let name = name.to_owned();
            if !self.path.is_empty() {
                self.path.push(b'/');
            }
            self.path.extend_from_slice(name.as_bytes());
            return Ok(Some(Step::Entry(name)));
        }
        let Some(left) = self.frames.pop() else {
            return Ok(None);
        };
        let Some(parent) = self.frames.last_mut() else {
            return Ok(None);
        };
        if parent.fd.is_none() {
            let below = left.fd.as_ref().ok_or(io::ErrorKind::NotFound)?;
            let fd = fs::openat(below, "..", DIRECTORY, Mode::empty())?;
            if identity(&fs::fstat(&fd)?) != parent.identity {
                return Err(io::Error::other(
                    "a directory was moved while it was walked",
                ));
            }
            parent.fd = Some(fd);
        }
        Ok(Some(Step::Leave(left.name)))
    }

    /// Goes into the directory that the last entry is, opened by the caller.
    pub(crate) fn enter(&mut self, name: CString, fd: OwnedFd) -> io::Result<()> {
        self.push(fd, name)
    }

    fn push(&mut self, fd: OwnedFd, name: CString) -> io::Result<()> {
        let entries = Names::read(&fd)?;
        let identity = identity(&fs::fstat(&fd)?);
        if let Some(at) = self.frames.len().checked_sub(OPEN) {
            self.frames[at].fd = None;
        }
        let length = self.path.len();
        self.frames.push(Frame {
            fd: Some(fd),
            identity,
            name,
            entries,
            length,
        });
        Ok(())
    }

    /// The directory that the last step was in.
    pub(crate) fn dir(&self) -> io::Result<BorrowedFd<'_>> {
        let fd = self.frames.last().and_then(|frame| frame.fd.as_ref());
        Ok(fd.ok_or(io::ErrorKind::NotFound)?.as_fd())
    }

    /// Path of the last entry, relative to the root.
    pub(crate) fn path(&self) -> &[u8] {
        &self.path
    }
}

/// Returns device and inode, which identify a file.
pub(crate) fn identity(stat: &Stat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}

/// Tells whether two names lead to one file. Some file systems in user space give different files
/// one inode number, so size and time have to agree, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileKey {
    identity: (u64, u64),
    size: i64,
    mtime: (i64, i64),
}

impl FileKey {
    pub(crate) fn of(stat: &Stat) -> Self {
        Self {
            identity: identity(stat),
            size: stat.st_size,
            mtime: (
                stat.st_mtime,
                i64::try_from(stat.st_mtime_nsec).unwrap_or(0),
            ),
        }
    }
}

pub(crate) fn file_type(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_one_file_only_with_one_size_and_time() {
        let temp = tempfile::tempfile().unwrap();
        let stat = fs::fstat(&temp).unwrap();
        let changed = |change: fn(&mut Stat)| {
            let mut other = stat;
            change(&mut other);
            FileKey::of(&other) == FileKey::of(&stat)
        };
        assert!(changed(|other| other.st_nlink = 2));
        assert!(!changed(|other| other.st_size += 1));
        assert!(!changed(|other| other.st_mtime += 1));
        assert!(!changed(|other| other.st_ino += 1));
    }
}
