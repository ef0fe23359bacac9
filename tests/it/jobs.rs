//! What the scheduled jobs do to backups on a real disk.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, XattrFlags, setxattr, utimensat};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{Form, TestServer, wait_until};

/// The path of a backup of a target made by `TestServer::target`.
fn path(server: &TestServer, target: &str, id: &str) -> PathBuf {
    server.storage().join(target).join(format!("{target}-{id}"))
}

fn is_broken(server: &TestServer, target: &str, id: &str) -> bool {
    server.backup(target, id).expect("it is listed")["hash_mismatch"] == true
}

#[test]
fn integrity_is_checked_marked_and_unmarked() {
    let server = TestServer::start();
    server.target("s", "single");
    server.target("m", "multi");
    let [sound, changed, missing] = [b"1", b"2", b"3"].map(|content| server.upload("s", content));
    let form = Form::new().file("a", b"one").file("b", b"two");
    let accepted = server
        .http()
        .post("/api/target/m/upload", &form)
        .success(200);
    let tree = accepted["backup_id"].as_str().unwrap().to_owned();
    assert_eq!(server.run_job("integrity_check_job")["status"], "FINISHED");

    fs::write(path(&server, "s", &changed), "x").unwrap();
    let put_away = server.home().join("away");
    fs::rename(path(&server, "s", &missing), &put_away).unwrap();
    let inside = path(&server, "m", &tree).join("b");
    fs::write(&inside, "TWO").unwrap();
    let job = server.run_job("integrity_check_job");
    assert_eq!(
        job["status"], "ERROR",
        "that something is broken is seen in the list of jobs"
    );
    assert_eq!(job["message"], "3 of 4 backups are broken");
    assert!(!is_broken(&server, "s", &sound));
    for (target, id) in [("s", &changed), ("s", &missing), ("m", &tree)] {
        assert!(is_broken(&server, target, id), "{target} {id}");
    }

    fs::write(path(&server, "s", &changed), "2").unwrap();
    fs::rename(&put_away, path(&server, "s", &missing)).unwrap();
    fs::write(&inside, "two").unwrap();
    assert_eq!(server.run_job("integrity_check_job")["status"], "FINISHED");
    for (target, id) in [("s", &changed), ("s", &missing), ("m", &tree)] {
        assert!(!is_broken(&server, target, id), "{target} {id}");
    }
    // What cannot be read is broken, too.
    fs::remove_file(path(&server, "s", &changed)).unwrap();
    fs::create_dir(path(&server, "s", &changed)).unwrap();
    assert_eq!(server.run_job("integrity_check_job")["status"], "ERROR");
    assert!(is_broken(&server, "s", &changed));
}

/// Uploads a file in a second of its own.
fn upload_later(server: &TestServer, target: &str, content: &[u8]) -> String {
    let now = || {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        now.unwrap().as_secs()
    };
    let before = now();
    wait_until(|| now() > before);
    server.upload(target, content)
}

#[test]
fn duplicates_go_but_never_on_the_word_of_a_stale_hash() {
    let server = TestServer::start();
    server.target_with("t", "single", &json!({"deduplicate": true}));
    server.target("kept", "single");
    for target in ["t", "kept"] {
        for content in [b"y", b"y", b"z"] {
            upload_later(&server, target, content);
        }
    }
    assert_eq!(server.run_job("deduplicate_job")["status"], "FINISHED");
    let contents = |target: &str| {
        let files = fs::read_dir(server.storage().join(target)).unwrap();
        let files = files.map(|entry| entry.unwrap().path());
        let files = files.filter(|path| !path.ends_with(".bchan"));
        let mut contents: Vec<_> = files
            .map(|path| fs::read_to_string(path).unwrap())
            .collect();
        contents.sort();
        contents
    };
    assert_eq!(contents("t"), ["y", "z"]);
    assert_eq!(contents("kept"), ["y", "y", "z"], "deduplication is off");

    // Two that say they are the same: one has rotted, so the other is the only one.
    let [first, second] = [b"w", b"w"].map(|content| upload_later(&server, "t", content));
    for rotten in [&first, &second] {
        fs::write(path(&server, "t", rotten), "rotten").unwrap();
        server.run_job("deduplicate_job");
        assert!(server.backup("t", &first).is_some() && server.backup("t", &second).is_some());
        assert!(is_broken(&server, "t", rotten), "it was found out");
        fs::write(path(&server, "t", rotten), "w").unwrap();
        server.run_job("integrity_check_job");
    }
    server.run_job("deduplicate_job");
    assert_eq!(contents("t"), ["w", "y", "z"]);
    server.assert_no_leftovers();
}

