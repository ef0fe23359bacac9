//! Uploads that refer to an earlier backup.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::TestServer;

const FILES: u64 = 20;

/// A server with a tree target, and a tree of which nothing was changed lately.
fn furnished() -> TestServer {
    let server = TestServer::start_with_key();
    server.target("m", "multi");
    let tree = tree(&server);
    for number in 0..FILES {
        let path = tree.join(format!("d{}/file {number}", number % 3));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("content {number}").repeat(500)).unwrap();
    }
    server
}

fn tree(server: &TestServer) -> PathBuf {
    server.home().join("tree")
}

fn upload_with(server: &TestServer, key: &str, options: &[&str]) -> Value {
    let upload = ["backup", "upload", "m", "-o", "json"];
    let program = server.bchan(upload).args(options).arg(tree(server));
    let output = program.env("BCHAN_API_KEY", key).ok();
    serde_json::from_str(&output.stdout).unwrap()
}

/// Makes a backup, and compares the stored files with the tree.
fn upload(server: &TestServer, options: &[&str]) -> Value {
    let report = upload_with(server, server.key(), options);
    assert_eq!(report["status"], "stored", "{report}");
    let stored = stored(server, &report).join("tree");
    assert_eq!(contents(&stored), contents(&tree(server)));
    report
}

/// The folder of a backup.
fn stored(server: &TestServer, report: &Value) -> PathBuf {
    let id = report["backup"]["id"].as_str().unwrap();
    server.storage().join("m").join(format!("m-{id}"))
}

