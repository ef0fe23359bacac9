//! Stopping, crashing, and starting again.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;

use serde_json::json;

use crate::support::{Form, Program, TestServer, assert_no_leftovers_below};

#[test]
fn a_crash_loses_nothing_that_was_acknowledged_and_keeps_nothing_else() {
    let mut server = TestServer::start();
    server.target("m", "multi");
    let form = Form::new().file("a", b"acknowledged");
    let accepted = server
        .http()
        .post("/api/target/m/upload", &form)
        .success(200);
    let files = server.files();

    let form = Form::new().file("a", &vec![b'x'; 1 << 20]);
    let head = format!(
        "POST /api/target/m/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: {}\r\n\
         Content-Length: {}\r\n\r\n",
        Form::content_type(),
        form.finish().len()
    );
    let mut stream = TcpStream::connect(server.addr()).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&form.finish()[..600_000]).unwrap();
    // Until the server is in the middle of it.
    let running = |server: &TestServer| {
        let jobs = server.http().get("/api/jobs").success(200);
        jobs["delayed"]
            .as_array()
            .unwrap()
            .iter()
            .any(|job| job["status"] == "RUNNING")
    };
    while !running(&server) {
        std::thread::yield_now();
    }
    server.crash_and_restart();
    assert_eq!(server.files(), files);
    server.assert_no_leftovers();
    let jobs = server.http().get("/api/jobs").success(200);
    let statuses: Vec<_> = jobs["delayed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| job["status"].clone())
        .collect();
    assert_eq!(statuses, [json!("FINISHED"), json!("ERROR")]);
    let view = server.http().get("/api/target/m").success(200);
    assert_eq!(view["backups"][0]["id"], accepted["backup_id"]);
}

#[test]
fn one_server_for_each_data_folder() {
    let mut server = TestServer::start();
    let data = server.data();
    let second = || {
        let program = Program::new(server.home()).args(["serve", "--listen", "127.0.0.1:0"]);
        program.arg("--data").arg(&data)
    };
    let log = || server.http().get("/api/log").success(200)["log"].clone();
    let before = log();
    let output = second().run();
    assert_eq!(output.code, Some(11), "{output:?}");
    assert!(output.stderr.contains("another server uses"), "{output:?}");
    // It has written nothing where it does not belong.
    assert_eq!(log(), before);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_is_not_safe_does_not_start() {
    let home = tempfile::tempdir().unwrap();
    let serve = |options: &[&str]| {
        let program = Program::new(home.path()).args(["serve", "--data"]);
        program.arg(home.path().join("data")).args(options).run()
    };
    let output = serve(&["--listen", "0.0.0.0:0"]);
    assert_eq!(output.stdout, "");
    assert!(output.stderr.contains("without an API key"), "{output:?}");
    assert!(output.stderr.contains("new-key"), "{output:?}");
    let output = serve(&["--listen", "not an address"]);
    assert_eq!(output.code, Some(2), "{output:?}");
    fs::write(home.path().join("server.toml"), "lisen = 1\n").unwrap();
    let config = home.path().join("server.toml");
    let output = serve(&["--config", config.to_str().unwrap()]);
    assert_eq!(output.code, Some(13), "{output:?}");
    assert!(output.stderr.contains("lisen"), "{output:?}");
}

#[test]
fn a_key_is_shown_once_and_not_replaced_by_accident() {
    let home = tempfile::tempdir().unwrap();
    let new_key = |options: &[&str]| {
        let program = Program::new(home.path()).args(["server", "new-key", "--data"]);
        program.arg(home.path().join("data")).args(options)
    };
    let key = new_key(&[]).ok().stdout.trim().to_owned();
    assert!(key.starts_with("bakch-") && key.len() == 70, "{key}");
    let again = new_key(&[]).run();
    assert_ne!(again.code, Some(0));
    assert!(again.stderr.contains("--overwrite"), "{again:?}");
    assert_ne!(new_key(&["--overwrite"]).ok().stdout.trim(), key);
}

#[test]
fn a_configuration_file_says_where_things_lie() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("server.toml");
    fs::write(
        &config,
        "storage-roots = [\"disk\"]\nrecycle-bin = \"bin\"\n",
    )
    .unwrap();
    let server = TestServer::start_with(&["--config", config.to_str().unwrap()], true);
    server.target("t", "single");
    let form = Form::new().file("a", b"x");
    let accepted = server
        .http()
        .post("/api/target/t/upload", &form)
        .success(200);
    let id = accepted["backup_id"].as_str().unwrap();
    assert!(home.path().join(format!("disk/t/t-{id}")).exists());
    let path = format!("/api/backup/{id}");
    server
        .http()
        .json("PATCH", &path, &json!({"is_recycled": true}))
        .success(200);
    assert!(home.path().join(format!("bin/t-{id}")).exists());
}

#[test]
fn the_recycle_bin_may_lie_on_another_disk() {
    // Memory is another file system wherever there is this folder.
    let Ok(disk) = tempfile::tempdir_in("/dev/shm") else {
        return;
    };
    let root = disk.path().join("root");
    let mut server = TestServer::start_with(&["--storage-root", root.to_str().unwrap()], false);
    server.target("m", "multi");
    let form = Form::new().file("a", &vec![b'x'; 100_000]).file("b", b"");
    let accepted = server
        .http()
        .post("/api/target/m/upload", &form)
        .success(200);
    let id = accepted["backup_id"].as_str().unwrap();
    let path = format!("/api/backup/{id}");
    let recycle = |server: &TestServer, recycled: bool| {
        server
            .http()
            .json("PATCH", &path, &json!({"is_recycled": recycled}))
            .success(200);
    };
    let here = root.join(format!("m/m-{id}"));
    recycle(&server, true);
    let there = [
        format!("recycle-bin/m-{id}/a"),
        format!("recycle-bin/m-{id}/b"),
    ];
    assert_eq!(server.files(), there);
    assert!(!here.exists());
    server.crash_and_restart();
    recycle(&server, false);
    assert_eq!(server.files(), [""; 0]);
    assert_eq!(fs::read(here.join("a")).unwrap(), vec![b'x'; 100_000]);
    server.assert_no_leftovers();
    // Nothing of the copies is left there, either.
    assert_no_leftovers_below(&root);
}
