//! Uploads that are interrupted and go on from what has arrived.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bchan_archive::{PackOptions, Source, pack};
use serde_json::{Value, json};

use crate::support::{Form, TestServer};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A tree of files that do not compress.
fn furnish(tree: &Path, files: u64) {
    fs::create_dir_all(tree).unwrap();
    let mut state = 88_172_645_463_325_252_u64;
    for number in 0..files {
        let mut content = Vec::new();
        while content.len() < 100_000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            content.extend_from_slice(&state.to_le_bytes());
        }
        fs::write(tree.join(format!("file {number:03}")), content).unwrap();
    }
}

/// Sends a part of an archive of a tree, and ends the connection.
pub(crate) fn interrupt(
    server: &TestServer,
    target: &str,
    tree: &Path,
    percent: usize,
    token: &str,
) {
    let source = Source::from_path(tree).unwrap();
    let (_, archive) = pack(&[source], Vec::new(), &PackOptions::default(), &mut ()).unwrap();
    let body = Form::new().file("a.tar", &archive).finish();
    let head = format!(
        "POST /api/target/{target}/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: {}\r\nContent-Length: {}\r\nBchan-Upload: {token}\r\n\r\n",
        server.key(),
        Form::content_type(),
        body.len()
    );
    let mut stream = TcpStream::connect(server.addr()).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream
        .write_all(&body[..body.len() * percent / 100])
        .unwrap();
    drop(stream);
}

/// The status of the answer to the question for a partial.
fn partial(server: &TestServer, target: &str, token: &str) -> u16 {
    let headers = [("Bchan-Upload", token)];
    let path = format!("/api/target/{target}/partial");
    server.http().send("GET", &path, &headers, b"").status
}

pub(crate) fn wait_for_partial(server: &TestServer, target: &str, token: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while partial(server, target, token) != 200 {
        assert!(Instant::now() < deadline, "{}", server.log());
        std::thread::yield_now();
    }
}

fn furnished() -> (TestServer, PathBuf) {
    let server = TestServer::start_with_key();
    server.target("m", "multi");
    let tree = server.home().join("tree");
    furnish(&tree, 40);
    (server, tree)
}

fn upload(server: &TestServer, tree: &Path) -> Value {
    let upload = ["backup", "upload", "m", "-o", "json"];
    let output = server.bchan(upload).arg(tree).ok();
    serde_json::from_str(&output.stdout).unwrap()
}

/// Makes the client take a token for that of an upload that was interrupted before.
fn plant(server: &TestServer, token: &str) {
    let mut folders = vec![server.home().to_owned()];
    while let Some(folder) = folders.pop() {
        if folder
            .parent()
            .is_some_and(|parent| parent.ends_with("manifests"))
            && !folder.starts_with(server.data())
        {
            fs::write(folder.join("token"), token).unwrap();
            return;
        }
        let entries = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        folders.extend(entries.filter(|path| path.is_dir()));
    }
    panic!("nothing is remembered");
}

/// The folders of what has arrived.
fn kept(server: &TestServer) -> usize {
    let own = server.storage().join("m/.bchan");
    let instances = fs::read_dir(own).into_iter().flatten();
    let folders = instances.map(|instance| instance.unwrap().path().join("partials"));
    folders
        .filter_map(|folder| fs::read_dir(folder).ok())
        .map(Iterator::count)
        .sum()
}

#[test]
fn the_next_upload_goes_on_from_what_has_arrived() {
    let (server, tree) = furnished();
    // So that the client has a folder of its own for the tree.
    let first = upload(&server, &tree);
    let id = first["backup"]["id"].as_str().unwrap();
    let delete = json!({ "delete_files": true });
    server
        .http()
        .json("DELETE", &format!("/api/backup/{id}"), &delete)
        .success(200);
    interrupt(&server, "m", &tree, 70, TOKEN);
    wait_for_partial(&server, "m", TOKEN);
    server.assert_no_leftovers();
    plant(&server, TOKEN);
    let second = upload(&server, &tree);
    let reused = second["reused"]["files"].as_u64().unwrap();
    assert!((25..=28).contains(&reused), "{second}");
    let (sent, whole) = (
        second["sent"].as_u64().unwrap(),
        first["sent"].as_u64().unwrap(),
    );
    assert!(sent * 100 <= whole * 40, "{sent} of {whole}");
    let id = second["backup"]["id"].as_str().unwrap();
    let stored = server.storage().join(format!("m/m-{id}/tree"));
    for entry in fs::read_dir(&tree).unwrap() {
        let path = entry.unwrap().path();
        let copy = stored.join(path.file_name().unwrap());
        assert_eq!(fs::read(copy).unwrap(), fs::read(path).unwrap());
    }
    // Nothing of it is left.
    assert_eq!(kept(&server), 0);
    assert_eq!(partial(&server, "m", TOKEN), 404);
    server.assert_no_leftovers();
}

