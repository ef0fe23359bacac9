//! Uploads that are sent more than once under the same `Idempotency-Key`.

use std::fs::{self, File};
use std::io::{self, Read as _};

use serde_json::{Value, json};

use crate::support::{Answer, Form, Link, Program, TestServer, Way};

fn send(
    server: &TestServer,
    target: &str,
    key: &str,
    content: &[u8],
    more: &[(&str, &str)],
) -> Answer {
    send_as(server, None, target, key, content, more)
}

fn send_as(
    server: &TestServer,
    api_key: Option<&str>,
    target: &str,
    key: &str,
    content: &[u8],
    more: &[(&str, &str)],
) -> Answer {
    let content_type = Form::content_type();
    let mut headers = vec![("Content-Type", &*content_type), ("Idempotency-Key", key)];
    headers.extend(more);
    let http = match api_key {
        Some(api_key) => server.http().with_key(api_key),
        None => server.http(),
    };
    let body = Form::new().file("a", content).finish();
    let path = format!("/api/target/{target}/upload");
    http.send("POST", &path, &headers, &body)
}

fn count(server: &TestServer, target: &str) -> usize {
    let view = server.http().get(&format!("/api/target/{target}"));
    view.success(200)["backups"].as_array().unwrap().len()
}

fn sha256(content: &[u8]) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(content))
}

#[test]
fn a_key_means_something_for_one_target_only() {
    let server = TestServer::start();
    for (a, b, kind) in [("a", "b", "single"), ("c", "d", "multi")] {
        server.target(a, kind);
        server.target(b, kind);
        let first = send(&server, a, "key", b"content", &[]).success(200);
        let digest = [("Backup-Chan-Sha256", &*sha256(b"content"))];
        let second = send(&server, b, "key", b"content", &digest).success(200);
        assert_ne!(first["backup_id"], second["backup_id"]);
        assert_eq!((count(&server, a), count(&server, b)), (1, 1));
        assert_eq!(send(&server, a, "key", b"content", &[]).success(200), first);
        assert_eq!(
            send(&server, b, "key", b"content", &[]).success(200),
            second
        );
        assert_eq!((count(&server, a), count(&server, b)), (1, 1));
    }
}

#[test]
fn a_key_means_something_for_one_api_key_only() {
    let server = TestServer::start_with_key();
    server.target("m", "multi");
    let new_key = |name: &str| {
        let program = Program::new(server.home()).args(["server", "new-key", "--data"]);
        let program = program.arg(server.data());
        let program = program.args(["--name", name, "--rights", "append"]);
        program.ok().stdout.trim().to_owned()
    };
    let (one, other) = (new_key("one"), new_key("other"));
    let send = |key: &str| {
        let answer = send_as(&server, Some(key), "m", "key", b"content", &[]);
        answer.success(200)["backup_id"].clone()
    };
    let ids = [send(&one), send(&other), send(server.key())];
    assert_eq!(count(&server, "m"), 3);
    assert_eq!([send(&one), send(&other), send(server.key())], ids);
    assert_eq!(count(&server, "m"), 3);
}

#[test]
fn other_content_under_the_same_key_is_refused() {
    let server = TestServer::start();
    for kind in ["single", "multi"] {
        server.target(kind, kind);
        let first = send(&server, kind, "key", b"content", &[]).success(200);
        for more in [&[][..], &[("Backup-Chan-Sha256", &*sha256(b"other"))]] {
            let refused = send(&server, kind, "key", b"other", more).failure(422);
            assert!(
                refused.contains(first["backup_id"].as_str().unwrap()),
                "{refused}"
            );
        }
        assert_eq!(count(&server, kind), 1);
        assert_eq!(
            send(&server, kind, "key", b"content", &[]).success(200),
            first
        );
    }
    server.assert_no_leftovers();
}

