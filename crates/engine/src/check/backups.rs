//! Comparing the backups in the database with the disk.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use bchan_api::{Target, TargetType};
use bchan_archive::Observer;

use super::finding::{Finding, FindingKind};
use super::report::{CheckError, Desk};
use crate::engine::Engine;
use crate::error::Error;
use bchan_catalog::journal::Operation;
use bchan_catalog::{Health, OperationId, Progress, StoredBackup};
use bchan_storage::content;
use bchan_storage::durable;

/// Looks at every backup that no interrupted operation is moving.
pub(super) fn check(
    engine: &Engine,
    pending: &[(OperationId, Operation, Progress)],
    desk: &mut Desk<'_>,
) -> Result<(), CheckError> {
    let moving: HashSet<_> = pending
        .iter()
        .flat_map(|(_, operation, _)| operation.objects())
        .map(|object| engine.layout.path_of(object))
        .collect();
    let targets = engine.all_targets()?;
    let mut all = Vec::new();
    for target in &targets {
        for recycled in [false, true] {
            let mut backups = engine.store.backups(&target.id)?;
            backups.retain(|stored| stored.backup.is_recycled == recycled);
            desk.summary.backups += backups.len() as u64;
            if backups.is_empty() {
                continue;
            }
            match engine.directory(target, recycled) {
                Ok(_) => all.extend(backups.into_iter().map(|stored| (target, stored))),
                Err(error) => away(engine, desk, target, recycled, &error, backups.len()),
            }
        }
    }
    let of = all.len() as u64;
    for (done, (target, stored)) in all.into_iter().enumerate() {
        let bytes = desk.summary.bytes_read;
        desk.observer.progress(done as u64, of, bytes);
        let path = engine.path(target, &stored)?;
        if !moving.contains(&path) {
            look(engine, desk, target, &stored, &path)?;
        }
    }
    desk.observer.progress(of, of, desk.summary.bytes_read);
    Ok(())
}

fn away(
    engine: &Engine,
    desk: &mut Desk<'_>,
    target: &Target,
    recycled: bool,
    error: &Error,
    count: usize,
) {
    let message = format!("{count} backups are out of reach: {}", error.message);
    let mut finding = Finding::new(FindingKind::Away, message).of_target(target);
    if let Ok(directory) = engine.unchecked(target, recycled) {
        finding = finding.at(&directory);
    }
    desk.found(finding);
}

fn look(
    engine: &Engine,
    desk: &mut Desk<'_>,
    target: &Target,
    stored: &StoredBackup,
    path: &Path,
) -> Result<(), CheckError> {
    let fault = fault(desk, target, stored, path);
    let marked = stored.backup.hash_mismatch;
    match fault {
        Some((kind, message)) => {
            let finding = Finding::new(kind, message).of(stored).at(path);
            if marked {
                desk.found(finding);
            } else {
                desk.repair(finding, || {
                    engine.store.set_health(stored, &Health::Broken)?;
                    Ok("marked it as broken".to_owned())
                });
            }
        }
        None if marked && desk.options.deep => {
            let message = "it is marked as broken, and is sound";
            let finding = Finding::new(FindingKind::Sound, message);
            desk.repair(finding.of(stored).at(path), || {
                let hash = stored.backup.hash.clone().unwrap_or_default();
                engine.store.set_health(stored, &Health::Sound { hash })?;
                Ok("took the mark away".to_owned())
            });
        }
        None if marked => {
            let message = "it is known to be broken";
            let finding = Finding::new(FindingKind::Broken, message);
            desk.found(finding.of(stored).at(path));
        }
        None => {}
    }
    let home = engine.unchecked(target, stored.backup.is_recycled)?;
    let sidecar = engine.layout.sidecar(&home);
    let recorded = sidecar.record(&stored.backup.id);
    if !recorded.is_ok_and(|found| found.file_name == stored.file_name)
        && durable::exists(path).unwrap_or(false)
    {
        let message = "there is no record of it beside the data";
        let finding = Finding::new(FindingKind::NoRecord, message);
        desk.repair(finding.of(stored).at(path), || {
            let fail = |error| Error::from_io("writing a record", error);
            sidecar.prepare().map_err(fail)?;
            sidecar.write_record(stored).map_err(fail)?;
            Ok("wrote it".to_owned())
        });
    }
    Ok(())
}

/// Returns the fault of a backup's files.
fn fault(
    desk: &mut Desk<'_>,
    target: &Target,
    stored: &StoredBackup,
    path: &Path,
) -> Option<(FindingKind, String)> {
    let backup = &stored.backup;
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => (FindingKind::Missing, "its files are missing".to_owned()),
        _ => (
            FindingKind::Unreadable,
            format!("it cannot be read: {error}"),
        ),
    };
    let meta = match path.symlink_metadata() {
        Ok(meta) => meta,
        Err(error) => return Some(unreadable(error)),
    };
    let right_kind = match target.target_type {
        TargetType::Single => meta.is_file(),
        TargetType::Multi => meta.is_dir(),
    };
    if !right_kind {
        let message = "it is something else than what was stored".to_owned();
        return Some((FindingKind::Changed, message));
    }
    if !desk.options.deep {
        let single = target.target_type == TargetType::Single;
        return (single && meta.len() != backup.filesize).then(|| {
            let message = format!("it has {} bytes, not {}", meta.len(), backup.filesize);
            (FindingKind::Changed, message)
        });
    }
    let mut count = Count(&mut desk.summary.bytes_read);
    match content::hash(path, target.target_type, &mut count) {
        Err(error) => Some(unreadable(error)),
        Ok((hash, _)) => {
            let expected = backup.hash.as_ref().filter(|hash| !hash.is_empty());
            let changed = expected.is_some_and(|expected| !expected.eq_ignore_ascii_case(&hash));
            changed.then(|| {
                let message = "its content is not what was stored".to_owned();
                (FindingKind::Changed, message)
            })
        }
    }
}

/// Counts what is read.
struct Count<'a>(&'a mut u64);

impl Observer for Count<'_> {
    fn proceed(&mut self, count: u64) -> io::Result<()> {
        *self.0 += count;
        Ok(())
    }
}
