//! The directories of backups, checked for use.

use std::path::{Path, PathBuf};

use bchan_api::Target;

use crate::access::closed;
use crate::directories::markers;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// The location of a target. Refuses to go on when it is away: its disk is probably not mounted,
    /// and what is written now would vanish below the mount.
    pub fn require_location(&self, target: &Target) -> Result<PathBuf, Error> {
        self.require_home(target, false)
    }

    /// The same for something that is about to be put there: marks the location as used.
    pub fn enter_location(&self, target: &Target) -> Result<PathBuf, Error> {
        let location = self.directory(target, false)?;
        markers::enter(self, &location)?;
        Ok(location)
    }

    /// The same for whatever directory backups of a target lie in, recycled ones or the others.
    pub fn require_home(&self, target: &Target, recycled: bool) -> Result<PathBuf, Error> {
        if let Some(reason) = self.closed.reason(&target.id) {
            return Err(closed::error(&target.id, &reason));
        }
        let directory = self.directory(target, recycled)?;
        self.require_disk(&directory)?;
        Ok(directory)
    }

    /// Fails if a directory of backups is away. See [`markers`].
    pub fn require_disk(&self, directory: &Path) -> Result<(), Error> {
        markers::require(self, directory)
    }
}
