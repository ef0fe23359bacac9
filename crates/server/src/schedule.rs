//! Jobs that run on an interval and on demand, one at a time, on a thread of their own.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bchan_api::{JobStatus, ScheduledJob, Time};

use crate::config::JobIntervals;
use crate::error::{ApiError, chain};
use crate::jobs;
use crate::ops;
use crate::state::State;
use crate::store::Store;

/// What there is to say of a job that has not failed.
type Said = Option<String>;

/// A job of the server.
struct Job {
    name: &'static str,
    display_name: &'static str,
    /// Seconds between two runs, unless told otherwise.
    interval: u32,
    run: fn(&State) -> Result<Said, ApiError>,
}

const JOBS: &[Job] = &[
    Job {
        name: "recycle_job",
        display_name: "Recycle old backups",
        interval: 3600,
        run: jobs::recycle::run,
    },
    Job {
        name: "backup_filesize_job",
        display_name: "Measure backups",
        interval: 7200,
        run: |state| jobs::filesize::run(state).map(|()| None),
    },
    Job {
        name: "deduplicate_job",
        display_name: "Delete duplicate backups",
        interval: 18_000,
        run: |state| jobs::deduplicate::run(state).map(|()| None),
    },
    Job {
        name: "stale_seq_upload_job",
        display_name: "End stale sequential uploads",
        interval: 3600,
        run: |state| jobs::stale::run(state).map(|()| None),
    },
    Job {
        name: "tmp_purge_job",
        display_name: "Remove temporary files",
        interval: 43_200,
        run: |state| jobs::purge::run(state).map(|()| None),
    },
    Job {
        name: INTEGRITY,
        display_name: "Check the integrity of backups",
        interval: 57_600,
        run: |state| jobs::integrity::run(state).map(|()| None),
    },
];

/// The names of all jobs.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    JOBS.iter().map(|job| job.name)
}

/// The job that may take days, and lets the others go first whenever they want to.
const INTEGRITY: &str = "integrity_check_job";

/// What waits to be run, and whether to go on at all.
#[derive(Default)]
pub(crate) struct Schedule {
    /// Whether jobs run when they are due, and not only when they are forced to.
    on_time: bool,
    intervals: RwLock<JobIntervals>,
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
    pub(crate) fn new(on_time: bool, intervals: JobIntervals) -> Self {
        Self {
            on_time,
            intervals: RwLock::new(intervals),
            ..Self::default()
        }
    }

    /// Has jobs run at other intervals from now on.
    pub(crate) fn set_intervals(&self, intervals: JobIntervals) {
        *self
            .intervals
            .write()
            .unwrap_or_else(PoisonError::into_inner) = intervals;
        self.changed.notify_all();
    }

    /// Seconds between two runs of a job.
    fn interval(&self, job: &Job) -> i64 {
        let intervals = self
            .intervals
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let own = intervals.get(job.name).map(|own| own.as_secs());
        own.map_or(job.interval.into(), |own| {
            i64::try_from(own).unwrap_or(i64::MAX)
        })
    }

    /// When a job is due; decided now if it never was, or if it would be later than its interval
    /// allows.
    fn next_run(&self, store: &dyn Store, job: &Job) -> Result<Time, ApiError> {
        let latest = self.after(job);
        match store.next_run(job.name)? {
            Some(at) if at <= latest => Ok(at),
            _ => {
                store.set_next_run(job.name, latest)?;
                Ok(latest)
            }
        }
    }

    fn after(&self, job: &Job) -> Time {
        let now = Time::now().unix_seconds();
        Time::from_unix_seconds(now.saturating_add(self.interval(job)))
    }

    /// The jobs as the API shows them.
    pub(crate) fn list(&self, store: &dyn Store) -> Result<Vec<ScheduledJob>, ApiError> {
        let show = |job: &Job| {
            #[expect(
                clippy::cast_precision_loss,
                reason = "seconds fit for 200 million years"
            )]
            let next_run = self.next_run(store, job)?.unix_seconds() as f64;
            Ok(ScheduledJob {
                name: job.name.to_owned(),
                display_name: Some(job.display_name.to_owned()),
                interval: self.interval(job).unsigned_abs(),
                next_run,
            })
        };
        JOBS.iter().map(show).collect()
    }

    /// Lets a job run as soon as the ones before it have ended, and returns the run's number.
    pub(crate) fn force(&self, store: &dyn Store, name: &str) -> Result<i64, ApiError> {
        let job = JOBS.iter().find(|job| job.name == name);
        let job = job.ok_or_else(|| ApiError::not_found("scheduled job", name))?;
        let id = store.create_job(job.name, JobStatus::Idle, None)?;
        tracing::info!(job = job.name, id, "a job was forced to run");
        self.lock().forced.push_back((job, id));
        self.changed.notify_all();
        Ok(id)
    }

    /// Ends the thread, and the job that it is at as soon as that can leave off.
    pub(crate) fn stop(&self) {
        self.lock().stopping = true;
        self.changed.notify_all();
    }

    /// Has the thread look again for what there is to do.
    pub(crate) fn wake(&self) {
        self.changed.notify_all();
    }

    /// Whether a job is to leave off.
    pub(crate) fn is_stopping(&self) -> bool {
        self.lock().stopping
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the thread.
pub(crate) fn start(state: Arc<State>) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name("jobs".into()).spawn(move || {
        while let Some(task) = wait(&state) {
            match task {
                Task::Run(job, id) => run(&state, job, id),
                Task::Decide => {
                    if let Err(error) = ops::decide_all(&state) {
                        tracing::error!(%error, "closed targets stay closed");
                    }
                }
            }
        }
    })
}

