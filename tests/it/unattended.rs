//! Unattended runs: one at a time, with a deadline, and not of a source that has shrunk.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::channel;

use serde_json::{Value, json};

use crate::support::{Fake, Program, Reply, TestServer, target};

/// A folder of so many files of 100 bytes.
fn folder(home: &Path, files: usize) -> String {
    let folder = home.join("folder");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    for number in 0..files {
        fs::write(folder.join(number.to_string()), [b'x'; 100]).unwrap();
    }
    folder.to_str().unwrap().to_owned()
}

/// A run that is under way until its command is told to end, by a line on its standard input.
fn held(server: &TestServer, target: &str) -> Child {
    let fifo = server.home().join(format!("fifo-{target}"));
    let path = std::ffi::CString::new(fifo.to_str().unwrap()).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RWXU).unwrap();
    let script = format!("echo here >&2; cat '{}'", fifo.display());
    let words = ["backup", "upload", target, "--stdin-from-command", "--"];
    let program = server.bchan(words).args(["sh", "-c", &script]);
    let mut command = program.into_command();
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert_eq!(line, "here\n");
    child
}

fn let_go(server: &TestServer, target: &str, mut child: Child) -> Option<i32> {
    fs::write(server.home().join(format!("fifo-{target}")), "content").unwrap();
    child.wait().unwrap().code()
}

#[test]
fn there_is_one_run_at_a_time_for_each_target() {
    let server = TestServer::start();
    let id = server.target("docs", "multi");
    server.target("other", "multi");
    let source = folder(server.home(), 1);
    let child = held(&server, "docs");
    for name in ["docs", &id] {
        let second = server.bchan(["backup", "upload", name, &source]).run();
        assert_eq!(second.code, Some(11), "{second:#?}");
        let holder = format!("process {}, since 20", child.id());
        assert!(second.stderr.contains(&holder), "{second:#?}");
        assert!(second.stderr.contains("--wait-lock"), "{second:#?}");
    }
    server.bchan(["backup", "upload", "other", &source]).ok();
    let waits = ["backup", "upload", "docs", &source, "--wait-lock", "1h"];
    let mut waiting = server.bchan(waits).arg("--allow-shrink").into_command();
    let mut waiting = waiting.stderr(Stdio::null()).spawn().unwrap();
    assert_eq!(let_go(&server, "docs", child), Some(0));
    assert_eq!(waiting.wait().unwrap().code(), Some(0));
    // A run that is killed leaves nothing that keeps the next one away.
    let mut child = held(&server, "other");
    child.kill().unwrap();
    child.wait().unwrap();
    let after = ["backup", "upload", "other", &source];
    server.bchan(after).ok();
    // What it had started waits still.
    fs::write(server.home().join("fifo-other"), "").unwrap();
}

#[test]
fn a_source_that_has_collapsed_is_not_stored() {
    let server = TestServer::start();
    server.target("docs", "multi");
    let upload = |files: usize, more: &[&str]| {
        let source = folder(server.home(), files);
        let words = ["backup", "upload", "docs", &source];
        server.bchan(words).args(more).run()
    };
    assert_eq!(upload(20, &[]).code, Some(0));
    let stored = server.files().len();
    let collapsed = upload(3, &[]);
    assert_eq!(collapsed.code, Some(4), "{collapsed:#?}");
    assert!(
        collapsed.stderr.contains("nothing was stored"),
        "{collapsed:#?}"
    );
    assert!(
        collapsed.stderr.contains("--allow-shrink"),
        "{collapsed:#?}"
    );
    assert_eq!(server.files().len(), stored);
    // It does not become the usual size by being tried again.
    assert_eq!(upload(3, &["--sequential"]).code, Some(4));
    // A program reads the reason.
    let document = upload(3, &["-o", "json"]);
    let document: Value = serde_json::from_str(&document.stdout).unwrap();
    assert_eq!(
        (
            &document["status"],
            &document["entries"],
            &document["last"]["entries"]
        ),
        (&json!("shrunk"), &json!(4), &json!(21)),
        "{document}"
    );
    assert_eq!(upload(3, &["--shrink-threshold", "10"]).code, Some(0));
    assert_eq!(upload(2, &[]).code, Some(0));
    assert_eq!(upload(1, &["--allow-shrink"]).code, Some(0));
    server.assert_no_leftovers();
}

