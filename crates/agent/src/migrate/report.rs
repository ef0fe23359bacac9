//! The report of a migration.

use std::path::PathBuf;

use bchan_api::Target;
use serde::Serialize;

#[derive(Debug, Default, Serialize)]
pub struct MigrateReport {
    pub dry_run: bool,
    pub from: String,
    pub to: String,
    pub targets: Vec<TargetReport>,
    pub findings: Vec<MigrateFinding>,
    /// Where the next run finds out what this one has done.
    pub state: PathBuf,
}

/// Outcome for a target and its backups.
#[derive(Debug, Serialize)]
pub struct TargetReport {
    pub id: String,
    pub name: String,
    pub alias: Option<String>,
    /// Its id there, once it has one.
    pub to_id: Option<String>,
    pub status: TargetStatus,
    /// Backups that were taken over now.
    pub taken: u64,
    /// Of these, those whose hash is the same on both sides.
    pub verified: u64,
    /// Backups that were there already.
    pub present: u64,
    pub left_out: u64,
    /// Bytes of those that were taken over.
    pub bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetStatus {
    Created,
    Present,
    LeftOut,
}

/// Something that is not as it should be.
#[derive(Debug, Serialize)]
pub struct MigrateFinding {
    pub target_id: String,
    pub target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_id: Option<String>,
    pub message: String,
}

impl MigrateReport {
    /// Returns true if everything was taken over.
    pub fn is_complete(&self) -> bool {
        let whole =
            |target: &TargetReport| target.left_out == 0 && target.status != TargetStatus::LeftOut;
        self.targets.iter().all(whole)
    }

    pub fn find(&mut self, target: &Target, backup: Option<&str>, message: String) {
        self.findings.push(MigrateFinding {
            target_id: target.id.clone(),
            target: target.name.clone(),
            backup_id: backup.map(str::to_owned),
            message,
        });
    }
}

impl TargetReport {
    pub fn new(target: &Target, to_id: Option<String>, status: TargetStatus) -> Self {
        Self {
            id: target.id.clone(),
            name: target.name.clone(),
            alias: target.alias.clone(),
            to_id,
            status,
            taken: 0,
            verified: 0,
            present: 0,
            left_out: 0,
            bytes: 0,
        }
    }
}
