//! Names of incomplete downloads: `.bchan-*.part`, locked while their run lives. An unlocked part
//! was left by a run that was killed.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags, openat, statat};

pub(crate) const PREFIX: &str = ".bchan-";
pub(crate) const SUFFIX: &str = ".part";

/// Locks a file or directory that was just made. False if another run has taken it for one that
/// was left: then it is gone, or will be in a moment.
pub(crate) fn claim(part: &File) -> io::Result<bool> {
    match part.try_lock() {
        // Of a directory that was removed, no links are left either.
        Ok(()) => Ok(part.metadata()?.nlink() > 0),
        Err(TryLockError::WouldBlock) => Ok(false),
        // If nothing can be locked, nothing is removed.
        Err(TryLockError::Error(_)) => Ok(true),
    }
}

/// Removes the parts in a folder that runs of this user have left there. What cannot be removed
/// stays, and is hidden.
pub(crate) fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let bytes = name.as_encoded_bytes();
        if bytes.starts_with(PREFIX.as_bytes()) && bytes.ends_with(SUFFIX.as_bytes()) {
            // It may have got its final name in this moment.
            let _ = remove_left(folder, &name);
        }
    }
}

fn remove_left(folder: &Path, name: &std::ffi::OsStr) -> io::Result<()> {
    let folder = bchan_archive::open_dir(folder)?;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let part = File::from(openat(&folder, name, flags, Mode::empty())?);
    let meta = part.metadata()?;
    let is_own = meta.uid() == rustix::process::geteuid().as_raw();
    if !is_own || !(meta.is_file() || meta.is_dir()) || part.try_lock().is_err() {
        return Ok(());
    }
    let now = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    if (now.st_dev, now.st_ino) != (meta.dev(), meta.ino()) {
        return Ok(());
    }
    bchan_archive::remove_tree(folder.as_fd(), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parts_that_nobody_works_on_are_removed() {
        let temp = tempfile::tempdir().unwrap();
        let path = |name: &str| temp.path().join(name);
        fs::write(path(".bchan-left.part"), "x").unwrap();
        fs::create_dir_all(path(".bchan-tree.part/content/deep")).unwrap();
        fs::write(path(".bchan-tree.part/content/deep/file"), "x").unwrap();
        fs::write(path("other.part"), "x").unwrap();
        fs::write(path("target"), "x").unwrap();
        std::os::unix::fs::symlink(path("target"), path(".bchan-link.part")).unwrap();
        fs::write(path(".bchan-file.part"), "x").unwrap();
        fs::create_dir(path(".bchan-folder.part")).unwrap();
        let held = [".bchan-file.part", ".bchan-folder.part"].map(|name| {
            let part = File::open(path(name)).unwrap();
            assert!(claim(&part).unwrap());
            part
        });
        sweep(temp.path());
        let entries = fs::read_dir(temp.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        let expected = [
            ".bchan-file.part",
            ".bchan-folder.part",
            ".bchan-link.part",
            "other.part",
            "target",
        ];
        assert_eq!(names, expected);
        drop(held);
        sweep(temp.path());
        assert!(!path(".bchan-file.part").exists() && !path(".bchan-folder.part").exists());
    }

    #[test]
    fn a_part_that_another_run_removes_is_not_claimed() {
        let temp = tempfile::tempdir().unwrap();
        for is_dir in [false, true] {
            let path = temp.path().join(".bchan-x.part");
            if is_dir {
                fs::create_dir(&path).unwrap();
            } else {
                fs::write(&path, "").unwrap();
            }
            let part = File::open(&path).unwrap();
            let other = File::open(&path).unwrap();
            other.lock().unwrap();
            assert!(!claim(&part).unwrap());
            drop(other);
            sweep(temp.path());
            assert!(!claim(&part).unwrap());
        }
    }
}
