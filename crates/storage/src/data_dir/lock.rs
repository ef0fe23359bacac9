//! One server at a time for each data folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a start waits for a server that is just stopping, and for short-lived local ones.
const PATIENCE: Duration = Duration::from_secs(10);

/// Holds the data folder until dropped; the system releases it when the process dies.
///
/// Two things are locked: the folder itself, whose lock cannot be removed like a file in it, and a
/// file, for network file systems on which folders cannot be locked.
#[derive(Debug)]
pub struct DataLock {
    _folder: File,
    _file: File,
    place: Place,
}

impl DataLock {
    /// Takes the lock; `None` when another process keeps it.
    pub fn acquire(data: &Path) -> io::Result<Option<Self>> {
        let path = data.join("lock");
        let started = Instant::now();
        let folder = File::open(data)?;
        // Some file systems lock no folders.
        match wait(&folder, started) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) => tracing::debug!(%error, "the data folder itself cannot be locked"),
        }
        let mut options = OpenOptions::new();
        let file = options
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)?;
        if !wait(&file, started)? {
            return Ok(None);
        }
        let place = Place {
            folder: (data.to_owned(), identity(&folder.metadata()?)),
            file: (path, identity(&file.metadata()?)),
        };
        Ok(Some(Self {
            _folder: folder,
            _file: file,
            place,
        }))
    }

    /// The place that is locked.
    pub fn place(&self) -> Place {
        self.place.clone()
    }
}

/// Waits for a lock, and says whether it was taken.
fn wait(file: &File, started: Instant) -> io::Result<bool> {
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) if started.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

type Identity = (u64, u64);

fn identity(meta: &fs::Metadata) -> Identity {
    (meta.dev(), meta.ino())
}

/// A data folder and its lock file as they were when they were locked.
#[derive(Clone, Debug)]
pub struct Place {
    folder: (PathBuf, Identity),
    file: (PathBuf, Identity),
}

impl Place {
    /// Fails if something else is there now: another server may have taken it.
    pub fn check(&self) -> Result<(), String> {
        for (path, locked) in [&self.folder, &self.file] {
            let shown = path.display();
            match fs::metadata(path) {
                Ok(meta) if identity(&meta) == *locked => {}
                Ok(_) => return Err(format!("{shown} was replaced; restart the server")),
                Err(error) => return Err(format!("{shown} cannot be read: {error}")),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_lock_file_lets_nobody_in_and_is_noticed() {
        let temp = tempfile::tempdir().unwrap();
        let held = DataLock::acquire(temp.path()).unwrap().unwrap();
        held.place().check().unwrap();
        fs::remove_file(temp.path().join("lock")).unwrap();
        assert!(held.place().check().unwrap_err().contains("lock"));
        let other = File::open(temp.path()).unwrap();
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        fs::write(temp.path().join("lock"), "").unwrap();
        assert!(held.place().check().unwrap_err().contains("replaced"));
        drop(held);
        DataLock::acquire(temp.path()).unwrap().unwrap();
    }
}
