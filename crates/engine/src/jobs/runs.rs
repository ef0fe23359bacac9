//! Counters of ended jobs, for monitoring.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bchan_api::Time;

/// Name of the jobs that uploads are.
pub const UPLOAD: &str = "upload_job";

/// Counts the jobs that have ended since the process started. There is one entry for each name.
#[derive(Default)]
pub struct JobRuns {
    by_name: Mutex<BTreeMap<&'static str, Runs>>,
    /// Backups that the last run of the recycle job kept because of a wrong clock.
    held: AtomicU64,
}

/// Ended runs of one job.
#[derive(Clone, Copy, Default)]
pub struct Runs {
    pub good: Ended,
    pub bad: Ended,
}

/// Runs with one outcome.
#[derive(Clone, Copy, Default)]
pub struct Ended {
    pub count: u64,
    /// End of the latest run.
    pub last: Option<Time>,
}

impl JobRuns {
    /// Counts a job that has ended now.
    pub fn ended(&self, name: &'static str, good: bool) {
        let mut by_name = self.lock();
        let runs = by_name.entry(name).or_default();
        let ended = if good { &mut runs.good } else { &mut runs.bad };
        ended.count += 1;
        ended.last = Some(Time::now());
    }

    /// Returns the counters by name.
    pub fn by_name(&self) -> BTreeMap<&'static str, Runs> {
        self.lock().clone()
    }

    pub fn set_held(&self, backups: u64) {
        self.held.store(backups, Ordering::Relaxed);
    }

    pub fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Runs>> {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
