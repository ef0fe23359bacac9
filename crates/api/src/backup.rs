//! Backups: what is stored of a target at one time.

use serde::{Deserialize, Serialize};

use crate::{Time, flag};

/// A backup as a server shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// UUID.
    pub id: String,
    /// Id of the target that it belongs to; never an alias.
    pub target_id: String,
    /// When the server stored it.
    pub created_at: Time,
    /// True if a person started the upload.
    #[serde(deserialize_with = "flag::deserialize")]
    pub manual: bool,
    /// True if it lies in the recycle bin.
    #[serde(deserialize_with = "flag::deserialize")]
    pub is_recycled: bool,
    /// Bytes of all its files; the reference server fills it in later and sends null before.
    #[serde(default, deserialize_with = "null_as_zero")]
    pub filesize: u64,
    /// Hex SHA-256 of the file or the tree; absent or null where a server has none (yet), and
    /// read as none when it is empty.
    #[serde(
        default,
        deserialize_with = "non_empty",
        skip_serializing_if = "Option::is_none"
    )]
    pub hash: Option<String>,
    /// True if the last integrity check found other content than `hash` says.
    #[serde(default, deserialize_with = "flag::deserialize")]
    pub hash_mismatch: bool,
    /// Hex SHA-256 over everything that the client has sent of a tree, kinds, links, modes, times,
    /// owners and attributes included; the client has computed the same. Only servers with
    /// [`Feature::Receipt`](crate::Feature::Receipt) have it, and only of trees that their clients
    /// have packed.
    #[serde(
        default,
        deserialize_with = "non_empty",
        skip_serializing_if = "Option::is_none"
    )]
    pub receipt: Option<String>,
    /// True if a download must come to the same receipt, because the server keeps everything that
    /// the receipt covers.
    #[serde(
        default,
        deserialize_with = "flag::deserialize",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub reproducible: bool,
}

/// The body of a request that recycles (`true`) or restores (`false`) a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupEdit {
    /// True if it shall lie in the recycle bin.
    pub is_recycled: bool,
}

/// The body of every deletion. The API wants it spelt out each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteFiles {
    /// True if the files go too, for good; otherwise the server only forgets them.
    pub delete_files: bool,
}

fn null_as_zero<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Ok(Option::<u64>::deserialize(deserializer)?.unwrap_or(0))
}

fn non_empty<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_the_reference_server_sends() {
        let backup: Backup = serde_json::from_value(serde_json::json!({
            "id": "b", "target_id": "t", "created_at": "2026-11-23T15:36:25", "manual": 0,
            "is_recycled": 1, "filesize": null, "hash": "", "hash_mismatch": 0
        }))
        .unwrap();
        assert!(!backup.manual && backup.is_recycled && !backup.hash_mismatch);
        assert_eq!((backup.filesize, backup.hash), (0, None));
    }
}
