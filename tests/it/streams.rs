//! Backups of what a program prints, which must never be less than it.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::json;

use crate::support::{Program, TestServer};

/// Targets of both kinds.
fn start() -> TestServer {
    let server = TestServer::start();
    server.target("s", "single");
    server.target("m", "multi");
    server
}

/// Where the only backup of a target lies.
fn stored(server: &TestServer, target: &str) -> PathBuf {
    let entries = fs::read_dir(server.storage().join(target)).unwrap();
    let mut entries = entries.map(|entry| entry.unwrap().path());
    entries.find(|path| !path.ends_with(".bchan")).unwrap()
}

fn command(server: &TestServer, target: &str, script: &str) -> Program {
    server
        .bchan([
            "backup",
            "upload",
            target,
            "--stdin-from-command",
            "--name",
            "dump.sql",
        ])
        .args(["--", "sh", "-c", script])
}

fn backups(server: &TestServer, target: &str) -> usize {
    let list = server.bchan(["backup", "list", target]).json();
    list["backups"].as_array().unwrap().len()
}

#[test]
fn what_a_command_prints_is_stored_under_its_name() {
    let server = start();
    let script =
        "echo said something >&2; i=0; while [ $i -lt 30000 ]; do echo line $i; i=$((i+1)); done";
    for target in ["s", "m"] {
        let output = command(&server, target, script).ok();
        assert!(output.stderr.contains("said something"), "{output:?}");
        assert!(output.stdout.contains("1 file"), "{output:?}");
    }
    let text = fs::read_to_string(stored(&server, "m").join("dump.sql")).unwrap();
    assert!(text.starts_with("line 0\n") && text.ends_with("line 29999\n"));
    let single = stored(&server, "s");
    assert_eq!(single.extension().unwrap(), "sql");
    assert_eq!(fs::read_to_string(single).unwrap(), text);
}

#[test]
fn a_command_that_fails_leaves_nothing() {
    let server = start();
    let scripts = [
        "exit 3",
        "echo half; exit 3",
        // More than every buffer on the way, then the end.
        "head -c 20000000 /dev/zero; exit 1",
        "head -c 262144 /dev/zero; exit 1",
        "echo half; kill -9 $$",
        // All has been said, and the end of the output is seen, long before it fails.
        "echo all; exec >&-; sleep 0.5; exit 4",
        "echo all; exec >&-; sleep 0.5; kill -TERM $$",
    ];
    for target in ["s", "m"] {
        for script in scripts {
            let output = command(&server, target, script).run();
            assert_eq!(output.code, Some(1), "{script}: {output:?}");
            assert!(
                output.stderr.contains("`sh` failed"),
                "{script}: {output:?}"
            );
        }
        let output = server
            .bchan([
                "backup",
                "upload",
                target,
                "--stdin-from-command",
                "--",
                "/no/such/program",
            ])
            .run();
        assert_eq!(output.code, Some(1), "{output:?}");
        assert!(output.stderr.contains("/no/such/program"), "{output:?}");
        assert_eq!(backups(&server, target), 0);
    }
    server.assert_no_leftovers();
    // A command without output has usually failed without saying so.
    let empty = command(&server, "s", "true").run();
    assert_eq!(empty.code, Some(1), "{empty:?}");
    assert!(empty.stderr.contains("nothing came"), "{empty:?}");
    let wanted = server
        .bchan([
            "backup",
            "upload",
            "s",
            "--allow-empty",
            "--stdin-from-command",
            "--",
            "true",
        ])
        .run();
    assert_eq!(wanted.code, Some(0), "{wanted:?}");
}

#[test]
fn a_refused_upload_ends_what_it_waits_for() {
    // A server that never has room.
    let server = TestServer::start_with(&["--reserve", "4000PiB"], false);
    server.target("s", "single");
    let file = server.home().join("pid");
    let script = format!(
        "echo $$ > {}; head -c 3000000 /dev/zero; exec sleep 1000",
        file.display()
    );
    let output = server
        .bchan([
            "--retries=0",
            "backup",
            "upload",
            "s",
            "--stdin-from-command",
        ])
        .args(["--", "sh", "-c", &script])
        .run();
    assert_eq!(output.code, Some(75), "{output:?}");
    assert!(output.stderr.contains("out of space"), "{output:?}");
    // It may have been ended before it could say a word.
    let pid = fs::read_to_string(&file).unwrap_or_default();
    let stat = PathBuf::from(format!("/proc/{}/stat", pid.trim()));
    // Only init may be left to reap it.
    while !pid.is_empty() && fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
        std::thread::yield_now();
    }

    // The same with input that never comes.
    let mut command = server
        .bchan(["--retries=0", "backup", "upload", "s", "-"])
        .into_command();
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut open = child.stdin.take().unwrap();
    // More than all buffers hold may be refused in the middle.
    let _ = open.write_all(&vec![0; 3_000_000]);
    assert_eq!(child.wait().unwrap().code(), Some(75));
    drop(open);
}

#[test]
fn standard_input_is_stored_under_a_name() {
    let server = start();
    let run = |target: &str, options: &[&str], input: &[u8]| {
        let program = server.bchan(["backup", "upload", target, "-", "-o", "json"]);
        let mut command = program.args(options).into_command();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    };
    let output = run("m", &["--name", "a b.txt"], b"from a pipe");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["files"], &report["bytes"]),
        (&json!(1), &json!(11))
    );
    let text = fs::read_to_string(stored(&server, "m").join("a b.txt")).unwrap();
    assert_eq!(text, "from a pipe");
    assert_eq!(run("s", &[], b"x").status.code(), Some(0));
    assert_eq!(run("s", &[], b"").status.code(), Some(1));
    for options in [
        &["--name", "a/b"][..],
        &["--name", ".."],
        &["/etc"],
        &["--exclude", "x"],
    ] {
        assert_eq!(run("s", options, b"").status.code(), Some(2), "{options:?}");
    }
    let nothing = server
        .bchan(["backup", "upload", "s", "--stdin-from-command"])
        .run();
    assert_eq!(nothing.code, Some(2), "{nothing:?}");
}

#[test]
fn what_is_stored_is_compared_with_what_came() {
    let server = start();
    let same = "is that of what was sent";
    // In a folder, an archive is unpacked: what comes of it, only the server knows.
    for (target, script, says) in [
        ("s", "printf content", same),
        ("m", "printf content", same),
        ("s", "tar -c -C / etc/hostname", same),
        ("m", "tar -c -C / etc/hostname", "may have unpacked it"),
    ] {
        let upload = [
            "--verbose",
            "backup",
            "upload",
            target,
            "--stdin-from-command",
        ];
        let program = server
            .bchan(upload)
            .args(["--name", "x", "--", "sh", "-c", script]);
        let output = program.ok();
        assert!(output.stderr.contains(says), "{target}: {output:?}");
    }
}
