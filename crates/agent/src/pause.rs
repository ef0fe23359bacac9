//! Waiting between two tries.

use std::time::Duration;

use bchan_client::Error;

/// How long to wait before the next try; longer each time, never the same for all, and not shorter
/// than the server asks for.
pub(crate) fn pause(attempt: u32, error: &Error) -> Duration {
    let base = Duration::from_millis(500) * 2_u32.saturating_pow(attempt.min(6));
    let jitter = std::collections::hash_map::RandomState::new();
    let part = std::hash::BuildHasher::hash_one(&jitter, attempt) % 1000;
    let pause = base.mul_f64(0.5 + f64::from(u32::try_from(part).unwrap_or(0)) / 2000.0);
    pause.max(error.retry_after().unwrap_or_default())
}
