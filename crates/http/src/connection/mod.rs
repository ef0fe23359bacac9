//! Connections of clients: accepting them, their limits, and one request after the other.

pub(crate) mod buffer;
pub(crate) mod client;
pub(crate) mod exchange;
pub(crate) mod limit;
pub(crate) mod listener;
pub(crate) mod probes;
pub(crate) mod session;
pub(crate) mod shared;
pub(crate) mod stream;
pub(crate) mod tls;
pub(crate) mod workers;
