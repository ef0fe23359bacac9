//! Comparing the database with the disk while no server runs.
//!
//! Looking changes nothing. Repairing only ever adds (records beside the data, rows for backups
//! that have a record, marks on broken backups) or moves aside what cannot be used; it deletes
//! nothing and never touches a backup's files.

mod backups;
mod database;
mod finding;
mod markers;
mod place;
mod records;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use self::finding::{Finding, FindingKind};
use crate::config::{Auth, Config};
use crate::error::ApiError;
use crate::key::Gate;
use crate::layout::Layout;
use crate::lock::DataLock;
use crate::ops;
use crate::schedule::Schedule;
use crate::start::{StartError, folder};
use crate::state::State;
use crate::store::{Sqlite, Store as _};

/// What to do beside looking.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckOptions {
    /// Whether every backup is read and compared with its hash.
    pub deep: bool,
    /// Whether what is found is repaired.
    pub repair: bool,
    /// Whether a data folder that is not where it was is accepted at its new place.
    pub moved: bool,
}

/// Who hears of it.
pub trait CheckObserver {
    /// Something was found, and repaired if that was asked for and could be done.
    fn found(&mut self, finding: Finding);
    /// So many of so many backups were looked at, with so many bytes read.
    fn progress(&mut self, done: u64, of: u64, bytes: u64);
}

/// What a check has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CheckSummary {
    /// Targets in the database.
    pub targets: u64,
    /// Backups in the database.
    pub backups: u64,
    /// Bytes that were read to compare them with hashes.
    pub bytes_read: u64,
    /// Findings that are no mere notes.
    pub faults: u64,
    /// Of these, the ones that were repaired.
    pub repaired: u64,
}

/// Why a check could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Start(#[from] StartError),
    /// There is no such data folder.
    #[error("there is no data folder {}", data.display())]
    NoData {
        /// The folder.
        data: PathBuf,
    },
    /// The database is lost, and the backups are of more than one data folder.
    #[error("the storage holds backups of several servers: {}", instances.join(", "))]
    Ambiguous {
        /// Their names.
        instances: Vec<String>,
    },
    /// Anything else, on the disk or in the database.
    #[error("{message}")]
    Failed {
        /// What.
        message: String,
    },
}

impl CheckError {
    /// One line that says what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Start(StartError::Locked { .. }) => {
                Some("a check needs the data folder for itself: stop the server".into())
            }
            Self::Start(error) => error.hint(),
            Self::NoData { .. } => {
                Some("with --repair it is made anew from the backups in the storage roots".into())
            }
            Self::Ambiguous { .. } => {
                Some("write the one that is meant into a file `instance` in the data folder".into())
            }
            Self::Failed { .. } => None,
        }
    }
}

impl From<ApiError> for CheckError {
    fn from(error: ApiError) -> Self {
        let message = error.message;
        Self::Failed { message }
    }
}

impl From<crate::store::StoreError> for CheckError {
    fn from(error: crate::store::StoreError) -> Self {
        ApiError::from(error).into()
    }
}

/// Looks at everything, and repairs it if that is asked for.
pub fn check(
    config: &Config,
    options: CheckOptions,
    observer: &mut dyn CheckObserver,
) -> Result<CheckSummary, CheckError> {
    if !config.data.is_dir() && !options.repair {
        let data = config.data.clone();
        return Err(CheckError::NoData { data });
    }
    let data = folder(&config.data)?;
    let lock = DataLock::acquire(&data).map_err(|source| StartError::Folder {
        path: data.clone(),
        source,
    })?;
    let _lock = lock.ok_or_else(|| StartError::Locked {
        data: config.data.clone(),
    })?;
    let mut desk = Desk {
        options,
        observer,
        summary: CheckSummary::default(),
    };
    let places = Places::of(config, &data);
    let Some(store) = database::open(&places, &mut desk)? else {
        return Ok(desk.summary);
    };
    place::check(&store, &data, &mut desk)?;
    let state = places.state(config, store)?;
    if options.repair {
        ops::recover(&state)?;
    }
    let pending = state.store.pending()?;
    for (_, operation, _) in &pending {
        desk.found(Finding::interrupted(operation));
    }
    records::check_targets(&state, &places, &mut desk)?;
    markers::check(&state, &mut desk)?;
    records::check_backups(&state, &pending, &mut desk)?;
    backups::check(&state, &pending, &mut desk)?;
    Ok(desk.summary)
}

/// Counts on the way to the observer.
struct Desk<'a> {
    options: CheckOptions,
    observer: &'a mut dyn CheckObserver,
    summary: CheckSummary,
}

impl Desk<'_> {
    fn found(&mut self, finding: Finding) {
        if finding.kind.is_fault() {
            self.summary.faults += 1;
            self.summary.repaired += u64::from(finding.repaired.is_some());
        }
        self.observer.found(finding);
    }

    /// Reports something, after an attempt to repair it if that is wanted. `repair` says what it did.
    fn mend(&mut self, mut finding: Finding, repair: impl FnOnce() -> Result<String, ApiError>) {
        if self.options.repair {
            match repair() {
                Ok(what) => finding.repaired = Some(what),
                Err(error) => {
                    finding.message =
                        format!("{}; repairing failed: {}", finding.message, error.message);
                }
            }
        }
        self.found(finding);
    }
}

/// Where things lie, as far as the settings tell.
pub(crate) struct Places {
    data: PathBuf,
    roots: Vec<PathBuf>,
    bin: PathBuf,
}

impl Places {
    /// Nothing is made: a folder that is not there may be on a disk that is away.
    pub(crate) fn of(config: &Config, data: &Path) -> Self {
        let existing = |path: &Path| {
            std::fs::canonicalize(path)
                .or_else(|_| std::path::absolute(path))
                .unwrap_or_else(|_| path.to_owned())
        };
        let default = [data.join("storage")];
        let roots = if config.storage_roots.is_empty() {
            &default[..]
        } else {
            &config.storage_roots
        };
        let bin = data.join("recycle-bin");
        let bin = config.recycle_bin.as_deref().unwrap_or(&bin);
        Self {
            data: data.to_owned(),
            roots: roots.iter().map(|root| existing(root)).collect(),
            bin: existing(bin),
        }
    }

    /// A state to work with while no server runs.
    pub(crate) fn state(&self, config: &Config, store: Sqlite) -> Result<State, StartError> {
        let instance = store.instance().to_owned();
        let layout = Layout::new(
            self.data.clone(),
            self.roots.clone(),
            self.bin.clone(),
            &instance,
        );
        let gate = Gate::new(&Auth::None, &self.data)?;
        let schedule = Schedule::default();
        Ok(State::new(Box::new(store), layout, gate, schedule, config))
    }
}
