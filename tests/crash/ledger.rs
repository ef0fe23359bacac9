//! What must be true of the server, from what it has acknowledged.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::content::{Content, Kind, Upload};

/// Where a backup may be: any of the bits that are set.
pub(crate) type Places = u8;
/// In its target's location.
pub(crate) const PRESENT: Places = 1;
/// In the recycle bin.
pub(crate) const RECYCLED: Places = 2;
/// Nowhere.
pub(crate) const GONE: Places = 4;

/// A directory that a target may lie in.
#[derive(Clone, Debug)]
pub(crate) struct Location {
    /// As the API spells it.
    pub(crate) spelling: String,
    pub(crate) path: PathBuf,
}

/// The rule of a target whose old backups a job takes away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Law {
    pub(crate) keep: usize,
    pub(crate) deletes: bool,
}

/// The knowledge about one target through all restarts, and about all files that may lie on the
/// disk because of it.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Name, alias, and part of every name template.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) law: Option<Law>,
    /// Directories that it may lie in.
    pub(crate) locations: Vec<Location>,
    /// The states that may be true. More than one only if an answer was lost and the server was not
    /// asked since.
    pub(crate) states: Vec<State>,
    /// The last upload with a key, to be repeated.
    pub(crate) repeat: Option<Repeat>,
}

/// An upload that must be stored once, however often it is sent.
#[derive(Debug)]
pub(crate) struct Repeat {
    pub(crate) upload: Upload,
    /// The backup that it has become, if it is known to be stored.
    pub(crate) id: Option<String>,
}

/// One thing that may be true of a target.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) target: Option<Target>,
    pub(crate) backups: BTreeMap<String, Backup>,
    /// Backups whose ids are not known yet.
    pub(crate) arrivals: Vec<Backup>,
    /// Files that were forgotten and not deleted.
    pub(crate) strangers: Vec<Expected>,
}

/// A target that exists.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// None until it is known.
    pub(crate) id: Option<String>,
    pub(crate) location: Location,
    pub(crate) template: String,
}

/// One backup.
#[derive(Clone, Debug)]
pub(crate) struct Backup {
    pub(crate) content: Arc<Content>,
    pub(crate) extension: &'static str,
    pub(crate) manual: bool,
    pub(crate) places: Places,
    /// None until it is known.
    pub(crate) created_at: Option<String>,
}

/// Something that must lie on the disk.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub(crate) directory: PathBuf,
    pub(crate) stem: String,
    pub(crate) extension: &'static str,
    /// Whether a number may stand between the two, because names can repeat.
    pub(crate) numbered: bool,
    pub(crate) content: Arc<Content>,
    /// Whose it is, for messages.
    pub(crate) owner: String,
}

/// What the API says of one target.
pub(crate) struct View {
    pub(crate) target: Value,
    pub(crate) backups: Vec<Value>,
}

impl Slot {
    /// The one state that is true, once the server was asked.
    pub(crate) fn known(&self) -> &State {
        assert_eq!(self.states.len(), 1, "{self:?}");
        &self.states[0]
    }

    /// A change was acknowledged.
    pub(crate) fn done(&mut self, change: impl Fn(&mut State)) {
        let law = self.law;
        self.states.iter_mut().for_each(|state| {
            change(state);
            state.backups.retain(|_, backup| backup.places != GONE);
            state.let_job_run(law);
        });
    }

    /// The answer to a change was lost: it may have happened or not.
    pub(crate) fn lost(&mut self, change: impl Fn(&mut State)) {
        let before = self.states.clone();
        self.done(change);
        self.states.extend(before);
    }

    /// Keeps the state that agrees with what the API says, or tells why none does.
    pub(crate) fn resolve(&mut self, view: Option<&View>) -> Result<(), String> {
        let mut faults = Vec::new();
        for state in &self.states {
            match state.resolved(view) {
                Ok(mut resolved) => {
                    if let Some(repeat) = &mut self.repeat {
                        let stored = || resolved.stored(&repeat.upload).map(str::to_owned);
                        repeat.id = repeat.id.take().or_else(stored);
                    }
                    resolved.let_job_run(self.law);
                    self.states = vec![resolved];
                    return Ok(());
                }
                Err(fault) => faults.push(fault),
            }
        }
        Err(format!("{}: {}", self.name, faults.join("; or: ")))
    }

