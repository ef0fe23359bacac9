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

/// Keeps others from changing a target.
pub struct TargetLock<'a> {
    home: &'a Locks,
    id: String,
}

impl Locks {
    pub fn wait_for(&self, id: &str) -> TargetLock<'_> {
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let mut ids = self
            .freed
            .wait_while(ids, |ids| ids.contains(id))
            .unwrap_or_else(PoisonError::into_inner);
        ids.insert(id.to_owned());
        TargetLock {
            home: self,
            id: id.to_owned(),
        }
    }

    pub fn wait_within(&self, id: &str, patience: Duration) -> Option<TargetLock<'_>> {
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut ids, _) = self
            .freed
            .wait_timeout_while(ids, patience, |ids| ids.contains(id))
            .unwrap_or_else(PoisonError::into_inner);
        ids.insert(id.to_owned()).then(|| TargetLock {
            home: self,
            id: id.to_owned(),
        })
    }
}

impl Drop for TargetLock<'_> {
    fn drop(&mut self) {
        self.home
            .ids
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.id);
        self.home.freed.notify_all();
    }
}
