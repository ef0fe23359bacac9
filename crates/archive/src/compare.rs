//! Comparing two files or trees on disk, with all that belongs to them.

use std::collections::HashMap;
use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{self, Advice, AtFlags, FileType, Mode, Stat};

use crate::attributes::{self, Attributes};
use crate::observer::Observer;
use crate::open;
use crate::walk::{DIRECTORY, Step, Walker, file_type, identity};

/// The properties that must be equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Everything but the content and size of files: what can be told without reading them.
    Outline,
    /// Everything.
    Full,
    /// Everything that copying keeps, where the second one is the copy. It is read from the disk,
    /// as far as the system can be told to forget what it holds of it in memory; so it must be
    /// synced. Times may be rounded down to what its file system stores, and only attributes of the
    /// namespace `user` count.
    Copy {
        /// True if owners were kept.
        owners: bool,
    },
}

/// Result of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Nothing that counts is different.
    Same,
    /// Something is.
    Different {
        /// The first thing that is different, relative to what was compared; empty if it is that.
        path: PathBuf,
        /// The property that differs.
        what: &'static str,
    },
}

/// Compares a file with a file, or a tree with a tree. Modes, owners and times of the two paths
/// themselves do not count, because they come from the program that stored them; attributes do. No
/// link is followed below the two paths. An unreadable entry is an error, and the observer can stop
/// the comparison.
pub fn compare(
    one: &Path,
    other: &Path,
    likeness: Likeness,
    observer: &mut dyn Observer,
) -> io::Result<Comparison> {
    let (one, other) = (Root::open(one)?, Root::open(other)?);
    let mut comparer = Comparer {
        likeness,
        observer,
        buffers: [Vec::new(), Vec::new()],
        partners: HashMap::new(),
    };
    comparer.roots(&one, &other)
}

/// The folder that one of the two lies in, and its name there.
struct Root {
    folder: OwnedFd,
    name: CString,
}

impl Root {
    fn open(path: &Path) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let folder = path.parent().filter(|path| !path.as_os_str().is_empty());
        Ok(Self {
            folder: crate::open_dir(folder.unwrap_or(Path::new(".")))?,
            name: CString::new(name.as_bytes())?,
        })
    }

    fn entry(&self) -> Entry<'_> {
        Entry {
            dir: self.folder.as_fd(),
            name: &self.name,
        }
    }
}

/// An entry of one of the trees.
#[derive(Clone, Copy)]
struct Entry<'a> {
    dir: BorrowedFd<'a>,
    name: &'a CStr,
}

impl Entry<'_> {
    fn stat(self) -> io::Result<Stat> {
        let flags = AtFlags::SYMLINK_NOFOLLOW;
        Ok(fs::statat(self.dir, self.name, flags)?)
    }
}

/// An open directory.
struct Opened<'a> {
    entry: Entry<'a>,
    fd: OwnedFd,
    /// The mode that it must get back, if it was opened by force.
    mode: Option<Mode>,
}

impl<'a> Opened<'a> {
    fn open(entry: Entry<'a>) -> io::Result<Self> {
        let (fd, _, mode) = open::directory(entry.dir, entry.name, true)?;
        Ok(Self { entry, fd, mode })
    }

    /// The directory once more, to be walked.
    fn again(&self) -> io::Result<OwnedFd> {
        Ok(fs::openat(&self.fd, ".", DIRECTORY, Mode::empty())?)
    }
}

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        give_back(self.entry.dir, self.entry.name, self.mode);
    }
}

/// Gives a directory that was opened by force its mode.
fn give_back(dir: BorrowedFd<'_>, name: &CStr, mode: Option<Mode>) {
    if let Some(mode) = mode {
        // It existed a moment ago; an error here has no consequence.
        let _ = fs::chmodat(dir, name, mode, AtFlags::empty());
    }
}

/// One of the trees on the way through it.
struct Tree {
    walker: Walker,
    /// Directories that were opened by force, and the modes that they must get back.
    forced: Vec<(Vec<u8>, Mode)>,
}

impl Tree {
    fn new(root: &Opened<'_>) -> io::Result<Self> {
        Ok(Self {
            walker: Walker::new(root.again()?)?,
            forced: Vec::new(),
        })
    }

    fn step(&mut self) -> io::Result<Option<Step>> {
        let step = self.walker.step()?;
        if let Some(Step::Leave(name)) = &step {
            let is_it = |(path, _): &mut (Vec<u8>, Mode)| path == self.walker.path();
            let mode = self.forced.pop_if(is_it).map(|(_, mode)| mode);
            give_back(self.walker.dir()?, name, mode);
        }
        Ok(step)
    }

