//! Locks, deadline, history and size check of one run.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bchan_api::{Feature, TargetType, TargetView, Time};
use bchan_client::Client;

use crate::error::AgentError;
use crate::floor::ShrinkLimit;
use crate::lock::{Lock, LockError};
use crate::options::UploadOptions;
use crate::pack_stream::UploadSource;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::report::UploadReport;
use crate::spool::entry::About;
use crate::spool::folder::Spool;
use crate::state::{StateFolder, Success};

/// The safeguards of a run.
#[derive(Clone, Debug)]
pub struct RunGuard {
    /// Where locks and states are; without it there are none.
    pub state: Option<StateFolder>,
    /// The preset that is run.
    pub preset: Option<String>,
    /// How long to wait for another run to the same target.
    pub wait_lock: Duration,
    /// How long everything may take.
    pub deadline: Option<Duration>,
    /// Percent of the last backup that must be there; 0 for anything.
    pub shrink_threshold: u8,
    /// The server, as states and spools know it.
    pub server: String,
    /// Where backups wait for it.
    pub spool: Option<Spool>,
    /// True if files are sent one by one.
    pub sequential: bool,
    /// When the run began.
    pub begun: Instant,
    /// True if all of it was sent, so that the server may have it.
    pub sent: Arc<AtomicBool>,
    /// True if the server has said that it has all of it.
    pub taken: Arc<AtomicBool>,
    /// Id of the target that the run has made, if it has.
    pub created: Arc<OnceLock<String>>,
    /// Kind of the target, once the server has said it.
    pub kind: OnceLock<TargetType>,
}

/// The right to be the only run to a target, until it is dropped.
#[derive(Debug)]
pub struct Lease {
    _lock: Option<Lock>,
}

/// Lock and size limit for one target.
#[derive(Debug)]
pub struct Entered {
    pub(crate) _lock: Option<Lock>,
    pub floor: Option<ShrinkLimit>,
}

impl RunGuard {
    /// Waits for the end of other runs to a target, by the name that it was given.
    pub async fn lease(&self, target: &str, progress: &dyn Progress) -> Result<Lease, AgentError> {
        let lock = self.lock(target, progress).await?;
        Ok(Lease { _lock: lock })
    }

    /// Does a part of the run, but not beyond its deadline.
    pub async fn within<T, E: From<AgentError>>(
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

    /// Takes the lock of a target and determines its size limit.
    pub async fn enter(
        &self,
        name: &str,
        view: &TargetView,
        progress: &dyn Progress,
    ) -> Result<Entered, AgentError> {
        let id = &view.target.id;
        // An earlier error has reported the same.
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

    /// Returns the content of the upload, as far as it is known while the server is unreachable.
    pub fn content(
        &self,
        client: &Client,
        plan: Plan,
        options: &UploadOptions,
    ) -> Result<(UploadSource, String), AgentError> {
        let state = self.state.as_ref();
        let remembered = state.and_then(|state| state.read(&options.target));
        let kind = self.kind.get().copied();
        let kind = kind.or(remembered.map(|state| state.target_type));
        // An archive is understood by targets of both kinds.
        let kind = kind.unwrap_or(TargetType::Multi);
        let features = client.features();
        let mut packing = options.packing.clone();
        if !features.has(Feature::Zstd) {
            // It is not known what the server will accept.
            packing.compression = packing.compression.filter(|chosen| !chosen.is_zstd());
        }
        plan.content(kind, features, &packing)
    }

    /// Returns the limit by the last backup of this machine, or else of the server.
    pub fn floor(&self, view: &TargetView) -> Option<ShrinkLimit> {
        let percent = self.shrink_threshold;
        let server = || ShrinkLimit::of_backups(&view.backups, percent).filter(|_| percent > 0);
        self.known_floor(&view.target.id).or_else(server)
    }

    /// Returns the limit by the last backup of this machine.
    pub fn known_floor(&self, target: &str) -> Option<ShrinkLimit> {
        let percent = self.shrink_threshold;
        let state = self.state.as_ref()?.read(target)?;
        let own = self.preset.as_ref();
        let own = own.and_then(|preset| state.presets.get(preset));
        let last = own.unwrap_or(&state.last);
        (percent > 0).then_some(ShrinkLimit {
            entries: Some(last.amount.entries),
            bytes: last.amount.bytes,
            percent,
        })
    }

    /// Returns true if two names, of which each may be an id or an alias, are known to mean one target.
    pub fn is_same_target(&self, one: &str, other: &str) -> bool {
        let id = |name: &str| {
            let state = self.state.as_ref()?.read(name)?;
            Some(state.target_id)
        };
        one == other || id(one).is_some_and(|one| id(other).as_ref() == Some(&one))
    }

    /// Remembers what has waited, as what it was when it was made.
    pub fn remember(&self, report: &UploadReport, about: &About, progress: &dyn Progress) {
        let preset = about.preset.as_deref();
        self.keep(report, &about.target, preset, progress, |success| {
            success.at = about.captured_at;
            success.amount = about.amount;
            if !about.complete {
                success.exit = 3;
            }
        });
    }

    /// Remembers a success, changed by `edit`.
    pub fn keep(
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
            amount: report.amount,
            exit: if report.is_complete() { 0 } else { 3 },
        };
        change(&mut success);
        if let Err(error) = state.keep(&report.target, name, preset, success) {
            progress.trouble(&format!("the success cannot be remembered: {error}"));
        }
    }

    pub async fn lock(
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
