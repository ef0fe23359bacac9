//! The log that a server writes below its data folder, and shows.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::json;

use crate::support::{Program, TestServer};

fn log(server: &TestServer, query: &str) -> String {
    let answer = server.http().get(&format!("/api/log{query}"));
    answer.success(200)["log"].as_str().unwrap().to_owned()
}

fn file(server: &TestServer) -> PathBuf {
    server.data().join("log/bchan.log")
}

/// The lines with all of these words.
fn lines<'a>(log: &'a str, words: &[&str]) -> Vec<&'a str> {
    let all = |line: &&str| words.iter().all(|word| line.contains(word));
    log.lines().filter(all).collect()
}

#[test]
fn each_change_is_a_line_with_its_ids() {
    let server = TestServer::start_with_key();
    let target = server.target("docs", "multi");
    let (first, second) = (server.upload("docs", b"1"), server.upload("docs", b"2"));
    let json = |method: &str, path: &str, body| {
        server.http().json(method, path, &body).success(200);
    };
    let path = format!("/api/backup/{first}");
    json("PATCH", &path, json!({ "is_recycled": true }));
    json("PATCH", &path, json!({ "is_recycled": false }));
    json("DELETE", &path, json!({ "delete_files": true }));
    json("PATCH", "/api/target/docs", json!({ "name": "letters" }));
    let list = json!({ "file_list": [{ "path": "/", "name": "f" }] });
    json("POST", "/api/seq/docs/begin", list);
    json("POST", "/api/seq/docs/terminate", json!({}));
    server.run_job("tmp_purge_job");
    json(
        "DELETE",
        "/api/target/docs",
        json!({ "delete_files": false }),
    );
    let log = log(&server, "");
    let (target, first, second) = (&*target, &*first, &*second);
    for words in [
        &["server started", env!("CARGO_PKG_VERSION")][..],
        &["a job begins", "tmp_purge_job", "id="],
        &["created a target", target, "docs"],
        &[": stored a backup", target, first, "job="],
        &[": stored a backup", target, second, "job="],
        &["an upload begins", target, "job=1"],
        &["an upload begins", target, "job=2"],
        &["recycled a backup", target, first],
        &["restored a backup", target, first],
        &["deleted a backup", target, first, "delete_files=true"],
        &["edited a target", target, "letters"],
        &["a sequential upload begins", target],
        &["a sequential upload was given up", target],
        &["a job was forced to run", "tmp_purge_job", "id="],
        &["a forced job has ended", "tmp_purge_job", "id="],
        &["deleted a backup", target, second, "delete_files=false"],
        &["deleted a target", target, "letters"],
    ] {
        let found = lines(&log, words);
        assert_eq!(found.len(), 1, "{words:?} in {log}");
        assert!(found[0].contains("Z  INFO bchan_"), "{}", found[0]);
    }
    // Requests are told only when they are asked for, and keys never.
    assert!(lines(&log, &["/api/"]).is_empty(), "{log}");
    assert!(!log.contains("bakch-") && !log.contains(&server.key()[6..]));
    assert_eq!(log, fs::read_to_string(file(&server)).unwrap());
    let mode = fs::metadata(file(&server)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_tail_is_so_many_lines() {
    let server = TestServer::start();
    for name in ["a", "b", "c"] {
        server.target(name, "multi");
    }
    let all = log(&server, "?tail=0");
    assert!(all.lines().count() >= 4 && all.ends_with('\n'), "{all}");
    for number in [1, 2, 4] {
        let tail = log(&server, &format!("?tail={number}"));
        assert_eq!(tail.lines().count(), number);
        assert!(all.ends_with(&tail), "{tail}");
    }
    assert_eq!(log(&server, "?tail=18446744073709551615"), all);
    for tail in ["", "-1", "x", "1.0", "18446744073709551616"] {
        let answer = server.http().get(&format!("/api/log?tail={tail}"));
        assert!(answer.failure(400).contains("tail"), "{tail}");
    }
}

#[test]
fn a_full_file_is_put_aside_by_the_next_line() {
    let mut server = TestServer::start();
    // No disk is needed for it.
    let full = File::options().append(true).open(file(&server)).unwrap();
    full.set_len(8 * 1024 * 1024).unwrap();
    server.crash_and_restart();
    let log = log(&server, "");
    assert_eq!(lines(&log, &["server started"]).len(), 1, "{log}");
    assert_eq!(log, fs::read_to_string(file(&server)).unwrap());
    let old = fs::metadata(server.data().join("log/bchan.log.1")).unwrap();
    assert!(old.len() >= 8 * 1024 * 1024);
    assert_eq!(old.permissions().mode() & 0o777, 0o600);
}

#[test]
fn how_much_is_logged_can_be_said() {
    let of = |options: &[&str], env: &[(&str, &str)]| {
        let home = tempfile::tempdir().unwrap();
        let options: Vec<_> = options.iter().map(|&option| option.to_owned()).collect();
        let server = TestServer::over(home, &options, env).ok().unwrap();
        server.target("t", "multi");
        server.http().get("/api/target/nothing").failure(404);
        (log(&server, ""), server.log())
    };
    let changed = |log: &str| !lines(log, &[" INFO ", "created a target"]).is_empty();
    let asked = |log: &str| {
        let words = ["DEBUG", "request", "method=GET", "path=/api/target/nothing"];
        !lines(
            log,
            &[&words[..], &["status=404", "peer=127.0.0.1:"]].concat(),
        )
        .is_empty()
    };
    let (file, talk) = of(&["--log-level", "debug"], &[("BCHAN_LOG_LEVEL", "error")]);
    assert!(changed(&file) && asked(&file), "{file}");
    assert!(changed(&talk) && asked(&talk), "{talk}");
    let (file, talk) = of(&[], &[("BCHAN_LOG_LEVEL", "trace")]);
    assert!(asked(&file) && asked(&talk), "{file}");
    let (file, talk) = of(&["--log-level", "error"], &[]);
    assert_eq!((&*file, &*talk), ("", ""));
    let (file, talk) = of(&["--quiet"], &[]);
    assert!(changed(&file) && !asked(&file), "{file}");
    let only_warnings = talk.lines().all(|line| line.contains(" WARN "));
    assert!(only_warnings && talk.contains("no API key"), "{talk}");
}

/// Not even if a client has put one there by mistake.
#[test]
fn no_key_is_in_the_log() {
    let home = tempfile::tempdir().unwrap();
    let new_key = || {
        let program =
            Program::new(home.path()).args(["server", "new-key", "--overwrite", "--data"]);
        let output = program.arg(home.path().join("data")).ok();
        output.stdout.trim().to_owned()
    };
    let (old, key) = (new_key(), new_key());
    let options = ["--log-level", "trace"].map(str::to_owned);
    let server = TestServer::over(home, &options, &[]).ok().unwrap();
    let http = server.http().with_key(&key);
    http.json("POST", "/api/target", &json!({ "name": key }))
        .failure(400);
    http.get(&format!("/api/target/{key}")).failure(404);
    http.get(&format!("/api/log?tail={key}")).failure(400);
    http.get(&format!("/api/jobs/force_run/{key}")).failure(404);
    // However it is written, neither the log nor the answer has it.
    let bare = &key["bakch-".len()..];
    let encode = |text: &str| {
        let add = |encoded: String, byte: u8| encoded + &format!("%{byte:02X}");
        text.bytes().fold(String::new(), add)
    };
    for written in [
        encode(&key),
        format!("bakch-{}", encode(bare)),
        bare.to_owned(),
        encode(bare),
    ] {
        for place in ["target/", "jobs/force_run/", "seq/"] {
            let message = http.get(&format!("/api/{place}{written}")).failure(404);
            assert!(!message.contains(&bare[6..]), "{message}");
        }
        http.get(&format!("/api/{written}")).failure(404);
    }
    server.http().with_key(&old).get("/api/stats").failure(403);
    let headers = [("Authorization", &*format!("Basic {key}"))];
    server
        .http()
        .send("GET", "/metrics", &headers, b"")
        .failure(401);
    let text = http.get("/api/log").success(200)["log"]
        .as_str()
        .unwrap()
        .to_owned();
    let (file, talk) = (fs::read_to_string(file(&server)).unwrap(), server.log());
    for log in [text, file, talk] {
        assert!(log.contains("DEBUG") && log.contains("bakch-"), "{log}");
        for key in [&old, &key] {
            assert!(!log.contains(&key[12..]), "{key} in {log}");
            assert!(!log.contains(&encode(&key[12..])), "{key} in {log}");
        }
    }
}

#[test]
fn a_level_that_is_none_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let serve = || {
        let program = Program::new(home.path()).args(["serve", "--listen", "127.0.0.1:0"]);
        program.arg("--data").arg(home.path().join("data"))
    };
    let output = serve().env("BCHAN_LOG_LEVEL", "chatty").run();
    assert_eq!(output.code, Some(13), "{output:?}");
    assert!(output.stderr.contains("`chatty`") && output.stderr.contains("debug"));
    assert_eq!(serve().args(["--log-level", "chatty"]).run().code, Some(2));
    // Not even a folder was made for it.
    assert!(!home.path().join("data").exists());
}
