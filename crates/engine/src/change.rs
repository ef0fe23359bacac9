//! Changes to what is stored: each planned here and carried out by [`ops`].
//!
//! Each function takes a locked target, so that nothing moves between the plan and the change.

use std::collections::HashSet;

use bchan_api::Target;
use bchan_catalog::journal::{BackupDeletion, Edit, Move, Operation, TargetDeletion};
use bchan_catalog::{DirectoryName, Object, StoredBackup};
use bchan_storage::durable;
use bchan_storage::layout::Layout;
use bchan_storage::name_template;

use crate::access::target_lock::LockedTarget;
use crate::engine::Engine;
use crate::error::Error;
use crate::ops;
use crate::sequential;

/// Moves backups of one target to the recycle bin or back.
pub fn set_recycled(
    target: &LockedTarget<'_>,
    backups: &[StoredBackup],
    recycled: bool,
) -> Result<(), Error> {
    let engine = target.engine();
    target.directory(!recycled)?;
    target.directory(recycled)?;
    let to = target.directory_name(recycled)?;
    let mut taken = HashSet::new();
    let moving = |stored: &&StoredBackup| stored.backup.is_recycled != recycled;
    let moves = backups.iter().filter(moving).map(|stored| {
        let from = target.object(stored)?;
        plan_move(engine, target, stored, from, (&to, recycled), &mut taken)
    });
    let moves: Vec<Move> = moves.collect::<Result<_, _>>()?;
    if moves.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = moves
        .iter()
        .map(|step| step.after.backup.id.clone())
        .collect();
    let operation = Operation::Relocate {
        target_id: target.id.clone(),
        moves,
        edit: None,
    };
    ops::execute(engine, &operation)?;
    let done = if recycled {
        "recycled a backup"
    } else {
        "restored a backup"
    };
    for id in ids {
        tracing::info!(target = target.id, backup = id, "{done}");
    }
    Ok(())
}

/// Gives a target its new settings; backups follow to its new location and get their new names.
pub fn edit_target(old: &LockedTarget<'_>, new: Target) -> Result<(), Error> {
    let engine = old.engine();
    let from = old.directory_name(false)?;
    let to = engine.layout.resolve(&new.location)?;
    let to_name = engine.layout.directory_name(&to)?;
    let renamed = old.name_template != new.name_template;
    let mut moves = Vec::new();
    if from != to_name || renamed {
        engine.require_disk(&to)?;
        old.directory(false)?;
        let bin = old.directory_name(true)?;
        let mut taken = HashSet::new();
        for stored in &engine.store.backups(&old.id)? {
            let recycled = stored.backup.is_recycled;
            if recycled && !renamed {
                continue;
            }
            let place = (if recycled { &bin } else { &to_name }, recycled);
            let step = plan_move(engine, &new, stored, old.object(stored)?, place, &mut taken)?;
            if step.from != step.to {
                moves.push(step);
            }
        }
    }
    let relocated = (from != to_name).then_some((from, to_name));
    let (id, name, moved) = (new.id.clone(), new.name.clone(), moves.len());
    ops::execute(
        engine,
        &Operation::Relocate {
            target_id: id.clone(),
            moves,
            edit: Some(Edit {
                target: new,
                relocated,
            }),
        },
    )?;
    tracing::info!(target = id, name, moved, "edited a target");
    Ok(())
}

/// Removes backups of one target from the catalog, with their files if `delete_files` says so.
pub fn delete_backups(
    target: &LockedTarget<'_>,
    backups: &[StoredBackup],
    delete_files: bool,
) -> Result<(), Error> {
    if backups.is_empty() {
        return Ok(());
    }
    let operation = Operation::Delete {
        target_id: target.id.clone(),
        backups: plan_deletions(target, backups, delete_files)?,
        target: None,
    };
    ops::execute(target.engine(), &operation)?;
    log_deleted(target, backups, delete_files);
    Ok(())
}

/// Removes a target with all its backups from the catalog, with their files if `delete_files` says
/// so.
pub fn delete_target(target: &LockedTarget<'_>, delete_files: bool) -> Result<(), Error> {
    let engine = target.engine();
    let stored = engine.store.backups(&target.id)?;
    let sequence = engine.store.sequence(&target.id)?;
    let operation = Operation::Delete {
        target_id: target.id.clone(),
        backups: plan_deletions(target, &stored, delete_files)?,
        target: Some(TargetDeletion {
            id: target.id.clone(),
            location: target.directory_name(false).ok(),
        }),
    };
    ops::execute(engine, &operation)?;
    log_deleted(target, &stored, delete_files);
    if let Some(sequence) = sequence {
        sequential::discard(engine, &sequence);
        ops::tidy(engine, target.unchecked(false)?);
    }
    tracing::info!(
        target = target.id,
        name = target.name,
        delete_files,
        "deleted a target"
    );
    Ok(())
}

fn log_deleted(target: &Target, backups: &[StoredBackup], delete_files: bool) {
    for stored in backups {
        let backup = &stored.backup.id;
        tracing::info!(target = target.id, backup, delete_files, "deleted a backup");
    }
}

fn plan_deletions(
    target: &LockedTarget<'_>,
    backups: &[StoredBackup],
    delete_files: bool,
) -> Result<Vec<BackupDeletion>, Error> {
    for recycled in [false, true] {
        let concerned = |stored: &StoredBackup| stored.backup.is_recycled == recycled;
        if delete_files && backups.iter().any(concerned) {
            target.directory(recycled)?;
        }
    }
    let plan = |stored: &StoredBackup| {
        let object = target.object(stored)?;
        let directory = object.directory.clone();
        Ok(BackupDeletion {
            backup_id: stored.backup.id.clone(),
            files: delete_files.then(|| (object, Layout::new_trash(&directory))),
            directory,
        })
    };
    backups.iter().map(plan).collect()
}

/// Plans the move of one backup into `directory`, the recycle bin or not. `taken` holds the objects
/// that the same plan has used.
fn plan_move(
    engine: &Engine,
    target: &Target,
    stored: &StoredBackup,
    from: Object,
    (directory, recycled): (&DirectoryName, bool),
    taken: &mut HashSet<Object>,
) -> Result<Move, Error> {
    let exists = |object: &Object| {
        let found = durable::exists(&engine.layout.path_of(object));
        found.map_err(|error| Error::from_io("reading the backup's place", error))
    };
    if !exists(&from)? {
        let (id, path) = (&stored.backup.id, engine.layout.path_of(&from));
        let message = format!("the files of backup {id} are missing: {}", path.display());
        return Err(Error::internal(message));
    }
    for number in 1..=10_000 {
        let file_name = name_template::numbered(target, stored, number);
        let to = Object::backup(directory, &file_name);
        let free = to == from || !exists(&to)?;
        if free && taken.insert(to.clone()) {
            let mut after = stored.clone();
            after.backup.is_recycled = recycled;
            after.file_name = file_name;
            return Ok(Move {
                aside: Layout::new_trash(&from.directory),
                from,
                to,
                after,
            });
        }
    }
    let base = name_template::name_of(&target.name_template, &stored.backup, "");
    let directory = engine.layout.directory_path(directory);
    Err(Error::conflict(format!(
        "every name like `{base}` is taken in {}",
        directory.display()
    )))
}
