//! The job that deletes backups whose content another backup of the same target has.

use bchan_api::Target;

use super::for_each_target;
use crate::change;
use crate::error::ApiError;
use crate::inspect::{self, Verdict};
use crate::policy::{self, Duplicate};
use crate::state::State;
use crate::store::StoredBackup;

/// Deletes duplicates of the targets that want that. No hash is trusted because it was right once:
/// both backups are read before one of them goes.
pub(crate) fn run(state: &State) -> Result<(), ApiError> {
    for_each_target(state, |target| {
        for duplicate in duplicates(state, target)?.1 {
            if state.schedule.is_stopping() {
                return Err(inspect::stopping());
            }
            one(state, target, &duplicate)?;
        }
        Ok(())
    })
}

fn duplicates(
    state: &State,
    target: &Target,
) -> Result<(Vec<StoredBackup>, Vec<Duplicate>), ApiError> {
    let stored = state.store.backups(&target.id)?;
    let duplicates = policy::duplicates(target, &stored);
    Ok((stored, duplicates))
}

fn one(state: &State, target: &Target, duplicate: &Duplicate) -> Result<(), ApiError> {
    // Without the target held: reading may take hours.
    for id in [&duplicate.of, &duplicate.id] {
        let Some(stored) = state.store.backup(id)? else {
            return Ok(());
        };
        match inspect::verify(state, target, &stored)? {
            Verdict::Sound { .. } => {}
            Verdict::Broken | Verdict::Elsewhere => return Ok(()),
        }
    }
    let (target, _busy) = state.lock_target(&target.id)?;
    // Whatever has changed since: only what is still a duplicate of the same backup goes.
    let (stored, duplicates) = duplicates(state, &target)?;
    if !duplicates.contains(duplicate) {
        return Ok(());
    }
    let doomed: Vec<_> = stored
        .into_iter()
        .filter(|stored| stored.backup.id == duplicate.id)
        .collect();
    let (id, of) = (&duplicate.id, &duplicate.of);
    tracing::info!(backup = id, of, target = target.id, "deleting a duplicate");
    change::delete_backups(state, &target, &doomed, true)
}
