//! The job that ends sequential uploads that nobody goes on with.

use crate::error::ApiError;
use crate::policy;
use crate::sequence;
use crate::state::State;

/// Ends uploads to which nothing has come for a day, and removes their files.
pub(crate) fn run(state: &State) -> Result<(), ApiError> {
    let sequences = state.store.sequences()?;
    let activity = sequences.iter().map(|one| (one.id.as_str(), one.active));
    let now = state.clock.moment(&*state.store)?.trusted;
    let stale = policy::stale(activity, now);
    for one in sequences.iter().filter(|one| stale.contains(&&*one.id)) {
        let Ok((target, _busy)) = state.lock_target(&one.target_id) else {
            // It has gone, and the upload with it.
            continue;
        };
        // One large file may take longer than that; and something may have come just now.
        let now = state.store.sequence(&target.id)?;
        if state.live.any_below(&sequence::folder(state, one)?.path) || now.as_ref() != Some(one) {
            continue;
        }
        sequence::end(state, one)?;
        tracing::warn!(
            target = target.id,
            "a sequential upload was ended: nothing came for a day"
        );
    }
    Ok(())
}
