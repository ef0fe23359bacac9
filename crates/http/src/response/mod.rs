//! Sending responses.

pub(crate) mod body;
pub(crate) mod head;
