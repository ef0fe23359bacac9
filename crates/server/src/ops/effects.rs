//! What operations do to the disk, forwards and backwards. Each effect can be repeated.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::{Edit, OpError, Operation, relocate, relocate_back, remove};
use crate::durable;
use crate::layout;
use crate::mirror;
use crate::state::State;

type Result<T> = std::result::Result<T, OpError>;

/// Makes the server's own folders in every directory that takes part.
fn prepare(state: &State, operation: &Operation) -> Result<()> {
    let homes: BTreeSet<&Path> = operation
        .places()
        .map(|place| layout::home_of(place))
        .collect();
    for home in homes {
        let prepared = state.layout.mirror(home).prepare();
        prepared.map_err(OpError::io("making folders in", home))?;
    }
    match operation {
        Operation::Publish { backup, to, .. } => introduce(state, to, &backup.backup.target_id),
        Operation::Relocate { moves, .. } => moves
            .iter()
            .try_for_each(|step| introduce(state, &step.to, &step.after.backup.target_id)),
        Operation::Delete { .. } => Ok(()),
    }
}

/// Makes sure that a directory that gets a backup has its target's settings, too.
fn introduce(state: &State, to: &Path, target_id: &str) -> Result<()> {
    let home = layout::home_of(to);
    let mirror = state.layout.mirror(home);
    let fail = OpError::io("writing a target's settings in", home);
    let write = || {
        if mirror.has_target(target_id)? {
            return Ok(());
        }
        let target = state.store.target(target_id).map_err(io::Error::other)?;
        target.map_or(Ok(()), |target| mirror.write_target(&target))
    };
    write().map_err(fail)
}

/// Whether an operation that was interrupted can go on. An empty mount point must not look like
/// files that are gone.
pub(super) fn require_disks(state: &State, operation: &Operation) -> Result<()> {
    let away = |home: &Path| OpError::Away {
        path: home.to_owned(),
    };
    for (from, to) in operation.ways() {
        let (source, destination) = (layout::home_of(from), layout::home_of(to));
        let there = |home: &Path| {
            let there = state.layout.mirror(home).is_there();
            there.map_err(OpError::io("reading", home))
        };
        let waits = durable::exists(from).map_err(OpError::io("reading", from))?;
        if !waits && !there(source)? {
            return Err(away(source));
        }
        if source != destination && !there(destination)? {
            return Err(if waits {
                // Its disk may be away or it was never made; in any case nothing has moved.
                OpError::NotBegun {
                    path: destination.to_owned(),
                }
            } else {
                away(destination)
            });
        }
    }
    Ok(())
}

/// The effects up to the moment in which the records change.
pub(super) fn perform(state: &State, operation: &Operation) -> Result<()> {
    let _busy = state.at_work();
    prepare(state, operation)?;
    match operation {
        Operation::Publish {
            backup, from, to, ..
        } => {
            let written = mirror_of(state, to).write_record(backup);
            written.map_err(OpError::io("writing the record of", to))?;
            relocate(state, from, to)
        }
        Operation::Relocate { moves, .. } => moves.iter().try_for_each(|step| {
            let written = mirror_of(state, &step.to).write_record(&step.after);
            written.map_err(OpError::io("writing the record of", &step.to))?;
            relocate(state, &step.from, &step.to)
        }),
        Operation::Delete { backups, .. } => backups
            .iter()
            .filter_map(|doomed| doomed.files.as_ref())
            .try_for_each(|(path, trash)| match relocate(state, path, trash) {
                // Gone already: there is nothing left to delete.
                Err(OpError::Missing { .. }) => Ok(()),
                other => other,
            }),
    }
}

