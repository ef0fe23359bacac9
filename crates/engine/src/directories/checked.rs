//! The directories of backups, checked for use.

use std::path::{Path, PathBuf};

use bchan_api::Target;
use bchan_catalog::StoredBackup;

use crate::directories::markers;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// The directory of a target's recycled or other backups. Its disk may be away.
    pub(crate) fn unchecked(&self, target: &Target, recycled: bool) -> Result<PathBuf, Error> {
        if recycled {
            Ok(self.layout.bin().to_owned())
        } else {
            Ok(self.layout.resolve(&target.location)?)
        }
    }

    /// The same, checked. Fails if the target is closed, or if the disk is away, because files
    /// written there would vanish below the mount.
    pub fn directory(&self, target: &Target, recycled: bool) -> Result<PathBuf, Error> {
        let directory = self.unchecked(target, recycled)?;
        self.require_usable(target, &directory)?;
        Ok(directory)
    }

    /// The path of a backup in its checked directory.
    pub fn path(&self, target: &Target, stored: &StoredBackup) -> Result<PathBuf, Error> {
        let directory = self.directory(target, stored.backup.is_recycled)?;
        Ok(directory.join(&stored.file_name))
    }

    /// The location of a target, marked as used, for files that are about to be put there.
    pub fn enter_location(&self, target: &Target) -> Result<PathBuf, Error> {
        let location = self.unchecked(target, false)?;
        markers::enter(self, &location)?;
        Ok(location)
    }

    /// Fails if a directory of backups is away. See [`markers`].
    pub fn require_disk(&self, directory: &Path) -> Result<(), Error> {
        markers::require(self, directory)
    }
}
