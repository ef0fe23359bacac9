//! What the scheduled jobs do.

pub(crate) mod deduplicate;
pub(crate) mod filesize;
pub(crate) mod integrity;
pub(crate) mod purge;
pub(crate) mod recycle;
pub(crate) mod stale;

use bchan_api::Target;

use crate::error::ApiError;
use crate::state::State;

/// Does something for each target, as it is when its turn comes. One target's trouble does not keep
/// the others waiting; the first is reported.
fn for_each_target(
    state: &State,
    mut work: impl FnMut(&Target) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let mut outcome = Ok(());
    for target in state.all_targets()? {
        if state.schedule.is_stopping() {
            return outcome.and(Err(crate::inspect::stopping()));
        }
        match work(&target) {
            Ok(()) => {}
            // Deleted since.
            Err(error) if error.status == 404 => {}
            Err(error) => {
                let message = &error.message;
                tracing::error!(
                    target = target.id,
                    message,
                    "a job had trouble with a target"
                );
                outcome = outcome.and(Err(error));
            }
        }
    }
    outcome
}
