//! Writes that fail after the system has accepted them.
//!
//! Linux reports such a failure once for each open file, and not to files that are opened after
//! another descriptor has got it. So in each test another descriptor gets it first.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use bchan_faultdisk::FileSystem;
use serde_json::json;

use crate::disks::Disks;
use crate::rng::Rng;
use crate::support::{Form, TestServer, wait_until};

/// Data whose writes fail.
const MARKER: &[u8] = b"the disk does not take this";

/// Content of so many MiB, of which the first has pages that fail.
fn content(mib: usize) -> Vec<u8> {
    let mut bytes = Rng::new(7).bytes(mib << 20);
    for page in bytes[..1 << 20].chunks_mut(4096) {
        page[..MARKER.len()].copy_from_slice(MARKER);
    }
    bytes
}

/// File systems to try. Each has ways of its own to notice and to forget a failed write.
fn kinds() -> Vec<FileSystem> {
    let kinds = std::env::var("BCHAN_POWER_FS").unwrap_or_else(|_| "ext4,xfs".to_owned());
    let named = |name| FileSystem::named(name).expect("ext4, xfs or btrfs");
    kinds.split(',').map(named).collect()
}

/// A server with its storage on the first disk and its bin on the last.
struct Lab {
    disks: Disks,
    server: TestServer,
    options: Vec<String>,
}

impl Lab {
    fn new(disks: usize, kind: FileSystem) -> Option<Self> {
        let disks = Disks::start(&[kind, kind][..disks])?;
        let text = |path: PathBuf| path.to_str().unwrap().to_owned();
        let last = disks.last();
        let mut options = vec![
            "--storage-root".to_owned(),
            text(disks.path(0).join("root")),
        ];
        options.extend(["--storage-root".to_owned(), text(last.join("root"))]);
        options.extend(["--recycle-bin".to_owned(), text(last.join("bin"))]);
        options.dedup();
        let home = tempfile::tempdir().unwrap();
        let server = TestServer::over(home, &options, &[]).unwrap();
        Some(Self {
            disks,
            server,
            options,
        })
    }

    /// Ends the fault and looks at what is on the disks, not at what the system remembers.
    fn look_again(mut self) -> Self {
        self.server.stop();
        let home = self.server.into_home();
        for disk in 0..self.disks.faulty.count() {
            self.disks.faulty.heal(disk);
            self.disks.faulty.remount(disk).unwrap();
        }
        let server = TestServer::over(home, &self.options, &[]).unwrap();
        Self { server, ..self }
    }

    /// The only backup of a target, if there is any, and whether it is recycled. Its content must be
    /// this in any case.
    #[track_caller]
    fn backup(&self, target: &str, content: &[u8]) -> Option<bool> {
        let http = self.server.http();
        let view = http.get(&format!("/api/target/{target}")).success(200);
        let backups = view["backups"].as_array().unwrap();
        assert!(backups.len() < 2, "{view}");
        let backup = backups.first()?;
        let id = backup["id"].as_str().unwrap();
        let recycled = backup["is_recycled"].as_bool().unwrap();
        let place = if recycled {
            self.disks.last().join("bin")
        } else {
            self.disks.path(0).join("root").join(target)
        };
        let place = place.join(format!("{target}-{id}"));
        let file = if place.is_dir() {
            place.join("file")
        } else {
            place
        };
        let found = fs::read(file);
        let found = found.unwrap_or_else(|error| panic!("{target}: {error}"));
        assert!(found == content, "{target} is broken: {backup}");
        Some(recycled)
    }
}

/// An upload that has sent a part of itself.
struct Slow {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl Slow {
    /// Sends all but the last MiB, and waits until the first half is in files below `folder`.
    fn begin(server: &TestServer, kind: &str, content: &[u8], folder: &Path) -> Self {
        server.target("a", kind);
        let mut form = Form::new().file("file", content);
        if kind == "multi" {
            form = form.file("more", &vec![7; 2 << 20]);
        }
        let body = form.finish();
        let mut stream = TcpStream::connect(server.addr()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let head = format!(
            "POST /api/target/a/upload HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Type: {}\r\nContent-Length: {}\r\n\r\n",
            server.addr(),
            Form::content_type(),
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let (first, rest) = body.split_at(body.len() - (1 << 20));
        stream.write_all(first).unwrap();
        wait_until(|| size(folder) > content.len() as u64 / 2);
        Self {
            stream,
            rest: rest.to_vec(),
        }
    }

    /// Sends the rest. The status of the answer, which may have come before.
    fn end(mut self) -> u16 {
        let _ = self.stream.write_all(&self.rest);
        let mut answer = Vec::new();
        let _ = self.stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        answer
            .split(' ')
            .nth(1)
            .map_or(0, |status| status.parse().unwrap())
    }
}

/// Bytes of all files below a folder.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

fn sync(path: &Path) -> bool {
    rustix::fs::syncfs(File::open(path).unwrap()).is_ok()
}

/// Runs an action while another thread syncs a file system again and again.
fn beside_syncs<T>(path: &Path, act: impl FnOnce() -> T) -> T {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                sync(path);
            }
        });
        let done = act();
        stop.store(true, Ordering::Relaxed);
        done
    })
}

