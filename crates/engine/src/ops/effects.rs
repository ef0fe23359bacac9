//! The effects of operations on the disk, and how they are undone.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::copies::Copies;
use super::error::OperationError;
use crate::directories::markers;
use crate::directories::sidecar_sync;
use crate::engine::Engine;
use bchan_catalog::journal::{Edit, Move, Operation};
use bchan_storage::durable::{self, remove};
use bchan_storage::layout;
use bchan_storage::relocate::{MoveError, Moved, relocate};
use bchan_storage::sidecar::Sidecar;

type Result<T> = std::result::Result<T, OperationError>;

/// Makes the server's own folders in every directory that takes part.
fn prepare(engine: &Engine, operation: &Operation) -> Result<()> {
    let homes: BTreeSet<&Path> = operation
        .places()
        .map(|place| layout::home_of(place))
        .collect();
    for home in homes {
        markers::enter(engine, home).map_err(OperationError::unusable(home))?;
        // With the trash, so that undoing needs no space for it.
        let prepared = engine.layout.sidecar(home).prepare();
        let prepared = prepared.and_then(|()| durable::create_dirs(&engine.layout.trash(home)));
        prepared.map_err(OperationError::io("making folders in", home))?;
    }
    match operation {
        Operation::Publish { backup, to, .. } => introduce(engine, to, &backup.backup.target_id),
        Operation::Relocate { moves, .. } => moves
            .iter()
            .try_for_each(|step| introduce(engine, &step.to, &step.after.backup.target_id)),
        Operation::Delete { .. } => Ok(()),
    }
}

/// Makes sure that a directory that gets a backup has its target's settings, too.
fn introduce(engine: &Engine, to: &Path, target_id: &str) -> Result<()> {
    let home = layout::home_of(to);
    let sidecar = engine.layout.sidecar(home);
    let fail = OperationError::io("writing a target's settings in", home);
    let write = || {
        if sidecar.has_target(target_id)? {
            return Ok(());
        }
        let target = engine.store.target(target_id).map_err(io::Error::other)?;
        target.map_or(Ok(()), |target| sidecar.write_target(&target))
    };
    write().map_err(fail)
}

/// Returns true if the disks are there that tell how far an interrupted operation has come. An empty mount
/// point must not look like files that have not moved.
pub(super) fn require_disks(engine: &Engine, operation: &Operation) -> Result<()> {
    let require = |place: &Path| {
        let home = layout::home_of(place);
        markers::require(engine, home).map_err(OperationError::unusable(home))
    };
    for (from, to) in operation.ways() {
        if !exists(from)? && !exists(to)? {
            require(from)?;
            require(to)?;
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
            let written = mirror_of(engine, to).write_record(backup);
            written.map_err(OperationError::io("writing the record of", to))?;
            if relocate(&engine.mover(), from, to)? == Moved::Copied {
                copies.add(to);
            }
            Ok(())
        }
        Operation::Relocate { moves, .. } => {
            let mut moves = moves.iter();
            moves.try_for_each(|step| perform_move(engine, step, copies))
        }
        Operation::Delete { backups, .. } => backups
            .iter()
            .filter_map(|doomed| doomed.files.as_ref())
            .try_for_each(
                |(path, trash)| match relocate(&engine.mover(), path, trash) {
                    // There is nothing left to delete.
                    Err(MoveError::Missing { .. }) => Ok(()),
                    other => Ok(other.map(drop)?),
                },
            ),
    }
}

fn perform_move(engine: &Engine, step: &Move, copies: &mut Copies) -> Result<()> {
    let sidecar = mirror_of(engine, &step.to);
    let written = if stays_home(step) {
        sidecar.stage_record(&step.after)
    } else {
        sidecar.write_record(&step.after)
    };
    written.map_err(OperationError::io("writing the record of", &step.to))?;
    if relocate(&engine.mover(), &step.from, &step.to)? == Moved::Copied {
        copies.add(&step.to);
        rename(&step.from, &step.aside)?;
    }
    Ok(())
}

/// Returns true if a backup only gets another name in its directory.
fn stays_home(step: &Move) -> bool {
    layout::home_of(&step.from) == layout::home_of(&step.to)
}

/// Takes the effects back, as far as they have come, last first. Renames and deletes, and writes
/// nothing where nothing has happened: the disk may be full, or read-only from the start.
pub(super) fn undo(engine: &Engine, operation: &Operation, copies: &Copies) -> Result<()> {
    match operation {
        Operation::Publish {
            backup, from, to, ..
        } => {
            move_back(engine, (from, to), None, copies)?;
            let removed = mirror_of(engine, to).remove_record(&backup.backup.id);
            removed.map_err(OperationError::io("removing the record of", to))
        }
        Operation::Relocate { moves, edit, .. } => {
            for step in moves.iter().rev() {
                move_back(engine, (&step.from, &step.to), Some(&step.aside), copies)?;
                let (sidecar, id) = (mirror_of(engine, &step.to), &step.after.backup.id);
                let removed = if stays_home(step) {
                    sidecar.drop_staged(id)
                } else {
                    sidecar.remove_record(id)
                };
                removed.map_err(OperationError::io("removing the record of", &step.to))?;
            }
            match edit {
                Some(Edit {
                    target,
                    relocated: Some((_, entered)),
                }) => leave(engine, entered, &target.id),
                _ => Ok(()),
            }
        }
        Operation::Delete { backups, .. } => {
            let files = backups.iter().rev();
            let mut files = files.filter_map(|doomed| doomed.files.as_ref());
            files.try_for_each(|(path, trash)| move_back(engine, (path, trash), None, copies))
        }
    }
}