/// Runs what is forced or due by now, on behalf of the long job, which is at work on this thread.
pub(crate) fn give_way(state: &State) {
    loop {
        let due = {
            let mut queue = state.schedule.lock();
            if queue.stopping {
                return;
            }
            next(state, &mut queue, |job| job.name != INTEGRITY)
        };
        match due {
            Due::Now(job, id) => run(state, job, id),
            Due::Later(_) => return,
        }
    }
}

/// Work of the thread.
enum Task {
    /// A job; the number is that of a forced run.
    Run(&'static Job, Option<i64>),
    /// Another attempt to decide the operations of closed targets.
    Decide,
}

/// Waits for something to do.
fn wait(state: &State) -> Option<Task> {
    /// Time between two attempts to open closed targets.
    const RETRY: Duration = Duration::from_secs(5);

    let mut decide_at = Instant::now() + RETRY;
    let mut queue = state.schedule.lock();
    loop {
        if queue.stopping {
            return None;
        }
        let mut wait = match next(state, &mut queue, |_| true) {
            Due::Now(job, id) => return Some(Task::Run(job, id)),
            Due::Later(wait) => wait,
        };
        if state.closed.any() {
            let left = decide_at.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Some(Task::Decide);
            }
            wait = wait.min(left);
        } else {
            decide_at = Instant::now() + RETRY;
        }
        let changed = &state.schedule.changed;
        queue = changed
            .wait_timeout(queue, wait)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
    }
}

enum Due {
    Now(&'static Job, Option<i64>),
    Later(Duration),
}

/// What is forced, or else due, among the jobs that may run.
fn next(state: &State, queue: &mut Queue, may_run: impl Fn(&Job) -> bool) -> Due {
    /// Longest sleep: the clock may be set.
    const LONGEST: Duration = Duration::from_secs(60);

    let forced = queue.forced.iter().position(|(job, _)| may_run(job));
    if let Some((job, id)) = forced.and_then(|at| queue.forced.remove(at)) {
        return Due::Now(job, Some(id));
    }
    let mut wait = LONGEST;
    if !state.schedule.on_time {
        return Due::Later(wait);
    }
    for job in JOBS.iter().filter(|job| may_run(job)) {
        match state.schedule.next_run(&*state.store, job) {
            Ok(at) => {
                let seconds = at.unix_seconds() - Time::now().unix_seconds();
                let Ok(seconds @ 1..) = u64::try_from(seconds) else {
                    return Due::Now(job, None);
                };
                wait = wait.min(Duration::from_secs(seconds));
            }
            Err(error) => {
                tracing::error!(job = job.name, message = error.message, "no schedule");
            }
        }
    }
    Due::Later(wait)
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
        let next = state
            .store
            .set_next_run(job.name, state.schedule.after(job));
        let _ = next
            .map_err(ApiError::from)
            .map_err(log("job not rescheduled"));
    }
    tracing::info!(job = job.name, id, "a job begins");
    let outcome = (job.run)(state);
    state.meter.job(job.name, outcome.is_ok());
    // Told first: whoever sees that it has ended can read so in the log.
    match (&outcome, id) {
        (Ok(_), Some(id)) => tracing::info!(job = job.name, id, "a forced job has ended"),
        (Ok(_), None) => tracing::info!(job = job.name, "a scheduled job has ended"),
        (Err(error), _) => {
            let cause = error.cause.as_ref().map(|cause| chain(&**cause));
            let message = &error.message;
            tracing::error!(job = job.name, id, message, cause, "job failed");
        }
    }
    let saved = state.clock.save(&*state.store);
    let _ = saved
        .map_err(ApiError::from)
        .map_err(log("trusted time is not written down"));
    if let Some(id) = id {
        if let Ok(Some(said)) = &outcome {
            let noted = state.store.note_job(id, said);
            let _ = noted.map_err(ApiError::from).map_err(log("job not marked"));
        }
        let failure = outcome.as_ref().err().map(|error| error.message.as_str());
        let ended = state.store.end_job(id, failure);
        let _ = ended.map_err(ApiError::from).map_err(log("job not marked"));
    }
}
