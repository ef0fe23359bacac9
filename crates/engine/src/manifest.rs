//! The manifest files of stored backups.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use bchan_api::{Target, TargetType};
use bchan_archive::{
    Increment, KeepAttributes, Look, Manifest, MtreeHeader, Observer, PackOptions, Source,
    pack_increment, read_mtree_zstd,
};

use crate::engine::Engine;
use crate::error::Error;
use crate::jobs::Cancel;
use bchan_catalog::StoredBackup;
use bchan_storage::content::Content;
use bchan_storage::staging::Staging;

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

/// Makes the manifest of a sound backup of a tree from its files, if it has none that can be read.
/// Returns false if none was made.
pub fn rebuild(
    engine: &Engine,
    target: &Target,
    stored: &StoredBackup,
    cancel: &Cancel,
) -> Result<bool, Error> {
    let is_tree = target.target_type == TargetType::Multi;
    if !is_tree || at(engine, target, stored)?.is_some_and(is_readable) {
        return Ok(false);
    }
    let directory = engine.directory(target, stored.backup.is_recycled)?;
    let path = engine.path(target, stored)?;
    let staging = engine.layout.staging(&directory);
    let staging = Staging::create(&staging, &engine.in_use)?;
    let fail = |error| Error::from_io("making the manifest of a backup", error);
    let Some(mut manifest) = read(engine, path, stored, &staging, cancel).map_err(fail)? else {
        return Ok(false);
    };
    let options = engine.unpack_options(0);
    let header = MtreeHeader {
        is_rebuilt: true,
        // All that it says is read from the files themselves, but for owners that are not set.
        stored_as: if options.preserve_owner {
            String::new()
        } else {
            options.stored_as().to_owned()
        },
        receipt: None,
    };
    let file = staging.create_manifest()?;
    if !manifest.write_mtree_zstd(&header, &file).map_err(fail)? {
        return Ok(false);
    }
    // Nothing moves the backup from here on.
    let (now, target) = engine.lock_backup(&stored.backup.id)?;
    let home = target.directory(now.backup.is_recycled)?;
    if now.file_name != stored.file_name || home != directory {
        return Ok(false);
    }
    let file = staging.arrived_manifest().map_err(fail)?;
    let sidecar = engine.layout.sidecar(&directory);
    let copied = sidecar.manifests().copy(&now.backup.id, &file);
    copied.map_err(fail)?;
    Ok(true)
}

fn is_readable(manifest: File) -> bool {
    read_mtree_zstd(manifest).is_ok_and(|mut entries| entries.all(|entry| entry.is_ok()))
}

/// Reads all of a backup; none if it is not what its hash says, or cannot be read.
fn read(
    engine: &Engine,
    path: PathBuf,
    stored: &StoredBackup,
    staging: &Staging,
    cancel: &Cancel,
) -> io::Result<Option<Manifest>> {
    let Content::Tree(directory) = Content::open(&path, TargetType::Multi)? else {
        return Ok(None);
    };
    let source = Source::Opened { directory, path };
    let options = PackOptions {
        force_readable: true,
        special: true,
        attributes: KeepAttributes::Stored {
            own_owners: engine.limits().preserve_owner,
        },
        own_modes: stored.backup.reproducible,
        ..PackOptions::default()
    };
    let increment = Increment {
        texts: staging.spool().map_err(io::Error::other)?,
        previous: None,
        partial: None,
        look: Look::default(),
        begun: SystemTime::now(),
    };
    let mut observer: Box<dyn Observer> = Box::new(cancel.clone());
    let (sources, increment) = ([source], Some(increment));
    let packed = pack_increment(&sources, io::sink(), &options, increment, &mut *observer);
    let (summary, _) = packed.map_err(io::Error::other)?;
    let is_whole = summary.is_complete() && summary.vanished == 0 && summary.skipped == 0;
    let manifest = summary.manifest.filter(|_| is_whole);
    let is_right = |manifest: &Manifest| Some(manifest.tree_hash()) == stored.backup.hash;
    Ok(manifest.filter(is_right))
}