#[test]
fn what_is_deleted_or_broken_is_stored_again() {
    let server = TestServer::start();
    server.target("s", "single");
    let digest = sha256(b"content");
    let send = || {
        let more = [("Backup-Chan-Sha256", &*digest)];
        let answer = send(&server, "s", "key", b"content", &more).success(200);
        answer["backup_id"].as_str().unwrap().to_owned()
    };
    let first = send();
    // In the recycle bin it is there.
    let path = format!("/api/backup/{first}");
    let recycled = json!({"is_recycled": true});
    server.http().json("PATCH", &path, &recycled).success(200);
    assert_eq!(send(), first);
    server
        .http()
        .json("DELETE", &path, &json!({"delete_files": true}))
        .success(200);
    let second = send();
    assert_ne!(second, first);
    assert_eq!(send(), second);
    // Gone, and not noticed yet.
    fs::remove_file(server.data().join(&server.files()[0])).unwrap();
    let third = send();
    assert_ne!(third, second);
    assert_eq!(send(), third);
    // Found to be something else.
    let file = server
        .files()
        .into_iter()
        .find(|file| file.contains(&third));
    fs::write(server.data().join(file.unwrap()), "garbage").unwrap();
    server.run_job("integrity_check_job");
    let fourth = send();
    assert_ne!(fourth, third);
    assert_eq!(send(), fourth);
    // With the target, all is forgotten.
    server
        .http()
        .json("DELETE", "/api/target/s", &json!({"delete_files": true}))
        .success(200);
    server.target("s", "single");
    assert_ne!(send(), fourth);
}

#[test]
fn only_a_digest_spares_the_body() {
    let server = TestServer::start();
    server.target("s", "single");
    let first = send(&server, "s", "key", b"content", &[]).success(200);
    let head = |more: &str| {
        format!(
            "POST /api/target/s/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: {}\r\n\
             Idempotency-Key: key\r\n{more}Content-Length: 100000\r\n\r\n",
            Form::content_type()
        )
    };
    let known = head(&format!("Backup-Chan-Sha256: {}\r\n", sha256(b"content")));
    assert_eq!(server.http().raw(known.as_bytes()).success(200), first);
    // Without it, or with another, the body that never comes would be read.
    for more in [
        String::new(),
        format!("Backup-Chan-Sha256: {}\r\n", sha256(b"x")),
    ] {
        let mut stream = std::net::TcpStream::connect(server.addr()).unwrap();
        io::Write::write_all(&mut stream, head(&more).as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    assert_eq!(count(&server, "s"), 1);
}

/// Uploads a folder whose first answer is lost, and lets `change` at it before the program tries
/// again.
fn with_lost_answer(change: impl FnOnce(&std::path::Path)) -> (TestServer, Value) {
    let server = TestServer::start();
    server.target("m", "multi");
    let folder = server.home().join("folder");
    fs::create_dir(&folder).unwrap();
    let mut random = File::open("/dev/urandom").unwrap().take(4 << 20);
    let mut large = File::create(folder.join("a")).unwrap();
    io::copy(&mut random, &mut large).unwrap();
    fs::write(folder.join("b"), "before").unwrap();
    let link = Link::new();
    let lost = link.swallow_once(server.addr());
    let program = Program::new(server.home())
        .env("BCHAN_SERVER", link.url())
        .args(["backup", "upload", "m", "-o", "json"])
        .arg(&folder);
    let mut command = program.into_command();
    let child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    lost.recv().unwrap();
    change(&folder);
    link.lead(Way::Open(server.addr()));
    lost.recv().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(count(&server, "m"), 1);
    (server, report)
}

#[test]
fn an_upload_whose_answer_is_lost_is_stored_once() {
    let (_server, report) = with_lost_answer(|_| ());
    assert_eq!(report["status"], "stored");
    assert!(report["backup"]["receipt"].is_string(), "{report}");
}

#[test]
fn an_upload_whose_source_changes_before_it_is_repeated_is_what_was_stored() {
    let (server, report) = with_lost_answer(|folder| {
        fs::write(folder.join("b"), "after, and longer").unwrap();
    });
    assert_eq!(report["status"], "stored", "{report}");
    let stored = server.files();
    let stored = stored.iter().find(|file| file.ends_with("/b")).unwrap();
    let stored = fs::read_to_string(server.data().join(stored)).unwrap();
    assert_eq!(stored, "before");
}

#[test]
fn a_digest_that_is_none_is_refused() {
    let server = TestServer::start();
    server.target("t", "single");
    let content_type = Form::content_type();
    for digest in ["", "x", &"g".repeat(64)] {
        let headers = [
            ("Content-Type", &*content_type),
            ("Backup-Chan-Sha256", digest),
        ];
        let body = Form::new().file("a", b"a").finish();
        let http = server.http();
        let answer = http.send("POST", "/api/target/t/upload", &headers, &body);
        assert!(answer.failure(400).contains("64 hexadecimal digits"));
    }
    assert!(server.files().is_empty());
}
