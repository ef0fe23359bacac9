//! `bchan migrate` from and to servers with nothing but the documented API.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::migrate::{migrate, report, sums};
use crate::support::TestServer;

/// A server with nothing but the documented API, and nothing in its answers that says more: times
/// without zones, integers for booleans, no jobs; and with the answers that a test wants.
struct Plain {
    url: String,
    /// Method and path of each request.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Plain {
    fn start(answer: impl Fn(&str, &[u8]) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, log) = (stream.unwrap(), Arc::clone(&log));
                let answer = Arc::clone(&answer);
                thread::spawn(move || {
                    let mut reader = BufReader::new(stream);
                    let Some((line, body)) = request(&mut reader) else {
                        return;
                    };
                    let answer = answer(&line, &body);
                    log.lock().unwrap().push(line);
                    let mut stream = reader.into_inner();
                    let _ = stream.write_all(&answer);
                    let _ = stream.shutdown(std::net::Shutdown::Write);
                    let _ = stream.read_to_end(&mut Vec::new());
                });
            }
        });
        Self { url, asked }
    }
}

/// A request's method and path, and its body; none when it ends too early.
fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let line = line.rsplit_once(' ')?.0.to_owned();
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        chunked |= header == "transfer-encoding: chunked";
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    while chunked {
        let mut size = String::new();
        reader.read_line(&mut size).ok()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk).ok()?;
        body.extend_from_slice(&chunk[..size]);
        chunked = size > 0;
    }
    Some((line, body))
}

fn ok(value: &Value) -> Vec<u8> {
    answer(200, "application/json", value.to_string().as_bytes())
}

fn answer(status: u16, kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}");
    [head.as_bytes(), b"\r\nConnection: close\r\n\r\n", body].concat()
}

fn plain_target(kind: &str) -> Value {
    json!({
        "id": "t1", "name": "Old", "target_type": kind, "recycle_criteria": "none",
        "recycle_value": null, "recycle_action": "recycle", "location": "/srv/old",
        "name_template": "old $D", "deduplicate": 0, "alias": "old", "min_backups": 0, "tags": []
    })
}

fn plain_backup(id: &str, time: &str, hash: &str, more: &Value) -> Value {
    let mut backup = json!({
        "id": id, "target_id": "t1", "created_at": time, "manual": 1, "is_recycled": 0,
        "filesize": 0, "hash": hash, "hash_mismatch": 0
    });
    let more = more.as_object().unwrap().clone();
    backup.as_object_mut().unwrap().extend(more);
    backup
}

const SHA_OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn a_server_without_extensions_can_be_left() {
    let to = TestServer::start();
    let backups = json!([
        plain_backup("b6", "2025-03-01T12:00:05", "", &json!({})),
        plain_backup("b5", "2025-03-01T12:00:04", "", &json!({})),
        plain_backup("b4", "2025-03-01T12:00:03", SHA_OF_ABC, &json!({})),
        plain_backup(
            "b3",
            "2025-03-01T12:00:02",
            SHA_OF_ABC,
            &json!({"is_recycled": 1})
        ),
        plain_backup("b2", "2025-03-01T12:00:01", SHA_OF_ABC, &json!({})),
        plain_backup("b1", "2025-03-01T12:00:00", "", &json!({"manual": 0})),
    ]);
    let from = Plain::start(move |line, _| match line {
        "GET /api/target?page=1" => {
            ok(&json!({"success": true, "targets": [plain_target("single")]}))
        }
        "GET /api/target/t1" => {
            ok(&json!({"success": true, "target": plain_target("single"), "backups": backups}))
        }
        // Whole ones, with and without a hash.
        "GET /api/backup/b1/download" | "GET /api/backup/b2/download" => {
            let head = "HTTP/1.1 200 X\r\nContent-Disposition: attachment; \
                filename=\"old 2025-03-01T12:00:00.bin\"\r\nContent-Length: 3\r\n\r\nabc";
            head.as_bytes().to_vec()
        }
        // Without a length: whole by its hash, cut, and of unknown end.
        "GET /api/backup/b3/download" => b"HTTP/1.0 200 X\r\n\r\nabc".to_vec(),
        "GET /api/backup/b4/download" | "GET /api/backup/b5/download" => {
            b"HTTP/1.0 200 X\r\n\r\nab".to_vec()
        }
        _ => answer(500, "text/html", b"<html>"),
    });
    let home = tempfile::tempdir().unwrap();
    let output = migrate(home.path(), &from.url, &to.url(), &["-o", "json"]).run();
    assert_eq!(output.code, Some(3), "{output:?}");
    let found = report(&output);
    assert_eq!(sums(&found), [3, 2, 0, 3], "{found:#}");
    let findings = found["findings"].as_array().unwrap();
    let said = |id: &str| {
        let about = findings.iter().find(|finding| finding["backup_id"] == id);
        about.unwrap()["message"].as_str().unwrap().to_owned()
    };
    assert!(said("b4").contains("not what its hash says"), "{found:#}");
    assert!(said("b5").contains("does not say where its content ends"));
    assert!(said("b6").contains("500"), "{found:#}");
    let files = to.files();
    assert_eq!(files.len(), 3, "{files:?}");
    assert_eq!(
        files
            .iter()
            .filter(|file| Path::new(file).extension() == Some("bin".as_ref()))
            .count(),
        2
    );
    let view = to.http().get("/api/target/old").success(200);
    let backups = view["backups"].as_array().unwrap();
    assert_eq!(
        backups
            .iter()
            .filter(|backup| backup["is_recycled"] == true)
            .count(),
        1
    );
    assert_eq!(
        backups
            .iter()
            .filter(|backup| backup["manual"] == true)
            .count(),
        2
    );
    let asked = from.asked.lock().unwrap();
    assert!(
        asked.iter().all(|line| !line.contains("format=")),
        "{asked:?}"
    );
}

