//! An upload that can be left alone: one at a time, not for ever, and not of a source that has
//! collapsed.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bchan_api::{Feature, TargetType, TargetView, Time};
use bchan_archive::Problem;
use bchan_client::{Client, Error};

use super::lock::{Lock, LockError};
use super::plan::Plan;
use super::produce::Content;
use super::sequential::upload_sequentially;
use super::shrink::Floor;
use super::spool::{self, About, Delivered, Spool, Wanted};
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
    /// The server, as states and spools know it.
    pub(crate) server: String,
    /// Where backups wait for it.
    pub(crate) spool: Option<Spool>,
    /// Whether files are sent one by one.
    pub(crate) sequential: bool,
    /// When the run began.
    pub(crate) begun: Instant,
    /// Whether all of it was sent, so that the server may have it.
    pub(crate) sent: Arc<AtomicBool>,
    /// Whether the server has said that it has all of it.
    pub(crate) taken: Arc<AtomicBool>,
    /// What kind of target it is, as soon as the server has said it.
    pub(crate) kind: OnceLock<TargetType>,
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
    let watched = Arc::new(Watched {
        inner: Arc::clone(&progress),
        sent: Arc::clone(&guard.sent),
        taken: Arc::clone(&guard.taken),
        sending: AtomicBool::new(false),
    });
    let name = options.target.clone();
    progress.phase(Phase::Preparing);
    let report = if guard.sequential {
        Box::pin(upload_sequentially(client, options, guard, watched)).await?
    } else {
        Box::pin(spooled(client, options, guard, watched)).await?
    };
    guard.keep(&report, &name, guard.preset.as_deref(), &*progress, |_| ());
    Ok(report)
}

