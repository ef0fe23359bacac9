//! Effects of other processes and users on the data folder of a running server, and of removed
//! files.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::{Form, Program, TestServer, skipped};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

/// A folder for a server, with options.
fn serve(server: &TestServer, options: &[&str]) -> Program {
    let program = Program::new(server.home()).args(["serve", "--listen", "127.0.0.1:0", "--data"]);
    program.arg(server.data()).args(options)
}

#[test]
fn removed_private_sockets_cost_no_request() {
    let server = TestServer::start();
    server.target("t", "single");
    for round in 0..3 {
        let mut removed = 0;
        for entry in fs::read_dir(server.data()).unwrap() {
            let entry = entry.unwrap();
            if entry
                .file_name()
                .to_string_lossy()
                .starts_with(".bchan-socket-")
            {
                fs::remove_dir_all(entry.path()).unwrap();
                removed += 1;
            }
        }
        assert_eq!(removed, 1, "round {round}");
        server.upload("t", b"x");
        server.http().get("/api/target").success(200);
        server.http().get("/healthz").success(200);
    }
}

#[test]
fn a_second_server_is_refused_although_the_lock_file_is_gone() {
    let mut server = TestServer::start();
    server.target("t", "multi");
    let list = json!({"file_list": [{"path": "/", "name": "a"}], "manual": false});
    let begin = server.http().json("POST", "/api/seq/t/begin", &list);
    begin.success(200);
    fs::remove_file(server.data().join("lock")).unwrap();
    let second = serve(&server, &[]).run();
    assert_eq!(second.code, Some(11), "{second:?}");
    assert!(second.stderr.contains("another server"), "{second:?}");
    // The first one works on, and says what has happened.
    server.http().get("/api/seq/t").success(200);
    let message = server.http().get("/healthz").failure(503);
    assert!(message.contains("database"), "{message}");
    let checks = server.http().get("/healthz").body()["checks"].clone();
    let why = checks[0]["message"].as_str().unwrap();
    assert!(why.contains("/lock"), "{why}");
    assert_eq!(server.stop(), Some(0));
    server.crash_and_restart();
    server.http().get("/healthz").success(200);
}

#[test]
fn a_replaced_data_folder_is_noticed() {
    let server = TestServer::start();
    let moved = server.home().join("moved");
    fs::rename(server.data(), &moved).unwrap();
    server.http().get("/healthz").failure(503);
    fs::create_dir(server.data()).unwrap();
    server.http().get("/healthz").failure(503);
    fs::remove_dir(server.data()).unwrap();
    fs::rename(&moved, server.data()).unwrap();
    server.http().get("/healthz").success(200);
}

