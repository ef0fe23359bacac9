//! A key that was found.

use bchan_api::ApiKey;

/// A key, and what its owner should know.
#[derive(Debug)]
pub(crate) struct Found {
    /// The key.
    pub(crate) key: ApiKey,
    /// Where it was, for people.
    pub(crate) place: String,
    /// Warnings about exposure, one line each.
    pub(crate) warnings: Vec<String>,
}
