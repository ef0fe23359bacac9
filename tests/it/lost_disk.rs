//! A location whose disk is away, or can only be read.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Form, Program, TestServer};

/// Everything that the API shows of a target.
fn shown(server: &TestServer, target: &str) -> Value {
    server
        .http()
        .get(&format!("/api/target/{target}"))
        .success(200)
}

/// An empty mount point where `path` was; what was there is moved to `to`.
fn unmount(path: &Path, to: &Path) {
    fs::rename(path, to).unwrap();
    fs::create_dir(path).unwrap();
}

/// The opposite. Nothing may have been written to the mount point meanwhile.
fn mount_again(path: &Path, from: &Path) {
    fs::remove_dir(path).expect("nothing was written to the empty mount point");
    fs::rename(from, path).unwrap();
}

#[test]
fn an_empty_mount_point_makes_nobody_forget_or_delete_anything() {
    let mut server = TestServer::start();
    let rule = json!({
        "recycle_criteria": "count", "recycle_value": 1, "recycle_action": "delete",
        "deduplicate": true
    });
    server.target_with("t", "single", &rule);
    let ids: Vec<String> = (0..3).map(|_| server.upload("t", b"same")).collect();
    let before = shown(&server, "t");
    let (location, away) = (server.storage().join("t"), server.home().join("away"));
    unmount(&location, &away);

    for restart in [false, true] {
        if restart {
            server.crash_and_restart();
        }
        for job in [
            "recycle_job",
            "deduplicate_job",
            "integrity_check_job",
            "backup_filesize_job",
        ] {
            let ended = server.run_job(job);
            assert_eq!(ended["status"], "ERROR", "{job}");
            assert!(
                ended["message"]
                    .as_str()
                    .unwrap()
                    .contains("is its disk mounted?"),
                "{ended}"
            );
        }
        assert_eq!(server.run_job("tmp_purge_job")["status"], "FINISHED");
        let http = server.http();
        let upload = http.post("/api/target/t/upload", &Form::new().file("a", b"x"));
        assert!(upload.failure(503).contains("is its disk mounted?"));
        let path = format!("/api/backup/{}", ids[0]);
        http.json("PATCH", &path, &json!({"is_recycled": true}))
            .failure(503);
        http.json("DELETE", &path, &json!({"delete_files": true}))
            .failure(503);
        http.json("DELETE", "/api/target/t", &json!({"delete_files": true}))
            .failure(503);
        let mut moved = before["target"].clone();
        moved["location"] = json!("elsewhere");
        http.json("PATCH", "/api/target/t", &moved).failure(503);
        http.get(&format!("{path}/download")).failure(503);
        assert_eq!(shown(&server, "t"), before);
    }
    let file = server.home().join("a");
    fs::write(&file, "x").unwrap();
    let upload = ["backup", "upload", "--allow-shrink", "t"];
    let output = server.bchan(upload).arg(&file).run();
    assert_eq!(output.code, Some(75), "{output:?}");

    mount_again(&location, &away);
    for id in &ids {
        server
            .http()
            .get(&format!("/api/backup/{id}/download"))
            .success_download();
    }
    assert_eq!(server.run_job("integrity_check_job")["status"], "FINISHED");
    assert_eq!(shown(&server, "t"), before);
}

#[test]
fn a_recycle_bin_that_is_away_takes_nothing_and_loses_nothing() {
    let mut server = TestServer::start();
    server.target("t", "single");
    let [first, second] = [b"1", b"2"].map(|content| server.upload("t", content));
    let recycle = |server: &TestServer, id: &str, recycled: bool| {
        let path = format!("/api/backup/{id}");
        server
            .http()
            .json("PATCH", &path, &json!({"is_recycled": recycled}))
    };
    recycle(&server, &first, true).success(200);
    let before = shown(&server, "t");
    let (bin, away) = (
        server.data().join("recycle-bin"),
        server.home().join("away"),
    );
    unmount(&bin, &away);
    for restart in [false, true] {
        if restart {
            server.crash_and_restart();
        }
        recycle(&server, &second, true).failure(503);
        recycle(&server, &first, false).failure(503);
        let clear = json!({"delete_files": true});
        server
            .http()
            .json("DELETE", "/api/recycle_bin", &clear)
            .failure(503);
        // What needs no bin goes on.
        let third = server.upload("t", b"3");
        let path = format!("/api/backup/{third}");
        server.http().json("DELETE", &path, &clear).success(200);
        assert_eq!(shown(&server, "t"), before);
    }
    mount_again(&bin, &away);
    recycle(&server, &first, false).success(200);
    recycle(&server, &second, true).success(200);
    server.assert_no_leftovers();
}