#[test]
fn another_tree_with_the_same_hash_takes_nobodys_place() {
    let server = TestServer::start();
    server.target_with("m", "multi", &json!({"deduplicate": true}));
    let (first, second) = (b"the first content", b"the second content");
    let original = Form::new().file("a.db", first).file("b.txt", second);
    let forged = format!("a.db{}b.txt", hex::encode(Sha256::digest(first)));
    let forged = Form::new().file(&forged, second);
    let ids = [original, forged].map(|form| {
        let answer = server.http().post("/api/target/m/upload", &form);
        answer.success(200)["backup_id"]
            .as_str()
            .unwrap()
            .to_owned()
    });
    let found = ids.each_ref().map(|id| server.backup("m", id).unwrap());
    assert_eq!(found[0]["hash"], found[1]["hash"], "that is the attack");
    assert_eq!(server.run_job("deduplicate_job")["status"], "FINISHED");
    for id in &ids {
        assert!(path(&server, "m", id).exists(), "{id}");
        assert!(server.backup("m", id).is_some(), "{id}");
    }
    let original = path(&server, "m", &ids[0]);
    assert_eq!(fs::read(original.join("a.db")).unwrap(), first);
}

/// Uploads a folder with all that belongs to it.
fn upload_folder(server: &TestServer, target: &str, folder: &Path) -> String {
    let program = server.bchan(["backup", "upload", target]).arg(folder);
    program.json()["backup"]["id"].as_str().unwrap().to_owned()
}

/// Gives everything in a folder, and the folder itself, one time.
fn settle(folder: &Path) {
    let time = Timespec {
        tv_sec: 1_000_000_000,
        tv_nsec: 5,
    };
    let times = Timestamps {
        last_access: time,
        last_modification: time,
    };
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            settle(&path);
        }
        utimensat(CWD, &path, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
    }
    utimensat(CWD, folder, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
}

/// Makes another version of a folder.
type Change = fn(&Path);

#[test]
fn only_what_is_the_same_in_everything_is_a_duplicate_and_the_older_one_stays() {
    let server = TestServer::start();
    let make = |target: &str, more: &Value| {
        // Each has a second of its own.
        let template = format!("{target}-$D");
        let mut rule = json!({"deduplicate": true, "name_template": template});
        let rule = rule.as_object_mut().unwrap();
        rule.extend(more.as_object().unwrap().clone());
        server.target_with(target, "multi", &json!(rule));
        let folder = server.home().join(target);
        fs::create_dir_all(folder.join("below")).unwrap();
        fs::write(folder.join("file"), "content").unwrap();
        fs::write(folder.join("below/other"), "more content").unwrap();
        symlink("/nowhere", folder.join("link")).unwrap();
        settle(&folder);
        folder
    };
    let changes: [(&str, Change); 6] = [
        ("link", |folder| {
            fs::remove_file(folder.join("link")).unwrap();
            symlink("/elsewhere", folder.join("link")).unwrap();
        }),
        ("empty-folder", |folder| {
            fs::create_dir(folder.join("empty")).unwrap();
        }),
        ("mode", |folder| {
            fs::set_permissions(folder.join("file"), Permissions::from_mode(0o600)).unwrap();
        }),
        ("time", |_| {}),
        ("attribute", |folder| {
            let file = folder.join("file");
            setxattr(&file, "user.note", b"x", XattrFlags::empty()).unwrap();
        }),
        ("hard-link", |folder| {
            fs::write(folder.join("second"), "content").unwrap();
        }),
    ];
    let mut kept = Vec::new();
    for (name, change) in changes {
        let folder = make(name, &json!({}));
        if name == "hard-link" {
            fs::hard_link(folder.join("file"), folder.join("second")).unwrap();
            settle(&folder);
        }
        let before = upload_folder(&server, name, &folder);
        if name == "hard-link" {
            fs::remove_file(folder.join("second")).unwrap();
        }
        change(&folder);
        settle(&folder);
        if name == "time" {
            let file = File::options()
                .write(true)
                .open(folder.join("file"))
                .unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        }
        let after = upload_folder(&server, name, &folder);
        let [one, other] = [&before, &after].map(|id| server.backup(name, id).unwrap());
        assert_eq!(one["hash"], other["hash"], "{name}");
        kept.push((name, vec![before, after]));
    }
    // Of three that are the same, the oldest stays; with a rule by age, the newest as well.
    let age = json!({"recycle_criteria": "age", "recycle_value": 30});
    for (name, more) in [("same", json!({})), ("aged", age)] {
        let folder = make(name, &more);
        let mut ids = [(); 3]
            .map(|()| upload_folder(&server, name, &folder))
            .to_vec();
        if name == "aged" {
            ids.remove(1);
        } else {
            ids.truncate(1);
        }
        kept.push((name, ids));
    }
    let job = server.run_job("deduplicate_job");
    assert_eq!(job["status"], "FINISHED", "{job}");
    for (name, ids) in kept {
        let view = server.http().get(&format!("/api/target/{name}"));
        let view = view.success(200);
        let backups = view["backups"].as_array().unwrap().iter().rev();
        let found: Vec<_> = backups
            .map(|backup| backup["id"].as_str().unwrap())
            .collect();
        assert_eq!(found, ids, "{name}");
    }
    server.assert_no_leftovers();
}

