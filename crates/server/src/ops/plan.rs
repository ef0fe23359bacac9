//! What an operation is: data that can be written down.

use std::path::PathBuf;

use bchan_api::Target;
use serde::{Deserialize, Serialize};

use crate::store::{Sent, StoredBackup, UploadKey};

/// What is to happen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Operation {
    /// A backup that has arrived completely becomes visible.
    Publish {
        /// The job that ends with it.
        job: i64,
        /// The new record.
        backup: StoredBackup,
        /// What the client calls the upload, so that it is stored once however often it is sent.
        key: Option<(UploadKey, Sent)>,
        /// The sequential upload that ends with it.
        #[serde(default)]
        sequence: Option<String>,
        /// Where it has arrived; durable already.
        from: PathBuf,
        /// Where it will be.
        to: PathBuf,
    },
    /// Backups move: to the recycle bin, back, or because their target's settings say so.
    Relocate {
        /// In order.
        moves: Vec<Move>,
        /// What changes about their target.
        edit: Option<Edit>,
    },
    /// Backups are deleted, perhaps with their target.
    Delete {
        /// In order.
        backups: Vec<Doomed>,
        /// The target, when it goes too.
        target: Option<DoomedTarget>,
    },
}

/// One backup's way from one place to another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Move {
    pub(crate) from: PathBuf,
    pub(crate) to: PathBuf,
    pub(crate) before: StoredBackup,
    pub(crate) after: StoredBackup,
}

/// A target's new settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Edit {
    /// The target as it will be.
    pub(crate) target: Target,
    /// The directories that were and will be its location; absent when that stays.
    pub(crate) relocated: Option<(PathBuf, PathBuf)>,
}

/// One backup that is deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Doomed {
    pub(crate) backup_id: String,
    /// The directory that it lies in.
    pub(crate) directory: PathBuf,
    /// Its files and where they go until the records have changed; none when they stay.
    pub(crate) files: Option<(PathBuf, PathBuf)>,
}

/// A target that is deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DoomedTarget {
    pub(crate) id: String,
    /// The directory that was its location, if that is any.
    pub(crate) location: Option<PathBuf>,
}

impl Operation {
    /// Everything that it moves on disk: from where and to where.
    pub(crate) fn ways(&self) -> Vec<(&PathBuf, &PathBuf)> {
        match self {
            Self::Publish { from, to, .. } => vec![(from, to)],
            Self::Relocate { moves, .. } => {
                moves.iter().map(|step| (&step.from, &step.to)).collect()
            }
            Self::Delete { backups, .. } => backups
                .iter()
                .filter_map(|doomed| doomed.files.as_ref())
                .map(|(path, trash)| (path, trash))
                .collect(),
        }
    }

    /// Every place on disk that it moves something from or to.
    pub(crate) fn places(&self) -> impl Iterator<Item = &PathBuf> {
        self.ways().into_iter().flat_map(|(from, to)| [from, to])
    }

    /// Directories that are a target's location before or after it, but not both.
    pub(crate) fn left_homes(&self) -> Vec<&PathBuf> {
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

    /// Whether something is left to do when the records have changed.
    pub(crate) fn has_follow_up(&self) -> bool {
        !matches!(self, Self::Publish { .. })
    }
}
