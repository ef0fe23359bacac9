//! Exclusive access to targets.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bchan_api::Target;
use bchan_catalog::{DirectoryName, Object, StoredBackup};

use crate::access::closed;
use crate::access::locks::Lock;
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::ops;

/// A target that only the holder changes, with its directories as they are now.
///
/// Changes take this and no [`Target`], so that a directory is resolved once and is checked before
/// it is used.
pub struct LockedTarget<'a> {
    engine: &'a Engine,
    target: Target,
    /// Its location, links resolved, or the error of resolving it.
    location: Result<PathBuf, (Kind, String)>,
    _lock: Lock<'a>,
}

impl Deref for LockedTarget<'_> {
    type Target = Target;

    fn deref(&self) -> &Target {
        &self.target
    }
}

impl<'a> LockedTarget<'a> {
    fn new(engine: &'a Engine, target: Target, lock: Lock<'a>) -> Self {
        let location = engine.layout.resolve(&target.location);
        let location = location.map_err(Error::from);
        Self {
            location: location.map_err(|error| (error.kind, error.message)),
            engine,
            target,
            _lock: lock,
        }
    }

    pub(crate) fn engine(&self) -> &'a Engine {
        self.engine
    }

    /// The directory of the target's recycled or other backups. Its disk may be away.
    pub(crate) fn unchecked(&self, recycled: bool) -> Result<&Path, Error> {
        if recycled {
            return Ok(self.engine.layout.bin());
        }
        match &self.location {
            Ok(location) => Ok(location),
            Err((kind, message)) => Err(Error::new(*kind, message)),
        }
    }

    /// The same, checked: fails if the target is closed or the disk is away.
    pub(crate) fn directory(&self, recycled: bool) -> Result<&Path, Error> {
        let directory = self.unchecked(recycled)?;
        self.engine.require_usable(&self.target, directory)?;
        Ok(directory)
    }

    /// The name of the directory of recycled or other backups.
    pub(crate) fn directory_name(&self, recycled: bool) -> Result<DirectoryName, Error> {
        Ok(self
            .engine
            .layout
            .directory_name(self.unchecked(recycled)?)?)
    }

    /// A backup of the target by its name.
    pub(crate) fn object(&self, stored: &StoredBackup) -> Result<Object, Error> {
        let directory = self.directory_name(stored.backup.is_recycled)?;
        Ok(Object::backup(&directory, &stored.file_name))
    }
}

impl Engine {
    /// Locks the target with this id or alias.
    ///
    /// Uploads take the lock only for the moment in which they become visible.
    pub fn lock_target(&self, id_or_alias: &str) -> Result<LockedTarget<'_>, Error> {
        let id = self.target(id_or_alias)?.id;
        let lock = self.hold(&id);
        self.decide_if_closed(&id)?;
        // It may have been changed or deleted before the lock was free.
        Ok(LockedTarget::new(self, self.target(&id)?, lock))
    }

    /// Opens a target that the caller holds, if it is closed; fails if it stays so.
    fn decide_if_closed(&self, id: &str) -> Result<(), Error> {
        if self.closed.reason(id).is_some() {
            ops::decide(self, id)?;
        }
        Ok(())
    }

    /// Fails if a target is closed and stays so.
    pub fn require_open(&self, target: &Target) -> Result<(), Error> {
        if self.closed.reason(&target.id).is_some() {
            self.lock_target(&target.id)?;
        }
        Ok(())
    }

    /// Locks the target of the backup with this id.
    pub fn lock_backup(&self, id: &str) -> Result<(StoredBackup, LockedTarget<'_>), Error> {
        let missing = || Error::not_found("backup", id);
        let found = self.store.backup(id)?.ok_or_else(missing)?;
        let target = self.lock_target(&found.backup.target_id)?;
        let backup = self.store.backup(id)?.ok_or_else(missing)?;
        Ok((backup, target))
    }

    /// The same, if the lock is free or becomes so within this time.
    pub fn lock_backup_within(
        &self,
        id: &str,
        patience: Duration,
    ) -> Result<Option<(StoredBackup, LockedTarget<'_>)>, Error> {
        let missing = || Error::not_found("backup", id);
        let found = self.store.backup(id)?.ok_or_else(missing)?;
        let target_id = &found.backup.target_id;
        let Some(lock) = self.locks.wait_within(target_id, patience) else {
            return Ok(None);
        };
        self.decide_if_closed(target_id)?;
        let backup = self.store.backup(id)?.ok_or_else(missing)?;
        let target = LockedTarget::new(self, self.target(target_id)?, lock);
        Ok(Some((backup, target)))
    }

    /// Fails if a target is closed or the disk of one of its directories is away.
    pub(crate) fn require_usable(&self, target: &Target, directory: &Path) -> Result<(), Error> {
        if let Some(reason) = self.closed.reason(&target.id) {
            return Err(closed::error(&target.id, &reason));
        }
        self.require_disk(directory)
    }
}