fn status(server: &TestServer, target: &str, content: &[u8]) -> u16 {
    let path = format!("/api/target/{target}/upload");
    let form = Form::new().file("file", content);
    server.http().post(&path, &form).status
}

/// What was answered must be true of the disk.
#[track_caller]
fn agrees(lab: &Lab, target: &str, status: u16, content: &[u8]) {
    let stored = lab.backup(target, content).is_some();
    assert_eq!(stored, status == 200, "{target} was answered {status}");
}

#[test]
fn an_upload_whose_writes_have_failed_is_not_acknowledged_when_another_upload_saw_it() {
    for kind in kinds() {
        upload_beside_another(kind, "single");
        upload_beside_another(kind, "multi");
    }
}

fn upload_beside_another(kind: FileSystem, target: &str) {
    let Some(mut lab) = Lab::new(1, kind) else {
        return;
    };
    let (large, small) = (content(8), b"small".as_slice());
    lab.server.target("b", "multi");
    lab.disks.faulty.fail_marked(0, MARKER);
    let folder = lab.disks.path(0).to_owned();
    let slow = Slow::begin(&lab.server, target, &large, &folder);
    let b = status(&lab.server, "b", small);
    let a = slow.end();
    assert!(lab.disks.faulty.failed_writes(0) > 0, "no write has failed");
    let lab = lab.look_again();
    agrees(&lab, "b", b, small);
    agrees(&lab, "a", a, &large);
}

#[test]
fn an_upload_whose_writes_have_failed_is_not_acknowledged_when_another_program_saw_it() {
    for kind in kinds() {
        upload_beside_a_sync(kind, "single");
        upload_beside_a_sync(kind, "multi");
    }
}

fn upload_beside_a_sync(kind: FileSystem, target: &str) {
    let Some(mut lab) = Lab::new(1, kind) else {
        return;
    };
    let large = content(8);
    lab.disks.faulty.fail_marked(0, MARKER);
    let folder = lab.disks.path(0).to_owned();
    let slow = Slow::begin(&lab.server, target, &large, &folder);
    assert!(!sync(&folder), "no write has failed");
    let a = slow.end();
    let lab = lab.look_again();
    agrees(&lab, "a", a, &large);
}

#[test]
fn a_sequential_upload_whose_writes_have_failed_is_not_acknowledged() {
    kinds().into_iter().for_each(sequential_upload);
}

fn sequential_upload(kind: FileSystem) {
    let Some(mut lab) = Lab::new(1, kind) else {
        return;
    };
    let large = content(4);
    lab.server.target("a", "multi");
    lab.disks.faulty.fail_marked(0, MARKER);
    let http = lab.server.http();
    let list = json!({"manual": 0, "file_list": [{"path": "/", "name": "f", "uploaded": false}]});
    http.json("POST", "/api/seq/a/begin", &list).success(200);
    let form = Form::new().field("path", "/").field("name", "f");
    let part = http.post("/api/seq/a/upload", &form.part("file", "f", &large));
    let folder = lab.disks.path(0).to_owned();
    sync(&folder);
    let finish = http.json("POST", "/api/seq/a/finish", &json!({})).status;
    assert!(lab.disks.faulty.failed_writes(0) > 0, "no write has failed");
    let lab = lab.look_again();
    let view = lab.server.http().get("/api/target/a").success(200);
    let stored = view["backups"].as_array().unwrap();
    assert_eq!(stored.len(), usize::from(finish == 200), "{part:?}: {view}");
    if let Some(backup) = stored.first() {
        let name = format!("a-{}", backup["id"].as_str().unwrap());
        let path = folder.join("root/a").join(name).join("f");
        assert!(fs::read(path).unwrap() == large, "a is broken: {backup}");
    }
}

#[test]
fn a_source_survives_when_the_writes_of_its_copy_have_failed() {
    kinds().into_iter().for_each(copy_to_another_disk);
}

fn copy_to_another_disk(kind: FileSystem) {
    let large = content(24);
    for recycles in [true, false] {
        let Some(mut lab) = Lab::new(2, kind) else {
            return;
        };
        let target = lab.server.target("a", "single");
        let id = lab.server.upload("a", &large);
        lab.disks.faulty.fail_marked(1, MARKER);
        let folder = lab.disks.last().to_owned();
        let http = lab.server.http();
        let (path, change) = if recycles {
            (format!("/api/backup/{id}"), json!({"is_recycled": true}))
        } else {
            let path = format!("/api/target/{target}");
            let mut edit = http.get(&path).success(200)["target"].clone();
            edit["location"] = json!(folder.join("root/a").to_str().unwrap());
            (path, edit)
        };
        // The other sync must see the failure while the copy is being made, which is up to chance.
        let status = beside_syncs(&folder, || {
            let mut tries = (0..3).map(|_| http.json("PATCH", &path, &change).status);
            tries.find(|status| *status == 200).unwrap_or_default()
        });
        assert!(lab.disks.faulty.failed_writes(1) > 0, "no write has failed");
        let lab = lab.look_again();
        if recycles || status != 200 {
            let recycled = lab.backup("a", &large);
            assert_eq!(recycled, Some(status == 200), "was answered {status}");
        } else {
            let copy = fs::read(folder.join(format!("root/a/a-{id}")));
            assert!(copy.unwrap() == large, "was answered 200, and is broken");
        }
    }
}

