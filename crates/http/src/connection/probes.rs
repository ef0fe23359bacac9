//! The connections of this process to itself.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Connections of this process to itself, by their own end. The front has a slot and a worker for
/// them that no peer can take.
#[derive(Debug, Default)]
pub struct Probes(Mutex<HashSet<(IpAddr, u16)>>);

impl Probes {
    /// Returns true if a connection comes from this process.
    pub fn is_one(&self, peer: SocketAddr) -> bool {
        self.lock().contains(&end(peer))
    }

    pub fn lock(&self) -> MutexGuard<'_, HashSet<(IpAddr, u16)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn end(address: SocketAddr) -> (IpAddr, u16) {
    (address.ip().to_canonical(), address.port())
}
