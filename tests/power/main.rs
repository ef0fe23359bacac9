//! Proof by cutting the power: everything that the server uses lies on disks that lose a random part
//! of what was written since the last flush. What it has acknowledged must be there afterwards, and
//! nothing may be half. Further tests have writes fail after the system has accepted them.
//!
//! `cargo test` makes a short run; `tests/power.sh` makes long ones. Needs the right to mount.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and says what it has done"
)]

#[path = "../crash/checker.rs"]
mod checker;
#[path = "../crash/content.rs"]
mod content;
mod disks;
#[path = "../crash/http.rs"]
mod http;
#[path = "../crash/ledger.rs"]
mod ledger;
#[path = "../crash/load.rs"]
mod load;
#[path = "../crash/report.rs"]
mod report;
#[path = "../crash/rng.rs"]
mod rng;
#[path = "../crash/server.rs"]
mod server;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the other tests need more of it")]
mod support;
mod write_back;

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use bchan_faultdisk::FileSystem;

use self::disks::Disks;
use self::load::{Load, lock};
use self::report::Report;
use self::rng::Rng;
use self::server::Place;

/// Threads that keep the server busy.
const WORKERS: usize = 3;

/// Cuts after which new file systems are made.
const CUTS_EACH: u64 = 6;

/// Disks that are copied for inspection after a fault.
const MOST_KEPT: usize = 3;

/// Chances in percent that a write survives which was not flushed.
const CHANCES: [u64; 6] = [0, 10, 50, 50, 90, 100];

#[test]
fn a_server_keeps_what_it_has_acknowledged_when_the_power_is_cut() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap());
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seed = number("BCHAN_POWER_SEED").unwrap_or_else(|| clock.unwrap().as_secs());
    let cuts = number("BCHAN_POWER_CUTS").unwrap_or(4);
    let kinds = std::env::var("BCHAN_POWER_FS").unwrap_or_else(|_| "ext4".to_owned());
    for kind in kinds.split(',') {
        let kind = FileSystem::named(kind).expect("ext4, xfs or btrfs");
        println!("seed {seed}, {cuts} power cuts on {}", kind.name());
        let begin = Instant::now();
        let mut rng = Rng::new(seed);
        let mut report = Report::default();
        let mut losses = Losses::default();
        let mut far_bin = rng.percent(50);
        while report.kills < cuts {
            let Some(disks) = Disks::start(&[kind, kind]) else {
                return;
            };
            live(
                disks,
                &mut report,
                &mut losses,
                &mut rng.fork(),
                far_bin,
                cuts,
            );
            far_bin = !far_bin;
        }
        println!("writes not flushed     {}", losses.pending);
        println!("of which were lost     {}", losses.lost);
        report.print(begin.elapsed());
        assert!(
            report.findings.is_empty(),
            "{} findings on {}, as said above; seed {seed}",
            report.findings.len(),
            kind.name()
        );
    }
}

/// Writes that power cuts could take, and did.
#[derive(Default)]
struct Losses {
    pending: u64,
    lost: u64,
}

/// The life of a pair of disks, until they have lost their power a few times or something is wrong.
fn live(
    mut disks: Disks,
    report: &mut Report,
    losses: &mut Losses,
    rng: &mut Rng,
    far_bin: bool,
    cuts: u64,
) {
    let place = Place::over(disks.home(), disks.path(0), disks.path(1), far_bin);
    let load = Load::new(WORKERS, &place.roots, &place.bin);
    let mut faults = Vec::new();
    let last = cuts.min(report.kills + CUTS_EACH);
    while report.kills < last && faults.is_empty() {
        faults = match round(&mut disks, report, losses, &place, &load, rng) {
            Ok(()) => Vec::new(),
            Err(faults) => faults,
        };
    }
    let said = place.said();
    let panics = said.lines().filter(|line| line.contains("panicked"));
    faults.extend(panics.map(str::to_owned));
    report.add(&load, &said);
    if !faults.is_empty() {
        println!("cut {}: {faults:#?}", report.kills);
        if report.kept < MOST_KEPT {
            report.kept += 1;
            println!("see {}", disks.keep().display());
        }
        report.findings.append(&mut faults);
    }
}

/// Starts, loads, cuts the power, starts again and checks.
fn round(
    disks: &mut Disks,
    report: &mut Report,
    losses: &mut Losses,
    place: &Place,
    load: &Load,
    rng: &mut Rng,
) -> Result<(), Vec<String>> {
    let one = |fault: String| vec![fault];
    let mut server = place.start().map_err(one)?;
    let addr = server.addr;
    let moment = match rng.below(10) {
        0..6 => rng.below(300),
        _ => rng.below(1200),
    };
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let rng = rng.fork();
            scope.spawn(move || load.run(worker, addr, rng));
        }
        // The moment itself, not the wait for a condition.
        thread::sleep(Duration::from_millis(moment));
        disks.cut_power();
        server.send_kill();
        disks.fail_requests();
        server.kill();
    });
    report.kills += 1;
    losses.add(disks.restore_power(rng).map_err(one)?);
    while rng.percent(25) {
        let mut child = place.spawn();
        thread::sleep(Duration::from_micros(rng.below(150_000)));
        disks.cut_power();
        child.kill().unwrap();
        disks.fail_requests();
        child.wait().unwrap();
        losses.add(disks.restore_power(rng).map_err(one)?);
        report.kills_while_starting += 1;
    }
    let server = place.start().map_err(one)?;
    report.restarts += 1;
    let mut faults = checker::check(load, &place.roots, server.addr, &mut report.seen);
    faults.append(&mut lock(&load.findings));
    if !faults.is_empty() {
        return Err(faults);
    }
    server.stop().map_err(one)?;
    if rng.percent(20) && place.can_check() {
        place.check().map_err(one)?;
        report.self_checks += 1;
    }
    Ok(())
}

impl Losses {
    fn add(&mut self, (pending, lost): (u64, u64)) {
        self.pending += pending;
        self.lost += lost;
    }
}

/// A process that serves disks for the other tests.
fn daemon() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "the_process_that_serves_disks", "--ignored"]);
    command
}

#[test]
#[ignore = "the other tests start it as a process of its own"]
fn the_process_that_serves_disks() {
    bchan_faultdisk::serve();
}
