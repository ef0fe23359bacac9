//! `bchan server import`: from a Python server and its MariaDB database to a server of ours.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};

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

fn import(old: &PythonServer, options: &[&str]) -> Output {
    let program = Program::new(old.home()).args(["server", "import", "--data"]);
    let program = program.arg(old.home().join("data")).arg("--from");
    program.arg(old.base()).args(options).run()
}

/// The report, and the exit code.
fn report(old: &PythonServer, options: &[&str]) -> (Value, i32) {
    let output = import(old, &[&["-o", "json"], options].concat());
    let report = serde_json::from_str(&output.stdout);
    let report = report.unwrap_or_else(|error| panic!("{error}: {output:#?}"));
    (report, output.code.unwrap())
}

/// What the findings say, with what follows from each, sorted.
fn findings(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let found = report["findings"].as_array().unwrap().iter();
    let mut found: Vec<_> = found
        .map(|finding| (text(&finding["effect"]), text(&finding["message"])))
        .collect();
    found.sort();
    found
}

fn counts(report: &Value, what: &str) -> [u64; 4] {
    ["taken", "broken", "present", "left_out"].map(|way| report[what][way].as_u64().unwrap())
}

/// What the server's own look at its data folder says.
fn check(old: &PythonServer, options: &[&str]) -> Output {
    let program = Program::new(old.home()).args(["server", "check", "--data"]);
    let program = program.arg(old.home().join("data")).arg("--config");
    program
        .arg(old.home().join("data/server.toml"))
        .args(options)
        .run()
}

