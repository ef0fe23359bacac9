//! The record of a migration's progress, from which another run resumes.
//!
//! A file with a line of JSON for each step, on the disk before the next step begins. It belongs to
//! one pair of servers, and one run at a time.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::AgentError;

/// No ledger is larger, in bytes.
const LARGEST: u64 = 1 << 30;

const VERSION: u32 = 1;

/// A line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "step")]
enum Step {
    /// The first one.
    Begun {
        version: u32,
        /// Random: names uploads.
        run: String,
        from: String,
        to: String,
    },
    /// A target has its counterpart, in which there were these backups.
    Target {
        id: String,
        to: String,
        before: Vec<String>,
    },
    /// A backup is about to be sent.
    Sending { id: String },
    /// It has not become a backup there, for sure.
    Refused { id: String },
    /// It is this one there.
    Stored {
        id: String,
        target: String,
        to: String,
    },
    /// And it is in the recycle bin if it should be.
    Done { id: String },
}

pub(super) struct MigrationLog {
    path: PathBuf,
    /// None where nothing is written.
    file: Option<File>,
    run: String,
    /// Counterparts of targets, and what was in them before.
    targets: HashMap<String, (String, HashSet<String>)>,
    /// How often each backup was sent, and whether the last time has no known end.
    sent: HashMap<String, (u32, bool)>,
    /// Target and id there.
    stored: HashMap<String, (String, String)>,
    done: HashSet<String>,
}

impl MigrationLog {
    /// The ledger of a pair of servers. With `look`, nothing is written, now or later.
    pub(super) fn open(path: &Path, from: &str, to: &str, look: bool) -> Result<Self, AgentError> {
        let mut ledger = Self {
            path: path.to_owned(),
            file: None,
            run: uuid::Uuid::new_v4().to_string(),
            targets: HashMap::new(),
            sent: HashMap::new(),
            stored: HashMap::new(),
            done: HashSet::new(),
        };
        let there = fs::exists(path).map_err(AgentError::io("reading", path))?;
        if look && !there {
            return Ok(ledger);
        }
        let mut file = open(path, look).map_err(AgentError::io("opening", path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(AgentError::MigrationLocked {
                    path: path.to_owned(),
                });
            }
            Err(TryLockError::Error(error)) => {
                return Err(AgentError::io("locking", path)(error));
            }
        }
        let mut text = String::new();
        let read = (&mut file).take(LARGEST).read_to_string(&mut text);
        read.map_err(AgentError::io("reading", path))?;
        // What has no end was being written when the machine stopped.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        for line in text[..whole].lines() {
            let step: Step = serde_json::from_str(line)
                .map_err(|error| AgentError::io("reading", path)(error.into()))?;
            ledger.take(step, from, to)?;
        }
        if !look {
            let cut = file
                .set_len(whole as u64)
                .and_then(|()| file.seek(io::SeekFrom::End(0)));
            cut.map_err(AgentError::io("writing", path))?;
            ledger.file = Some(file);
            if whole == 0 {
                let (run, from, to) = (ledger.run.clone(), from.to_owned(), to.to_owned());
                ledger.write(&Step::Begun {
                    version: VERSION,
                    run,
                    from,
                    to,
                })?;
            }
        }
        Ok(ledger)
    }

    fn take(&mut self, step: Step, from: &str, to: &str) -> Result<(), AgentError> {
        match step {
            Step::Begun {
                version,
                run,
                from: was_from,
                to: was_to,
            } => {
                if version != VERSION || was_from != from || was_to != to {
                    let path = self.path.clone();
                    return Err(AgentError::OtherMigration {
                        path,
                        from: was_from,
                        to: was_to,
                    });
                }
                self.run = run;
            }
            Step::Target { id, to, before } => {
                self.targets.insert(id, (to, before.into_iter().collect()));
            }
            Step::Sending { id } => {
                let sent = self.sent.entry(id).or_default();
                *sent = (sent.0 + 1, true);
            }
            Step::Refused { id } => self.sent.entry(id).or_default().1 = false,
            Step::Stored { id, target, to } => {
                self.sent.entry(id.clone()).or_default().1 = false;
                self.done.remove(&id);
                self.stored.insert(id, (target, to));
            }
            Step::Done { id } => {
                self.done.insert(id);
            }
        }
        Ok(())
    }

    fn write(&mut self, step: &Step) -> Result<(), AgentError> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let mut line = serde_json::to_vec(step)
            .map_err(|error| AgentError::io("writing", &self.path)(error.into()))?;
        line.push(b'\n');
        let written = file.write_all(&line).and_then(|()| file.sync_data());
        written.map_err(AgentError::io("writing", &self.path))
    }

    /// The counterpart of a target.
    pub(super) fn target(&self, id: &str) -> Option<&str> {
        self.targets.get(id).map(|(to, _)| to.as_str())
    }

    /// Returns true if a backup was in the counterpart of a target before the first run.
    pub(super) fn was_before(&self, target: &str, backup: &str) -> bool {
        let known = self.targets.get(target);
        known.is_some_and(|(_, before)| before.contains(backup))
    }

    pub(super) fn note_target(
        &mut self,
        id: &str,
        to: &str,
        before: Vec<String>,
    ) -> Result<(), AgentError> {
        let (id, to) = (id.to_owned(), to.to_owned());
        self.write(&Step::Target {
            id: id.clone(),
            to: to.clone(),
            before: before.clone(),
        })?;
        self.targets.insert(id, (to, before.into_iter().collect()));
        Ok(())
    }

    /// Returns the backup on the other server that this one was copied to.
    pub(super) fn stored(&self, id: &str, target: &str) -> Option<&str> {
        let (known, to) = self.stored.get(id)?;
        (known == target).then_some(to.as_str())
    }

    /// Ids there that some backup was stored as.
    pub(super) fn all_stored(&self) -> HashSet<&str> {
        self.stored.values().map(|(_, to)| to.as_str()).collect()
    }

    /// Returns true if nothing is left to do for a backup that was stored.
    pub(super) fn is_done(&self, id: &str) -> bool {
        self.done.contains(id)
    }

    /// Returns true if a backup may have arrived without a confirmation.
    pub(super) fn is_open(&self, id: &str) -> bool {
        self.sent.get(id).is_some_and(|(_, open)| *open)
    }

    /// Notes that a backup is about to be sent, and gives the upload a name: the same one again
    /// when it is not known what became of the last time.
    pub(super) fn note_sending(&mut self, id: &str, target: &str) -> Result<String, AgentError> {
        if !self.is_open(id) {
            self.write(&Step::Sending { id: id.to_owned() })?;
            let sent = self.sent.entry(id.to_owned()).or_default();
            *sent = (sent.0 + 1, true);
        }
        let (times, _) = self.sent[id];
        let name = format!("{} {target} {id} {times}", self.run);
        Ok(hex::encode(&Sha256::digest(name.as_bytes())[..16]))
    }

    pub(super) fn note_refused(&mut self, id: &str) -> Result<(), AgentError> {
        self.write(&Step::Refused { id: id.to_owned() })?;
        self.sent.entry(id.to_owned()).or_default().1 = false;
        Ok(())
    }

    pub(super) fn note_stored(
        &mut self,
        id: &str,
        target: &str,
        to: &str,
    ) -> Result<(), AgentError> {
        let step = Step::Stored {
            id: id.to_owned(),
            target: target.to_owned(),
            to: to.to_owned(),
        };
        self.write(&step)?;
        self.sent.entry(id.to_owned()).or_default().1 = false;
        self.done.remove(id);
        let place = (target.to_owned(), to.to_owned());
        self.stored.insert(id.to_owned(), place);
        Ok(())
    }

    pub(super) fn note_done(&mut self, id: &str) -> Result<(), AgentError> {
        self.write(&Step::Done { id: id.to_owned() })?;
        self.done.insert(id.to_owned());
        Ok(())
    }
}

