//! Bounds on how fast bytes pass.

use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How long a pause in which nothing passed may be made up for.
const BURST: Duration = Duration::from_millis(100);

/// A number of bytes that may pass in a second. Clones share it.
#[derive(Clone, Debug)]
pub struct RateLimit {
    rate: NonZeroU64,
    /// When all that has passed would have passed at this rate.
    due: Arc<Mutex<Option<Instant>>>,
}

impl RateLimit {
    /// So many bytes in a second.
    #[must_use]
    pub fn new(rate: NonZeroU64) -> Self {
        Self {
            rate,
            due: Arc::default(),
        }
    }

    /// Most bytes that should pass at a time, so that they come evenly.
    pub(crate) fn piece(&self) -> usize {
        let tenth = self.rate.get() / 10;
        usize::try_from(tenth.clamp(1024, 256 * 1024)).unwrap_or(1024)
    }

    /// Waits until so many bytes may pass.
    pub async fn pass(&self, count: usize) {
        let start = {
            let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let earliest = now.checked_sub(BURST).unwrap_or(now);
            let start = due.map_or(now, |due| due.max(earliest));
            let nanoseconds = count as u128 * 1_000_000_000 / u128::from(self.rate.get());
            let takes = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
            *due = Some(start + takes);
            start
        };
        sleep_until(start).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(rate: u64) -> RateLimit {
        RateLimit::new(NonZeroU64::new(rate).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn as_many_bytes_pass_as_may() {
        let limit = limit(1000);
        let begin = Instant::now();
        for _ in 0..50 {
            limit.pass(100).await;
        }
        // The first does not wait; each other waits for the one before.
        assert_eq!(begin.elapsed(), Duration::from_millis(4900));
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_hardly_made_up_for() {
        let limit = limit(1000);
        limit.pass(1000).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        let begin = Instant::now();
        for _ in 0..20 {
            limit.pass(100).await;
        }
        assert_eq!(begin.elapsed(), Duration::from_millis(1800));
    }

    #[test]
    fn pieces_are_neither_tiny_nor_huge() {
        assert_eq!(limit(1).piece(), 1024);
        assert_eq!(limit(500_000).piece(), 50_000);
        assert_eq!(limit(u64::MAX).piece(), 256 * 1024);
    }
}
