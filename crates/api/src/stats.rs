//! How much a server holds.

use serde::{Deserialize, Deserializer, Serialize};

/// Numbers about everything that a server holds, or about what a key is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Version of the server.
    pub program_version: String,
    /// Bytes of all backups that are not recycled.
    #[serde(default, deserialize_with = "null_as_zero")]
    pub total_target_size: u64,
    /// Bytes of all recycled backups.
    #[serde(default, deserialize_with = "null_as_zero")]
    pub total_recycle_bin_size: u64,
    /// Number of targets.
    #[serde(default, deserialize_with = "null_as_zero")]
    pub total_targets: u64,
    /// Number of backups, with recycled ones.
    #[serde(default, deserialize_with = "null_as_zero")]
    pub total_backups: u64,
    /// Number of recycled backups.
    #[serde(default, deserialize_with = "null_as_zero")]
    pub total_recycled_backups: u64,
}

/// The sum of no sizes is null in SQL, and a server may pass that on.
fn null_as_zero<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_nothing_is_zero() {
        let stats: Stats = serde_json::from_value(serde_json::json!({
            "success": true, "program_version": "2.10", "total_target_size": null,
            "total_recycle_bin_size": null, "total_targets": 2, "total_backups": 0
        }))
        .unwrap();
        let expected = Stats {
            program_version: "2.10".into(),
            total_targets: 2,
            ..Stats::default()
        };
        assert_eq!(stats, expected);
    }
}
