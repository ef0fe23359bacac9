//! Mapping of server errors for users.

use bchan_server::{CheckError, KeyError, OpenError, StartError};

use super::{CommandError, Kind};
use crate::suggest;

impl From<StartError> for CommandError {
    fn from(error: StartError) -> Self {
        let kind = match &error {
            StartError::Open(OpenError::Locked { .. }) => Kind::Busy,
            StartError::Listen { source, .. } if source.kind() == std::io::ErrorKind::AddrInUse => {
                Kind::Busy
            }
            _ => Kind::Configuration,
        };
        let hint = error.hint();
        Self::new(kind, error).maybe_hint(hint)
    }
}

impl From<CheckError> for CommandError {
    fn from(error: CheckError) -> Self {
        let kind = match &error {
            CheckError::Open(OpenError::Locked { .. }) => Kind::Busy,
            CheckError::Open(_) | CheckError::NoData { .. } | CheckError::Ambiguous { .. } => {
                Kind::Configuration
            }
            _ => Kind::Failed,
        };
        let hint = error.hint();
        Self::new(kind, error).maybe_hint(hint)
    }
}

#[cfg(feature = "import-mariadb")]
impl From<bchan_import::ImportError> for CommandError {
    fn from(error: bchan_import::ImportError) -> Self {
        use bchan_import::ImportError;

        let kind = match &error {
            ImportError::Open(OpenError::Locked { .. }) => Kind::Busy,
            ImportError::Unreachable { .. } => Kind::Temporary,
            ImportError::SameFolder { .. } => Kind::Usage,
            ImportError::Database { .. } | ImportError::Failed { .. } => Kind::Failed,
            _ => Kind::Configuration,
        };
        let hint = error.hint();
        Self::new(kind, error).maybe_hint(hint)
    }
}

impl From<KeyError> for CommandError {
    fn from(error: KeyError) -> Self {
        let (kind, hint) = match &error {
            KeyError::NoSuchKey { name, known } => {
                let known = known.iter().map(String::as_str);
                (
                    Kind::NotFound,
                    suggest::hint(&suggest::similar(name, known)),
                )
            }
            KeyError::NoSuchTarget { .. } => (Kind::NotFound, error.hint()),
            KeyError::InvalidName { .. } => (Kind::Usage, error.hint()),
            _ => (Kind::Configuration, error.hint()),
        };
        Self::new(kind, error).maybe_hint(hint)
    }
}
