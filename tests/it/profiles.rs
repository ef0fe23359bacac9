//! The configuration file, profiles, and where keys come from.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use crate::support::{Output, Program, TestServer};

fn config(home: &Path, text: &str) {
    let folder = home.join(".config/bchan");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
}

fn with_input(program: Program, input: &str) -> Output {
    let mut command = program.into_command();
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    Output {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a_profile_names_the_server_and_its_key() {
    let server = TestServer::start_with_key();
    server.target("docs", "multi");
    let home = tempfile::tempdir().unwrap();
    let text = format!(
        "[profiles.default]\nserver = \"{url}\"\napi_key_command = [\"cat\", \"{key}\"]\n\
         [profiles.dead]\nserver = \"http://127.0.0.1:1\"\nretries = 0\n",
        url = server.url(),
        key = home.path().join("key").display()
    );
    config(home.path(), &text);
    fs::write(
        home.path().join("key"),
        format!("{}\nnotes\n", server.key()),
    )
    .unwrap();
    let list = |words: &[&str]| {
        Program::new(home.path())
            .args(["target", "list"])
            .args(words)
    };
    assert!(list(&[]).ok().stdout.contains("docs"));
    let dead = list(&["--profile", "dead"]).run();
    assert_eq!(dead.code, Some(75), "{dead:#?}");
    let missing = list(&["--profile", "daed"]).run();
    assert_eq!(missing.code, Some(13), "{missing:#?}");
    assert!(missing.stderr.contains("`dead`"), "{missing:#?}");
}

#[test]
fn a_mistake_in_the_configuration_is_named_with_its_line() {
    let home = tempfile::tempdir().unwrap();
    config(home.path(), "[profiles.default]\n\nsever = \"x\"\n");
    let output = Program::new(home.path()).args(["target", "list"]).run();
    assert_eq!(output.code, Some(13), "{output:#?}");
    let names = output.stderr.contains("config.toml line 3") && output.stderr.contains("sever");
    assert!(names, "{output:#?}");
    // What needs no configuration works with a broken one.
    Program::new(home.path()).args(["man"]).ok();
}

#[test]
fn a_key_is_kept_only_when_the_server_takes_it() {
    let server = TestServer::start_with_key();
    let home = tempfile::tempdir().unwrap();
    let url = server.url();
    let program = |words: &[&str]| {
        Program::new(home.path())
            .env("BCHAN_SERVER", &url)
            .args(words)
    };
    let file = home.path().join(".config/bchan/api-key");

    let wrong = with_input(program(&["login", "--file"]), "bakch-wrong\n");
    assert_eq!(wrong.code, Some(12), "{wrong:#?}");
    assert!(!file.exists());
    let right = with_input(program(&["login", "--file"]), server.key());
    assert_eq!(right.code, Some(0), "{right:#?}");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(!right.stdout.contains(server.key()), "{right:#?}");
    program(&["target", "list"]).ok();

    program(&["logout"]).ok();
    assert_eq!(program(&["target", "list"]).run().code, Some(12));
}

#[test]
fn without_a_keyring_the_ways_out_are_named() {
    let server = TestServer::start_with_key();
    let home = tempfile::tempdir().unwrap();
    let program = Program::new(home.path())
        .env("BCHAN_SERVER", server.url())
        // An address at which nobody listens, wherever the tests run.
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .arg("login");
    let output = with_input(program, server.key());
    assert_eq!(output.code, Some(13), "{output:#?}");
    for way in ["--file", "systemd credential", "api_key_command"] {
        assert!(output.stderr.contains(way), "{way}: {output:#?}");
    }
}
