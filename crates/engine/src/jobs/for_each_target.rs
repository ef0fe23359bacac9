//! Doing something for each target in turn.

use bchan_api::Target;

use super::context::{Cancel, JobContext};
use crate::error::{Error, Kind};

/// Does something for each target, as it is when its turn comes. One target's trouble does not keep
/// the others waiting; the first is reported.
pub(super) fn for_each_target(
    context: &JobContext<'_>,
    mut work: impl FnMut(&Target) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut outcome = Ok(());
    for target in context.engine.all_targets()? {
        if context.cancel.is_cancelled() {
            return outcome.and(Err(Cancel::error()));
        }
        match work(&target) {
            Ok(()) => {}
            // Deleted since.
            Err(error) if error.kind == Kind::NotFound => {}
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
