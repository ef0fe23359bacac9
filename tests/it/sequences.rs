//! Sequential uploads over plain HTTP, across restarts too.

use std::fs;
use std::io::{Read as _, Write as _};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Answer, Form, TestServer, wait_until};

fn list(files: &[(&str, &str)]) -> Value {
    let file = |(path, name): &(&str, &str)| json!({"path": path, "name": name, "uploaded": false});
    json!({"manual": 1, "file_list": files.iter().map(file).collect::<Vec<_>>()})
}

const FILES: [(&str, &str); 3] = [("/", "a"), ("/deep/er", "a"), ("/deep", "b c")];

fn begin(server: &TestServer, target: &str, files: &[(&str, &str)]) -> Answer {
    server
        .http()
        .json("POST", &format!("/api/seq/{target}/begin"), &list(files))
}

fn send(server: &TestServer, target: &str, file: (&str, &str), content: &str) -> Answer {
    // The fields before the file here; after it elsewhere.
    let form = Form::new().field("path", file.0).field("name", file.1);
    let form = form.part("file", "ignored", content.as_bytes());
    server
        .http()
        .post(&format!("/api/seq/{target}/upload"), &form)
}

fn post(server: &TestServer, target: &str, what: &str) -> Answer {
    server
        .http()
        .json("POST", &format!("/api/seq/{target}/{what}"), &json!({}))
}

fn uploaded(server: &TestServer, target: &str) -> Vec<bool> {
    let view = server
        .http()
        .get(&format!("/api/seq/{target}"))
        .success(200);
    let files = view["file_list"].as_array().unwrap().clone();
    files
        .iter()
        .map(|file| file["uploaded"].as_bool().unwrap())
        .collect()
}

#[test]
fn files_come_one_by_one_and_become_a_backup() {
    let server = TestServer::start();
    server.target("m", "multi");
    begin(&server, "m", &FILES).success(200);
    let view = server.http().get("/api/seq/m").success(200);
    assert_eq!(
        view["file_list"][1],
        json!({"path": "/deep/er", "name": "a", "uploaded": false})
    );
    for file in FILES {
        assert!(
            post(&server, "m", "finish")
                .failure(409)
                .contains("missing")
        );
        send(&server, "m", file, &file.0.to_uppercase()).success(200);
        send(&server, "m", file, "again").failure(409);
    }
    let accepted = post(&server, "m", "finish").success(200);
    let id = accepted["backup_id"].as_str().unwrap();
    let root = server.storage().join(format!("m/m-{id}"));
    for (path, name) in FILES {
        let place = root.join(path.trim_start_matches('/')).join(name);
        assert_eq!(fs::read_to_string(place).unwrap(), path.to_uppercase());
    }
    assert_eq!(server.files().len(), 3);
    server.assert_no_leftovers();
    let backup = server.backup("m", id).unwrap();
    assert_eq!(
        (&backup["manual"], &backup["filesize"]),
        (&json!(true), &json!(14))
    );
    let jobs = server.http().get("/api/jobs").success(200);
    assert_eq!(jobs["delayed"][0]["status"], "FINISHED");
    server.http().get("/api/seq/m").failure(400);

    // The same tree in one archive has the same hash.
    let tar = Command::new("tar")
        .arg("-C")
        .arg(&root)
        .args(["-c", "."])
        .output()
        .unwrap();
    let form = Form::new().file("x.tar", &tar.stdout);
    let again = server
        .http()
        .post("/api/target/m/upload", &form)
        .success(200);
    let again = server
        .backup("m", again["backup_id"].as_str().unwrap())
        .unwrap();
    assert_eq!(again["hash"], backup["hash"]);
    assert_eq!(server.run_job("integrity_check_job")["status"], "FINISHED");
}

#[test]
fn a_restart_changes_nothing() {
    let mut server = TestServer::start();
    server.target("m", "multi");
    begin(&server, "m", &FILES).success(200);
    send(&server, "m", FILES[1], "one").success(200);
    server.crash_and_restart();
    let busy = begin(&server, "m", &FILES).failure(400);
    assert!(busy.contains("Target busy"), "{busy}");
    assert_eq!(uploaded(&server, "m"), [false, true, false]);
    server.run_job("tmp_purge_job");
    server.run_job("stale_seq_upload_job");
    for file in [FILES[0], FILES[2]] {
        send(&server, "m", file, "two").success(200);
    }
    server.crash_and_restart();
    let accepted = post(&server, "m", "finish").success(200);
    let backup = server
        .backup("m", accepted["backup_id"].as_str().unwrap())
        .unwrap();
    assert_eq!(backup["filesize"], 9);
    assert_eq!(server.files().len(), 3);
    server.assert_no_leftovers();
}

