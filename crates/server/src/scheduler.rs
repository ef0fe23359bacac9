//! Jobs that run on an interval and on demand, one at a time, on a thread of their own.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bchan_api::{JobStatus, ScheduledJob, Time};

use crate::intervals::JobIntervals;
use bchan_catalog::{Store, StoreError};
use bchan_engine::Engine;
use bchan_engine::jobs::{Cancel, JOBS, JobContext, JobKind};
use bchan_engine::ops;
use bchan_engine::{Error, chain};

/// Jobs that wait to be run.
#[derive(Default)]
pub(crate) struct Scheduler {
    /// True if jobs run when they are due, and not only when they are forced to.
    on_time: bool,
    intervals: RwLock<JobIntervals>,
    queue: Mutex<Queue>,
    changed: Condvar,
    /// Tells the running job to stop.
    cancel: Cancel,
}

#[derive(Default)]
struct Queue {
    /// Jobs that were forced to run, with the number of each run.
    forced: VecDeque<(&'static JobKind, i64)>,
    stopping: bool,
}

impl Scheduler {
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
    fn interval(&self, job: &JobKind) -> i64 {
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
    fn next_run(&self, store: &dyn Store, job: &JobKind) -> Result<Time, Error> {
        let latest = self.after(job);
        match store.next_run(job.name)? {
            Some(at) if at <= latest => Ok(at),
            _ => {
                store.set_next_run(job.name, latest)?;
                Ok(latest)
            }
        }
    }

    fn after(&self, job: &JobKind) -> Time {
        let now = Time::now().unix_seconds();
        Time::from_unix_seconds(now.saturating_add(self.interval(job)))
    }

    /// The jobs as the API shows them.
    pub(crate) fn list(&self, store: &dyn Store) -> Result<Vec<ScheduledJob>, Error> {
        let show = |job: &JobKind| {
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
    pub(crate) fn force(&self, store: &dyn Store, name: &str) -> Result<i64, Error> {
        let job = JOBS.iter().find(|job| job.name == name);
        let job = job.ok_or_else(|| Error::not_found("scheduled job", name))?;
        let id = store.create_job(job.name, JobStatus::Idle, None)?;
        tracing::info!(job = job.name, id, "a job was forced to run");
        self.lock().forced.push_back((job, id));
        self.changed.notify_all();
        Ok(id)
    }

    /// Ends the thread, and the job that it is at as soon as that can leave off.
    pub(crate) fn stop(&self) {
        self.cancel.cancel();
        self.lock().stopping = true;
        self.changed.notify_all();
    }

    /// Has the thread look again for what there is to do.
    pub(crate) fn wake(&self) {
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the thread.
pub(crate) fn start(engine: Arc<Engine>, scheduler: Arc<Scheduler>) -> io::Result<JoinHandle<()>> {
    let runner = Runner { engine, scheduler };
    let thread = thread::Builder::new().name("jobs".into());
    thread.spawn(move || {
        while let Some(task) = runner.wait() {
            match task {
                Task::Run(job, id) => runner.run(job, id),
                Task::Decide => {
                    if let Err(error) = ops::decide_all(&runner.engine) {
                        tracing::error!(%error, "closed targets stay closed");
                    }
                }
            }
        }
    })
}

/// Work of the thread.
enum Task {
    /// A job; the number is that of a forced run.
    Run(&'static JobKind, Option<i64>),
    /// Another attempt to decide the operations of closed targets.
    Decide,
}

enum Due {
    Now(&'static JobKind, Option<i64>),
    Later(Duration),
}

struct Runner {
    engine: Arc<Engine>,
    scheduler: Arc<Scheduler>,
}

impl Runner {
    /// Runs the jobs that are forced or due by now, on behalf of a long job on this thread.
    fn run_others(&self) {
        loop {
            let due = {
                let mut queue = self.scheduler.lock();
                if queue.stopping {
                    return;
                }
                self.next(&mut queue, |job| !job.yields)
            };
            match due {
                Due::Now(job, id) => self.run(job, id),
                Due::Later(_) => return,
            }
        }
    }

    /// Waits for something to do. Returns `None` when the thread is to end.
    fn wait(&self) -> Option<Task> {
        /// Time between two attempts to open closed targets.
        const RETRY: Duration = Duration::from_secs(5);

        let mut decide_at = Instant::now() + RETRY;
        let mut queue = self.scheduler.lock();
        loop {
            if queue.stopping {
                return None;
            }
            let mut wait = match self.next(&mut queue, |_| true) {
                Due::Now(job, id) => return Some(Task::Run(job, id)),
                Due::Later(wait) => wait,
            };
            if self.engine.closed.any() {
                let left = decide_at.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Some(Task::Decide);
                }
                wait = wait.min(left);
            } else {
                decide_at = Instant::now() + RETRY;
            }
            let changed = &self.scheduler.changed;
            queue = changed
                .wait_timeout(queue, wait)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Returns what is forced, or else due, among the jobs that may run.
    fn next(&self, queue: &mut Queue, may_run: impl Fn(&JobKind) -> bool) -> Due {
        /// Longest sleep: the clock may be set.
        const LONGEST: Duration = Duration::from_secs(60);

        let forced = queue.forced.iter().position(|(job, _)| may_run(job));
        if let Some((job, id)) = forced.and_then(|at| queue.forced.remove(at)) {
            return Due::Now(job, Some(id));
        }
        let mut wait = LONGEST;
        if !self.scheduler.on_time {
            return Due::Later(wait);
        }
        for job in JOBS.iter().filter(|job| may_run(job)) {
            match self.scheduler.next_run(&*self.engine.store, job) {
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

    fn run(&self, job: &'static JobKind, id: Option<i64>) {
        let store = &*self.engine.store;
        let log = |outcome: Result<(), StoreError>, what: &'static str| {
            if let Err(error) = outcome {
                let error = chain(&error);
                tracing::error!(job = job.name, error, "{what}");
            }
        };
        if let Some(id) = id {
            log(store.start_job(id), "job not marked");
        } else {
            let next = self.scheduler.after(job);
            log(store.set_next_run(job.name, next), "job not rescheduled");
        }
        tracing::info!(job = job.name, id, "a job begins");
        let outcome = (job.run)(&JobContext {
            engine: &self.engine,
            cancel: &self.scheduler.cancel,
            run_others: &|| self.run_others(),
        });
        self.engine.job_runs.ended(job.name, outcome.is_ok());
        // Logged first, so that a client that sees the job ended finds the line in the log.
        match (&outcome, id) {
            (Ok(_), Some(id)) => tracing::info!(job = job.name, id, "a forced job has ended"),
            (Ok(_), None) => tracing::info!(job = job.name, "a scheduled job has ended"),
            (Err(error), _) => {
                let cause = error.cause.as_ref().map(|cause| chain(&**cause));
                let message = &error.message;
                tracing::error!(job = job.name, id, message, cause, "job failed");
            }
        }
        log(
            self.engine.clock.save(store),
            "trusted time is not written down",
        );
        if let Some(id) = id {
            if let Ok(Some(message)) = &outcome {
                log(store.note_job(id, message), "job not marked");
            }
            let failure = outcome.as_ref().err().map(|error| error.message.as_str());
            log(store.end_job(id, failure), "job not marked");
        }
    }
}
