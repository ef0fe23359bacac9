//! Opening a path as what must lie there. Others may be able to write to a storage folder, and may
//! have put a symbolic link or a named pipe in the place of a backup or of a record.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path};

use rustix::fs::{FileType, Mode, OFlags, fstat, openat};
use rustix::io::Errno;

/// Opens a regular file for reading. The path is absolute, and none of its components may be a
/// symbolic link.
pub fn file(path: &Path) -> io::Result<File> {
    // Opening a pipe would otherwise block until a writer opens it.
    let fd = open(path, OFlags::RDONLY | OFlags::NONBLOCK)?;
    match FileType::from_raw_mode(fstat(&fd)?.st_mode) {
        FileType::RegularFile => Ok(File::from(fd)),
        _ => Err(wrong("it is not a regular file")),
    }
}

/// Opens a directory for reading. The path is absolute, and none of its components may be a
/// symbolic link.
pub fn directory(path: &Path) -> io::Result<OwnedFd> {
    open(path, OFlags::RDONLY | OFlags::DIRECTORY)
}

/// Returns true if an error of these functions says that something else lies at the path.
pub fn is_wrong(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidData
}

fn wrong(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn open(path: &Path, flags: OFlags) -> io::Result<OwnedFd> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = match at_once(path, flags) {
        // Old kernels do not have the call, and some sandboxes forbid it.
        Err(Errno::NOSYS | Errno::PERM) => step_by_step(path, flags),
        opened => opened,
    };
    opened.map_err(|error| match error {
        Errno::LOOP => wrong("a symbolic link lies there"),
        Errno::NOTDIR => wrong("it is not a directory"),
        // What opening a socket or a device without a driver gives.
        Errno::NXIO | Errno::NODEV => wrong("it is not a regular file"),
        error => error.into(),
    })
}

#[cfg(target_os = "linux")]
fn at_once(path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    use rustix::fs::{CWD, ResolveFlags, openat2};
    openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS)
}

#[cfg(not(target_os = "linux"))]
fn at_once(_: &Path, _: OFlags) -> Result<OwnedFd, Errno> {
    Err(Errno::NOSYS)
}

/// Opens each component below the one before it.
fn step_by_step(path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    #[cfg(target_os = "linux")]
    const PASSING: OFlags = OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    const PASSING: OFlags = OFlags::RDONLY;

    let passing = PASSING | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut components = path.components().peekable();
    if components.next() != Some(Component::RootDir) {
        return Err(Errno::INVAL);
    }
    let mut at = openat(rustix::fs::CWD, "/", passing, Mode::empty())?;
    while let Some(component) = components.next() {
        let Component::Normal(name) = component else {
            return Err(Errno::INVAL);
        };
        let last = components.peek().is_none();
        at = openat(&at, name, if last { flags } else { passing }, Mode::empty())?;
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use rustix::fs::{CWD, mknodat};

    use super::*;

    type Way = fn(&Path, OFlags) -> Result<OwnedFd, Errno>;

    /// Both ways of opening, so that the one for old kernels is tried on new ones.
    const WAYS: [Way; 2] = [at_once, step_by_step];

    #[test]
    fn only_what_must_lie_there_is_opened() {
        let temp = tempfile::tempdir().unwrap();
        let base = fs::canonicalize(temp.path()).unwrap();
        fs::create_dir(base.join("dir")).unwrap();
        fs::write(base.join("dir/file"), "x").unwrap();
        symlink(base.join("dir/file"), base.join("to-file")).unwrap();
        symlink(base.join("dir"), base.join("to-dir")).unwrap();
        symlink(base.join("nowhere"), base.join("dangling")).unwrap();
        let mode = Mode::RUSR | Mode::WUSR;
        mknodat(CWD, base.join("pipe"), FileType::Fifo, mode, 0).unwrap();

        file(&base.join("dir/file")).unwrap();
        directory(&base.join("dir")).unwrap();
        for name in [
            "to-file",
            "to-dir",
            "to-dir/file",
            "dangling",
            "pipe",
            "dir",
        ] {
            let error = file(&base.join(name)).unwrap_err();
            assert!(is_wrong(&error), "{name}: {error}");
        }
        for name in ["to-file", "to-dir", "dangling", "pipe", "dir/file"] {
            let error = directory(&base.join(name)).unwrap_err();
            assert!(is_wrong(&error), "{name}: {error}");
        }
        for name in ["nothing", "nothing/file"] {
            let error = file(&base.join(name)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound, "{name}");
        }
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        for way in WAYS {
            way(&base.join("dir/file"), flags).unwrap();
            for name in ["to-file", "to-dir/file", "dangling"] {
                let error = way(&base.join(name), flags).unwrap_err();
                // A link in the middle is no directory to the one that goes step by step.
                assert!(
                    matches!(error, Errno::LOOP | Errno::NOTDIR),
                    "{name}: {error}"
                );
            }
        }
    }
}