#[test]
fn what_is_given_up_leaves_nothing() {
    let server = TestServer::start();
    server.target("m", "multi");
    post(&server, "m", "terminate").failure(400);
    begin(&server, "m", &FILES).success(200);
    send(&server, "m", FILES[0], "old").success(200);
    post(&server, "m", "terminate").success(200);
    post(&server, "m", "finish").failure(400);
    send(&server, "m", FILES[0], "old").failure(400);
    server.assert_no_leftovers();

    // And nothing of it is in the next one.
    begin(&server, "m", &FILES[2..]).success(200);
    send(&server, "m", FILES[2], "new").success(200);
    post(&server, "m", "finish").success(200);
    assert_eq!(server.files().len(), 1);

    begin(&server, "m", &FILES).success(200);
    send(&server, "m", FILES[0], "x").success(200);
    let files = json!({"delete_files": true});
    server
        .http()
        .json("DELETE", "/api/target/m", &files)
        .success(200);
    assert_eq!(server.files(), [""; 0]);
    assert!(
        !server.storage().join("m").exists(),
        "the location is gone with its last target"
    );
}

#[test]
fn an_upload_that_nobody_goes_on_with_ends() {
    let mut server = TestServer::start();
    for target in ["old", "new"] {
        server.target(target, "multi");
        begin(&server, target, &FILES).success(200);
        send(&server, target, FILES[0], "x").success(200);
    }
    assert_eq!(server.stop(), Some(0));
    let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); \
        c.execute('UPDATE sequences SET active = active - 90000 WHERE target_id = \
        (SELECT id FROM targets WHERE alias = \"old\")'); c.commit()";
    let mut python = Command::new("python3");
    python
        .args(["-c", script])
        .arg(server.data().join("bchan.db"));
    assert!(python.status().unwrap().success());
    server.crash_and_restart();
    assert_eq!(server.run_job("stale_seq_upload_job")["status"], "FINISHED");
    server.http().get("/api/seq/old").failure(400);
    assert_eq!(uploaded(&server, "new"), [true, false, false]);
    let left = Command::new("find")
        .arg(server.storage().join("old"))
        .args(["-name", "seq-*"])
        .output();
    assert_eq!(String::from_utf8_lossy(&left.unwrap().stdout), "");
}

#[test]
fn hostile_and_mistaken_requests_are_refused() {
    let server = TestServer::start();
    server.target("m", "multi");
    server.target("s", "single");
    begin(&server, "s", &FILES).failure(400);
    begin(&server, "none", &FILES).failure(404);
    for files in [
        &[("/..", "a")][..],
        &[("/", "../a")],
        &[("/", "/etc/passwd")],
        &[("relative", "a")],
        &[("/", "a"), ("/", "a")],
        &[("/", "a"), ("/a", "b")],
        &[("/", "")],
    ] {
        begin(&server, "m", files).failure(400);
    }
    let http = server.http();
    http.json("POST", "/api/seq/m/begin", &json!({"file_list": "x"}))
        .failure(400);
    http.json("POST", "/api/seq/m/begin", &json!([]))
        .failure(400);
    http.get("/api/seq/m").failure(400);
    begin(&server, "m", &FILES).success(200);
    begin(&server, "m", &FILES).failure(400);
    send(&server, "m", ("/", "other"), "x").failure(400);
    send(&server, "m", ("/../..", "a"), "x").failure(400);
    let upload = |form: &Form| http.post("/api/seq/m/upload", form);
    upload(&Form::new().field("path", "/").field("name", "a")).failure(400);
    upload(&Form::new().part("file", "a", b"x")).failure(400);
    assert_eq!(uploaded(&server, "m"), [false; 3]);
    // The fields may follow the file.
    let form = Form::new()
        .part("file", "a", b"x")
        .field("path", "/")
        .field("name", "a");
    upload(&form).success(200);
    assert_eq!(uploaded(&server, "m"), [true, false, false]);
}

