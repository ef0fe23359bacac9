//! Every system call of every change fails in turn, and what is found afterwards is the state before
//! or after the change, as the answer has said.
//!
//! `cargo test` tries a few of the cases; `tests/io-errors.sh` tries more or all. Needs `strace`.

mod changes;
#[path = "../crash/rng.rs"]
#[allow(dead_code, reason = "the other tests need more of it")]
mod rng;
mod strace;

use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use self::changes::{Change, Outcome, is_usable};
use self::rng::Rng;
use self::strace::Strace;
use crate::fault_points::{Lab, assert_whole, snapshot};
use crate::support::TestServer;

const ERRORS: [&str; 3] = ["EIO", "ENOSPC", "EROFS"];

/// Longest time for a server to be usable again, or to stop.
const PATIENCE: Duration = Duration::from_secs(20);

/// What happens when the change was answered.
#[derive(Clone, Copy, Debug)]
enum Then {
    /// The fault ends; the server must be usable without a restart.
    Nothing,
    /// The server is killed.
    Kill,
    /// The server is asked to stop.
    Stop,
}

/// One call that fails.
#[derive(Clone, Debug)]
struct Case {
    call: String,
    nth: usize,
    error: &'static str,
    lasting: bool,
    then: Then,
}

/// What was done and found.
#[derive(Default)]
struct Report {
    cases: usize,
    /// Cases in which a call was made to fail.
    reached: usize,
    findings: Vec<String>,
}

#[test]
fn a_change_that_meets_an_io_error_is_made_completely_or_not_at_all() {
    if !strace::is_possible() {
        return;
    }
    let setting = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let number = |name: &str| setting(name).map(|text| text.parse::<u64>().unwrap());
    let seed = number("BCHAN_IO_ERRORS_SEED").unwrap_or(1);
    // Of each change.
    let most = number("BCHAN_IO_ERRORS_CASES").map_or(2, |most| usize::try_from(most).unwrap());
    let only = setting("BCHAN_IO_ERRORS_CHANGE").unwrap_or_default();
    let mut rng = Rng::new(seed);
    let all = changes::all().into_iter();
    let work: Vec<_> = all
        .map(|change| (change, rng.fork()))
        .filter(|(change, _)| change.name.contains(&only))
        .collect();
    let work = Mutex::new(work);
    let report = Mutex::new(Report::default());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism()
            .map_or(2, usize::from)
            .min(4)
        {
            scope.spawn(|| {
                loop {
                    let Some((change, rng)) = work.lock().unwrap().pop() else {
                        return;
                    };
                    enumerate(&change, rng, most, &report);
                }
            });
        }
    });
    let report = report.into_inner().unwrap();
    say(&format!(
        "{} cases, a call failed in {}; {} findings; seed {seed}",
        report.cases,
        report.reached,
        report.findings.len()
    ));
    let findings = report.findings.join("\n\n");
    assert!(report.findings.is_empty(), "{findings}");
}

#[expect(clippy::print_stdout, reason = "seen with --nocapture")]
fn say(text: &str) {
    println!("{text}");
}

/// Tries up to `most` cases of a change.
fn enumerate(change: &Change, mut rng: Rng, most: usize, report: &Mutex<Report>) {
    let Some(mut lab) = Lab::new(change.far_bin) else {
        return;
    };
    let server = lab.start(tempfile::tempdir().unwrap(), &[]).unwrap();
    changes::prepare(&server);
    let before = snapshot(&server, &lab);
    lab.keep(server);

    let server = lab.start(lab.copy(), &[]).unwrap();
    let requests = change.plan(&server);
    let strace = Strace::count(&server);
    let outcome = Change::make(&requests, &server);
    let calls = strace.end().calls();
    assert!(
        matches!(outcome, Outcome::Done),
        "{}: {}",
        change.name,
        outcome.text()
    );
    let after = snapshot(&server, &lab);
    assert_ne!(before, after, "{} changes nothing", change.name);
    drop(server);

    let mut cases = Vec::new();
    for (call, nth) in calls {
        for error in ERRORS {
            for lasting in [false, true] {
                for then in [Then::Nothing, Then::Kill, Then::Stop] {
                    // Later writes may be to what is no file.
                    if lasting && call.starts_with("write") {
                        continue;
                    }
                    cases.push(Case {
                        call: call.clone(),
                        nth,
                        error,
                        lasting,
                        then,
                    });
                }
            }
        }
    }
    let (of, begun) = (cases.len(), Instant::now());
    let (mut tried, mut wrong) = (0, 0);
    while tried < most && !cases.is_empty() {
        let case = cases.swap_remove(rng.index(cases.len()));
        let mut reached = false;
        let run = || case.run(&lab, change, [&before, &after], &mut reached);
        // The helpers of the other tests panic.
        let found =
            panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| Err(words(&*panic)));
        let mut report = report.lock().unwrap();
        report.cases += 1;
        report.reached += usize::from(reached);
        tried += 1;
        if let Err(fault) = found {
            wrong += 1;
            let finding = format!("{}: {case:?}: {fault}", change.name);
            say(&finding);
            report.findings.push(finding);
        }
    }
    let seconds = begun.elapsed().as_secs();
    let name = change.name;
    say(&format!(
        "{name}: {tried} of {of} cases, {wrong} wrong, {seconds} s"
    ));
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_default()
}