#[test]
fn records_are_whole_when_the_writes_of_some_have_failed() {
    kinds().into_iter().for_each(many_records);
}

fn many_records(kind: FileSystem) {
    let Some(mut lab) = Lab::new(1, kind) else {
        return;
    };
    lab.server.target("a", "single");
    for number in 0..12_u8 {
        lab.server.upload("a", &[b'0' + number]);
    }
    let folder = lab.disks.path(0).to_owned();
    let http = lab.server.http();
    let mut edit = http.get("/api/target/a").success(200)["target"].clone();
    // Records are JSON objects, and nothing else here begins like one.
    lab.disks.faulty.fail_marked(0, b"{");
    beside_syncs(&folder, || {
        for number in 0..10 {
            edit["name_template"] = json!(format!("n{number}-$I"));
            let status = http.json("PATCH", "/api/target/a", &edit).status;
            if status == 200 {
                // Btrfs keeps small files among its own data, where no block begins like a record.
                assert_eq!(kind, FileSystem::Btrfs, "try {number}");
                break;
            }
        }
    });
    assert!(lab.disks.faulty.failed_writes(0) > 0, "no write has failed");
    let mut lab = lab.look_again();
    lab.server.stop();
    let check = lab.server.bchan(["server", "check", "--deep", "--data"]);
    check.arg(lab.server.data()).args(&lab.options).ok();
}

#[test]
fn changes_on_a_disk_that_takes_no_more_writes_are_made_or_refused() {
    kinds().into_iter().for_each(dead_disk);
}

fn dead_disk(kind: FileSystem) {
    let Some(mut lab) = Lab::new(1, kind) else {
        return;
    };
    let (kept, new) = (content(1), content(2));
    lab.server.target("a", "single");
    lab.server.target("b", "single");
    let id = lab.server.upload("a", &kept);
    lab.disks.faulty.fail_all(0);
    let b = status(&lab.server, "b", &new);
    let path = format!("/api/backup/{id}");
    let http = lab.server.http();
    let a = http.json("PATCH", &path, &json!({"is_recycled": true}));
    assert!(lab.disks.faulty.failed_writes(0) > 0, "no write has failed");
    let lab = lab.look_again();
    agrees(&lab, "b", b, &new);
    let recycled = lab.backup("a", &kept);
    assert_eq!(recycled, Some(a.status == 200), "was answered {a:?}");
}

#[test]
fn an_extracted_download_whose_writes_have_failed_is_a_failure() {
    kinds().into_iter().for_each(extraction);
}

fn extraction(kind: FileSystem) {
    let Some(mut disks) = Disks::start(&[kind]) else {
        return;
    };
    let server = TestServer::start();
    server.target("a", "multi");
    let large = content(16);
    let path = "/api/target/a/upload";
    let form = Form::new().file("file", &large);
    let accepted = server.http().post(path, &form).success(200);
    let id = accepted["backup_id"].as_str().unwrap();
    disks.faulty.fail_marked(0, MARKER);
    let folder = disks.path(0).to_owned();
    let out = folder.join("out");
    let download = server.bchan(["backup", "download", id, "--extract"]);
    let output = beside_syncs(&folder, || download.arg(&out).run());
    assert!(disks.faulty.failed_writes(0) > 0, "no write has failed");
    disks.faulty.heal(0);
    disks.faulty.remount(0).unwrap();
    let whole = find(&out).is_some_and(|file| fs::read(file).unwrap() == large);
    assert!(whole || output.code != Some(0), "{output:#?}");
}

/// The file called `file`.
fn find(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    entries.map(|entry| entry.path()).find_map(|path| {
        if path.is_dir() {
            find(&path)
        } else {
            Some(path).filter(|path| path.ends_with("file"))
        }
    })
}

#[test]
fn what_was_flushed_survives_a_power_cut_and_the_rest_does_not() {
    let Some(mut disks) = Disks::start(&[FileSystem::Ext4]) else {
        return;
    };
    let folder = disks.path(0).to_owned();
    let synced = folder.join("synced");
    let mut file = File::create(&synced).unwrap();
    file.write_all(b"synced").unwrap();
    file.sync_all().unwrap();
    assert!(sync(&folder));
    drop(file);
    fs::write(folder.join("loose"), b"loose").unwrap();
    disks.cut_power();
    disks.fail_requests();
    disks.faulty.restore_power(1, 0).unwrap();
    assert_eq!(fs::read(&synced).unwrap(), b"synced");
    assert!(fs::read(folder.join("loose")).unwrap_or_default() != b"loose");
}
