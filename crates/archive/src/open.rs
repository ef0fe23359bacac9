//! Opening files for reading, by force if their owner lacks the right to read them.

use std::ffi::CStr;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{self, AtFlags, CWD, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::walk::DIRECTORY;

/// Held while a file has another mode than it should, so that no other thread takes that for its
/// own: backups may share the file.
static FORCING: Mutex<()> = Mutex::new(());

pub(crate) fn forcing() -> MutexGuard<'static, ()> {
    FORCING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens a root: a link is followed, a pipe is not waited for.
pub(crate) fn root(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    Ok(fs::openat(CWD, path, flags, Mode::empty())?)
}

/// Opens a directory once more, wherever it lies by now.
pub(crate) fn again(directory: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    Ok(fs::openat(directory, ".", DIRECTORY, Mode::empty())?)
}

/// Opens a file, without leaving a mark on its access time where that is allowed.
pub(crate) fn file(
    dir: BorrowedFd<'_>,
    name: &CStr,
    force: bool,
) -> Result<(OwnedFd, Stat), Errno> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let fd = match open_quietly(dir, name, flags) {
        Err(Errno::ACCESS) if force => {
            let _alone = forcing();
            let stat = fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
            let mode = Mode::from_raw_mode(stat.st_mode);
            fs::chmodat(dir, name, mode | Mode::RUSR, AtFlags::empty())?;
            let opened = open_quietly(dir, name, flags);
            fs::chmodat(dir, name, mode, AtFlags::empty())?;
            opened?
        }
        other => other?,
    };
    let stat = fs::fstat(&fd)?;
    Ok((fd, stat))
}

/// Opens a directory to be listed and entered. The mode, if any, is the one that it must get back
/// when it has been walked.
pub(crate) fn directory(
    dir: BorrowedFd<'_>,
    name: &CStr,
    force: bool,
) -> Result<(OwnedFd, Stat, Option<Mode>), Errno> {
    let needed = Mode::RUSR | Mode::XUSR;
    let mut before = None;
    if force {
        let stat = fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let mode = Mode::from_raw_mode(stat.st_mode);
        let is_directory = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
        if is_directory && !mode.contains(needed) {
            fs::chmodat(dir, name, mode | needed, AtFlags::empty())?;
            before = Some((stat, mode));
        }
    }
    let fd = open_quietly(dir, name, DIRECTORY)?;
    if let Some((stat, mode)) = before {
        return Ok((fd, stat, Some(mode)));
    }
    let stat = fs::fstat(&fd)?;
    Ok((fd, stat, None))
}

fn open_quietly(dir: BorrowedFd<'_>, name: &CStr, flags: OFlags) -> Result<OwnedFd, Errno> {
    #[cfg(target_os = "linux")]
    match fs::openat(dir, name, flags | OFlags::NOATIME, Mode::empty()) {
        // Only its owner may ask for that.
        Err(Errno::PERM) => {}
        other => return other,
    }
    fs::openat(dir, name, flags, Mode::empty())
}
