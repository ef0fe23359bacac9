//! Names that can be offered.

use serde::{Deserialize, Serialize};

/// Names that an argument may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// Aliases and ids of targets.
    Targets,
    /// Ids of backups that are not recycled.
    Backups,
    /// Ids of recycled backups.
    RecycledBackups,
    /// Ids of all backups.
    AllBackups,
    /// Names of scheduled jobs.
    ScheduledJobs,
    /// Numbers of the jobs that requests started.
    Jobs,
    /// Profiles of the configuration.
    Profiles,
    /// Presets.
    Presets,
}

/// A name and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Name {
    /// Text for the command line.
    pub(super) value: String,
    /// Description, shown by shells that can.
    pub(super) help: String,
    /// An alternative name, offered only if its first characters have been typed.
    pub(super) other: Option<String>,
}