#[test]
fn a_missing_backup_does_not_count_as_one_that_is_kept() {
    let server = TestServer::start();
    let rule = json!({
        "recycle_criteria": "count", "recycle_value": 1, "recycle_action": "delete",
        "name_template": "t-$I"
    });
    server.target_with("t", "single", &rule);
    let old = server.upload("t", b"old");
    // Another second, so that it is the newer one.
    let new = loop {
        let new = server.upload("t", b"new");
        let created = |id: &str| server.backup("t", id).unwrap()["created_at"].clone();
        if created(&new) != created(&old) {
            break new;
        }
        let path = format!("/api/backup/{new}");
        server
            .http()
            .json("DELETE", &path, &json!({"delete_files": true}))
            .success(200);
    };
    fs::remove_file(path(&server, "t", &new)).unwrap();
    server.run_job("recycle_job");
    assert!(
        server.backup("t", &old).is_some(),
        "it is the last one that is there"
    );
    assert!(is_broken(&server, "t", &new));
}

#[test]
fn sizes_are_measured_again() {
    let server = TestServer::start();
    server.target("m", "multi");
    let id = server.upload("m", b"four");
    fs::write(path(&server, "m", &id).join("more"), "123456").unwrap();
    assert_eq!(server.run_job("backup_filesize_job")["status"], "FINISHED");
    assert_eq!(server.backup("m", &id).unwrap()["filesize"], 10);
}

#[test]
fn what_nobody_works_on_is_purged() {
    let server = TestServer::start();
    server.target("m", "multi");
    server.upload("m", b"x");
    let own = fs::read_dir(server.storage().join("m/.bchan")).unwrap();
    let own = own.map(|entry| entry.unwrap().path()).next().unwrap();
    for folder in ["staging/forgotten/content", "trash/forgotten"] {
        fs::create_dir_all(own.join(folder)).unwrap();
        fs::write(own.join(folder).join("file"), "x").unwrap();
    }
    assert_eq!(server.run_job("tmp_purge_job")["status"], "FINISHED");
    server.assert_no_leftovers();
    assert_eq!(server.files().len(), 1);
}

#[test]
fn a_long_job_holds_up_nobody_and_ends_with_the_server() {
    let mut server = TestServer::start();
    server.target("s", "single");
    let id = server.upload("s", b"x");
    // Hours of reading, and hardly a block on the disk.
    let huge = File::options()
        .write(true)
        .open(path(&server, "s", &id))
        .unwrap();
    huge.set_len(8 << 40).unwrap();
    let started = server
        .http()
        .get("/api/jobs/force_run/integrity_check_job")
        .success(200);
    let status = |server: &TestServer, id: &serde_json::Value| {
        let jobs = server.http().get("/api/jobs").success(200);
        let mut jobs = jobs["delayed"].as_array().unwrap().iter();
        jobs.find(|job| job["id"] == *id).unwrap()["status"].clone()
    };
    while status(&server, &started["job_id"]) != "RUNNING" {
        std::thread::yield_now();
    }
    let other = server.upload("s", b"meanwhile");
    let path = format!("/api/backup/{other}");
    server
        .http()
        .json("PATCH", &path, &json!({"is_recycled": true}))
        .success(200);
    assert_eq!(status(&server, &started["job_id"]), "RUNNING");
    assert_eq!(server.stop(), Some(0));
    server.crash_and_restart();
    assert_eq!(status(&server, &started["job_id"]), "ERROR");
    assert!(!is_broken(&server, "s", &id), "nothing was found out");
}