#[test]
fn at_a_terminal_a_source_that_has_shrunk_is_a_question() {
    let server = TestServer::start();
    server.target("docs", "multi");
    let upload = |files: usize, answer: &str| {
        let source = folder(server.home(), files);
        let words = ["backup", "upload", "docs", &source];
        server.bchan(words).at_terminal(answer)
    };
    let first = upload(20, "n");
    assert_eq!(first.code, Some(0), "{first:#?}");
    for answer in ["n", ""] {
        let refused = upload(3, answer);
        assert_eq!(refused.code, Some(4), "{refused:#?}");
        assert!(refused.stdout.contains("Store it all the same?"));
    }
    let stored = upload(3, "y");
    assert_eq!(stored.code, Some(0), "{stored:#?}");
    assert!(
        stored.stdout.contains("stored 4 entries (3 files)"),
        "{stored:#?}"
    );
    server.assert_no_leftovers();
}

#[test]
fn without_a_memory_the_server_s_last_backup_tells() {
    let server = TestServer::start();
    server.target("docs", "multi");
    let large = folder(server.home(), 20);
    server.bchan(["backup", "upload", "docs", &large]).ok();
    let elsewhere = tempfile::tempdir().unwrap();
    let source = folder(elsewhere.path(), 3);
    let program = || Program::new(elsewhere.path()).env("BCHAN_SERVER", server.url());
    let upload = ["backup", "upload", "docs", &source];
    let collapsed = program().args(upload).run();
    assert_eq!(collapsed.code, Some(4), "{collapsed:#?}");
    let config = ["config", "set", "shrink_threshold", "10"];
    program().args(config).ok();
    program().args(upload).ok();
}

#[test]
fn a_stream_that_has_collapsed_is_not_stored() {
    let server = TestServer::start();
    server.target("db", "single");
    let dump = |bytes: &str| {
        let words = ["backup", "upload", "db", "--stdin-from-command", "--"];
        server
            .bchan(words)
            .args(["head", "-c", bytes, "/dev/zero"])
            .run()
    };
    assert_eq!(dump("300000").code, Some(0));
    let collapsed = dump("100000");
    assert_eq!(collapsed.code, Some(4), "{collapsed:#?}");
    assert_eq!(server.files().len(), 1);
    assert_eq!(dump("200000").code, Some(0));
    server.assert_no_leftovers();
}

#[test]
fn a_run_ends_at_its_deadline() {
    let server = TestServer::start();
    server.target("docs", "multi");
    let child = held(&server, "docs");
    let source = folder(server.home(), 1);
    let words = ["backup", "upload", "docs", &source, "--wait-lock", "1d"];
    let late = server.bchan(words).args(["--deadline", "50ms"]).run();
    assert_eq!(late.code, Some(75), "{late:#?}");
    assert!(late.stderr.contains("nothing was stored"), "{late:#?}");
    assert_eq!(let_go(&server, "docs", child), Some(0));
    // The server takes the connection, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let words = ["backup", "upload", "docs", &source, "--deadline", "50 ms"];
    let late = Program::new(server.home())
        .env("BCHAN_SERVER", url)
        .args(words)
        .run();
    assert_eq!(late.code, Some(75), "{late:#?}");
}

