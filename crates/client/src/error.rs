//! Errors of requests.

use std::io;
use std::time::Duration;

use crate::distrust::Distrust;

/// See the variants. Messages of servers have lost their control characters.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No connection could be made.
    #[error("cannot reach the server at {server}: {reason}")]
    Unreachable {
        /// Address of the server.
        server: String,
        reason: String,
    },
    /// The server could not be authenticated, or speaks no TLS. Nothing was sent to it.
    #[error("cannot establish a trusted connection to {server}: {reason}")]
    Untrusted {
        /// Address of the server.
        server: String,
        reason: Distrust,
    },
    /// The server was silent for too long.
    #[error("the server at {server} does not answer")]
    TimedOut {
        /// Address of the server.
        server: String,
    },
    /// The connection ended in the middle.
    #[error("the connection to {server} was lost: {reason}")]
    ConnectionLost {
        /// Address of the server.
        server: String,
        reason: String,
    },
    /// All of an upload was sent, and there was no answer.
    #[error("all was sent to {server}, and whether it is stored is not known")]
    Unanswered {
        /// Address of the server.
        server: String,
        /// The last failure after it was sent.
        source: Option<Box<Self>>,
    },
    /// The server wants a key and got none (401).
    #[error("the server asks for an API key")]
    Unauthorized,
    /// The server does not take the key (403).
    #[error("the server refuses the API key: {message}")]
    Forbidden {
        /// Message of the server.
        message: String,
    },
    /// The object does not exist (404).
    #[error("{message}")]
    NotFound {
        /// Message of the server.
        message: String,
    },
    /// Several targets have the name.
    #[error("{} targets are called `{name}`: {}", ids.len(), ids.join(", "))]
    Ambiguous {
        name: String,
        /// Aliases or ids of the targets.
        ids: Vec<String>,
    },
    /// Several backups have ids that begin like this.
    #[error("the ids of {} backups begin with `{beginning}`: {}", ids.len(), ids.join(", "))]
    AmbiguousId {
        beginning: String,
        /// Ids of the backups.
        ids: Vec<String>,
    },
    /// The server is busy with the same thing.
    #[error("the server is busy: {message}")]
    Busy {
        /// Message of the server.
        message: String,
    },
    /// The server does not do what was asked (other 4xx, or `"success": false`).
    #[error("the server refuses: {message}")]
    Rejected {
        /// Status of the answer.
        status: u16,
        /// Message of the server.
        message: String,
    },
    /// The server, or a proxy before it, takes nothing so large (413).
    #[error("too large for {}: {message}", if *proxy { "a proxy before the server" } else { "the server" })]
    TooLarge {
        /// True if it is not the server that says so.
        proxy: bool,
        /// Message of the server.
        message: String,
    },
    /// The server's disk is full (507).
    #[error("the server is out of space: {message}")]
    OutOfSpace {
        /// Message of the server.
        message: String,
    },
    /// The server cannot answer at present (502, 503, 504), has waited too long for the rest of the
    /// request (408), or takes no more for now (429).
    #[error("the server {} ({status}): {message}", if *status == 429 { "takes no more for now" } else { "cannot answer now" })]
    Overloaded {
        /// Status of the answer.
        status: u16,
        /// How long the server asks to be left alone.
        retry_after: Option<Duration>,
        /// Message of the server.
        message: String,
    },
    /// The server failed (other 5xx).
    #[error("the server failed ({status}): {message}")]
    ServerFault {
        /// Status of the answer.
        status: u16,
        /// Message of the server.
        message: String,
    },
    /// The answer does not belong to the Backup-chan API.
    #[error("the answer of {server} is not one of a Backup-chan server: {what}")]
    NotBackupChan {
        /// Address of the server.
        server: String,
        what: String,
    },
    /// The content of the upload could not be produced.
    #[error("making the upload failed")]
    Source { source: io::Error },
    /// Invalid server URL.
    #[error("`{server}` is not the address of a server")]
    InvalidServer {
        /// As it was given.
        server: String,
    },
    /// The server sends one elsewhere. Nothing is followed: the key is for this server alone.
    #[error("the server at {server} says to go to {location}")]
    Redirected {
        /// Address of the server.
        server: String,
        /// Where to.
        location: String,
        /// The server's address there, if the same path is asked for.
        base: Option<String>,
    },
    /// The file of trusted certificates contains none.
    #[error("there is no certificate in PEM among those to trust")]
    NoCertificate,
    /// The machine's TLS cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Setup { source: reqwest::Error },
}

/// Longest time that a server is waited for at its own wish.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

impl Error {
    /// How long the server asks to be left alone, if it does.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Overloaded { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Returns true if it is worth trying again within the same run. What the client has done wrong (4xx)
    /// stays wrong, a full disk stays full for longer than that, and a server may ask to be left
    /// alone for longer, or not say how long.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            // Only the server knows when its limits are over.
            Self::Overloaded {
                status: 429,
                retry_after: None,
                ..
            }
            | Self::OutOfSpace { .. } => false,
            error => {
                error.is_temporary() && error.retry_after().is_none_or(|wait| wait <= LONGEST_WAIT)
            }
        }
    }

    /// Returns true if the same request may well succeed a little later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::ConnectionLost { .. }
            | Self::Unanswered { .. }
            | Self::OutOfSpace { .. }
            | Self::Overloaded { .. } => true,
            // Those that are not in the API come from proxies, about a server that does not answer.
            Self::ServerFault { status, .. } => !matches!(status, 500 | 501),
            _ => false,
        }
    }
}
