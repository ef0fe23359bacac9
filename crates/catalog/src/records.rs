//! Records that the API does not show as they are stored.

use bchan_api::{Backup, Time};
use serde::{Deserialize, Serialize};

/// A backup together with what only the server needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredBackup {
    /// The fields of the API.
    pub backup: Backup,
    /// Extension of the uploaded file with its dot; empty for trees.
    pub extension: String,
    /// Name of the file or directory, in the target's location or in the recycle bin.
    pub file_name: String,
    /// Its place among the backups of its target.
    #[serde(default)]
    pub order: Order,
}

/// When a backup arrived, by the server's own count. No clock can change it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Counts the backups that have arrived at the target, from 1 on. Later ones have higher
    /// numbers. 0 in records from before there were numbers.
    pub number: i64,
    /// When it arrived in trusted time, or a little later; the database knows it of all.
    pub at: Option<Time>,
    /// Trusted time then, if the key that sent it had only the right to append.
    pub appended: Option<Time>,
}

/// The backups of a target that are not recycled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Present {
    pub count: u64,
    /// Earliest time of creation.
    pub oldest: Option<Time>,
    /// Earliest trusted time of arrival.
    pub first_arrival: Option<Time>,
}

/// Name that a client gives an upload, so that it is stored once however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadKey {
    /// Name of the API key; empty for the one that has none, or where none is needed.
    pub client: String,
    pub target_id: String,
    pub name: String,
}

/// Digests that tell an upload's content from other content with the same hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Hex SHA-256 of the file as it came; of several, of their digests.
    pub sha256: String,
    /// Receipt of the tree that was unpacked, where there is one.
    pub receipt: Option<String>,
}

impl Sent {
    /// Returns true if two uploads had the same content. The same tree may be packed in different ways.
    pub fn is_same(&self, other: &Self) -> bool {
        self.sha256 == other.sha256 || (self.receipt.is_some() && self.receipt == other.receipt)
    }
}

/// An upload that was stored under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredUpload {
    pub job_id: i64,
    pub backup_id: String,
    pub sent: Sent,
}

/// An upload whose files come one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    pub id: String,
    pub target_id: String,
    /// True if a person started it.
    pub manual: bool,
    /// Location of the target when it began, as the target spelt it: its files arrive there.
    pub location: String,
    /// When something last happened, in trusted time.
    pub active: Time,
}

/// One of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequencePart {
    /// Directory, from the backup's root on, as the client spells it.
    pub path: String,
    /// Name in there.
    pub name: String,
    /// Bytes and SHA-256, once it has arrived.
    pub content: Option<(u64, [u8; 32])>,
}

/// Trusted time as it was last saved. The catalog stores it without knowing its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedClock {
    /// Seconds since 1970.
    pub trusted: i64,
    #[serde(flatten)]
    pub state: serde_json::Map<String, serde_json::Value>,
}
