//! Backups that wait for their server.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::support::{Link, Output, Program, TestServer, Way};

/// A machine with a folder to back up, a spool, and a way to a server.
struct Scene {
    server: TestServer,
    link: Link,
    source: PathBuf,
    spool: PathBuf,
}

impl Scene {
    fn new(kind: &str) -> Self {
        let server = TestServer::start();
        server.target("docs", kind);
        let source = server.home().join("source");
        fs::create_dir(&source).unwrap();
        let spool = server.home().join("spool");
        let link = Link::new();
        Self {
            server,
            link,
            source,
            spool,
        }
    }

    fn open(&self) {
        self.link.lead(Way::Open(self.server.addr()));
    }

    fn write(&self, text: &str) {
        fs::write(self.source.join("a"), text).unwrap();
    }

    fn program(&self, words: &[&str]) -> Program {
        let upload = ["backup", "upload", "docs", "--retries", "0", "--spool"];
        Program::new(self.server.home())
            .env("BCHAN_SERVER", self.link.url())
            .args(upload)
            .arg(&self.spool)
            .args(words)
    }

    fn upload(&self, words: &[&str]) -> Output {
        self.program(words).arg(&self.source).run()
    }

    fn waiting(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.spool) else {
            return Vec::new();
        };
        let paths = entries.map(|entry| entry.unwrap().path());
        let is_entry = |path: &PathBuf| !path.ends_with(".lock") && !path.ends_with(".bchan");
        let mut paths: Vec<_> = paths.filter(is_entry).collect();
        paths.sort();
        paths
    }

    /// Contents of all stored files, in the order of their backups.
    fn stored(&self) -> Vec<String> {
        let list = self
            .server
            .bchan(["backup", "list", "docs", "-o", "id"])
            .ok();
        let ids: Vec<_> = list.stdout.lines().rev().map(str::to_owned).collect();
        let files = self.server.files();
        let content = |id: &String| {
            let file = files
                .iter()
                .find(|file| file.contains(id.as_str()))
                .unwrap();
            fs::read_to_string(self.server.data().join(file)).unwrap()
        };
        ids.iter().map(content).collect()
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_waits_is_delivered_first() {
    let scene = Scene::new("multi");
    for text in ["one", "two"] {
        scene.write(text);
        let away = scene.upload(&["--automatic"]);
        assert_eq!(away.code, Some(75), "{away:#?}");
        assert!(away.stderr.contains("waits in"), "{away:#?}");
    }
    let waiting = scene.waiting();
    assert_eq!(waiting.len(), 2);
    assert_eq!((mode(&scene.spool), mode(&waiting[0])), (0o700, 0o700));
    for file in ["archive", "about.json"] {
        assert_eq!(mode(&waiting[0].join(file)), 0o600);
    }
    let about = fs::read(waiting[0].join("about.json")).unwrap();
    let about: serde_json::Value = serde_json::from_slice(&about).unwrap();
    assert!(
        about["file_name"].as_str().unwrap().ends_with(".tar.gz"),
        "{about}"
    );

    scene.open();
    scene.write("three");
    let report = scene.program(&["--automatic"]).arg(&scene.source).json();
    let delivered = report["delivered"].as_array().unwrap();
    assert_eq!(delivered.len(), 2, "{report}");
    assert_eq!(delivered[0]["captured_at"], about["captured_at"]);
    assert_eq!(delivered[0]["backup"]["manual"], false);
    let mut stored = scene.stored();
    assert_eq!(stored.pop().as_deref(), Some("three"));
    stored.sort();
    assert_eq!(stored, ["one", "two"]);
    assert!(scene.waiting().is_empty());
    // What is delivered is said to people as it happens.
    scene.link.lead(Way::Cut);
    assert_eq!(scene.upload(&[]).code, Some(75));
    scene.open();
    let said = scene.upload(&[]);
    assert_eq!(said.code, Some(0), "{said:#?}");
    assert!(
        said.stderr.contains("delivered the backup of 20"),
        "{said:#?}"
    );
}

#[test]
fn what_waits_is_known_by_each_name_of_its_target() {
    let scene = Scene::new("multi");
    scene.open();
    scene.write("first");
    assert_eq!(scene.upload(&[]).code, Some(0));
    scene.link.lead(Way::Cut);
    assert_eq!(scene.upload(&[]).code, Some(75));
    scene.open();
    let view = ["target", "show", "docs", "-o", "id"];
    let id = scene.server.bchan(view).ok().stdout;
    let program = Program::new(scene.server.home()).env("BCHAN_SERVER", scene.link.url());
    let upload = ["backup", "upload", id.trim(), "--spool"];
    let program = program.args(upload).arg(&scene.spool);
    program.arg(&scene.source).ok();
    assert!(scene.waiting().is_empty());
}

#[test]
fn what_waits_does_not_wait_for_a_source() {
    let scene = Scene::new("multi");
    scene.write("first");
    assert_eq!(scene.upload(&[]).code, Some(75));
    scene.open();
    fs::remove_file(scene.source.join("a")).unwrap();
    let empty = scene.upload(&[]);
    assert_eq!(empty.code, Some(1), "{empty:#?}");
    assert_eq!(scene.stored(), ["first"]);
}

#[test]
fn a_full_spool_drops_nothing() {
    let scene = Scene::new("multi");
    scene.write("first");
    assert_eq!(scene.upload(&[]).code, Some(75));
    let first = scene.waiting();
    let full = scene.upload(&["--spool-limit", "200B"]);
    assert_eq!(full.code, Some(75), "{full:#?}");
    assert!(full.stderr.contains("no room"), "{full:#?}");
    assert!(full.stderr.contains("nothing was stored"), "{full:#?}");
    assert_eq!(scene.waiting(), first);
}

#[test]
fn what_has_decayed_is_not_sent_and_stays() {
    let scene = Scene::new("multi");
    scene.write("first");
    assert_eq!(scene.upload(&[]).code, Some(75));
    let archive = scene.waiting()[0].join("archive");
    let mut bytes = fs::read(&archive).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&archive, bytes).unwrap();
    scene.open();
    scene.write("second");
    let output = scene.upload(&[]);
    assert_eq!(output.code, Some(3), "{output:#?}");
    assert!(output.stderr.contains("its hash differs"), "{output:#?}");
    assert_eq!(scene.stored(), ["second"]);
    assert!(archive.exists());
}

