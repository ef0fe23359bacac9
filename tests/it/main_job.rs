//! A real folder goes to a server and comes back, bit for bit.

use std::fs;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use bchan_testkit::tree::{difference, odd};

use crate::support::{Program, TestServer};

/// Where the only backup of a multi target lies.
fn stored(server: &TestServer, target: &str) -> PathBuf {
    let folders = fs::read_dir(server.storage().join(target)).unwrap();
    let mut folders = folders.map(|entry| entry.unwrap().path());
    folders.find(|path| !path.ends_with(".bchan")).unwrap()
}

/// Trees that are too deep for the standard library to remove.
fn remove(path: &Path) {
    let parent = bchan_archive::open_dir(path.parent().unwrap()).unwrap();
    bchan_archive::remove_tree(parent.as_fd(), path.file_name().unwrap()).unwrap();
}

#[test]
fn an_odd_tree_comes_back_bit_for_bit() {
    let server = TestServer::start_with_key();
    let source = server.home().join("source");
    fs::create_dir(&source).unwrap();
    odd(&source, 3000);
    let output = server
        .bchan(["backup", "upload", "docs", "--create", "--verbose"])
        .args(["-o", "json"])
        .arg(&source)
        .ok();
    assert!(
        output.stderr.contains("is that of what was sent"),
        "{output:?}"
    );
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(report["status"], "stored", "{report}");
    assert_eq!(report["backup"]["target_id"].as_str().unwrap().len(), 36);
    assert_eq!(
        difference(&source, &stored(&server, "docs").join("source")),
        [""; 0]
    );

    let out = server.home().join("out");
    server
        .bchan(["backup", "download", "docs", "--extract"])
        .arg(&out)
        .ok();
    assert_eq!(difference(&source, &out.join("source")), [""; 0]);
    server.assert_no_leftovers();
    // A second time into the same folder would mix two backups.
    let again = server
        .bchan(["backup", "download", "docs", "--extract"])
        .arg(&out)
        .run();
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.stderr.contains("not empty"), "{again:?}");

    let delete = ["target", "delete", "docs", "--delete-files", "-y"];
    server.bchan(delete).ok();
    assert!(!server.storage().join("docs").exists());
    remove(&source);
    remove(&out);
}

#[test]
fn several_paths_lie_side_by_side() {
    let server = TestServer::start();
    let (a, b) = (server.home().join("folder"), server.home().join("file.txt"));
    fs::create_dir(&a).unwrap();
    fs::write(a.join("x"), "x").unwrap();
    fs::write(&b, "y").unwrap();
    server.target("m", "multi");
    server.bchan(["backup", "upload", "m"]).args([&a, &b]).ok();
    let stored = stored(&server, "m");
    assert_eq!(difference(&a, &stored.join("folder")), [""; 0]);
    assert_eq!(fs::read_to_string(stored.join("file.txt")).unwrap(), "y");
    let twice = server.bchan(["backup", "upload", "m"]).args([&a, &a]).run();
    // The same path twice is one.
    assert_eq!(twice.code, Some(0), "{twice:?}");
}

