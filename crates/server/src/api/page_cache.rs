//! Pages of targets as they were last shown, for clients that poll them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most pages that are kept.
const MOST_PAGES: usize = 16;

/// Answers that are good for as long as nothing in the store changes.
#[derive(Default)]
pub(crate) struct PageCache {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// Version of the store that all of them are from.
    version: u64,
    pages: HashMap<u64, Arc<[u8]>>,
}

impl PageCache {
    /// A page of this version of the store.
    pub(crate) fn get(&self, version: u64, page: u64) -> Option<Arc<[u8]>> {
        let kept = self.lock();
        let found = (kept.version == version).then(|| kept.pages.get(&page));
        found.flatten().map(Arc::clone)
    }

    /// Keeps a page that was read when the store had this version already. It may be of a later one:
    /// then it is not shown again.
    pub(crate) fn keep(&self, version: u64, page: u64, body: &[u8]) {
        let mut kept = self.lock();
        if kept.version > version {
            return;
        }
        if kept.version < version || kept.pages.len() >= MOST_PAGES {
            kept.pages.clear();
            kept.version = version;
        }
        kept.pages.insert(page, body.into());
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_changed_is_not_shown_again() {
        let pages = PageCache::default();
        assert!(pages.get(0, 1).is_none());
        pages.keep(0, 1, b"old");
        assert_eq!(pages.get(0, 1).as_deref(), Some(&b"old"[..]));
        assert!(pages.get(0, 2).is_none() && pages.get(1, 1).is_none());
        pages.keep(1, 2, b"new");
        assert!(pages.get(0, 1).is_none() && pages.get(1, 1).is_none());
        // A reader that was slow.
        pages.keep(0, 1, b"old");
        assert!(pages.get(1, 1).is_none() && pages.get(1, 2).is_some());
    }

    #[test]
    fn they_do_not_become_ever_more() {
        let pages = PageCache::default();
        for page in 0..10 * MOST_PAGES as u64 {
            pages.keep(0, page, b"");
        }
        assert!(pages.lock().pages.len() <= MOST_PAGES);
    }
}