#[test]
fn what_has_arrived_is_only_for_the_client_with_the_token() {
    let (server, tree) = furnished();
    interrupt(&server, "m", &tree, 50, TOKEN);
    wait_for_partial(&server, "m", TOKEN);
    assert_eq!(partial(&server, "m", &"0".repeat(32)), 404);
    for token in [
        "",
        "short",
        "../../../../../../../../../../../../etc/passwd",
    ] {
        assert_eq!(partial(&server, "m", token), 400, "{token}");
    }
    server.target("other", "multi");
    assert_eq!(partial(&server, "other", TOKEN), 404);
}

#[test]
fn a_smaller_part_does_not_replace_a_larger_one() {
    let (server, tree) = furnished();
    interrupt(&server, "m", &tree, 70, TOKEN);
    wait_for_partial(&server, "m", TOKEN);
    let other = "f".repeat(32);
    interrupt(&server, "m", &tree, 30, &other);
    let ended = |server: &TestServer| {
        let jobs = server.http().get("/api/jobs").success(200);
        let jobs = jobs["delayed"].as_array().unwrap().clone();
        jobs.iter().filter(|job| job["status"] == "ERROR").count()
    };
    let deadline = Instant::now() + Duration::from_secs(60);
    while ended(&server) < 2 {
        assert!(Instant::now() < deadline, "{}", server.log());
        std::thread::yield_now();
    }
    assert_eq!(partial(&server, "m", TOKEN), 200);
    assert_eq!(partial(&server, "m", &other), 404);
    interrupt(&server, "m", &tree, 90, &other);
    wait_for_partial(&server, "m", &other);
    assert_eq!(kept(&server), 1);
}

#[test]
fn what_was_damaged_meanwhile_is_sent_again() {
    let (server, tree) = furnished();
    upload(&server, &tree);
    furnish(&tree, 41);
    for number in 0..40 {
        // Content that no backup has.
        fs::write(
            tree.join(format!("file {number:03}")),
            vec![number; 100_000],
        )
        .unwrap();
    }
    interrupt(&server, "m", &tree, 70, TOKEN);
    wait_for_partial(&server, "m", TOKEN);
    let own = server.storage().join("m/.bchan");
    let instance = fs::read_dir(own).unwrap().next().unwrap().unwrap().path();
    let partial = fs::read_dir(instance.join("partials"))
        .unwrap()
        .next()
        .unwrap();
    let damaged = partial.unwrap().path().join("content/tree/file 003");
    fs::write(damaged, vec![b'x'; 100_000]).unwrap();
    plant(&server, TOKEN);
    let report = upload(&server, &tree);
    assert_eq!(report["status"], "stored");
    let id = report["backup"]["id"].as_str().unwrap();
    let stored = server.storage().join(format!("m/m-{id}/tree/file 003"));
    assert_eq!(fs::read(stored).unwrap(), vec![3; 100_000]);
    server.assert_no_leftovers();
}

#[test]
fn what_has_arrived_survives_a_crash_and_goes_with_its_target() {
    let (mut server, tree) = furnished();
    interrupt(&server, "m", &tree, 70, TOKEN);
    wait_for_partial(&server, "m", TOKEN);
    server.crash_and_restart();
    assert_eq!(partial(&server, "m", TOKEN), 200);
    server.run_job("tmp_purge_job");
    assert_eq!(partial(&server, "m", TOKEN), 200);
    let delete = json!({ "delete_files": true });
    server
        .http()
        .json("DELETE", "/api/target/m", &delete)
        .success(200);
    server.run_job("tmp_purge_job");
    assert!(!server.storage().join("m").exists());
    server.assert_no_leftovers();
}
