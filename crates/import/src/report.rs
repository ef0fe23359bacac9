//! The report of an import.

use std::path::{Path, PathBuf};

use serde::Serialize;

/// Outcome of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// True if nothing was written.
    pub dry_run: bool,
    /// The time zone that the times were taken to be in.
    pub timezone: String,
    /// Targets.
    pub targets: Counts,
    /// Backups.
    pub backups: Counts,
    /// Bytes of the backups that were taken over.
    pub bytes: u64,
    /// Bytes that were read to compare them with hashes.
    pub bytes_read: u64,
    /// Where backups may lie from now on: the storage roots, the first one for relative locations.
    pub storage_roots: Vec<PathBuf>,
    /// Where recycled backups lie from now on.
    pub recycle_bin: PathBuf,
    /// The configuration file that says so, if one was written.
    pub settings: Option<PathBuf>,
    /// The server's own command, as a shell takes it.
    pub serve: String,
    /// Faults and remarks.
    pub findings: Vec<ImportFinding>,
}

/// How many of a kind went which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Taken over now; with a dry run, those that would be.
    pub taken: u64,
    /// Of these, taken over with the mark that they are broken.
    pub broken: u64,
    /// There since an import before, and left as they are.
    pub present: u64,
    /// Not taken over.
    pub left_out: u64,
}

impl ImportReport {
    /// Returns true if everything was taken over, and is sound.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let complete = |counts: Counts| counts.left_out == 0 && counts.broken == 0;
        complete(self.targets) && complete(self.backups)
    }
}

/// One thing that an import has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportFinding {
    /// Consequence of the finding.
    pub effect: Effect,
    /// Description for people.
    pub message: String,
    /// The target that it is about, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_id: Option<String>,
    /// The same, by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The backup that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_id: Option<String>,
    /// The place on disk that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
}

/// Consequence of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The target or the backup was not taken over.
    LeftOut,
    /// The backup was taken over and marked as broken.
    Broken,
    /// Nothing; it is good to know.
    Note,
}

impl ImportFinding {
    pub(crate) fn new(effect: Effect, message: impl Into<String>) -> Self {
        Self {
            effect,
            message: message.into(),
            target_id: None,
            target: None,
            backup_id: None,
            path: None,
        }
    }

    pub(crate) fn left_out(message: impl Into<String>) -> Self {
        Self::new(Effect::LeftOut, message)
    }

    pub(crate) fn note(message: impl Into<String>) -> Self {
        Self::new(Effect::Note, message)
    }

    pub(crate) fn at(mut self, path: &Path) -> Self {
        self.path = Some(path.to_owned());
        self
    }
}

/// Receives the findings of an import.
pub trait ImportObserver {
    /// So many of so many backups were looked at, with so many bytes read.
    fn progress(&mut self, done: u64, of: u64, bytes: u64);
}
