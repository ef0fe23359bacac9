//! Comparing the records beside the data with the database.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bchan_api::Target;

use super::finding::{Finding, FindingKind};
use super::report::{CheckError, Desk};
use crate::engine::Engine;
use crate::error::Error;
use crate::start::data_folder::Places;
use bchan_catalog::journal::Operation;
use bchan_catalog::{OperationId, Progress, StoredBackup};
use bchan_storage::durable;
use bchan_storage::layout;
use bchan_storage::name_template::RESERVED;

type Pending = [(OperationId, Operation, Progress)];

pub(super) fn unreadable(error: io::Error) -> Error {
    Error::from_io("reading the records beside the backups", error)
}

/// Finds targets whose settings are there and that the database does not know. Where it knows none
/// at all, they are looked for wherever backups may lie.
pub(super) fn check_targets(
    engine: &Engine,
    places: &Places,
    desk: &mut Desk<'_>,
) -> Result<(), CheckError> {
    let mut homes = homes(engine)?;
    if engine.all_targets()?.is_empty() {
        for root in &places.roots {
            find_homes(engine, root, &mut homes);
        }
    }
    // The recycle bin has the settings of all; elsewhere there may be older ones.
    let mut ordered = vec![engine.layout.bin().to_owned()];
    ordered.extend(homes);
    let mut seen = HashSet::new();
    for home in ordered {
        for (path, found) in engine.layout.sidecar(&home).targets().map_err(unreadable)? {
            match found {
                Err(error) => damaged(engine, desk, &home, &path, &error),
                Ok(target) if !seen.insert(target.id.clone()) => {}
                Ok(target) => {
                    if engine.store.target(&target.id)?.is_none() {
                        lost_target(engine, desk, &path, &target);
                    }
                }
            }
        }
    }
    desk.summary.targets = engine.all_targets()?.len() as u64;
    Ok(())
}

fn lost_target(engine: &Engine, desk: &mut Desk<'_>, path: &Path, target: &Target) {
    let message = format!("the database does not know the target `{}`", target.name);
    let finding = Finding::new(FindingKind::LostTarget, message)
        .of_target(target)
        .at(path);
    desk.repair(finding, || {
        engine.store.create_target(target)?;
        Ok("added it".to_owned())
    });
}

/// Finds backups that lie there with their records and that the database does not know, records
/// without a backup, and strangers.
pub(super) fn check_backups(
    engine: &Engine,
    pending: &Pending,
    desk: &mut Desk<'_>,
) -> Result<(), CheckError> {
    let homes = homes(engine)?;
    for home in &homes {
        check_home(engine, pending, desk, home, &homes)?;
    }
    Ok(())
}

fn check_home(
    engine: &Engine,
    pending: &Pending,
    desk: &mut Desk<'_>,
    home: &Path,
    homes: &BTreeSet<PathBuf>,
) -> Result<(), CheckError> {
    let is_bin = home == engine.layout.bin();
    let known = engine.backups_in(home)?;
    let known: HashMap<&str, &StoredBackup> = known
        .iter()
        .map(|stored| (stored.backup.id.as_str(), stored))
        .collect();
    let moving: HashSet<PathBuf> = pending
        .iter()
        .flat_map(|(_, operation, _)| operation.objects())
        .map(|object| engine.layout.path_of(object))
        .collect();
    let mut names: HashSet<String> = known
        .values()
        .map(|stored| stored.file_name.clone())
        .collect();
    for (path, found) in engine.layout.sidecar(home).records().map_err(unreadable)? {
        let mut stored = match found {
            Err(error) => {
                damaged(engine, desk, home, &path, &error);
                continue;
            }
            Ok(stored) => stored,
        };
        stored.backup.is_recycled = is_bin;
        let place = home.join(&stored.file_name);
        if known.contains_key(stored.backup.id.as_str()) || moving.contains(&place) {
            continue;
        }
        // It may be known elsewhere: a crash during a move leaves one record too many.
        let elsewhere = engine.store.backup(&stored.backup.id)?.is_some();
        if !elsewhere
            && layout::is_name(&stored.file_name)
            && durable::exists(&place).map_err(unreadable)?
        {
            names.insert(stored.file_name.clone());
            lost_backup(engine, desk, &place, &stored);
        } else {
            let message = "a record without its backup";
            let finding = Finding::new(FindingKind::StaleRecord, message)
                .of(&stored)
                .at(&path);
            desk.repair(finding, || quarantine(engine, home, &path));
        }
    }
    strangers(desk, home, homes, &names, &moving).map_err(unreadable)?;
    Ok(())
}