#[test]
fn what_arrives_as_something_else_is_removed_again() {
    let (maker, to) = (TestServer::start(), TestServer::start());
    maker.target("tree", "multi");
    let id = maker.upload("tree", b"content");
    let archive = maker.http().get(&format!("/api/backup/{id}/download"));
    let archive = archive.success_download().bytes;
    let backup = plain_backup("b1", "2025-03-01T12:00:00", SHA_OF_ABC, &json!({}));
    let from = Plain::start(move |line, _| {
        let target = plain_target("multi");
        match line {
            "GET /api/target?page=1" => ok(&json!({"success": true, "targets": [target]})),
            "GET /api/target/t1" => {
                ok(&json!({"success": true, "target": target, "backups": [backup]}))
            }
            _ => answer(200, "application/gzip", &archive),
        }
    });
    let home = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let output = migrate(home.path(), &from.url, &to.url(), &["-o", "json"]).run();
        assert_eq!(output.code, Some(3), "{output:?}");
        assert_eq!(sums(&report(&output)), [0, 0, 0, 1], "{output:?}");
        assert!(output.stderr.contains("was removed again"), "{output:?}");
        assert_eq!(to.files(), Vec::<String>::new());
    }
    to.assert_no_leftovers();
}

/// A server without jobs that keeps what it is sent, with a hash of the test's choice.
fn keeper(kept: &Arc<Mutex<Vec<Value>>>, hash: &'static str, loses_answers: bool) -> Plain {
    let kept = Arc::clone(kept);
    Plain::start(move |line, body| {
        let mut kept = kept.lock().unwrap();
        match line {
            "GET /api/target?page=1" if kept.is_empty() => {
                ok(&json!({"success": true, "targets": []}))
            }
            "GET /api/target?page=1" => {
                ok(&json!({"success": true, "targets": [plain_target("multi")]}))
            }
            "POST /api/target" => {
                let target: Value = serde_json::from_slice(body).unwrap();
                assert_eq!(target["min_backups"], 0, "{target}");
                // The first entry stands for the target.
                kept.push(Value::Null);
                ok(&json!({"success": true, "id": "t1"}))
            }
            "GET /api/target/t1" => {
                let backups: Vec<_> = kept[1..].iter().rev().collect();
                ok(&json!({"success": true, "target": plain_target("multi"), "backups": backups}))
            }
            "POST /api/target/t1/upload" => {
                let text = String::from_utf8_lossy(body);
                assert!(text.contains("filename=\"backup.tar.gz\""), "{text}");
                assert!(!text.contains("sha256"), "{text}");
                let id = format!("k{}", kept.len());
                let by_hand = text.contains("name=\"manual\"\r\n\r\n1\r\n");
                let more = json!({"manual": u8::from(by_hand)});
                kept.push(plain_backup(&id, "2025-03-01T12:00:00", hash, &more));
                if loses_answers {
                    Vec::new()
                } else {
                    ok(&json!({"success": true, "job_id": 1}))
                }
            }
            _ => answer(404, "text/html", b"<html>"),
        }
    })
}

#[test]
fn a_server_without_extensions_can_be_moved_to() {
    let from = TestServer::start();
    let more = json!({"alias": "old", "name": "Old", "name_template": "old $D"});
    from.target_with("tree", "multi", &more);
    let id = from.upload("old", b"content");
    let hash = from.backup("old", &id).unwrap()["hash"]
        .as_str()
        .unwrap()
        .to_owned();
    let hash: &'static str = Box::leak(hash.into_boxed_str());
    let home = tempfile::tempdir().unwrap();
    let run = |to: &Plain, options: &[&str]| {
        let program = migrate(home.path(), &from.url(), &to.url, &["-o", "json"]);
        program.args(["--timeout", "1"]).args(options).run()
    };
    // With the same hash it is verified, although no job says that it is stored.
    let kept = Arc::default();
    let output = run(&keeper(&kept, hash, false), &[]);
    assert_eq!(
        (output.code, sums(&report(&output))),
        (Some(0), [1, 1, 0, 0]),
        "{output:?}"
    );
    // With another one it is reported. It is not deleted: it may have been made on purpose.
    let kept = Arc::default();
    let output = run(&keeper(&kept, SHA_OF_ABC, false), &[]);
    assert_eq!(
        (output.code, sums(&report(&output))),
        (Some(3), [0, 0, 0, 1]),
        "{output:?}"
    );
    assert!(
        output.stderr.contains("if k1 is what arrived, delete it"),
        "{output:?}"
    );
    assert_eq!(kept.lock().unwrap().len(), 2);
    // With none it is taken for what it is.
    let kept = Arc::default();
    let output = run(&keeper(&kept, "", false), &[]);
    assert_eq!(
        (output.code, sums(&report(&output))),
        (Some(0), [1, 0, 0, 0]),
        "{output:?}"
    );

    // The answer is lost: it is not sent again as if nothing had happened.
    for (hash, code, counts) in [(hash, 0, [0, 0, 1, 0]), ("", 3, [0, 0, 0, 1])] {
        let kept = Arc::default();
        let to = keeper(&kept, hash, true);
        let lost = run(&to, &[]);
        assert_eq!(lost.code, Some(75), "{lost:?}");
        let again = run(&to, &[]);
        assert_eq!(again.code, Some(code), "{again:?}");
        assert_eq!(sums(&report(&again)), counts, "{again:?}");
        assert_eq!(kept.lock().unwrap().len(), 2);
        if code == 3 {
            assert!(
                again.stderr.contains("delete that, and run again"),
                "{again:?}"
            );
        }
    }
}
