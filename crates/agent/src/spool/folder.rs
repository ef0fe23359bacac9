//! The folder of a spool.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::time::Duration;

use super::entry::{ABOUT, ARCHIVE, ENTRY, Entry, PARTIAL, read};
use crate::error::AgentError;
use crate::lock::{Lock, LockError};

/// Folder with the file that marks a spool.
const OWN: &str = ".bchan";
const MARKER: &str = "spool";

/// Name of the lock.
const LOCK: &str = ".lock";

/// How long to wait for another run that is writing into the same folder.
const PATIENCE: Duration = Duration::from_secs(60 * 60);

/// A folder for archives that wait.
#[derive(Clone, Debug)]
pub struct Spool {
    pub folder: PathBuf,
    /// Most bytes of all archives in it.
    pub limit: u64,
}

impl Spool {
    pub fn fail(&self, action: &'static str) -> impl FnOnce(io::Error) -> AgentError {
        AgentError::io(action, self.folder.clone())
    }

    /// Makes the folder, for its owner alone, and the file in it that tells backups to leave it
    /// out. The folder above it must be there.
    pub fn prepare(&self) -> Result<(), AgentError> {
        let own = self.folder.join(OWN);
        for folder in [&self.folder, &own] {
            match DirBuilder::new().mode(0o700).create(folder) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(AgentError::io("making", folder)(error));
                }
                _ => {}
            }
        }
        let marker = File::options()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(own.join(MARKER));
        marker.map_err(self.fail("making"))?;
        Ok(())
    }

    /// Keeps other writers away, and removes what they have left when they were killed.
    pub async fn lock(&self) -> Result<Lock, AgentError> {
        let lock = match Lock::take(&self.folder.join(LOCK), PATIENCE).await {
            Ok(lock) => lock,
            Err(LockError::Held(holder)) => {
                let target = self.folder.to_string_lossy().into_owned();
                return Err(AgentError::Locked { target, holder });
            }
            Err(LockError::Io { path, source }) => {
                return Err(AgentError::io("locking", path)(source));
            }
        };
        for (name, path) in self.list()? {
            if name.starts_with(PARTIAL) {
                fs::remove_dir_all(&path).map_err(AgentError::io("removing", path.clone()))?;
            }
        }
        Ok(lock)
    }

    /// Everything in the folder, by name; nothing if there is no folder.
    pub fn list(&self) -> Result<Vec<(String, PathBuf)>, AgentError> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(self.fail("reading"))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(self.fail("reading"))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            found.push((name, entry.path()));
        }
        found.sort();
        Ok(found)
    }

    /// Those that wait, the oldest first, and what cannot be understood of them.
    pub fn entries(&self) -> Result<(Vec<Entry>, Vec<PathBuf>), AgentError> {
        let (mut entries, mut broken) = (Vec::new(), Vec::new());
        for (name, folder) in self.list()? {
            if name.starts_with(ENTRY) {
                match read(&folder.join(ABOUT)) {
                    Some(about) => entries.push(Entry { folder, about }),
                    None => broken.push(folder),
                }
            }
        }
        entries.sort_by_key(|entry| entry.about.captured_at);
        Ok((entries, broken))
    }

    /// Bytes of all archives in it.
    pub fn used(&self) -> Result<u64, AgentError> {
        let entries = self.list()?.into_iter();
        let entries = entries.filter(|(name, _)| name.starts_with(ENTRY));
        let sizes = entries.map(|(_, folder)| {
            fs::symlink_metadata(folder.join(ARCHIVE)).map_or(0, |archive| archive.len())
        });
        Ok(sizes.sum())
    }
}
