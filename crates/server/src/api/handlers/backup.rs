//! Single backups.

use crate::api::error::ApiError;
use crate::api::json_body;
use crate::api::reply;
use crate::app::App;
use bchan_engine::change;
use bchan_http::{Request, Response};

/// `PATCH /backup/<ID>`
pub(crate) fn edit(app: &App, request: &mut Request, id: &str) -> Result<Response, ApiError> {
    let recycled = json_body::read_flag(request, "is_recycled")?;
    let (stored, target) = app.engine.lock_backup(id)?;
    // Asking for what is so already is no mistake.
    if stored.backup.is_recycled != recycled {
        change::set_recycled(&target, &[stored], recycled)?;
    }
    Ok(reply::done())
}

/// `DELETE /backup/<ID>`
pub(crate) fn delete(app: &App, request: &mut Request, id: &str) -> Result<Response, ApiError> {
    let delete_files = json_body::read_flag(request, "delete_files")?;
    let (stored, target) = app.engine.lock_backup(id)?;
    change::delete_backups(&target, &[stored], delete_files)?;
    Ok(reply::done())
}
