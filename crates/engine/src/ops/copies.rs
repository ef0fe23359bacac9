//! Copies that an operation has made of files on another file system.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use bchan_catalog::Object;
use bchan_storage::relocate;

use super::error::OperationError;
use crate::engine::Engine;

/// The copies that this process has made. After a crash there are none, and copies are told by
/// comparing them with their source.
#[derive(Debug, Default)]
pub(super) struct Copies(HashSet<Object>);

impl Copies {
    pub(super) fn add(&mut self, to: &Object) {
        self.0.insert(to.clone());
    }

    /// Returns true if `to` is a copy of `from`, and not something that lay there before.
    pub(super) fn is_copy(
        &self,
        engine: &Engine,
        from: &Object,
        to: &Object,
    ) -> Result<bool, OperationError> {
        if self.0.contains(to) {
            return Ok(true);
        }
        let (from, to) = (engine.layout.path_of(from), engine.layout.path_of(to));
        let device = |path: &Path| {
            let meta = fs::symlink_metadata(path).map_err(OperationError::io("reading", path))?;
            Ok::<_, OperationError>(meta.dev())
        };
        // On one file system files are renamed, never copied.
        if device(&from)? == device(&to)? {
            return Ok(false);
        }
        Ok(relocate::is_same(&from, &to)?)
    }
}
