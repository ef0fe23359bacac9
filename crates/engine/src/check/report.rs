//! Options, errors and findings of a check.

use std::path::PathBuf;

use serde::Serialize;

use super::finding::Finding;
use crate::error::Error;
use crate::start::data_folder::OpenError;

/// Options of a check.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckOptions {
    /// True if every backup is read and compared with its hash.
    pub deep: bool,
    /// True if what is found is repaired.
    pub repair: bool,
    /// True if a data folder that is not where it was is accepted at its new place.
    pub moved: bool,
}

/// Receives the findings of a check.
pub trait CheckObserver {
    /// Something was found, and repaired if that was asked for and could be done.
    fn found(&mut self, finding: Finding);
    /// So many of so many backups were looked at, with so many bytes read.
    fn progress(&mut self, done: u64, of: u64, bytes: u64);
}

/// Totals of a check.
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

/// Errors that end a check.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
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
    Failed { message: String },
}

impl CheckError {
    /// One line that says what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Open(OpenError::Locked { .. }) => {
                Some("a check needs the data folder for itself: stop the server".into())
            }
            Self::Open(error) => error.hint(),
            Self::NoData { .. } => {
                Some("with --repair it is rebuilt from the backups in the storage roots".into())
            }
            Self::Ambiguous { .. } => {
                Some("write the one that is meant into a file `instance` in the data folder".into())
            }
            Self::Failed { .. } => None,
        }
    }
}

impl From<Error> for CheckError {
    fn from(error: Error) -> Self {
        let message = error.message;
        Self::Failed { message }
    }
}

impl From<bchan_catalog::StoreError> for CheckError {
    fn from(error: bchan_catalog::StoreError) -> Self {
        Error::from(error).into()
    }
}

/// Counts on the way to the observer.
pub(super) struct Desk<'a> {
    pub(super) options: CheckOptions,
    pub(super) observer: &'a mut dyn CheckObserver,
    pub(super) summary: CheckSummary,
}

impl Desk<'_> {
    pub(super) fn found(&mut self, finding: Finding) {
        if finding.kind.is_fault() {
            self.summary.faults += 1;
            self.summary.repaired += u64::from(finding.repaired.is_some());
        }
        self.observer.found(finding);
    }

    /// Reports something, after an attempt to repair it if that is wanted. `repair` says what it did.
    pub(super) fn repair(
        &mut self,
        mut finding: Finding,
        repair: impl FnOnce() -> Result<String, Error>,
    ) {
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
