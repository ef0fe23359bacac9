//! Targets that take no change until an operation is decided.

use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::chain;

/// The closed targets, each with the reason.
#[derive(Debug, Default)]
pub(crate) struct Closed(Mutex<HashMap<String, String>>);

impl Closed {
    /// Closes a target; says whether it was open.
    pub(crate) fn close(&self, target_id: &str, reason: &(dyn Error + 'static)) -> bool {
        let mut closed = self.lock();
        closed.insert(target_id.to_owned(), chain(reason)).is_none()
    }

    /// Opens a target; says whether it was closed.
    pub(crate) fn open(&self, target_id: &str) -> bool {
        self.lock().remove(target_id).is_some()
    }

    /// The reason for which a target is closed, if it is.
    pub(crate) fn reason(&self, target_id: &str) -> Option<String> {
        self.lock().get(target_id).cloned()
    }

    /// Whether any target is closed.
    pub(crate) fn any(&self) -> bool {
        !self.lock().is_empty()
    }

    /// All closed targets.
    pub(crate) fn targets(&self) -> BTreeSet<String> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
