//! Errors of schedules.

use std::io;
use std::path::PathBuf;

use crate::error::{CommandError, Kind};

/// Errors of scheduling a preset.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScheduleError {
    /// A time that there is not.
    #[error("invalid {what} `{text}`: {why}")]
    Nonsense {
        what: &'static str,
        text: String,
        why: String,
    },
    /// Units and crontabs are UTF-8 without control characters.
    #[error("a schedule cannot hold {what}: it is not plain text")]
    NotText { what: String },
    /// systemd or cron takes no name or line of this length.
    #[error("{what} is longer than the {most} bytes that there can be")]
    TooLong {
        what: &'static str,
        /// How long it could be, in bytes.
        most: usize,
    },
    /// A foreign file has the name.
    #[error("{} is not from `bchan preset schedule`, and stays as it is", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        source: io::Error,
    },
    /// A file cannot be removed.
    #[error("cannot remove {}", path.display())]
    Remove {
        /// The file.
        path: PathBuf,
        source: io::Error,
    },
    /// A program cannot be started.
    #[error("cannot run {program}")]
    Start {
        /// The program.
        program: &'static str,
        source: io::Error,
    },
    /// A program has failed.
    #[error("`{command}` failed: {message}")]
    Program { command: String, message: String },
}

impl From<ScheduleError> for CommandError {
    fn from(error: ScheduleError) -> Self {
        let (kind, hint) = match &error {
            ScheduleError::Nonsense { .. } => (Kind::Usage, None),
            ScheduleError::Foreign { .. } => {
                let hint = "move it away, or give the preset another name";
                (Kind::Failed, Some(hint))
            }
            ScheduleError::Write { source, .. } | ScheduleError::Remove { source, .. }
                if source.kind() == io::ErrorKind::PermissionDenied =>
            {
                let hint = "root may; --user makes a schedule of your own";
                (Kind::Failed, Some(hint))
            }
            _ => (Kind::Failed, None),
        };
        Self::new(kind, error).maybe_hint(hint.map(str::to_owned))
    }
}