#[test]
fn missing_files_are_a_clear_error_and_a_marked_backup() {
    let server = TestServer::start();
    server.target("t", "single");
    let [gone, there] = [b"1", b"2"].map(|content| server.upload("t", content));
    fs::remove_file(server.storage().join(format!("t/t-{gone}"))).unwrap();
    let message = server
        .http()
        .get(&format!("/api/backup/{gone}/download"))
        .failure(500);
    assert!(message.contains("missing"), "{message}");
    assert_eq!(server.backup("t", &gone).unwrap()["hash_mismatch"], true);
    assert_eq!(server.backup("t", &there).unwrap()["hash_mismatch"], false);
}

#[test]
fn a_read_only_disk_is_a_clear_error_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let disk = home.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let mount = |options: &str| {
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(&disk);
        mount.output().is_ok_and(|output| output.status.success())
    };
    if !mount("size=8m") {
        // Without the right to mount there is no read-only disk to try.
        return;
    }
    let root = disk.join("root");
    let server = TestServer::start_with(
        &["--storage-root", root.to_str().unwrap(), "--reserve", "0"],
        false,
    );
    let rule = json!({"recycle_criteria": "count", "recycle_value": 1, "recycle_action": "delete"});
    server.target_with("t", "single", &rule);
    let ids = [b"1", b"2"].map(|content| server.upload("t", content));
    let before = shown(&server, "t");
    assert!(mount("remount,ro"));

    let file = home.path().join("a");
    fs::write(&file, "x").unwrap();
    let output = server.bchan(["backup", "upload", "t"]).arg(&file).run();
    assert_eq!(output.code, Some(75), "{output:?}");
    assert!(output.stderr.contains("read-only"), "{output:?}");
    let path = format!("/api/backup/{}", ids[0]);
    let recycle = json!({"is_recycled": true});
    let message = server.http().json("PATCH", &path, &recycle).failure(503);
    assert!(message.contains("read-only"), "{message}");
    assert_eq!(server.run_job("recycle_job")["status"], "ERROR");
    assert_eq!(
        server.run_job("integrity_check_job")["status"],
        "FINISHED",
        "reading is enough"
    );
    server
        .http()
        .get(&format!("{path}/download"))
        .success_download();
    assert_eq!(shown(&server, "t"), before);

    assert!(mount("remount,rw"));
    server.upload("t", b"3");
    server.http().json("PATCH", &path, &recycle).success(200);
    drop(server);
    let unmounted = Command::new("umount").arg("-l").arg(&disk).status();
    assert!(unmounted.unwrap().success());
}

/// Everything that would put something into the location of `t`, or take something from it.
fn refused(server: &TestServer, recycled: &str) {
    let http = server.http();
    let upload = http.post("/api/target/t/upload", &Form::new().file("a", b"x"));
    let message = upload.failure(503);
    assert!(message.contains("is its disk mounted?"), "{message}");
    assert!(message.contains("check --repair"), "{message}");
    let list = json!({"file_list": [{"path": "/", "name": "a"}], "manual": false});
    let sequential = http.json("POST", "/api/seq/t/begin", &list);
    sequential.failure(503);
    let restore = json!({"is_recycled": false});
    let backup = format!("/api/backup/{recycled}");
    http.json("PATCH", &backup, &restore).failure(503);
    let moved = json!({"location": "elsewhere"});
    http.json("PATCH", "/api/target/t", &moved).failure(503);
    let entered = json!({"location": "t"});
    http.json("PATCH", "/api/target/other", &entered)
        .failure(503);
    http.get("/healthz").failure(503);
    let ended = server.run_job("tmp_purge_job");
    assert_eq!(ended["status"], "FINISHED");
}

/// A server with a target `t` that has a recycled backup and no other, and one that has none.
fn nothing_present() -> (TestServer, String) {
    let server = TestServer::start();
    server.target("t", "multi");
    server.target("other", "multi");
    let id = server.upload("t", b"1");
    let recycle = json!({"is_recycled": true});
    let path = format!("/api/backup/{id}");
    server.http().json("PATCH", &path, &recycle).success(200);
    server.http().get("/healthz").success(200);
    (server, id)
}

