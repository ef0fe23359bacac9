//! Errors as the API reports them.

use std::error::Error as StdError;
use std::io;

use bchan_api::reason;
use bchan_catalog::StoreError;
use bchan_engine::{Error, Kind};

use crate::auth::Denied;

/// An error with its HTTP status.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    /// Contains nothing that a caller must not know.
    pub(crate) message: String,
    /// The cause, for the log of the server; may name paths.
    pub(crate) cause: Option<Box<dyn StdError + Send + Sync>>,
    /// Seconds after which a repeated request may succeed, where that is known.
    pub(crate) retry_after: Option<u64>,
    /// Word for programs that tells this error from others with its status.
    pub(crate) reason: Option<&'static str>,
}

impl ApiError {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            cause: None,
            retry_after: None,
            reason: None,
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        Error::not_found(what, id).into()
    }

    pub(crate) fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// A file system error during `action`.
    pub(crate) fn from_io(action: &str, error: io::Error) -> Self {
        Error::from_io(action, error).into()
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let status = match error.kind {
            Kind::Invalid => 400,
            Kind::Forbidden => 403,
            Kind::NotFound => 404,
            Kind::Conflict | Kind::Base => 409,
            Kind::TooLarge => 413,
            Kind::TooMany => 429,
            Kind::OutOfSpace => 507,
            Kind::Unavailable => 503,
            Kind::Internal => 500,
        };
        Self {
            status,
            message: error.message,
            cause: error.cause,
            retry_after: error.retry_after,
            reason: (error.kind == Kind::Base).then_some(reason::BASE),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Error::from(error).into()
    }
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NoKey => Self::new(401, "Unauthorized"),
            Denied::Forbidden(message) => Self::new(403, message),
            Denied::Unusable { message, cause } => {
                let error = Self::new(503, message);
                match cause {
                    Some(cause) => error.caused_by(cause),
                    None => error,
                }
            }
        }
    }
}

/// Maps the outcome of a check that the engine asks for.
pub(crate) fn for_engine(denied: Denied) -> Error {
    let ApiError {
        status,
        message,
        cause,
        retry_after,
        reason: _,
    } = denied.into();
    Error {
        kind: if status == 503 {
            Kind::Unavailable
        } else {
            Kind::Forbidden
        },
        message,
        cause,
        retry_after,
    }
}
