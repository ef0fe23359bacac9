//! Making a file from a file of an earlier backup: as a hard link, a reflink or a copy.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::fs::FileExt as _;

use rustix::fs::{self, AtFlags, FileType};
use rustix::io::Errno;

use super::base::{BaseFile, inode};
use super::data::Sink;
use super::place::{Meta, Placer, to_path, write_error};
use super::properties::Faults;
use super::{Result, Share, StoreAttributes, UnpackError};
use crate::attributes::{self, Attributes};
use crate::holes::pieces;
use crate::observer::Observer;
use crate::open;

/// Bytes that are copied at a time.
const BUFFER: usize = 256 * 1024;

impl Placer<'_> {
    /// Makes a file with the content of a base's file. Returns false if the base's file turns out to
    /// be another one; then nothing counts that was unpacked.
    pub(super) fn share(&mut self, path: &[u8], meta: &Meta, base: &BaseFile) -> Result<bool> {
        let (size, digest) = base.content;
        let share = self.options.share;
        let links = matches!(share, Share::Auto | Share::Hardlink) && !self.sharing.no_links;
        if links && self.is_as_wanted(meta, base) && self.link(path, meta, base)? {
            self.done.bytes += size;
            self.done.files += 1;
        } else {
            let Some(file) = base.open() else {
                return Ok(false);
            };
            let clones = matches!(share, Share::Auto | Share::Reflink) && !self.sharing.no_clones;
            let mut no_clones = false;
            let mut is_same = true;
            self.file(path, meta, |new, observer| {
                if let Some(new) = new.filter(|_| clones) {
                    match clone(path, &file, new, size, observer)? {
                        Cloned::Done => return Ok(size),
                        Cloned::Changed => {
                            is_same = false;
                            return Ok(size);
                        }
                        Cloned::NotThis => {}
                        Cloned::Unsupported => no_clones = true,
                    }
                }
                is_same = copy(path, &file, new, observer)? == Some((size, digest));
                Ok(size)
            })?;
            self.sharing.no_clones |= no_clones;
            if !is_same {
                return Ok(false);
            }
        }
        self.done.reused_files += 1;
        self.done.reused_bytes += size;
        Ok(true)
    }

    /// Makes the file that operations on a base's file will fill, and says whether it is a reflink of
    /// that.
    pub(super) fn begin_patch(&mut self, path: &[u8], base: &File) -> Result<(File, bool)> {
        let file = self.create(path)?;
        let clones = matches!(self.options.share, Share::Auto | Share::Reflink);
        let is_clone = clones && !self.sharing.no_clones && ficlone(&file, base).is_ok();
        Ok((file, is_clone))
    }

    /// Returns true if the inode of a base's file has what would be set on a new one.
    fn is_as_wanted(&self, meta: &Meta, base: &BaseFile) -> bool {
        let entry = &base.entry;
        let names = (meta.user.as_deref(), meta.group.as_deref());
        !base.stored_as.is_empty()
            && base.stored_as == self.options.stored_as()
            // A problem means that not all of it could be set.
            && entry.problem.is_none()
            && entry.mode == meta.mode & 0o7777
            && entry.mtime == meta.mtime
            && entry.owner == meta.owner
            && (entry.names.0.as_deref(), entry.names.1.as_deref()) == names
            && entry.attributes == meta.attributes
            && base.mtime() == meta.mtime
            && base.stat.st_mode & 0o777 == meta.mode & 0o777
            && !self.sharing.linked.contains(&base.inode().1)
            && self.has_attributes(meta, base)
    }

    /// Returns true if a base's file has the attributes that a new one would get. They may have been
    /// lost since, as by a copy of the disk without attributes.
    fn has_attributes(&self, meta: &Meta, base: &BaseFile) -> bool {
        let mut wanted = Attributes::new();
        let mut faults = Faults::new();
        if let StoreAttributes::Keep { .. } = self.options.attributes {
            let mut set = |name: &CStr, value: &[u8]| {
                wanted.push((name.to_owned(), value.to_vec()));
                Ok(())
            };
            Self::keep(meta, FileType::RegularFile, (0, 0), &mut faults, &mut set);
        }
        // By a descriptor: asking by path takes longer than opening.
        let opened = open::file(base.directory.as_fd(), &base.name, false);
        let Ok(mut found) = opened.and_then(|(fd, _)| attributes::of_open(fd.as_fd(), false))
        else {
            return false;
        };
        // All others are the disk's own.
        found.retain(|(name, _)| name.to_bytes().starts_with(b"user."));
        found.sort();
        wanted.sort();
        faults.is_empty() && wanted == found
    }

    /// Makes a hard link, and returns false where there can be none.
    fn link(&mut self, path: &[u8], meta: &Meta, base: &BaseFile) -> Result<bool> {
        let linking = |dir: BorrowedFd<'_>, name: &CString| {
            match fs::linkat(&base.directory, &base.name, dir, name, AtFlags::empty()) {
                Ok(()) => {}
                Err(Errno::EXIST) => return Err(Errno::EXIST),
                Err(error) => return Ok(Err(error)),
            }
            let linked = fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
            if inode(&linked) == base.inode() && linked.st_size == base.stat.st_size {
                return Ok(Ok(linked));
            }
            // Something else has come under the name of the base's file.
            fs::unlinkat(dir, name, AtFlags::empty())?;
            Ok(Err(Errno::STALE))
        };
        match self.make(path, linking)? {
            Ok(stat) => {
                self.sharing.linked.insert(base.inode().1);
                self.check_kept(meta, Some(meta.mode & 0o777), || Ok(stat));
                Ok(true)
            }
            Err(Errno::XDEV | Errno::OPNOTSUPP | Errno::NOSYS) => {
                self.sharing.no_links = true;
                Ok(false)
            }
            // Too many links, one that may not be changed, or gone meanwhile.
            Err(Errno::MLINK | Errno::PERM | Errno::STALE | Errno::NOENT | Errno::ACCESS) => {
                Ok(false)
            }
            Err(error) => Err(write_error(path, error)),
        }
    }
}

