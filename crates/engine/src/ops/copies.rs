//! Copies that an operation has made of files on another file system.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::error::OperationError;
use bchan_storage::relocate;

/// The places at which this process has made copies. After a crash there are none, and copies are
/// told by comparing them with their source.
#[derive(Debug, Default)]
pub(super) struct Copies(HashSet<PathBuf>);

impl Copies {
    pub(super) fn add(&mut self, to: &Path) {
        self.0.insert(to.to_owned());
    }

    /// Returns true if what lies at `to` is a copy of `from`, and not something that lay there before.
    pub(super) fn is_copy(&self, from: &Path, to: &Path) -> Result<bool, OperationError> {
        if self.0.contains(to) {
            return Ok(true);
        }
        let device = |path: &Path| {
            let meta = fs::symlink_metadata(path).map_err(OperationError::io("reading", path))?;
            Ok::<_, OperationError>(meta.dev())
        };
        // On one file system files are renamed, never copied.
        if device(from)? == device(to)? {
            return Ok(false);
        }
        Ok(relocate::is_same(from, to)?)
    }
}