#[test]
fn a_location_without_present_backups_can_be_away_too() {
    let (mut server, id) = nothing_present();
    let (location, away) = (server.storage().join("t"), server.home().join("away"));
    let before = shown(&server, "t");
    unmount(&location, &away);
    for restart in [false, true] {
        if restart {
            server.crash_and_restart();
        }
        refused(&server, &id);
        let checks = server.http().get("/healthz").body()["checks"].clone();
        let (name, path) = (&checks[2]["name"], &checks[2]["path"]);
        assert_eq!(
            (name, path.as_str()),
            (&json!("storage"), server.storage().to_str())
        );
        assert_eq!(shown(&server, "t"), before);
    }
    mount_again(&location, &away);
    server.http().get("/healthz").success(200);
    let restore = json!({"is_recycled": false});
    let path = format!("/api/backup/{id}");
    server.http().json("PATCH", &path, &restore).success(200);
    server.upload("t", b"2");
    server.assert_no_leftovers();
}

#[test]
fn nothing_is_made_below_a_storage_root_that_is_away() {
    let home = tempfile::tempdir().unwrap();
    let (root, away) = (home.path().join("root"), home.path().join("away"));
    let options = ["--storage-root", root.to_str().unwrap()];
    let mut server = TestServer::start_with(&options, false);
    for name in ["t", "other", "third"] {
        server.target(name, "multi");
    }
    let id = server.upload("t", b"1");
    let recycle = json!({"is_recycled": true});
    let path = format!("/api/backup/{id}");
    server.http().json("PATCH", &path, &recycle).success(200);
    unmount(&root, &away);
    for restart in [false, true] {
        if restart {
            server.crash_and_restart();
        }
        refused(&server, &id);
        // One that was never used.
        let form = Form::new().file("a", b"x");
        server
            .http()
            .post("/api/target/third/upload", &form)
            .failure(503);
        server.target(&format!("new-{restart}"), "multi");
    }
    // Without the folder to mount it to, a start does not make one.
    fs::remove_dir(&root).unwrap();
    server.crash_and_restart();
    refused(&server, &id);
    assert!(!root.exists());
    fs::rename(&away, &root).unwrap();
    server.http().get("/healthz").success(200);
    for name in ["t", "third"] {
        server.upload(name, b"2");
    }
}

#[test]
fn an_empty_recycle_bin_can_be_away_too() {
    let mut server = TestServer::start();
    server.target("t", "single");
    let id = server.upload("t", b"1");
    let (bin, away) = (
        server.data().join("recycle-bin"),
        server.home().join("away"),
    );
    unmount(&bin, &away);
    let path = format!("/api/backup/{id}");
    for restart in [false, true] {
        if restart {
            server.crash_and_restart();
        }
        let recycle = json!({"is_recycled": true});
        server.http().json("PATCH", &path, &recycle).failure(503);
        server.http().get("/healthz").failure(503);
    }
    mount_again(&bin, &away);
    server.http().get("/healthz").success(200);
}

#[test]
fn another_disk_is_not_the_one_that_was_used() {
    let server = TestServer::start();
    for name in ["one", "two"] {
        server.target(name, "single");
        let id = server.upload(name, b"1");
        let path = format!("/api/backup/{id}");
        let delete = json!({"delete_files": true});
        server.http().json("DELETE", &path, &delete).success(200);
    }
    let place = |name: &str| server.storage().join(name);
    let swap = || {
        fs::rename(place("one"), place("x")).unwrap();
        fs::rename(place("two"), place("one")).unwrap();
        fs::rename(place("x"), place("two")).unwrap();
    };
    swap();
    for name in ["one", "two"] {
        let path = format!("/api/target/{name}/upload");
        let form = Form::new().file("a", b"x");
        server.http().post(&path, &form).failure(503);
    }
    swap();
    for name in ["one", "two"] {
        server.upload(name, b"2");
    }
}

fn repair(server: &TestServer) -> (Option<i32>, Value) {
    let program = server.bchan(["server", "check", "--repair", "-o", "json", "--data"]);
    let output = program.arg(server.data()).run();
    let report = serde_json::from_str(&output.stdout);
    (
        output.code,
        report.unwrap_or_else(|error| panic!("{error}: {output:?}")),
    )
}

