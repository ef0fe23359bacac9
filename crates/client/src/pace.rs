//! The least speed of an answer: a server that sends a byte now and then must not hold the client
//! without end.

use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::Response;
use tokio::time::timeout;

/// Bytes that must come in each stretch of the client's patience.
const LEAST: usize = 1024;

/// How long an answer has been waited for since the last [`LEAST`] bytes. The time in which the client
/// itself takes nothing does not count.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    waited: Duration,
    received: usize,
}

/// The next piece of a body did not come in time.
#[derive(Debug)]
pub(crate) struct TooSlow;

impl Pace {
    /// Waits for the next piece of a body; `None` at its end.
    pub(crate) async fn chunk(
        &mut self,
        response: &mut Response,
        patience: Duration,
    ) -> Result<reqwest::Result<Option<Bytes>>, TooSlow> {
        let left = patience.saturating_sub(self.waited);
        let begun = Instant::now();
        let chunk = timeout(left, response.chunk()).await.map_err(|_| TooSlow)?;
        if let Ok(Some(bytes)) = &chunk {
            self.note(begun.elapsed(), bytes.len());
        }
        Ok(chunk)
    }

    fn note(&mut self, waited: Duration, received: usize) {
        self.waited += waited;
        self.received += received;
        if self.received >= LEAST {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_begins_again_with_each_kilobyte() {
        let mut pace = Pace::default();
        let second = Duration::from_secs(1);
        for _ in 0..10 {
            pace.note(second, 100);
        }
        assert_eq!(pace.waited, 10 * second);
        pace.note(second, 24);
        assert_eq!((pace.waited, pace.received), (Duration::ZERO, 0));
    }
}