#[test]
fn what_the_server_may_have_is_not_said_to_be_lost() {
    let home = tempfile::tempdir().unwrap();
    let source = folder(home.path(), 1);
    let fake = Fake::start(|asked| {
        if asked.method == "POST" {
            // An upload is read to its end, and never answered.
            loop {
                std::thread::park();
            }
        }
        let view = json!({
            "success": true, "target": target("t", "docs", "multi"), "backups": []
        });
        Reply::json(200, &view)
    });
    let words = ["backup", "upload", "docs", &source, "--deadline", "3s"];
    let late = Program::new(home.path())
        .env("BCHAN_SERVER", fake.url())
        .args(words)
        .run();
    assert_eq!(late.code, Some(75), "{late:#?}");
    assert!(late.stderr.contains("the server has it all"), "{late:#?}");
}

#[test]
fn a_server_is_left_alone_for_as_long_as_it_asks() {
    let home = tempfile::tempdir().unwrap();
    let source = folder(home.path(), 1);
    let run = |status: u16, wait: &'static str| {
        let busy = json!({"success": false, "message": "not now"});
        let fake = Fake::start(move |asked| {
            if asked.method == "GET" {
                let view =
                    json!({"success": true, "target": target("t", "docs", "multi"), "backups": []});
                return Reply::json(200, &view).header("Backup-Chan-Features", "sha256");
            }
            Reply::json(status, &busy).header("Retry-After", wait)
        });
        let words = ["backup", "upload", "docs", &source, "--retries", "1"];
        let program = Program::new(home.path()).env("BCHAN_SERVER", fake.url());
        let output = program.args(words).run();
        assert_eq!(output.code, Some(75), "{output:#?}");
        let posts = fake
            .asked()
            .into_iter()
            .filter(|asked| asked.method == "POST");
        (posts.count(), output.stderr)
    };
    let (tries, said) = run(503, "2");
    assert!(
        tries == 2 && said.contains("again in 2.0 s"),
        "{tries} {said}"
    );
    // Not retried: a wait that is too long, or errors of the client.
    assert_eq!(run(503, "86400").0, 1);
    // A limit that is over soon.
    assert_eq!(run(429, "0").0, 2);
    assert_eq!(run(429, "86400").0, 1);
    // A server whose client was suspended for a while has not got all of it.
    assert_eq!(run(408, "0").0, 2);
    assert_eq!(run(507, "0").0, 1);
}

#[test]
fn the_status_of_presets_needs_no_server() {
    let mut server = TestServer::start();
    server.target("docs", "multi");
    let source = folder(server.home(), 2);
    let url = server.url();
    let home = server.home().to_owned();
    let bchan = |words: &[&str]| Program::new(&home).env("BCHAN_SERVER", &url).args(words);
    for name in ["good", "idle", "late"] {
        let create = ["preset", "create", name, &source, "docs"];
        bchan(&create).ok();
    }
    bchan(&["preset", "edit", "good", "--max-age", "26h"]).ok();
    bchan(&["preset", "upload", "good", "--automatic"]).ok();
    // What another preset has sent does not count.
    bchan(&["preset", "edit", "late", "--max-age", "2d"]).ok();
    server.stop();
    bchan(&["preset", "status", "good", "idle", "-q"]).ok();
    let states = bchan(&["preset", "status", "good", "idle"]).json();
    let states = &states["presets"];
    assert_eq!(states[0]["health"], "ok");
    assert_eq!(states[0]["max_age"], 93_600);
    assert_eq!(
        (&states[0]["last"]["entries"], &states[0]["last"]["files"]),
        (&json!(3), &json!(2))
    );
    assert!(states[0]["last"]["backup_id"].is_string(), "{states}");
    assert_eq!(states[1]["health"], "never");
    assert_eq!(states[0]["last_run"]["end"]["exit"], 0, "{states}");
    let all = bchan(&["preset", "status", "-o", "id"]).run();
    assert_eq!(
        (all.code, &*all.stdout),
        (Some(1), "good\nidle\nlate\n"),
        "{all:#?}"
    );
    bchan(&["preset", "edit", "good", "--max-age", "0s"]).ok();
    let table = bchan(&["preset", "status", "good"]).run();
    assert!(table.stdout.starts_with("NAME"), "{table:#?}");
    assert_eq!(bchan(&["preset", "status", "x"]).run().code, Some(10));
    bchan(&["preset", "edit", "late", "--unset", "max_age"]).ok();
    bchan(&["preset", "status", "late"]).ok();

    // The last run failed: that is said, and of a preset without `max_age` it is a failure.
    for name in ["good", "idle"] {
        let run = bchan(&["preset", "upload", name, "--retries", "0"]).run();
        assert_eq!(run.code, Some(75), "{run:#?}");
    }
    bchan(&["preset", "edit", "good", "--max-age", "26h"]).ok();
    let states = bchan(&["preset", "status", "good"]).json();
    assert_eq!(states["presets"][0]["health"], "failed", "{states}");
    let failed = bchan(&["preset", "status", "idle"]).run();
    assert_eq!(failed.code, Some(1), "{failed:#?}");
    assert!(failed.stdout.contains("idle: cannot reach"), "{failed:#?}");
    // A new name takes the history along.
    bchan(&["preset", "rename", "good", "fine"]).ok();
    let states = bchan(&["preset", "status", "fine"]).json();
    assert!(states["presets"][0]["last"].is_object(), "{states}");
    assert_eq!(
        states["presets"][0]["last_run"]["end"]["exit"], 75,
        "{states}"
    );
}

