//! What becomes of requests that are under way when the server is told to stop.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use bchan_testkit::hostile::bombs;
use rustix::process::Signal;
use tempfile::TempDir;

use crate::support::{Form, TestServer, wait_until};

/// An upload of a file of which a part has arrived.
struct Upload {
    stream: TcpStream,
    rest: Vec<u8>,
}

const CONTENT: &[u8] = &[b'x'; 3_000_000];

/// Sends the first half of an upload and waits until the server writes it down.
fn begin(server: &TestServer, target: &str) -> Upload {
    let body = Form::new().file("file", CONTENT).finish();
    let head = format!(
        "POST /api/target/{target}/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: {}\r\n\
         Content-Length: {}\r\n\r\n",
        Form::content_type(),
        body.len()
    );
    let (first, rest) = body.split_at(body.len() / 2);
    let mut stream = TcpStream::connect(server.addr()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(first).unwrap();
    let location = server.storage().join(target);
    wait_until(|| has_content(&location));
    let rest = rest.to_owned();
    Upload { stream, rest }
}

/// Whether some file below a folder has something in it.
fn has_content(folder: &std::path::Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries = entries.filter_map(|entry| Some((entry.metadata().ok()?, entry.path())));
    entries.any(|(meta, path)| {
        let record = path
            .extension()
            .is_some_and(|extension| extension == "json");
        (meta.is_file() && meta.len() > 0 && !record) || (meta.is_dir() && has_content(&path))
    })
}

/// Tells a server to stop and waits until it takes no connections.
fn terminate(server: &TestServer) {
    server.signal(Signal::TERM);
    wait_until(|| TcpStream::connect(server.addr()).is_err());
}

fn start(grace: &str) -> TestServer {
    TestServer::start_with(&["--grace", grace], false)
}

fn again(server: TestServer) -> TestServer {
    let home: TempDir = server.into_home();
    TestServer::over(home, &[], &[]).expect("a server that starts")
}

#[test]
fn sigterm_lets_a_running_upload_finish() {
    for kind in ["multi", "single"] {
        let mut server = start("10m");
        server.target("docs", kind);
        let mut upload = begin(&server, "docs");
        terminate(&server);
        assert!(server.is_alive());
        upload.stream.write_all(&upload.rest).unwrap();
        let mut answer = String::new();
        upload.stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        drop(upload);
        assert_eq!(server.exit_code(), Some(0), "{}", server.log());
        let server = again(server);
        let view = server.http().get("/api/target/docs").success(200);
        let backups = view["backups"].as_array().unwrap();
        assert_eq!(
            (backups.len(), &backups[0]["filesize"]),
            (1, &CONTENT.len().into())
        );
        let id = backups[0]["id"].as_str().unwrap();
        assert!(answer.contains(id), "{answer}");
        server.assert_no_leftovers();
    }
}

#[test]
fn an_upload_that_takes_longer_leaves_nothing() {
    for (grace, kind) in [("0", "multi"), ("1s", "single")] {
        let mut server = start(grace);
        server.target("docs", kind);
        let upload = begin(&server, "docs");
        server.signal(Signal::TERM);
        assert_eq!(server.exit_code(), Some(0), "{}", server.log());
        assert!(
            server.log().contains("requests under way are cut off"),
            "{}",
            server.log()
        );
        assert!(
            server.log().contains("an upload has failed"),
            "{}",
            server.log()
        );
        // Already now, and not only after the next start.
        server.assert_no_leftovers();
        let files: Vec<_> = server.files();
        assert!(files.is_empty(), "{files:?}");
        drop(upload);
        let server = again(server);
        let view = server.http().get("/api/target/docs").success(200);
        assert_eq!(view["backups"].as_array().unwrap().len(), 0, "{view}");
        let jobs = server.http().get("/api/jobs").success(200);
        assert_eq!(jobs["delayed"][0]["status"], "ERROR", "{jobs}");
        // It can be sent again.
        server.upload("docs", CONTENT);
    }
}

/// Sends an archive of a few bytes with a hole that takes a minute to hash, and waits until the server
/// is at that.
fn hole(server: &TestServer) -> TcpStream {
    let body = Form::new()
        .file("hole.tar", &bombs::hole(60 << 30))
        .finish();
    let head = format!(
        "POST /api/target/docs/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: {}\r\n\
         Content-Length: {}\r\n\r\n",
        Form::content_type(),
        body.len()
    );
    let mut stream = TcpStream::connect(server.addr()).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body).unwrap();
    let location = server.storage().join("docs");
    wait_until(|| has_entry(&location, "hole"));
    stream
}

/// Whether there is something of this name below a folder.
fn has_entry(folder: &std::path::Path, name: &str) -> bool {
    let mut entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.any(|entry| entry.file_name() == name || has_entry(&entry.path(), name))
}

#[test]
fn a_hole_does_not_keep_a_server_from_stopping() {
    let mut server = TestServer::start_with(&["--grace", "1s", "--max-unpacked", "1TiB"], false);
    server.target("docs", "multi");
    let stream = hole(&server);
    server.signal(Signal::TERM);
    assert_eq!(server.exit_code(), Some(0), "{}", server.log());
    let log = server.log();
    assert!(log.contains("an upload has failed"), "{log}");
    assert!(server.files().is_empty());
    server.assert_no_leftovers();
    drop(stream);
}

#[test]
fn a_hole_ends_when_its_client_has_gone() {
    let server = TestServer::start_with(&["--max-unpacked", "1TiB"], false);
    server.target("docs", "multi");
    drop(hole(&server));
    wait_until(|| {
        let jobs = server.http().get("/api/jobs").success(200);
        jobs["delayed"][0]["status"] == "ERROR"
    });
    assert!(server.files().is_empty());
    server.assert_no_leftovers();
}

/// Connections that only wait are no reason to wait.
#[test]
fn nobody_waits_for_an_idle_connection() {
    let mut server = start("10m");
    let idle: Vec<_> = (0..5)
        .map(|_| {
            let mut stream = TcpStream::connect(server.addr()).unwrap();
            stream
                .write_all(b"GET /healthz?live HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .unwrap();
            let mut first = [0; 12];
            stream.read_exact(&mut first).unwrap();
            assert_eq!(&first, b"HTTP/1.1 200");
            stream
        })
        .collect();
    server.signal(Signal::TERM);
    assert_eq!(server.exit_code(), Some(0));
    drop(idle);
}
