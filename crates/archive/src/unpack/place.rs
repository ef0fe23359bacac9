//! Putting entries where they belong.

use std::collections::HashSet;
use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::parents::Parents;
use super::sharing::Sharing;
use super::{Limit, Limits, Result, StoreAttributes, UnpackError, UnpackOptions, Unpacked, show};
use crate::attributes::{self, Attributes};
use crate::manifest::Properties;
use crate::observer::{Observer, Problem};
use crate::owners::{Name, Numbers};
use crate::walk::{DIRECTORY, file_type};
use crate::{Manifest, open, tree};

/// Longest target of a symbolic link that any system takes.
const LONGEST_TARGET: usize = 4095;

/// Metadata of an entry in an archive.
#[derive(Clone, Debug, Default)]
pub(super) struct Meta {
    pub(super) mode: u32,
    /// Seconds and nanoseconds since the epoch.
    pub(super) mtime: Option<(i64, u32)>,
    pub(super) owner: Option<(u32, u32)>,
    pub(super) user: Option<Name>,
    pub(super) group: Option<Name>,
    pub(super) attributes: Attributes,
}

impl Meta {
    /// Returns the same for a receipt.
    pub(super) fn properties(&self) -> Properties<'_> {
        Properties {
            mode: self.mode,
            mtime: self.mtime,
            owner: self.owner,
            user: self.user.as_deref(),
            group: self.group.as_deref(),
            attributes: &self.attributes,
        }
    }
}

/// Metadata of a directory, applied after its content.
struct Later {
    path: Vec<u8>,
    /// Without attributes.
    meta: Meta,
    attributes: Option<Arc<Attributes>>,
}

/// Places entries below one directory.
pub(super) struct Placer<'a> {
    pub(super) parents: Parents<'a>,
    pub(super) options: UnpackOptions,
    pub(super) numbers: Numbers,
    pub(super) observer: &'a mut dyn Observer,
    pub(super) done: Unpacked,
    entries: u64,
    /// Bytes of the archive, as it came, that have been read.
    pub(super) arrived: u64,
    /// Bytes of memory that the entries so far take, here and in the manifest.
    held: u64,
    /// Bytes of all holes so far that the archive has made.
    pub(super) holes: u64,
    /// Bytes of holes in files that were made from those of a base.
    pub(super) shared_holes: u64,
    /// Directories whose modes and times are set in the end, when nothing is put into them.
    directories: Vec<Later>,
    /// Attributes that directories get in the end. Those of one tree are usually the same.
    lists: HashSet<Arc<Attributes>>,
    /// True if something was put in the place of something else.
    pub(super) replaced: bool,
    /// True if nothing is made: what an archive holds is only read, counted and hashed.
    dry: bool,
    pub(super) sharing: Sharing,
}

impl<'a> Placer<'a> {
    pub(super) fn new(
        root: BorrowedFd<'a>,
        options: &UnpackOptions,
        observer: &'a mut dyn Observer,
    ) -> Self {
        Self {
            parents: Parents::new(root),
            options: *options,
            numbers: Numbers::default(),
            observer,
            done: Unpacked::default(),
            entries: 0,
            arrived: 0,
            held: 0,
            holes: 0,
            shared_holes: 0,
            directories: Vec::new(),
            lists: HashSet::new(),
            replaced: false,
            dry: false,
            sharing: Sharing::default(),
        }
    }

    /// One that makes nothing.
    pub(super) fn nowhere(options: &UnpackOptions, observer: &'a mut dyn Observer) -> Self {
        Self {
            dry: true,
            ..Self::new(fs::CWD, options, observer)
        }
    }

    pub(super) fn is_dry(&self) -> bool {
        self.dry
    }

