//! The recycle bin.

use bchan_api::BackupList;

use crate::api::error::ApiError;
use crate::api::json_body;
use crate::api::reply;
use crate::app::App;
use crate::auth::Grant;
use bchan_engine::Kind;
use bchan_engine::change;
use bchan_http::{Request, Response};

/// `GET /recycle_bin`
pub(crate) fn list(app: &App, grant: &Grant) -> Result<Response, ApiError> {
    let backups = app
        .engine
        .store
        .recycled()?
        .into_iter()
        .map(|stored| stored.backup)
        .filter(|backup| grant.covers(&backup.target_id))
        .collect();
    Ok(reply::success(200, &BackupList { backups }))
}

/// `DELETE /recycle_bin`: target by target, each as a whole.
pub(crate) fn clear(app: &App, request: &mut Request) -> Result<Response, ApiError> {
    let delete_files = json_body::read_flag(request, "delete_files")?;
    for id in app.engine.store.targets_in_bin()? {
        let target = match app.engine.lock_target(&id) {
            Ok(found) => found,
            // Deleted since, and its backups with it.
            Err(error) if error.kind == Kind::NotFound => continue,
            Err(error) => return Err(error.into()),
        };
        let mut backups = app.engine.store.backups(&target.id)?;
        backups.retain(|stored| stored.backup.is_recycled);
        change::delete_backups(&target, &backups, delete_files)?;
    }
    Ok(reply::done())
}
