//! Carrying out operations.

use super::copies::Copies;
use super::decide::{committed, decide};
use super::effects;
use super::finish::{follow_up, take_back};
use crate::engine::Engine;
use crate::error::Error;
use bchan_catalog::journal::Operation;

/// Does an operation from beginning to end, or not at all. The caller holds its target.
pub fn execute(engine: &Engine, operation: &Operation) -> Result<(), Error> {
    let id = match engine.store.begin(operation) {
        Ok(id) => id,
        Err(error) => {
            if error.is_undecided() {
                // It may be in the journal or not; nothing has moved.
                engine.close(operation.target_id(), &error);
                let _ = decide(engine, operation.target_id());
                let message = "the database could not be written; nothing was changed";
                return Err(Error::unavailable(message).caused_by(error));
            }
            return Err(error.into());
        }
    };
    let mut copies = Copies::default();
    let failure: Error = match effects::perform(engine, operation, &mut copies) {
        Ok(()) => match engine.store.commit(id, operation) {
            Ok(()) => {
                follow_up(engine, id, operation);
                return Ok(());
            }
            Err(error) if error.is_undecided() => {
                engine.close(operation.target_id(), &error);
                return committed(engine, (id, operation), &copies, error);
            }
            Err(error) => error.into(),
        },
        Err(error) => error.into(),
    };
    if let Err(error) = take_back(engine, id, operation, &copies) {
        engine.close(operation.target_id(), &error);
        tracing::error!(
            operation = id,
            target = operation.target_id(),
            %error,
            "a change that has failed cannot be undone yet; the target is closed until it is"
        );
    }
    Err(failure)
}
