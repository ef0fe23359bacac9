//! Answers to a download that are no backup, or only a part of one.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::{Fake, Output, Program, Reply};

const ID: &str = "0d6f3a52-7b0e-4a4f-9a53-0c5f6c1d2e3f";

/// A server whose target `t` has one backup, without a hash, that comes as this answer.
fn server(kind: &'static str, download: Reply) -> Fake {
    Fake::start(move |asked| {
        if asked.path.contains("/download") {
            return download.clone();
        }
        let target = json!({
            "id": "t", "name": "t", "target_type": kind, "recycle_criteria": "none",
            "recycle_value": null, "recycle_action": "delete", "location": "t",
            "name_template": "$I", "deduplicate": false, "alias": null, "min_backups": null,
            "tags": []
        });
        let backup = json!({
            "id": ID, "target_id": "t", "created_at": "2026-11-25T12:25:29", "manual": true,
            "is_recycled": false, "filesize": 0
        });
        Reply::json(
            200,
            &json!({"success": true, "target": target, "backups": [backup]}),
        )
    })
}

fn run(server: &Fake, home: &Path, args: &[&str]) -> Output {
    let program = Program::new(home).env("BCHAN_SERVER", server.url());
    program
        .args(["backup"])
        .args(args)
        .args(["--retries", "0"])
        .run()
}

/// A compressed archive of a file.
fn archive(home: &Path) -> Vec<u8> {
    fs::write(home.join("file"), bchan_testkit::tree::noise(100_000)).unwrap();
    let tar = Command::new("tar")
        .args(["-czf", "-", "file"])
        .current_dir(home)
        .output();
    tar.unwrap().stdout
}

#[test]
fn what_is_no_whole_archive_is_no_backup_of_a_folder() {
    let home = tempfile::tempdir().unwrap();
    let whole = archive(home.path());
    for (what, reply) in [
        ("a page", Reply::html(200, "Sign in")),
        ("an answer", Reply::json(200, &json!({"success": true}))),
        ("nothing", Reply::bytes(200, b"")),
        ("a part of an archive", Reply::bytes(200, &whole[..50_000])),
        ("another status", Reply::bytes(206, &whole)),
    ] {
        let server = server("multi", reply);
        let (file, out) = (home.path().join("kept"), home.path().join("out"));
        let (file_arg, out_arg) = (file.to_str().unwrap(), out.to_str().unwrap());
        for args in [
            &["download", "t", "-d", file_arg][..],
            &["download", "t", "--extract", out_arg],
            &["verify", "t"],
        ] {
            let output = run(&server, home.path(), args);
            assert_eq!(output.code, Some(1), "{what} {args:?}: {output:?}");
        }
        let kept = fs::read_dir(&file).into_iter().flatten().count();
        assert_eq!(kept, 0, "{what}");
        let unpacked = fs::read_dir(&out).into_iter().flatten().count();
        assert_eq!(unpacked, 0, "{what}");
    }
}

#[test]
fn a_download_that_cannot_be_compared_says_so() {
    let home = tempfile::tempdir().unwrap();
    let whole = archive(home.path());
    for kind in ["multi", "single"] {
        let reply = Reply::bytes(200, &whole).header(
            "Content-Disposition",
            "attachment; filename=\"2026-11-25T12:25:29.tgz\"",
        );
        let server = server(kind, reply);
        let folder = home.path().join(kind);
        let args = ["download", "t", "-d", folder.to_str().unwrap()];
        let output = run(&server, home.path(), &args);
        assert_eq!(output.code, Some(0), "{output:?}");
        assert!(
            output.stderr.contains("the server gives no hash"),
            "{output:?}"
        );
        // A colon means another host to `tar` and `scp`.
        let kept = fs::read(folder.join("2026-11-25T12-25-29.tgz")).unwrap();
        assert_eq!(kept, whole);
    }
}

#[test]
fn a_download_makes_one_folder_and_no_path() {
    let home = tempfile::tempdir().unwrap();
    let whole = archive(home.path());
    let server = server("multi", Reply::bytes(200, &whole));
    let missing = home.path().join("none/at/all");
    for option in ["-d", "--extract"] {
        let args = ["download", "t", option, missing.to_str().unwrap()];
        let output = run(&server, home.path(), &args);
        assert_eq!(output.code, Some(1), "{output:?}");
        assert!(!home.path().join("none").exists());
    }
}

#[test]
fn a_download_goes_to_standard_output_and_is_checked_there() {
    let home = tempfile::tempdir().unwrap();
    let whole = archive(home.path());
    for (kind, reply, code) in [
        ("multi", Reply::bytes(200, &whole), 0),
        ("single", Reply::bytes(200, &whole), 0),
        ("multi", Reply::bytes(200, &whole[..50_000]), 1),
        ("multi", Reply::html(200, "Sign in"), 1),
    ] {
        let server = server(kind, reply);
        let folder = home.path().join(format!("{kind}-{code}"));
        fs::create_dir_all(&folder).unwrap();
        let program = Program::new(home.path()).env("BCHAN_SERVER", server.url());
        let args = ["backup", "download", "t", "-d", "-", "--retries", "0"];
        let mut command = program.current_dir(&folder).args(args).into_command();
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{kind}: {output:?}");
        if code == 0 {
            assert_eq!(output.stdout, whole, "{kind}");
        }
        assert!(!folder.join("-").exists());
    }
    let server = server("multi", Reply::bytes(200, &whole));
    let args = ["download", "t", "-d", "-", "-o", "json"];
    let refused = run(&server, home.path(), &args);
    assert_eq!(refused.code, Some(2), "{refused:?}");
}
