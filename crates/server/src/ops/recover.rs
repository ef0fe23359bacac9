//! Going on where a process that is gone has stopped.

use std::error::Error;

use super::{OpError, Operation, effects, follow_up, strike_undone};
use crate::state::State;
use crate::store::{OperationId, Progress, StoreError};

/// Ends what a process that is gone has begun. What needs a disk that is away waits for a later
/// start.
pub(crate) fn recover(state: &State) -> Result<(), StoreError> {
    for (id, operation, progress) in state.store.pending()? {
        if progress == Progress::Applied {
            follow_up(state, id, &operation);
            continue;
        }
        let done = effects::require_disks(state, &operation)
            .and_then(|()| effects::perform(state, &operation));
        match done {
            Ok(()) => match state.store.commit(id, &operation) {
                Ok(()) => {
                    tracing::info!(operation = id, "finished an interrupted operation");
                    follow_up(state, id, &operation);
                }
                // Two operations wanted the same, and the other one has it.
                Err(error) if error.is_conflict() => give_up(state, id, &operation, &error)?,
                Err(error) => return Err(error),
            },
            Err(error @ OpError::Away { .. }) => {
                tracing::error!(operation = id, %error, "an interrupted operation waits");
            }
            Err(error) => give_up(state, id, &operation, &error)?,
        }
    }
    Ok(())
}

/// An interrupted operation that cannot be finished is undone; one that cannot even be undone
/// stays for the next start, because a disk may only be away for a while.
fn give_up(
    state: &State,
    id: OperationId,
    operation: &Operation,
    failure: &dyn Error,
) -> Result<(), StoreError> {
    match effects::undo(state, operation) {
        Ok(()) => {
            tracing::warn!(operation = id, %failure, "undid an interrupted operation");
            if let Operation::Publish { job, .. } = operation {
                state.store.end_job(*job, Some(&failure.to_string()))?;
            }
            state.store.strike(id)
        }
        Err(error) => {
            tracing::error!(operation = id, %failure, %error, "an interrupted operation stays open");
            Ok(())
        }
    }
}

/// Tries again to remove what operations that are over have left.
pub(crate) fn settle(state: &State) -> Result<(), StoreError> {
    strike_undone(state);
    for (id, operation, progress) in state.store.pending()? {
        if progress == Progress::Applied {
            follow_up(state, id, &operation);
        }
    }
    Ok(())
}
