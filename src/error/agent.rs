//! Mapping of workflow errors for users.

use bchan_archive::SelectionError;
use bchan_client::Error;

use super::{CommandError, Kind, client};
use bchan_agent::AgentError;

impl From<AgentError> for CommandError {
    fn from(error: AgentError) -> Self {
        let (kind, hint) = match &error {
            AgentError::Client(error) => (client::kind(error), client::hint(error)),
            AgentError::Side { source, .. } => (client::kind(source), side_hint(source)),
            AgentError::OtherMigration { .. } => (Kind::Configuration, error.hint()),
            AgentError::NoSuchTarget { .. }
            | AgentError::NoSuchBackup { .. }
            | AgentError::NoBackups { .. } => (Kind::NotFound, error.hint()),
            AgentError::Selection(SelectionError::Pattern { .. } | SelectionError::Line { .. })
            | AgentError::NameConflict(_)
            | AgentError::OwnData { .. }
            | AgentError::NoCommand
            | AgentError::NotAName { .. }
            | AgentError::NoZstd
            | AgentError::NotMulti { .. }
            | AgentError::NoSpecial => (Kind::Usage, error.hint()),
            AgentError::OtherSequence { .. }
            | AgentError::Locked { .. }
            | AgentError::MigrationLocked { .. } => (Kind::Busy, error.hint()),
            AgentError::Deadline { .. }
            | AgentError::DeadlineWaiting { .. }
            | AgentError::Spooled { .. }
            | AgentError::SpoolFull { .. } => (Kind::Temporary, error.hint()),
            AgentError::Shrunk(_) => (Kind::Shrunk, error.hint()),
            _ => (Kind::Failed, error.hint()),
        };
        Self::new(kind, error).maybe_hint(hint)
    }
}

/// Returns a hint for an error of one of two servers.
fn side_hint(error: &Error) -> Option<String> {
    match error {
        Error::Unauthorized | Error::Forbidden { .. } => Some(
            "name the keys with --from-key-file and --to-key-file, or in the profiles".to_owned(),
        ),
        error if error.is_temporary() && !matches!(error, Error::OutOfSpace { .. }) => {
            Some("run it again: it goes on where it was".to_owned())
        }
        error => client::hint(error),
    }
}