    fn enter(&mut self, name: &CStr, fd: OwnedFd, mode: Option<Mode>) -> io::Result<()> {
        let path = self.walker.path().to_vec();
        if let Err(error) = self.walker.enter(name.to_owned(), fd) {
            give_back(self.walker.dir()?, name, mode);
            return Err(error);
        }
        self.forced.extend(mode.map(|mode| (path, mode)));
        Ok(())
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // On the way out, for where the comparison has ended early.
        while !self.forced.is_empty() && matches!(self.step(), Ok(Some(_))) {}
    }
}

struct Comparer<'a> {
    likeness: Likeness,
    observer: &'a mut dyn Observer,
    buffers: [Vec<u8>; 2],
    /// Files with several names: which one of the other tree each stands for, from either side.
    partners: HashMap<(bool, (u64, u64)), (u64, u64)>,
}

/// The property that differs, if any.
type Difference = Option<&'static str>;

impl Comparer<'_> {
    fn roots(&mut self, one: &Root, other: &Root) -> io::Result<Comparison> {
        let (one, other) = (one.entry(), other.entry());
        let (stat, other_stat) = (one.stat()?, other.stat()?);
        let different = |what| Comparison::Different {
            path: PathBuf::new(),
            what,
        };
        let kind = file_type(&stat);
        if kind != file_type(&other_stat) {
            return Ok(different("kind"));
        }
        match kind {
            FileType::RegularFile => {
                let found = self.files(one, other)?;
                Ok(found.map_or(Comparison::Same, different))
            }
            FileType::Directory => {
                let (one, other) = (Opened::open(one)?, Opened::open(other)?);
                match self.open_attributes(&one.fd, &other.fd)? {
                    Some(what) => Ok(different(what)),
                    None => self.walk(&mut Tree::new(&one)?, &mut Tree::new(&other)?),
                }
            }
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is neither a file nor a directory",
            )),
        }
    }

    /// Takes the same steps in both trees.
    fn walk(&mut self, one: &mut Tree, other: &mut Tree) -> io::Result<Comparison> {
        let different = |tree: &Tree, what| {
            let path = PathBuf::from(OsStr::from_bytes(tree.walker.path()));
            Ok(Comparison::Different { path, what })
        };
        loop {
            match (one.step()?, other.step()?) {
                (None, None) => return Ok(Comparison::Same),
                (Some(Step::Leave(_)), Some(Step::Leave(_))) => {}
                (Some(Step::Entry(name)), Some(Step::Entry(other_name))) if name == other_name => {
                    if let Some(what) = self.entries(one, other, &name)? {
                        return different(one, what);
                    }
                }
                // The name that comes first is the one that the other tree does not have.
                (Some(Step::Entry(name)), Some(Step::Entry(other_name))) if name > other_name => {
                    return different(other, "presence");
                }
                (Some(Step::Entry(_)), _) => return different(one, "presence"),
                _ => return different(other, "presence"),
            }
        }
    }

    /// Compares two entries of the same name, and enters them if they are directories.
    fn entries(&mut self, one: &mut Tree, other: &mut Tree, name: &CStr) -> io::Result<Difference> {
        self.observer.proceed(0)?;
        let here = Entry {
            dir: one.walker.dir()?,
            name,
        };
        let there = Entry {
            dir: other.walker.dir()?,
            name,
        };
        let (stat, other_stat) = (here.stat()?, there.stat()?);
        if let Some(what) = self.stats(&stat, &other_stat) {
            return Ok(Some(what));
        }
        match file_type(&stat) {
            FileType::Directory => {
                let (mut here, mut there) = (Opened::open(here)?, Opened::open(there)?);
                let found = self.open_attributes(&here.fd, &there.fd)?;
                if found.is_some() {
                    return Ok(found);
                }
                let (fd, other_fd) = (here.again()?, there.again()?);
                let (mode, other_mode) = (here.mode.take(), there.mode.take());
                drop((here, there));
                one.enter(name, fd, mode)?;
                other.enter(name, other_fd, other_mode)?;
                Ok(None)
            }
            FileType::RegularFile => {
                let path = Path::new(OsStr::from_bytes(one.walker.path()));
                let size = u64::try_from(stat.st_size).unwrap_or(0);
                self.observer.entry(path, size);
                match self.names(&stat, &other_stat) {
                    Some(true) => Ok(None),
                    Some(false) => Ok(Some("hard links")),
                    None => self.files(here, there),
                }
            }
            FileType::Symlink => {
                let target = |entry: Entry<'_>| fs::readlinkat(entry.dir, entry.name, Vec::new());
                if target(here)? != target(there)? {
                    return Ok(Some("target of the link"));
                }
                self.closed_attributes(here, there)
            }
            _ => self.closed_attributes(here, there),
        }
    }

    /// Compares the metadata of two entries.
    fn stats(&self, one: &Stat, other: &Stat) -> Difference {
        let kind = file_type(one);
        if kind != file_type(other) {
            return Some("kind");
        }
        // That of a link means nothing.
        if kind != FileType::Symlink && one.st_mode & 0o7777 != other.st_mode & 0o7777 {
            return Some("mode");
        }
        let owners = match self.likeness {
            Likeness::Outline | Likeness::Full => true,
            Likeness::Copy { owners } => owners,
        };
        if owners && (one.st_uid, one.st_gid) != (other.st_uid, other.st_gid) {
            return Some("owner");
        }
        let time = |stat: &Stat| {
            (
                stat.st_mtime,
                i64::try_from(stat.st_mtime_nsec).unwrap_or(0),
            )
        };
        let same_time = match self.likeness {
            Likeness::Copy { .. } => is_rounded(time(one), time(other)),
            _ => time(one) == time(other),
        };
        if !same_time {
            return Some("modification time");
        }
        let is_device = matches!(kind, FileType::BlockDevice | FileType::CharacterDevice);
        if is_device && one.st_rdev != other.st_rdev {
            return Some("device number");
        }
        None
    }

    /// Returns true if two files are second names of files that were compared before and belong together;
    /// none if both have their first name here.
    fn names(&mut self, one: &Stat, other: &Stat) -> Option<bool> {
        if one.st_nlink <= 1 && other.st_nlink <= 1 {
            return None;
        }
        let (id, other_id) = (identity(one), identity(other));
        let known = self.partners.insert((false, id), other_id);
        let other_known = self.partners.insert((true, other_id), id);
        match (known, other_known) {
            (None, None) => None,
            (known, other_known) => Some(known == Some(other_id) && other_known == Some(id)),
        }
    }

    fn files(&mut self, one: Entry<'_>, other: Entry<'_>) -> io::Result<Difference> {
        let open = |entry: Entry<'_>| open::file(entry.dir, entry.name, true);
        let ((fd, stat), (other_fd, other_stat)) = (open(one)?, open(other)?);
        // Something else may have taken its place since.
        if [&stat, &other_stat].map(file_type) != [FileType::RegularFile; 2] {
            return Ok(Some("kind"));
        }
        let found = self.open_attributes(&fd, &other_fd)?;
        if found.is_some() || self.likeness == Likeness::Outline {
            return Ok(found);
        }
        if stat.st_size != other_stat.st_size {
            return Ok(Some("size"));
        }
        if let Likeness::Copy { .. } = self.likeness {
            // Only advice: some file systems have nothing but memory.
            let _ = fs::fadvise(&other_fd, 0, None, Advice::DontNeed);
        }
        self.contents(File::from(fd), File::from(other_fd))
    }

    fn contents(&mut self, mut one: File, mut other: File) -> io::Result<Difference> {
        const BLOCK: usize = 256 * 1024;
        let [buffer, other_buffer] = &mut self.buffers;
        buffer.resize(BLOCK, 0);
        other_buffer.resize(BLOCK, 0);
        loop {
            let count = fill(&mut one, buffer)?;
            self.observer.proceed(count as u64)?;
            let other_count = fill(&mut other, other_buffer)?;
            if buffer[..count] != other_buffer[..other_count] {
                return Ok(Some("content"));
            }
            if count < BLOCK {
                return Ok(None);
            }
            self.observer.bytes(count as u64);
        }
    }

    fn open_attributes(&self, one: &OwnedFd, other: &OwnedFd) -> io::Result<Difference> {
        let found = attributes::of_open(one.as_fd(), true)?;
        let other_found = attributes::of_open(other.as_fd(), true)?;
        Ok(self.attributes(found, other_found))
    }

    /// Those of what cannot be opened.
    fn closed_attributes(&self, one: Entry<'_>, other: Entry<'_>) -> io::Result<Difference> {
        let found = attributes::of_entry(one.dir, one.name)?;
        let other_found = attributes::of_entry(other.dir, other.name)?;
        Ok(self.attributes(found, other_found))
    }

    fn attributes(&self, mut one: Attributes, mut other: Attributes) -> Difference {
        if let Likeness::Copy { .. } = self.likeness {
            for attributes in [&mut one, &mut other] {
                attributes.retain(|(name, _)| name.as_bytes().starts_with(b"user."));
            }
        }
        (one != other).then_some("extended attributes")
    }
}

/// Returns true if one time, in seconds and nanoseconds, is another one rounded down as file systems do.
fn is_rounded((seconds, nanoseconds): (i64, i64), rounded: (i64, i64)) -> bool {
    // From a nanosecond to the two seconds of FAT.
    let steps = [1, 100, 1000, 1_000_000, 10_000_000, 1_000_000_000];
    let floor = |step: i64| (seconds, nanoseconds - nanoseconds % step);
    let even = (seconds - seconds.rem_euclid(2), 0);
    rounded == even || steps.into_iter().any(|step| floor(step) == rounded)
}

/// Reads until a buffer is full or the file has ended.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