fn lost_backup(engine: &Engine, desk: &mut Desk<'_>, place: &Path, stored: &StoredBackup) {
    let message = "the database does not know this backup";
    let finding = Finding::new(FindingKind::LostBackup, message)
        .of(stored)
        .at(place);
    desk.repair(finding, || {
        if engine.store.target(&stored.backup.target_id)?.is_none() {
            return Err(Error::not_found("target", &stored.backup.target_id));
        }
        let mut stored = stored.clone();
        // What was known of its health is lost; the integrity check finds out.
        stored.backup.hash_mismatch = false;
        engine.store.add_backup(&stored)?;
        Ok("added it".to_owned())
    });
}

fn strangers(
    desk: &mut Desk<'_>,
    home: &Path,
    homes: &BTreeSet<PathBuf>,
    known: &HashSet<String>,
    moving: &HashSet<PathBuf>,
) -> io::Result<()> {
    let entries = match fs::read_dir(home) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    for entry in entries {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        let ours = name == RESERVED || name.to_str().is_some_and(|name| known.contains(name));
        // Other targets may lie below.
        let leads_on = homes.iter().any(|home| home.starts_with(&path));
        if !ours && !leads_on && !moving.contains(&path) {
            let message = "not known to the server";
            desk.found(Finding::new(FindingKind::Stranger, message).at(&path));
        }
    }
    Ok(())
}

fn damaged(engine: &Engine, desk: &mut Desk<'_>, home: &Path, path: &Path, error: &io::Error) {
    let message = format!("a record cannot be read: {error}");
    let finding = Finding::new(FindingKind::DamagedRecord, message).at(path);
    desk.repair(finding, || quarantine(engine, home, path));
}

/// Moves a record or a manifest aside.
pub(super) fn quarantine(engine: &Engine, home: &Path, path: &Path) -> Result<String, Error> {
    let fail = |error| Error::from_io("moving a file aside", error);
    let folder = engine.layout.own(home).join("quarantine");
    durable::create_dirs(&folder).map_err(fail)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stamp = bchan_api::Time::now().unix_seconds();
    let to = folder.join(format!("{stamp}-{name}"));
    durable::rename(path, &to).map_err(fail)?;
    Ok(format!("moved it to {}", to.display()))
}

/// Every directory that backups lie in, as the database knows them.
pub(super) fn homes(engine: &Engine) -> Result<BTreeSet<PathBuf>, CheckError> {
    let mut homes = BTreeSet::from([engine.layout.bin().to_owned()]);
    for location in engine.store.locations()? {
        homes.extend(engine.layout.resolve(&location).ok());
    }
    Ok(homes)
}

/// Every directory below `root` that has a folder of this server. Backups are not searched.
fn find_homes(engine: &Engine, root: &Path, homes: &mut BTreeSet<PathBuf>) {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let sidecar = engine.layout.sidecar(&folder);
        let mut backups = HashSet::new();
        if sidecar.is_there().unwrap_or(false) {
            let records = sidecar.records().unwrap_or_default();
            let names = records.into_iter().filter_map(|(_, record)| record.ok());
            backups.extend(names.map(|stored| stored.file_name));
            homes.insert(folder.clone());
        }
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        folders.extend(
            entries
                .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
                .filter(|entry| entry.file_name() != RESERVED)
                .filter(|entry| {
                    let name = entry.file_name();
                    !name.to_str().is_some_and(|name| backups.contains(name))
                })
                .map(|entry| entry.path()),
        );
    }
}
