//! Jobs that run on an interval and on demand, one at a time, on a thread of their own.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bchan_api::{JobStatus, ScheduledJob, Time};

use crate::error::ApiError;
use crate::recycle;
use crate::state::State;
use crate::store::Store;

/// A job of the server.
struct Job {
    name: &'static str,
    display_name: &'static str,
    /// Seconds between two runs.
    interval: u32,
    run: fn(&State) -> Result<(), ApiError>,
}

const JOBS: &[Job] = &[Job {
    name: "recycle_job",
    display_name: "Recycle old backups",
    interval: 3600,
    run: recycle::run,
}];

/// What waits to be run, and whether to go on at all.
#[derive(Default)]
pub(crate) struct Schedule {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    /// Jobs that were forced to run, with the number of each run.
    forced: VecDeque<(&'static Job, i64)>,
    stopping: bool,
}

impl Schedule {
    /// The jobs as the API shows them.
    pub(crate) fn list(store: &dyn Store) -> Result<Vec<ScheduledJob>, ApiError> {
        let show = |job: &Job| {
            #[expect(
                clippy::cast_precision_loss,
                reason = "seconds fit for 200 million years"
            )]
            let next_run = next_run(store, job)?.unix_seconds() as f64;
            Ok(ScheduledJob {
                name: job.name.to_owned(),
                display_name: Some(job.display_name.to_owned()),
                interval: job.interval.into(),
                next_run,
            })
        };
        JOBS.iter().map(show).collect()
    }

    /// Lets a job run as soon as the ones before it have ended, and returns the run's number.
    pub(crate) fn force(&self, store: &dyn Store, name: &str) -> Result<i64, ApiError> {
        let job = JOBS.iter().find(|job| job.name == name);
        let job = job.ok_or_else(|| ApiError::not_found("scheduled job", name))?;
        let id = store.create_job(job.name, JobStatus::Idle)?;
        self.lock().forced.push_back((job, id));
        self.changed.notify_all();
        Ok(id)
    }

    /// Ends the thread after the job that it is at.
    pub(crate) fn stop(&self) {
        self.lock().stopping = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the thread. With `intervals`, jobs run when they are due, too.
pub(crate) fn start(state: Arc<State>, intervals: bool) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name("jobs".into()).spawn(move || {
        while let Some((job, id)) = next(&state, intervals) {
            run(&state, job, id);
        }
    })
}

/// Waits for the next job to run; the number is that of a forced run.
fn next(state: &State, intervals: bool) -> Option<(&'static Job, Option<i64>)> {
    /// Longest sleep: the clock may be set.
    const LONGEST: Duration = Duration::from_secs(60);

    let mut queue = state.schedule.lock();
    loop {
        if queue.stopping {
            return None;
        }
        if let Some((job, id)) = queue.forced.pop_front() {
            return Some((job, Some(id)));
        }
        let mut wait = LONGEST;
        if intervals {
            for job in JOBS {
                match next_run(&*state.store, job) {
                    Ok(at) => {
                        let seconds = at.unix_seconds() - Time::now().unix_seconds();
                        let Ok(seconds @ 1..) = u64::try_from(seconds) else {
                            return Some((job, None));
                        };
                        wait = wait.min(Duration::from_secs(seconds));
                    }
                    Err(error) => {
                        tracing::error!(job = job.name, message = error.message, "no schedule");
                    }
                }
            }
        }
        let changed = &state.schedule.changed;
        queue = changed
            .wait_timeout(queue, wait)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
    }
}

/// When a job is due; decided now if it never was.
fn next_run(store: &dyn Store, job: &Job) -> Result<Time, ApiError> {
    if let Some(at) = store.next_run(job.name)? {
        return Ok(at);
    }
    let at = after(job);
    store.set_next_run(job.name, at)?;
    Ok(at)
}

fn after(job: &Job) -> Time {
    Time::from_unix_seconds(Time::now().unix_seconds() + i64::from(job.interval))
}

fn run(state: &State, job: &Job, id: Option<i64>) {
    let log = |what: &'static str| {
        move |error: ApiError| {
            tracing::error!(job = job.name, message = error.message, cause = ?error.cause, "{what}");
        }
    };
    if let Some(id) = id {
        let _ = state
            .store
            .start_job(id)
            .map_err(ApiError::from)
            .map_err(log("job not marked"));
    } else {
        let next = state.store.set_next_run(job.name, after(job));
        let _ = next
            .map_err(ApiError::from)
            .map_err(log("job not rescheduled"));
    }
    tracing::debug!(job = job.name, "job begins");
    let outcome = (job.run)(state);
    if let Some(id) = id {
        let failure = outcome.as_ref().err().map(|error| error.message.as_str());
        let ended = state.store.end_job(id, failure);
        let _ = ended.map_err(ApiError::from).map_err(log("job not marked"));
    }
    let _ = outcome.map_err(log("job failed"));
}
