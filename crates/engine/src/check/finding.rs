//! Findings of a check.

use std::path::{Path, PathBuf};

use bchan_api::Target;
use serde::Serialize;

use bchan_catalog::StoredBackup;
use bchan_catalog::journal::Operation;

/// One thing that is not as it should be, or worth to be known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Kind of the finding.
    pub kind: FindingKind,
    /// Description for people.
    pub message: String,
    /// The target that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_id: Option<String>,
    /// The backup that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_id: Option<String>,
    /// The place on disk that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// The repair, if one was made.
    pub repaired: Option<String>,
}

/// Sorts of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// There is no database.
    DatabaseMissing,
    /// The database is damaged.
    DatabaseDamaged,
    /// The data folder, or its database, is not where it was. No fault once it is accepted.
    Moved,
    /// An operation was interrupted; the next start of the server undoes or finishes it. No fault.
    Interrupted,
    /// Nothing of what should lie in a directory is there; its disk may be away.
    Away,
    /// A backup's files are missing.
    Missing,
    /// A backup's content is not what its hash or size says.
    Changed,
    /// A backup cannot be read.
    Unreadable,
    /// A backup is known to be broken, and was not looked at closer.
    Broken,
    /// A backup is marked as broken, and is sound.
    Sound,
    /// A backup has no record beside it, or another one than it should.
    NoRecord,
    /// A backup lies there with its record, and the database does not know it.
    LostBackup,
    /// A target's settings are there, and the database does not know it.
    LostTarget,
    /// A record without a backup.
    StaleRecord,
    /// A record that cannot be read.
    DamagedRecord,
    /// A manifest without a backup.
    StaleManifest,
    /// A manifest that cannot be read. The backup itself may be sound.
    DamagedManifest,
    /// Backups of trees have no manifest: they are older than manifests, or lost it. No fault.
    NoManifest,
    /// Something that is no backup lies where backups lie. No fault: backups can be forgotten with
    /// their files kept.
    Stranger,
}

impl FindingKind {
    /// Returns true if it is more than a note.
    #[must_use]
    pub fn is_fault(self) -> bool {
        !matches!(
            self,
            Self::Interrupted | Self::Moved | Self::NoManifest | Self::Stranger
        )
    }
}

impl Finding {
    pub(super) fn new(kind: FindingKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            target_id: None,
            backup_id: None,
            path: None,
            repaired: None,
        }
    }

    pub(super) fn of(mut self, stored: &StoredBackup) -> Self {
        self.target_id = Some(stored.backup.target_id.clone());
        self.backup_id = Some(stored.backup.id.clone());
        self
    }

    pub(super) fn of_target(mut self, target: &Target) -> Self {
        self.target_id = Some(target.id.clone());
        self
    }

    pub(super) fn at(mut self, path: &Path) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    pub(super) fn interrupted(operation: &Operation) -> Self {
        let what = match operation {
            Operation::Publish { .. } => "an upload",
            Operation::Relocate { .. } => "a move of backups",
            Operation::Delete { .. } => "a deletion",
        };
        let message = format!("{what} was interrupted; the next start of the server ends it");
        Self::new(FindingKind::Interrupted, message)
    }
}
