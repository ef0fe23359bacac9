//! Errors of reading an upload.

use std::io;

use crate::error::Error;

/// The client or the network failed in the middle of a body.
pub fn from_body(error: &io::Error) -> Error {
    Error::invalid(format!(
        "the upload ended early; nothing was stored: {error}"
    ))
}
