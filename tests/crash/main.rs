//! Proof by crashing: a server under load is killed at random moments and started again over the
//! same data. Nothing that it has acknowledged may be lost, and nothing may be half.
//!
//! `cargo test` makes a short run; `tests/crash.sh` makes long ones.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and says what it has done"
)]

mod checker;
mod content;
mod http;
mod ledger;
mod load;
mod report;
mod rng;
mod server;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the other tests need more of it")]
mod support;

use std::thread;
use std::time::{Duration, Instant};

use self::load::{Load, lock};
use self::report::Report;
use self::rng::Rng;
use self::server::Place;

/// Threads that keep the server busy.
const WORKERS: usize = 3;

/// Data folders that are kept for inspection after a fault.
const MOST_KEPT: usize = 3;

/// Kills after which a new data folder is taken.
const KILLS_EACH: u64 = 6;

#[test]
fn a_killed_server_keeps_what_it_has_acknowledged() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap());
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seed = number("BCHAN_CRASH_SEED").unwrap_or_else(|| clock.unwrap().as_secs());
    let kills = number("BCHAN_CRASH_KILLS").unwrap_or(2 * KILLS_EACH);
    println!("seed {seed}, {kills} kills");
    let begin = Instant::now();
    let mut rng = Rng::new(seed);
    let mut report = Report::default();
    let mut far_bin = rng.percent(50);
    while report.kills < kills {
        live(&mut report, &mut rng.fork(), far_bin, kills);
        far_bin = !far_bin;
    }
    report.print(begin.elapsed());
    assert!(
        report.findings.is_empty(),
        "{} findings, as said above; seed {seed}",
        report.findings.len()
    );
}

/// The life of one data folder, until it has been killed a few times or something is wrong.
fn live(report: &mut Report, rng: &mut Rng, far_bin: bool, kills: u64) {
    let place = Place::new(far_bin);
    let load = Load::new(WORKERS, &place.roots, &place.bin);
    let mut faults = Vec::new();
    let last = kills.min(report.kills + KILLS_EACH);
    while report.kills < last && faults.is_empty() {
        faults = match round(report, &place, &load, rng) {
            Ok(()) => Vec::new(),
            Err(faults) => faults,
        };
    }
    let said = place.said();
    let panics = said.lines().filter(|line| line.contains("panicked"));
    faults.extend(panics.map(str::to_owned));
    report.add(&load, &said);
    if !faults.is_empty() {
        println!("kill {}: {faults:#?}", report.kills);
        if report.kept < MOST_KEPT {
            report.kept += 1;
            println!("see {:?}", place.keep());
        }
        report.findings.append(&mut faults);
    }
}

/// Starts, loads, kills, starts again and checks.
fn round(
    report: &mut Report,
    place: &Place,
    load: &Load,
    rng: &mut Rng,
) -> Result<(), Vec<String>> {
    let server = place.start().map_err(|fault| vec![fault])?;
    let addr = server.addr;
    let moment = match rng.below(10) {
        0..6 => rng.below(150),
        _ => rng.below(600),
    };
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let rng = rng.fork();
            scope.spawn(move || load.run(worker, addr, rng));
        }
        // The moment itself, not the wait for a condition.
        thread::sleep(Duration::from_millis(moment));
        server.kill();
    });
    report.kills += 1;
    while rng.percent(25) {
        place.kill_while_starting(Duration::from_micros(rng.below(60_000)));
        report.kills_while_starting += 1;
    }
    let server = place.start().map_err(|fault| vec![fault])?;
    report.restarts += 1;
    let mut faults = checker::check(load, &place.roots, server.addr, &mut report.seen);
    faults.append(&mut lock(&load.findings));
    if !faults.is_empty() {
        return Err(faults);
    }
    if rng.percent(20) {
        server.stop().map_err(|fault| vec![fault])?;
        if place.can_check() {
            place.check().map_err(|fault| vec![fault])?;
            report.self_checks += 1;
        }
    }
    Ok(())
}
