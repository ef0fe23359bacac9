//! Comparing the manifests beside the data with the backups.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use bchan_api::TargetType;

use super::finding::{Finding, FindingKind};
use super::records::{homes, quarantine, unreadable};
use super::report::{CheckError, Desk};
use crate::engine::Engine;
use bchan_catalog::journal::Operation;
use bchan_catalog::{OperationId, Progress, StoredBackup};
use bchan_storage::manifests::Manifests;

/// Finds manifests without a backup, those that are damaged if contents are read, and counts backups
/// of trees that have none.
pub(super) fn check(
    engine: &Engine,
    pending: &[(OperationId, Operation, Progress)],
    desk: &mut Desk<'_>,
) -> Result<(), CheckError> {
    let moving: HashSet<_> = pending
        .iter()
        .flat_map(|(_, operation, _)| operation.backup_ids())
        .collect();
    let mut with_manifest = HashSet::new();
    for home in homes(engine)? {
        let known = engine.backups_in(&home)?;
        let known: HashMap<&str, &StoredBackup> = known
            .iter()
            .map(|stored| (stored.backup.id.as_str(), stored))
            .collect();
        let sidecar = engine.layout.sidecar(&home);
        let records = sidecar.record_ids().map_err(unreadable)?;
        let manifests = sidecar.manifests();
        for id in manifests.ids().map_err(unreadable)? {
            if let Some(stored) = known.get(id.as_str()) {
                look(engine, desk, &home, manifests, stored);
                with_manifest.insert(id);
            } else if !moving.contains(id.as_str()) && !records.contains(&id) {
                stale(engine, desk, &home, &manifests.path(&id));
            }
        }
    }
    for target in engine.all_targets()? {
        if target.target_type == TargetType::Multi {
            let mut backups = engine.store.backups(&target.id)?;
            backups.retain(|stored| !with_manifest.contains(&stored.backup.id));
            if !backups.is_empty() {
                let count = backups.len();
                let message =
                    format!("backups without a manifest: {count}; the integrity check makes them");
                desk.found(Finding::new(FindingKind::NoManifest, message).of_target(&target));
            }
        }
    }
    Ok(())
}

/// Reads a manifest if contents are read.
fn look(
    engine: &Engine,
    desk: &mut Desk<'_>,
    home: &Path,
    manifests: &Manifests,
    stored: &StoredBackup,
) {
    if !desk.options.deep {
        return;
    }
    let id = &stored.backup.id;
    let read = || {
        let file = manifests.open(id).map_err(|error| error.to_string())?;
        let Some(file) = file else { return Ok(()) };
        let entries = bchan_archive::read_mtree_zstd(file);
        let entries = entries.map_err(|error| error.to_string())?;
        for entry in entries {
            entry.map_err(|error| error.to_string())?;
        }
        Ok(())
    };
    let outcome: Result<(), String> = read();
    if let Err(error) = outcome {
        let message = format!("its manifest is damaged: {error}");
        let finding = Finding::new(FindingKind::DamagedManifest, message);
        let path = manifests.path(id);
        let finding = finding.of(stored).at(&path);
        desk.repair(finding, || quarantine(engine, home, &path));
    }
}

fn stale(engine: &Engine, desk: &mut Desk<'_>, home: &Path, path: &Path) {
    let message = "a manifest without its backup";
    let finding = Finding::new(FindingKind::StaleManifest, message).at(path);
    desk.repair(finding, || quarantine(engine, home, path));
}
