//! Opening what is to be packed.

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{self, AtFlags, CWD, Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::walk::DIRECTORY;

/// Opens a root: a link is followed, a pipe is not waited for.
pub(super) fn root(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    Ok(fs::openat(CWD, path, flags, Mode::empty())?)
}

/// Opens a file, without leaving a mark on its access time where that is allowed.
pub(super) fn file(
    dir: BorrowedFd<'_>,
    name: &CStr,
    force: bool,
) -> Result<(OwnedFd, Stat), Errno> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    open(dir, name, flags, Mode::RUSR, force)
}

/// Opens a directory to be listed.
pub(super) fn directory(
    dir: BorrowedFd<'_>,
    name: &CStr,
    force: bool,
) -> Result<(OwnedFd, Stat), Errno> {
    open(dir, name, DIRECTORY, Mode::RUSR | Mode::XUSR, force)
}

fn open(
    dir: BorrowedFd<'_>,
    name: &CStr,
    flags: OFlags,
    needed: Mode,
    force: bool,
) -> Result<(OwnedFd, Stat), Errno> {
    match open_quietly(dir, name, flags) {
        Ok(fd) => {
            let stat = fs::fstat(&fd)?;
            // A directory that can be listed and not entered.
            let mode = Mode::from_raw_mode(stat.st_mode);
            if force && flags.contains(OFlags::DIRECTORY) && !mode.contains(needed) {
                let _ = fs::fchmod(fd.as_fd(), mode | needed);
            }
            Ok((fd, stat))
        }
        Err(Errno::ACCESS) if force => {
            let stat = fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
            let mode = Mode::from_raw_mode(stat.st_mode);
            fs::chmodat(dir, name, mode | needed, AtFlags::empty())?;
            let opened = open_quietly(dir, name, flags);
            // A directory must stay open to its owner while it is walked; its backup knows better.
            if !flags.contains(OFlags::DIRECTORY) {
                fs::chmodat(dir, name, mode, AtFlags::empty())?;
            }
            Ok((opened?, stat))
        }
        Err(error) => Err(error),
    }
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
