//! A location whose disk is away, or can only be read.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Form, TestServer};

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
