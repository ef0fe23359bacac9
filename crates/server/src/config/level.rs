//! How much is logged.

use serde::Deserialize;

/// How much a server logs. Each level has those before it, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Errors.
    Error,
    /// Errors and warnings.
    Warn,
    /// Changes as well.
    Info,
    /// Every request.
    Debug,
    /// All there is.
    Trace,
}
