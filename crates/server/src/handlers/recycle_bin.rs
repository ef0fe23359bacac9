//! The recycle bin.

use bchan_api::BackupList;

use crate::body;
use crate::change;
use crate::error::ApiError;
use crate::http::{Request, Response};
use crate::key::Grant;
use crate::reply;
use crate::state::State;

/// `GET /recycle_bin`
pub(crate) fn list(state: &State, grant: &Grant) -> Result<Response, ApiError> {
    let backups = state
        .store
        .recycled()?
        .into_iter()
        .map(|stored| stored.backup)
        .filter(|backup| grant.covers(&backup.target_id))
        .collect();
    Ok(reply::success(200, &BackupList { backups }))
}

/// `DELETE /recycle_bin`: target by target, each as a whole.
pub(crate) fn clear(state: &State, request: &mut Request) -> Result<Response, ApiError> {
    let delete_files = body::read_flag(request, "delete_files")?;
    for id in state.store.targets_in_bin()? {
        let (target, _busy) = match state.lock_target(&id) {
            Ok(found) => found,
            // Deleted since, and its backups with it.
            Err(error) if error.status == 404 => continue,
            Err(error) => return Err(error),
        };
        let mut backups = state.store.backups(&target.id)?;
        backups.retain(|stored| stored.backup.is_recycled);
        change::delete_backups(state, &target, &backups, delete_files)?;
    }
    Ok(reply::done())
}
