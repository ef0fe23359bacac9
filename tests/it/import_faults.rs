//! `bchan server import` where things are not as they should be.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::import::{check, counts, findings, import, report, serve, single, tree};
use crate::support::python::{KEY, OldBackup, OldTarget, PythonServer};
use crate::support::{Program, TestServer};

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

    // Repaired, and new: another run imports that and nothing else.
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
