//! How much is logged.

use serde::Deserialize;

/// How much a server logs. Each level has those before it, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What went wrong.
    Error,
    /// What is odd.
    Warn,
    /// What has changed.
    Info,
    /// Every request.
    Debug,
    /// All there is.
    Trace,
}
