//! Changes to what is stored: each planned here and carried out by [`ops`].
//!
//! The caller holds the target, so that nothing moves between the plan and the deed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use bchan_api::Target;
use uuid::Uuid;

use crate::engine::Engine;
use crate::error::Error;
use crate::ops;
use crate::sequential;
use bchan_catalog::StoredBackup;
use bchan_catalog::journal::{BackupDeletion, Edit, Move, Operation, TargetDeletion};
use bchan_storage::durable;
use bchan_storage::layout;
use bchan_storage::name_template;

/// Moves backups of one target to the recycle bin or back.
pub fn set_recycled(
    engine: &Engine,
    target: &Target,
    backups: &[StoredBackup],
    recycled: bool,
) -> Result<(), Error> {
    engine.require_home(target, !recycled)?;
    engine.require_home(target, recycled)?;
    let to = engine.directory(target, recycled)?;
    let mut taken = HashSet::new();
    let mut moves = Vec::new();
    for stored in backups
        .iter()
        .filter(|stored| stored.backup.is_recycled != recycled)
    {
        let from = engine.path(target, stored)?;
        moves.push(plan_move(
            engine,
            target,
            stored,
            from,
            (&to, recycled),
            &mut taken,
        )?);
    }
    if moves.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = moves
        .iter()
        .map(|step| step.after.backup.id.clone())
        .collect();
    let target_id = target.id.clone();
    let edit = None;
    let operation = Operation::Relocate {
        target_id,
        moves,
        edit,
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
pub fn edit_target(engine: &Engine, old: &Target, new: Target) -> Result<(), Error> {
    let from = engine.layout.resolve(&old.location)?;
    let to = engine.layout.resolve(&new.location)?;
    let renamed = old.name_template != new.name_template;
    let mut moves = Vec::new();
    if from != to || renamed {
        engine.require_disk(&to)?;
        engine.require_location(old)?;
        let backups = engine.store.backups(&old.id)?;
        let mut taken = HashSet::new();
        for stored in &backups {
            let recycled = stored.backup.is_recycled;
            if recycled && !renamed {
                continue;
            }
            let place = engine.path(old, stored)?;
            let directory = engine.directory(&new, recycled)?;
            let step = plan_move(
                engine,
                &new,
                stored,
                place,
                (&directory, recycled),
                &mut taken,
            )?;
            if step.from != step.to {
                moves.push(step);
            }
        }
    }
    let relocated = (from != to).then_some((from, to));
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

/// Forgets backups of one target, and removes their files when told to.
pub fn delete_backups(
    engine: &Engine,
    target: &Target,
    backups: &[StoredBackup],
    delete_files: bool,
) -> Result<(), Error> {
    if backups.is_empty() {
        return Ok(());
    }
    let doomed = doom(engine, target, backups, delete_files)?;
    ops::execute(
        engine,
        &Operation::Delete {
            target_id: target.id.clone(),
            backups: doomed,
            target: None,
        },
    )?;
    tell_deleted(target, backups, delete_files);
    Ok(())
}

/// Forgets a target with all its backups, and removes their files when told to.
pub fn delete_target(engine: &Engine, target: &Target, delete_files: bool) -> Result<(), Error> {
    let stored = engine.store.backups(&target.id)?;
    let backups = doom(engine, target, &stored, delete_files)?;
    let sequence = engine.store.sequence(&target.id)?;
    let doomed = Some(TargetDeletion {
        id: target.id.clone(),
        location: engine.layout.resolve(&target.location).ok(),
    });
    ops::execute(
        engine,
        &Operation::Delete {
            target_id: target.id.clone(),
            backups,
            target: doomed,
        },
    )?;
    tell_deleted(target, &stored, delete_files);
    if let Some(sequence) = sequence {
        sequential::discard(engine, &sequence);
        ops::tidy(engine, &engine.layout.resolve(&target.location)?);
    }
    tracing::info!(
        target = target.id,
        name = target.name,
        delete_files,
        "deleted a target"
    );
    Ok(())
}

fn tell_deleted(target: &Target, backups: &[StoredBackup], delete_files: bool) {
    for stored in backups {
        let backup = &stored.backup.id;
        tracing::info!(target = target.id, backup, delete_files, "deleted a backup");
    }
}

fn doom(
    engine: &Engine,
    target: &Target,
    backups: &[StoredBackup],
    delete_files: bool,
) -> Result<Vec<BackupDeletion>, Error> {
    if delete_files {
        if backups.iter().any(|stored| !stored.backup.is_recycled) {
            engine.require_location(target)?;
        }
        if backups.iter().any(|stored| stored.backup.is_recycled) {
            engine.require_home(target, true)?;
        }
    }
    let doom = |stored: &StoredBackup| {
        let directory = engine.directory(target, stored.backup.is_recycled)?;
        let files = delete_files.then(|| {
            let trash = engine.layout.trash(&directory);
            let trash = trash.join(Uuid::new_v4().to_string());
            (directory.join(&stored.file_name), trash)
        });
        Ok(BackupDeletion {
            backup_id: stored.backup.id.clone(),
            directory,
            files,
        })
    };
    backups.iter().map(doom).collect()
}

/// Plans one move to the place that belongs to a backup in `directory`, the recycle bin or not.
/// `taken` holds the places that the same plan has given away.
fn plan_move(
    engine: &Engine,
    target: &Target,
    stored: &StoredBackup,
    from: PathBuf,
    (directory, recycled): (&Path, bool),
    taken: &mut HashSet<PathBuf>,
) -> Result<Move, Error> {
    let read = |error| Error::from_io("reading the backup's place", error);
    if !durable::exists(&from).map_err(read)? {
        let message = format!("the files of backup {} are missing", stored.backup.id);
        return Err(Error::internal(format!("{message}: {}", from.display())));
    }
    for number in 1..=10_000 {
        let file_name = name_template::numbered(target, stored, number);
        let to = directory.join(&file_name);
        let free = to == from || !durable::exists(&to).map_err(read)?;
        if free && taken.insert(to.clone()) {
            let mut after = stored.clone();
            after.backup.is_recycled = recycled;
            after.file_name = file_name;
            let aside = engine.layout.trash(layout::home_of(&from));
            return Ok(Move {
                aside: aside.join(Uuid::new_v4().to_string()),
                from,
                to,
                after,
            });
        }
    }
    let base = name_template::name_of(&target.name_template, &stored.backup, "");
    Err(Error::conflict(format!(
        "every name like `{base}` is taken in {}",
        directory.display()
    )))
}
