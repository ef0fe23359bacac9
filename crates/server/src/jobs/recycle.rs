//! The job that takes old backups away.

use std::collections::HashSet;

use bchan_api::{Backup, RecycleAction, Target, Time};

use super::for_each_target;
use crate::change;
use crate::durable;
use crate::error::ApiError;
use crate::policy;
use crate::state::State;
use crate::store::{Health, StoredBackup};

/// Recycles or deletes what each target's rule calls old.
pub(crate) fn run(state: &State) -> Result<(), ApiError> {
    for_each_target(state, |target| recycle(state, &target.id))
}

fn recycle(state: &State, id: &str) -> Result<(), ApiError> {
    let (target, _busy) = state.lock_target(id)?;
    // Most targets have nothing to do, and may have many backups.
    let (count, oldest) = state.store.present(&target.id)?;
    if !policy::may_be_old(&target, count, oldest, Time::now()) || old(state, &target)?.is_empty() {
        return Ok(());
    }
    // What stays must be there, or else what goes was needed.
    state.require_location(&target)?;
    mark_missing(state, &target)?;
    let old = old(state, &target)?;
    if old.is_empty() {
        return Ok(());
    }
    tracing::info!(target = id, count = old.len(), action = %target.recycle_action, "recycling");
    // One by one, so that one whose files are damaged does not keep the rest.
    let mut outcome = Ok(());
    for backup in old.chunks(1) {
        let done = match target.recycle_action {
            RecycleAction::Recycle => change::set_recycled(state, &target, backup, true),
            RecycleAction::Delete => change::delete_backups(state, &target, backup, true),
        };
        outcome = outcome.and(done);
    }
    outcome
}

/// What the target's rule calls old now.
fn old(state: &State, target: &Target) -> Result<Vec<StoredBackup>, ApiError> {
    let mut stored = state.store.backups(&target.id)?;
    let backups: Vec<Backup> = stored.iter().map(|stored| stored.backup.clone()).collect();
    let old: HashSet<_> = policy::old(target, &backups, Time::now())
        .into_iter()
        .collect();
    stored.retain(|stored| old.contains(&stored.backup.id));
    Ok(stored)
}

/// Marks present backups whose files are missing, so that they count for nothing.
fn mark_missing(state: &State, target: &Target) -> Result<(), ApiError> {
    let location = state.directory(target, false)?;
    let present =
        |stored: &StoredBackup| !stored.backup.is_recycled && !stored.backup.hash_mismatch;
    for stored in state
        .store
        .backups(&target.id)?
        .iter()
        .filter(|s| present(s))
    {
        let there = durable::exists(&location.join(&stored.file_name))
            .map_err(|error| ApiError::from_io("reading the target's location", error))?;
        if !there {
            let id = &stored.backup.id;
            tracing::error!(
                backup = id,
                target = target.id,
                "the files of a backup are missing"
            );
            state.store.set_health(stored, &Health::Broken)?;
        }
    }
    Ok(())
}
