//! Changes that fail half way, with a disk that also refuses to undo them.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Answer, Disk, Form, Program, Strace, TestServer, skipped, wait_until};

fn shown(server: &TestServer, target: &str) -> Value {
    server
        .http()
        .get(&format!("/api/target/{target}"))
        .success(200)
}

/// The target as it is, with other values.
fn edit(server: &TestServer, target: &str, changes: &Value) -> Answer {
    let mut body = shown(server, target)["target"].clone();
    let changes = changes.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(changes);
    server
        .http()
        .json("PATCH", &format!("/api/target/{target}"), &body)
}

fn recycle(server: &TestServer, id: &str, recycled: bool) -> Answer {
    let path = format!("/api/backup/{id}");
    server
        .http()
        .json("PATCH", &path, &json!({"is_recycled": recycled}))
}

/// Compares the database with the disk, of a server that does not run.
#[track_caller]
fn assert_sound(home: &Path, options: &[&str]) {
    let check = Program::new(home).args(["server", "check", "--deep", "--data"]);
    let output = check.arg(home.join("data")).args(options).run();
    assert_eq!(output.code, Some(0), "{output:#?}");
    assert!(!output.stdout.contains("interrupted"), "{output:#?}");
}

#[test]
fn a_refused_change_is_not_made_by_the_next_start() {
    let home = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(&home.path().join("data/storage"), 512 << 20) else {
        return skipped("no right to mount");
    };
    let mut server = TestServer::over(home, &[], &[]).unwrap();
    let rule = json!({
        "recycle_criteria": "count", "recycle_value": 100, "recycle_action": "delete"
    });
    server.target_with("t", "single", &rule);
    let ids: Vec<_> = (0..4).map(|_| server.upload("t", b"content")).collect();
    disk.remount("ro");
    let refused = json!({"name_template": "n-$I", "recycle_value": 1});
    edit(&server, "t", &refused).failure(503);
    recycle(&server, &ids[0], true).failure(503);
    disk.remount("rw");
    edit(&server, "t", &json!({"recycle_value": 50})).success(200);
    let before = shown(&server, "t");
    server.crash_and_restart();
    assert_eq!(shown(&server, "t"), before);
    assert_eq!(before["target"]["recycle_value"], 50);
    assert_eq!(server.run_job("recycle_job")["status"], "FINISHED");
    assert_eq!(shown(&server, "t")["backups"].as_array().unwrap().len(), 4);
    server.stop();
    assert_sound(server.home(), &[]);
}

#[test]
fn a_change_that_cannot_be_undone_keeps_its_target_closed_until_it_is() {
    let home = tempfile::tempdir().unwrap();
    let bin = home.path().join("bin");
    let Some(disk) = Disk::mount(&bin, 512 << 20) else {
        return skipped("no right to mount");
    };
    let options = ["--recycle-bin".to_owned(), bin.display().to_string()];
    let mut server = TestServer::over(home, &options, &[]).unwrap();
    server.target("t", "single");
    server.target("u", "single");
    let id = server.upload("t", b"content");
    // Neither the move back nor anything else that changes a directory works.
    let fault = "rename,renameat,renameat2,unlink,unlinkat:error=EROFS:when=2+";
    let Some(strace) = Strace::inject(&server, fault, None) else {
        return;
    };
    recycle(&server, &id, true).failure(503);
    let upload = Form::new().file("a", b"x");
    let closed = server.http().post("/api/target/t/upload", &upload);
    assert!(closed.failure(503).contains("is closed"));
    assert!(
        edit(&server, "t", &json!({"recycle_value": 7}))
            .failure(503)
            .contains("is closed")
    );
    let other = json!({"recycle_criteria": "count", "recycle_value": 7});
    edit(&server, "u", &other).success(200);
    drop(strace);
    let before = shown(&server, "t");
    assert_eq!(before["backups"][0]["is_recycled"], false);
    // The next change opens it.
    recycle(&server, &id, true).success(200);
    recycle(&server, &id, false).success(200);
    assert_eq!(shown(&server, "t"), before);
    assert_eq!(server.stop(), Some(0));
    drop(disk);
}

#[test]
fn a_closed_target_opens_by_itself() {
    let mut server = TestServer::start();
    server.target("t", "single");
    let id = server.upload("t", b"content");
    let fault = "renameat2,unlink,unlinkat:error=EIO";
    let Some(strace) = Strace::inject(&server, fault, None) else {
        return;
    };
    recycle(&server, &id, true).failure(500);
    drop(strace);
    wait_until(|| server.log().contains("the target is open again"));
    let download = format!("/api/backup/{id}/download");
    assert_eq!(
        server.http().get(&download).success_download().bytes,
        b"content"
    );
    assert_eq!(server.stop(), Some(0));
    assert_sound(server.home(), &[]);
}

