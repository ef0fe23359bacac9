//! Jobs.

use bchan_api::{Accepted, Jobs};

use crate::error::ApiError;
use crate::http::Response;
use crate::key::Grant;
use crate::reply;
use crate::state::State;

/// `GET /jobs`: a key for some targets sees their uploads alone. What scheduled jobs report may
/// name any target.
pub(crate) fn list(state: &State, grant: &Grant) -> Result<Response, ApiError> {
    let delayed = state.store.jobs(grant.targets())?;
    let scheduled = state.schedule.list(&*state.store)?;
    Ok(reply::success(200, &Jobs { delayed, scheduled }))
}

/// `GET /jobs/force_run/<name>`: answers at once; the job's number tells how it went.
pub(crate) fn run(state: &State, name: &str) -> Result<Response, ApiError> {
    let job_id = state.schedule.force(&*state.store, name)?;
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
