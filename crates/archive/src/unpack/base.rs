//! Files of earlier backups that the entries of an archive refer to.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{self, AtFlags, FileType, Stat};
use rustix::io::Errno;

use super::parents::Parents;
use super::place::{Reading, split};
use crate::observer::Observer;
use crate::walk::file_type;
use crate::{ManifestIndex, MtreeEntry, MtreeKind, open, tree};

/// Bytes that are read at a time.
const BUFFER: usize = 256 * 1024;

/// A stored backup whose files an archive may refer to.
pub struct BaseTree<'a> {
    parents: Parents<'a>,
    index: ManifestIndex,
    verify: bool,
}

/// The backups that the entries of an archive may refer to.
#[derive(Default)]
pub struct Bases<'a> {
    /// Base 0: a stored backup.
    pub earlier: Option<BaseTree<'a>>,
    /// Base 1: what has arrived of an upload that was interrupted.
    pub partial: Option<BaseTree<'a>>,
}

impl<'a> Bases<'a> {
    /// Returns true if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.earlier.is_none() && self.partial.is_none()
    }

    pub(super) fn get_mut(&mut self, base: u8) -> Option<&mut BaseTree<'a>> {
        match base {
            0 => self.earlier.as_mut(),
            1 => self.partial.as_mut(),
            _ => None,
        }
    }
}

/// A file of a base, as its manifest has it.
pub(super) struct BaseFile {
    /// The directory that it lies in.
    pub(super) directory: OwnedFd,
    pub(super) name: CString,
    pub(super) stat: Stat,
    pub(super) entry: MtreeEntry,
    /// Its size and digest.
    pub(super) content: (u64, [u8; 32]),
    /// Text that names the settings under which the base was stored.
    pub(super) stored_as: String,
}

impl<'a> BaseTree<'a> {
    /// The backup at `root` with its manifest. With `verify`, each file is read and compared with
    /// its digest before it is used.
    pub fn new(root: BorrowedFd<'a>, index: ManifestIndex, verify: bool) -> Self {
        Self {
            parents: Parents::new(root),
            index,
            verify,
        }
    }

    /// The file at a path, if it is there, with this size and digest where they are given. A file whose time is not that of
    /// the manifest is read and compared with the digest.
    pub(super) fn find(
        &mut self,
        path: &[u8],
        content: Option<(u64, [u8; 32])>,
        observer: &mut dyn Observer,
    ) -> io::Result<Option<BaseFile>> {
        let entry = self.index.entry(path).ok().flatten();
        let Some(mut entry) = entry else {
            return Ok(None);
        };
        if let Some(first) = &entry.hard_link_of {
            // What is said of the first name holds for all.
            let first = self.index.entry(first).ok().flatten();
            entry.problem = first.and_then(|first| first.problem);
        }
        let MtreeKind::File { size, digest } = entry.kind else {
            return Ok(None);
        };
        if content.is_some_and(|content| content != (size, digest)) {
            return Ok(None);
        }
        let (parent, name) = split(path);
        let name = CString::new(name).map_err(|_| Errno::INVAL)?;
        let Ok(directory) = self.parents.open(&parent, None) else {
            return Ok(None);
        };
        let Ok(stat) = fs::statat(directory, &name, AtFlags::SYMLINK_NOFOLLOW) else {
            return Ok(None);
        };
        let is_file = file_type(&stat) == FileType::RegularFile;
        if !is_file || u64::try_from(stat.st_size) != Ok(size) {
            return Ok(None);
        }
        let file = BaseFile {
            directory: rustix::io::fcntl_dupfd_cloexec(directory, 0)?,
            name,
            stat,
            entry,
            content: (size, digest),
            stored_as: self.index.header().stored_as.clone(),
        };
        let as_stored = file.entry.mtime.is_some() && file.mtime() == file.entry.mtime;
        if (self.verify || !as_stored) && !file.has_digest(&digest, observer)? {
            return Ok(None);
        }
        Ok(Some(file))
    }
}

impl BaseFile {
    /// Device and inode.
    pub(super) fn inode(&self) -> (u64, u64) {
        inode(&self.stat)
    }

    /// The time on the disk, in seconds, rounded down, and nanoseconds.
    pub(super) fn mtime(&self) -> Option<(i64, u32)> {
        let nanoseconds = u32::try_from(self.stat.st_mtime_nsec).ok()?;
        Some((self.stat.st_mtime, nanoseconds))
    }

    /// Bytes of its content without holes.
    pub(super) fn bytes_on_disk(&self) -> u64 {
        let blocks = u64::try_from(self.stat.st_blocks).unwrap_or(0);
        self.content.0.min(blocks.saturating_mul(512))
    }

    /// Opens it; none if it is not what it was.
    pub(super) fn open(&self) -> Option<std::fs::File> {
        let (fd, stat) = open::file(self.directory.as_fd(), &self.name, true).ok()?;
        let same = inode(&stat) == self.inode() && stat.st_size == self.stat.st_size;
        same.then(|| fd.into())
    }

    fn has_digest(&self, digest: &[u8; 32], observer: &mut dyn Observer) -> io::Result<bool> {
        let Some(file) = self.open() else {
            return Ok(false);
        };
        // What the observer says counts, what the disk says means that it cannot be used.
        let mut asked = Asked {
            observer: Reading(observer),
            refused: false,
        };
        match tree::hash(file, &mut vec![0; BUFFER], &mut asked) {
            Ok((_, found)) => Ok(found == *digest),
            Err(error) if asked.refused => Err(error),
            Err(_) => Ok(false),
        }
    }
}

/// Remembers whether it was the observer that has ended the work.
struct Asked<'a> {
    observer: Reading<'a>,
    refused: bool,
}

impl Observer for Asked<'_> {
    fn proceed(&mut self, count: u64) -> io::Result<()> {
        let answer = self.observer.proceed(count);
        self.refused = answer.is_err();
        answer
    }
}

/// Device and inode of a file.
pub(super) fn inode(stat: &Stat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}