#[test]
fn no_other_process_can_lock_the_database() {
    let server = TestServer::start();
    server.target("t", "single");
    let lock = "import fcntl, os, sqlite3, sys\n\
        path = sys.argv[1]\n\
        for sql in ['BEGIN IMMEDIATE', 'BEGIN EXCLUSIVE', 'SELECT * FROM meta']:\n\
        \x20   try:\n\
        \x20       sqlite3.connect(path, timeout=0, isolation_level=None).execute(sql).fetchall()\n\
        \x20   except sqlite3.OperationalError as error:\n\
        \x20       assert 'locked' in str(error), error\n\
        \x20   else:\n\
        \x20       raise SystemExit(sql)\n\
        file = os.open(path, os.O_RDWR)\n\
        for first, length in [(0x40000000, 2), (0, 4096)]:\n\
        \x20   fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, first)\n\
        print('locked', flush=True)\n\
        sys.stdin.read()\n";
    let mut locker = Command::new("python3")
        .args(["-c", lock])
        .arg(server.data().join("bchan.db"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = std::io::BufReader::new(locker.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
    assert_eq!(line, "locked\n");
    for _ in 0..3 {
        server.upload("t", b"x");
    }
    server.http().get("/healthz").success(200);
    drop(locker.stdin.take());
    assert!(locker.wait().unwrap().success());
}

#[test]
fn everything_in_the_data_folder_is_private() {
    let mut server = TestServer::start_with_key();
    server.target("t", "single");
    server.upload("t", b"x");
    let data = server.data();
    let assert_private = || {
        let mut seen = Vec::new();
        let entries = fs::read_dir(&data).unwrap().map(Result::unwrap);
        for path in entries.map(|entry| entry.path()).chain([data.clone()]) {
            assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
            seen.push(path.file_name().unwrap().to_owned());
        }
        assert!(seen.iter().any(|name| name == "bchan.db"), "{seen:?}");
        assert!(seen.iter().any(|name| name == "control.sock"), "{seen:?}");
        assert!(!seen.iter().any(|name| name == "bchan.db-shm"), "{seen:?}");
    };
    assert_private();
    assert_eq!(server.stop(), Some(0));
    for (path, mode) in [(data.clone(), 0o777), (data.join("bchan.db"), 0o644)] {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }
    fs::write(data.join("bchan.db-shm"), "left by an older version").unwrap();
    server.crash_and_restart();
    assert_private();
    assert!(
        server.log().contains("rights of other users"),
        "{}",
        server.log()
    );
    assert_eq!(server.http().get("/api/target/t").status, 200);
}

#[test]
fn the_owner_asks_a_running_server_for_its_database() {
    let mut server = TestServer::start_with_key();
    let id = server.target("t", "single");
    server.upload("t", b"x");
    let copy = server.home().join("copy.db");
    let backup_db = |server: &TestServer| {
        let program = Program::new(server.home()).args(["server", "backup-db", "--data"]);
        program
            .arg(server.data())
            .arg(&copy)
            .arg("--overwrite")
            .ok();
        assert_eq!(mode(&copy), 0o600);
        let sql = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); \
            assert c.execute('PRAGMA integrity_check').fetchone() == ('ok',); \
            print(c.execute('SELECT id FROM targets').fetchone()[0])";
        let read = Command::new("python3")
            .args(["-c", sql])
            .arg(&copy)
            .output();
        assert_eq!(String::from_utf8(read.unwrap().stdout).unwrap().trim(), id);
    };
    let new_key = |server: &TestServer, name: &str| {
        let program = Program::new(server.home()).args(["server", "new-key", "--data"]);
        let program = program.arg(server.data());
        let output = program.args(["--name", name, "--rights", "read", "--target", "t"]);
        output.ok().stdout.trim().to_owned()
    };
    backup_db(&server);
    let key = new_key(&server, "one");
    server
        .http()
        .with_key(&key)
        .get("/api/target/t")
        .success(200);
    let left = fs::read_dir(server.data()).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.contains("copy")).count(), 0);
    server.kill();
    while server.is_alive() {
        std::thread::yield_now();
    }
    // The socket is still there, and no server answers.
    assert!(server.data().join("control.sock").exists());
    backup_db(&server);
    new_key(&server, "two");
    server.crash_and_restart();
    server
        .http()
        .with_key(&key)
        .get("/api/target/t")
        .success(200);
}

#[test]
fn a_server_that_had_keys_does_not_start_without() {
    let mut server = TestServer::start();
    assert!(
        server
            .log()
            .contains("no API key: every program and user of this machine")
    );
    // Made while it runs, and never used.
    let make = |server: &TestServer| {
        let program = Program::new(server.home()).args(["server", "new-key", "--data"]);
        program.arg(server.data()).ok().stdout.trim().to_owned()
    };
    make(&server);
    server.http().get("/api/target").failure(401);
    assert_eq!(server.stop(), Some(0));
    fs::remove_file(server.data().join("apikey.json")).unwrap();
    let refused = serve(&server, &[]).run();
    assert_eq!(refused.code, Some(13), "{refused:?}");
    assert!(
        refused.stderr.contains("new-key") && refused.stderr.contains("--no-auth"),
        "{refused:?}"
    );
    let key = make(&server);
    server.crash_and_restart();
    server.http().get("/api/target").failure(401);
    server.http().with_key(&key).get("/api/target").success(200);
    assert_eq!(server.stop(), Some(0));
    fs::remove_file(server.data().join("apikey.json")).unwrap();
    assert_eq!(serve(&server, &[]).run().code, Some(13));

    // The same for named keys that were not used yet.
    let mut server = TestServer::start();
    let program = Program::new(server.home()).args(["server", "new-key", "--data"]);
    let program = program.arg(server.data());
    program.args(["--name", "a", "--rights", "read"]).ok();
    server.kill();
    assert_eq!(server.stop(), None);
    fs::remove_file(server.data().join("keys.json")).unwrap();
    assert_eq!(serve(&server, &[]).run().code, Some(13));
}

