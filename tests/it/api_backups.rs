//! Backups and the recycle bin over plain HTTP.

use std::fs;
use std::io::Read as _;

use serde_json::{Value, json};

use crate::support::{Form, TestServer};

/// Uploads a file and returns the backup's id.
fn upload(server: &TestServer, target: &str, content: &[u8]) -> String {
    let form = Form::new().file("file.txt", content);
    let accepted = server
        .http()
        .post(&format!("/api/target/{target}/upload"), &form)
        .success(200);
    accepted["backup_id"].as_str().unwrap().to_owned()
}

fn backups(server: &TestServer, target: &str) -> Vec<Value> {
    let view = server
        .http()
        .get(&format!("/api/target/{target}"))
        .success(200);
    view["backups"].as_array().unwrap().clone()
}

fn set_recycled(server: &TestServer, id: &str, recycled: bool) {
    let body = json!({"is_recycled": recycled});
    server
        .http()
        .json("PATCH", &format!("/api/backup/{id}"), &body)
        .success(200);
}

#[test]
fn to_the_recycle_bin_and_back() {
    let server = TestServer::start();
    server.target("s", "single");
    server.target("m", "multi");
    let (single, multi) = (upload(&server, "s", b"one"), upload(&server, "m", b"two"));
    for id in [&single, &multi] {
        set_recycled(&server, id, true);
        set_recycled(&server, id, true);
    }
    let recycled = [
        format!("recycle-bin/m-{multi}/file.txt"),
        format!("recycle-bin/s-{single}.txt"),
    ];
    assert_eq!(server.files(), recycled);
    let bin = server.http().get("/api/recycle_bin").success(200);
    assert_eq!(bin["backups"].as_array().unwrap().len(), 2);
    assert!(bin["backups"][0]["is_recycled"].as_bool().unwrap());
    for id in [&single, &multi] {
        set_recycled(&server, id, false);
    }
    let stored = [
        format!("storage/m/m-{multi}/file.txt"),
        format!("storage/s/s-{single}.txt"),
    ];
    assert_eq!(server.files(), stored);
    assert_eq!(
        server.http().get("/api/recycle_bin").success(200)["backups"],
        json!([])
    );

    let path = format!("/api/backup/{single}");
    server.http().json("PATCH", &path, &json!({})).failure(400);
    server
        .http()
        .json("PATCH", &path, &json!({"is_recycled": "x"}))
        .failure(400);
    server
        .http()
        .json("PATCH", "/api/backup/none", &json!({"is_recycled": true}))
        .failure(404);
    server.http().get(&path).failure(405);
}

#[test]
fn deleting_takes_the_files_only_when_told_to() {
    let server = TestServer::start();
    server.target("s", "single");
    let ids: Vec<_> = (0..4).map(|_| upload(&server, "s", b"x")).collect();
    set_recycled(&server, &ids[3], true);
    let delete = |path: &str, files: bool| {
        server
            .http()
            .json("DELETE", path, &json!({"delete_files": files}))
            .success(200);
    };
    delete(&format!("/api/backup/{}", ids[0]), true);
    assert_eq!(server.files().len(), 3);
    delete(&format!("/api/backup/{}", ids[1]), false);
    assert_eq!((server.files().len(), backups(&server, "s").len()), (3, 2));
    server
        .http()
        .json(
            "DELETE",
            &format!("/api/backup/{}", ids[1]),
            &json!({"delete_files": true}),
        )
        .failure(404);
    delete("/api/target/s/recycled", true);
    let left = backups(&server, "s");
    assert_eq!((left.len(), &left[0]["id"]), (1, &json!(ids[2])));
    delete("/api/target/s/all", true);
    assert!(backups(&server, "s").is_empty());
    // The one that was only forgotten.
    assert_eq!(server.files(), [format!("storage/s/s-{}.txt", ids[1])]);
    server
        .http()
        .json("DELETE", "/api/recycle_bin", &json!({}))
        .failure(400);
    server
        .http()
        .json(
            "DELETE",
            "/api/target/none/all",
            &json!({"delete_files": true}),
        )
        .failure(404);
    server.assert_no_leftovers();
}

#[test]
fn clearing_the_recycle_bin_spares_everything_else() {
    let server = TestServer::start();
    for target in ["a", "b"] {
        server.target(target, "multi");
        let old = upload(&server, target, b"old");
        upload(&server, target, b"new");
        set_recycled(&server, &old, true);
    }
    server
        .http()
        .json("DELETE", "/api/recycle_bin", &json!({"delete_files": true}))
        .success(200);
    assert_eq!(server.files().len(), 2);
    assert!(
        server
            .files()
            .iter()
            .all(|file| file.starts_with("storage/"))
    );
    assert_eq!(
        (backups(&server, "a").len(), backups(&server, "b").len()),
        (1, 1)
    );
    server.assert_no_leftovers();
}

