//! The job that ends abandoned sequential uploads.

use super::context::JobContext;
use crate::error::Error;
use crate::policy;
use crate::sequential;

/// Ends uploads to which nothing has come for a day, and removes their files.
pub(super) fn run(context: &JobContext<'_>) -> Result<(), Error> {
    let engine = context.engine;
    let sequences = engine.store.sequences()?;
    let activity = sequences.iter().map(|one| (one.id.as_str(), one.active));
    let now = engine.clock.moment(&*engine.store)?.trusted;
    let stale = policy::stale(activity, now);
    for one in sequences.iter().filter(|one| stale.contains(&&*one.id)) {
        let Ok(target) = engine.lock_target(&one.target_id) else {
            // It has gone, and the upload with it.
            continue;
        };
        // One large file may take longer than that; and something may have come just now.
        let now = engine.store.sequence(&target.id)?;
        if engine
            .in_use
            .any_below(&sequential::folder(engine, one)?.path)
            || now.as_ref() != Some(one)
        {
            continue;
        }
        sequential::end(engine, one)?;
        tracing::warn!(
            target = target.id,
            "a sequential upload was ended: nothing came for a day"
        );
    }
    Ok(())
}
