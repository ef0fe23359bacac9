//! Counters of requests.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bchan_api::Endpoint;

use bchan_http::Exchange;

/// Upper bounds of the durations that are told apart, in seconds: from a list to a day's upload.
pub(super) const BOUNDS: [f64; 10] = [
    0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0, 600.0, 3600.0, 21_600.0,
];

/// Counts requests. The number of counters is bounded by the endpoints and statuses.
pub(crate) struct Metrics {
    /// When the process began to count.
    pub(super) started: SystemTime,
    counted: Mutex<Counted>,
}

#[derive(Default)]
pub(super) struct Counted {
    /// By endpoint; none is for what was refused before one was found.
    pub(super) requests: HashMap<Option<Endpoint>, Requests>,
}

/// Requests of one endpoint.
#[derive(Default)]
pub(super) struct Requests {
    pub(super) by_status: BTreeMap<u16, u64>,
    /// Those whose answer did not get to its end.
    pub(super) cut: u64,
    /// Bytes of bodies.
    pub(super) received: u64,
    pub(super) sent: u64,
    /// How many took no longer than each bound, but longer than the one before.
    pub(super) within: [u64; BOUNDS.len()],
    pub(super) count: u64,
    pub(super) seconds: f64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            started: SystemTime::now(),
            counted: Mutex::default(),
        }
    }
}

impl Metrics {
    /// A request has been answered, or not.
    pub(crate) fn request(&self, exchange: &Exchange) {
        let tagged = |endpoint: &Endpoint| Some(*endpoint as usize) == exchange.tag;
        let endpoint = Endpoint::all().find(tagged);
        let mut counted = self.lock();
        let requests = counted.requests.entry(endpoint).or_default();
        *requests.by_status.entry(exchange.status).or_default() += 1;
        requests.cut += u64::from(!exchange.whole);
        requests.received += exchange.received;
        requests.sent += exchange.sent;
        let seconds = exchange.took.as_secs_f64();
        requests.count += 1;
        requests.seconds += seconds;
        if let Some(at) = BOUNDS.iter().position(|bound| seconds <= *bound) {
            requests.within[at] += 1;
        }
    }

    /// Seconds since 1970 at which it began.
    pub(super) fn started_at(&self) -> f64 {
        let since = self.started.duration_since(SystemTime::UNIX_EPOCH);
        since.unwrap_or(Duration::ZERO).as_secs_f64()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
