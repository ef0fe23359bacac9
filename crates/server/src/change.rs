//! Changes to what is stored: each planned here and carried out by [`ops`].
//!
//! The caller holds the target, so that nothing moves between the plan and the deed.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bchan_api::Target;
use uuid::Uuid;

use crate::durable;
use crate::error::ApiError;
use crate::ops::{self, Doomed, DoomedTarget, Move, Operation};
use crate::state::State;
use crate::store::StoredBackup;
use crate::template::{self, RESERVED};

/// Moves backups of one target to the recycle bin or back.
pub(crate) fn set_recycled(
    state: &State,
    target: &Target,
    backups: &[StoredBackup],
    recycled: bool,
) -> Result<(), ApiError> {
    let to = state.directory(target, recycled)?;
    let mut taken = HashSet::new();
    let mut moves = Vec::new();
    for stored in backups
        .iter()
        .filter(|stored| stored.backup.is_recycled != recycled)
    {
        let from = state.path(target, stored)?;
        moves.push(plan_move(target, stored, from, &to, recycled, &mut taken)?);
    }
    if moves.is_empty() {
        return Ok(());
    }
    ops::execute(
        &*state.store,
        &Operation::Relocate {
            moves,
            target: None,
        },
    )
}

/// Gives a target its new settings; backups follow to its new location and get their new names.
pub(crate) fn edit_target(state: &State, old: &Target, new: Target) -> Result<(), ApiError> {
    let relocated = state.layout.resolve(&old.location)? != state.layout.resolve(&new.location)?;
    let renamed = old.name_template != new.name_template;
    let mut moves = Vec::new();
    if relocated || renamed {
        state.require_location(old)?;
        let backups = state.store.backups(&old.id)?;
        let mut taken = HashSet::new();
        for stored in &backups {
            let recycled = stored.backup.is_recycled;
            if recycled && !renamed {
                continue;
            }
            let from = state.path(old, stored)?;
            let to = state.directory(&new, recycled)?;
            let step = plan_move(&new, stored, from, &to, recycled, &mut taken)?;
            if step.from != step.to {
                moves.push(step);
            }
        }
    }
    let old_location = state.layout.resolve(&old.location)?;
    ops::execute(
        &*state.store,
        &Operation::Relocate {
            moves,
            target: Some(new),
        },
    )?;
    if relocated {
        tidy(state, &old_location);
    }
    Ok(())
}

/// Forgets backups of one target, and removes their files when told to.
pub(crate) fn delete_backups(
    state: &State,
    target: &Target,
    backups: &[StoredBackup],
    delete_files: bool,
) -> Result<(), ApiError> {
    if backups.is_empty() {
        return Ok(());
    }
    let backups = doom(state, target, backups, delete_files)?;
    ops::execute(
        &*state.store,
        &Operation::Delete {
            backups,
            target: None,
        },
    )
}

/// Forgets a target with all its backups, and removes their files when told to.
pub(crate) fn delete_target(
    state: &State,
    target: &Target,
    delete_files: bool,
) -> Result<(), ApiError> {
    let backups = doom(
        state,
        target,
        &state.store.backups(&target.id)?,
        delete_files,
    )?;
    let doomed = Some(DoomedTarget {
        id: target.id.clone(),
    });
    ops::execute(
        &*state.store,
        &Operation::Delete {
            backups,
            target: doomed,
        },
    )?;
    tracing::info!(
        target = target.id,
        name = target.name,
        delete_files,
        "deleted a target"
    );
    if delete_files && let Ok(location) = state.layout.resolve(&target.location) {
        tidy(state, &location);
    }
    Ok(())
}

fn doom(
    state: &State,
    target: &Target,
    backups: &[StoredBackup],
    delete_files: bool,
) -> Result<Vec<Doomed>, ApiError> {
    if delete_files {
        state.require_location(target)?;
    }
    let doom = |stored: &StoredBackup| {
        let files = if delete_files {
            let directory = state.directory(target, stored.backup.is_recycled)?;
            let trash = state
                .layout
                .trash(&directory)
                .join(Uuid::new_v4().to_string());
            Some((directory.join(&stored.file_name), trash))
        } else {
            None
        };
        Ok(Doomed {
            backup_id: stored.backup.id.clone(),
            files,
        })
    };
    backups.iter().map(doom).collect()
}

/// Plans one move to the place that belongs to a backup in `directory`. `taken` holds the places
/// that the same plan has given away.
fn plan_move(
    target: &Target,
    stored: &StoredBackup,
    from: PathBuf,
    directory: &Path,
    recycled: bool,
    taken: &mut HashSet<PathBuf>,
) -> Result<Move, ApiError> {
    let read = |error| ApiError::from_io("reading the backup's place", error);
    if !durable::exists(&from).map_err(read)? {
        let message = format!("the files of backup {} are missing", stored.backup.id);
        return Err(ApiError::new(500, format!("{message}: {}", from.display())));
    }
    let base = template::name_of(&target.name_template, &stored.backup, "");
    // Names can repeat: two backups of one second under a template without the id.
    for number in 1..=10_000 {
        let file_name = match number {
            1 => format!("{base}{}", stored.extension),
            _ => format!("{base}~{number}{}", stored.extension),
        };
        let to = directory.join(&file_name);
        let free = to == from || !durable::exists(&to).map_err(read)?;
        if free && taken.insert(to.clone()) {
            return Ok(Move {
                backup_id: stored.backup.id.clone(),
                from,
                to,
                recycled,
                file_name,
            });
        }
    }
    Err(ApiError::new(
        409,
        format!(
            "every name like `{base}` is taken in {}",
            directory.display()
        ),
    ))
}

/// Removes what the server itself has left in a location, and the location when it is empty then.
fn tidy(state: &State, location: &Path) {
    let own = location.join(RESERVED);
    let remove = |path: &Path| match fs::remove_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::debug!(path = %path.display(), %error, "a folder stays");
        }
        _ => {}
    };
    for folder in [state.layout.staging(location), state.layout.trash(location)] {
        remove(&folder);
        folder.parent().into_iter().for_each(remove);
    }
    remove(&own);
    if !state.layout.is_root(location) {
        remove(location);
    }
}
