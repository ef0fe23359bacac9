//! The local history of each target: the last success.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use bchan_api::{Target, TargetType, Time};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::atomic_file::{self, Access};

/// No file of ours is larger, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// A backup that went well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Success {
    pub at: Time,
    pub backup_id: Option<String>,
    /// Files, links and folders that were read.
    pub files: u64,
    /// Bytes of their content.
    pub bytes: u64,
    /// The exit code: 0, or 3 for an incomplete one.
    pub exit: u8,
}

/// Local history of one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetState {
    version: u32,
    pub server: String,
    pub target_id: String,
    pub target: String,
    pub target_type: TargetType,
    /// The last success, of any preset or run.
    pub last: Success,
    /// The last success of each preset.
    #[serde(default)]
    pub presets: BTreeMap<String, Success>,
}

/// Where states and locks are.
#[derive(Clone, Debug)]
pub struct StateFolder {
    folder: PathBuf,
    server: String,
}

impl StateFolder {
    /// Those of the targets of one server.
    pub fn new(folder: PathBuf, server: String) -> Self {
        Self { folder, server }
    }

    pub fn lock_file(&self, target: &str) -> PathBuf {
        self.folder.join("locks").join(self.key(target) + ".lock")
    }

    /// Reads the history of a target by its id or alias. An unreadable history counts as none: it
    /// must not prevent a backup.
    pub fn read(&self, target: &str) -> Option<TargetState> {
        read(&self.file(target))
    }

    /// Keeps a success under all names of the target, so that it is found without the server.
    pub fn keep(
        &self,
        target: &Target,
        name: &str,
        preset: Option<&str>,
        success: Success,
    ) -> io::Result<()> {
        let presets = self.read(&target.id).map(|state| state.presets);
        let mut state = TargetState {
            version: 1,
            server: self.server.clone(),
            target_id: target.id.clone(),
            target: target.name.clone(),
            target_type: target.target_type,
            last: success,
            presets: presets.unwrap_or_default(),
        };
        if let Some(preset) = preset {
            state.presets.insert(preset.to_owned(), state.last.clone());
        }
        let text = serde_json::to_vec_pretty(&state)?;
        let mut names = vec![target.id.as_str(), name];
        names.extend(target.alias.as_deref());
        names.dedup();
        for name in names {
            atomic_file::write(&self.file(name), &text, Access::Private)?;
        }
        Ok(())
    }

    fn file(&self, target: &str) -> PathBuf {
        self.folder.join("targets").join(self.key(target) + ".json")
    }

    /// Names may hold anything.
    fn key(&self, target: &str) -> String {
        hex::encode(&Sha256::digest(format!("{}\n{target}", self.server))[..16])
    }
}

fn read(path: &Path) -> Option<TargetState> {
    let mut text = Vec::new();
    let file = File::open(path).ok()?;
    file.take(LARGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
