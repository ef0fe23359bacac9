//! The local history of each target: the last success.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use bchan_api::{Target, TargetType, Time};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::amount::Amount;
use crate::atomic_file::{self, Access};

/// No file of ours is larger, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// A backup that went well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Success {
    pub at: Time,
    pub backup_id: Option<String>,
    #[serde(flatten)]
    pub amount: Amount,
    /// The exit code: 0, or 3 for an incomplete one.
    pub exit: u8,
}

/// The last run of a preset, whatever came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    pub begun: Time,
    /// None while it runs, and of a run that was killed.
    pub end: Option<RunEnd>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEnd {
    pub at: Time,
    /// The exit code.
    pub exit: u8,
    /// A sentence about it.
    pub message: String,
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

    /// Where manifests of backups are remembered.
    pub(crate) fn caches(&self) -> PathBuf {
        self.folder.join("manifests")
    }

    pub(crate) fn server(&self) -> &str {
        &self.server
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

    /// Returns the last run of a preset. An unreadable record counts as none.
    pub fn last_run(&self, preset: &str) -> Option<LastRun> {
        read(&self.run_file(preset))
    }

    pub fn keep_run(&self, preset: &str, run: &LastRun) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(run)?;
        atomic_file::write(&self.run_file(preset), &text, Access::Private)
    }

    /// Keeps the history of a preset under its new name.
    pub fn rename_preset(&self, target: &str, old: &str, new: &str) -> io::Result<()> {
        if let Some(run) = self.last_run(old) {
            self.keep_run(new, &run)?;
            fs::remove_file(self.run_file(old))?;
        }
        let Some(mut state) = self.read(target) else {
            return Ok(());
        };
        if let Some(success) = state.presets.remove(old) {
            state.presets.insert(new.to_owned(), success);
            let text = serde_json::to_vec_pretty(&state)?;
            for name in [&*state.target_id, target] {
                atomic_file::write(&self.file(name), &text, Access::Private)?;
            }
        }
        Ok(())
    }

    fn run_file(&self, preset: &str) -> PathBuf {
        self.folder.join("runs").join(self.key(preset) + ".json")
    }

    fn file(&self, target: &str) -> PathBuf {
        self.folder.join("targets").join(self.key(target) + ".json")
    }

    /// Names may hold anything.
    fn key(&self, target: &str) -> String {
        hex::encode(&Sha256::digest(format!("{}\n{target}", self.server))[..16])
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let mut text = Vec::new();
    let file = File::open(path).ok()?;
    file.take(LARGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