/// A server over what was imported; the old one's things stay where they are.
fn serve(old: &PythonServer) -> TestServer {
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

fn single(content: &'static str, created: &'static str) -> OldBackup {
    OldBackup {
        created,
        files: vec![(".bin", content)],
        hashed: true,
        sized: true,
        ..OldBackup::default()
    }
}

fn tree(content: &'static str, created: &'static str) -> OldBackup {
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

/// A server with one of each fault that an import can meet.
struct Spoilt {
    old: PythonServer,
    file: OldTarget,
    /// Where a file is missing, where there are two, and where one has grown.
    missing: PathBuf,
    twice: PathBuf,
    grown: PathBuf,
}

const TIME: &str = "2025-01-02 03:04:05";

fn place(old: &mut PythonServer, target: &OldTarget, backup: &OldBackup) -> PathBuf {
    old.add_backup(target, backup).1
}

fn spoilt() -> Option<Spoilt> {
    let mut old = PythonServer::new()?;
    let mut file = old.new_target("file", true);
    "v1.file-$I".clone_into(&mut file.name_template);
    let folder = old.new_target("tree", false);
    old.add_target(&file);
    old.add_target(&folder);
    // These are as they should be.
    place(&mut old, &file, &single("good", TIME));
    place(&mut old, &folder, &tree("good", TIME));
    // Lost, and restored by hand.
    let missing = place(&mut old, &file, &single("missing", TIME));
    fs::remove_file(&missing).unwrap();
    let restored = OldBackup {
        recycled: true,
        ..tree("moved", TIME)
    };
    let restored = place(&mut old, &folder, &restored);
    let name = restored.file_name().unwrap();
    fs::rename(&restored, Path::new(&folder.location).join(name)).unwrap();
    // Something else in its place, and something more.
    let kind = place(&mut old, &folder, &tree("kind", TIME));
    fs::remove_dir_all(&kind).unwrap();
    fs::write(&kind, "a file").unwrap();
    let twice = place(&mut old, &file, &single("twice", TIME));
    fs::write(twice.with_extension("gz"), "which").unwrap();
    // Other sizes: without a hash, with one that says it is sound, with one that says it is not.
    let grown = OldBackup {
        hashed: false,
        ..single("short", TIME)
    };
    let grown = place(&mut old, &file, &grown);
    fs::write(&grown, "longer").unwrap();
    let (sound, _) = old.add_backup(&folder, &tree("sound", TIME));
    let changed = place(&mut old, &folder, &tree("changed", TIME));
    fs::write(changed.join("more"), "more").unwrap();
    // The same size, and other content; only reading shows it.
    let rotten = place(&mut old, &file, &single("rotten", TIME));
    fs::write(&rotten, "rottem").unwrap();
    let (marked, _) = old.add_backup(&file, &single("marked", TIME));
    let (timeless, _) = old.add_backup(&file, &single("timeless", TIME));
    let hostile = OldTarget {
        id: "../../../escape".to_owned(),
        ..old.new_target("hostile", true)
    };
    old.add_target(&hostile);
    let lonely = OldTarget {
        id: "00000000-0000-4000-9000-000000000000".to_owned(),
        ..old.new_target("lonely", true)
    };
    place(&mut old, &lonely, &single("lonely", TIME));
    old.sql(&format!(
        "UPDATE backups SET filesize = 1 WHERE id = '{sound}';
         UPDATE backups SET hash_mismatch = 1 WHERE id = '{marked}';
         UPDATE backups SET created_at = NULL WHERE id = '{timeless}';
         INSERT INTO target_tags VALUES ('{}', 999), ('nobody', 1)",
        file.id
    ));
    Some(Spoilt {
        old,
        file,
        missing,
        twice,
        grown,
    })
}

#[test]
fn what_does_not_match_is_left_out_and_named() {
    let Some(Spoilt {
        mut old,
        file,
        missing,
        twice,
        grown,
    }) = spoilt()
    else {
        return;
    };
    let (found, code) = report(&old, &[]);
    assert_eq!(code, 3);
    assert_eq!(counts(&found, "targets"), [2, 0, 0, 1], "{found:#}");
    assert_eq!(counts(&found, "backups"), [7, 2, 0, 6], "{found:#}");
    let expected = [
        ("broken", "its content is not what was stored"),
        (
            "broken",
            "the other server has found its content to be changed",
        ),
        ("left-out", "it belongs to a target that does not exist"),
        ("left-out", "it could be any of "),
        ("left-out", "it has 6 bytes, not 5"),
        ("left-out", "it has no time of creation"),
        ("left-out", "its files are missing"),
        ("left-out", "its id `../../../escape` is no UUID"),
        ("left-out", "what lies there is a file, not a folder"),
        ("note", "2 links between targets and tags lead nowhere"),
        (
            "note",
            "it does not lie in the recycle bin, and is restored",
        ),
        (
            "note",
            "it has 6 bytes, not 1; its content is what was stored",
        ),
        ("note", "the key is the other server's, where other users"),
    ];
    let said = findings(&found);
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    for ((effect, message), (expected, begin)) in said.iter().zip(expected) {
        assert!(
            effect == expected && message.starts_with(begin),
            "{said:#?}"
        );
    }
    // What is marked is the only fault; what was left out lies there untouched.
    let checked = check(&old, &[]);
    assert!(
        checked.stdout.contains("7 backups: 2 faults"),
        "{checked:?}"
    );
    assert_eq!(fs::read(&grown).unwrap(), b"longer");

    // Mended, and new: another run takes that and nothing else.
    fs::write(&missing, "missing").unwrap();
    fs::remove_file(twice.with_extension("gz")).unwrap();
    place(&mut old, &file, &single("new", "2025-01-02 04:00:00"));
    old.sql("SELECT 1");
    let (again, code) = report(&old, &["--verify"]);
    assert_eq!(
        (code, counts(&again, "backups")),
        (3, [3, 0, 7, 4]),
        "{again:#}"
    );
    // The rotten one was taken for sound; the server's own check is what finds it.
    let deep = check(&old, &["--deep"]);
    assert!(deep.stdout.contains("10 backups") && deep.stdout.contains("not what was stored"));
}

#[test]
fn reading_shows_what_sizes_do_not() {
    let Some(mut old) = PythonServer::new() else {
        return;
    };
    let (file, folder) = (old.new_target("file", true), old.new_target("tree", false));
    old.add_target(&file);
    old.add_target(&folder);
    let time = "2025-10-26 02:30:00";
    let (_, rotten) = old.add_backup(&file, &single("rotten", time));
    fs::write(&rotten, "rottem").unwrap();
    let unhashed = OldBackup {
        hashed: false,
        ..tree("unhashed", time)
    };
    old.add_backup(&folder, &unhashed);
    // Links that lead out count in the other server's hashes and sizes, but not in ours.
    let (leading, place) = old.add_backup(&folder, &tree("leading", time));
    symlink("/etc/hostname", place.join("outside")).unwrap();
    symlink("nowhere", place.join("dangling")).unwrap();
    let size = "leading".len() as u64 + 1 + fs::metadata("/etc/hostname").unwrap().len();
    old.sql(&format!(
        "UPDATE backups SET filesize = {size} WHERE id = '{leading}'"
    ));
    let (found, code) = report(&old, &["--verify", "--timezone", "Europe/Berlin"]);
    assert_eq!(
        (code, counts(&found, "backups")),
        (3, [3, 1, 0, 0]),
        "{found:#}"
    );
    let said = findings(&found);
    let count = |text: &str| said.iter().filter(|(_, said)| said.contains(text)).count();
    assert_eq!(count("not what was stored"), 1, "{said:#?}");
    assert_eq!(count("links that lead out of it"), 1, "{said:#?}");
    assert_eq!(count("showed 2025-10-26T02:30:00 twice"), 3, "{said:#?}");
    let checked = check(&old, &["--deep"]);
    assert!(checked.stdout.contains("3 backups") && checked.stdout.contains(": 1 fault\n"));
    let server = serve(&old);
    let http = server.http().with_key(KEY);
    let view = http.get("/api/target/tree").success(200);
    let hashed = |backup: &Value| backup["hash"].as_str().is_some_and(|hash| hash.len() == 64);
    assert!(view["backups"].as_array().unwrap().iter().all(hashed));
}

#[test]
fn targets_that_clash_or_are_away_wait() {
    let Some(mut old) = PythonServer::new() else {
        return;
    };
    let time = "2025-01-02 03:04:05";
    let (mut targets, mut away_id) = (Vec::new(), String::new());
    for name in ["one", "two", "three", "away", "bare"] {
        let target = old.new_target(name, true);
        old.add_target(&target);
        if name != "bare" {
            let backup = single("x", time);
            let (id, place) = old.add_backup(&target, &backup);
            if name == "away" {
                fs::remove_file(place).unwrap();
                away_id = id;
            }
        }
        targets.push(target);
    }
    old.sql("SELECT 1");
    // A server of ours that has been in use, with an alias and a template of theirs.
    let data = old.home().join("data");
    let mut server = serve_plain(&old);
    server.target_with("one", "single", &json!({"name_template": "ours-$I"}));
    server.target_with("other", "single", &json!({"name_template": "two-$I"}));
    let same_name = json!({"name": "Target three \u{e4}\u{1f600}"});
    server.target_with("mine", "single", &same_name);
    let mine = server.upload("mine", b"mine");
    let recycled = json!({"is_recycled": true});
    let path = format!("/api/backup/{mine}");
    server.http().json("PATCH", &path, &recycled).success(200);
    let busy = import(&old, &[]);
    assert_eq!(busy.code, Some(11), "{busy:?}");
    assert_eq!(server.stop(), Some(0));

    let (found, code) = report(&old, &[]);
    assert_eq!(code, 3);
    assert_eq!(counts(&found, "targets"), [2, 0, 0, 3], "{found:#}");
    assert_eq!(counts(&found, "backups"), [1, 0, 0, 3], "{found:#}");
    let said = findings(&found);
    for text in [
        "alias `one`",
        "name_template `two-$I`",
        "is its disk mounted?",
    ] {
        let about = said.iter().filter(|(_, said)| said.contains(text));
        assert_eq!(about.count(), 1, "{text}: {said:#?}");
    }
    // What was recycled here keeps its bin, so the other server's cannot be taken.
    let ours = fs::canonicalize(data.join("recycle-bin")).unwrap();
    assert_eq!(found["recycle_bin"], json!(ours));
    // Relative locations mean what they meant.
    let storage = data.join("storage");
    assert_eq!(found["storage_roots"][0], json!(storage));

    let away = Path::new(&targets[3].location);
    fs::create_dir_all(away).unwrap();
    let name = targets[3].name_template.replace("$I", &away_id);
    fs::write(away.join(format!("{name}.bin")), "x").unwrap();
    old.sql("UPDATE targets SET alias = 'uno' WHERE alias = 'one'");
    let (again, _) = report(&old, &[]);
    assert_eq!(counts(&again, "targets"), [2, 0, 2, 1], "{again:#}");
    assert_eq!(counts(&again, "backups"), [2, 0, 1, 1], "{again:#}");
    let clean = check(&old, &["--deep"]);
    assert!(clean.stdout.ends_with("no faults\n"), "{clean:?}");
}

/// A server of ours before any import.
fn serve_plain(old: &PythonServer) -> TestServer {
    let home = tempfile::tempdir_in(old.home()).unwrap();
    fs::create_dir(old.home().join("data")).unwrap();
    symlink(old.home().join("data"), home.path().join("data")).unwrap();
    TestServer::over(home, &[], &[]).unwrap()
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

#[test]
fn what_cannot_be_imported_at_all_is_said() {
    let home = tempfile::tempdir().unwrap();
    let nothing = Program::new(home.path()).args(["server", "import", "--from", "/nonexistent"]);
    let nothing = nothing.run();
    assert_eq!(nothing.code, Some(13), "{nothing:?}");
    let Some(mut old) = PythonServer::new() else {
        return;
    };
    let cases = |old: &mut PythonServer, code: i32, says: &str, options: &[&str]| {
        let output = import(old, options);
        assert_eq!(output.code, Some(code), "{output:?}");
        assert!(output.stderr.contains(says), "{says}: {output:?}");
        assert!(!output.stderr.contains("ecre"), "{output:?}");
        assert!(!old.home().join("data").exists(), "{says}");
    };
    cases(
        &mut old,
        13,
        "no time zone `Moon/Far`",
        &["--timezone", "Moon/Far"],
    );
    old.configure("wrong-secret", old.port());
    cases(&mut old, 13, "refuses", &[]);
    old.configure("s/*ecre*/t//x", 1);
    cases(&mut old, 75, "cannot reach the database", &[]);
    old.configure("s/*ecre*/t//x", old.port());
    let inside = Program::new(old.home()).args(["server", "import", "--from"]);
    let inside = inside.arg(old.base()).arg("--data").arg(old.base()).run();
    assert_eq!(inside.code, Some(2), "{inside:?}");
    old.sql("INSERT INTO schema_versions (version) VALUES (15)");
    cases(&mut old, 13, "version 15", &[]);
    old.sql("DROP TABLE schema_versions");
    cases(&mut old, 13, "schema_versions", &[]);
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
        "anew, with --verify: {:?}\n{}",
        started.elapsed(),
        output.stdout
    );
    let started = std::time::Instant::now();
    let clean = check(&old, &[]);
    let last = clean.stdout.lines().last().unwrap();
    eprintln!("check: {:?}\n{last}", started.elapsed());
    assert!(last.ends_with("no faults"));
}