/// The kinds of change, each over a target `t` with the backups of these ids.
type Change = (&'static str, fn(&TestServer, &[String]) -> Answer);

const CHANGES: &[Change] = &[
    ("recycle", |server, ids| recycle(server, &ids[0], true)),
    ("restore", |server, ids| recycle(server, &ids[1], false)),
    ("rename", |server, _| {
        edit(server, "t", &json!({"name_template": "n-$I"}))
    }),
    ("move", |server, _| {
        edit(server, "t", &json!({"location": "elsewhere"}))
    }),
    ("delete", |server, ids| {
        let path = format!("/api/backup/{}", ids[0]);
        server
            .http()
            .json("DELETE", &path, &json!({"delete_files": true}))
    }),
    ("delete all", |server, _| {
        let body = json!({"delete_files": true});
        server.http().json("DELETE", "/api/target/t", &body)
    }),
    ("upload", |server, _| {
        server
            .http()
            .post("/api/target/t/upload", &Form::new().file("a", b"new"))
    }),
    ("create", |server, _| {
        let mut body = shown(server, "t")["target"].clone();
        body["backup_type"] = json!("single");
        for field in ["name", "alias", "location"] {
            body[field] = json!("new");
        }
        body["name_template"] = json!("new-$I");
        server.http().json("POST", "/api/target", &body)
    }),
];

/// What the API shows, without what differs between two runs.
fn state(server: &TestServer) -> String {
    let list = server.http().get("/api/target").success(200);
    let mut targets = Vec::new();
    for target in list["targets"].as_array().unwrap() {
        let view = shown(server, target["id"].as_str().unwrap());
        let backups = view["backups"].as_array().unwrap();
        let mut backups: Vec<_> = backups
            .iter()
            .map(|backup| format!("{} {}", backup["filesize"], backup["is_recycled"]))
            .collect();
        backups.sort();
        targets.push(format!(
            "{} {} {} {backups:?}",
            target["name"], target["location"], target["name_template"]
        ));
    }
    targets.join("\n")
}

/// A commit fails with an I/O error, once or from then on, and then the server is killed or goes on.
/// What is found afterwards is what was answered.
#[test]
fn a_failed_commit_is_what_was_answered() {
    let prepare = || {
        let server = TestServer::start();
        server.target("t", "single");
        let ids = [b"1".as_slice(), b"22", b"333"].map(|content| server.upload("t", content));
        recycle(&server, &ids[1], true).success(200);
        (server, ids)
    };
    for (name, change) in CHANGES {
        let (server, ids) = prepare();
        let before = state(&server);
        let answer = change(&server, &ids);
        assert!(answer.status < 300, "{name}: {answer:?}");
        let after = state(&server);
        drop(server);
        // An upload makes three commits, most changes two.
        for (when, kill) in [
            ("1", true),
            ("2", true),
            ("2", false),
            ("2+", false),
            ("3+", true),
        ] {
            let (mut server, ids) = prepare();
            let fault = format!("fsync,fdatasync:error=EIO:when={when}");
            let log = server.data().join("bchan.db-wal");
            let Some(strace) = Strace::inject(&server, &fault, Some(&log)) else {
                return;
            };
            let answer = change(&server, &ids);
            if kill {
                server.kill();
            }
            drop(strace);
            if kill {
                server.crash_and_restart();
            } else {
                // Closed targets are opened by the next change, whatever it is.
                wait_until(|| {
                    let now = server.http().get("/api/target/t");
                    now.status == 404 || edit(&server, "t", &json!({})).status != 503
                });
            }
            let found = state(&server);
            let context = format!("{name}, {when}, kill {kill}: {answer:?}\n{}", server.log());
            match answer.status {
                200..300 => assert_eq!(found, after, "{context}"),
                500 => assert_eq!(found, before, "{context}"),
                503 => assert!(found == before || found == after, "{found}\n{context}"),
                _ => panic!("{context}"),
            }
            // What a committed change has left is removed by the next start at the latest.
            server.crash_and_restart();
            server.stop();
            assert_sound(server.home(), &[]);
        }
    }
}

#[test]
fn a_copy_of_a_data_folder_never_touches_the_original() {
    let mut server = TestServer::start();
    server.target("t", "single");
    let id = server.upload("t", b"content");
    server.stop();
    let mut home = server.into_home();
    // Killed at each point in turn, until the journal has an operation whose files have moved.
    for point in 1.. {
        let point = point.to_string();
        let faults = [("BCHAN_ABORT_AT", &*point), ("BCHAN_ABORT_FROM", "run")];
        let server = TestServer::over(home, &[], &faults).unwrap();
        let path = format!("/api/backup/{id}");
        let body = json!({"is_recycled": true}).to_string();
        let json_type = [("Content-Type", "application/json")];
        let answer = server
            .http()
            .try_send("PATCH", &path, &json_type, body.as_bytes());
        assert!(
            answer.is_none(),
            "no point left something to do: {answer:?}"
        );
        home = server.into_home();
        let moved = fs::read_dir(home.path().join("data/recycle-bin")).unwrap();
        if moved.flatten().any(|entry| entry.file_name() != ".bchan") {
            break;
        }
    }
    let other = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let copied = Command::new("cp")
        .arg("-a")
        .arg(&data)
        .arg(other.path())
        .status();
    assert!(copied.unwrap().success());
    let original = listing(&data);

    let copy = other.path().join("data");
    let Err(other) = TestServer::over(other, &[], &[]) else {
        panic!("a copy does not start");
    };
    let log = fs::read_to_string(other.path().join("server.log")).unwrap();
    assert!(log.contains("check --moved"), "{log}");
    let program = Program::new(other.path()).args(["server", "check", "--data"]);
    assert_eq!(program.arg(&copy).run().code, Some(13));
    let program = Program::new(other.path()).args(["server", "check", "--moved", "--data"]);
    let output = program.arg(&copy).run();
    assert!(output.stdout.contains("accepted its place"), "{output:?}");
    let mut server = TestServer::over(other, &[], &[]).unwrap();
    let download = format!("/api/backup/{id}/download");
    assert_eq!(
        server.http().get(&download).success_download().bytes,
        b"content"
    );
    server.stop();
    assert_sound(server.home(), &[]);
    assert_eq!(listing(&data), original);
}

/// Every file and folder below a folder.
fn listing(folder: &Path) -> Vec<String> {
    let output = Command::new("find").arg(folder).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}
