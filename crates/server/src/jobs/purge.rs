//! The job that removes temporary files.

use crate::error::ApiError;
use crate::ops;
use crate::state::State;
use crate::sweep;

/// Removes what uploads and deletions that are over could not remove themselves.
pub(crate) fn run(state: &State) -> Result<(), ApiError> {
    ops::decide_all(state)?;
    sweep::left_overs(state)?;
    Ok(())
}
