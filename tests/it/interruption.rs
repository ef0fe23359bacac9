//! Signals and deadlines: a command ends at once, and says so.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use bchan_testkit::tree::noise;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::{Fake, Reply, TestServer, wait_until};

/// Far less than the ten seconds after which threads are given up, and enough for a busy machine.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Begins an upload that takes long, and waits until the server has some of it.
fn slow_upload(server: &TestServer, options: &[&str]) -> Child {
    let folder = server.home().join("large");
    if !folder.exists() {
        fs::create_dir(&folder).unwrap();
        let noise = noise(3_000_000);
        for number in 0..20 {
            fs::write(folder.join(number.to_string()), &noise).unwrap();
        }
    }
    let mut command = server
        .bchan(["backup", "upload", "--limit-upload", "200KB"])
        .args(options)
        .arg("large")
        .arg(&folder)
        .into_command();
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

fn has_upload(server: &TestServer) -> bool {
    let jobs = server.http().get("/api/jobs").success(200);
    let mut delayed = jobs["delayed"].as_array().unwrap().iter();
    delayed.any(|job| job["status"] == "RUNNING")
}

#[test]
fn a_signal_ends_an_upload_of_a_folder_at_once() {
    let server = TestServer::start();
    server.target("large", "multi");
    for (number, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        for options in [&[][..], &["-s"], &["--threads", "2"]] {
            let child = slow_upload(&server, options);
            wait_until(|| has_upload(&server) || options == ["-s"]);
            let begun = Instant::now();
            signal(&child, number);
            let output = child.wait_with_output().unwrap();
            let taken = begun.elapsed();
            assert!(taken < AT_ONCE, "{options:?}: {taken:?}");
            if output.status.code().is_some() {
                assert_eq!(output.status.code(), Some(code), "{options:?}: {output:?}");
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(said.contains("interrupted by"), "{said}");
            } else {
                // It came before the program listened to signals.
                assert_eq!(output.status.signal(), Some(number.as_raw()));
            }
            wait_until(|| !has_upload(&server));
        }
    }
}

#[test]
fn a_deadline_ends_an_upload_at_once() {
    let server = TestServer::start();
    server.target("large", "multi");
    let child = slow_upload(&server, &["--deadline", "1s"]);
    let begun = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(begun.elapsed() < AT_ONCE + Duration::from_secs(1));
    assert_eq!(output.status.code(), Some(75), "{output:?}");
}

#[test]
fn an_upload_without_an_answer_is_given_up() {
    let silent = |jobs: fn() -> Reply| {
        Fake::start(move |asked| {
            if asked.path.starts_with("/api/target/") && asked.method == "GET" {
                let target = json!({
                    "id": "t", "name": "t", "target_type": "multi", "recycle_criteria": "none",
                    "recycle_value": null, "recycle_action": "delete", "location": "t",
                    "name_template": "$I", "deduplicate": false, "alias": null,
                    "min_backups": null, "tags": []
                });
                return Reply::json(
                    200,
                    &json!({"success": true, "target": target, "backups": []}),
                );
            }
            if asked.path == "/api/jobs" {
                return jobs();
            }
            loop {
                std::thread::park();
            }
        })
    };
    let no_jobs = || {
        Reply::json(
            200,
            &json!({"success": true, "delayed": [], "scheduled": []}),
        )
    };
    let server = silent(no_jobs);
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("file"), "content").unwrap();
    let output = crate::support::Program::new(home.path())
        .env("BCHAN_SERVER", server.url())
        .args(["backup", "upload", "t", "--timeout", "1", "--retries", "0"])
        .arg(home.path().join("file"))
        .run();
    assert_eq!(output.code, Some(75), "{output:?}");
    assert!(
        output.stderr.contains("whether it is stored is not known"),
        "{output:?}"
    );
}
