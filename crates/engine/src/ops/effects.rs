//! The effects of operations on the disk, and how they are undone.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::copies::Copies;
use super::error::OperationError;
use crate::directories::markers;
use crate::directories::sidecar_sync;
use crate::engine::Engine;
use bchan_catalog::journal::{Edit, Move, Operation};
use bchan_catalog::{DirectoryName, Object};
use bchan_storage::durable::{self, remove};
use bchan_storage::layout::Layout;
use bchan_storage::relocate::{MoveError, Moved, relocate};
use bchan_storage::sidecar::Sidecar;
use bchan_storage::staging::arrived_manifest;

type Result<T> = std::result::Result<T, OperationError>;

/// Makes the server's own folders in every directory that takes part.
fn prepare(engine: &Engine, operation: &Operation) -> Result<()> {
    let directories: BTreeSet<_> = operation
        .objects()
        .map(|object| &object.directory)
        .collect();
    for name in directories {
        let directory = engine.layout.directory_path(name);
        markers::enter(engine, &directory).map_err(OperationError::unusable(&directory))?;
        // With the trash, so that undoing needs no space for it.
        let prepared = engine.layout.sidecar(&directory).prepare();
        let trash = engine.layout.trash(&directory);
        let prepared = prepared.and_then(|()| durable::create_dirs(&trash));
        prepared.map_err(OperationError::io("making folders in", &directory))?;
    }
    match operation {
        Operation::Publish { backup, to, .. } => introduce(engine, to, &backup.backup.target_id),
        Operation::Relocate { moves, .. } => moves
            .iter()
            .try_for_each(|step| introduce(engine, &step.to, &step.after.backup.target_id)),
        Operation::Delete { .. } => Ok(()),
    }
}

/// Writes the settings of a target into a directory that gets a backup, unless they are there.
fn introduce(engine: &Engine, to: &Object, target_id: &str) -> Result<()> {
    let directory = engine.layout.directory_path(&to.directory);
    let sidecar = engine.layout.sidecar(&directory);
    let fail = OperationError::io("writing a target's settings in", &directory);
    let write = || {
        if sidecar.has_target(target_id)? {
            return Ok(());
        }
        let target = engine.store.target(target_id).map_err(io::Error::other)?;
        target.map_or(Ok(()), |target| sidecar.write_target(&target))
    };
    write().map_err(fail)
}

/// Fails if a disk is away that tells how far an interrupted operation has come. An empty mount
/// point must not look like files that have not moved.
pub(super) fn require_disks(engine: &Engine, operation: &Operation) -> Result<()> {
    for (from, to) in operation.renames() {
        if exists(engine, from)? || exists(engine, to)? {
            continue;
        }
        for object in [from, to] {
            let directory = engine.layout.directory_path(&object.directory);
            let present = markers::require(engine, &directory);
            present.map_err(OperationError::unusable(&directory))?;
        }
    }
    Ok(())
}

/// The effects up to the moment in which the records change. None of them destroys anything: what
/// is copied to another file system keeps its source.
pub(super) fn perform(engine: &Engine, operation: &Operation, copies: &mut Copies) -> Result<()> {
    let _busy = engine.share_folders();
    prepare(engine, operation)?;
    match operation {
        Operation::Publish {
            backup, from, to, ..
        } => {
            let (sidecar, path) = (sidecar_of(engine, to), engine.layout.path_of(to));
            let written = sidecar.write_record(backup);
            written.map_err(OperationError::io("writing the record of", &path))?;
            let arrived = arrived_manifest(&engine.layout.path_of(from));
            let adopted = sidecar.manifests().adopt(&backup.backup.id, &arrived);
            adopted.map_err(OperationError::io("moving the manifest of", &path))?;
            if relocate(&engine.mover(), from, to)? == Moved::Copied {
                copies.add(to);
            }
            Ok(())
        }
        Operation::Relocate { moves, .. } => {
            let mut moves = moves.iter();
            moves.try_for_each(|step| perform_move(engine, step, copies))
        }
        Operation::Delete { backups, .. } => {
            let mut files = backups.iter().filter_map(|backup| backup.files.as_ref());
            files.try_for_each(
                |(object, trash)| match relocate(&engine.mover(), object, trash) {
                    // There is nothing left to delete.
                    Err(MoveError::Missing { .. }) => Ok(()),
                    other => Ok(other.map(drop)?),
                },
            )
        }
    }
}