    /// The body of the request that makes its target.
    pub(crate) fn creation(&self, target: &Target) -> Value {
        let (criteria, value) = match self.law {
            Some(law) => ("count", Some(law.keep)),
            None => ("none", None),
        };
        let deletes = self.law.is_some_and(|law| law.deletes);
        json!({
            "name": self.name, "alias": self.name, "location": target.location.spelling,
            "name_template": target.template, "recycle_criteria": criteria,
            "recycle_value": value, "recycle_action": if deletes { "delete" } else { "recycle" },
            "backup_type": if self.kind == Kind::Single { "single" } else { "multi" },
            "deduplicate": false, "min_backups": null, "tags": ["crash"]
        })
    }
}

impl State {
    /// An upload has arrived.
    pub(crate) fn store(&mut self, id: Option<&str>, upload: &Upload) {
        let backup = Backup {
            content: Arc::clone(&upload.content),
            extension: upload.extension,
            manual: upload.manual,
            places: PRESENT,
            created_at: None,
        };
        match id {
            Some(id) => drop(self.backups.insert(id.to_owned(), backup)),
            None => self.arrivals.push(backup),
        }
    }

    /// The backup that an upload has become.
    pub(crate) fn stored(&self, upload: &Upload) -> Option<&str> {
        let same = |(_, backup): &(&String, &Backup)| Arc::ptr_eq(&backup.content, &upload.content);
        self.backups.iter().find(same).map(|(id, _)| id.as_str())
    }

    /// Backups for which `which` holds are where `places` says, with their files if they go away.
    pub(crate) fn put(&mut self, places: Places, which: impl Fn(&str, Places) -> bool) {
        for (id, backup) in &mut self.backups {
            if which(id, backup.places) {
                backup.places = places;
            }
        }
        for backup in &mut self.arrivals {
            if which("", backup.places) {
                backup.places = places;
            }
        }
    }

    /// Those that may be in the bin are gone; the others stay where they may be.
    pub(crate) fn empty_bin(&mut self) {
        for backup in self.backups.values_mut().chain(&mut self.arrivals) {
            if backup.places & RECYCLED != 0 {
                backup.places = backup.places & !RECYCLED | GONE;
            }
        }
    }

    /// Files of forgotten backups stay on the disk as unknown files.
    pub(crate) fn forget(&mut self, bin: &PathBuf, which: impl Fn(&str, Places) -> bool) {
        let forgotten: Vec<_> = self
            .backups
            .iter()
            .filter(|(id, backup)| which(id, backup.places))
            .map(|(id, _)| id.clone())
            .collect();
        for id in forgotten {
            let expected = self.expected_of(&id, bin);
            self.strangers.extend(expected);
            self.backups.remove(&id);
        }
    }

    /// The target is gone with all that it had.
    pub(crate) fn delete_target(&mut self) {
        self.target = None;
        self.backups.clear();
        self.arrivals.clear();
    }

    /// Whether it is known where everything is, and how it is called.
    pub(crate) fn is_certain(&self) -> bool {
        let certain =
            |backup: &Backup| backup.places.is_power_of_two() && backup.created_at.is_some();
        self.backups.values().all(certain) && self.arrivals.is_empty()
    }

    /// The job that takes old backups away may run at any time: what it may take may be away.
    fn let_job_run(&mut self, law: Option<Law>) {
        let Some(law) = law else { return };
        let all: Vec<_> = self
            .backups
            .iter()
            .map(|(id, backup)| (id.clone(), backup.created_at.clone(), backup.places))
            .collect();
        // Of one second, either may have arrived later.
        let may_be_newer = |mine: &Option<String>, other: &Option<String>| match (mine, other) {
            (Some(a), Some(b)) => b >= a,
            _ => true,
        };
        let away = if law.deletes { GONE } else { RECYCLED };
        let arrivals = self.arrivals.len();
        for (id, backup) in &mut self.backups {
            if backup.places & PRESENT == 0 {
                continue;
            }
            let newer = all.iter().filter(|(other, created_at, places)| {
                other != id && places & PRESENT != 0 && may_be_newer(&backup.created_at, created_at)
            });
            if newer.count() + arrivals >= law.keep {
                backup.places |= away;
            }
        }
        let known = all
            .iter()
            .filter(|(.., places)| places & PRESENT != 0)
            .count();
        for backup in &mut self.arrivals {
            if known + arrivals > law.keep {
                backup.places |= away;
            }
        }
    }

