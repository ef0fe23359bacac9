//! Targets that take no change until an operation is decided.

use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{self, chain};

/// The closed targets, each with the reason.
pub struct Closed {
    reasons: Mutex<HashMap<String, String>>,
    /// Called after a target was closed.
    on_close: Box<dyn Fn() + Send + Sync>,
}

impl Closed {
    pub fn new(on_close: Box<dyn Fn() + Send + Sync>) -> Self {
        Self {
            reasons: Mutex::default(),
            on_close,
        }
    }

    /// Closes a target. Returns true if it was open.
    pub fn close(&self, target_id: &str, reason: &(dyn Error + 'static)) -> bool {
        let before = self.lock().insert(target_id.to_owned(), chain(reason));
        (self.on_close)();
        before.is_none()
    }

    /// Opens a target; says whether it was closed.
    pub fn open(&self, target_id: &str) -> bool {
        self.lock().remove(target_id).is_some()
    }

    /// The reason for which a target is closed, if it is.
    pub fn reason(&self, target_id: &str) -> Option<String> {
        self.lock().get(target_id).cloned()
    }

    /// Returns true if any target is closed.
    pub fn any(&self) -> bool {
        !self.lock().is_empty()
    }

    /// All closed targets.
    pub fn targets(&self) -> BTreeSet<String> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error of a request that needs a closed target.
pub(crate) fn error(target_id: &str, reason: &str) -> error::Error {
    let message = format!(
        "the target {target_id} is closed until a change that did not end can be undone: {reason}"
    );
    error::Error::unavailable(message)
}
