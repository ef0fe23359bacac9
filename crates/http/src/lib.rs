//! A strict HTTP/1.1 front, with TLS, before a blocking HTTP server.
//!
//! [`HttpServer`] owns the listening sockets. It reads heads within limits of size and time and parses
//! them strictly, limits connections and stalled bodies, and passes each good request to the upstream
//! server (`upstream/`) over a private socket. Bodies travel there in frames whose end is marked, so
//! that a message that was cut off never passes for a whole one. A [`Handler`] answers each request on
//! a thread that may block.
//!
//! The crate knows nothing of backups, keys or JSON. Begin reading with `http_server.rs`, then
//! `connection/listener.rs` and `connection/exchange/mod.rs`.

mod client_net;
mod config;
mod connection;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod http_server;
mod message;
pub mod multipart;
mod probe;
mod request;
mod response;
mod stats;
#[cfg(test)]
mod tests;
mod upstream;

pub use self::client_net::ClientNet;
pub use self::config::{DEFAULT_CONNECTIONS, DEFAULT_WORKERS, HttpConfig, RefusalBodies};
pub use self::connection::client::WaitingClient;
pub use self::connection::probes::Probes;
pub use self::connection::tls::{Identity, Tls, TlsError, TlsFiles};
pub use self::http_server::HttpServer;
pub use self::message::{Body, Exchange, Handler, Headers, Request, Response};
pub use self::probe::{Probe, ProbeError, Question};
pub use self::stats::ConnectionStats;
pub use self::upstream::socket::SOCKET_FOLDER;
