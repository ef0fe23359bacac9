//! The job that removes temporary files.

use super::context::JobContext;
use crate::cleanup;
use crate::error::Error;
use crate::ops;

/// Removes what uploads and deletions that are over could not remove themselves.
pub(super) fn run(context: &JobContext<'_>) -> Result<(), Error> {
    let engine = context.engine;
    ops::decide_all(engine)?;
    cleanup::left_overs(engine)?;
    cleanup::partials(engine)?;
    Ok(())
}