#[test]
fn a_crash_behind_a_delivery_stores_nothing_twice() {
    let scene = Scene::new("multi");
    scene.write("first");
    assert_eq!(scene.upload(&[]).code, Some(75));
    let entry = scene.waiting().remove(0);
    let copy = scene.server.home().join("copy");
    fs::create_dir(&copy).unwrap();
    for file in ["archive", "about.json"] {
        fs::copy(entry.join(file), copy.join(file)).unwrap();
    }
    scene.open();
    scene.write("second");
    assert_eq!(scene.upload(&[]).code, Some(0));
    assert_eq!(scene.server.files().len(), 2);
    // As it was just before it was removed; and what a killed writer has left.
    fs::rename(&copy, &entry).unwrap();
    fs::create_dir(scene.spool.join(".bchan-partial-x")).unwrap();
    let again = scene.upload(&[]);
    assert_eq!(again.code, Some(0), "{again:#?}");
    assert_eq!(scene.server.files().len(), 3);
    assert!(!entry.exists());
    scene.link.lead(Way::Cut);
    assert_eq!(scene.upload(&[]).code, Some(75));
    assert_eq!(scene.waiting().len(), 1);
}

#[test]
fn a_spool_has_no_part_of_a_backup() {
    let scene = Scene::new("single");
    // A dump that breaks off.
    let words = ["--stdin-from-command", "--", "sh", "-c", "echo x; exit 1"];
    let failed = scene.program(&words).run();
    assert_eq!(failed.code, Some(1), "{failed:#?}");
    assert!(scene.waiting().is_empty());
    // A run that is ended in the middle.
    let words = [
        "--stdin-from-command",
        "--",
        "sh",
        "-c",
        "echo x; echo here >&2; exec sleep 1000",
    ];
    let mut command = scene.program(&words).into_command();
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let stderr = child.stderr.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stderr), &mut line).unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert!(scene.waiting().is_empty(), "{:?}", scene.waiting());
    // Standard input of which nothing was sent.
    let mut command = scene.program(&["-"]).into_command();
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"piped").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(75));
    scene.open();
    let words = ["--stdin-from-command", "--", "echo", "next"];
    assert_eq!(scene.program(&words).run().code, Some(0));
    assert_eq!(scene.stored(), ["piped", "next\n"]);
}

