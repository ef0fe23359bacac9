//! The manifest that the server keeps of each backup of a tree.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use bchan_archive::{
    MtreeEntry, MtreeHeader, MtreeKind, PackOptions, Source, pack, read_mtree_zstd,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{Program, TestServer};

/// A server with a tree target, and a backup of a small tree.
fn furnished() -> (TestServer, Value) {
    let server = TestServer::start_with_key();
    server.target("m", "multi");
    let tree = server.home().join("tree");
    fs::create_dir_all(tree.join("empty")).unwrap();
    fs::write(tree.join("a b"), "content").unwrap();
    fs::set_permissions(tree.join("a b"), Permissions::from_mode(0o640)).unwrap();
    fs::hard_link(tree.join("a b"), tree.join("second")).unwrap();
    symlink("a b", tree.join("link")).unwrap();
    let upload = server.bchan(["backup", "upload", "m"]).arg(&tree).json();
    (server, upload["backup"].clone())
}

fn id(backup: &Value) -> &str {
    backup["id"].as_str().unwrap()
}

/// The manifest that a server sends.
fn fetched(server: &TestServer, id: &str) -> (MtreeHeader, Vec<MtreeEntry>) {
    let answer = server.http().get(&format!("/api/backup/{id}/manifest"));
    assert_eq!(answer.status, 200, "{answer:?}");
    let reader = read_mtree_zstd(&*answer.bytes).unwrap();
    let header = reader.header().clone();
    (header, reader.map(Result::unwrap).collect())
}

/// Where manifests are below a directory of backups.
fn manifests(directory: &Path) -> Vec<PathBuf> {
    let Ok(instances) = fs::read_dir(directory.join(".bchan")) else {
        return Vec::new();
    };
    let folders = instances.map(|instance| instance.unwrap().path().join("manifests"));
    let files = folders.filter_map(|folder| fs::read_dir(folder).ok());
    files.flatten().map(|file| file.unwrap().path()).collect()
}

#[test]
fn a_manifest_lists_every_entry_with_its_digest() {
    let (server, backup) = furnished();
    let (header, entries) = fetched(&server, id(&backup));
    assert_eq!(
        header.receipt.map(hex::encode).as_deref(),
        backup["receipt"].as_str()
    );
    assert!(!header.is_rebuilt);
    let paths: Vec<_> = entries
        .iter()
        .map(|entry| String::from_utf8_lossy(&entry.path).into_owned())
        .collect();
    assert_eq!(
        paths,
        ["tree", "tree/a b", "tree/empty", "tree/link", "tree/second"]
    );
    let digest = Sha256::digest("content").into();
    assert_eq!(entries[1].kind, MtreeKind::File { size: 7, digest });
    assert_eq!(entries[1].mode, 0o640);
    assert_eq!(
        entries[4].hard_link_of.as_deref(),
        Some(b"tree/a b".as_slice())
    );
    let target = b"a b".to_vec();
    assert_eq!(entries[3].kind, MtreeKind::Link { target });
}

#[test]
fn a_manifest_goes_where_its_backup_goes() {
    let (server, backup) = furnished();
    let before = fetched(&server, id(&backup));
    let path = format!("/api/backup/{}", id(&backup));
    let location = server.storage().join("m");
    let bin = server.data().join("recycle-bin");
    for recycled in [true, false] {
        let body = json!({ "is_recycled": recycled });
        server.http().json("PATCH", &path, &body).success(200);
        assert_eq!(fetched(&server, id(&backup)), before);
        let (full, empty) = if recycled {
            (&bin, &location)
        } else {
            (&location, &bin)
        };
        assert_eq!(manifests(full).len(), 1);
        assert!(manifests(empty).is_empty());
    }
    let edit = json!({ "location": "elsewhere/deep" });
    server
        .http()
        .json("PATCH", "/api/target/m", &edit)
        .success(200);
    assert_eq!(fetched(&server, id(&backup)), before);
    assert!(!location.exists());
    let body = json!({ "delete_files": true });
    server.http().json("DELETE", &path, &body).success(200);
    assert!(manifests(&server.storage().join("elsewhere/deep")).is_empty());
    let answer = server.http().get(&format!("{path}/manifest"));
    assert_eq!(answer.status, 404);
}

