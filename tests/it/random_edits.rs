//! Random edits of a tree, with incremental backups and whatever else happens to backups in between.
//!
//! Every backup must be what a full one would have been, and must stay that, whatever becomes of the
//! backups that it shares files with. `BCHAN_STEPS` is the number of steps, `BCHAN_SEED` makes others,
//! and `BCHAN_TEST_SHARE` is the way in which the server shares files.

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes, Permissions};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{XattrFlags, lgetxattr, setxattr};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::TestServer;

/// Numbers that only look random.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % below
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        let count = u64::try_from(list.len()).unwrap();
        (count > 0).then(|| list[usize::try_from(self.roll(count)).unwrap()].clone())
    }

    fn noise(&mut self, length: u64) -> Vec<u8> {
        let bytes = (0..length.div_ceil(8)).flat_map(|_| self.roll(u64::MAX).to_le_bytes());
        bytes.take(usize::try_from(length).unwrap()).collect()
    }
}

/// Everything of an entry that a stored backup shows on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    kind: u32,
    mode: u32,
    mtime: (i64, i64),
    content: Vec<u8>,
    note: Option<Vec<u8>>,
    /// The first name of the same inode in the tree.
    first: PathBuf,
}

type Tree = BTreeMap<PathBuf, State>;

fn paths(root: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path.clone());
            }
            found.push(path);
        }
    }
    found.sort();
    found
}

fn tree(root: &Path) -> Tree {
    let mut firsts = BTreeMap::new();
    let mut tree = Tree::new();
    for path in paths(root) {
        let at = root.join(&path);
        let meta = fs::symlink_metadata(&at).unwrap();
        let kind = meta.file_type();
        let content = if kind.is_symlink() {
            fs::read_link(&at)
                .unwrap()
                .into_os_string()
                .into_encoded_bytes()
        } else if kind.is_file() {
            Sha256::digest(fs::read(&at).unwrap()).to_vec()
        } else {
            Vec::new()
        };
        let mut note = vec![0; 100];
        let length = lgetxattr(&at, "user.note", &mut note);
        let first = firsts
            .entry(meta.ino())
            .or_insert_with(|| path.clone())
            .clone();
        let state = State {
            kind: meta.mode() & 0o170_000,
            // Of a link, the mode means nothing.
            mode: if kind.is_symlink() {
                0
            } else {
                meta.mode() & 0o777
            },
            mtime: (meta.mtime(), meta.mtime_nsec()),
            content,
            note: length.ok().map(|length| note[..length].to_vec()),
            first,
        };
        tree.insert(path, state);
    }
    tree
}

/// Changes one thing of a tree.
fn edit(root: &Path, dice: &mut Dice) {
    let all = paths(root);
    let of = |wanted: fn(&fs::FileType) -> bool| -> Vec<PathBuf> {
        let is_wanted =
            |path: &&PathBuf| wanted(&fs::symlink_metadata(root.join(path)).unwrap().file_type());
        all.iter()
            .filter(is_wanted)
            .map(|path| root.join(path))
            .collect()
    };
    let (files, folders) = (of(fs::FileType::is_file), of(fs::FileType::is_dir));
    let mut homes = folders.clone();
    homes.push(root.to_owned());
    let home = dice.pick(&homes).unwrap();
    let new = home.join(format!("n{}", dice.roll(1_000_000)));
    let file = dice.pick(&files);
    let length = [0, 10, 5000, 70_000, 1_300_000][usize::try_from(dice.roll(5)).unwrap()];
    match (dice.roll(17), file) {
        (0 | 1, _) | (_, None) => fs::write(&new, dice.noise(length)).unwrap(),
        (2, Some(file)) => fs::write(file, dice.noise(length)).unwrap(),
        (3 | 4, Some(file)) => {
            // A part of it, in place.
            let size = fs::metadata(&file).unwrap().len();
            let at = dice.roll(size + 1);
            let file = File::options().write(true).open(file).unwrap();
            file.write_all_at(&dice.noise(20), at).unwrap();
        }
        (5, Some(file)) => {
            // The same size and time, but another content.
            let meta = fs::metadata(&file).unwrap();
            fs::write(&file, dice.noise(meta.len())).unwrap();
            let times = FileTimes::new().set_modified(meta.modified().unwrap());
            File::options()
                .write(true)
                .open(file)
                .unwrap()
                .set_times(times)
                .unwrap();
        }
        (6, Some(file)) => {
            let mode = [0o600, 0o644, 0o755, 0o400][usize::try_from(dice.roll(4)).unwrap()];
            fs::set_permissions(file, Permissions::from_mode(mode)).unwrap();
        }
        (7, Some(file)) => {
            let time = SystemTime::UNIX_EPOCH + Duration::new(dice.roll(2_000_000_000), 7);
            let times = FileTimes::new().set_modified(time);
            File::open(file).unwrap().set_times(times).unwrap();
        }
        (8, Some(file)) => {
            let value = dice.roll(9).to_string();
            let _ = setxattr(file, "user.note", value.as_bytes(), XattrFlags::empty());
        }
        (9, Some(file)) => fs::rename(file, new).unwrap(),
        (10, Some(file)) => fs::hard_link(file, new).unwrap(),
        (11, Some(file)) => drop(fs::copy(file, new).unwrap()),
        (12, Some(file)) => fs::remove_file(file).unwrap(),
        (13, _) => fs::create_dir(new).unwrap(),
        (14, _) => symlink(format!("to {}", dice.roll(100)), new).unwrap(),
        (15, Some(file)) => {
            // A file becomes a directory, with itself below it.
            let aside = root.join("aside");
            fs::rename(&file, &aside).unwrap();
            fs::create_dir(&file).unwrap();
            fs::rename(aside, file.join("inside")).unwrap();
        }
        (_, Some(_)) => {
            if let Some(folder) = dice.pick(&folders) {
                let into_itself = new.starts_with(&folder);
                if dice.roll(3) == 0 {
                    fs::remove_dir_all(folder).unwrap();
                } else if !into_itself {
                    fs::rename(folder, new).unwrap();
                }
            }
        }
    }
}

