//! Reasons for which a request is refused because of its key.

use super::error::KeyError;

/// Reasons for which a key does not allow a request.
#[derive(Debug)]
pub(crate) enum Denied {
    /// The request has no key.
    NoKey,
    /// The key is unknown, or does not allow the request; the text says which.
    Forbidden(String),
    /// The key files cannot be used, so that every request is refused.
    Unusable {
        message: &'static str,
        cause: Option<KeyError>,
    },
}

impl Denied {
    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self::Forbidden(message.into())
    }
}

#[cfg(test)]
impl Denied {
    /// The name of the reason, for comparisons.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::NoKey => "no key",
            Self::Forbidden(_) => "forbidden",
            Self::Unusable { .. } => "unusable",
        }
    }
}
