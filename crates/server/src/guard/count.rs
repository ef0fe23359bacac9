//! What the guard counts, for nobody else sees it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::seats::Seats;

/// Connections, and what the guard has refused by itself.
#[derive(Clone)]
pub(crate) struct Counts {
    pub(crate) seats: Arc<Seats>,
    refused: Arc<Mutex<BTreeMap<u16, u64>>>,
}

impl Counts {
    /// With so many seats.
    pub(crate) fn new(connections: usize) -> Self {
        Self {
            seats: Seats::new(connections),
            refused: Arc::default(),
        }
    }

    /// A request, or a connection, was refused with a status, be it only in thought.
    pub(super) fn refuse(&self, status: u16) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused.entry(status).or_default() += 1;
    }

    /// How often that was, by status.
    pub(crate) fn refused(&self) -> BTreeMap<u16, u64> {
        let refused = self.refused.lock();
        refused.unwrap_or_else(PoisonError::into_inner).clone()
    }
}