#[test]
fn targets_and_files_do_not_get_in_each_others_way() {
    let server = TestServer::start();
    let files: Vec<String> = (0..20).map(|number| format!("f{number}")).collect();
    let files: Vec<_> = files.iter().map(|name| ("/", &**name)).collect();
    std::thread::scope(|scope| {
        for target in ["x", "y"] {
            server.target(target, "multi");
            begin(&server, target, &files).success(200);
            for half in files.chunks(5) {
                let server = &server;
                scope.spawn(move || {
                    for file in half {
                        // Each twice at once: one of them is stored.
                        let statuses = std::thread::scope(|scope| {
                            let send = || send(server, target, *file, target).status;
                            let other = scope.spawn(send);
                            [send(), other.join().unwrap()]
                        });
                        assert!(
                            statuses == [200, 409] || statuses == [409, 200],
                            "{statuses:?}"
                        );
                    }
                });
            }
        }
    });
    for target in ["x", "y"] {
        // Another upload to the same target does not mind.
        server.upload(target, b"other");
        post(&server, target, "finish").success(200);
    }
    assert_eq!(server.files().len(), 42);
    server.assert_no_leftovers();
}

#[test]
fn the_target_may_move_meanwhile() {
    let server = TestServer::start();
    server.target("m", "multi");
    begin(&server, "m", &FILES[..1]).success(200);
    let mut target = server.http().get("/api/target/m").success(200)["target"].clone();
    target["location"] = json!("elsewhere");
    server
        .http()
        .json("PATCH", "/api/target/m", &target)
        .success(200);
    send(&server, "m", FILES[0], "x").success(200);
    let accepted = post(&server, "m", "finish").success(200);
    let id = accepted["backup_id"].as_str().unwrap();
    assert!(
        server
            .storage()
            .join(format!("elsewhere/m-{id}/a"))
            .exists()
    );
    server.run_job("tmp_purge_job");
    assert!(
        !server.storage().join("m").exists(),
        "nothing is left where it was"
    );
}

#[test]
fn long_lists_are_bounded_and_read_one_at_a_time() {
    let server = TestServer::start();
    server.target("m", "multi");
    server.target("n", "multi");
    let json = ("Content-Type", "application/json");
    let file = br#"{"path":"/","name":"a"},"#;
    let many = [br#"{"file_list":["#, &*file.repeat(200_001)].concat();
    let answer = server
        .http()
        .send("POST", "/api/seq/m/begin", &[json], &many);
    assert!(answer.failure(413).contains("200000"), "{answer:?}");
    let long = vec![b' '; (16 << 20) + 1];
    let answer = server
        .http()
        .send("POST", "/api/seq/m/begin", &[json], &long);
    answer.failure(413);
    assert!(server.peak_memory() < 100 << 20, "{}", server.peak_memory());

    // While one is read, another one has to wait, unless it is short.
    let mut reading = std::net::TcpStream::connect(server.addr()).unwrap();
    let head = "POST /api/seq/m/begin HTTP/1.1\r\nHost: localhost\r\n\
        Content-Type: application/json\r\nContent-Length: 100000\r\n\
        Expect: 100-continue\r\n\r\n";
    reading.write_all(head.as_bytes()).unwrap();
    reading.read_exact(&mut [0; 25]).unwrap();
    let files: Vec<_> = (0..2000)
        .map(|n| ("/".to_owned(), format!("{n:030}")))
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(path, name)| (&**path, &**name))
        .collect();
    begin(&server, "n", &files).failure(503);
    begin(&server, "m", &files[..100]).success(200);
    drop(reading);
    wait_until(|| begin(&server, "n", &files).status == 200);
}

#[test]
fn a_long_list_is_shown_whole_and_takes_no_memory() {
    let server = TestServer::start();
    server.target("m", "multi");
    let names: Vec<_> = (0..100_000).map(|n| format!("{n:0100}")).collect();
    let files: Vec<_> = names.iter().map(|name| ("/", &**name)).collect();
    begin(&server, "m", &files).success(200);
    let shown = server.http().get("/api/seq/m").success(200);
    let shown = shown["file_list"].as_array().unwrap();
    assert_eq!(shown.len(), files.len());
    let in_order = |(file, name): (&Value, &String)| file["name"] == **name;
    assert!(shown.iter().zip(&names).all(in_order));
    let message = post(&server, "m", "finish").failure(409);
    assert!(message.contains("100000 of 100000"), "{message}");

    // Many ask for it, and take nothing.
    let before = server.peak_memory();
    let ask = "GET /api/seq/m HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let stalled: Vec<_> = (0..30)
        .map(|_| {
            let mut stream = std::net::TcpStream::connect(server.addr()).unwrap();
            stream.write_all(ask.as_bytes()).unwrap();
            stream.read_exact(&mut [0; 100]).unwrap();
            stream
        })
        .collect();
    let after = server.peak_memory();
    assert!(after < before + (60 << 20), "{before} {after}");
    drop(stalled);
}
