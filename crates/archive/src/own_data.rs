//! Recognizing the data of bchan itself: data folders and storage of servers, and spools.
//!
//! A backup that takes in the backups before it doubles with every run.

use std::collections::HashSet;
use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{self, AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat};

use crate::walk::{DIRECTORY, file_type, identity};

/// The folder in which a server or a spool keeps what is its own.
const OWN: &CStr = c".bchan";
/// Its file in a spool.
const SPOOL: &CStr = c"spool";
/// The file in the folder of each server there, which is named after the server.
const MARKER: &CStr = c"marker";
/// Two files of every data folder.
const DATA: [&CStr; 2] = [c"instance", c"bchan.db"];

const LOOK: OFlags = OFlags::DIRECTORY.union(OFlags::PATH).union(OFlags::CLOEXEC);

/// Returns true if a directory is a data folder of a server, a place of its backups, or a spool.
pub(crate) fn is_own_data(dir: BorrowedFd<'_>) -> bool {
    let is = |dir: BorrowedFd<'_>, name: &CStr, kind: FileType| {
        let stat = fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW);
        stat.is_ok_and(|stat| file_type(&stat) == kind)
    };
    if DATA.iter().all(|name| is(dir, name, FileType::RegularFile)) {
        return true;
    }
    if !is(dir, OWN, FileType::Directory) {
        return false;
    }
    let Ok(own) = fs::openat(dir, OWN, DIRECTORY, Mode::empty()) else {
        return false;
    };
    if is(own.as_fd(), SPOOL, FileType::RegularFile) {
        return true;
    }
    let Ok(entries) = Dir::read_from(&own) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        name != c"."
            && name != c".."
            && fs::openat(&own, name, LOOK | OFlags::NOFOLLOW, Mode::empty())
                .is_ok_and(|server| is(server.as_fd(), MARKER, FileType::RegularFile))
    })
}

/// Finds the data folder, storage or spool that a path is or lies in. Folders in `cleared` are not
/// looked at again; those that were looked at are added.
pub fn own_data_above(path: &Path, cleared: &mut HashSet<PathBuf>) -> io::Result<Option<PathBuf>> {
    let path = path.canonicalize()?;
    let mut here = if path.is_dir() {
        &*path
    } else {
        path.parent().unwrap_or(&path)
    };
    let mut dir = fs::openat(CWD, here, LOOK, Mode::empty())?;
    while cleared.insert(here.to_owned()) {
        if is_own_data(dir.as_fd()) {
            return Ok(Some(here.to_owned()));
        }
        let Some(above) = here.parent() else {
            return Ok(None);
        };
        let up = fs::openat(&dir, c"..", LOOK, Mode::empty())?;
        let ids = |stat: Stat| identity(&stat);
        if fs::fstat(&up).map(ids)? == fs::fstat(&dir).map(ids)? {
            return Ok(None);
        }
        (dir, here) = (up, above);
    }
    Ok(None)
}
