//! Taking exclusive access to a target.

use std::time::Duration;

use bchan_api::Target;

use crate::access::locks::TargetLock;
use crate::engine::Engine;
use crate::error::Error;
use crate::ops;
use bchan_catalog::StoredBackup;

impl Engine {
    /// The target with this id or alias, which nobody else changes until the guard is dropped.
    ///
    /// Uploads take it only for the moment in which they become visible.
    pub fn lock_target(&self, id_or_alias: &str) -> Result<(Target, TargetLock<'_>), Error> {
        let id = self.target(id_or_alias)?.id;
        let guard = self.hold(&id);
        self.decide_if_closed(&id)?;
        // It may have changed, or gone, before its turn came.
        Ok((self.target(&id)?, guard))
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

    /// The backup with this id, its target, and a guard as [`lock_target`](Self::lock_target) has.
    pub fn lock_backup(&self, id: &str) -> Result<(StoredBackup, Target, TargetLock<'_>), Error> {
        let missing = || Error::not_found("backup", id);
        let found = self.store.backup(id)?.ok_or_else(missing)?;
        let (target, guard) = self.lock_target(&found.backup.target_id)?;
        let backup = self.store.backup(id)?.ok_or_else(missing)?;
        Ok((backup, target, guard))
    }

    /// The same, if the target is free or becomes so within this time.
    pub fn lock_backup_within(
        &self,
        id: &str,
        patience: Duration,
    ) -> Result<Option<(StoredBackup, Target, TargetLock<'_>)>, Error> {
        let missing = || Error::not_found("backup", id);
        let found = self.store.backup(id)?.ok_or_else(missing)?;
        let target_id = &found.backup.target_id;
        let Some(guard) = self.locks.wait_within(target_id, patience) else {
            return Ok(None);
        };
        self.decide_if_closed(target_id)?;
        let backup = self.store.backup(id)?.ok_or_else(missing)?;
        Ok(Some((backup, self.target(target_id)?, guard)))
    }
}
