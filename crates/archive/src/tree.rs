//! Whole trees on disk.

use std::ffi::{CString, OsStr};
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use crate::Manifest;
use crate::observer::Observer;
use crate::open;
use crate::walk::{DIRECTORY, Step, Walker, file_type};

/// Opens a directory to work relative to it. A symbolic link at the end is followed.
pub fn open_dir(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(fs::open(path, flags, Mode::empty())?)
}

/// Hashes every file below a directory, those that their owner has locked himself out of included.
/// Hashes a tree. Unreadable entries end it, and so does the observer.
pub fn hash_tree(dir: BorrowedFd<'_>, observer: &mut dyn Observer) -> io::Result<Manifest> {
    let mut manifest = Manifest::default();
    survey(dir, Some(&mut manifest), observer)?;
    Ok(manifest)
}

/// Bytes of all files below a directory, as [`Manifest::bytes`] counts them, without reading any.
pub fn size_tree(dir: BorrowedFd<'_>, observer: &mut dyn Observer) -> io::Result<u64> {
    survey(dir, None, observer)
}

/// Walks a tree, and counts the bytes of its files. They are read if there is a manifest to fill.
fn survey(
    dir: BorrowedFd<'_>,
    mut manifest: Option<&mut Manifest>,
    observer: &mut dyn Observer,
) -> io::Result<u64> {
    let mut bytes = 0;
    let mut walker = Walker::new(fs::openat(dir, ".", DIRECTORY, Mode::empty())?)?;
    let mut buffer = vec![0; 256 * 1024];
    // Directories that were opened by force, with the modes that they must get back.
    let mut forced: Vec<(Vec<u8>, Mode)> = Vec::new();
    while let Some(step) = walker.step()? {
        let name = match step {
            Step::Entry(name) => name,
            Step::Leave(name) => {
                if let Some((_, mode)) = forced.pop_if(|(path, _)| path == walker.path()) {
                    fs::chmodat(walker.dir()?, &name, mode, AtFlags::empty())?;
                }
                continue;
            }
        };
        observer.proceed(0)?;
        let stat = fs::statat(walker.dir()?, &name, AtFlags::SYMLINK_NOFOLLOW)?;
        match file_type(&stat) {
            FileType::Directory => {
                if let Some(manifest) = &mut manifest {
                    manifest.add_directory(walker.path());
                }
                let (fd, _, mode) = open::directory(walker.dir()?, &name, true)?;
                forced.extend(mode.map(|mode| (walker.path().to_vec(), mode)));
                walker.enter(name, fd)?;
            }
            FileType::Symlink => {
                if let Some(manifest) = &mut manifest {
                    let target = fs::readlinkat(walker.dir()?, &name, Vec::new())?;
                    manifest.add_link(walker.path(), target.as_bytes());
                }
            }
            FileType::RegularFile => {
                let size = u64::try_from(stat.st_size).unwrap_or(0);
                let Some(manifest) = &mut manifest else {
                    bytes += size;
                    continue;
                };
                let path = Path::new(OsStr::from_bytes(walker.path()));
                observer.entry(path, size);
                let (fd, _) = open::file(walker.dir()?, &name, true)?;
                let (size, digest) = hash(std::fs::File::from(fd), &mut buffer, observer)?;
                manifest.add_file(walker.path(), size, digest);
                bytes += size;
            }
            FileType::Fifo | FileType::BlockDevice | FileType::CharacterDevice => {
                if let Some(manifest) = &mut manifest {
                    manifest.add_special(walker.path());
                }
            }
            _ => {}
        }
    }
    Ok(bytes)
}

pub(crate) fn hash(
    mut file: std::fs::File,
    buffer: &mut [u8],
    observer: &mut dyn Observer,
) -> io::Result<(u64, [u8; 32])> {
    let mut hasher = Sha256::new();
    let mut size = 0;
    loop {
        match file.read(buffer) {
            Ok(0) => return Ok((size, hasher.finalize().into())),
            Ok(count) => {
                observer.proceed(count as u64)?;
                hasher.update(&buffer[..count]);
                size += count as u64;
                observer.bytes(count as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Removes whatever is called `name` in a directory, with all below it, however deep, and also
/// where its owner has taken the rights to do so away. What is not there is no error.
pub fn remove_tree(parent: BorrowedFd<'_>, name: &OsStr) -> io::Result<()> {
    let name = CString::new(name.as_bytes())?;
    let Some(root) = unlink_or_open(parent, &name)? else {
        return Ok(());
    };
    let mut walker = Walker::new(root)?;
    while let Some(step) = walker.step()? {
        match step {
            Step::Entry(name) => {
                if let Some(fd) = unlink_or_open(walker.dir()?, &name)? {
                    walker.enter(name, fd)?;
                }
            }
            Step::Leave(name) => fs::unlinkat(walker.dir()?, &name, AtFlags::REMOVEDIR)?,
        }
    }
    drop(walker);
    Ok(fs::unlinkat(parent, &name, AtFlags::REMOVEDIR)?)
}

/// Removes an entry, or opens it to be emptied first.
fn unlink_or_open(dir: BorrowedFd<'_>, name: &CString) -> io::Result<Option<OwnedFd>> {
    match fs::unlinkat(dir, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => return Ok(None),
        // What systems say of a directory.
        Err(Errno::ISDIR | Errno::PERM) => {}
        Err(error) => return Err(error.into()),
    }
    let open = || fs::openat(dir, name, DIRECTORY, Mode::empty());
    let fd = match open() {
        Err(Errno::ACCESS) => {
            let stat = fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
            if file_type(&stat) != FileType::Directory {
                return Err(Errno::ACCESS.into());
            }
            fs::chmodat(dir, name, Mode::RWXU, AtFlags::empty())?;
            open()?
        }
        other => other?,
    };
    let mode = Mode::from_raw_mode(fs::fstat(&fd)?.st_mode);
    if !mode.contains(Mode::RWXU) {
        fs::fchmod(fd.as_fd(), mode | Mode::RWXU)?;
    }
    Ok(Some(fd))
}