#[test]
fn a_single_file_has_no_manifest() {
    let server = TestServer::start_with_key();
    server.target("s", "single");
    let backup = server.upload("s", b"content");
    let answer = server.http().get(&format!("/api/backup/{backup}/manifest"));
    assert_eq!(answer.status, 404);
    let message = answer.body()["message"].to_string();
    assert!(message.contains("has no manifest"), "{message}");
}

#[test]
fn a_failed_upload_leaves_no_manifest() {
    let server = TestServer::start_with_key();
    server.target("m", "multi");
    let form = crate::support::Form::new()
        .file("a.tar", &archive(&server))
        .field("receipt", &"0".repeat(64));
    let answer = server.http().post("/api/target/m/upload", &form);
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(manifests(&server.storage().join("m")).is_empty());
}

/// An archive of an empty tree.
fn archive(server: &TestServer) -> Vec<u8> {
    let tree = server.home().join("small");
    fs::create_dir(&tree).unwrap();
    let options = PackOptions::default();
    let source = Source::from_path(&tree).unwrap();
    pack(&[source], Vec::new(), &options, &mut ()).unwrap().1
}

#[test]
fn a_check_finds_manifests_that_are_damaged_missing_or_without_a_backup() {
    let (mut server, backup) = furnished();
    server.stop();
    let check = |options: &[&str]| -> Vec<String> {
        let program = Program::new(server.home()).args(["server", "check", "--data"]);
        let program = program.arg(server.data()).args(options);
        let report: Value =
            serde_json::from_str(&program.args(["-o", "json"]).run().stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        findings
            .map(|finding| finding["kind"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(check(&["--deep"]).is_empty());
    let [manifest] = &*manifests(&server.storage().join("m")) else {
        panic!("one manifest is expected");
    };
    let stranger = manifest.with_file_name("00000000-0000-4000-8000-000000000000.mtree.zst");
    fs::copy(manifest, &stranger).unwrap();
    let content = fs::read(manifest).unwrap();
    fs::write(manifest, &content[..content.len() - 9]).unwrap();
    assert_eq!(check(&[]), ["stale-manifest"]);
    let mut found = check(&["--deep", "--repair"]);
    found.sort();
    assert_eq!(found, ["damaged-manifest", "stale-manifest"]);
    assert_eq!(check(&["--deep"]), ["no-manifest"]);
    server.crash_and_restart();
    let answer = server
        .http()
        .get(&format!("/api/backup/{}/manifest", id(&backup)));
    assert_eq!(answer.status, 404);
}

#[test]
fn the_integrity_check_makes_lost_and_damaged_manifests_again() {
    let (server, backup) = furnished();
    let (_, before) = fetched(&server, id(&backup));
    let [manifest] = &*manifests(&server.storage().join("m")) else {
        panic!("one manifest is expected");
    };
    fs::remove_file(manifest).unwrap();
    for damage in [|path: &Path| fs::write(path, "x").unwrap(), |_: &Path| {}] {
        assert_eq!(server.run_job("integrity_check_job")["status"], "FINISHED");
        let (header, entries) = fetched(&server, id(&backup));
        assert!(header.is_rebuilt);
        assert_eq!(header.receipt, None);
        assert_eq!(entries, before);
        damage(manifest);
    }
    server.assert_no_leftovers();
}

#[test]
fn files_of_a_backup_with_a_manifest_that_was_made_later_are_linked() {
    let (server, _) = furnished();
    fs::remove_file(&manifests(&server.storage().join("m"))[0]).unwrap();
    server.run_job("integrity_check_job");
    let tree = server.home().join("tree");
    let report = server.bchan(["backup", "upload", "m"]).arg(&tree).json();
    assert_eq!(report["reused"]["files"], 1, "{report}");
    let id = report["backup"]["id"].as_str().unwrap();
    let stored = server.storage().join(format!("m/m-{id}/tree/a b"));
    // Two names in each backup.
    assert_eq!(fs::metadata(stored).unwrap().nlink(), 4);
}