/// Brings what was moved or copied from `from` to `to` back, wherever the move has stopped.
fn move_back(
    engine: &Engine,
    (from, to): (&Path, &Path),
    aside: Option<&PathBuf>,
    copies: &Copies,
) -> Result<()> {
    if let Some(aside) = aside
        && exists(aside)?
    {
        // The source is set aside only when the copy at `to` is complete.
        discard(engine, to)?;
        return rename(aside, from);
    }
    if !exists(to)? {
        return Ok(());
    }
    if exists(from)? {
        if copies.is_copy(from, to)? {
            discard(engine, to)?;
        }
        // What is no copy was there before.
        return Ok(());
    }
    if from.parent().is_some_and(Path::is_dir) {
        rename(to, from)
    } else {
        // An upload whose staging folder is gone. It was never answered as stored.
        discard(engine, to)
    }
}

/// Removes a backup that was not committed, by way of the trash, so that half of it never lies there
/// under its name.
fn discard(engine: &Engine, path: &Path) -> Result<()> {
    if !exists(path)? {
        return Ok(());
    }
    let trash = engine.layout.trash(layout::home_of(path));
    let trash = trash.join(Uuid::new_v4().to_string());
    let _held = engine.in_use.hold(&trash);
    rename(path, &trash)?;
    remove(&trash).map_err(OperationError::io("removing", &trash))
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    durable::rename(from, to).map_err(OperationError::io("moving", from))
}

fn exists(path: &Path) -> Result<bool> {
    durable::exists(path).map_err(OperationError::io("reading", path))
}

/// Removes what the records no longer know, and brings the records beside the data up to date. Looks
/// at the records as they are now: a later operation may have changed them again.
pub(super) fn follow_up(engine: &Engine, operation: &Operation) -> Result<()> {
    match operation {
        Operation::Publish { .. } => Ok(()),
        Operation::Relocate { moves, edit, .. } => {
            for step in moves {
                let homes = [layout::home_of(&step.to), layout::home_of(&step.from)];
                update_records(engine, &step.after.backup.id, homes)?;
                remove(&step.aside).map_err(OperationError::io("removing", &step.aside))?;
            }
            edit.as_ref().map_or(Ok(()), |edit| edited(engine, edit))
        }
        Operation::Delete {
            backups, target, ..
        } => {
            for doomed in backups {
                if let Some((_, trash)) = &doomed.files {
                    remove(trash).map_err(OperationError::io("removing", trash))?;
                }
                update_records(engine, &doomed.backup_id, [&doomed.directory])?;
            }
            let Some(target) = target else { return Ok(()) };
            let bin = engine.layout.bin();
            let mut directories = target.location.iter().map(AsRef::as_ref).chain([bin]);
            directories.try_for_each(|directory| leave(engine, directory, &target.id))
        }
    }
}

/// Writes the record of a backup in the directory where it lies now, if that is one of `homes`, and
/// removes it from the others.
fn update_records<'a>(
    engine: &Engine,
    id: &str,
    homes: impl IntoIterator<Item = &'a (impl AsRef<Path> + ?Sized + 'a)>,
) -> Result<()> {
    let found = engine.store.backup(id)?;
    let now = match &found {
        None => None,
        Some(stored) => match engine.store.target(&stored.backup.target_id)? {
            None => None,
            Some(target) => engine.directory(&target, stored.backup.is_recycled).ok(),
        },
    };
    for home in homes {
        let home = home.as_ref();
        let sidecar = engine.layout.sidecar(home);
        let updated = match &found {
            Some(stored) if now.as_deref() == Some(home) => sidecar.update_record(stored),
            // It cannot be told whether it lies here.
            Some(_) if now.is_none() => Ok(()),
            _ => sidecar.remove_record(id),
        };
        updated.map_err(OperationError::io("updating a record in", home))?;
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
    edit.relocated
        .as_ref()
        .map_or(Ok(()), |(left, _)| leave(engine, left, id))
}

/// Removes the settings of a target from a directory that is not its location any more.
fn leave(engine: &Engine, directory: &Path, target_id: &str) -> Result<()> {
    if let Some(target) = engine.store.target(target_id)?
        && engine
            .directory(&target, false)
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

fn mirror_of(engine: &Engine, place: &Path) -> Sidecar {
    engine.layout.sidecar(layout::home_of(place))
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
