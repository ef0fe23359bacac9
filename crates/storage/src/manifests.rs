//! Manifest files of backups, stored beside their records.
//!
//! A backup of a tree has one in `manifests/<backup id>.mtree.zst` of the server's own folder, where
//! the server knows all of its entries. It is moved and removed with the record, by the same
//! journalled steps. Nothing but its absence follows from a manifest that is lost or damaged: the
//! backup is as whole as before.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::durable::{self, open};
use crate::listed::ids;

/// Suffix of manifest files.
const SUFFIX: &str = ".mtree.zst";

/// The manifest files of one directory that holds backups.
#[derive(Clone, Debug)]
pub struct Manifests {
    folder: PathBuf,
}

impl Manifests {
    /// Those below the server's own folder `own` in a directory.
    pub(crate) fn new(own: &Path) -> Self {
        Self {
            folder: own.join("manifests"),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Path of the manifest of a backup.
    pub fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}{SUFFIX}"))
    }

    /// Opens the manifest of a backup; none where there is none.
    pub fn open(&self, id: &str) -> io::Result<Option<File>> {
        match open::file(&self.path(id)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            other => other.map(Some),
        }
    }

    /// Moves a durable manifest that lies at `arrived` here, if one lies there.
    pub fn adopt(&self, id: &str, arrived: &Path) -> io::Result<()> {
        if !durable::exists(arrived)? {
            return Ok(());
        }
        match durable::replace(arrived, &self.path(id)) {
            // The target has moved to another disk while the upload arrived.
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                self.copy(id, &open::file(arrived)?)
            }
            other => other,
        }
    }

    /// Makes a copy of the manifest that `other` has of a backup. One that cannot be read counts as
    /// lost.
    pub fn copy_from(&self, other: &Self, id: &str) -> io::Result<()> {
        match other.open(id) {
            Ok(Some(file)) => self.copy(id, &file),
            Ok(None) => Ok(()),
            Err(error) => {
                let path = other.path(id);
                tracing::warn!(path = %path.display(), %error, "a manifest cannot be read, and is left out");
                Ok(())
            }
        }
    }

    /// Writes the content of `from`, durably, as the manifest of a backup.
    pub fn copy(&self, id: &str, mut from: &File) -> io::Result<()> {
        let path = self.path(id);
        durable::create_dirs(&self.folder)?;
        durable::write_partial_from(&path, &mut from)?;
        durable::promote_partial(&path)
    }

    /// Removes the manifest of a backup; one that is not there is fine.
    pub fn remove(&self, id: &str) -> io::Result<()> {
        let path = self.path(id);
        durable::remove_file(&durable::partial(&path)?)?;
        durable::remove_file(&path)
    }

    /// Ids of all backups that have a manifest, sorted.
    pub fn ids(&self) -> io::Result<Vec<String>> {
        ids(&self.folder, SUFFIX)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read as _;

    use super::*;

    fn text(manifests: &Manifests, id: &str) -> Option<String> {
        let mut text = String::new();
        let mut file = manifests.open(id).unwrap()?;
        file.read_to_string(&mut text).unwrap();
        Some(text)
    }

    #[test]
    fn manifests_are_adopted_copied_and_removed() {
        let temp = tempfile::tempdir().unwrap();
        let manifests = Manifests::new(&temp.path().join("a"));
        let others = Manifests::new(&temp.path().join("b"));
        assert!(manifests.ids().unwrap().is_empty());
        let arrived = temp.path().join("arrived");
        manifests.adopt("x", &arrived).unwrap();
        assert!(manifests.open("x").unwrap().is_none());
        fs::write(&arrived, "one").unwrap();
        manifests.adopt("x", &arrived).unwrap();
        assert!(!arrived.exists());
        others.copy_from(&manifests, "x").unwrap();
        others.copy_from(&manifests, "y").unwrap();
        assert_eq!(others.ids().unwrap(), ["x"]);
        assert_eq!(text(&others, "x").as_deref(), Some("one"));
        manifests.remove("x").unwrap();
        manifests.remove("x").unwrap();
        assert!(manifests.ids().unwrap().is_empty());
        assert_eq!(text(&others, "x").as_deref(), Some("one"));
    }

    #[test]
    fn a_link_in_the_place_of_a_manifest_is_not_followed() {
        let temp = tempfile::tempdir().unwrap();
        let (from, to) = (
            Manifests::new(&temp.path().join("a")),
            Manifests::new(&temp.path().join("b")),
        );
        fs::create_dir_all(from.folder()).unwrap();
        let secret = temp.path().join("secret");
        fs::write(&secret, "secret").unwrap();
        std::os::unix::fs::symlink(&secret, from.path("x")).unwrap();
        assert!(from.open("x").is_err());
        to.copy_from(&from, "x").unwrap();
        assert!(to.open("x").unwrap().is_none());
    }
}