impl Case {
    fn run(
        &self,
        lab: &Lab,
        change: &Change,
        states: [&str; 2],
        reached: &mut bool,
    ) -> Result<(), String> {
        let mut server = lab.start(lab.copy(), &[]).unwrap();
        let requests = change.plan(&server);
        let strace = Strace::fail(&server, &self.call, self.error, self.nth, self.lasting);
        let outcome = Change::make(&requests, &server);
        let mut faults = Vec::new();
        let traced = match self.then {
            Then::Nothing => {
                let traced = strace.end();
                if !becomes_usable(&server) {
                    faults.push("is not usable without a restart".to_owned());
                }
                if !matches!(outcome, Outcome::Unknown(_)) {
                    let fault = settle(&outcome, &server, lab, states);
                    faults.extend(fault.map(|fault| format!("before a restart: {fault}")));
                }
                server.kill();
                traced
            }
            Then::Kill => {
                server.kill();
                strace.end()
            }
            Then::Stop => {
                server.signal(rustix::process::Signal::TERM);
                let begun = Instant::now();
                while server.is_alive() && begun.elapsed() < PATIENCE {
                    thread::sleep(Duration::from_millis(10));
                }
                if server.is_alive() {
                    faults.push("does not stop".to_owned());
                    server.kill();
                }
                strace.end()
            }
        };
        if traced.has_failed_elsewhere() {
            return Ok(());
        }
        *reached = traced.has_failed();
        let log = server.log();
        if log.contains("panicked") {
            faults.push("has panicked".to_owned());
        }
        let Ok(server) = lab.start(server.into_home(), &[]) else {
            return Err(format!("{}: does not start again\n{log}", outcome.text()));
        };
        if change.name == "sequential upload" {
            // An upload that was begun runs until it is ended.
            let _ = server
                .http()
                .try_send("POST", "/api/seq/m/terminate", &[], b"");
        }
        faults.extend(compare(&outcome, &snapshot(&server, lab), states));
        let whole = panic::catch_unwind(AssertUnwindSafe(|| assert_whole(&server, lab)));
        faults.extend(whole.err().map(|panic| words(&*panic)));
        if !is_usable(&server) {
            faults.push("is not usable after a restart".to_owned());
        }
        if faults.is_empty() {
            return Ok(());
        }
        let (faults, failed, log) = (faults.join("\n"), traced.failed(), server.log());
        let last: Vec<_> = log.lines().rev().take(12).collect();
        let last: Vec<_> = last.into_iter().rev().collect();
        Err(format!(
            "{}\n{faults}\n{failed}\n{}",
            outcome.text(),
            last.join("\n")
        ))
    }
}

/// Whether a server takes changes again, once its disk does.
fn becomes_usable(server: &TestServer) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if is_usable(server) {
            return true;
        }
        thread::sleep(Duration::from_millis(100));
    }
    false
}

/// How the state of a server that goes on contradicts what was answered. What could not be undone at
/// once may take a moment.
fn settle(outcome: &Outcome, server: &TestServer, lab: &Lab, states: [&str; 2]) -> Option<String> {
    let begun = Instant::now();
    loop {
        let fault = compare(outcome, &snapshot(server, lab), states)?;
        if begun.elapsed() > PATIENCE {
            return Some(fault);
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// How a state contradicts what was answered.
fn compare(outcome: &Outcome, found: &str, [before, after]: [&str; 2]) -> Option<String> {
    let agrees = match outcome {
        Outcome::Done => found == after,
        Outcome::Refused(_) => found == before,
        Outcome::Unknown(_) => found == before || found == after,
    };
    // A backup that could not be read is marked, until it is found to be sound again.
    let unmarked = found.replace("broken=true", "broken=false");
    let only_marked = unmarked != found && (unmarked == before || unmarked == after);
    if agrees || only_marked {
        return None;
    }
    let difference = |other: &str| {
        let missing = other.lines().filter(|line| !found.contains(line));
        let new = found.lines().filter(|line| !other.contains(line));
        let lines = missing.map(|line| format!("  - {line}"));
        let lines = lines.chain(new.map(|line| format!("  + {line}")));
        lines.collect::<Vec<_>>().join("\n")
    };
    Some(match found {
        _ if found == before => "nothing has changed".to_owned(),
        _ if found == after => "the change was made".to_owned(),
        _ => format!(
            "neither state; against the one before:\n{}\nagainst the one after:\n{}",
            difference(before),
            difference(after)
        ),
    })
}
