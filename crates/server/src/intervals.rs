//! Intervals of scheduled jobs.

use std::collections::BTreeMap;
use std::time::Duration;

use bchan_engine::jobs::JOBS;

/// Intervals that differ from the defaults, by the names of jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobIntervals(BTreeMap<String, Duration>);

impl JobIntervals {
    /// Takes intervals by the names of jobs; the last one of a job counts.
    pub fn new(intervals: impl IntoIterator<Item = (String, Duration)>) -> Self {
        Self(intervals.into_iter().collect())
    }

    /// Fails with a message if there is no scheduled job of this name.
    pub fn require_job(name: &str) -> Result<(), String> {
        if JOBS.iter().any(|job| job.name == name) {
            return Ok(());
        }
        let names: Vec<_> = JOBS.iter().map(|job| job.name).collect();
        let (name, names) = (name.escape_debug(), names.join(", "));
        Err(format!(
            "there is no scheduled job `{name}`; there are {names}"
        ))
    }

    /// The interval of a job, if it differs from the default.
    pub(crate) fn get(&self, name: &str) -> Option<Duration> {
        self.0.get(name).copied()
    }
}
