//! Failures as the API reports them.

use std::error::Error;
use std::io;

use crate::store::StoreError;

/// A failure with its HTTP status.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    /// For people; what a caller may know.
    pub(crate) message: String,
    /// For the log of the server; may name paths.
    pub(crate) cause: Option<Box<dyn Error + Send + Sync>>,
    /// Seconds after which it may be otherwise, where that is known.
    pub(crate) retry_after: Option<u64>,
}

impl ApiError {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            cause: None,
            retry_after: None,
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        Self::new(404, format!("no {what} `{}`", id.escape_debug()))
    }

    pub(crate) fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// A file system fault while doing `what`: 507 when there is no space left, 500 otherwise.
    pub(crate) fn from_io(what: &str, error: io::Error) -> Self {
        if is_out_of_space(&error) {
            Self::out_of_space().caused_by(error)
        } else if error.kind() == io::ErrorKind::ReadOnlyFilesystem {
            Self::read_only(what).caused_by(error)
        } else {
            Self::new(500, format!("{what} failed: {error}")).caused_by(error)
        }
    }

    /// Something for an administrator to mend before it can go on.
    pub(crate) fn read_only(what: &str) -> Self {
        Self::new(503, format!("{what} failed: the file system is read-only"))
    }

    pub(crate) fn out_of_space() -> Self {
        Self::new(507, "no space left on the server; nothing was stored")
    }
}

/// Whether an error means that the disk, or the user's share of it, is full.
pub(crate) fn is_out_of_space(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// An error with its causes, on one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(": ");
        text.push_str(&error.to_string());
        next = error.source();
    }
    text
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken { .. } => Self::new(409, error.to_string()),
            StoreError::Full(_) => Self::out_of_space().caused_by(error),
            StoreError::Undecided(_) => Self::new(503, error.to_string()).caused_by(error),
            _ => Self::new(500, error.to_string()).caused_by(error),
        }
    }
}
