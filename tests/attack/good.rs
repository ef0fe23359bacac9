//! Latency of a good client's requests.

use std::time::{Duration, Instant};

/// Requests of a measurement.
const REQUESTS: usize = 200;

/// Asks many times, prints how long that took, and returns the median.
pub(crate) fn measure(beside: &str, ask: &mut dyn FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..REQUESTS)
        .map(|_| {
            let begun = Instant::now();
            ask();
            begun.elapsed()
        })
        .collect();
    times.sort();
    let at = |share: usize| times[REQUESTS * share / 100].as_secs_f64() * 1000.0;
    println!(
        "  beside {beside}: median {:.2} ms, 95 of 100 within {:.2} ms, longest {:.2} ms",
        at(50),
        at(95),
        times[REQUESTS - 1].as_secs_f64() * 1000.0
    );
    times[REQUESTS / 2]
}
