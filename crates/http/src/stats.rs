//! Statistics of connections and refusals.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::connection::limit::ConnectionLimiter;

/// Connections, and what the front has refused by itself.
#[derive(Clone)]
pub struct ConnectionStats {
    pub limiter: Arc<ConnectionLimiter>,
    refused: Arc<Mutex<BTreeMap<u16, u64>>>,
}

impl ConnectionStats {
    /// With so many limiter.
    pub fn new(connections: usize) -> Self {
        Self {
            limiter: ConnectionLimiter::new(connections),
            refused: Arc::default(),
        }
    }

    /// A request, or a connection, was refused with a status, be it only in thought.
    pub fn refuse(&self, status: u16) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused.entry(status).or_default() += 1;
    }

    /// How often that was, by status.
    pub fn refused(&self) -> BTreeMap<u16, u64> {
        let refused = self.refused.lock();
        refused.unwrap_or_else(PoisonError::into_inner).clone()
    }
}