/// A backup of which it is known what it was.
struct Known {
    id: String,
    recycled: bool,
    tree: Tree,
}

struct Scene {
    server: Option<TestServer>,
    backups: Vec<Known>,
    location: String,
    moves: u64,
}

impl Scene {
    fn server(&self) -> &TestServer {
        self.server.as_ref().unwrap()
    }

    /// Kills the server, and starts it again with this environment.
    fn restart(&mut self, env: &[(&str, &str)]) {
        let mut old = self.server.take().unwrap();
        if old.is_alive() {
            old.kill();
        }
        let options = old.options().to_vec();
        self.server = TestServer::over(old.into_home(), &options, env).ok();
    }

    fn place(&self, known: &Known) -> PathBuf {
        let home = if known.recycled {
            self.server().data().join("recycle-bin")
        } else {
            self.server().storage().join(&self.location)
        };
        home.join(format!("m-{}", known.id)).join("tree")
    }

    fn check(&self, known: &Known) {
        let found = tree(&self.place(known));
        for (path, state) in &known.tree {
            assert_eq!(
                found.get(path),
                Some(state),
                "{}: {}",
                known.id,
                path.display()
            );
        }
        assert_eq!(found.len(), known.tree.len(), "{}", known.id);
    }

    fn upload(&mut self, source: &Path, options: &[&str]) {
        let upload = ["backup", "upload", "m", "--allow-shrink"];
        let before = tree(source);
        let report = self.server().bchan(upload).args(options).arg(source).json();
        assert_eq!(report["complete"], true, "{report}");
        let known = Known {
            id: report["backup"]["id"].as_str().unwrap().to_owned(),
            recycled: false,
            tree: before,
        };
        self.check(&known);
        self.backups.push(known);
    }

    fn change(&self, method: &str, known: &Known, body: &Value) {
        let path = format!("/api/backup/{}", known.id);
        self.server().http().json(method, &path, body).success(200);
    }

    /// The backups of the target that are not known, which must be of this tree.
    fn take_in(&mut self, tree: &Tree) -> usize {
        let view = self.server().http().get("/api/target/m").success(200);
        let backups = view["backups"].as_array().unwrap();
        let ids = backups.iter().map(|backup| backup["id"].as_str().unwrap());
        let is_known = |id: &&str| self.backups.iter().any(|known| known.id == *id);
        let new: Vec<_> = ids.filter(|id| !is_known(id)).map(str::to_owned).collect();
        for id in &new {
            let known = Known {
                id: id.clone(),
                recycled: false,
                tree: tree.clone(),
            };
            self.check(&known);
            self.backups.push(known);
        }
        new.len()
    }

    /// An upload in which the server dies at one of its durable steps.
    fn upload_with_a_death(&mut self, source: &Path, step: u64) {
        let at = step.to_string();
        self.restart(&[("BCHAN_ABORT_AT", &*at), ("BCHAN_ABORT_FROM", "run")]);
        let upload = [
            "backup",
            "upload",
            "m",
            "--allow-shrink",
            "--retries",
            "0",
            "--quiet",
        ];
        let outcome = self.server().bchan(upload).arg(source).run();
        self.restart(&[]);
        let taken_in = self.take_in(&tree(source));
        assert!(
            taken_in <= 1 && (outcome.code != Some(0) || taken_in == 1),
            "{outcome:?}"
        );
        self.server().assert_no_leftovers();
    }

