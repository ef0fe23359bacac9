//! How runs end, and what they say.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Output, Program, TestServer};

#[track_caller]
fn ends(output: &Output, code: i32, says: &[&str]) {
    assert_eq!(output.code, Some(code), "{output:#?}");
    for text in says {
        assert!(output.stderr.contains(text), "{text}: {output:#?}");
    }
    assert!(!output.stderr.contains("panicked"), "{output:#?}");
}

#[test]
fn a_missing_target_is_10() {
    let server = TestServer::start();
    server.target("documents", "multi");
    let output = server
        .bchan(["backup", "upload", "document", "/etc/hostname"])
        .run();
    ends(
        &output,
        10,
        &["no target `document`", "documents", "--create"],
    );
    ends(
        &server.bchan(["target", "show", "document"]).run(),
        10,
        &["documents"],
    );
    ends(
        &server.bchan(["backup", "download", "document"]).run(),
        10,
        &["hint"],
    );
    ends(
        &server.bchan(["backup", "recycle", "nothing"]).run(),
        10,
        &["nothing"],
    );
    ends(
        &server.bchan(["job", "run", "recycle-job"]).run(),
        10,
        &["recycle_job"],
    );
}

#[test]
fn a_missing_or_wrong_key_is_12() {
    let server = TestServer::start_with_key();
    let with = |key: Option<&str>| {
        let program = Program::new(server.home()).env("BCHAN_SERVER", server.url());
        let program = match key {
            Some(key) => program.env("BCHAN_API_KEY", key),
            None => program,
        };
        program
            .args(["backup", "upload", "t", "/etc/hostname"])
            .run()
    };
    ends(&with(None), 12, &["key", "BCHAN_API_KEY"]);
    ends(&with(Some("bakch-wrong")), 12, &["refuses the API key"]);
    ends(&with(Some(server.key())), 10, &[]);
}

#[test]
fn a_dead_server_is_75() {
    let mut server = TestServer::start();
    server.stop();
    let output = server.bchan(["--retries", "0", "target", "list"]).run();
    ends(&output, 75, &["cannot reach", "bchan serve"]);
    let output = server
        .bchan(["--retries", "1", "backup", "upload", "t", "/etc/hostname"])
        .run();
    ends(&output, 75, &["cannot reach"]);
}

#[test]
fn an_empty_selection_is_1_unless_allowed() {
    let server = TestServer::start();
    server.target("m", "multi");
    let empty = server.home().join("empty");
    fs::create_dir(&empty).unwrap();
    ends(
        &server.bchan(["backup", "upload", "m"]).arg(&empty).run(),
        1,
        &["nothing selected", "mounted"],
    );
    assert_eq!(
        server.http().get("/api/jobs").success(200)["delayed"],
        serde_json::json!([])
    );
    server
        .bchan(["backup", "upload", "--allow-empty", "m"])
        .arg(&empty)
        .ok();
    let missing = server.home().join("missing");
    ends(
        &server.bchan(["backup", "upload", "m"]).arg(&missing).run(),
        1,
        &["cannot read", "missing"],
    );
}

#[test]
fn wrong_usage_is_2() {
    let home = tempfile::tempdir().unwrap();
    for args in [
        &["target", "frobnicate"][..],
        &["backup", "upload"],
        &["--output", "xml", "target", "list"],
    ] {
        ends(&Program::new(home.path()).args(args).run(), 2, &[]);
    }
}

#[test]
fn quiet_runs_say_nothing() {
    let server = TestServer::start();
    server.target("m", "multi");
    let output = server
        .bchan(["-q", "backup", "upload", "m", "/etc/hostname"])
        .ok();
    assert_eq!((&*output.stdout, &*output.stderr), ("", ""));
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let server = TestServer::start_with_key();
    let file = server.home().join("-key");
    fs::write(&file, format!("{}\n", server.key())).unwrap();
    let run = |mode: u32| {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let program = Program::new(server.home()).env("BCHAN_SERVER", server.url());
        let option = format!("--api-key-file={}", file.display());
        program.arg(option).args(["target", "list"]).run()
    };
    for mode in [0o644, 0o604, 0o660] {
        let hint = format!("`chmod 600 {}`", file.display());
        ends(&run(mode), 13, &["others than its owner", &hint]);
    }
    let sound = run(0o600);
    assert_eq!((sound.code, &*sound.stderr), (Some(0), ""));
    // A file of root's that a group may read is how a service gets its key.
    if rustix::process::geteuid().is_root() {
        assert_eq!(run(0o640).code, Some(0));
    }
}
