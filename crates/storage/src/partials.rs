//! Files of uploads that were interrupted, for the next upload to go on from.
//!
//! The server's own folder of a directory has at most one for each target: a folder
//! `partials/<target id>` with the tree, its manifest, and a file `about.json`. It is no backup: every
//! file of it is read and compared with its digest before it is used.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::durable::{self, open};
use crate::staging::{Staging, arrived_manifest};

/// Name of the tree.
const CONTENT: &str = "content";

/// Name of a partial in the staging folder of the upload that uses it.
const ADOPTED: &str = "partial";

/// Name of the file with the facts.
const ABOUT: &str = "about.json";

/// Version of the format.
const VERSION: u32 = 1;

/// Longest file that is read back, in bytes.
const LONGEST: u64 = 1 << 16;

/// After so long without the next upload, it is removed.
const LONGEST_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// Facts about what has arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partial {
    version: u32,
    /// Hex SHA-256 of the client's token.
    pub token_sha256: String,
    /// Bytes of all files that are whole.
    pub bytes: u64,
}

impl Partial {
    pub fn new(token_sha256: String, bytes: u64) -> Self {
        Self {
            version: VERSION,
            token_sha256,
            bytes,
        }
    }
}

/// Those of one directory that holds backups.
#[derive(Clone, Debug)]
pub struct Partials {
    folder: PathBuf,
}

impl Partials {
    /// Those below the server's own folder `own` in a directory.
    pub(crate) fn new(own: &Path) -> Self {
        Self {
            folder: own.join("partials"),
        }
    }

    fn path(&self, target_id: &str) -> PathBuf {
        self.folder.join(target_id)
    }

    /// The facts about the partial of a target; none if there is none that can be used.
    pub fn about(&self, target_id: &str) -> Option<Partial> {
        read(&self.path(target_id))
    }

    /// The manifest of the partial of a target.
    pub fn manifest(&self, target_id: &str) -> io::Result<fs::File> {
        open::file(&arrived_manifest(&self.path(target_id).join(CONTENT)))
    }

    /// Keeps what has arrived in `staging`, which has a manifest. A larger one that is there already
    /// stays.
    pub fn keep(&self, target_id: &str, staging: &Staging, partial: &Partial) -> io::Result<()> {
        let known = self.about(target_id);
        if known.is_some_and(|known| known.bytes > partial.bytes) {
            return Ok(());
        }
        let folder = staging.folder();
        let adopted = folder.join(ADOPTED);
        if read(&adopted).is_some_and(|adopted| adopted.bytes > partial.bytes) {
            return Ok(());
        }
        durable::remove(&adopted)?;
        durable::write_file(&folder.join(ABOUT), &serde_json::to_vec(partial)?)?;
        staging.sync_all()?;
        self.place(target_id, folder)
    }

    /// Moves the partial of a target into a staging folder, for one upload to use.
    pub fn adopt(&self, target_id: &str, staging: &Staging) -> io::Result<PathBuf> {
        let adopted = staging.folder().join(ADOPTED);
        durable::rename(&self.path(target_id), &adopted)?;
        Ok(adopted.join(CONTENT))
    }

    /// Moves an adopted partial back, if none came in its place.
    pub fn give_back(&self, target_id: &str, staging: &Staging) -> io::Result<()> {
        let adopted = staging.folder().join(ADOPTED);
        let Some(partial) = read(&adopted) else {
            return Ok(());
        };
        let known = self.about(target_id);
        if known.is_some_and(|known| known.bytes >= partial.bytes) {
            return Ok(());
        }
        self.place(target_id, &adopted)
    }

    fn place(&self, target_id: &str, folder: &Path) -> io::Result<()> {
        durable::create_dirs(&self.folder)?;
        self.remove(target_id)?;
        durable::rename(folder, &self.path(target_id))
    }

    /// Removes the partial of a target; one that is not there is fine.
    pub fn remove(&self, target_id: &str) -> io::Result<()> {
        durable::remove(&self.path(target_id))
    }

    /// Removes all that are not of one of these targets, or too old.
    pub fn purge(&self, is_wanted: impl Fn(&str) -> bool) -> io::Result<()> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        for entry in entries {
            let entry = entry?;
            let modified = entry.metadata()?.modified()?;
            let age = SystemTime::now()
                .duration_since(modified)
                .unwrap_or_default();
            let name = entry.file_name();
            let wanted = name.to_str().is_some_and(&is_wanted);
            if !wanted || age > LONGEST_KEPT {
                durable::remove(&entry.path())?;
            }
        }
        durable::remove_if_empty(&self.folder);
        Ok(())
    }
}

fn read(folder: &Path) -> Option<Partial> {
    let mut text = Vec::new();
    let file = open::file(&folder.join(ABOUT)).ok()?;
    file.take(LONGEST).read_to_end(&mut text).ok()?;
    let partial: Partial = serde_json::from_slice(&text).ok()?;
    (partial.version == VERSION).then_some(partial)
}