#[test]
fn a_run_that_was_killed_is_called_unfinished() {
    let server = TestServer::start();
    server.target("docs", "multi");
    let source = folder(server.home(), 2);
    let bchan = |words: &[&str]| server.bchan(words);
    bchan(&["preset", "create", "p", &source, "docs"]).ok();
    bchan(&["preset", "upload", "p"]).ok();
    // What a run leaves that was killed.
    let runs = server.home().join(".local/state/bchan/runs");
    let record = fs::read_dir(&runs).unwrap().next().unwrap().unwrap().path();
    let mut run: Value = serde_json::from_slice(&fs::read(&record).unwrap()).unwrap();
    run["end"] = json!(null);
    fs::write(&record, run.to_string()).unwrap();
    let states = bchan(&["preset", "status", "p"]).json();
    assert_eq!(states["presets"][0]["health"], "unfinished", "{states}");
}

/// Once everything was sent, the outcome is unknown without an answer.
#[test]
fn a_signal_after_all_was_sent_waits_for_the_answer() {
    let home = tempfile::tempdir().unwrap();
    let source = folder(home.path(), 1);
    for (answers, code) in [(true, 0), (false, 143)] {
        let (arrived, arrivals) = channel();
        let (release, released) = channel::<()>();
        let released = Mutex::new(released);
        let fake = Fake::start(move |asked| {
            if asked.method == "POST" {
                arrived.send(()).unwrap();
                // Until it is told, or the client is gone.
                let _ = released.lock().unwrap().recv();
                return Reply::json(200, &json!({"success": true, "job_id": 1}));
            }
            let view =
                json!({"success": true, "target": target("t", "docs", "multi"), "backups": []});
            Reply::json(200, &view)
        });
        let mut command = Program::new(home.path())
            .env("BCHAN_SERVER", fake.url())
            .args(["backup", "upload", "docs", &source, "--no-wait"])
            .into_command();
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        arrivals.recv().unwrap();
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        if answers {
            release.send(()).unwrap();
        }
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        assert_eq!(stderr.contains("not known whether"), !answers, "{stderr}");
        assert!(!stderr.contains("nothing was stored"), "{stderr}");
        drop(release);
    }
}

