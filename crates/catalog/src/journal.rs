//! Operations as data that the journal stores.

use std::path::PathBuf;

use bchan_api::Target;
use serde::{Deserialize, Serialize};

use crate::{Sent, StoredBackup, UploadKey};

/// A change of files and records.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
        from: PathBuf,
        /// Where it will be.
        to: PathBuf,
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

/// One backup's way from one place to another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Move {
    pub from: PathBuf,
    pub to: PathBuf,
    /// Where the source waits, on its own file system, after it was copied to another one: it is
    /// deleted only when the records have changed.
    pub aside: PathBuf,
    /// The record of the backup after the move.
    pub after: StoredBackup,
}

/// A target's new settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Edit {
    /// The target as it will be.
    pub target: Target,
    /// The directories that were and will be its location; absent when that stays.
    pub relocated: Option<(PathBuf, PathBuf)>,
}

/// One backup that is deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackupDeletion {
    pub backup_id: String,
    /// The directory that it lies in.
    pub directory: PathBuf,
    /// Its files and where they go until the records have changed; none when they stay.
    pub files: Option<(PathBuf, PathBuf)>,
}

/// A target that is deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TargetDeletion {
    pub id: String,
    /// The directory that was its location, if that is any.
    pub location: Option<PathBuf>,
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
    pub fn ways(&self) -> Vec<(&PathBuf, &PathBuf)> {
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
    pub fn places(&self) -> impl Iterator<Item = &PathBuf> {
        let aside = match self {
            Self::Relocate { moves, .. } => moves.as_slice(),
            _ => &[],
        };
        let ways = self.ways().into_iter().flat_map(|(from, to)| [from, to]);
        ways.chain(aside.iter().map(|step| &step.aside))
    }

    /// Every path in it, so that the journal can write those below the data folder as relative ones.
    pub fn paths_mut(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::Publish { from, to, .. } => vec![from, to],
            Self::Relocate { moves, edit, .. } => {
                let moves = moves.iter_mut();
                let moved = moves.flat_map(|step| [&mut step.from, &mut step.to, &mut step.aside]);
                let edited = edit.iter_mut().filter_map(|edit| edit.relocated.as_mut());
                moved
                    .chain(edited.flat_map(|(left, entered)| [left, entered]))
                    .collect()
            }
            Self::Delete {
                backups, target, ..
            } => {
                let backups = backups.iter_mut().flat_map(|doomed| {
                    let files = doomed.files.iter_mut();
                    let files = files.flat_map(|(path, trash)| [path, trash]);
                    files.chain([&mut doomed.directory])
                });
                let location = target.iter_mut().filter_map(|it| it.location.as_mut());
                backups.chain(location).collect()
            }
        }
    }

    /// Directories that are a target's location before or after it, but not both.
    pub fn left_homes(&self) -> Vec<&PathBuf> {
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
