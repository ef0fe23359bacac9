//! `bchan server import`: from a Python server and its MariaDB database to a server of ours.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;

use serde_json::{Value, json};

use crate::support::python::{KEY, OldBackup, OldTarget, PythonServer};
use crate::support::{Output, Program, TestServer};

/// Every file below a folder, with its inode and its content.
fn everything_below(folder: &Path) -> BTreeMap<String, (u64, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = path.symlink_metadata().unwrap();
            let content = if meta.is_file() {
                fs::read(&path).unwrap()
            } else {
                Vec::new()
            };
            found.insert(path.display().to_string(), (meta.ino(), content));
            if meta.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

pub(crate) fn import(old: &PythonServer, options: &[&str]) -> Output {
    let program = Program::new(old.home()).args(["server", "import", "--data"]);
    let program = program.arg(old.home().join("data")).arg("--from");
    program.arg(old.base()).args(options).run()
}

/// The report, and the exit code.
pub(crate) fn report(old: &PythonServer, options: &[&str]) -> (Value, i32) {
    let output = import(old, &[&["-o", "json"], options].concat());
    let report = serde_json::from_str(&output.stdout);
    let report = report.unwrap_or_else(|error| panic!("{error}: {output:#?}"));
    (report, output.code.unwrap())
}

/// What the findings say, with what follows from each, sorted.
pub(crate) fn findings(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let found = report["findings"].as_array().unwrap().iter();
    let mut found: Vec<_> = found
        .map(|finding| (text(&finding["effect"]), text(&finding["message"])))
        .collect();
    found.sort();
    found
}

pub(crate) fn counts(report: &Value, what: &str) -> [u64; 4] {
    ["taken", "broken", "present", "left_out"].map(|way| report[what][way].as_u64().unwrap())
}

/// What the server's own look at its data folder says.
pub(crate) fn check(old: &PythonServer, options: &[&str]) -> Output {
    let program = Program::new(old.home()).args(["server", "check", "--data"]);
    let program = program.arg(old.home().join("data")).arg("--config");
    program
        .arg(old.home().join("data/server.toml"))
        .args(options)
        .run()
}

/// A server over what was imported; the old one's things stay where they are.
pub(crate) fn serve(old: &PythonServer) -> TestServer {
    let home = tempfile::tempdir_in(old.home()).unwrap();
    symlink(old.home().join("data"), home.path().join("data")).unwrap();
    let config = old.home().join("data/server.toml");
    let options = ["--config".to_owned(), config.display().to_string()];
    TestServer::over(home, &options, &[]).unwrap_or_else(|home| {
        panic!(
            "{}",
            fs::read_to_string(home.path().join("server.log")).unwrap()
        )
    })
}

pub(crate) fn single(content: &'static str, created: &'static str) -> OldBackup {
    OldBackup {
        created,
        files: vec![(".bin", content)],
        hashed: true,
        sized: true,
        ..OldBackup::default()
    }
}

pub(crate) fn tree(content: &'static str, created: &'static str) -> OldBackup {
    OldBackup {
        files: vec![("a.txt", content), ("sub/b.txt", "b")],
        ..single("", created)
    }
}

/// A server with everything that such servers have: both kinds, relative and absolute locations,
/// templates by id and by time, an alias and none, tags, recycled backups.
struct Furnished {
    old: PythonServer,
    file: OldTarget,
    tree: OldTarget,
    /// Ids of backups, as they were made.
    ids: Vec<String>,
}

fn furnished() -> Option<Furnished> {
    let mut old = PythonServer::new()?;
    let mut file = old.new_target("file", true);
    file.more = "UPDATE targets SET recycle_criteria = 'count', recycle_value = 7, \
        recycle_action = 'delete', min_backups = 2, deduplicate = 1 WHERE alias = 'file';";
    old.add_target(&file);
    let mut folder = old.new_target("tree", false);
    "./stored/../trees".clone_into(&mut folder.location);
    "tree $D-$M".clone_into(&mut folder.name_template);
    folder.alias = None;
    old.add_target(&folder);
    let mut ids = Vec::new();
    let mut add = |target: &OldTarget, backup: OldBackup| {
        ids.push(old.add_backup(target, &backup).0);
    };
    add(&file, single("one", "2024-12-31 23:59:59"));
    add(
        &file,
        OldBackup {
            recycled: true,
            ..single("two", "2025-03-30 01:59:59")
        },
    );
    add(
        &file,
        OldBackup {
            hashed: false,
            sized: false,
            manual: true,
            files: vec![("", "three")],
            ..single("", "2025-03-30 03:00:00")
        },
    );
    add(&folder, tree("four", "2025-07-01 12:00:00"));
    add(
        &folder,
        OldBackup {
            recycled: true,
            manual: true,
            ..tree("five", "2025-10-26 03:30:00")
        },
    );
    old.sql("SELECT 1");
    Some(Furnished {
        old,
        file,
        tree: folder,
        ids,
    })
}

const BERLIN: [&str; 2] = ["--timezone", "Europe/Berlin"];

#[test]
fn a_python_server_moves_over() {
    let Some(Furnished { old, .. }) = furnished() else {
        return;
    };
    let before = everything_below(old.home());
    let dry = [&BERLIN[..], &["--dry-run"]].concat();
    let (foreseen, code) = report(&old, &dry);
    assert_eq!(code, 0, "{foreseen}");
    assert_eq!(counts(&foreseen, "backups"), [5, 0, 0, 0], "{foreseen}");
    assert_eq!(everything_below(old.home()), before);

    let output = import(&old, &BERLIN);
    assert_eq!(output.code, Some(0), "{output:?}");
    let data = old.home().join("data");
    let start = format!(
        "start the server with: bchan serve --data {0} --config {0}/server.toml\n",
        data.display()
    );
    assert!(output.stdout.ends_with(&start), "{output:?}");
    assert!(
        output.stdout.contains("took over 2 targets and 5 backups"),
        "{output:?}"
    );
    // Nothing has moved.
    let after = everything_below(old.home());
    for (path, was) in &before {
        assert_eq!(after.get(path), Some(was), "{path}");
    }
    let key = data.join("apikey.json");
    assert_eq!(key.metadata().unwrap().mode() & 0o777, 0o600);
    let clean = check(&old, &["--deep"]);
    assert_eq!(clean.code, Some(0), "{clean:?}");
    assert!(
        clean.stdout.contains("2 targets, 5 backups") && clean.stdout.ends_with("no faults\n"),
        "{clean:?}"
    );

    // Another run changes nothing, not even the time of a file.
    let settings = fs::read(data.join("server.toml")).unwrap();
    let (again, code) = report(&old, &BERLIN);
    assert_eq!((code, counts(&again, "targets")), (0, [0, 0, 2, 0]));
    assert_eq!(counts(&again, "backups"), [0, 0, 5, 0]);
    assert_eq!(fs::read(data.join("server.toml")).unwrap(), settings);
}

#[test]
fn what_was_imported_is_shown_as_it_was() {
    let Some(Furnished {
        old,
        file,
        tree,
        ids,
    }) = furnished()
    else {
        return;
    };
    assert_eq!(import(&old, &BERLIN).code, Some(0));
    let server = serve(&old);
    let http = server.http().with_key(KEY);
    assert_eq!(server.http().get("/api/target").status, 401);
    let view = http.get("/api/target/file").success(200);
    let expected = json!({
        "id": file.id, "name": "Target file \u{e4}\u{1f600}", "target_type": "single",
        "recycle_criteria": "count", "recycle_value": 7, "recycle_action": "delete",
        "location": file.location, "name_template": "file-$I", "deduplicate": true,
        "alias": "file", "min_backups": 2, "tags": ["all", "tag-single"]
    });
    assert_eq!(view["target"], expected);
    let times = |view: &Value| -> Vec<(String, String, bool, bool, u64)> {
        let backups = view["backups"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        backups
            .map(|backup| {
                (
                    text(&backup["id"]),
                    text(&backup["created_at"]),
                    backup["manual"].as_bool().unwrap(),
                    backup["is_recycled"].as_bool().unwrap(),
                    backup["filesize"].as_u64().unwrap(),
                )
            })
            .collect()
    };
    let row = |at: usize, time: &str, manual, recycled, size| {
        (
            ids[at].clone(),
            format!("{time}+00:00"),
            manual,
            recycled,
            size,
        )
    };
    assert_eq!(
        times(&view),
        [
            row(2, "2025-03-30T01:00:00", true, false, 5),
            row(1, "2025-03-30T00:59:59", false, true, 3),
            row(0, "2024-12-31T22:59:59", false, false, 3),
        ]
    );
    let view = http.get(&format!("/api/target/{}", tree.id)).success(200);
    assert_eq!(view["target"]["min_backups"], Value::Null);
    assert_eq!(view["target"]["alias"], Value::Null);
    let trees = old.base().join("trees");
    assert_eq!(view["target"]["location"], json!(trees));
    assert_eq!(
        times(&view),
        [
            row(4, "2025-10-26T02:30:00", true, true, 5),
            row(3, "2025-07-01T10:00:00", false, false, 5),
        ]
    );
}

#[test]
fn what_was_imported_is_like_any_other_backup() {
    let Some(Furnished { old, ids, .. }) = furnished() else {
        return;
    };
    assert_eq!(import(&old, &BERLIN).code, Some(0));
    let mut server = serve(&old);
    let http = server.http().with_key(KEY);
    let path = |id: &str| format!("/api/backup/{id}");
    let download = http.get(&format!("{}/download", path(&ids[2])));
    assert_eq!(download.success_download().bytes, b"three");
    let extracted = old.home().join("extracted");
    let program = server.bchan(["--api-key", KEY, "backup", "download", &ids[4], "--extract"]);
    program.arg(&extracted).ok();
    assert_eq!(fs::read(extracted.join("a.txt")).unwrap(), b"five");
    for (id, recycled) in [(&ids[3], true), (&ids[4], false), (&ids[1], false)] {
        let body = json!({"is_recycled": recycled});
        http.json("PATCH", &path(id), &body).success(200);
    }
    let files = json!({"delete_files": true});
    http.json("DELETE", &path(&ids[0]), &files).success(200);
    http.json("DELETE", "/api/recycle_bin", &files).success(200);
    assert_eq!(server.run_job_as(KEY, "integrity_check_job"), "FINISHED");
    let left = http.get("/api/target/file").success(200);
    assert_eq!(left["backups"].as_array().unwrap().len(), 2);
    let names: Vec<_> = fs::read_dir(old.base().join("trees"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name != ".bchan")
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert_eq!(server.stop(), Some(0));
    let clean = check(&old, &["--deep"]);
    assert!(clean.stdout.ends_with("no faults\n"), "{clean:?}");
}

#[test]
fn an_import_that_dies_goes_on_where_it_was() {
    let Some(Furnished { old, .. }) = furnished() else {
        return;
    };
    let data = old.home().join("data");
    let program = |old: &PythonServer| {
        let program = Program::new(old.home()).args(["server", "import", "--data"]);
        let program = program.arg(old.home().join("data")).arg("--from");
        program.arg(old.base()).args(BERLIN)
    };
    let forget = |old: &PythonServer| {
        for place in ["store/file", "python/trees", "python/Recycle-bin"] {
            let _ = fs::remove_dir_all(old.home().join(place).join(".bchan"));
        }
        let _ = fs::remove_dir_all(&data);
    };
    for point in 1.. {
        forget(&old);
        let died = program(&old).env("BCHAN_ABORT_AT", point.to_string()).run();
        if died.code == Some(0) {
            assert!(point > 10, "no fault points were passed");
            break;
        }
        assert_eq!(died.code, None, "point {point}: {died:?}");
        // Every other time a server starts in between.
        if point % 2 == 0 && data.join("server.toml").exists() && data.join("bchan.db").exists() {
            let mut server = serve(&old);
            assert_eq!(server.stop(), Some(0));
            let between = check(&old, &["--deep"]);
            assert!(
                between.stdout.ends_with("no faults\n"),
                "point {point}: {between:?}"
            );
        }
        let again = program(&old).run();
        assert_eq!(again.code, Some(0), "point {point}: {again:?}");
        let clean = check(&old, &["--deep"]);
        assert!(
            clean.stdout.ends_with("no faults\n") && clean.stdout.contains("2 targets, 5 backups"),
            "point {point}: {clean:?}"
        );
    }
}

#[test]
fn a_schema_before_hashes_will_do() {
    let Some(Furnished { mut old, .. }) = furnished() else {
        return;
    };
    old.sql(
        "ALTER TABLE backups DROP COLUMN hash, DROP COLUMN hash_mismatch;
         DELETE FROM schema_versions WHERE version = 14",
    );
    let (found, code) = report(&old, &["--verify"]);
    assert_eq!(
        (code, counts(&found, "backups")),
        (0, [5, 0, 0, 0]),
        "{found:#}"
    );
    let clean = check(&old, &["--deep"]);
    assert!(clean.stdout.ends_with("no faults\n"), "{clean:?}");
}

/// `cargo test --release --test it import_of_thousands -- --ignored --nocapture` says how long it
/// takes.
#[test]
#[ignore = "it makes 27,500 files, to measure"]
#[allow(clippy::print_stderr, reason = "it is there to say something")]
fn import_of_thousands() {
    const FILES: [&str; 10] = [
        "a", "b", "c", "m", "d/e", "d/f", "d/g/h", "i/j", "i/k", "i/l",
    ];
    let Some(mut old) = PythonServer::new() else {
        return;
    };
    let content: &'static str = Box::leak("0123456789abcdef".repeat(256).into_boxed_str());
    for number in 0..200 {
        let single = number % 2 == 0;
        let target = old.new_target(&format!("target-{number}"), single);
        old.add_target(&target);
        for at in 0..25 {
            let files = if single {
                vec![(".bin", content)]
            } else {
                FILES.map(|name| (name, content)).to_vec()
            };
            let backup = OldBackup {
                created: "2025-06-01 12:00:00",
                recycled: at % 5 == 0,
                files,
                hashed: true,
                sized: true,
                manual: false,
            };
            old.add_backup(&target, &backup);
        }
    }
    old.sql("SELECT 1");
    for options in [&["--dry-run"][..], &[], &[], &["--verify", "--dry-run"]] {
        let started = std::time::Instant::now();
        let output = import(&old, options);
        eprintln!("{options:?}: {:?}\n{}", started.elapsed(), output.stdout);
        assert_eq!(output.code, Some(0));
    }
    fs::remove_dir_all(old.home().join("data")).unwrap();
    let started = std::time::Instant::now();
    let output = import(&old, &["--verify"]);
    eprintln!(
        "a second time, with --verify: {:?}\n{}",
        started.elapsed(),
        output.stdout
    );
    let started = std::time::Instant::now();
    let clean = check(&old, &[]);
    let last = clean.stdout.lines().last().unwrap();
    eprintln!("check: {:?}\n{last}", started.elapsed());
    assert!(last.ends_with("no faults"));
}
