//! Locks on targets.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Locks on targets and sequential uploads, by id.
#[derive(Default)]
pub struct Locks {
    ids: Mutex<HashSet<String>>,
    freed: Condvar,
}

/// Exclusive access to a target or a sequential upload, until it is dropped.
pub struct Lock<'a> {
    home: &'a Locks,
    id: String,
}

impl Locks {
    pub fn wait_for(&self, id: &str) -> Lock<'_> {
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let mut ids = self
            .freed
            .wait_while(ids, |ids| ids.contains(id))
            .unwrap_or_else(PoisonError::into_inner);
        ids.insert(id.to_owned());
        Lock {
            home: self,
            id: id.to_owned(),
        }
    }

    pub fn wait_within(&self, id: &str, patience: Duration) -> Option<Lock<'_>> {
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut ids, _) = self
            .freed
            .wait_timeout_while(ids, patience, |ids| ids.contains(id))
            .unwrap_or_else(PoisonError::into_inner);
        ids.insert(id.to_owned()).then(|| Lock {
            home: self,
            id: id.to_owned(),
        })
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        self.home
            .ids
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.id);
        self.home.freed.notify_all();
    }
}
