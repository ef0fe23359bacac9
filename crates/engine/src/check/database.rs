//! Opening the database, or rebuilding it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::finding::{Finding, FindingKind};
use super::report::{CheckError, Desk};
use crate::error::Error;
use crate::start::data_folder::Places;
use bchan_catalog::{Sqlite, Store as _, StoreError};
use bchan_storage::data_dir;
use bchan_storage::durable;
use bchan_storage::name_template::RESERVED;

/// The database, rebuilt if it is missing or damaged and the options ask for it; none if it is not.
pub(super) fn open(places: &Places, desk: &mut Desk<'_>) -> Result<Option<Sqlite>, CheckError> {
    let data = &places.data;
    let path = &bchan_catalog::files(data)[0];
    if !bchan_catalog::exists(data)? {
        let message = "the database is missing";
        let finding = Finding::new(FindingKind::DatabaseMissing, message).at(path);
        return start_new(places, desk, finding);
    }
    let opened = bchan_catalog::open(data).and_then(|store| Ok((store.faults()?, store)));
    let faults = match opened {
        Ok((faults, store)) if faults.is_empty() => {
            if data_dir::read_instance(data)
                .map_err(StoreError::Io)?
                .is_none()
            {
                data_dir::write_instance(data, store.instance()).map_err(StoreError::Io)?;
            }
            return Ok(Some(store));
        }
        Ok((faults, _)) => faults.join("; "),
        Err(error) if error.is_damage() => error.to_string(),
        Err(error) => return Err(error.into()),
    };
    let message = format!("the database is damaged: {faults}");
    let finding = Finding::new(FindingKind::DatabaseDamaged, message).at(path);
    start_new(places, desk, finding)
}

/// Makes an empty database with the name that the data folder had; what was in it is found again
/// from the records beside the data.
fn start_new(
    places: &Places,
    desk: &mut Desk<'_>,
    finding: Finding,
) -> Result<Option<Sqlite>, CheckError> {
    if !desk.options.repair {
        desk.found(finding);
        return Ok(None);
    }
    let instance = match data_dir::read_instance(&places.data).map_err(StoreError::Io)? {
        Some(instance) => instance,
        None => only_instance(places)?,
    };
    move_aside(&places.data).map_err(|error| Error::from_io("moving the database aside", error))?;
    let made = bchan_catalog::create(&places.data, &instance)?;
    data_dir::write_instance(&places.data, &instance).map_err(StoreError::Io)?;
    let mut finding = finding;
    finding.repaired = Some("made a new one, to be filled from the records".to_owned());
    desk.found(finding);
    Ok(Some(made))
}

/// The one server whose own folders are in the storage.
fn only_instance(places: &Places) -> Result<String, CheckError> {
    let mut found = BTreeSet::new();
    let mut folders = vec![places.bin.clone()];
    folders.extend(places.roots.iter().cloned());
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            if entry.file_name() == RESERVED {
                let own = fs::read_dir(entry.path()).into_iter().flatten().flatten();
                found.extend(own.map(|own| own.file_name().to_string_lossy().into_owned()));
            } else if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
        }
    }
    let mut instances: Vec<_> = found.into_iter().collect();
    match instances.len() {
        0 => Err(CheckError::Failed {
            message: "there is no record of any backup to make a database from".to_owned(),
        }),
        1 => Ok(instances.remove(0)),
        _ => Err(CheckError::Ambiguous { instances }),
    }
}

/// Keeps a damaged database under another name.
fn move_aside(data: &Path) -> io::Result<()> {
    let mut number = 1;
    let mut folder = data.join("damaged");
    while durable::exists(&folder)? {
        number += 1;
        folder = data.join(format!("damaged-{number}"));
    }
    for file in bchan_catalog::files(data) {
        if durable::exists(&file)? {
            durable::create_dirs(&folder)?;
            let name = file.file_name().unwrap_or_default();
            durable::rename(&file, &folder.join(name))?;
        }
    }
    Ok(())
}
