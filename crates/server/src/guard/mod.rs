//! The guard: the only thing that network peers ever talk to.
//!
//! It owns the listening socket and is strict about everything that an unauthenticated peer can
//! do: heads are read within bounds of size and time and parsed to the letter, bodies may not stall,
//! connections are counted. What passes goes to the HTTP server inside, one request at a time over a
//! connection of a private socket (see [`door`]), which only a request without a body leaves to another
//! one (see [`lane`]). Bodies are in frames whose end is marked (see [`frame`]), so that on neither side
//! a message that was cut off can pass for a whole one.

mod answering;
mod body;
mod brief;
mod buffer;
mod caller;
mod chunked;
mod config;
mod connection;
mod count;
mod door;
mod download;
mod exchange;
pub(crate) mod frame;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz;
mod head;
mod inner;
mod lane;
mod listener;
mod outlet;
mod private_headers;
mod probe;
mod probes;
mod reply;
mod seats;
mod shared;
mod step;
mod stream;
mod target;
#[cfg(test)]
mod tests;
mod tls;
mod upload;
mod workers;

pub(crate) use self::caller::Caller;
pub(crate) use self::config::{DEFAULT_CONNECTIONS, DEFAULT_WORKERS, GuardConfig};
pub(crate) use self::count::Counts;
pub(crate) use self::door::{Door, SOCKET_FOLDER};
pub(crate) use self::private_headers::{BODY, DELAY, ID, LANE, LENGTH, PEER, PROBE, is_private};
pub(crate) use self::probe::Question;
pub use self::probe::{Probe, ProbeError};
pub(crate) use self::probes::Probes;
pub(crate) use self::reply::{is_valid_header, reason};
pub(crate) use self::shared::{Shared, Stop};
pub(crate) use self::tls::{Identity, Tls};
pub use self::tls::{TlsError, TlsFiles};
