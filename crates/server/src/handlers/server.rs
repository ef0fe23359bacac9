//! What the server says of itself.

use bchan_api::Stats;

use crate::error::ApiError;
use crate::http::Response;
use crate::key::Grant;
use crate::reply;
use crate::state::State;

/// `GET /stats`: of what the key is for.
pub(crate) fn stats(state: &State, grant: &Grant) -> Result<Response, ApiError> {
    let totals = state.store.totals(grant.targets())?;
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
