//! `bchan server check` and `bchan server backup-db`: finding faults, and making good.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{Form, Output, Program, TestServer};

/// A server with a file target and a tree target, each with two backups, of which one is recycled.
fn furnished() -> TestServer {
    let server = TestServer::start();
    for (name, kind) in [("s", "single"), ("m", "multi")] {
        server.target_with(name, kind, &json!({"location": format!("deep/{name}")}));
        for content in ["one", "three"] {
            let form = Form::new().file("a.txt", content.as_bytes());
            let path = format!("/api/target/{name}/upload");
            let accepted = server.http().post(&path, &form).success(200);
            if content == "one" {
                let path = format!("/api/backup/{}", accepted["backup_id"].as_str().unwrap());
                let recycled = json!({"is_recycled": true});
                server.http().json("PATCH", &path, &recycled).success(200);
            }
        }
    }
    server
}

fn check(server: &TestServer, options: &[&str]) -> Output {
    let program = Program::new(server.home()).args(["server", "check", "--data"]);
    program.arg(server.data()).args(options).run()
}

/// The kinds of what a check finds, sorted, and its exit code.
fn kinds(server: &TestServer, options: &[&str]) -> (Vec<String>, Option<i32>) {
    let output = check(server, &[options, &["-o", "json"]].concat());
    let report: Value =
        serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:#?}"));
    let mut kinds: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["kind"].as_str().unwrap().to_owned())
        .collect();
    kinds.sort();
    (kinds, output.code)
}

