//! Syncs whose failures cannot be missed.
//!
//! Linux reports an error of write-back to the descriptors that were open when it happened. A
//! descriptor that is opened afterwards gets it only if no other one has, and some errors of a file
//! system's own data are reported to one caller only. So files are synced through descriptors that
//! were opened before the first write, and a sync that fails also fails all others that are under
//! way on the same file system. (Before Linux 5.8 `syncfs` reports no errors of write-back.)

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::durable::device::Device;

/// How many syncs have failed on each file system since the process began. Those without a failure
/// are not listed.
static FAILURES: Mutex<Vec<(Device, u64)>> = Mutex::new(Vec::new());

/// A directory whose entries are about to change.
pub struct Directory(File);

impl Directory {
    /// Opens it, before the change.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(File::open(path)?))
    }

    /// Makes its entries durable.
    pub fn sync(&self) -> io::Result<()> {
        bchan_failpoint::point();
        sync_file(&self.0)
    }
}

/// Makes a file durable through the descriptor that it was written with.
pub fn sync_file(file: &File) -> io::Result<()> {
    let synced = bchan_failpoint::sync().and_then(|()| file.sync_all());
    synced.inspect_err(|_| count_failure(file))
}

/// Makes everything that is written to a file system from now on durable.
#[derive(Debug)]
pub struct FileSystemSync {
    directory: File,
    device: Device,
    /// Failures on the file system when the directory was opened.
    failures: u64,
}

impl FileSystemSync {
    /// Opens a directory on the file system, before anything is written that is to be synced.
    pub fn open(directory: &Path) -> io::Result<Self> {
        let directory = File::open(directory)?;
        let device = Device::of(&directory)?;
        Ok(Self {
            failures: failures(&lock(), device),
            directory,
            device,
        })
    }

    /// Makes everything on the file system durable: one call for a whole tree.
    pub fn sync(&self) -> io::Result<()> {
        bchan_failpoint::point();
        let synced = bchan_failpoint::sync().and_then(|()| {
            #[cfg(target_os = "linux")]
            rustix::fs::syncfs(&self.directory)?;
            #[cfg(not(target_os = "linux"))]
            rustix::fs::sync();
            Ok(())
        });
        synced.inspect_err(|_| count_failure(&self.directory))?;
        self.check()
    }

    /// Makes the entries of the directory itself durable.
    pub fn sync_directory(&self) -> io::Result<()> {
        bchan_failpoint::point();
        sync_file(&self.directory)?;
        self.check()
    }

    /// Fails if any sync on the file system has failed since the directory was opened.
    pub fn check(&self) -> io::Result<()> {
        if failures(&lock(), self.device) == self.failures {
            return Ok(());
        }
        let message = "the disk failed to write something else at the same time";
        Err(io::Error::other(message))
    }
}

impl AsFd for FileSystemSync {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }
}

fn count_failure(file: &File) {
    let Ok(device) = Device::of(file) else { return };
    let mut all = lock();
    match all.iter_mut().find(|(known, _)| *known == device) {
        Some((_, count)) => *count += 1,
        None => all.push((device, 1)),
    }
}

fn failures(all: &[(Device, u64)], device: Device) -> u64 {
    let known = all.iter().find(|(known, _)| *known == device);
    known.map_or(0, |(_, count)| *count)
}

fn lock() -> MutexGuard<'static, Vec<(Device, u64)>> {
    FAILURES.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable;

    /// A directory on a file system that no other test of this program syncs.
    fn elsewhere() -> Option<tempfile::TempDir> {
        tempfile::tempdir_in("/dev/shm").ok()
    }

    #[test]
    fn a_failed_sync_fails_all_that_are_under_way_on_the_file_system_and_no_others() {
        let open = |path: &str| FileSystemSync::open(Path::new(path)).unwrap();
        let (first, second, other) = (open("/proc"), open("/proc/self"), open("/"));
        bchan_failpoint::fail_next_sync();
        assert_eq!(first.sync().unwrap_err().raw_os_error(), Some(5));
        first.sync().unwrap_err();
        second.sync().unwrap_err();
        second.check().unwrap_err();
        other.check().unwrap();
        // What begins later is not concerned.
        open("/proc").sync().unwrap();
    }

    #[test]
    fn a_failed_sync_of_one_file_or_directory_counts_like_one_of_all() {
        let Some(temp) = elsewhere() else { return };
        let path = temp.path().join("file");
        let under_way = || FileSystemSync::open(temp.path()).unwrap();
        let changes: [fn(&Path) -> io::Result<()>; 5] = [
            |path| durable::write_file(path, b"content"),
            |path| durable::rename(path, &path.with_extension("new")),
            |path| durable::remove_file(&path.with_extension("new")),
            |path| durable::create_dirs(&path.with_extension("dir")),
            |path| {
                let many = (0..20).map(|number| (path.with_extension(number.to_string()), vec![1]));
                durable::write_files(path.parent().unwrap(), &many.collect::<Vec<_>>())
            },
        ];
        for change in changes {
            let before = under_way();
            bchan_failpoint::fail_next_sync();
            change(&path).unwrap_err();
            before.check().unwrap_err();
            assert!(before.sync().is_err() && before.sync_directory().is_err());
            let before = under_way();
            durable::write_file(&path, b"content").unwrap();
            before.sync().unwrap();
            before.sync_directory().unwrap();
        }
    }
}
