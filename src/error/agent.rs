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
            AgentError::OtherSequence { .. } => (Kind::Busy, error.hint()),
            _ => (Kind::Failed, error.hint()),
        };
        Self::new(kind, error).maybe_hint(hint)
    }
}
