//! Benchmarks of single parts, so that a change of one can be judged alone: `cargo bench --bench
//! inner`, or with a word after `--`, such as `-- hash`.

#![expect(clippy::unwrap_used, reason = "nothing here can be gone on from")]

mod archive;
mod server;

use std::time::Duration;

use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(20)
        .configure_from_args();
    archive::measure(&mut criterion);
    server::measure(&mut criterion);
    criterion.final_summary();
}
