//! The job that measures backups.

use bchan_api::Target;

use super::for_each_target;
use crate::error::ApiError;
use crate::inspect::{self, Stop};
use crate::state::State;
use crate::store::StoredBackup;

/// Measures every backup and corrects what the records say. Backups that cannot be measured keep
/// their size: whether they are broken is for the integrity check to say.
pub(crate) fn run(state: &State) -> Result<(), ApiError> {
    for_each_target(state, |target| {
        let mut outcome = Ok(());
        for stored in state.store.backups(&target.id)? {
            if state.schedule.is_stopping() {
                return Err(inspect::stopping());
            }
            outcome = outcome.and(measure(state, target, &stored));
        }
        outcome
    })
}

fn measure(state: &State, target: &Target, stored: &StoredBackup) -> Result<(), ApiError> {
    state.require_home(target, stored.backup.is_recycled)?;
    let path = state.path(target, stored)?;
    let backup = &stored.backup;
    match inspect::size(&path, target.target_type, &mut Stop(state)) {
        Ok(bytes) if bytes == backup.filesize => {}
        Ok(bytes) => {
            let (before, id) = (backup.filesize, &backup.id);
            if state.store.set_filesize(stored, bytes)? {
                tracing::warn!(backup = id, before, bytes, "a backup has another size");
            }
        }
        Err(error) => {
            tracing::warn!(backup = backup.id, %error, "a backup cannot be measured");
        }
    }
    Ok(())
}
