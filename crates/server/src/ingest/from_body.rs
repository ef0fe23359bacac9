//! Errors of reading an upload.

use std::io;

use crate::engine_error::Error;

/// The client or the network failed in the middle of a body.
pub(crate) fn from_body(error: &io::Error) -> Error {
    Error::invalid(format!(
        "the upload ended early; nothing was stored: {error}"
    ))
}