#[test]
fn a_target_takes_its_files_along() {
    let server = TestServer::start();
    server.target("m", "multi");
    let (first, second) = (upload(&server, "m", b"1"), upload(&server, "m", b"2"));
    set_recycled(&server, &second, true);
    let edit = json!({"location": "moved/here", "name_template": "new-$I"});
    server
        .http()
        .json("PATCH", "/api/target/m", &edit)
        .success(200);
    let expected = [
        format!("recycle-bin/new-{second}/file.txt"),
        format!("storage/moved/here/new-{first}/file.txt"),
    ];
    assert_eq!(server.files(), expected);
    assert!(
        !server.storage().join("m").exists(),
        "the old folder is empty and gone"
    );
    set_recycled(&server, &second, false);
    server
        .http()
        .json("DELETE", "/api/target/m", &json!({"delete_files": true}))
        .success(200);
    assert_eq!(server.files(), [""; 0]);
    assert!(!server.storage().join("moved/here").exists());
    server.assert_no_leftovers();
}

#[test]
fn a_target_may_be_forgotten_without_its_files() {
    let server = TestServer::start();
    server.target("m", "multi");
    upload(&server, "m", b"1");
    server
        .http()
        .json("DELETE", "/api/target/m", &json!({"delete_files": false}))
        .success(200);
    server.http().get("/api/target/m").failure(404);
    assert_eq!(server.files().len(), 1);
}

#[test]
fn a_missing_disk_is_no_reason_to_forget_anything() {
    let server = TestServer::start();
    server.target("m", "multi");
    let id = upload(&server, "m", b"1");
    let (there, away) = (server.storage().join("m"), server.storage().join("away"));
    fs::rename(&there, &away).unwrap();
    let form = Form::new().file("a", b"x");
    server
        .http()
        .post("/api/target/m/upload", &form)
        .failure(503);
    let delete = json!({"delete_files": true});
    server
        .http()
        .json("DELETE", &format!("/api/backup/{id}"), &delete)
        .failure(503);
    server
        .http()
        .json("DELETE", "/api/target/m", &delete)
        .failure(503);
    server
        .http()
        .json("PATCH", "/api/target/m", &json!({"location": "other"}))
        .failure(503);
    server
        .http()
        .get(&format!("/api/backup/{id}/download"))
        .failure(503);
    assert!(!there.exists());
    fs::rename(&away, &there).unwrap();
    assert_eq!(backups(&server, "m").len(), 1);
    server
        .http()
        .get(&format!("/api/backup/{id}/download"))
        .success_download();
}

#[test]
fn downloads_come_as_asked_for() {
    let server = TestServer::start();
    server.target("s", "single");
    server.target("m", "multi");
    let (single, multi) = (
        upload(&server, "s", b"content"),
        upload(&server, "m", b"content"),
    );
    let get = |id: &str, query: &str| {
        server
            .http()
            .get(&format!("/api/backup/{id}/download{query}"))
            .success_download()
    };
    let answer = get(&single, "");
    assert_eq!(answer.bytes, b"content");
    assert_eq!(answer.header("content-length"), Some("7"));
    let name = format!("attachment; filename=\"s-{single}.txt\"");
    assert_eq!(answer.header("content-disposition"), Some(&*name));

    let plain = get(&multi, "?format=tar").bytes;
    for (query, magic, suffix) in [
        ("", &[0x1f, 0x8b][..], "tar.gz"),
        ("?format=tar.zst", &[0x28, 0xb5, 0x2f, 0xfd], "tar.zst"),
        (
            "?format=tar.zst&adapt=true",
            &[0x28, 0xb5, 0x2f, 0xfd],
            "tar.zst",
        ),
    ] {
        let answer = get(&multi, query);
        assert!(answer.bytes.starts_with(magic));
        let name = format!("attachment; filename=\"m-{multi}.{suffix}\"");
        assert_eq!(answer.header("content-disposition"), Some(&*name));
    }
    let archive = server.home().join("a.tar");
    fs::write(&archive, plain).unwrap();
    let mut tar = std::process::Command::new("tar");
    let output = tar
        .arg("xOf")
        .arg(&archive)
        .arg("file.txt")
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"content");
    for (query, said) in [
        ("?format=rar", "tar.zst"),
        ("?format=tar.zst&adapt=perhaps", "true"),
    ] {
        let path = format!("/api/backup/{multi}/download{query}");
        let message = server.http().get(&path).failure(400);
        assert!(message.contains(said), "{message}");
    }
    server.http().get("/api/backup/none/download").failure(404);
}

#[test]
fn a_download_that_cannot_be_whole_does_not_look_whole() {
    let server = TestServer::start();
    let id = server.target("m", "multi");
    let backup = upload(&server, "m", b"x");
    let folder = server.storage().join(format!("m/m-{backup}"));
    fs::write(folder.join("large"), vec![7; 4_000_000]).unwrap();
    // A pipe cannot be archived.
    let mut mkfifo = std::process::Command::new("mkfifo");
    assert!(
        mkfifo
            .arg(folder.join("z pipe"))
            .status()
            .unwrap()
            .success()
    );
    let mut stream = std::net::TcpStream::connect(server.addr()).unwrap();
    let request = format!("GET /api/backup/{backup}/download HTTP/1.1\r\nHost: localhost\r\n\r\n");
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer);
    assert!(ended.is_err() || !answer.ends_with(b"0\r\n\r\n"));
    drop(id);
}
