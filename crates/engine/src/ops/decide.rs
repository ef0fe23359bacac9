//! Deciding operations whose end is open: those of a process that is gone, those that could not be
//! undone when they failed, and those whose commit ended with an I/O error.

use std::collections::BTreeSet;
use std::error::Error as StdError;

use super::copies::Copies;
use super::effects;
use super::error::OperationError;
use super::finish::{follow_up, take_back};
use crate::access::closed;
use crate::engine::Engine;
use crate::error::{Error, chain};
use bchan_catalog::journal::Operation;
use bchan_catalog::{OperationId, Progress, StoreError};

/// Decides all operations in the journal at the start of a server. A target with one that cannot be
/// decided, because a disk is away for example, is closed.
pub fn recover(engine: &Engine) -> Result<(), StoreError> {
    for target in pending_targets(engine)? {
        // The reason is in the log, and in the answers to whatever would change the target.
        let _ = decide(engine, &target);
    }
    Ok(())
}

/// Tries again, for every target that is closed or has something left to remove.
pub fn decide_all(engine: &Engine) -> Result<(), StoreError> {
    let mut targets = engine.closed.targets();
    // What cannot be read now is decided later.
    targets.extend(pending_targets(engine)?);
    for target in targets {
        // No operation of the target is being carried out while this is held.
        let _busy = engine.hold(&target);
        let _ = decide(engine, &target);
    }
    Ok(())
}

fn pending_targets(engine: &Engine) -> Result<BTreeSet<String>, StoreError> {
    let pending = engine.store.pending()?;
    let ids = pending
        .iter()
        .map(|(_, operation, _)| operation.target_id());
    Ok(ids.map(str::to_owned).collect())
}

/// Decides the operations of one target, which the caller holds: committed ones are followed up, all
/// others undone. Opens the target if that works, and closes it with the reason if not.
pub fn decide(engine: &Engine, target_id: &str) -> Result<(), Error> {
    match try_decide(engine, target_id) {
        Ok(()) => {
            if engine.closed.open(target_id) {
                tracing::info!(target = target_id, "the target is open again");
            }
            Ok(())
        }
        Err(error) => {
            let reason = chain(&error);
            if engine.close(target_id, &error) {
                tracing::error!(target = target_id, reason, "the target is closed");
            }
            Err(closed::error(target_id, &reason))
        }
    }
}

fn try_decide(engine: &Engine, target_id: &str) -> Result<(), OperationError> {
    engine.store.settle()?;
    for (id, operation, progress) in engine.store.pending()? {
        if operation.target_id() != target_id {
            continue;
        }
        let mut paths = operation
            .objects()
            .map(|object| engine.layout.path_of(object));
        let foreign = paths.find(|path| !engine.layout.governs(path));
        match (progress, foreign) {
            (Progress::Applied, None) => {
                follow_up(engine, id, &operation);
                tracing::info!(operation = id, "finished an interrupted change");
            }
            (Progress::Applied, Some(path)) => {
                let path = path.display();
                tracing::warn!(operation = id, %path, "left-overs outside of the storage roots stay");
            }
            (Progress::Begun, Some(path)) => {
                return Err(OperationError::Foreign { path });
            }
            (Progress::Begun, None) => {
                effects::require_disks(engine, &operation)?;
                take_back(engine, id, &operation, &Copies::default())?;
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
    engine: &Engine,
    (id, operation): (OperationId, &Operation),
    copies: &Copies,
    error: StoreError,
) -> Result<(), Error> {
    let settle = || -> Result<bool, OperationError> {
        engine.store.settle()?;
        match engine.store.progress(id)? {
            // Its commit has removed it.
            None => Ok(true),
            Some(Progress::Applied) => {
                follow_up(engine, id, operation);
                Ok(true)
            }
            Some(Progress::Begun) => {
                take_back(engine, id, operation, copies)?;
                Ok(false)
            }
        }
    };
    let target = operation.target_id();
    match settle() {
        Ok(true) => {
            engine.closed.open(target);
            Ok(())
        }
        Ok(false) => {
            engine.closed.open(target);
            let message = "the database could not be written; nothing was changed";
            Err(Error::internal(message).caused_by(error))
        }
        Err(failure) => {
            let reason = chain(&failure as &dyn StdError);
            engine.close(target, &failure);
            tracing::error!(
                operation = id,
                target,
                reason,
                "the outcome of a change is not known"
            );
            let message = "outcome unknown: the database could not be written; look again when its \
                disk works";
            Err(Error::unavailable(message).caused_by(error))
        }
    }
}