    /// This state with what the API says filled in, or why that contradicts it.
    fn resolved(&self, view: Option<&View>) -> Result<Self, String> {
        let mut state = self.clone();
        let (target, view) = match (&mut state.target, view) {
            (None, None) => return Ok(state),
            (None, Some(_)) => return Err("its target exists".to_owned()),
            (Some(_), None) => return Err("its target is gone".to_owned()),
            (Some(target), Some(view)) => (target, view),
        };
        let id = view.target["id"].as_str().unwrap();
        if target.id.get_or_insert_with(|| id.to_owned()) != id {
            return Err(format!("its target has another id: {id}"));
        }
        for (field, expected) in [
            ("location", &target.location.spelling),
            ("name_template", &target.template),
        ] {
            if view.target[field] != **expected {
                let found = &view.target[field];
                return Err(format!("{field} should be `{expected}` and is {found}"));
            }
        }
        let mut seen = HashMap::new();
        for found in &view.backups {
            let id = found["id"].as_str().unwrap();
            let mut backup = if let Some(backup) = state.backups.remove(id) {
                backup
            } else {
                let hash = |backup: &Backup| found["hash"] == backup.content.hash();
                let arrival = state.arrivals.iter().position(hash);
                let arrival = arrival.ok_or_else(|| format!("unknown backup {found}"))?;
                state.arrivals.remove(arrival)
            };
            backup.agree(found)?;
            seen.insert(id.to_owned(), backup);
        }
        for (id, backup) in &state.backups {
            if backup.places & GONE == 0 {
                return Err(format!("lost backup {id}"));
            }
        }
        if state
            .arrivals
            .iter()
            .any(|backup| backup.places & GONE == 0)
        {
            return Err("an upload is not there".to_owned());
        }
        state.arrivals.clear();
        state.backups = seen.into_iter().collect();
        Ok(state)
    }

    /// Everything that must lie on the disk; every place must be known.
    pub(crate) fn expected(&self, bin: &PathBuf) -> Vec<Expected> {
        let ids = self.backups.keys();
        let backups = ids.filter_map(|id| self.expected_of(id, bin));
        backups.chain(self.strangers.iter().cloned()).collect()
    }

    fn expected_of(&self, id: &str, bin: &PathBuf) -> Option<Expected> {
        let target = self.target.as_ref()?;
        let backup = &self.backups[id];
        let directory = match backup.observed() {
            PRESENT => &target.location.path,
            RECYCLED => bin,
            _ => return None,
        };
        let stem = target
            .template
            .replace("$I", id)
            .replace("$D", &for_file_name(backup.created_at.as_ref().unwrap()))
            .replace("$M", if backup.manual { "manual" } else { "auto" });
        Some(Expected {
            directory: directory.clone(),
            stem,
            extension: backup.extension,
            numbered: !target.template.contains("$I"),
            content: Arc::clone(&backup.content),
            owner: format!("backup {id}"),
        })
    }
}

impl Backup {
    /// The one place that it is in, once the server was asked. Later effects of the job do not
    /// count, so the lowest bit is the place.
    fn observed(&self) -> Places {
        self.places & self.places.wrapping_neg()
    }

    /// Fills in what the API says, or tells how that contradicts what is known.
    fn agree(&mut self, found: &Value) -> Result<(), String> {
        let place = if found["is_recycled"] == true {
            RECYCLED
        } else {
            PRESENT
        };
        if self.places & place == 0 {
            return Err(format!("in the wrong place: {found}"));
        }
        if found["hash"] != self.content.hash() || found["filesize"] != self.content.size() {
            return Err(format!("with another content: {found}"));
        }
        let created_at = found["created_at"].as_str().unwrap();
        if self.created_at.get_or_insert_with(|| created_at.to_owned()) != created_at {
            return Err(format!("created at another time: {found}"));
        }
        if found["manual"] != self.manual {
            return Err(format!("manual or not: {found}"));
        }
        self.places = place;
        Ok(())
    }
}

/// A time of the API as names of files have it: `20250711T125717Z`.
fn for_file_name(time: &str) -> String {
    let time = time.strip_suffix("+00:00").unwrap();
    format!("{}Z", time.replace(['-', ':'], ""))
}
