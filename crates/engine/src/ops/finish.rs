//! The last step of an operation: undone, or followed up.

use super::copies::Copies;
use super::effects;
use super::error::OperationError;
use crate::engine::Engine;
use bchan_catalog::OperationId;
use bchan_catalog::journal::Operation;

/// Undoes an operation and removes it from the journal.
pub(super) fn take_back(
    engine: &Engine,
    id: OperationId,
    operation: &Operation,
    copies: &Copies,
) -> Result<(), OperationError> {
    effects::undo(engine, operation, copies)?;
    Ok(engine.store.remove_operation(id)?)
}

/// Removes what has no place any more after a commit. Trouble here fails nothing: the job that
/// purges, or the next start, does it again.
pub(super) fn follow_up(engine: &Engine, id: OperationId, operation: &Operation) {
    if !operation.has_follow_up() {
        return;
    }
    let done = effects::follow_up(engine, operation);
    if let Err(error) = done.and_then(|()| Ok(engine.store.remove_operation(id)?)) {
        tracing::warn!(operation = id, %error, "left-overs of an operation stay");
    }
}