    /// An upload whose client is killed when the server has begun to receive.
    fn upload_with_a_kill(&mut self, source: &Path) {
        let upload = [
            "backup",
            "upload",
            "m",
            "--allow-shrink",
            "--full",
            "--quiet",
        ];
        let mut child = self
            .server()
            .bchan(upload)
            .arg(source)
            .into_command()
            .spawn()
            .unwrap();
        let begun = |server: &TestServer| server.log().matches("an upload begins").count();
        let before = begun(self.server());
        while begun(self.server()) == before && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // The end of the job is the end of what the server makes of it.
        let is_running = |job: &Value| job["status"] == "RUNNING" || job["status"] == "PENDING";
        let jobs = || self.server().http().get("/api/jobs").success(200)["delayed"].clone();
        while jobs().as_array().unwrap().iter().any(is_running) {
            std::thread::yield_now();
        }
        assert!(self.take_in(&tree(source)) <= 1);
    }

    /// One of the things that happen to backups.
    fn happen(&mut self, dice: &mut Dice) {
        let count = u64::try_from(self.backups.len()).unwrap();
        let which = usize::try_from(dice.roll(count.max(1))).unwrap();
        match dice.roll(8) {
            0 | 1 if count > 3 => {
                let known = self.backups.remove(which);
                self.change("DELETE", &known, &json!({ "delete_files": true }));
            }
            2 | 3 if count > 0 => {
                let mut known = self.backups.remove(which);
                known.recycled = !known.recycled;
                self.change("PATCH", &known, &json!({ "is_recycled": known.recycled }));
                self.backups.insert(which, known);
            }
            4 => {
                self.moves += 1;
                self.location = format!("place{}", self.moves);
                let edit = json!({ "location": self.location });
                self.server()
                    .http()
                    .json("PATCH", "/api/target/m", &edit)
                    .success(200);
            }
            5 => drop(self.server().run_job("integrity_check_job")),
            6 => self.restart(&[]),
            _ => {
                self.server().run_job("deduplicate_job");
                let view = self.server().http().get("/api/target/m").success(200);
                let left = view["backups"].as_array().unwrap();
                let is_left =
                    |known: &Known| left.iter().any(|backup| backup["id"] == known.id.as_str());
                self.backups.retain(is_left);
            }
        }
    }
}

#[test]
fn every_backup_is_and_stays_what_a_full_one_would_be() {
    let number = |name: &str, default: u64| {
        let value = std::env::var(name).ok();
        value.map_or(default, |value| value.parse().unwrap())
    };
    let (steps, seed) = (number("BCHAN_STEPS", 40), number("BCHAN_SEED", 7));
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let share = std::env::var("BCHAN_TEST_SHARE").unwrap_or("auto".to_owned());
    let server = TestServer::start_with(&["--share", &share], false);
    server.target_with(
        "m",
        "multi",
        &json!({ "location": "place0", "deduplicate": true }),
    );
    let source = server.home().join("tree");
    fs::create_dir(&source).unwrap();
    let mut scene = Scene {
        server: Some(server),
        backups: Vec::new(),
        location: "place0".to_owned(),
        moves: 0,
    };
    for _ in 0..8 {
        edit(&source, &mut dice);
    }
    for step in 0..steps {
        for _ in 0..=dice.roll(3) {
            edit(&source, &mut dice);
        }
        if paths(&source).iter().all(|path| source.join(path).is_dir()) {
            fs::write(source.join("something"), step.to_string()).unwrap();
        }
        let options: &[&str] = match dice.roll(12) {
            0 => &["--full"],
            1 => &["--checksum"],
            2 => &["--ignore-inode"],
            _ => &[],
        };
        match dice.roll(8) {
            0 => scene.upload_with_a_death(&source, 1 + dice.roll(60)),
            1 => scene.upload_with_a_kill(&source),
            _ => {}
        }
        scene.upload(&source, options);
        if dice.roll(2) == 0 {
            scene.happen(&mut dice);
        }
        if let Some(known) = scene.backups.first() {
            scene.check(known);
        }
        if scene.backups.len() > 12 {
            let known = scene.backups.remove(0);
            scene.check(&known);
            scene.change("DELETE", &known, &json!({ "delete_files": true }));
        }
    }
    for known in &scene.backups {
        scene.check(known);
    }
    assert_eq!(
        scene.server().run_job("integrity_check_job")["status"],
        "FINISHED"
    );
    scene.server().assert_no_leftovers();
}