fn contents(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_owned();
                found.push((name, fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn reused(report: &Value) -> u64 {
    report["reused"]["files"].as_u64().unwrap()
}

fn sent(report: &Value) -> u64 {
    report["sent"].as_u64().unwrap()
}

/// The folder in which the client remembers manifests.
fn caches(server: &TestServer) -> PathBuf {
    let mut folders = vec![server.home().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let is_cache = path.ends_with("manifests") && !path.starts_with(server.data());
            if is_cache {
                return path;
            }
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    panic!("nothing is remembered");
}

#[test]
fn what_has_not_changed_is_neither_sent_nor_stored_again() {
    let server = furnished();
    let first = upload(&server, &[]);
    assert_eq!(reused(&first), 0);
    assert_eq!(first["new"]["files"], FILES);
    fs::write(tree(&server).join("new"), "new").unwrap();
    let second = upload(&server, &[]);
    assert_eq!(reused(&second), FILES);
    assert_eq!(second["new"]["files"], 1);
    assert!(sent(&second) < sent(&first), "{second}");
    let path = "tree/d0/file 0";
    let inode = |report| {
        let meta = fs::metadata(stored(&server, report).join(path)).unwrap();
        (meta.ino(), meta.nlink())
    };
    assert_eq!(inode(&first), inode(&second));
    assert_eq!(inode(&first).1, 2);
    let third = upload(&server, &["--full"]);
    assert_eq!(reused(&third), 0);
    assert_eq!(inode(&third).1, 1);
    // The next one refers to that.
    assert_eq!(reused(&upload(&server, &[])), FILES + 1);
    server.assert_no_leftovers();
}

#[test]
fn backups_that_share_files_go_one_by_one() {
    let server = furnished();
    let reports: Vec<_> = (0..4).map(|_| upload(&server, &[])).collect();
    let id = |report: &Value| report["backup"]["id"].as_str().unwrap().to_owned();
    let path = |report: &Value| format!("/api/backup/{}", id(report));
    let delete = json!({ "delete_files": true });
    server
        .http()
        .json("DELETE", &path(&reports[1]), &delete)
        .success(200);
    let recycle = json!({ "is_recycled": true });
    server
        .http()
        .json("PATCH", &path(&reports[2]), &recycle)
        .success(200);
    let edit = json!({ "location": "elsewhere" });
    server
        .http()
        .json("PATCH", "/api/target/m", &edit)
        .success(200);
    server
        .http()
        .json("DELETE", &path(&reports[0]), &delete)
        .success(200);
    let left = server
        .storage()
        .join("elsewhere")
        .join(format!("m-{}", id(&reports[3])));
    assert_eq!(contents(&left.join("tree")), contents(&tree(&server)));
    let back = json!({ "is_recycled": false });
    server
        .http()
        .json("PATCH", &path(&reports[2]), &back)
        .success(200);
    let restored = server
        .storage()
        .join("elsewhere")
        .join(format!("m-{}", id(&reports[2])));
    assert_eq!(contents(&restored.join("tree")), contents(&tree(&server)));
    assert_eq!(server.run_job("integrity_check_job")["status"], "FINISHED");
    server.assert_no_leftovers();
}

#[test]
fn a_server_that_has_lost_a_file_gets_everything_in_the_same_run() {
    type Damage = fn(&Path);
    let damages: [Damage; 3] = [
        |file| fs::remove_file(file).unwrap(),
        |file| fs::write(file, "shorter").unwrap(),
        |file| {
            // Of the same size, with another time.
            let length = fs::metadata(file).unwrap().len();
            fs::write(file, vec![b'x'; usize::try_from(length).unwrap()]).unwrap();
        },
    ];
    for damage in damages {
        let server = furnished();
        let first = upload(&server, &[]);
        damage(&stored(&server, &first).join("tree/d1/file 1"));
        let second = upload(&server, &[]);
        assert_eq!(reused(&second), 0, "{second}");
        assert_eq!(reused(&upload(&server, &[])), FILES);
        server.assert_no_leftovers();
    }
}

#[test]
fn a_base_without_a_manifest_or_with_a_mark_is_not_used() {
    let server = furnished();
    let first = upload(&server, &[]);
    let own = server.storage().join("m/.bchan");
    let instance = fs::read_dir(own).unwrap().next().unwrap().unwrap().path();
    let id = first["backup"]["id"].as_str().unwrap();
    let manifest = instance.join(format!("manifests/{id}.mtree.zst"));
    let content = fs::read(&manifest).unwrap();
    fs::write(&manifest, &content[..content.len() / 2]).unwrap();
    assert_eq!(reused(&upload(&server, &[])), 0);
    fs::remove_file(&manifest).unwrap();
    let third = upload(&server, &[]);
    assert_eq!(reused(&third), FILES);
    // A broken backup is no base, and there is another sound one whose manifest the server shows.
    fs::remove_file(stored(&server, &third).join("tree/d1/file 1")).unwrap();
    server.run_job("integrity_check_job");
    upload(&server, &[]);
    server.assert_no_leftovers();
}

#[test]
fn a_lost_or_damaged_cache_costs_only_time() {
    let server = furnished();
    upload(&server, &[]);
    let caches = caches(&server);
    fs::remove_dir_all(&caches).unwrap();
    // The server shows its manifest to a key that may read.
    assert_eq!(reused(&upload(&server, &[])), FILES);
    let cache = fs::read_dir(&caches)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let file = fs::read_dir(cache).unwrap().next().unwrap().unwrap().path();
    fs::write(&file, "no manifest").unwrap();
    assert_eq!(reused(&upload(&server, &[])), 0);
    assert_eq!(reused(&upload(&server, &[])), FILES);
    fs::remove_dir_all(&caches).unwrap();
    fs::write(&caches, "in the way").unwrap();
    assert_eq!(reused(&upload(&server, &[])), 0);
}

#[test]
fn a_key_that_only_appends_refers_to_what_it_has_sent() {
    let server = furnished();
    let new_key = [
        "server", "new-key", "--name", "a", "--rights", "append", "--data",
    ];
    let key = server
        .bchan(new_key)
        .arg(server.data())
        .ok()
        .stdout
        .trim()
        .to_owned();
    assert_eq!(reused(&upload_with(&server, &key, &[])), 0);
    assert_eq!(reused(&upload_with(&server, &key, &[])), FILES);
    fs::remove_dir_all(caches(&server)).unwrap();
    assert_eq!(reused(&upload_with(&server, &key, &[])), 0);
}

#[test]
fn a_base_of_another_target_is_refused() {
    let server = furnished();
    server.target("other", "multi");
    let first = upload(&server, &[]);
    let id = first["backup"]["id"].as_str().unwrap();
    let form = crate::support::Form::new().file("a.txt", b"x").finish();
    for (target, base, status) in [
        ("other", format!("b={id}"), 409),
        ("m", "b=unknown".to_owned(), 409),
        ("m", "b=../../etc".to_owned(), 409),
        ("m", id.to_owned(), 400),
        ("m", "b=".to_owned(), 400),
        ("m", format!("b={id}, p=1"), 400),
        ("m", format!("b={id}"), 200),
    ] {
        let path = format!("/api/target/{target}/increment");
        let content_type = crate::support::Form::content_type();
        let headers = [("content-type", &*content_type), ("bchan-base", &*base)];
        let answer = server.http().send("POST", &path, &headers, &form);
        assert_eq!(answer.status, status, "{base}: {answer:?}");
        let is_base = answer.body()["reason"] == "base";
        assert_eq!(is_base, status == 409, "{base}: {answer:?}");
    }
}

#[test]
fn a_profile_can_ask_for_everything() {
    let server = furnished();
    upload(&server, &[]);
    server.bchan(["config", "set", "full", "true"]).ok();
    assert_eq!(reused(&upload(&server, &[])), 0);
    let shown = server.bchan(["config", "get", "full"]).ok().stdout;
    assert_eq!(shown.trim(), "true");
    server.bchan(["config", "set", "full", "false"]).ok();
    assert_eq!(reused(&upload(&server, &[])), FILES);
}