#[test]
fn a_target_that_a_failed_run_has_made_is_removed() {
    let server = TestServer::start();
    let targets = || server.bchan(["target", "list", "-o", "id"]).ok().stdout;
    let upload = |words: &[&str]| {
        let upload = ["backup", "upload", "--create", "--retries", "0"];
        server.bchan(upload).args(words).run()
    };
    let failed = upload(&[
        "new",
        "--stdin-from-command",
        "--",
        "sh",
        "-c",
        "echo x; exit 3",
    ]);
    assert_eq!(failed.code, Some(1), "{failed:#?}");
    assert!(failed.stderr.contains("created target new"), "{failed:#?}");
    assert_eq!(targets(), "");
    for path in ["*.bak", "/etc"] {
        let rather = upload(&[path, "/etc/hostname"]);
        assert_eq!(rather.code, Some(2), "{rather:#?}");
    }
    // A signal ends it likewise.
    let upload = [
        "backup",
        "upload",
        "--create",
        "new",
        "--stdin-from-command",
        "--",
    ];
    let program = server
        .bchan(upload)
        .args(["sh", "-c", "echo x; exec sleep 600"]);
    let mut command = program.into_command();
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "created target new\n");
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(targets(), "");
    server.target("old", "multi");
    let failed = server.bchan(["backup", "upload", "--create", "old"]);
    let failed = failed.args(["--stdin-from-command", "--", "false"]).run();
    assert_eq!(failed.code, Some(1), "{failed:#?}");
    assert_ne!(targets(), "");
}

#[test]
fn a_full_standard_output_does_not_make_a_backup_fail() {
    let server = TestServer::start();
    server.target("docs", "multi");
    let source = folder(server.home(), 2);
    let words = ["backup", "upload", "docs", &source];
    let mut command = server.bchan(words).into_command();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let says = "this was done: stored 3 entries (2 files)";
    assert!(
        said.contains("cannot write to standard output") && said.contains(says),
        "{said}"
    );
    // What a command exists to print is missed.
    let mut command = server.bchan(["target", "list"]).into_command();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    assert_eq!(
        command.stdout(full).output().unwrap().status.code(),
        Some(1)
    );
}

#[test]
fn where_nothing_is_left_the_causes_are_named() {
    let server = TestServer::start();
    server.target("docs", "multi");
    let home = server.home();
    for name in ["a", "b"] {
        fs::write(home.join(name), name).unwrap();
    }
    let list = home.join("list");
    let list = list.to_str().unwrap();
    for (text, says) in [("a\r\nb\r\n", "a\\r: "), ("nope\n", "nope: ")] {
        fs::write(list, text).unwrap();
        for dry in [&[][..], &["--dry-run"], &["--sequential"]] {
            let words = ["backup", "upload", "docs", "--files-from", list];
            let program = server.bchan(words).args(dry).current_dir(home);
            let output = program.run();
            assert_eq!(output.code, Some(1), "{output:#?}");
            let causes = output.stderr.contains(says) && output.stderr.contains("could be taken");
            assert!(causes, "{output:#?}");
        }
    }
}

#[test]
fn an_upload_with_local_waits_for_the_data_folder() {
    let mut server = TestServer::start();
    server.target("docs", "multi");
    let source = folder(server.home(), 2);
    let local = format!("--local={}", server.data().display());
    let home = server.home().to_owned();
    let upload = |options: &[&str]| {
        let words = [&*local, "--verbose", "backup", "upload", "docs", &source];
        Program::new(&home).args(words).args(options)
    };
    let refused = upload(&[]).run();
    assert_eq!(refused.code, Some(11), "{refused:#?}");
    assert!(refused.stderr.contains("--wait-lock"), "{refused:#?}");
    let mut command = upload(&["--wait-lock", "10m"]).into_command();
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let waits = lines.any(|line| line.unwrap().contains("waiting for another server"));
    assert!(waits);
    assert_eq!(server.stop(), Some(0));
    // Its standard error must not fill up.
    let rest: Vec<_> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest:#?}");
}
