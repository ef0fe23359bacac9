//! Reports of uploads.

use std::path::PathBuf;

use bchan_api::{Backup, Target, Time};
use bchan_archive::PackSummary;
use serde::Serialize;

use crate::amount::Amount;
use crate::unverified::Unverified;

/// Warnings that are kept word for word; the others are counted.
pub(crate) const MOST_WARNINGS: usize = 1000;

/// Something that went less than well with one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub path: PathBuf,
    pub problem: String,
}

/// How far the server is known to have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The backup is stored.
    Stored,
    /// The server has received it; the run did not wait for the job.
    Accepted,
    /// The server has it, and has no list of jobs to say more.
    Unconfirmed,
}

impl Outcome {
    /// The word for it in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Accepted => "accepted",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

/// The parts of a backup by where their contents come from. Second names of a file count in neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Parts {
    /// Files that the server has taken from an earlier backup.
    pub reused: Files,
    /// Files whose contents were sent.
    pub new: Files,
}

/// A number of files, and the bytes of their contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Files {
    pub files: u64,
    pub bytes: u64,
}

impl From<&PackSummary> for Parts {
    fn from(summary: &PackSummary) -> Self {
        let files = |amount: bchan_archive::Amount| Files {
            files: amount.files,
            bytes: amount.bytes,
        };
        Self {
            reused: files(summary.reused),
            new: files(summary.new),
        }
    }
}

/// Outcome of an upload.
#[derive(Debug)]
pub struct UploadReport {
    /// The server's job, if it says which.
    pub job_id: Option<i64>,
    pub status: Outcome,
    /// The new backup, where it could be found.
    pub backup: Option<Backup>,
    /// The reason for which the stored backup was not compared with what was sent.
    pub unverified: Option<Unverified>,
    pub target: Target,
    pub amount: Amount,
    /// Files that an earlier backup has, and files whose contents were sent, of a tree.
    pub parts: Option<Parts>,
    /// Bytes that were sent.
    pub sent: u64,
    pub warnings: Vec<Warning>,
    /// All warnings, with those that are not kept.
    pub warning_count: u64,
    /// Excluding patterns that have matched nothing.
    pub unmatched: Vec<String>,
    pub complete: bool,
    /// Spooled backups that were sent before.
    pub delivered: Vec<Delivered>,
}

impl UploadReport {
    /// Returns true if all that was there is in the backup as it was.
    pub fn is_complete(&self) -> bool {
        self.complete
    }
}

/// A backup that has waited for its server, and is there now.
#[derive(Clone, Debug, Serialize)]
pub struct Delivered {
    /// When it was made.
    pub captured_at: Time,
    pub backup: Option<Backup>,
    #[serde(flatten)]
    pub amount: Amount,
}
