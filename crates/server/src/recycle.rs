//! The job that takes old backups away.

use bchan_api::{Backup, RecycleAction, Time};

use crate::change;
use crate::error::ApiError;
use crate::policy;
use crate::state::State;

/// Recycles or deletes what each target's rule calls old. One target's trouble does not keep the
/// others waiting; the first is reported.
pub(crate) fn run(state: &State) -> Result<(), ApiError> {
    let ids = state.all_targets()?.into_iter().map(|target| target.id);
    let mut outcome = Ok(());
    for id in ids {
        match recycle(state, &id) {
            // Deleted since.
            Err(error) if error.status == 404 => {}
            Err(error) => {
                tracing::error!(target = id, message = error.message, "recycling failed");
                outcome = outcome.and(Err(error));
            }
            Ok(()) => {}
        }
    }
    outcome
}

fn recycle(state: &State, id: &str) -> Result<(), ApiError> {
    let (target, _busy) = state.lock_target(id)?;
    let mut stored = state.store.backups(&target.id)?;
    let backups: Vec<Backup> = stored.iter().map(|stored| stored.backup.clone()).collect();
    let old = policy::old(&target, &backups, Time::now());
    stored.retain(|stored| old.contains(&stored.backup.id));
    if stored.is_empty() {
        return Ok(());
    }
    state.require_location(&target)?;
    tracing::info!(target = id, count = stored.len(), action = %target.recycle_action, "recycling");
    // One by one, so that one whose files are damaged does not keep the rest.
    let mut outcome = Ok(());
    for backup in stored.chunks(1) {
        let done = match target.recycle_action {
            RecycleAction::Recycle => change::set_recycled(state, &target, backup, true),
            RecycleAction::Delete => change::delete_backups(state, &target, backup, true),
        };
        outcome = outcome.and(done);
    }
    outcome
}
