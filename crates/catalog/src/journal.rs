//! Operations as data that the journal stores.

use bchan_api::Target;
use serde::{Deserialize, Serialize};

use crate::{DirectoryName, Object, Sent, StoredBackup, UploadKey};

/// A change of files and records.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time for each target"
)]
pub enum Operation {
    /// A backup that has arrived completely becomes visible.
    Publish {
        /// The job that ends with it.
        job: i64,
        /// The new record.
        backup: StoredBackup,
        /// The client's name for the upload, so that it is stored only once.
        key: Option<(UploadKey, Sent)>,
        /// The sequential upload that ends with it.
        #[serde(default)]
        sequence: Option<String>,
        /// Where it has arrived; durable already.
        from: Object,
        /// Where it will be.
        to: Object,
    },
    /// Backups move: to the recycle bin, back, or because their target's settings say so.
    Relocate {
        /// The target that they belong to.
        target_id: String,
        /// In order.
        moves: Vec<Move>,
        /// Changes of the target.
        edit: Option<Edit>,
    },
    /// Backups are deleted, perhaps with their target.
    Delete {
        /// The target that they belong to.
        target_id: String,
        /// In order.
        backups: Vec<BackupDeletion>,
        /// The target, when it goes too.
        target: Option<TargetDeletion>,
    },
}

/// A backup that moves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Move {
    pub from: Object,
    pub to: Object,
    /// Where the source waits, on its own file system, after it was copied to another one: it is
    /// deleted only when the records have changed.
    pub aside: Object,
    /// The record of the backup after the move.
    pub after: StoredBackup,
}

/// A target's new settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Edit {
    /// The target as it will be.
    pub target: Target,
    /// The directories that were and will be its location; absent when that stays.
    pub relocated: Option<(DirectoryName, DirectoryName)>,
}

/// One backup that is deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackupDeletion {
    pub backup_id: String,
    /// The directory that it lies in.
    pub directory: DirectoryName,
    /// Its files and where they go until the records have changed; none when they stay.
    pub files: Option<(Object, Object)>,
}

/// A target that is deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TargetDeletion {
    pub id: String,
    /// The directory that was its location, if that is any.
    pub location: Option<DirectoryName>,
}

impl Operation {
    /// The target whose backups it changes. An operation has exactly one.
    pub fn target_id(&self) -> &str {
        match self {
            Self::Publish { backup, .. } => &backup.backup.target_id,
            Self::Relocate { target_id, .. } | Self::Delete { target_id, .. } => target_id,
        }
    }

    /// Everything that it moves on disk: from where and to where.
    pub fn renames(&self) -> Vec<(&Object, &Object)> {
        match self {
            Self::Publish { from, to, .. } => vec![(from, to)],
            Self::Relocate { moves, .. } => {
                moves.iter().map(|step| (&step.from, &step.to)).collect()
            }
            Self::Delete { backups, .. } => {
                let files = backups.iter().filter_map(|backup| backup.files.as_ref());
                files.map(|(files, trash)| (files, trash)).collect()
            }
        }
    }

    /// Everything that it moves something from or to.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        let moves = match self {
            Self::Relocate { moves, .. } => moves.as_slice(),
            _ => &[],
        };
        let renames = self.renames().into_iter().flat_map(|(from, to)| [from, to]);
        renames.chain(moves.iter().map(|step| &step.aside))
    }

    /// Ids of the backups that it changes.
    pub fn backup_ids(&self) -> Vec<&str> {
        match self {
            Self::Publish { backup, .. } => vec![&backup.backup.id],
            Self::Relocate { moves, .. } => {
                let ids = moves.iter().map(|step| step.after.backup.id.as_str());
                ids.collect()
            }
            Self::Delete { backups, .. } => {
                let ids = backups.iter().map(|backup| backup.backup_id.as_str());
                ids.collect()
            }
        }
    }

    /// Directories that are a target's location before or after it, but not both.
    pub fn left_directories(&self) -> Vec<&DirectoryName> {
        match self {
            Self::Relocate {
                edit:
                    Some(Edit {
                        relocated: Some((left, entered)),
                        ..
                    }),
                ..
            } => vec![left, entered],
            Self::Delete {
                target: Some(target),
                ..
            } => target.location.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Returns true if something is left to do when the records have changed.
    pub fn has_follow_up(&self) -> bool {
        !matches!(self, Self::Publish { .. })
    }
}
