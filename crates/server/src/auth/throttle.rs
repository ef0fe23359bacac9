//! Delays for peers that guess keys.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bchan_http::ClientNet;

/// Failures of a peer that cost nothing, because a changed key is easily forgotten somewhere.
const FREE: u32 = 3;

/// Delay after the next failure; each further failure doubles it.
const FIRST_DELAY: Duration = Duration::from_millis(100);

/// Longest delay after a failure.
const LONGEST_DELAY: Duration = Duration::from_secs(5);

/// Time without a failure after which one is forgiven.
const FORGIVEN: Duration = Duration::from_secs(30);

/// How often the log tells of a peer.
const TELL: Duration = Duration::from_secs(10);

/// Most peers that are remembered.
const MOST_PEERS: usize = 10_000;

/// Counts failures by peer. Requests with a valid key are never delayed, even if others from the
/// same address fail.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    peers: Mutex<HashMap<ClientNet, Record>>,
}

#[derive(Debug)]
struct Record {
    failures: u32,
    last: Instant,
    told: Option<Instant>,
    /// Failures since the log has told.
    untold: u32,
}

/// Consequence of a failure.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// How long the answer has to wait.
    pub(crate) delay: Duration,
    /// Failures that the log should tell of now, if it should.
    pub(crate) tell: Option<u32>,
}

impl Throttle {
    /// Counts a failure of a peer. A request without any key is no guess.
    pub(crate) fn failed(&self, peer: IpAddr, guessed: bool, now: Instant) -> Verdict {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if peers.len() >= MOST_PEERS {
            peers.retain(|_, record| now.duration_since(record.last) < FORGIVEN);
        }
        if peers.len() >= MOST_PEERS {
            // Too many at once to tell them apart.
            peers.clear();
        }
        let record = peers.entry(peer.into()).or_insert(Record {
            failures: 0,
            last: now,
            told: None,
            untold: 0,
        });
        let quiet = now.duration_since(record.last).as_secs() / FORGIVEN.as_secs();
        let forgiven = u32::try_from(quiet).unwrap_or(u32::MAX);
        record.failures = record
            .failures
            .saturating_sub(forgiven)
            .saturating_add(guessed.into());
        record.last = now;
        record.untold = record.untold.saturating_add(1);
        let is_due = record
            .told
            .is_none_or(|told| now.duration_since(told) >= TELL);
        let tell = is_due.then(|| {
            record.told = Some(now);
            std::mem::take(&mut record.untold)
        });
        let failures = if guessed { record.failures } else { 0 };
        let delay = match failures.checked_sub(FREE + 1) {
            None => Duration::ZERO,
            Some(beyond) => FIRST_DELAY
                .saturating_mul(1 << beyond.min(16))
                .min(LONGEST_DELAY),
        };
        Verdict { delay, tell }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_cost_more_and_more_and_are_forgiven() {
        let throttle = Throttle::default();
        let (one, other): (IpAddr, IpAddr) =
            ("2001:db8::1".parse().unwrap(), "192.0.2.1".parse().unwrap());
        let neighbour = "2001:db8::2".parse().unwrap();
        let now = Instant::now();
        let delays: Vec<_> = (0..12)
            .map(|n| {
                throttle
                    .failed(if n % 2 == 0 { one } else { neighbour }, true, now)
                    .delay
            })
            .collect();
        assert_eq!(delays[..3], [Duration::ZERO; 3]);
        assert_eq!(delays[3..5], [FIRST_DELAY, FIRST_DELAY * 2]);
        assert_eq!(delays[11], LONGEST_DELAY);
        assert_eq!(throttle.failed(other, true, now).delay, Duration::ZERO);
        assert_eq!(throttle.failed(one, false, now).delay, Duration::ZERO);
        assert_eq!(
            throttle.failed(one, true, now + FORGIVEN * 20).delay,
            Duration::ZERO
        );
    }

    #[test]
    fn the_log_is_not_flooded() {
        let throttle = Throttle::default();
        let peer = "192.0.2.1".parse().unwrap();
        let now = Instant::now();
        assert_eq!(throttle.failed(peer, true, now).tell, Some(1));
        for _ in 0..99 {
            assert_eq!(throttle.failed(peer, true, now).tell, None);
        }
        assert_eq!(throttle.failed(peer, true, now + TELL).tell, Some(100));
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        let now = Instant::now();
        for n in 0..3 * u32::try_from(MOST_PEERS).unwrap() {
            throttle.failed(IpAddr::V4(n.into()), true, now);
        }
        assert!(throttle.peers.lock().unwrap().len() <= MOST_PEERS);
    }
}
