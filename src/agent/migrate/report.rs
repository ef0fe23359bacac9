//! What became of a migration.

use std::path::PathBuf;

use bchan_api::Target;
use serde::Serialize;

/// See the module.
#[derive(Debug, Default, Serialize)]
pub(crate) struct MigrateReport {
    pub(crate) dry_run: bool,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) targets: Vec<TargetReport>,
    pub(crate) findings: Vec<MigrateFinding>,
    /// Where the next run finds out what this one has done.
    pub(crate) state: PathBuf,
}

/// What became of a target and its backups.
#[derive(Debug, Serialize)]
pub(crate) struct TargetReport {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) alias: Option<String>,
    /// Its id there, once it has one.
    pub(crate) to_id: Option<String>,
    pub(crate) status: TargetStatus,
    /// Backups that were taken over now.
    pub(crate) taken: u64,
    /// Of these, those whose hash is the same on both sides.
    pub(crate) verified: u64,
    /// Backups that were there already.
    pub(crate) present: u64,
    pub(crate) left_out: u64,
    /// Bytes of those that were taken over.
    pub(crate) bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TargetStatus {
    Created,
    Present,
    LeftOut,
}

/// Something that is not as it should be.
#[derive(Debug, Serialize)]
pub(crate) struct MigrateFinding {
    pub(crate) target_id: String,
    pub(crate) target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) backup_id: Option<String>,
    pub(crate) message: String,
}

impl MigrateReport {
    /// Whether everything was taken over.
    pub(crate) fn is_complete(&self) -> bool {
        let whole =
            |target: &TargetReport| target.left_out == 0 && target.status != TargetStatus::LeftOut;
        self.targets.iter().all(whole)
    }

    pub(super) fn find(&mut self, target: &Target, backup: Option<&str>, message: String) {
        self.findings.push(MigrateFinding {
            target_id: target.id.clone(),
            target: target.name.clone(),
            backup_id: backup.map(str::to_owned),
            message,
        });
    }
}

impl TargetReport {
    pub(super) fn new(target: &Target, to_id: Option<String>, status: TargetStatus) -> Self {
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
