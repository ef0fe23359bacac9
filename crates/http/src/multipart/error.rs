//! Errors of forms.

use std::io;

/// Errors of reading a form.
#[derive(Debug, thiserror::Error)]
pub enum MultipartError {
    /// The content type is another one.
    #[error("the content type is not multipart/form-data")]
    NotMultipart,
    /// The content type names no boundary, or none that there can be.
    #[error("the content type has no valid boundary")]
    Boundary,
    /// The body is no well-formed form.
    #[error("the form is malformed: {0}")]
    Malformed(&'static str),
    /// The body ended before the closing delimiter.
    #[error("the form ended before its closing delimiter")]
    Truncated,
    /// More of something than is taken.
    #[error("the form is too large: {what}")]
    TooLarge {
        /// Of what.
        what: &'static str,
    },
    /// The body cannot be read.
    #[error("the form cannot be read")]
    Read { source: io::Error },
}

impl From<MultipartError> for io::Error {
    /// The error of the body itself comes out as it went in.
    fn from(error: MultipartError) -> Self {
        match error {
            MultipartError::Read { source } => source,
            MultipartError::Truncated => Self::new(io::ErrorKind::UnexpectedEof, error),
            _ => Self::new(io::ErrorKind::InvalidData, error),
        }
    }
}
