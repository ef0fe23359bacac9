//! Folders in use, which cleanup leaves alone.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Folders in use.
#[derive(Clone, Debug, Default)]
pub struct InUse(Arc<Mutex<HashSet<PathBuf>>>);

/// Keeps a folder until dropped.
#[derive(Debug)]
pub struct InUseGuard {
    home: InUse,
    path: PathBuf,
}

impl InUse {
    /// Keeps a folder, from before it is made.
    pub fn hold(&self, path: &Path) -> InUseGuard {
        self.lock().insert(path.to_owned());
        InUseGuard {
            home: self.clone(),
            path: path.to_owned(),
        }
    }

    /// Returns true if anything in a folder is in use.
    pub fn any_below(&self, folder: &Path) -> bool {
        self.lock().iter().any(|path| path.starts_with(folder))
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InUseGuard {
    fn drop(&mut self) {
        self.home.lock().remove(&self.path);
    }
}
