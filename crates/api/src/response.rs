//! Envelopes of answers. Every one has `success`; almost every failure has `message`.

use serde::{Deserialize, Serialize};

use crate::{Backup, Target};

/// An answer that says only that it worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Success {
    /// Always true here.
    pub success: bool,
}

/// An answer that says that it did not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Always false here.
    pub success: bool,
    /// The error, for people.
    #[serde(default)]
    pub message: String,
    /// A word for programs, where the status does not say enough; see [`reason`](crate::reason).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Failure {
    /// A failure with its reason.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            success: false,
            message: message.into(),
            reason: None,
        }
    }
}

/// Answer to the list of targets, and to a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetList {
    /// One page of them, or all that were found, by name.
    pub targets: Vec<Target>,
}

/// Answer to the view of one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetView {
    /// The target.
    pub target: Target,
    /// All its backups, recycled ones too, newest first.
    pub backups: Vec<Backup>,
}

/// Answer to the recycle bin's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupList {
    /// The backups.
    pub backups: Vec<Backup>,
}

/// Answer to a request for the server's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogText {
    /// The end of it: lines, oldest first.
    pub log: String,
}

/// Answer to the creation of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// UUID of the new target.
    pub id: String,
}

/// Answer to an upload, and of servers of this project to a forced job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The job whose status tells the upload's fate.
    pub job_id: i64,
    /// The backup that the job stores. Only servers of this project say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_id: Option<String>,
    /// Metadata of an unpacked archive that the server could not store or does not know, one line
    /// each, and why an archive is stored as one file. Sent by servers of this project only, and only
    /// if there is any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The [receipt](Backup::receipt) of what is stored, where the client has sent one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}
