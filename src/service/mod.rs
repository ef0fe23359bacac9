//! Running under a service manager: systemd, or whatever speaks its protocol.
//!
//! The manager says in variables of the environment what it offers; without them, nothing here does
//! anything.

mod notify;
mod sockets;

pub(crate) use self::notify::{keep_awake, ready, reloading, stopping};
pub(crate) use self::sockets::listeners;