/// Everything that the API shows of targets and backups.
fn shown(server: &TestServer) -> Vec<Value> {
    let targets = server.http().get("/api/target").success(200);
    let view = |target: &Value| {
        let path = format!("/api/target/{}", target["id"].as_str().unwrap());
        server.http().get(&path).success(200)
    };
    targets["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(view)
        .collect()
}

/// The place of the backup of a target that is not recycled.
fn present(server: &TestServer, target: &str) -> PathBuf {
    let entries = fs::read_dir(server.storage().join("deep").join(target)).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    paths.find(|path| !path.ends_with(".bchan")).unwrap()
}

#[test]
fn a_sound_server_has_no_faults() {
    let mut server = furnished();
    let busy = check(&server, &[]);
    assert_eq!(busy.code, Some(11), "{busy:?}");
    assert_eq!(server.stop(), Some(0));
    let output = check(&server, &["--deep"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_eq!(
        output.stdout,
        "2 targets, 4 backups, 16 B read: no faults\n"
    );
    let missing = Program::new(server.home())
        .args(["server", "check", "--data", "/nonexistent"])
        .run();
    assert_eq!(missing.code, Some(13), "{missing:?}");
}

#[test]
fn a_deleted_database_is_made_anew_from_the_records() {
    let mut server = furnished();
    let before = shown(&server);
    assert_eq!(server.stop(), Some(0));
    fs::remove_file(server.data().join("bchan.db")).unwrap();
    // A server does not start over with an empty database.
    let start = Program::new(server.home()).args(["serve", "--listen", "127.0.0.1:0", "--data"]);
    let refused = start.arg(server.data()).run();
    assert_eq!(refused.code, Some(13), "{refused:?}");
    assert!(refused.stderr.contains("check --repair"), "{refused:?}");

    assert_eq!(
        kinds(&server, &[]),
        (vec!["database-missing".to_owned()], Some(1))
    );
    let (found, code) = kinds(&server, &["--repair", "--deep"]);
    assert_eq!(code, Some(0), "{found:?}");
    let count = |kind: &str| found.iter().filter(|found| *found == kind).count();
    assert_eq!(
        (count("lost-target"), count("lost-backup")),
        (2, 4),
        "{found:?}"
    );
    assert_eq!(kinds(&server, &["--deep"]), (vec![], Some(0)));
    server.crash_and_restart();
    assert_eq!(shown(&server), before);
}

#[test]
fn a_data_folder_that_is_gone_is_made_anew_from_the_storage() {
    let home = tempfile::tempdir().unwrap();
    let (root, bin) = (home.path().join("root"), home.path().join("bin"));
    let options = [
        "--storage-root",
        root.to_str().unwrap(),
        "--recycle-bin",
        bin.to_str().unwrap(),
    ];
    let mut server = TestServer::start_with(&options, false);
    server.target("m", "multi");
    for content in ["one", "two"] {
        let form = Form::new().file("a", content.as_bytes());
        server
            .http()
            .post("/api/target/m/upload", &form)
            .success(200);
    }
    let before = shown(&server);
    assert_eq!(server.stop(), Some(0));
    fs::remove_dir_all(server.data()).unwrap();
    fs::remove_dir_all(&bin).unwrap();
    let repaired = check(&server, &[&options[..], &["--repair"]].concat());
    assert_eq!(repaired.code, Some(0), "{repaired:?}");
    server.crash_and_restart();
    assert_eq!(shown(&server), before);
}

#[test]
fn a_damaged_database_is_moved_aside() {
    let mut server = furnished();
    let before = shown(&server);
    assert_eq!(server.stop(), Some(0));
    let database = server.data().join("bchan.db");
    for garbage in [
        &b"not a database at all, but longer than its header would be, which it must"[..],
        b"",
    ] {
        fs::write(&database, garbage.repeat(20)).unwrap();
        let (_, code) = kinds(&server, &[]);
        assert_eq!(code, Some(1));
        let (found, code) = kinds(&server, &["--repair"]);
        assert_eq!(code, Some(0), "{found:?}");
    }
    let aside = fs::read_dir(server.data())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let aside = aside
        .filter(|name| name.to_string_lossy().starts_with("damaged"))
        .count();
    assert_eq!(aside, 2, "the damaged database is kept");
    server.crash_and_restart();
    assert_eq!(shown(&server), before);
}

#[test]
fn an_older_copy_of_the_database_is_brought_up_to_date() {
    let mut server = furnished();
    let copy = server.home().join("copy.db");
    let backup_db = |options: &[&str]| {
        let program = Program::new(server.home()).args(["server", "backup-db", "--data"]);
        program.arg(server.data()).arg(&copy).args(options).run()
    };
    assert_eq!(backup_db(&[]).code, Some(0), "while it runs");
    assert_eq!(
        backup_db(&[]).code,
        Some(1),
        "nothing is replaced by accident"
    );
    assert_eq!(backup_db(&["--overwrite"]).code, Some(0));
    server.target("later", "single");
    let form = Form::new().file("a", b"later");
    server
        .http()
        .post("/api/target/later/upload", &form)
        .success(200);
    let before = shown(&server);
    assert_eq!(server.stop(), Some(0));
    fs::copy(&copy, server.data().join("bchan.db")).unwrap();
    assert_eq!(
        kinds(&server, &[]),
        (vec!["lost-target".to_owned()], Some(1)),
        "its backups are looked for once it is known"
    );
    let (found, code) = kinds(&server, &["--repair"]);
    assert_eq!(code, Some(0), "{found:?}");
    assert_eq!(found, ["lost-backup", "lost-target"]);
    server.crash_and_restart();
    assert_eq!(shown(&server), before);
}

#[test]
fn every_fault_is_found_and_nothing_is_deleted() {
    let mut server = furnished();
    assert_eq!(server.stop(), Some(0));
    let (file, tree) = (present(&server, "s"), present(&server, "m"));
    fs::write(&file, "THREE").unwrap();
    fs::write(tree.parent().unwrap().join("stray"), "mine").unwrap();
    let own = fs::read_dir(server.storage().join("deep/m/.bchan")).unwrap();
    let own = own.map(|entry| entry.unwrap().path()).next().unwrap();
    let record = fs::read_dir(own.join("records"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    fs::copy(&record, own.join("records/0-none.json")).unwrap();
    let text = fs::read_to_string(&record)
        .unwrap()
        .replace(tree.file_name().unwrap().to_str().unwrap(), "gone");
    fs::write(
        own.join("records/0-none.json"),
        text.replace("\"id\": \"", "\"id\": \"0"),
    )
    .unwrap();
    fs::write(own.join("records/0-bad.json"), "{").unwrap();

    assert_eq!(
        kinds(&server, &[]),
        (
            vec![
                "damaged-record".into(),
                "stale-record".into(),
                "stranger".into()
            ],
            Some(1)
        ),
        "a change of the same size is seen by reading only"
    );
    fs::remove_file(&record).unwrap();
    let expected = [
        "changed",
        "damaged-record",
        "no-record",
        "stale-record",
        "stranger",
    ];
    let expected: Vec<String> = expected.map(str::to_owned).into();
    assert_eq!(kinds(&server, &["--deep"]), (expected.clone(), Some(1)));
    assert_eq!(
        kinds(&server, &["--deep"]),
        (expected.clone(), Some(1)),
        "looking changes nothing"
    );
    assert_eq!(kinds(&server, &["--deep", "--repair"]), (expected, Some(0)));
    let left = ["broken".to_owned(), "stranger".to_owned()];
    assert_eq!(
        kinds(&server, &[]),
        (left.into(), Some(1)),
        "a broken backup stays a fault"
    );
    assert_eq!(fs::read(&file).unwrap(), b"THREE");
    assert_eq!(fs::read_dir(own.join("quarantine")).unwrap().count(), 2);

    fs::write(&file, "three").unwrap();
    assert_eq!(
        kinds(&server, &["--deep", "--repair"]).0,
        ["sound", "stranger"]
    );
    fs::remove_dir_all(&tree).unwrap();
    assert_eq!(kinds(&server, &["--repair"]).0, ["missing", "stranger"]);
    server.crash_and_restart();
    let view = server.http().get("/api/target/m").success(200);
    let mut backups = view["backups"].as_array().unwrap().iter();
    let broken = backups
        .find(|backup| backup["is_recycled"] == false)
        .unwrap();
    assert_eq!(broken["hash_mismatch"], true, "{view}");
}