fn perform_move(engine: &Engine, step: &Move, copies: &mut Copies) -> Result<()> {
    let sidecar = sidecar_of(engine, &step.to);
    let written = if stays_in_directory(step) {
        sidecar.stage_record(&step.after)
    } else {
        let (before, id) = (sidecar_of(engine, &step.from), &step.after.backup.id);
        let copied = sidecar.manifests().copy_from(before.manifests(), id);
        copied.and_then(|()| sidecar.write_record(&step.after))
    };
    let to = engine.layout.path_of(&step.to);
    written.map_err(OperationError::io("writing the record of", &to))?;
    if relocate(&engine.mover(), &step.from, &step.to)? == Moved::Copied {
        copies.add(&step.to);
        rename(engine, &step.from, &step.aside)?;
    }
    Ok(())
}

/// Returns true if a backup only gets another name in its directory.
fn stays_in_directory(step: &Move) -> bool {
    step.from.directory == step.to.directory
}

/// Undoes the effects as far as they have come, last first. Renames and deletes, and writes nothing
/// where nothing has happened: the disk may be full, or read-only from the start.
pub(super) fn undo(engine: &Engine, operation: &Operation, copies: &Copies) -> Result<()> {
    let removed_record = |to: &Object| {
        let path = engine.layout.path_of(to);
        OperationError::io("removing the record of", &path)
    };
    match operation {
        Operation::Publish {
            backup, from, to, ..
        } => {
            move_back(engine, (from, to), None, copies)?;
            let removed = sidecar_of(engine, to).remove_record(&backup.backup.id);
            removed.map_err(removed_record(to))
        }
        Operation::Relocate { moves, edit, .. } => {
            for step in moves.iter().rev() {
                move_back(engine, (&step.from, &step.to), Some(&step.aside), copies)?;
                let (sidecar, id) = (sidecar_of(engine, &step.to), &step.after.backup.id);
                let removed = if stays_in_directory(step) {
                    sidecar.drop_staged(id)
                } else {
                    sidecar.remove_record(id)
                };
                removed.map_err(removed_record(&step.to))?;
            }
            match edit {
                Some(Edit {
                    target,
                    relocated: Some((_, entered)),
                }) => leave(engine, &engine.layout.directory_path(entered), &target.id),
                _ => Ok(()),
            }
        }
        Operation::Delete { backups, .. } => {
            let files = backups.iter().rev();
            let mut files = files.filter_map(|backup| backup.files.as_ref());
            files.try_for_each(|(object, trash)| move_back(engine, (object, trash), None, copies))
        }
    }
}

/// Brings an object that was moved or copied from `from` to `to` back, however far the move has
/// come.
fn move_back(
    engine: &Engine,
    (from, to): (&Object, &Object),
    aside: Option<&Object>,
    copies: &Copies,
) -> Result<()> {
    if let Some(aside) = aside
        && exists(engine, aside)?
    {
        // The source is set aside only when the copy at `to` is complete.
        discard(engine, to)?;
        return rename(engine, aside, from);
    }
    if !exists(engine, to)? {
        return Ok(());
    }
    if exists(engine, from)? {
        if copies.is_copy(engine, from, to)? {
            discard(engine, to)?;
        }
        // What is no copy was there before.
        return Ok(());
    }
    if engine
        .layout
        .path_of(from)
        .parent()
        .is_some_and(Path::is_dir)
    {
        rename(engine, to, from)
    } else {
        // An upload whose staging folder is gone. It was never answered as stored.
        discard(engine, to)
    }
}

/// Removes a backup that was not committed, by way of the trash, so that a part of it never lies
/// there under its name.
fn discard(engine: &Engine, object: &Object) -> Result<()> {
    if !exists(engine, object)? {
        return Ok(());
    }
    let trash = Layout::new_trash(&object.directory);
    let path = engine.layout.path_of(&trash);
    let _held = engine.in_use.hold(&path);
    rename(engine, object, &trash)?;
    remove(&path).map_err(OperationError::io("removing", &path))
}

fn rename(engine: &Engine, from: &Object, to: &Object) -> Result<()> {
    let (from, to) = (engine.layout.path_of(from), engine.layout.path_of(to));
    durable::rename(&from, &to).map_err(OperationError::io("moving", &from))
}

fn exists(engine: &Engine, object: &Object) -> Result<bool> {
    let path = engine.layout.path_of(object);
    durable::exists(&path).map_err(OperationError::io("reading", &path))
}