/// Outcome of making a reflink.
enum Cloned {
    Done,
    /// The file has another size than it had.
    Changed,
    /// There can be none of this file.
    NotThis,
    /// There can be none here.
    Unsupported,
}

fn clone(
    path: &[u8],
    from: &File,
    to: &File,
    size: u64,
    observer: &mut dyn Observer,
) -> Result<Cloned> {
    let fail = |error: std::io::Error| write_error(path, error);
    observer.proceed(0).map_err(fail)?;
    match ficlone(to, from) {
        Ok(()) => {}
        Err(Errno::OPNOTSUPP | Errno::XDEV | Errno::NOTTY | Errno::NOSYS) => {
            return Ok(Cloned::Unsupported);
        }
        Err(Errno::INVAL | Errno::PERM | Errno::TXTBSY | Errno::BADF) => {
            return Ok(Cloned::NotThis);
        }
        Err(error) => return Err(write_error(path, error)),
    }
    let cloned = to.metadata().map_err(fail)?;
    observer.bytes(size);
    Ok(if cloned.len() == size {
        Cloned::Done
    } else {
        Cloned::Changed
    })
}

/// Copies a file with its holes, and gives its size and digest; none if it cannot be read.
fn copy(
    path: &[u8],
    from: &File,
    to: Option<&File>,
    observer: &mut dyn Observer,
) -> Result<Option<(u64, [u8; 32])>> {
    let fail = |source: std::io::Error| UnpackError::Write {
        path: to_path(path).to_owned(),
        source,
    };
    let Ok(stat) = fs::fstat(from) else {
        return Ok(None);
    };
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    let pieces = pieces(from, &stat, size).unwrap_or_else(|| vec![(0, size)]);
    let mut sink = Sink::new(to);
    let mut buffer = vec![0; BUFFER];
    // The end is a piece of nothing.
    for (offset, length) in pieces.into_iter().chain([(size, 0)]) {
        let hole = offset - sink.length();
        sink.skip(hole, observer).map_err(fail)?;
        observer.bytes(hole);
        let end = offset + length;
        while sink.length() < end {
            let wanted = usize::try_from(end - sink.length()).unwrap_or(BUFFER);
            let count = match from.read_at(&mut buffer[..wanted.min(BUFFER)], sink.length()) {
                Ok(0) => return Ok(None),
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => return Ok(None),
            };
            observer.proceed(count as u64).map_err(fail)?;
            sink.write(&buffer[..count]).map_err(fail)?;
            observer.bytes(count as u64);
        }
    }
    sink.finish().map(Some).map_err(fail)
}

#[cfg(target_os = "linux")]
fn ficlone(to: &File, from: &File) -> std::result::Result<(), Errno> {
    fs::ioctl_ficlone(to, from)
}

#[cfg(not(target_os = "linux"))]
fn ficlone(_to: &File, _from: &File) -> std::result::Result<(), Errno> {
    Err(Errno::OPNOTSUPP)
}
