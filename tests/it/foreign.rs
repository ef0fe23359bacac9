//! Archives of other programs: those that the server does not unpack, and what it says of the others.

use std::fs;

use bchan_testkit::hostile::tar::{Tar, kind};
use serde_json::json;

use crate::support::{Form, TestServer};

/// Uploads a file, and gives what is stored and the warnings.
fn upload(server: &TestServer, name: &str, bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let before = server.files();
    let form = Form::new().file(name, bytes);
    let answer = server.http().post("/api/target/t/upload", &form);
    let accepted = answer.success(200);
    let warnings = accepted.get("warnings").cloned().unwrap_or(json!([]));
    let mut files = server.files();
    files.retain(|file| !before.contains(file));
    let names = files.iter().map(|file| file.rsplit('/').next().unwrap());
    (
        names.map(str::to_owned).collect(),
        serde_json::from_value(warnings).unwrap(),
    )
}

#[test]
fn what_is_stored_as_one_file_although_it_may_be_an_archive_is_named() {
    let server = TestServer::start();
    server.target("t", "multi");
    let (files, warnings) = upload(&server, "a.tar.lz", b"LZIP and more");
    assert_eq!(files, ["a.tar.lz"]);
    assert_eq!(
        warnings,
        ["a.tar.lz: is stored as one file: lzip is not supported"]
    );
    // What `zstd --ultra --long=31` makes of one byte.
    let zstd = b"\x28\xb5\x2f\xfd\x04\xa8\x09\0\0x\x23\x11\x04\x83";
    let (files, warnings) = upload(&server, "b.tar.zst", zstd);
    assert_eq!(files, ["b.tar.zst"]);
    assert!(warnings[0].contains("more memory than is allowed"));
    let (files, warnings) = upload(&server, "text", b"LZI");
    assert_eq!((files, warnings), (vec!["text".into()], vec![]));
}

#[test]
fn an_archive_without_entries_is_stored_as_an_empty_folder() {
    let server = TestServer::start();
    server.target("t", "multi");
    let (files, warnings) = upload(&server, "empty.tar", &[0; 10_240]);
    assert!(files.is_empty(), "{files:?}");
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("without entries"), "{warnings:?}");
    let folders = fs::read_dir(server.storage().join("t")).unwrap();
    let is_empty =
        |path: std::path::PathBuf| path.is_dir() && fs::read_dir(path).unwrap().next().is_none();
    assert!(folders.map(|entry| entry.unwrap().path()).any(is_empty));
}

#[test]
fn what_an_archive_has_and_the_server_does_not_know_is_in_the_answer() {
    let server = TestServer::start();
    server.target("t", "multi");
    let list = "user::rw-,user:nobody-here:rw-,group::---,mask::rw-,other::r--";
    let records = format!("SCHILY.acl.access={list}\nVENDOR.key=x\nmtime=1e-07");
    let archive = Tar::default().pax(kind::PAX, &records).file("f").finish();
    let (files, warnings) = upload(&server, "a.tar", &archive);
    assert_eq!(files, ["f"]);
    for part in ["`nobody-here`", "`VENDOR.key`", "`mtime`"] {
        let named = warnings
            .iter()
            .any(|line| line.starts_with("f: ") && line.contains(part));
        assert!(named, "{part}: {warnings:?}");
    }
    assert_eq!(warnings.len(), 3);
}
