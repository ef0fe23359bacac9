//! What a run has done and found.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::checker::Seen;
use crate::load::{Count, Load, lock};

/// The sums of a run.
#[derive(Default)]
pub(crate) struct Report {
    /// Kills or power cuts.
    pub(crate) kills: u64,
    pub(crate) kills_while_starting: u64,
    pub(crate) restarts: u64,
    /// Data folders that the program itself has checked.
    pub(crate) self_checks: u64,
    pub(crate) kept: usize,
    pub(crate) counts: BTreeMap<&'static str, Count>,
    pub(crate) seen: Seen,
    pub(crate) finished: usize,
    pub(crate) undone: usize,
    pub(crate) removed: usize,
    pub(crate) findings: Vec<String>,
}

impl Report {
    /// Adds what one data folder has seen, and what its servers have said.
    pub(crate) fn add(&mut self, load: &Load, said: &str) {
        self.finished += said.matches("finished an interrupted change").count();
        self.undone += said.matches("undid an interrupted change").count();
        self.removed += said.matches("removed a left-over").count();
        for (kind, more) in lock(&load.counts).iter() {
            let count = self.counts.entry(kind).or_default();
            count.sent += more.sent;
            count.acknowledged += more.acknowledged;
            count.refused += more.refused;
            count.lost += more.lost;
        }
    }

    pub(crate) fn print(&self, elapsed: Duration) {
        println!("kills under load       {}", self.kills);
        println!("kills while starting   {}", self.kills_while_starting);
        println!("restarts checked       {}", self.restarts);
        println!("checks by the program  {}", self.self_checks);
        println!("operations finished    {} after a restart", self.finished);
        println!("operations undone      {} after a restart", self.undone);
        println!("left-overs removed     {} by restarts", self.removed);
        println!("backups checked        {}", self.seen.backups);
        println!("bytes hashed           {}", self.seen.bytes);
        println!("findings               {}", self.findings.len());
        println!("seconds                {}", elapsed.as_secs());
        let (sent, done) = ("sent", "acknowledged");
        println!(
            "{:26} {sent:>8} {done:>13} {:>8} {:>8}",
            "operation", "refused", "lost"
        );
        for (kind, count) in &self.counts {
            let Count {
                sent,
                acknowledged,
                refused,
                lost,
            } = count;
            println!("{kind:26} {sent:>8} {acknowledged:>13} {refused:>8} {lost:>8}");
        }
    }
}