#[test]
fn a_server_that_had_keys_serves_everybody_when_told() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let program = Program::new(home.path()).args(["server", "new-key", "--data"]);
    program.arg(&data).ok();
    let mut server = TestServer::over(home, &[], &[]).unwrap();
    server.http().get("/api/target").failure(401);
    assert_eq!(server.stop(), Some(0));
    fs::remove_file(data.join("apikey.json")).unwrap();
    let home = server.into_home();
    let open = ["--no-auth".to_owned()];
    let server = TestServer::over(home, &open, &[]).unwrap();
    server.http().get("/api/target").success(200);
    assert!(server.log().contains("no API key"), "{}", server.log());
}

#[test]
fn a_database_that_cannot_be_written_is_not_well() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    fs::create_dir(&data).unwrap();
    let mut mount = Command::new("mount");
    mount
        .args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"])
        .arg(&data);
    if !mount.output().is_ok_and(|output| output.status.success()) {
        return skipped("nothing may be mounted");
    }
    let server = TestServer::over(home, &[], &[]).unwrap();
    server.http().get("/healthz").success(200);
    let ballast = data.join("ballast");
    let filled = Command::new("dd")
        .args(["if=/dev/zero", "bs=4096"])
        .arg(format!("of={}", ballast.display()))
        .output();
    assert!(!filled.unwrap().status.success(), "the disk is full");
    // As long as the log of the database has room in what it has, it can be written.
    crate::support::wait_until(|| server.http().get("/healthz").status == 503);
    let checks = server.http().get("/healthz").body()["checks"].clone();
    assert_eq!(checks[0]["name"], "database");
    let why = checks[0]["message"].as_str().unwrap_or_default();
    assert!(why.contains("no space left"), "{checks}");
    fs::remove_file(&ballast).unwrap();
    server.http().get("/healthz").success(200);
    drop(server);
    let unmounted = Command::new("umount").arg("-l").arg(&data).status();
    assert!(unmounted.unwrap().success());
}

#[test]
fn no_location_leads_through_a_link_in_a_backup() {
    let server = TestServer::start();
    server.target("m", "multi");
    server.target("first", "single");
    server.upload("first", b"x");
    let own = fs::read_dir(server.storage().join("first/.bchan")).unwrap();
    let instance = own.map(|entry| entry.unwrap().file_name()).next().unwrap();
    let instance = instance.to_str().unwrap();
    let tree = server.home().join("tree");
    fs::create_dir(&tree).unwrap();
    symlink(format!("../../.bchan/{instance}/trash"), tree.join("trash")).unwrap();
    symlink("../../../first", tree.join("out")).unwrap();
    let stored = server.bchan(["backup", "upload", "m"]).arg(&tree).json();
    let backup = format!("m/m-{}/tree", stored["backup"]["id"].as_str().unwrap());
    assert!(server.storage().join(&backup).join("out").is_symlink());
    fs::create_dir_all(server.storage().join(format!("m/.bchan/{instance}/trash"))).unwrap();
    let trash = format!("{backup}/trash/x");
    let elsewhere = format!("{backup}/out/x");
    for (number, location) in [&*trash, &elsewhere, &backup].into_iter().enumerate() {
        let body = json!({
            "name": "n", "backup_type": "single", "recycle_criteria": "none",
            "recycle_value": null, "recycle_action": "recycle", "location": location,
            "name_template": format!("n{number}-$I"), "deduplicate": false, "alias": null,
            "min_backups": null, "tags": []
        });
        server
            .http()
            .json("POST", "/api/target", &body)
            .failure(400);
        let moved = json!({ "location": location });
        server
            .http()
            .json("PATCH", "/api/target/first", &moved)
            .failure(400);
    }
    let form = Form::new().file("file", b"y");
    server
        .http()
        .post("/api/target/first/upload", &form)
        .success(200);
}
