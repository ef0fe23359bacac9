//! Which patterns have matched something.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The patterns that have matched something, by their text. Clones share what is noted.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    patterns: Arc<Mutex<BTreeSet<String>>>,
}

impl Seen {
    pub(super) fn note(&self, pattern: &str) {
        let mut patterns = self.lock();
        if !patterns.contains(pattern) {
            patterns.insert(pattern.to_owned());
        }
    }

    pub(super) fn has(&self, pattern: &str) -> bool {
        self.lock().contains(pattern)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.patterns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
