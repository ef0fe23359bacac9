//! What the failures of workflows mean to a user.

use bchan_archive::SelectionError;

use super::{CommandError, Kind, client};
use crate::agent::AgentError;

impl From<AgentError> for CommandError {
    fn from(error: AgentError) -> Self {
        let (kind, hint) = match &error {
            AgentError::Client(error) => (client::kind(error), client::hint(error)),
            AgentError::NoSuchTarget { .. }
            | AgentError::NoSuchBackup { .. }
            | AgentError::NoBackups { .. } => (Kind::NotFound, error.hint()),
            AgentError::Selection(SelectionError::Pattern { .. } | SelectionError::Line { .. })
            | AgentError::NoCommand
            | AgentError::NoZstd
            | AgentError::NotMulti { .. }
            | AgentError::NoSpecial => (Kind::Usage, error.hint()),
            AgentError::OtherSequence { .. } | AgentError::Locked { .. } => {
                (Kind::Busy, error.hint())
            }
            AgentError::Deadline { .. }
            | AgentError::DeadlineWaiting { .. }
            | AgentError::Spooled { .. }
            | AgentError::SpoolFull { .. } => (Kind::Temporary, error.hint()),
            AgentError::Shrunk(_) => (Kind::Incomplete, error.hint()),
            _ => (Kind::Failed, error.hint()),
        };
        Self::new(kind, error).maybe_hint(hint)
    }
}
