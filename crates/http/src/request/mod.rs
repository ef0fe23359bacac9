//! Parsing requests.

pub(crate) mod body;
pub(crate) mod chunked;
pub(crate) mod head;
pub(crate) mod step;
pub(crate) mod target;