#[test]
fn a_replaced_disk_is_taken_into_use_by_a_repair() {
    let (mut server, id) = nothing_present();
    let (location, away) = (server.storage().join("t"), server.home().join("away"));
    unmount(&location, &away);
    refused(&server, &id);
    assert_eq!(server.stop(), Some(0));
    let (code, report) = repair(&server);
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(report["findings"][0]["kind"], "away", "{report}");
    assert_eq!(repair(&server).1["findings"], json!([]));
    server.crash_and_restart();
    server.http().get("/healthz").success(200);
    server.upload("t", b"2");
    // The old disk is another one now.
    let new = server.home().join("new");
    fs::rename(&location, &new).unwrap();
    fs::rename(&away, &location).unwrap();
    let form = Form::new().file("a", b"x");
    server
        .http()
        .post("/api/target/t/upload", &form)
        .failure(503);
    // Backups should be there, and none is: that is no disk to go on with.
    assert_eq!(server.stop(), Some(0));
    let (code, report) = repair(&server);
    assert_eq!(code, Some(1), "{report}");
    fs::rename(&location, &away).unwrap();
    fs::rename(&new, &location).unwrap();
    assert_eq!(repair(&server).0, Some(0));
    server.crash_and_restart();
    server.upload("t", b"3");

    // An empty location that was removed, not only emptied.
    server.target("gone", "single");
    let id = server.upload("gone", b"1");
    let path = format!("/api/backup/{id}");
    let delete = json!({"delete_files": true});
    server.http().json("DELETE", &path, &delete).success(200);
    assert_eq!(server.stop(), Some(0));
    fs::remove_dir_all(server.storage().join("gone")).unwrap();
    assert_eq!(repair(&server).0, Some(0));
    server.crash_and_restart();
    server.upload("gone", b"2");
}

/// What a version without markers has left.
fn forget_markers(server: &TestServer) {
    let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); \
        c.execute('DELETE FROM markers'); c.commit()";
    let mut python = Command::new("python3");
    python
        .args(["-c", script])
        .arg(server.data().join("bchan.db"));
    assert!(python.status().unwrap().success());
    let mut find = Command::new("find");
    find.arg(server.data()).args(["-name", "marker", "-delete"]);
    assert!(find.status().unwrap().success());
}

#[test]
fn an_installation_without_markers_gets_them_where_its_disks_are_there() {
    let (mut server, id) = nothing_present();
    let (storage, away) = (server.storage(), server.home().join("away"));
    assert_eq!(server.stop(), Some(0));
    forget_markers(&server);
    unmount(&storage, &away);
    server.crash_and_restart();
    refused(&server, &id);
    assert!(fs::read_dir(&storage).unwrap().next().is_none());
    mount_again(&storage, &away);
    server.http().get("/healthz").success(200);
    server.crash_and_restart();
    for place in [
        storage.clone(),
        storage.join("t"),
        server.data().join("recycle-bin"),
    ] {
        let own = fs::read_dir(place.join(".bchan")).unwrap().next();
        assert!(
            own.unwrap().unwrap().path().join("marker").is_file(),
            "{}",
            place.display()
        );
    }
    unmount(&storage.join("t"), &away);
    refused(&server, &id);
}

#[test]
fn a_location_that_is_left_can_be_used_again() {
    let mut server = TestServer::start();
    server.target("t", "single");
    let id = server.upload("t", b"1");
    let location = server.storage().join("t");
    for (to, left) in [("u", &location), ("t", &server.storage().join("u"))] {
        let moved = json!({ "location": to });
        server
            .http()
            .json("PATCH", "/api/target/t", &moved)
            .success(200);
        assert!(!left.exists(), "{} is left", left.display());
        server.crash_and_restart();
        server.upload("t", b"2");
    }
    assert!(server.backup("t", &id).is_some());
    let delete = json!({"delete_files": true});
    server
        .http()
        .json("DELETE", "/api/target/t", &delete)
        .success(200);
    assert!(!location.exists());
    // Made by hand in the meantime, as for another use.
    fs::create_dir(&location).unwrap();
    server.target("t", "single");
    server.upload("t", b"3");
    server.http().get("/healthz").success(200);
}

#[test]
fn a_copied_data_folder_does_not_refer_to_the_original() {
    let mut server = TestServer::start();
    server.target("t", "single");
    server.upload("t", b"1");
    assert_eq!(server.stop(), Some(0));
    let home = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .arg("-a")
        .args([server.data(), home.path().join("data")])
        .status();
    assert!(copied.unwrap().success());
    fs::remove_dir_all(server.data()).unwrap();
    let check = Program::new(home.path()).args(["server", "check", "--moved", "--data"]);
    check.arg(home.path().join("data")).ok();
    let copy = TestServer::over(home, &[], &[]).unwrap();
    copy.http().get("/healthz").success(200);
    copy.upload("t", b"2");
    assert!(!server.data().exists());
}
