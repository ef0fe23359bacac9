//! Exclusive access to targets.

pub(crate) mod closed;
pub(crate) mod locks;
pub(crate) mod target_lock;
