//! The manifest files of stored backups.

use std::fs::File;
use std::time::Duration;

use bchan_api::{Target, TargetType};

use crate::engine::Engine;
use crate::error::Error;
use bchan_catalog::StoredBackup;

/// How long a request waits for an operation that has the backup's target.
const PATIENCE: Duration = Duration::from_secs(20);

/// Opens the manifest of a backup; none where the backup has none. One that is being moved is waited
/// for.
pub fn open(engine: &Engine, id: &str) -> Result<(StoredBackup, Option<File>), Error> {
    let missing = || Error::not_found("backup", id);
    let stored = engine.store.backup(id)?.ok_or_else(missing)?;
    let target = engine.target(&stored.backup.target_id)?;
    engine.require_open(&target)?;
    if target.target_type == TargetType::Single {
        return Ok((stored, None));
    }
    if let Some(file) = at(engine, &target, &stored)? {
        return Ok((stored, Some(file)));
    }
    let Some((stored, target)) = engine.lock_backup_within(id, PATIENCE)? else {
        let message = format!("backup {id} is being moved, or its target is busy; try again later");
        return Err(Error::unavailable(message));
    };
    let file = at(engine, &target, &stored)?;
    Ok((stored, file))
}

/// Opens the manifest where the record of the backup says that it lies.
pub(crate) fn at(
    engine: &Engine,
    target: &Target,
    stored: &StoredBackup,
) -> Result<Option<File>, Error> {
    let directory = engine.directory(target, stored.backup.is_recycled)?;
    let sidecar = engine.layout.sidecar(&directory);
    let opened = sidecar.manifests().open(&stored.backup.id);
    opened.map_err(|error| Error::from_io("reading the manifest of a backup", error))
}