/// Uploads. What waits goes first, and with the server away, this one waits, too.
async fn spooled(
    client: &Client,
    options: UploadOptions,
    guard: &Guard,
    progress: Arc<Watched>,
) -> Result<UploadReport, AgentError> {
    let Some(spool) = &guard.spool else {
        let plan = Plan::new(&options.what, options.allow_empty)?;
        return upload(client, plan, options, guard, progress).await;
    };
    let delivering = spool::deliver(client, spool, &options, guard, &progress.inner);
    let delivering = delivering.await;
    // What has waited is sound, whatever has become of the source since.
    let plan = Plan::new(&options.what, options.allow_empty)?;
    let outcome = match delivering {
        Ok((delivered, stay)) => {
            let plan = plan.clone();
            let sent = upload(client, plan, options.clone(), guard, progress.clone()).await;
            sent.map(|mut report| {
                report.complete &= stay == 0;
                report.delivered = delivered;
                report
            })
        }
        Err(error) => Err(error),
    };
    let error = match outcome {
        Err(AgentError::Client(error)) if error.is_temporary() => error,
        other => return other,
    };
    let is_gone = plan.is_read_once() && progress.sending.load(Ordering::Relaxed);
    if is_gone || guard.taken.load(Ordering::Relaxed) {
        // Its beginning has been read already; or the server has it, whatever it makes of it.
        return Err(error.into());
    }
    let (content, file_name) = guard.content(client, plan, &options)?;
    let wanted = Wanted {
        content,
        file_name,
        floor: guard.known_floor(&options.target),
        server: guard.server.clone(),
        target: options.target,
        preset: guard.preset.clone(),
        manual: options.manual,
    };
    Err(spool::keep(spool, wanted, error, progress).await)
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
            Err(_) if self.sent.load(Ordering::Relaxed) => AgentError::DeadlineWaiting { deadline },
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
        // Whoever was first has heard the same.
        let _ = self.kind.set(view.target.target_type);
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

    /// What is to be sent, as far as can be known with the server away.
    fn content(
        &self,
        client: &Client,
        plan: Plan,
        options: &UploadOptions,
    ) -> Result<(Content, String), AgentError> {
        let state = self.state.as_ref();
        let remembered = state.and_then(|state| state.read(&options.target));
        let kind = self.kind.get().copied();
        let kind = kind.or(remembered.map(|state| state.target_type));
        // An archive is understood by targets of both kinds.
        let kind = kind.unwrap_or(TargetType::Multi);
        let features = client.features();
        let mut packing = options.packing.clone();
        if !features.has(Feature::Zstd) {
            // Nobody knows what the server will take.
            packing.compression = packing.compression.filter(|chosen| !chosen.is_zstd());
        }
        plan.content(kind, features, &packing)
    }

    /// What this machine has sent last, or else what the server has.
    fn floor(&self, view: &TargetView) -> Option<Floor> {
        let percent = self.shrink_threshold;
        let server = || Floor::of_backups(&view.backups, percent).filter(|_| percent > 0);
        self.known_floor(&view.target.id).or_else(server)
    }

    /// What this machine has sent last.
    fn known_floor(&self, target: &str) -> Option<Floor> {
        let percent = self.shrink_threshold;
        let state = self.state.as_ref()?.read(target)?;
        let own = self.preset.as_ref();
        let own = own.and_then(|preset| state.presets.get(preset));
        let last = own.unwrap_or(&state.last);
        (percent > 0).then_some(Floor {
            files: Some(last.files),
            bytes: last.bytes,
            percent,
        })
    }

    /// Whether two names, of which each may be an id or an alias, are known to mean one target.
    pub(super) fn is_same_target(&self, one: &str, other: &str) -> bool {
        let id = |name: &str| {
            let state = self.state.as_ref()?.read(name)?;
            Some(state.target_id)
        };
        one == other || id(one).is_some_and(|one| id(other).as_ref() == Some(&one))
    }

    /// Remembers what has waited, as what it was when it was made.
    pub(super) fn remember(&self, report: &UploadReport, about: &About, progress: &dyn Progress) {
        let preset = about.preset.as_deref();
        self.keep(report, &about.target, preset, progress, |success| {
            success.at = about.captured_at;
            success.files = about.files;
            success.bytes = about.bytes;
            if !about.complete {
                success.exit = 3;
            }
        });
    }

    /// Remembers a success, with what is to be changed of it.
    fn keep(
        &self,
        report: &UploadReport,
        name: &str,
        preset: Option<&str>,
        progress: &dyn Progress,
        change: impl FnOnce(&mut Success),
    ) {
        let Some(state) = &self.state else { return };
        let mut success = Success {
            at: Time::now(),
            backup_id: report.backup.as_ref().map(|backup| backup.id.clone()),
            files: report.files,
            bytes: report.bytes,
            exit: if report.is_complete() { 0 } else { 3 },
        };
        change(&mut success);
        if let Err(error) = state.keep(&report.target, name, preset, success) {
            progress.trouble(&format!("the success cannot be remembered: {error}"));
        }
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

/// Remembers how far it has come.
struct Watched {
    inner: Arc<dyn Progress>,
    sent: Arc<AtomicBool>,
    taken: Arc<AtomicBool>,
    /// Whether it has begun to be read.
    sending: AtomicBool,
}

impl Progress for Watched {
    fn phase(&self, phase: Phase) {
        // What was once sent may have arrived, whatever becomes of another try.
        let reached = match phase {
            Phase::Sending => &[&self.sending][..],
            Phase::Sent => &[&*self.sent],
            Phase::Waiting | Phase::Done => &[&*self.sent, &*self.taken],
            Phase::Preparing | Phase::Receiving => &[],
        };
        for flag in reached {
            flag.store(true, Ordering::Relaxed);
        }
        self.inner.phase(phase);
    }

    fn wants_total(&self) -> bool {
        self.inner.wants_total()
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

    fn delivered(&self, delivered: &Delivered) {
        self.inner.delivered(delivered);
    }

    fn trouble(&self, message: &str) {
        self.inner.trouble(message);
    }
}
