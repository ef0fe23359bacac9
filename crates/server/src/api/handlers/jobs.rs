//! Jobs.

use bchan_api::{Accepted, Jobs};

use crate::api::error::ApiError;
use crate::api::reply;
use crate::app::App;
use crate::auth::Grant;
use bchan_http::Response;

/// `GET /jobs`: a key for some targets sees their uploads alone. What scheduled jobs report may
/// name any target.
pub(crate) fn list(app: &App, grant: &Grant) -> Result<Response, ApiError> {
    let delayed = app.engine.store.jobs(grant.targets())?;
    let scheduled = app.scheduler.list(&*app.engine.store)?;
    Ok(reply::success(200, &Jobs { delayed, scheduled }))
}

/// `GET /jobs/force_run/<name>`: answers at once; the job's number tells how it went.
pub(crate) fn run(app: &App, name: &str) -> Result<Response, ApiError> {
    let job_id = app.scheduler.force(&*app.engine.store, name)?;
    Ok(reply::success(
        200,
        &Accepted {
            job_id,
            backup_id: None,
            warnings: Vec::new(),
            receipt: None,
        },
    ))
}
