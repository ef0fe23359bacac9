//! Threads that keep a server busy and write into the ledger what it has acknowledged.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use serde_json::{Value, json};

use crate::content::{Kind, Upload};
use crate::http::{self, Answer, Outcome};
use crate::ledger::{GONE, Law, Location, PRESENT, Places, RECYCLED, Repeat, Slot, State, Target};
use crate::rng::Rng;
use crate::support::Form;

/// Backups of one target beyond which deleting comes first.
const MOST_BACKUPS: usize = 8;

/// Jobs that can be made to run, the one that takes backups away more often.
const JOBS: [&str; 6] = [
    "recycle_job",
    "recycle_job",
    "backup_filesize_job",
    "deduplicate_job",
    "tmp_purge_job",
    "integrity_check_job",
];

/// Statuses of refusals that are in order.
type Refusals = &'static [u16];
/// None is.
const NONE: Refusals = &[];
/// What was asked for may not be there any more.
const MISSING: Refusals = &[404];
/// Another target may have it already.
const TAKEN: Refusals = &[400, 409];
/// The upload is at fault.
const BROKEN: Refusals = &[400];

/// What has become of the requests of one kind.
#[derive(Clone, Copy, Default)]
pub(crate) struct Count {
    pub(crate) sent: u64,
    pub(crate) acknowledged: u64,
    pub(crate) refused: u64,
    pub(crate) lost: u64,
}

/// What all threads share.
pub(crate) struct Load {
    /// The targets of each thread.
    pub(crate) slots: Vec<Mutex<Vec<Slot>>>,
    pub(crate) bin: PathBuf,
    pub(crate) counts: Mutex<BTreeMap<&'static str, Count>>,
    /// Jobs of uploads that were acknowledged.
    pub(crate) jobs: Mutex<Vec<i64>>,
    pub(crate) findings: Mutex<Vec<String>>,
}

/// The server is dead: this round is over.
struct Dead;