#[test]
fn pipes_and_links_in_a_spool_are_not_waited_for() {
    let scene = Scene::new("single");
    scene.write("first");
    assert_eq!(scene.upload(&[]).code, Some(75));
    let entry = scene.waiting().remove(0);
    let odd = scene.spool.join("bchan-000000000000-odd");
    fs::create_dir(&odd).unwrap();
    let pipe = |path: PathBuf| {
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &path, kind, mode, 0).unwrap();
    };
    pipe(odd.join("about.json"));
    fs::rename(entry.join("archive"), entry.join("archive.away")).unwrap();
    pipe(entry.join("archive"));
    scene.open();
    scene.write("second");
    let output = scene.upload(&[]);
    // The new backup is stored; what waits cannot be.
    assert_eq!(output.code, Some(3), "{output:#?}");
    assert!(output.stderr.contains("not a regular file"), "{output:#?}");
    assert!(
        output.stderr.contains("cannot be understood"),
        "{output:#?}"
    );
    assert_eq!(scene.server.files().len(), 1);

    fs::remove_file(entry.join("archive")).unwrap();
    std::os::unix::fs::symlink("archive.away", entry.join("archive")).unwrap();
    fs::remove_dir_all(&odd).unwrap();
    assert_eq!(scene.upload(&[]).code, Some(3));
    fs::remove_file(entry.join("archive")).unwrap();
    fs::rename(entry.join("archive.away"), entry.join("archive")).unwrap();
    assert_eq!(scene.upload(&[]).code, Some(0));
}

#[test]
fn a_large_archive_that_the_server_has_already_does_not_wait_for_ever() {
    let scene = Scene::new("multi");
    // More than what lies between the program and the server holds, and not to be compressed.
    let mut random = fs::File::open("/dev/urandom").unwrap().take(40 << 20);
    let mut large = fs::File::create(scene.source.join("a")).unwrap();
    std::io::copy(&mut random, &mut large).unwrap();
    assert_eq!(scene.upload(&[]).code, Some(75));
    let entry = scene.waiting().remove(0);
    let copy = scene.server.home().join("copy");
    fs::create_dir(&copy).unwrap();
    for file in ["archive", "about.json"] {
        fs::copy(entry.join(file), copy.join(file)).unwrap();
    }
    scene.open();
    scene.write("second");
    let options = ["--allow-shrink"];
    let first = scene.upload(&options);
    assert_eq!(first.code, Some(0), "{first:#?}");
    assert_eq!(scene.server.files().len(), 2);
    for _ in 0..2 {
        // As if the program had been killed after the server had stored it.
        fs::create_dir(&entry).unwrap();
        for file in ["archive", "about.json"] {
            fs::copy(copy.join(file), entry.join(file)).unwrap();
        }
        let before = scene.server.files().len();
        let again = scene.upload(&options);
        assert_eq!(again.code, Some(0), "{again:#?}");
        assert!(!entry.exists());
        assert_eq!(scene.server.files().len(), before + 1, "only the new one");
    }
}
