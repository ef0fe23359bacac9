//! The hop to the upstream server: a private socket, a pool of its connections, and the threads that
//! answer what arrives there.

pub(crate) mod body;
pub(crate) mod brief;
pub(crate) mod frame;
pub(crate) mod inbox;
pub(crate) mod pool;
pub(crate) mod private_headers;
pub(crate) mod socket;
pub(crate) mod tiny_http;
pub(crate) mod worker_pool;