/// What an operation has led to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Done,
    Refused,
    NotSent,
    Lost,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Load {
    /// For so many threads, over these storage roots and this recycle bin.
    pub(crate) fn new(workers: usize, roots: &[PathBuf; 2], bin: &Path) -> Self {
        Self {
            slots: (0..workers)
                .map(|worker| Mutex::new(slots(worker, roots)))
                .collect(),
            bin: bin.to_owned(),
            counts: Mutex::default(),
            jobs: Mutex::default(),
            findings: Mutex::default(),
        }
    }

    /// Keeps the server busy until it is dead.
    pub(crate) fn run(&self, worker: usize, addr: SocketAddr, mut rng: Rng) {
        while self.step(worker, addr, &mut rng).is_ok() {}
    }

    fn step(&self, worker: usize, addr: SocketAddr, rng: &mut Rng) -> Result<(), Dead> {
        match rng.below(100) {
            0..2 => return self.clear_bin(addr),
            2..5 => {
                let path = format!("/api/jobs/force_run/{}", rng.pick(&JOBS));
                let (fate, answer) = self.count("force_run", http::get(addr, &path));
                return self.end("force_run", fate, answer.as_ref(), NONE);
            }
            5..8 => return self.clash(worker, addr, rng),
            _ => {}
        }
        let mut slots = lock(&self.slots[worker]);
        let slot = rng.index(slots.len());
        let op = Op {
            load: self,
            addr,
            slot: &mut slots[slot],
        };
        op.random(rng)
    }

    /// Empties the bin of all threads' targets while all of them wait.
    fn clear_bin(&self, addr: SocketAddr) -> Result<(), Dead> {
        let mut all: Vec<_> = self.slots.iter().map(lock).collect();
        let body = json!({"delete_files": true});
        let outcome = http::json(addr, "DELETE", "/api/recycle_bin", &body);
        let (fate, answer) = self.count("clear_bin", outcome);
        for slot in all.iter_mut().flat_map(|slots| slots.iter_mut()) {
            slot.settle(fate, State::empty_bin);
        }
        self.end("clear_bin", fate, answer.as_ref(), NONE)
    }

    /// Two targets want to be called the same: one may, or none where a third is called so.
    fn clash(&self, worker: usize, addr: SocketAddr, rng: &mut Rng) -> Result<(), Dead> {
        let mut slots = lock(&self.slots[worker]);
        let first = rng.index(slots.len() - 1);
        let (first, second) = slots[first..].split_at_mut(1);
        let mut pair = [&mut first[0], &mut second[0]].map(|slot| Op {
            load: self,
            addr,
            slot,
        });
        if pair.iter().any(|op| op.slot.target().is_none()) {
            return Ok(());
        }
        let edits = [0, 1].map(|at| {
            let mut target = pair[at].edited(rng);
            target.template = format!("clash{worker}-$I");
            target
        });
        let answers: Vec<_> = thread::scope(|scope| {
            let both = pair.iter().zip(&edits);
            let threads: Vec<_> = both
                .map(|(op, edit)| scope.spawn(|| op.patch("edit (clash)", edit)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        if answers.iter().all(|(fate, _)| *fate == Fate::Done) {
            self.finding(format!("two targets are called clash{worker}-$I"));
        }
        for ((op, edit), (fate, _)) in pair.iter_mut().zip(&edits).zip(&answers) {
            op.slot
                .settle(*fate, |state| state.target = Some(edit.clone()));
        }
        answers
            .iter()
            .try_for_each(|(fate, answer)| self.end("edit (clash)", *fate, answer.as_ref(), TAKEN))
    }

    fn count(&self, kind: &'static str, outcome: Outcome) -> (Fate, Option<Answer>) {
        let mut counts = lock(&self.counts);
        let count = counts.entry(kind).or_default();
        let (fate, answer) = match outcome {
            Outcome::NotSent => return (Fate::NotSent, None),
            Outcome::Lost => (Fate::Lost, None),
            Outcome::Answered(answer) if answer.is_success() => (Fate::Done, Some(answer)),
            Outcome::Answered(answer) => (Fate::Refused, Some(answer)),
        };
        count.sent += 1;
        match fate {
            Fate::Done => count.acknowledged += 1,
            Fate::Refused => count.refused += 1,
            _ => count.lost += 1,
        }
        (fate, answer)
    }

    fn finding(&self, what: String) {
        lock(&self.findings).push(what);
    }

    /// Ends an operation; a refusal that nothing explains is a finding.
    fn end(
        &self,
        what: &str,
        fate: Fate,
        answer: Option<&Answer>,
        refusals: Refusals,
    ) -> Result<(), Dead> {
        let refused = answer.filter(|_| fate == Fate::Refused);
        if let Some(answer) = refused.filter(|answer| !refusals.contains(&answer.status)) {
            let Answer { status, body } = answer;
            self.finding(format!("{what} was refused: {status} {body}"));
        }
        match fate {
            Fate::Done | Fate::Refused => Ok(()),
            Fate::NotSent | Fate::Lost => Err(Dead),
        }
    }
}

impl Slot {
    /// The target, if it is certain that it exists.
    fn target(&self) -> Option<&Target> {
        match &self.states[..] {
            [state] => state.target.as_ref(),
            _ => None,
        }
    }

    fn settle(&mut self, fate: Fate, change: impl Fn(&mut State)) {
        match fate {
            Fate::Done => self.done(change),
            Fate::Lost => self.lost(change),
            Fate::Refused | Fate::NotSent => {}
        }
    }
}

/// One operation on one target.
struct Op<'a> {
    load: &'a Load,
    addr: SocketAddr,
    slot: &'a mut Slot,
}

impl Op<'_> {
    fn random(self, rng: &mut Rng) -> Result<(), Dead> {
        if self.slot.states.len() > 1 {
            // The answer to an operation on it was lost in this round.
            return Err(Dead);
        }
        if self.slot.known().target.is_none() {
            self.slot.repeat = None;
            return self.create(rng);
        }
        if rng.percent(60)
            && let Some(mut repeat) = self.slot.repeat.take()
        {
            // A backup that was deleted is stored again.
            let backups = &self.slot.known().backups;
            repeat.id = repeat.id.filter(|id| backups.contains_key(id));
            return self.upload_with_key(repeat, 1);
        }
        let full = self.slot.known().backups.len() > MOST_BACKUPS;
        match rng.below(if full { 60 } else { 100 }) {
            0..10 => self.recycle(rng, true),
            10..18 => self.recycle(rng, false),
            18..30 => self.edit(rng),
            30..42 => self.delete_backup(rng),
            42..47 => self.delete_recycled(rng),
            47..50 => self.delete_all(rng),
            50..53 => self.delete_target(rng),
            53..56 => self.upload_broken(rng),
            56..60 => self.upload_and_delete_target(rng),
            60..68 if self.slot.law.is_none() => {
                let mut upload = Upload::random(rng, self.slot.kind);
                upload.key = Some(format!("key-{:016x}", rng.next()));
                let times = 1 + rng.index(2);
                self.upload_with_key(Repeat { upload, id: None }, times)
            }
            68..76 => self.upload_and_edit(rng),
            76..82 => self.change_and_edit(rng),
            _ => self.upload(rng),
        }
    }

    fn path(&self, rest: &str) -> String {
        let id = self
            .slot
            .known()
            .target
            .as_ref()
            .and_then(|target| target.id.as_ref());
        format!("/api/target/{}{rest}", id.unwrap())
    }

    fn json(
        &self,
        kind: &'static str,
        method: &str,
        path: &str,
        body: &Value,
    ) -> (Fate, Option<Answer>) {
        self.load
            .count(kind, http::json(self.addr, method, path, body))
    }

    fn end(
        &self,
        what: &str,
        fate: Fate,
        answer: Option<&Answer>,
        refusals: Refusals,
    ) -> Result<(), Dead> {
        let what = format!("{}: {what}", self.slot.name);
        self.load.end(&what, fate, answer, refusals)
    }

    fn create(self, rng: &mut Rng) -> Result<(), Dead> {
        let mut target = self.random_target(rng, None);
        let body = self.slot.creation(&target);
        let (fate, answer) = self.json("create", "POST", "/api/target", &body);
        if let (Fate::Done, Some(answer)) = (fate, &answer) {
            target.id = Some(answer.body["id"].as_str().unwrap().to_owned());
        }
        self.slot
            .settle(fate, |state| state.target = Some(target.clone()));
        self.end("create", fate, answer.as_ref(), NONE)
    }

    fn random_target(&self, rng: &mut Rng, id: Option<String>) -> Target {
        let name = &self.slot.name;
        let location: &Location = rng.pick(&self.slot.locations);
        let templates = [
            format!("{name}-$I"),
            format!("$M-{name}-$I"),
            format!("{name} $D $I"),
            format!("{name}-$D"),
        ];
        let template = rng.pick(&templates).clone();
        Target {
            id,
            location: location.clone(),
            template,
        }
    }

    fn upload(self, rng: &mut Rng) -> Result<(), Dead> {
        let upload = Upload::random(rng, self.slot.kind);
        let (fate, answer) = self.send("upload", &upload);
        let id = self.accepted(answer.as_ref());
        self.slot
            .settle(fate, |state| state.store(id.as_deref(), &upload));
        self.end("upload", fate, answer.as_ref(), NONE)
    }

    fn send(&self, kind: &'static str, upload: &Upload) -> (Fate, Option<Answer>) {
        self.load
            .count(kind, post(self.addr, &self.path("/upload"), upload))
    }

    /// Notes the job of an upload that was acknowledged, and returns the backup's id.
    fn accepted(&self, answer: Option<&Answer>) -> Option<String> {
        let answer = answer.filter(|answer| answer.is_success())?;
        lock(&self.load.jobs).push(answer.body["job_id"].as_i64().unwrap());
        Some(answer.body["backup_id"].as_str().unwrap().to_owned())
    }

    /// Sends an upload with a key, perhaps several times at once, and perhaps once more after it
    /// was stored: it must be stored once.
    fn upload_with_key(self, repeat: Repeat, times: usize) -> Result<(), Dead> {
        let Repeat { upload, id: before } = repeat;
        let answers: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..times)
                .map(|_| scope.spawn(|| self.send("upload (key)", &upload)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let mut ids: Vec<_> = answers
            .iter()
            .filter_map(|(_, answer)| self.accepted(answer.as_ref()))
            .chain(before.clone())
            .collect();
        ids.dedup();
        if ids.len() > 1 {
            self.load
                .finding(format!("{}: one key, stored as {ids:?}", self.slot.name));
        }
        let lost = answers.iter().any(|(fate, _)| *fate == Fate::Lost);
        let fate = match (ids.is_empty(), lost) {
            (false, _) => Fate::Done,
            (true, true) => Fate::Lost,
            (true, false) => Fate::NotSent,
        };
        if before.is_none() {
            let id = ids.first().map(String::as_str);
            self.slot.settle(fate, |state| state.store(id, &upload));
        }
        let id = ids.pop();
        self.slot.repeat = Some(Repeat { upload, id });
        answers
            .iter()
            .try_for_each(|(fate, answer)| self.end("upload (key)", *fate, answer.as_ref(), NONE))
    }

    fn upload_broken(self, rng: &mut Rng) -> Result<(), Dead> {
        let body = Upload::broken(rng);
        let content_type = Form::content_type();
        let headers = [("Content-Type", content_type.as_str())];
        let path = self.path("/upload");
        let outcome = http::send(self.addr, "POST", &path, &headers, &body);
        let (fate, answer) = self.load.count("upload (broken)", outcome);
        if fate == Fate::Done {
            let slot = &self.slot.name;
            self.load
                .finding(format!("{slot}: a broken upload was stored: {answer:?}"));
        }
        self.end("upload (broken)", fate, answer.as_ref(), BROKEN)
    }

    /// A backup, if there is any.
    fn backup(&self, rng: &mut Rng) -> Option<(String, Places)> {
        let backups = &self.slot.known().backups;
        let (id, backup) = backups.iter().nth(rng.index(backups.len().max(1)))?;
        Some((id.clone(), backup.places))
    }

    fn recycle(self, rng: &mut Rng, recycled: bool) -> Result<(), Dead> {
        let Some((id, places)) = self.backup(rng) else {
            return Ok(());
        };
        let kind = if recycled { "recycle" } else { "restore" };
        let to = if recycled { RECYCLED } else { PRESENT };
        let body = json!({"is_recycled": recycled});
        let (fate, answer) = self.json(kind, "PATCH", &format!("/api/backup/{id}"), &body);
        self.slot
            .settle(fate, |state| state.put(to, |other, _| other == id));
        self.end(kind, fate, answer.as_ref(), refusals(places))
    }

    fn edit(self, rng: &mut Rng) -> Result<(), Dead> {
        let target = self.edited(rng);
        let (fate, answer) = self.patch("edit", &target);
        self.slot
            .settle(fate, |state| state.target = Some(target.clone()));
        self.end("edit", fate, answer.as_ref(), NONE)
    }

    fn edited(&self, rng: &mut Rng) -> Target {
        let old = self.slot.known().target.as_ref().unwrap();
        let mut new = self.random_target(rng, old.id.clone());
        match rng.below(3) {
            0 => new.location = old.location.clone(),
            1 => new.template.clone_from(&old.template),
            _ => {}
        }
        new
    }

    fn patch(&self, kind: &'static str, target: &Target) -> (Fate, Option<Answer>) {
        let mut body = self.slot.creation(target);
        body.as_object_mut().unwrap().remove("backup_type");
        self.json(kind, "PATCH", &self.path(""), &body)
    }

    /// An upload that arrives while its target moves away.
    fn upload_and_edit(self, rng: &mut Rng) -> Result<(), Dead> {
        let upload = Upload::random(rng, self.slot.kind);
        let target = self.edited(rng);
        let ((uploaded, answer), (edited, other)) = thread::scope(|scope| {
            let uploading = scope.spawn(|| self.send("upload (editing)", &upload));
            let edited = self.patch("edit (uploading)", &target);
            (uploading.join().unwrap(), edited)
        });
        let id = self.accepted(answer.as_ref());
        self.slot
            .settle(uploaded, |state| state.store(id.as_deref(), &upload));
        self.slot
            .settle(edited, |state| state.target = Some(target.clone()));
        self.end("upload (editing)", uploaded, answer.as_ref(), NONE)?;
        self.end("edit (uploading)", edited, other.as_ref(), NONE)
    }

    /// A backup that is recycled, restored or deleted while its target moves.
    fn change_and_edit(self, rng: &mut Rng) -> Result<(), Dead> {
        let Some((id, places)) = self.backup(rng) else {
            return Ok(());
        };
        let target = self.edited(rng);
        let (kind, method, body, to) = match rng.below(3) {
            0 => (
                "recycle (editing)",
                "PATCH",
                json!({"is_recycled": true}),
                RECYCLED,
            ),
            1 => (
                "restore (editing)",
                "PATCH",
                json!({"is_recycled": false}),
                PRESENT,
            ),
            _ => (
                "delete_backup (editing)",
                "DELETE",
                json!({"delete_files": true}),
                GONE,
            ),
        };
        let path = format!("/api/backup/{id}");
        let ((changed, answer), (edited, other)) = thread::scope(|scope| {
            let changing = scope.spawn(|| self.json(kind, method, &path, &body));
            let edited = self.patch("edit (changing)", &target);
            (changing.join().unwrap(), edited)
        });
        self.slot
            .settle(changed, |state| state.put(to, |other, _| other == id));
        self.slot
            .settle(edited, |state| state.target = Some(target.clone()));
        self.end(kind, changed, answer.as_ref(), refusals(places))?;
        self.end("edit (changing)", edited, other.as_ref(), NONE)
    }

    /// An upload that arrives while its target is deleted.
    fn upload_and_delete_target(self, rng: &mut Rng) -> Result<(), Dead> {
        let upload = Upload::random(rng, self.slot.kind);
        let body = json!({"delete_files": true});
        let ((uploaded, answer), (deleted, other)) = thread::scope(|scope| {
            let uploading = scope.spawn(|| self.send("upload (deleting)", &upload));
            let deleted = self.json("delete_target (uploading)", "DELETE", &self.path(""), &body);
            (uploading.join().unwrap(), deleted)
        });
        let id = self.accepted(answer.as_ref());
        self.slot
            .settle(uploaded, |state| state.store(id.as_deref(), &upload));
        self.slot.settle(deleted, State::delete_target);
        self.end("upload (deleting)", uploaded, answer.as_ref(), MISSING)?;
        self.end("delete_target (uploading)", deleted, other.as_ref(), NONE)
    }

    /// Whether the files of a deletion go, too. Only where it is known which they are may they stay.
    fn delete_files(&self, rng: &mut Rng) -> bool {
        rng.percent(70) || !self.slot.known().is_certain()
    }

    fn delete_backup(self, rng: &mut Rng) -> Result<(), Dead> {
        let Some((id, places)) = self.backup(rng) else {
            return Ok(());
        };
        let path = format!("/api/backup/{id}");
        self.delete("delete_backup", &path, rng, refusals(places), |other, _| {
            other == id
        })
    }

    fn delete_recycled(self, rng: &mut Rng) -> Result<(), Dead> {
        let path = self.path("/recycled");
        if self.slot.known().is_certain() {
            return self.delete("delete_recycled", &path, rng, NONE, |_, places| {
                places == RECYCLED
            });
        }
        let body = json!({"delete_files": true});
        let (fate, answer) = self.json("delete_recycled", "DELETE", &path, &body);
        self.slot.settle(fate, State::empty_bin);
        self.end("delete_recycled", fate, answer.as_ref(), NONE)
    }

    fn delete_all(self, rng: &mut Rng) -> Result<(), Dead> {
        let path = self.path("/all");
        self.delete("delete_all", &path, rng, NONE, |_, _| true)
    }

    /// Deletes the backups for which `which` holds.
    fn delete(
        self,
        kind: &'static str,
        path: &str,
        rng: &mut Rng,
        refusals: Refusals,
        which: impl Fn(&str, Places) -> bool,
    ) -> Result<(), Dead> {
        let delete_files = self.delete_files(rng);
        let (fate, answer) =
            self.json(kind, "DELETE", path, &json!({"delete_files": delete_files}));
        let bin = &self.load.bin;
        self.slot.settle(fate, |state| {
            if !delete_files {
                state.forget(bin, &which);
            }
            state.put(GONE, &which);
        });
        self.end(kind, fate, answer.as_ref(), refusals)
    }

    fn delete_target(self, rng: &mut Rng) -> Result<(), Dead> {
        let delete_files = self.delete_files(rng);
        let body = json!({"delete_files": delete_files});
        let (fate, answer) = self.json("delete_target", "DELETE", &self.path(""), &body);
        let bin = &self.load.bin;
        self.slot.settle(fate, |state| {
            if !delete_files {
                state.forget(bin, |_, _| true);
            }
            state.delete_target();
        });
        self.end("delete_target", fate, answer.as_ref(), NONE)
    }
}

/// What may be the answer for a backup that may be in these places.
fn refusals(places: Places) -> Refusals {
    if places & GONE == 0 { NONE } else { MISSING }
}

fn post(addr: SocketAddr, path: &str, upload: &Upload) -> Outcome {
    let content_type = Form::content_type();
    let mut headers = vec![("Content-Type", content_type.as_str())];
    if let Some(key) = &upload.key {
        headers.push(("Idempotency-Key", key));
    }
    http::send(addr, "POST", path, &headers, &upload.body)
}

/// The targets of one thread: with files, with trees, and one of each rule that deletes.
fn slots(worker: usize, roots: &[PathBuf; 2]) -> Vec<Slot> {
    let law = |deletes| Some(Law { keep: 2, deletes });
    let kinds = [
        (Kind::Single, None),
        (Kind::Multi, None),
        (
            if worker.is_multiple_of(2) {
                Kind::Multi
            } else {
                Kind::Single
            },
            law(!worker.is_multiple_of(2)),
        ),
    ];
    let slot = |(number, (kind, law))| {
        let name = format!("w{worker}s{number}");
        let own = |root: usize, rest: &str| {
            let path = roots[root].join(rest);
            let spelling = match root {
                0 => rest.to_owned(),
                _ => path.to_str().unwrap().to_owned(),
            };
            Location { spelling, path }
        };
        Slot {
            locations: vec![
                own(0, &format!("{name}/deep")),
                own(0, "shared"),
                own(1, &name),
                own(1, "shared/deep"),
            ],
            name,
            kind,
            law,
            states: vec![State::default()],
            repeat: None,
        }
    };
    (0..).zip(kinds).map(slot).collect()
}