    /// Checks a name and cleans it of what means nothing; empty is the root itself.
    pub(super) fn clean(&self, name: &[u8]) -> Result<Vec<u8>> {
        let refuse = |reason| {
            Err(UnpackError::Refused {
                entry: show(name),
                reason,
            })
        };
        if name.contains(&0) {
            return refuse("its name holds a NUL");
        }
        if name.len() > self.options.limits.max_path {
            return refuse("its name is too long");
        }
        let mut clean = Vec::with_capacity(name.len());
        for part in name.split(|byte| *byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => return refuse("its name leads upwards"),
                part if part.len() > 255 => return refuse("a part of its name is too long"),
                part => {
                    if !clean.is_empty() {
                        clean.push(b'/');
                    }
                    clean.extend_from_slice(part);
                }
            }
        }
        if name.first() == Some(&b'/') && !clean.is_empty() {
            return refuse("its name is absolute");
        }
        Ok(clean)
    }

    /// Counts an entry of this many bytes, before anything is made of it. `text` is what it holds in
    /// memory beside its place in the manifest, in bytes.
    pub(super) fn admit(
        &mut self,
        manifest: &Manifest,
        path: &[u8],
        size: u64,
        text: usize,
    ) -> Result<()> {
        let limits = self.options.limits;
        let missing = self.parents.take_made();
        self.entries += 1 + missing;
        let most = limits.held(self.arrived);
        let left = most.saturating_sub(self.held);
        self.held += manifest.cost(path, left) + text as u64;
        let passed = if self.entries > limits.max_entries {
            Some(Limit::Entries(limits.max_entries))
        } else if self.held > most {
            Some(Limit::Memory)
        } else if size > self.left() {
            Some(Limit::Bytes(limits.max_bytes))
        } else {
            None
        };
        if let Some(limit) = passed {
            let entry = show(path);
            return Err(UnpackError::Limit { limit, entry });
        }
        self.observer.entry(to_path(path), size);
        let go_on = self.observer.create();
        go_on.map_err(|source| UnpackError::Write {
            path: to_path(path).to_owned(),
            source,
        })
    }

    /// Counts the attributes of an entry, which take room on the disk.
    pub(super) fn admit_attributes(&mut self, path: &[u8], meta: &Meta) -> Result<()> {
        let size = attributes::size(&meta.attributes);
        if size == 0 {
            return Ok(());
        }
        let go_on = self.observer.proceed(size as u64);
        go_on.map_err(|source| UnpackError::Write {
            path: to_path(path).to_owned(),
            source,
        })
    }

    /// Returns true if anything becomes of extended attributes.
    pub(super) fn keeps_attributes(&self) -> bool {
        self.options.attributes != StoreAttributes::Ignore
    }

    /// Returns the limits for the archive.
    pub(super) fn limits(&self) -> Limits {
        self.options.limits
    }

    /// Bytes of content that may still come.
    pub(super) fn left(&self) -> u64 {
        let holes = self.holes + self.shared_holes;
        let made = self.done.bytes.saturating_sub(holes);
        self.options.limits.max_bytes.saturating_sub(made)
    }

    pub(super) fn directory(&mut self, path: &[u8], mut meta: Meta) -> Result<()> {
        if self.dry {
            self.done.directories += 1;
            return Ok(());
        }
        let fail = |error: Errno| write_error(path, error);
        let keeps_attributes = self.keeps_attributes();
        let (parent, name) = split(path);
        let name = CString::new(name).map_err(|_| fail(Errno::INVAL))?;
        let dir = self
            .parents
            .open(&parent, Some(self.observer))
            .map_err(|error| blocked(path, error))?;
        let (mut is_there, mut replaced) = (false, false);
        match fs::mkdirat(dir, &name, Mode::RWXU) {
            Ok(()) => {}
            Err(Errno::EXIST) => {
                let stat = fs::statat(dir, &name, AtFlags::SYMLINK_NOFOLLOW).map_err(fail)?;
                is_there = file_type(&stat) == FileType::Directory;
                if !is_there {
                    fs::unlinkat(dir, &name, AtFlags::empty()).map_err(fail)?;
                    fs::mkdirat(dir, &name, Mode::RWXU).map_err(fail)?;
                    replaced = true;
                }
            }
            Err(error) => return Err(fail(error)),
        }
        if keeps_attributes && (is_there || !meta.attributes.is_empty()) {
            let fd = fs::openat(dir, &name, DIRECTORY, Mode::empty()).map_err(fail)?;
            if is_there {
                // Those of an earlier entry for it.
                attributes::clear(fd.as_fd()).map_err(fail)?;
            }
            self.set_early(path, fd.as_fd(), &mut meta);
        }
        if replaced {
            self.replaced = true;
            self.parents.forget();
        }
        self.done.directories += 1;
        self.set_later(path, meta)
    }

    /// Remembers what a directory gets in the end.
    fn set_later(&mut self, path: &[u8], mut meta: Meta) -> Result<()> {
        let attributes = std::mem::take(&mut meta.attributes);
        let attributes = if attributes.is_empty() {
            None
        } else if let Some(known) = self.lists.get(&attributes) {
            Some(Arc::clone(known))
        } else {
            self.held += attributes::size(&attributes) as u64;
            let new = Arc::new(attributes);
            self.lists.insert(Arc::clone(&new));
            Some(new)
        };
        let names = [&meta.user, &meta.group].into_iter().flatten();
        let names: usize = names.map(|name| name.len()).sum();
        self.held += (size_of::<Later>() + path.len() + names) as u64;
        if self.held > self.options.limits.held(self.arrived) {
            let (limit, entry) = (Limit::Memory, show(path));
            return Err(UnpackError::Limit { limit, entry });
        }
        self.directories.push(Later {
            path: path.to_vec(),
            meta,
            attributes,
        });
        Ok(())
    }

    /// Makes a file and lets `fill` write its content.
    pub(super) fn file(
        &mut self,
        path: &[u8],
        meta: &Meta,
        fill: impl FnOnce(Option<&File>, &mut dyn Observer) -> Result<u64>,
    ) -> Result<()> {
        if self.dry {
            self.done.bytes += fill(None, self.observer)?;
            self.done.files += 1;
            return Ok(());
        }
        let file = self.create(path)?;
        self.done.bytes += fill(Some(&file), self.observer)?;
        self.set_open(path, file.as_fd(), meta, FileType::RegularFile);
        self.done.files += 1;
        Ok(())
    }

    /// Makes an empty file.
    pub(super) fn create(&mut self, path: &[u8]) -> Result<File> {
        const FLAGS: OFlags = OFlags::WRONLY
            .union(OFlags::CREATE)
            .union(OFlags::EXCL)
            .union(OFlags::NOFOLLOW)
            .union(OFlags::CLOEXEC);
        let fd = self.make(path, |dir, name| {
            fs::openat(dir, name, FLAGS, Mode::RUSR | Mode::WUSR)
        })?;
        Ok(File::from(fd))
    }

    pub(super) fn symlink(&mut self, path: &[u8], target: &[u8], meta: &Meta) -> Result<()> {
        let refuse = |reason| {
            Err(UnpackError::Refused {
                entry: show(path),
                reason,
            })
        };
        if target.is_empty() || target.len() > LONGEST_TARGET {
            return refuse("no link can lead where it does");
        }
        let Ok(target) = CString::new(target) else {
            return refuse("no link can lead where it does");
        };
        if self.dry {
            self.done.links += 1;
            return Ok(());
        }
        self.make(path, |dir, name| fs::symlinkat(&target, dir, name))?;
        self.set_entry(path, meta, false)?;
        self.done.links += 1;
        Ok(())
    }

    /// Gives a file that was unpacked before a second name, and returns its size in bytes. `None` if
    /// that is the name that it has: what was archived twice is a link to itself.
    pub(super) fn hard_link(&mut self, path: &[u8], target: &[u8]) -> Result<Option<u64>> {
        let refuse = |reason| UnpackError::Refused {
            entry: show(path),
            reason,
        };
        if target.is_empty() {
            return Err(refuse("it is a link to the root"));
        }
        if self.dry {
            // What it leads to shows in the hash of it all.
            self.done.files += u64::from(path != target);
            return Ok((path != target).then_some(0));
        }
        let (parent, name) = split(target);
        let missing = "it is a hard link to what the archive has not had before";
        let name = CString::new(name).map_err(|_| refuse(missing))?;
        let dir = self
            .parents
            .open(&parent, None)
            .map_err(|_| refuse(missing))?;
        let stat =
            fs::statat(dir, &name, AtFlags::SYMLINK_NOFOLLOW).map_err(|_| refuse(missing))?;
        if !matches!(file_type(&stat), FileType::RegularFile | FileType::Symlink) {
            return Err(refuse("it is a hard link to something that is no file"));
        }
        if path == target {
            return Ok(None);
        }
        let from = rustix::io::fcntl_dupfd_cloexec(dir, 0).map_err(|e| write_error(path, e))?;
        self.make(path, |dir, new| {
            fs::linkat(&from, &name, dir, new, AtFlags::empty())
        })?;
        self.done.files += 1;
        Ok(Some(u64::try_from(stat.st_size).unwrap_or(0)))
    }

    /// Makes something under a name, in the place of what may be there from an earlier entry.
    pub(super) fn make<T>(
        &mut self,
        path: &[u8],
        make: impl Fn(BorrowedFd<'_>, &CString) -> std::result::Result<T, Errno>,
    ) -> Result<T> {
        let fail = |error: Errno| write_error(path, error);
        let (parent, name) = split(path);
        let name = CString::new(name).map_err(|_| fail(Errno::INVAL))?;
        let dir = self
            .parents
            .open(&parent, Some(self.observer))
            .map_err(|error| blocked(path, error))?;
        match make(dir, &name) {
            Err(Errno::EXIST) => {}
            other => return other.map_err(fail),
        }
        match fs::unlinkat(dir, &name, AtFlags::empty()) {
            Ok(()) => {}
            Err(Errno::ISDIR | Errno::PERM) => {
                fs::unlinkat(dir, &name, AtFlags::REMOVEDIR).map_err(|error| match error {
                    Errno::NOTEMPTY | Errno::EXIST => UnpackError::Refused {
                        entry: show(path),
                        reason: "it would replace a directory that holds other entries",
                    },
                    error => fail(error),
                })?;
            }
            Err(error) => return Err(fail(error)),
        }
        let made = make(dir, &name).map_err(fail);
        self.replaced = true;
        self.parents.forget();
        made
    }

    pub(super) fn not_restored(&mut self, path: &[u8], faults: Vec<(&'static str, Errno)>) {
        for (what, error) in faults {
            self.done.not_restored += 1;
            let problem = Problem::NotRestored {
                what,
                source: error.into(),
            };
            self.observer.problem(to_path(path), &problem);
        }
    }

    /// Size and digest of a file that was unpacked before; `None` if it is no file.
    pub(super) fn content_of(&mut self, path: &[u8]) -> Result<Option<(u64, [u8; 32])>> {
        let fail = |error: Errno| write_error(path, error);
        let (parent, name) = split(path);
        let name = CString::new(name).map_err(|_| fail(Errno::INVAL))?;
        let opened = self.parents.open(&parent, None);
        let dir = opened.map_err(|error| write_error(path, error))?;
        let (fd, stat) = match open::file(dir, &name, true) {
            Err(Errno::LOOP) => return Ok(None),
            other => other.map_err(fail)?,
        };
        if file_type(&stat) != FileType::RegularFile {
            return Ok(None);
        }
        let mut buffer = vec![0; 64 * 1024];
        let found = tree::hash(File::from(fd), &mut buffer, &mut Reading(self.observer));
        found.map(Some).map_err(|source| UnpackError::Write {
            path: to_path(path).to_owned(),
            source,
        })
    }

    /// Sets the modes and times of directories, those below before those above.
    pub(super) fn finish(&mut self) -> Result<Unpacked> {
        self.lists = HashSet::new();
        let mut directories = std::mem::take(&mut self.directories);
        // Stable: of two entries for one directory, the later one stands.
        directories.sort_by(|a, b| a.path.cmp(&b.path));
        let mut previous: Option<Vec<u8>> = None;
        for later in directories.into_iter().rev() {
            let Later {
                path,
                mut meta,
                attributes,
            } = later;
            if previous.as_ref() == Some(&path) {
                continue;
            }
            let (parent, name) = split(&path);
            let name = CString::new(name).map_err(|_| write_error(&path, Errno::INVAL))?;
            let opened = self
                .parents
                .open(&parent, None)
                .and_then(|dir| Ok(fs::openat(dir, &name, DIRECTORY, Mode::empty())?));
            match opened {
                Ok(fd) => {
                    if let Some(attributes) = attributes {
                        meta.attributes = Arc::unwrap_or_clone(attributes);
                    }
                    self.set_open(&path, fd.as_fd(), &meta, FileType::Directory);
                }
                Err(error) => {
                    let error = Errno::from_io_error(&error).unwrap_or(Errno::IO);
                    match error {
                        // A later entry has taken its place.
                        Errno::NOTDIR | Errno::LOOP | Errno::NOENT if self.replaced => {}
                        _ => self.not_restored(&path, vec![("mode", error)]),
                    }
                }
            }
            previous = Some(path);
        }
        Ok(self.done)
    }
}

/// Has an observer asked whether to go on with what writes nothing.
pub(super) struct Reading<'a>(pub(super) &'a mut dyn Observer);

impl Observer for Reading<'_> {
    fn proceed(&mut self, _count: u64) -> std::io::Result<()> {
        self.0.proceed(0)
    }
}

/// The components of the parent, and the name.
pub(super) fn split(path: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let mut parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
    let name = parts.pop().unwrap_or_default();
    (parts, name)
}

pub(super) fn to_path(path: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(path))
}

pub(super) fn write_error(path: &[u8], error: impl Into<io::Error>) -> UnpackError {
    UnpackError::Write {
        path: PathBuf::from(OsStr::from_bytes(path)),
        source: error.into(),
    }
}

/// The error for a parent of an entry that is no directory.
pub(super) fn blocked(path: &[u8], error: io::Error) -> UnpackError {
    match Errno::from_io_error(&error) {
        Some(Errno::NOTDIR | Errno::LOOP) => UnpackError::Refused {
            entry: show(path),
            reason: "it lies below something that is not a directory",
        },
        _ => write_error(path, error),
    }
}
