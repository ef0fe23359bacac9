//! Exclusive access to targets.

pub(crate) mod closed;
pub(crate) mod locks;
mod target_lock;
