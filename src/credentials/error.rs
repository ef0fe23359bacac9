//! Errors of reading API keys.

use std::io;
use std::path::PathBuf;

use bchan_api::InvalidKey;

/// Holds the key itself.
pub(super) const KEY_VARIABLE: &str = "BCHAN_API_KEY";

/// Errors of reading a named key. No message shows the invalid content, which may be half a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CredentialError {
    /// The file cannot be read.
    #[error("the API key file {} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        source: io::Error,
    },
    /// Others than its owner can read or change the file.
    #[error("others than its owner can read or change the API key file {}", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// The file holds something else.
    #[error("{} holds no API key", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        source: InvalidKey,
    },
    /// The profile's command gives none. What it printed is not repeated.
    #[error("the api_key_command `{program}` {reason}")]
    Command {
        /// The program.
        program: String,
        reason: String,
    },
    /// The variable holds something else.
    #[error("{KEY_VARIABLE} holds no API key")]
    Variable { source: InvalidKey },
}