/// Removes what the records no longer know, and brings the records beside the data up to date. Looks
/// at the records as they are now: a later operation may have changed them again.
pub(super) fn follow_up(engine: &Engine, operation: &Operation) -> Result<()> {
    match operation {
        Operation::Publish { .. } => Ok(()),
        Operation::Relocate { moves, edit, .. } => {
            for step in moves {
                let directories = [&step.to.directory, &step.from.directory];
                update_records(engine, &step.after.backup.id, &directories)?;
                remove_object(engine, &step.aside)?;
            }
            edit.as_ref().map_or(Ok(()), |edit| edited(engine, edit))
        }
        Operation::Delete {
            backups, target, ..
        } => {
            for backup in backups {
                if let Some((_, trash)) = &backup.files {
                    remove_object(engine, trash)?;
                }
                update_records(engine, &backup.backup_id, &[&backup.directory])?;
            }
            let Some(target) = target else { return Ok(()) };
            if let Some(location) = &target.location {
                leave(engine, &engine.layout.directory_path(location), &target.id)?;
            }
            leave(engine, engine.layout.bin(), &target.id)
        }
    }
}

fn remove_object(engine: &Engine, object: &Object) -> Result<()> {
    let path = engine.layout.path_of(object);
    remove(&path).map_err(OperationError::io("removing", &path))
}

/// Writes the record of a backup in the directory where it lies now, if that is one of
/// `directories`, and removes it from the others.
fn update_records(engine: &Engine, id: &str, directories: &[&DirectoryName]) -> Result<()> {
    let found = engine.store.backup(id)?;
    let now = match &found {
        None => None,
        Some(stored) => match engine.store.target(&stored.backup.target_id)? {
            None => None,
            Some(target) => engine.unchecked(&target, stored.backup.is_recycled).ok(),
        },
    };
    for name in directories {
        let directory = engine.layout.directory_path(name);
        let sidecar = engine.layout.sidecar(&directory);
        let updated = match &found {
            Some(stored) if now.as_deref() == Some(&directory) => sidecar.update_record(stored),
            // It cannot be told whether it lies here.
            Some(_) if now.is_none() => Ok(()),
            _ => sidecar.remove_record(id),
        };
        updated.map_err(OperationError::io("updating a record in", &directory))?;
    }
    Ok(())
}

/// Writes a target's settings as they are now, which may be later ones.
fn edited(engine: &Engine, edit: &Edit) -> Result<()> {
    let id = &edit.target.id;
    let fail = |source| {
        let bin = engine.layout.bin();
        OperationError::io("writing a target's settings in", bin)(source)
    };
    if let Some(target) = engine
        .store
        .target(id)
        .map_err(|error| fail(io::Error::other(error)))?
    {
        sidecar_sync::write_target(engine, &target)
            .map_err(|error| fail(io::Error::other(error.message)))?;
    }
    edit.relocated.as_ref().map_or(Ok(()), |(left, _)| {
        leave(engine, &engine.layout.directory_path(left), id)
    })
}

/// Removes the settings of a target from a directory that is not its location any more.
fn leave(engine: &Engine, directory: &Path, target_id: &str) -> Result<()> {
    if let Some(target) = engine.store.target(target_id)?
        && engine
            .unchecked(&target, false)
            .is_ok_and(|now| now == directory)
    {
        return Ok(());
    }
    let removed = engine.layout.sidecar(directory).remove_target(target_id);
    removed.map_err(OperationError::io(
        "removing a target's settings in",
        directory,
    ))?;
    if directory != engine.layout.bin() {
        tidy(engine, directory);
    }
    Ok(())
}

fn sidecar_of(engine: &Engine, object: &Object) -> Sidecar {
    let directory = engine.layout.directory_path(&object.directory);
    engine.layout.sidecar(&directory)
}

/// Removes what the server itself has left in a location, and the location when it is empty then.
/// While others are at work somewhere, it is left to the job that purges.
pub fn tidy(engine: &Engine, location: &Path) {
    let Some(_alone) = engine.lock_folders() else {
        return;
    };
    // In the place of a disk that is away, nothing is the server's.
    if markers::require(engine, location).is_err() {
        return;
    }
    let own = engine.layout.own(location);
    // Another target may use the same directory.
    let targets = std::fs::read_dir(own.join("targets"));
    if targets.is_ok_and(|mut entries| entries.next().is_some()) {
        return;
    }
    engine.layout.sidecar(location).tidy();
    // Nothing is sent here any more.
    if let Err(error) = engine.layout.partials(location).purge(|_| false) {
        tracing::warn!(path = %location.display(), %error, "left-overs stay");
    }
    durable::remove_if_empty(&engine.layout.staging(location));
    durable::remove_if_empty(&engine.layout.trash(location));
    match markers::leave(engine, location) {
        Ok(true) => {}
        Ok(false) => return,
        Err(error) => {
            let (path, message) = (location.display(), error.message);
            tracing::warn!(%path, message, "an unused folder stays");
            return;
        }
    }
    durable::remove_if_empty(&own);
    if let Some(shared) = own.parent() {
        durable::remove_if_empty(shared);
    }
    durable::remove_if_empty(location);
}
