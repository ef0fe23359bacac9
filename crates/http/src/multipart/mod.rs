//! Reading `multipart/form-data` (RFC 7578) as it arrives, over one buffer of fixed size.
//!
//! The closing delimiter is required: a form that is cut off anywhere before it is an error, so that
//! a part of an upload can never pass for the whole.

mod disposition;
mod error;
mod form;
mod part;
#[cfg(test)]
mod tests;

pub use self::error::MultipartError;
pub use self::form::Multipart;
