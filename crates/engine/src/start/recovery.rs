//! Bringing files and records back in order before the first request.

use crate::cleanup;
use crate::directories::markers;
use crate::directories::sidecar_sync;
use crate::engine::Engine;
use crate::ops;
use bchan_catalog::StoreError;

/// Finishes or undoes everything that an ended process has left, and removes its temporary files.
pub fn recover(engine: &Engine) -> Result<(), StoreError> {
    if let Err(error) = markers::establish(engine) {
        let message = error.message;
        tracing::error!(message, "directories of backups could not be marked");
    }
    ops::recover(engine)?;
    if let Err(error) = engine.clock.start(&*engine.store) {
        tracing::warn!(%error, "trusted time is not written down");
    }
    let stopped = "the server stopped before it was done";
    engine.store.fail_unfinished_jobs(stopped)?;
    cleanup::partial_records(engine)?;
    cleanup::left_overs(engine)?;
    if let Err(error) = sidecar_sync::complete(engine) {
        let message = error.message;
        tracing::warn!(message, "records beside the data are incomplete");
    }
    Ok(())
}
