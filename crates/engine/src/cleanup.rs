//! Removing what no process works on any more.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::engine::Engine;
use crate::error::Error;
use crate::ops;
use crate::sequential;
use bchan_catalog::StoreError;
use bchan_storage::durable::{self, FileSystemSync};

/// The directories that backups lie in, as far as they can be used.
fn homes(engine: &Engine) -> Result<Vec<PathBuf>, StoreError> {
    let mut homes = vec![engine.layout.bin().to_owned()];
    for location in engine.store.locations()? {
        match engine.layout.resolve(&location) {
            Ok(path) => homes.push(path),
            Err(error) => {
                tracing::warn!(location, %error, "a location is unusable");
            }
        }
    }
    let former = engine.store.former_directories()?;
    homes.extend(former.iter().map(|name| engine.layout.directory_path(name)));
    homes.sort();
    homes.dedup();
    Ok(homes)
}

/// Makes it durable that something was removed, and the folders above it, perhaps.
fn sync_removal(path: &Path) -> io::Result<()> {
    let above = path.ancestors().skip(1).find(|above| above.is_dir());
    FileSystemSync::open(above.unwrap_or(Path::new("/")))?.sync()
}

/// Tidies up directories that no target uses any more, and forgets them once nothing is left there.
fn former_homes(engine: &Engine) -> Result<(), StoreError> {
    for name in engine.store.former_directories()? {
        let home = engine.layout.directory_path(&name);
        ops::tidy(engine, &home);
        // No operation begins there while this is decided.
        let Some(_alone) = engine.lock_folders() else {
            continue;
        };
        let used = engine.store.locations()?.iter().any(|location| {
            let location = engine.layout.resolve(location);
            location.is_ok_and(|location| location == home)
        });
        // A disk that is away may have something when it comes back.
        if engine.require_disk(&home).is_err() {
            continue;
        }
        let own = if engine.layout.is_root(&home) {
            // The root itself stays in use.
            engine.layout.staging(&home)
        } else {
            engine.layout.own(&home)
        };
        let left = durable::exists(&own).unwrap_or(true);
        if used || !left {
            // Or a power cut could bring folders back that nothing looks for any more.
            if let Err(error) = sync_removal(&own) {
                tracing::warn!(path = %home.display(), %error, "left-overs stay remembered");
                continue;
            }
            engine.store.forget_directory(&name)?;
        }
    }
    Ok(())
}

/// Removes records that were being written when a process ended. Call it before any are written.
pub fn partial_records(engine: &Engine) -> Result<(), StoreError> {
    for home in homes(engine)? {
        if let Err(error) = engine.layout.sidecar(&home).sweep() {
            tracing::warn!(path = %home.display(), %error, "left-overs stay");
        }
    }
    Ok(())
}

/// Removes what has arrived of interrupted uploads that are too old, or whose target is not there.
pub fn partials(engine: &Engine) -> Result<(), Error> {
    let mut targets = Vec::new();
    for target in engine.all_targets()? {
        if let Ok(location) = engine.layout.resolve(&target.location) {
            targets.push((location, target.id));
        }
    }
    for home in homes(engine)? {
        if engine.require_disk(&home).is_err() {
            continue;
        }
        let is_wanted = |id: &str| {
            targets
                .iter()
                .any(|target| target.0 == home && target.1 == id)
        };
        if let Err(error) = engine.layout.partials(&home).purge(is_wanted) {
            tracing::warn!(path = %home.display(), %error, "left-overs stay");
        }
    }
    Ok(())
}

/// Removes what was arriving or being deleted, and is not any more.
pub fn left_overs(engine: &Engine) -> Result<(), StoreError> {
    let mut found = Vec::new();
    for home in homes(engine)? {
        for folder in [engine.layout.staging(&home), engine.layout.trash(&home)] {
            match fs::read_dir(&folder) {
                Ok(entries) => found.extend(entries.flatten().map(|entry| entry.path())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    tracing::warn!(path = %folder.display(), %error, "left-overs stay");
                }
            }
        }
    }
    // Asked for after the folders were read: whatever was there and is still needed is known now.
    let pending = engine.store.pending()?;
    let objects = pending
        .iter()
        .flat_map(|(_, operation, _)| operation.objects());
    let kept: Vec<PathBuf> = objects
        .map(|object| engine.layout.path_of(object))
        .collect();
    for sequence in &engine.store.sequences()? {
        // Without its location there is nothing of it to be found either.
        let Ok(folder) = sequential::folder(engine, sequence) else {
            continue;
        };
        found.retain(|path| *path != folder.path);
        let entries = fs::read_dir(folder.arriving);
        found.extend(
            entries
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path()),
        );
    }
    for path in found {
        if engine.in_use.any_below(&path) || kept.iter().any(|kept| kept.starts_with(&path)) {
            continue;
        }
        match durable::remove(&path) {
            Ok(()) => tracing::info!(path = %path.display(), "removed a left-over"),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a left-over stays");
            }
        }
    }
    former_homes(engine)
}
