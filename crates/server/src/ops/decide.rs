//! Deciding operations whose end is open: those of a process that is gone, those that could not be
//! undone when they failed, and those whose commit ended with an I/O error.

use std::collections::BTreeSet;
use std::error::Error;

use super::{Copies, OpError, Operation, effects, follow_up, take_back};
use crate::error::{ApiError, chain};
use crate::state::State;
use crate::store::{OperationId, Progress, StoreError};

/// Decides all operations in the journal at the start of a server. A target with one that cannot be
/// decided, because a disk is away for example, is closed.
pub(crate) fn recover(state: &State) -> Result<(), StoreError> {
    for target in pending_targets(state)? {
        // The reason is in the log, and in the answers to whatever would change the target.
        let _ = decide(state, &target);
    }
    Ok(())
}

/// Tries again, for every target that is closed or has something left to remove.
pub(crate) fn decide_all(state: &State) -> Result<(), StoreError> {
    let mut targets = state.closed.targets();
    // What cannot be read now is decided later.
    targets.extend(pending_targets(state)?);
    for target in targets {
        // No operation of the target is being carried out while this is held.
        let _busy = state.hold(&target);
        let _ = decide(state, &target);
    }
    Ok(())
}

fn pending_targets(state: &State) -> Result<BTreeSet<String>, StoreError> {
    let pending = state.store.pending()?;
    let ids = pending
        .iter()
        .map(|(_, operation, _)| operation.target_id());
    Ok(ids.map(str::to_owned).collect())
}

/// Decides the operations of one target, which the caller holds: committed ones are followed up, all
/// others undone. Opens the target if that works, and closes it with the reason if not.
pub(crate) fn decide(state: &State, target_id: &str) -> Result<(), ApiError> {
    match try_decide(state, target_id) {
        Ok(()) => {
            if state.closed.open(target_id) {
                tracing::info!(target = target_id, "the target is open again");
            }
            Ok(())
        }
        Err(error) => {
            let reason = chain(&error);
            if state.close(target_id, &error) {
                tracing::error!(target = target_id, reason, "the target is closed");
            }
            Err(closed(target_id, &reason))
        }
    }
}

/// The answer to what would change a target that is closed.
pub(crate) fn closed(target_id: &str, reason: &str) -> ApiError {
    let message = format!(
        "the target {target_id} is closed until a change that did not end can be undone: {reason}"
    );
    ApiError::new(503, message)
}

fn try_decide(state: &State, target_id: &str) -> Result<(), OpError> {
    state.store.settle()?;
    for (id, operation, progress) in state.store.pending()? {
        if operation.target_id() != target_id {
            continue;
        }
        let foreign = operation.places().find(|path| !state.layout.governs(path));
        match (progress, foreign) {
            (Progress::Applied, None) => {
                follow_up(state, id, &operation);
                tracing::info!(operation = id, "finished an interrupted change");
            }
            (Progress::Applied, Some(path)) => {
                let path = path.display();
                tracing::warn!(operation = id, %path, "left-overs outside of the storage roots stay");
            }
            (Progress::Begun, Some(path)) => {
                let path = path.clone();
                return Err(OpError::Foreign { path });
            }
            (Progress::Begun, None) => {
                effects::require_disks(state, &operation)?;
                take_back(state, id, &operation, &Copies::default())?;
                tracing::warn!(
                    operation = id,
                    target = target_id,
                    "undid an interrupted change"
                );
            }
        }
    }
    Ok(())
}

/// Finds out what became of a commit that ended with an I/O error, and finishes or undoes its
/// operation. While even that is impossible, the target stays closed and the outcome unknown.
pub(super) fn committed(
    state: &State,
    (id, operation): (OperationId, &Operation),
    copies: &Copies,
    error: StoreError,
) -> Result<(), ApiError> {
    let settle = || -> Result<bool, OpError> {
        state.store.settle()?;
        match state.store.progress(id)? {
            // Its commit has struck it.
            None => Ok(true),
            Some(Progress::Applied) => {
                follow_up(state, id, operation);
                Ok(true)
            }
            Some(Progress::Begun) => {
                take_back(state, id, operation, copies)?;
                Ok(false)
            }
        }
    };
    let target = operation.target_id();
    match settle() {
        Ok(true) => {
            state.closed.open(target);
            Ok(())
        }
        Ok(false) => {
            state.closed.open(target);
            let message = "the database could not be written; nothing was changed";
            Err(ApiError::new(500, message).caused_by(error))
        }
        Err(failure) => {
            let reason = chain(&failure as &dyn Error);
            state.close(target, &failure);
            tracing::error!(
                operation = id,
                target,
                reason,
                "the outcome of a change is not known"
            );
            let message = "outcome unknown: the database could not be written; look again when the \
                disk of the database works";
            Err(ApiError::new(503, message).caused_by(error))
        }
    }
}
