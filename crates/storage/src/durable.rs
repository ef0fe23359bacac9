//! File system steps that are on the disk when they return.

pub mod device;
pub mod open;
mod sync;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, OFlags, RenameFlags};
use rustix::io::Errno;

pub use self::sync::{Directory, FileSystemSync, sync_file};

/// Opens the directory that holds `path`, before its entry for that changes.
pub fn parent(path: &Path) -> io::Result<Directory> {
    let parent = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    if parent.as_os_str().is_empty() {
        return Directory::open(Path::new("."));
    }
    Directory::open(parent)
}

/// Makes a directory and those above it that are missing, readable by their owner alone.
pub fn create_dirs(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    bchan_failpoint::point();
    if path.is_dir() {
        return Ok(());
    }
    let parent = match parent(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            path.parent().map_or(Ok(()), create_dirs)?;
            parent(path)?
        }
        other => other?,
    };
    match fs::DirBuilder::new().mode(0o700).create(path) {
        // Another thread or process may have made it just now.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists || !path.is_dir() => Err(error),
        _ => parent.sync(),
    }
}

/// Renames without replacing what may lie at `to`, and makes both directories durable.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    bchan_failpoint::point();
    let parents = [parent(from)?, parent(to)?];
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => {}
        // Some network file systems do not know the flag. The caller's lock keeps this server
        // away from the name in between.
        Err(Errno::INVAL | Errno::NOSYS) => {
            if fs::symlink_metadata(to).is_ok() {
                return Err(Errno::EXIST.into());
            }
            fs::rename(from, to)?;
        }
        // The kernel compares the file systems before it looks up the source.
        Err(Errno::XDEV) if !exists(from)? => return Err(Errno::NOENT.into()),
        Err(error) => return Err(error.into()),
    }
    parents.iter().try_for_each(Directory::sync)?;
    bchan_failpoint::point();
    Ok(())
}

/// Replaces the content of a file, readable by its owner alone. Readers find the old content or the
/// new one, also after a power cut.
pub fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    write_partial(path, content)?;
    promote_partial(path)
}

/// Writes the new content of the file `path` beside it, durably, and leaves the old content in
/// place until [`promote_partial`].
pub fn write_partial(path: &Path, mut content: &[u8]) -> io::Result<()> {
    write_partial_from(path, &mut content)
}

/// [`write_partial`] for content that is read.
pub fn write_partial_from(path: &Path, content: &mut impl Read) -> io::Result<()> {
    let new = partial(path)?;
    bchan_failpoint::point();
    let mut written = || -> io::Result<()> {
        let mut options = File::options();
        let options = options.write(true).create(true).truncate(true).mode(0o600);
        // A link in its place must not lead the content elsewhere.
        let mut file = options.custom_flags(no_follow()).open(&new)?;
        io::copy(content, &mut file)?;
        sync_file(&file)
    };
    written().inspect_err(|_| {
        // It is not worth a second error; the next attempt replaces it.
        let _ = fs::remove_file(&new);
    })
}

/// Gives the file `path` the content that [`write_partial`] has written. Needs no space.
pub fn promote_partial(path: &Path) -> io::Result<()> {
    let new = partial(path)?;
    let parent = parent(path)?;
    bchan_failpoint::point();
    if let Err(error) = fs::rename(&new, path) {
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    parent.sync()
}

/// [`write_file`] for many files in one folder. Each has its old content or its new one, whatever
/// happens; where there are more than a few, they share one sync of the file system.
pub fn write_files(folder: &Path, files: &[(PathBuf, Vec<u8>)]) -> io::Result<()> {
    /// From so many on, one sync of everything is cheaper.
    const MANY: usize = 8;

    if files.len() < MANY {
        return files
            .iter()
            .try_for_each(|(path, content)| write_file(path, content));
    }
    let sync = FileSystemSync::open(folder)?;
    let written = || -> io::Result<()> {
        for (path, content) in files {
            let mut options = File::options();
            let options = options.write(true).create(true).truncate(true).mode(0o600);
            let options = options.custom_flags(no_follow());
            options.open(partial(path)?)?.write_all(content)?;
        }
        sync.sync()?;
        for (path, _) in files {
            fs::rename(partial(path)?, path)?;
        }
        sync.sync_directory()
    };
    written().inspect_err(|_| {
        for (path, _) in files {
            // They are not worth a second error; the next attempt replaces them.
            let _ = partial(path).and_then(fs::remove_file);
        }
    })
}

fn no_follow() -> i32 {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    i32::try_from(flags.bits()).unwrap_or_default()
}

/// Where the new content of a file is while it is written.
pub fn partial(path: &Path) -> io::Result<PathBuf> {
    let mut name = OsString::from(".");
    name.push(path.file_name().ok_or(io::ErrorKind::InvalidInput)?);
    name.push(".new");
    Ok(path.with_file_name(name))
}

/// Removes a file for good; one that is not there is fine.
pub fn remove_file(path: &Path) -> io::Result<()> {
    bchan_failpoint::point();
    let parent = match parent(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    match fs::remove_file(path) {
        Ok(()) => parent.sync(),
        // A read-only file system refuses before it looks for the file.
        Err(error) => {
            if exists(path)? {
                return Err(error);
            }
            Ok(())
        }
    }
}

/// Returns true if something lies at `path`, a dangling link included. Errors other than its absence are
/// errors: a disk that cannot be read must not look like one that is empty.
pub fn exists(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes a file or a tree; one that is not there is fine.
pub fn remove(path: &Path) -> io::Result<()> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    bchan_failpoint::point();
    if !exists(path)? {
        return Ok(());
    }
    let parent = bchan_archive::open_dir(parent)?;
    bchan_archive::remove_tree(parent.as_fd(), name)?;
    bchan_failpoint::point();
    Ok(())
}

/// Returns true if the disk, or the user's quota on it, is full.
pub fn is_out_of_space(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Removes a directory if it is empty. Its removal may not be durable.
pub fn remove_if_empty(folder: &Path) {
    match fs::remove_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::debug!(path = %folder.display(), %error, "a folder stays");
        }
        _ => {}
    }
}

/// Moves a durable file over one that a crash may have left, durably.
pub fn replace(from: &Path, to: &Path) -> io::Result<()> {
    create_dirs(to.parent().ok_or(io::ErrorKind::InvalidInput)?)?;
    let parent = parent(to)?;
    bchan_failpoint::point();
    fs::rename(from, to)?;
    parent.sync()
}
