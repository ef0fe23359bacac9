//! Facts about the server itself.

use bchan_api::{LogText, Stats};

use super::query;
use crate::api::error::ApiError;
use crate::api::reply;
use crate::app::App;
use crate::auth::Grant;
use crate::log;
use bchan_http::{Request, Response};

/// `GET /stats`: of what the key is for.
pub(crate) fn stats(app: &App, grant: &Grant) -> Result<Response, ApiError> {
    let totals = app.engine.store.totals(grant.targets())?;
    let stats = Stats {
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        total_target_size: totals.target_size,
        total_recycle_bin_size: totals.bin_size,
        total_targets: totals.targets,
        total_backups: totals.backups,
        total_recycled_backups: totals.recycled,
    };
    Ok(reply::success(200, &stats))
}

/// `GET /log`
pub(crate) fn log(app: &App, request: &Request) -> Result<Response, ApiError> {
    let lines = match query(&request.query, "tail").map(|text| text.parse::<u64>()) {
        None | Some(Ok(0)) => None,
        Some(Ok(lines)) => Some(lines),
        Some(Err(_)) => {
            return Err(ApiError::bad_request("tail must be a number from 0 on"));
        }
    };
    let log =
        log::tail(&app.log, lines).map_err(|error| ApiError::from_io("reading the log", error))?;
    Ok(reply::success(200, &LogText { log }))
}