/// Takes the effects back, as far as they have come, last first.
pub(super) fn undo(state: &State, operation: &Operation) -> Result<()> {
    let back = |from: &Path, to: &Path| match relocate_back(state, to, from) {
        // It had not left yet.
        Err(OpError::Missing { .. } | OpError::Occupied { .. }) => Ok(()),
        other => other,
    };
    match operation {
        Operation::Publish {
            backup, from, to, ..
        } => {
            back(from, to)?;
            let removed = mirror_of(state, to).remove_record(&backup.backup.id);
            removed.map_err(OpError::io("removing the record of", to))
        }
        Operation::Relocate { moves, edit } => {
            let busy = state.at_work();
            for step in moves.iter().rev() {
                back(&step.from, &step.to)?;
                let restored = mirror_of(state, &step.from).write_record(&step.before);
                restored.map_err(OpError::io("writing the record of", &step.from))?;
                if layout::home_of(&step.from) != layout::home_of(&step.to) {
                    let removed = mirror_of(state, &step.to).remove_record(&step.before.backup.id);
                    removed.map_err(OpError::io("removing the record of", &step.to))?;
                }
            }
            drop(busy);
            let Some(Edit {
                target,
                relocated: Some((_, entered)),
            }) = edit
            else {
                return Ok(());
            };
            leave(state, entered, &target.id)
        }
        Operation::Delete { backups, .. } => {
            let files = backups
                .iter()
                .rev()
                .filter_map(|doomed| doomed.files.as_ref());
            files
                .into_iter()
                .try_for_each(|(path, trash)| back(path, trash))
        }
    }
}

/// Removes what the records no longer know.
pub(super) fn follow_up(state: &State, operation: &Operation) -> Result<()> {
    match operation {
        Operation::Publish { .. } => Ok(()),
        Operation::Relocate { moves, edit } => {
            for step in moves {
                if layout::home_of(&step.from) != layout::home_of(&step.to) {
                    let removed = mirror_of(state, &step.from).remove_record(&step.after.backup.id);
                    removed.map_err(OpError::io("removing the record of", &step.from))?;
                }
            }
            edit.as_ref().map_or(Ok(()), |edit| edited(state, edit))
        }
        Operation::Delete { backups, target } => {
            for doomed in backups {
                if let Some((_, trash)) = &doomed.files {
                    remove(trash).map_err(OpError::io("removing", trash))?;
                }
                let directory = &doomed.directory;
                let mirror = state.layout.mirror(directory);
                let removed = mirror.remove_record(&doomed.backup_id);
                removed.map_err(OpError::io("removing a record in", directory))?;
            }
            let Some(target) = target else { return Ok(()) };
            let bin = state.layout.bin();
            let mut directories = target.location.iter().map(AsRef::as_ref).chain([bin]);
            directories.try_for_each(|directory| leave(state, directory, &target.id))
        }
    }
}

/// Writes a target's settings as they are now, which may be later ones.
fn edited(state: &State, edit: &Edit) -> Result<()> {
    let id = &edit.target.id;
    let fail = |source| OpError::Io {
        action: "writing a target's settings in",
        path: state.layout.bin().to_owned(),
        source,
    };
    if let Some(target) = state
        .store
        .target(id)
        .map_err(|error| fail(io::Error::other(error)))?
    {
        mirror::write_target(state, &target)
            .map_err(|error| fail(io::Error::other(error.message)))?;
    }
    edit.relocated
        .as_ref()
        .map_or(Ok(()), |(left, _)| leave(state, left, id))
}

/// Removes what a target that is not there any more has left in a directory.
fn leave(state: &State, directory: &Path, target_id: &str) -> Result<()> {
    let removed = state.layout.mirror(directory).remove_target(target_id);
    removed.map_err(OpError::io("removing a target's settings in", directory))?;
    if directory != state.layout.bin() {
        tidy(state, directory);
    }
    Ok(())
}

fn mirror_of(state: &State, place: &Path) -> mirror::Mirror {
    state.layout.mirror(layout::home_of(place))
}

/// Removes what the server itself has left in a location, and the location when it is empty then.
/// While others are at work somewhere, it is left to the job that purges.
pub(crate) fn tidy(state: &State, location: &Path) {
    let Some(_alone) = state.alone() else { return };
    let own = state.layout.own(location);
    // Another target may use the same directory.
    let targets = fs::read_dir(own.join("targets"));
    if targets.is_ok_and(|mut entries| entries.next().is_some()) {
        return;
    }
    state.layout.mirror(location).tidy();
    let mut folders = vec![state.layout.staging(location), state.layout.trash(location)];
    folders.extend([own.clone()]);
    folders.extend(own.parent().map(Path::to_owned));
    if !state.layout.is_root(location) {
        folders.push(location.to_owned());
    }
    for folder in folders {
        match fs::remove_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::debug!(path = %folder.display(), %error, "a folder stays");
            }
            _ => {}
        }
    }
}
