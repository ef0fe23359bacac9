//! An upload that can be left alone: one at a time, not for ever, and not of a source that has
//! collapsed.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bchan_api::{TargetView, Time};
use bchan_archive::Problem;
use bchan_client::{Client, Error};

use super::lock::{Lock, LockError};
use super::sequential::upload_sequentially;
use super::shrink::Floor;
use super::state::{StateFolder, Success};
use super::upload::{UploadOptions, UploadReport, upload};
use super::{AgentError, Phase, Progress};

/// What a run is guarded by.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    /// Where locks and states are; without it there are none.
    pub(crate) state: Option<StateFolder>,
    /// The preset that is run.
    pub(crate) preset: Option<String>,
    /// How long to wait for another run to the same target.
    pub(crate) wait_lock: Duration,
    /// How long everything may take.
    pub(crate) deadline: Option<Duration>,
    /// Percent of the last backup that must be there; 0 for anything.
    pub(crate) shrink_threshold: u8,
    /// Whether files are sent one by one.
    pub(crate) sequential: bool,
    /// When the run began.
    pub(crate) begun: Instant,
    /// Whether the server has all of it.
    pub(crate) taken: Arc<AtomicBool>,
}

/// The right to be the only run to a target, until it is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    _lock: Option<Lock>,
}

/// What is held, and what is asked, while a target is sent to.
#[derive(Debug)]
pub(super) struct Entered {
    _lock: Option<Lock>,
    pub(super) floor: Option<Floor>,
}

/// Uploads, under guard. Whoever calls it has the lease of the target, and keeps the deadline.
pub(crate) async fn run(
    client: &Client,
    options: UploadOptions,
    guard: &Guard,
    progress: Arc<dyn Progress>,
) -> Result<UploadReport, AgentError> {
    let progress = Arc::new(Watched {
        inner: progress,
        taken: Arc::clone(&guard.taken),
    });
    let name = options.target.clone();
    let report = if guard.sequential {
        upload_sequentially(client, options, guard, progress.clone()).await?
    } else {
        upload(client, options, guard, progress.clone()).await?
    };
    if let Some(state) = &guard.state {
        let kept = state.keep(
            &report.target,
            &name,
            guard.preset.as_deref(),
            Success {
                at: Time::now(),
                backup_id: report.backup.as_ref().map(|backup| backup.id.clone()),
                files: report.files,
                bytes: report.bytes,
                exit: if report.is_complete() { 0 } else { 3 },
            },
        );
        if let Err(error) = kept {
            progress.trouble(&format!("the success cannot be remembered: {error}"));
        }
    }
    Ok(report)
}

impl Guard {
    /// Waits for the end of other runs to a target, by the name that it was given.
    pub(crate) async fn lease(
        &self,
        target: &str,
        progress: &dyn Progress,
    ) -> Result<Lease, AgentError> {
        let lock = self.lock(target, progress).await?;
        Ok(Lease { _lock: lock })
    }

    /// Does a part of the run, but not beyond its deadline.
    pub(crate) async fn within<T, E: From<AgentError>>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let Some(deadline) = self.deadline else {
            return work.await;
        };
        let left = deadline.saturating_sub(self.begun.elapsed());
        let late = match tokio::time::timeout(left, work).await {
            Ok(outcome) => return outcome,
            Err(_) if self.taken.load(Ordering::Relaxed) => {
                AgentError::DeadlineWaiting { deadline }
            }
            Err(_) => AgentError::Deadline { deadline },
        };
        Err(late.into())
    }

    /// What a target is entered by, once it is known which it is.
    pub(super) async fn enter(
        &self,
        name: &str,
        view: &TargetView,
        progress: &dyn Progress,
    ) -> Result<Entered, AgentError> {
        let id = &view.target.id;
        // Others may know it by another name.
        let lock = if name == id {
            None
        } else {
            self.lock(id, progress).await?
        };
        Ok(Entered {
            _lock: lock,
            floor: self.floor(view),
        })
    }

    /// What this machine has sent last, or else what the server has.
    fn floor(&self, view: &TargetView) -> Option<Floor> {
        let percent = self.shrink_threshold;
        if percent == 0 {
            return None;
        }
        let known = self.state.as_ref();
        let Some(state) = known.and_then(|state| state.read(&view.target.id)) else {
            return Floor::of_backups(&view.backups, percent);
        };
        let own = self.preset.as_ref();
        let own = own.and_then(|preset| state.presets.get(preset));
        let last = own.unwrap_or(&state.last);
        Some(Floor {
            files: Some(last.files),
            bytes: last.bytes,
            percent,
        })
    }

    async fn lock(
        &self,
        target: &str,
        progress: &dyn Progress,
    ) -> Result<Option<Lock>, AgentError> {
        let Some(state) = &self.state else {
            return Ok(None);
        };
        let path = state.lock_file(target);
        match Lock::take(&path, self.wait_lock).await {
            Ok(lock) => Ok(Some(lock)),
            Err(LockError::Held(holder)) => Err(AgentError::Locked {
                target: target.to_owned(),
                holder,
            }),
            // A backup without a lock is better than none.
            Err(LockError::Io { path, source }) => {
                let path = path.display();
                progress.trouble(&format!(
                    "nothing keeps a second run away: {path} cannot be locked: {source}"
                ));
                Ok(None)
            }
        }
    }
}

/// Remembers whether the server has taken what was sent.
struct Watched {
    inner: Arc<dyn Progress>,
    taken: Arc<AtomicBool>,
}

impl Progress for Watched {
    fn phase(&self, phase: Phase) {
        if matches!(phase, Phase::Waiting | Phase::Done) {
            self.taken.store(true, Ordering::Relaxed);
        }
        self.inner.phase(phase);
    }

    fn total(&self, files: u64, bytes: u64, known: bool) {
        self.inner.total(files, bytes, known);
    }

    fn entry(&self, path: &Path) {
        self.inner.entry(path);
    }

    fn bytes(&self, count: u64) {
        self.inner.bytes(count);
    }

    fn problem(&self, path: &Path, problem: &Problem) {
        self.inner.problem(path, problem);
    }

    fn retrying(&self, attempt: u32, error: &Error, wait: Duration) {
        self.inner.retrying(attempt, error, wait);
    }

    fn trouble(&self, message: &str) {
        self.inner.trouble(message);
    }
}
