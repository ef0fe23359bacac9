//! Errors of everything below the API: a kind and a message. The API maps kinds to statuses.

use std::error::Error as StdError;
use std::io;

use bchan_catalog::StoreError;
use bchan_storage::StorageError;
pub use bchan_storage::durable::is_out_of_space;

/// The kind of an error, as far as callers act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request contradicts itself or the state of what it names.
    Invalid,
    /// The caller lacks the right.
    Forbidden,
    NotFound,
    Conflict,
    /// An upload refers to an earlier backup that does not have what it should.
    Base,
    TooLarge,
    /// A limit on the number of requests is reached.
    TooMany,
    OutOfSpace,
    /// The request may succeed later.
    Unavailable,
    Internal,
}

/// An error with a message for the caller.
#[derive(Debug)]
pub struct Error {
    pub kind: Kind,
    /// Contains nothing that a caller must not know.
    pub message: String,
    /// The cause, for the log of the server; may name paths.
    pub cause: Option<Box<dyn StdError + Send + Sync>>,
    /// Seconds after which a repeated request may succeed, where that is known.
    pub retry_after: Option<u64>,
}

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            cause: None,
            retry_after: None,
        }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    pub fn not_found(what: &str, id: &str) -> Self {
        let message = format!("no {what} `{}`", id.escape_debug());
        Self::new(Kind::NotFound, message)
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, message)
    }

    pub fn too_large(message: impl Into<String>) -> Self {
        Self::new(Kind::TooLarge, message)
    }

    pub fn too_many(message: impl Into<String>) -> Self {
        Self::new(Kind::TooMany, message)
    }

    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, message)
    }

    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, message)
    }

    pub fn out_of_space() -> Self {
        let message = "no space left on the server; nothing was stored";
        Self::new(Kind::OutOfSpace, message)
    }

    /// An error that lasts until an administrator remounts the file system.
    pub fn read_only(action: &str) -> Self {
        Self::unavailable(format!("{action} failed: the file system is read-only"))
    }

    /// A file system error during `action`, such as "reading the location".
    pub fn from_io(action: &str, error: io::Error) -> Self {
        if is_out_of_space(&error) {
            Self::out_of_space().caused_by(error)
        } else if error.kind() == io::ErrorKind::ReadOnlyFilesystem {
            Self::read_only(action).caused_by(error)
        } else {
            Self::internal(format!("{action} failed: {error}")).caused_by(error)
        }
    }

    pub fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

/// Formats an error with its causes on one line.
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(": ");
        text.push_str(&error.to_string());
        next = error.source();
    }
    text
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken { .. } => Self::conflict(error.to_string()),
            StoreError::Full(_) => Self::out_of_space().caused_by(error),
            StoreError::Undecided(_) | StoreError::Closed(_) => {
                Self::unavailable(error.to_string()).caused_by(error)
            }
            _ => Self::internal(error.to_string()).caused_by(error),
        }
    }
}

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Location(message) => Self::invalid(message),
            StorageError::Io { action, source } => Self::from_io(action, source),
        }
    }
}
