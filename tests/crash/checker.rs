//! Comparing a restarted server and its disks with the ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::content::Content;
use crate::http::{self, Outcome};
use crate::ledger::{Expected, Slot, View};
use crate::load::{Load, lock};

/// What the checks have looked at.
#[derive(Clone, Copy, Default)]
pub(crate) struct Seen {
    pub(crate) backups: u64,
    pub(crate) bytes: u64,
}

/// Everything that is wrong with an idle server; the ledger knows afterwards what is true.
pub(crate) fn check(
    load: &Load,
    roots: &[PathBuf],
    addr: SocketAddr,
    seen: &mut Seen,
) -> Vec<String> {
    let mut faults = Vec::new();
    let targets = targets(addr);
    let mut slots: Vec<_> = load.slots.iter().map(lock).collect();
    let slots: Vec<&mut Slot> = slots
        .iter_mut()
        .flat_map(|slots| slots.iter_mut())
        .collect();
    let mut known = BTreeSet::new();
    let mut expected = Vec::new();
    let mut locations = BTreeSet::from([load.bin.clone()]);
    for slot in slots {
        known.insert(slot.name.clone());
        locations.extend(slot.locations.iter().map(|location| location.path.clone()));
        let view = targets.get(&slot.name).map(|target| view(addr, target));
        match slot.resolve(view.as_ref()) {
            Ok(()) => expected.extend(slot.known().expected(&load.bin)),
            Err(fault) => faults.push(fault),
        }
    }
    let unknown = targets.keys().filter(|name| !known.contains(*name));
    faults.extend(unknown.map(|name| format!("unknown target {name}")));
    jobs(load, addr, &mut faults);
    // Without knowing what should be there, whatever lies on the disk would be a fault.
    if faults.is_empty() {
        let mut disk = Disk {
            locations,
            faults: Vec::new(),
            found: BTreeSet::new(),
        };
        for root in roots {
            disk.walk(root);
        }
        disk.walk(&load.bin);
        disk.claim(expected, seen);
        faults.extend(disk.faults);
    }
    faults
}

fn get(addr: SocketAddr, path: &str) -> Value {
    match http::get(addr, path) {
        Outcome::Answered(answer) if answer.is_success() => answer.body,
        other => panic!("{path} of an idle server: {other:?}"),
    }
}

/// All targets by name.
fn targets(addr: SocketAddr) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for page in 1.. {
        let answer = get(addr, &format!("/api/target?page={page}"));
        let targets = answer["targets"].as_array().unwrap();
        if targets.is_empty() {
            break;
        }
        for target in targets {
            let name = target["name"].as_str().unwrap().to_owned();
            let before = all.insert(name, target.clone());
            assert!(before.is_none(), "two targets of one name: {target}");
        }
    }
    all
}

fn view(addr: SocketAddr, target: &Value) -> View {
    let answer = get(
        addr,
        &format!("/api/target/{}", target["id"].as_str().unwrap()),
    );
    View {
        target: answer["target"].clone(),
        backups: answer["backups"].as_array().unwrap().clone(),
    }
}

/// Nothing is under way, and what was acknowledged has ended well.
fn jobs(load: &Load, addr: SocketAddr, faults: &mut Vec<String>) {
    let answer = get(addr, "/api/jobs");
    let acknowledged = lock(&load.jobs);
    for job in answer["delayed"].as_array().unwrap() {
        let mine = acknowledged.contains(&job["id"].as_i64().unwrap());
        let ended = job["status"] == "FINISHED" || job["status"] == "ERROR";
        if !ended || mine && job["status"] != "FINISHED" {
            faults.push(format!(
                "a job after the restart (acknowledged: {mine}): {job}"
            ));
        }
    }
}

/// What lies in the directories of backups.
struct Disk {
    /// Directories that hold backups.
    locations: BTreeSet<PathBuf>,
    /// Files and trees that belong to no record.
    found: BTreeSet<PathBuf>,
    faults: Vec<String>,
}

impl Disk {
    fn walk(&mut self, directory: &Path) {
        let Ok(entries) = fs::read_dir(directory) else {
            return;
        };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.ends_with(".bchan") {
                self.leftovers(&path);
            } else if self
                .locations
                .iter()
                .any(|location| location.starts_with(&path))
            {
                self.walk(&path);
            } else {
                self.found.insert(path);
            }
        }
    }

    /// Nothing is on its way in or out.
    fn leftovers(&mut self, own: &Path) {
        for instance in fs::read_dir(own)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            for folder in ["staging", "trash"] {
                let entries = fs::read_dir(instance.join(folder)).into_iter().flatten();
                let left =
                    entries.map(|entry| format!("left over: {}", entry.unwrap().path().display()));
                self.faults.extend(left);
            }
        }
    }

    /// Gives everything that must be there to its owner; what is left is a fault.
    fn claim(&mut self, mut expected: Vec<Expected>, seen: &mut Seen) {
        // Names that leave no choice come first.
        expected.sort_by_key(|expected| expected.numbered);
        for expected in expected {
            seen.backups += 1;
            if let Err(fault) = self.claim_one(&expected, seen) {
                self.faults.push(fault);
            }
        }
        let left = self.found.iter();
        self.faults
            .extend(left.map(|path| format!("unknown: {}", path.display())));
    }

    fn claim_one(&mut self, expected: &Expected, seen: &mut Seen) -> Result<(), String> {
        let mut nearest = "nothing is there".to_owned();
        let numbers = if expected.numbered { 1..=64 } else { 1..=1 };
        for number in numbers {
            let tail = if number == 1 {
                String::new()
            } else {
                format!("~{number}")
            };
            let name = format!("{}{tail}{}", expected.stem, expected.extension);
            let path = expected.directory.join(name);
            if !self.found.contains(&path) {
                continue;
            }
            match Content::read(&path, &mut seen.bytes).unwrap() {
                Some(content) if content == *expected.content => {
                    self.found.remove(&path);
                    return Ok(());
                }
                Some(content) => nearest = expected.content.difference(&content),
                None => {}
            }
        }
        Err(format!(
            "{} at {}/{}{}: {nearest}",
            expected.owner,
            expected.directory.display(),
            expected.stem,
            expected.extension
        ))
    }
}