fn open(path: &Path, look: bool) -> io::Result<File> {
    if look {
        return File::open(path);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = File::options();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_run_knows_what_this_one_did() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("deep/ledger");
        let open = |look| MigrationLog::open(&path, "a", "b", look);
        assert!(open(true).unwrap().target("t").is_none());
        assert!(!path.exists());
        let name = {
            let mut ledger = open(false).unwrap();
            assert!(matches!(
                open(false),
                Err(AgentError::MigrationLocked { .. })
            ));
            ledger.note_target("t", "T", vec!["old".into()]).unwrap();
            ledger.note_sending("1", "T").unwrap();
            ledger.note_stored("1", "T", "one").unwrap();
            ledger.note_done("1").unwrap();
            ledger.note_sending("2", "T").unwrap()
        };
        // The machine stopped in the middle of a line.
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(b"{\"step\":\"done\",\"i").unwrap();
        drop(file);

        let mut ledger = open(false).unwrap();
        assert_eq!(ledger.target("t"), Some("T"));
        assert!(ledger.was_before("t", "old") && !ledger.was_before("t", "one"));
        assert_eq!(ledger.stored("1", "T"), Some("one"));
        assert_eq!(ledger.stored("1", "another target"), None);
        assert!(ledger.is_done("1") && !ledger.is_open("1") && ledger.is_open("2"));
        // It is the same upload until its end is known.
        assert_eq!(ledger.note_sending("2", "T").unwrap(), name);
        // Whatever was done in a target that is gone is to be done in another one.
        ledger.note_stored("1", "another", "uno").unwrap();
        assert!(!ledger.is_done("1"));
        ledger.note_refused("2").unwrap();
        assert_ne!(ledger.note_sending("2", "T").unwrap(), name);
        drop(ledger);
        let again = open(true).unwrap();
        assert!(again.is_open("2") && !again.is_done("1"));
        drop(again);
        let other = MigrationLog::open(&path, "a", "c", false);
        assert!(matches!(other, Err(AgentError::OtherMigration { .. })));
    }
}
