//! The table of scheduled jobs.

use super::context::JobContext;
use super::{deduplicate, filesize, integrity, purge, recycle, stale};
use crate::error::Error;

/// A scheduled job.
pub struct JobKind {
    pub name: &'static str,
    pub display_name: &'static str,
    /// Seconds between two runs by default.
    pub interval: u32,
    /// Lets other jobs run in between (see [`JobContext::run_others`]).
    pub yields: bool,
    /// Runs the job. Returns a message for the job list, if there is something to say.
    pub run: fn(&JobContext<'_>) -> Result<Option<String>, Error>,
}

pub const JOBS: &[JobKind] = &[
    JobKind {
        name: "recycle_job",
        display_name: "Recycle old backups",
        interval: 3600,
        yields: false,
        run: recycle::run,
    },
    JobKind {
        name: "backup_filesize_job",
        display_name: "Measure backups",
        interval: 7200,
        yields: false,
        run: |context| filesize::run(context).map(|()| None),
    },
    JobKind {
        name: "deduplicate_job",
        display_name: "Delete duplicate backups",
        interval: 18_000,
        yields: false,
        run: |context| deduplicate::run(context).map(|()| None),
    },
    JobKind {
        name: "stale_seq_upload_job",
        display_name: "End stale sequential uploads",
        interval: 3600,
        yields: false,
        run: |context| stale::run(context).map(|()| None),
    },
    JobKind {
        name: "tmp_purge_job",
        display_name: "Remove temporary files",
        interval: 43_200,
        yields: false,
        run: |context| purge::run(context).map(|()| None),
    },
    JobKind {
        name: "integrity_check_job",
        display_name: "Check the integrity of backups",
        interval: 57_600,
        yields: true,
        run: |context| integrity::run(context).map(|()| None),
    },
];