#[test]
fn a_single_target_gives_back_the_file() {
    let server = TestServer::start();
    server.target("s", "single");
    let file = server.home().join("data.bin");
    fs::write(&file, vec![42; 300_000]).unwrap();
    server.bchan(["backup", "upload", "s"]).arg(&file).ok();
    let out = server.home().join("out");
    let report = server
        .bchan(["backup", "download", "s", "-d"])
        .arg(&out)
        .json();
    let path = PathBuf::from(report["path"].as_str().unwrap());
    assert_eq!(path.parent(), Some(&*out));
    assert_eq!(fs::read(&path).unwrap(), vec![42; 300_000]);
    let again = server
        .bchan(["backup", "download", "s", "-d"])
        .arg(&out)
        .run();
    assert_eq!(again.code, Some(1), "{again:?}");
    assert_eq!(
        fs::read_dir(&out).unwrap().count(),
        1,
        "nothing half is left"
    );

    // A folder becomes an archive there.
    let folder = server.home().join("folder");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("x"), "x").unwrap();
    let upload = ["backup", "upload", "--allow-shrink", "s"];
    server.bchan(upload).arg(&folder).ok();
    let extracted = server.home().join("extracted");
    let newest = server.bchan(["target", "show", "s"]).json();
    let backups = newest["backups"].as_array().unwrap();
    let archive = backups
        .iter()
        .max_by_key(|backup| backup["filesize"] != 300_000)
        .unwrap();
    let id = archive["id"].as_str().unwrap();
    server
        .bchan(["backup", "download", id, "--extract"])
        .arg(&extracted)
        .ok();
    assert_eq!(difference(&folder, &extracted.join("folder")), [""; 0]);
}

#[test]
fn the_local_option_uploads_and_restores() {
    let home = tempfile::tempdir().unwrap();
    let source = home.path().join("source");
    fs::create_dir(&source).unwrap();
    fs::write(source.join("file"), "content").unwrap();
    let local = |args: &[&str]| Program::new(home.path()).arg("--local").args(args);
    local(&["backup", "upload", "docs", "--create"])
        .arg(&source)
        .ok();
    let list = local(&["target", "list"]).json();
    assert_eq!(list["targets"][0]["name"], "docs");
    let out = home.path().join("out");
    local(&["backup", "download", "docs", "--extract"])
        .arg(&out)
        .ok();
    assert_eq!(difference(&source, &out.join("source")), [""; 0]);
    assert!(home.path().join(".local/share/bchan/bchan.db").exists());
}

#[test]
fn every_command_does_what_it_says() {
    let server = TestServer::start();
    let create = [
        "target",
        "create",
        "--name",
        "Docs",
        "--alias",
        "docs",
        "--location",
        "docs",
    ];
    server.bchan(create).args(["--tags", "a,b"]).ok();
    server
        .bchan(["target", "edit", "docs", "--min-backups", "3"])
        .ok();
    let target = server.bchan(["target", "show", "docs"]).json()["target"].clone();
    assert_eq!(
        (&target["min_backups"], &target["tags"][1]),
        (&3.into(), &"b".into())
    );
    let file = server.home().join("file");
    fs::write(&file, "x").unwrap();
    let upload = || {
        let report = server
            .bchan(["backup", "upload", "-a", "docs"])
            .arg(&file)
            .json();
        report["backup"]["id"].as_str().unwrap().to_owned()
    };
    let (first, second) = (upload(), upload());
    server.bchan(["backup", "recycle", &first]).ok();
    assert_eq!(
        server.bchan(["recycle-bin", "list"]).json()["backups"][0]["id"],
        *first
    );
    server.bchan(["backup", "restore", &first]).ok();
    assert_eq!(
        server.bchan(["recycle-bin", "list"]).json()["backups"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    server.bchan(["backup", "recycle", &first]).ok();
    server
        .bchan(["recycle-bin", "clear", "-y", "--delete-files"])
        .ok();
    server
        .bchan(["backup", "delete", "-y", "--delete-files", &second])
        .ok();
    assert_eq!(server.files(), [""; 0]);
    let jobs = server.bchan(["job", "list"]).json();
    assert_eq!(jobs["delayed"].as_array().unwrap().len(), 2);
    server.bchan(["job", "run", "recycle_job"]).ok();
    upload();
    server
        .bchan(["target", "delete-recycled", "docs", "-y", "--delete-files"])
        .ok();
    assert_eq!(server.files().len(), 1);
    server
        .bchan(["target", "delete-backups", "docs", "-y", "--delete-files"])
        .ok();
    server.bchan(["target", "delete", "docs", "-y"]).ok();
    assert_eq!(
        server.bchan(["target", "list"]).json()["targets"],
        serde_json::json!([])
    );
}
