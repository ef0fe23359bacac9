//! What the shells offer: the committed scripts in real shells, against a real server.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::{Program, TestServer, skipped};

/// The shell, in an environment in which `bchan` is the program under test; none where the machine
/// does not have the shell.
fn shell(name: &str, server: &TestServer) -> Option<Command> {
    let found = Command::new(name)
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if found.is_err() {
        skipped(&format!("there is no {name} here"));
        return None;
    }
    let bin = Path::new(env!("CARGO_BIN_EXE_bchan")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    // A shell that waits for what never comes must not wait for ever.
    let mut command = Command::new("timeout");
    command
        .args(["60", name])
        .env_clear()
        .env("HOME", server.home())
        .env("PATH", format!("{}:{path}", bin.display()))
        .env("BCHAN_SERVER", server.url())
        .env("BCHAN_API_KEY", server.key())
        .env("LANG", "C.UTF-8")
        .env("TERM", "xterm")
        .stdin(Stdio::null());
    Some(command)
}

fn script(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    path.join(name).to_str().unwrap().to_owned()
}

fn run(mut command: Command) -> String {
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert_eq!(stderr, "");
    String::from_utf8(output.stdout).unwrap()
}

/// A server with two targets and a backup, whose id comes with it.
fn server() -> (TestServer, String) {
    let server = TestServer::start_with_key();
    server.target("docs", "multi");
    server.target("music", "multi");
    let upload = ["backup", "upload", "docs", "/etc/hostname"];
    let stored = server.bchan(upload).json();
    let id = stored["backup"]["id"].as_str().unwrap().to_owned();
    (server, id)
}

/// What bash puts in place of the last of these words.
fn in_bash(server: &TestServer, words: &[&str]) -> Option<Vec<String>> {
    let mut command = shell("bash", server)?;
    let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    let (last, before) = (words.len() - 1, words.len().saturating_sub(2));
    let text = format!(
        "source '{}'; COMP_WORDS=({}); COMP_CWORD={last}; COMP_TYPE=9\n\
         _clap_complete_bchan bchan '{}' '{}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script("bchan.bash"),
        quoted.join(" "),
        words[last],
        words[before],
    );
    command.args(["--norc", "-c", &text]);
    Some(run(command).lines().map(str::to_owned).collect())
}

#[test]
fn bash_offers_what_the_server_has() {
    let (server, backup) = server();
    let Some(targets) = in_bash(&server, &["bchan", "target", "show", ""]) else {
        return;
    };
    assert_eq!(targets, ["docs", "music"]);
    let offers = |words: &[&str]| in_bash(&server, words).unwrap();
    assert_eq!(
        offers(&["bchan", "backup", "recycle", ""]),
        [backup.as_str()]
    );
    assert_eq!(
        offers(&["bchan", "backup", "delete", &backup[..8]]),
        [backup.as_str()]
    );
    assert_eq!(offers(&["bchan", "job", "run", "rec"]), ["recycle_job"]);
    assert_eq!(offers(&["bchan", "tar"]), ["target"]);
    assert_eq!(
        offers(&["bchan", "target", "show", "--incl"]),
        ["--include-recycled"]
    );
    assert!(offers(&["bchan", "target", "list", "--sort", ""]).contains(&"location".to_owned()));
}

#[test]
fn zsh_offers_what_the_server_has() {
    let (server, _) = server();
    let Some(mut command) = shell("zsh", &server) else {
        return;
    };
    // A terminal of zsh's own, in which the file is found as a package installs it.
    let folder = server.home().join("functions");
    fs::create_dir(&folder).unwrap();
    fs::copy(script("_bchan"), folder.join("_bchan")).unwrap();
    let text = format!(
        "zmodload zsh/zpty\n\
         zpty shell zsh -f -i\n\
         say() {{ zpty -w shell \"$1\" }}\n\
         say \"PS1=; fpath=('{}' \\$fpath); autoload -Uz compinit; compinit -u -D; echo REA''DY\"\n\
         zpty -r shell text '*READY*'\n\
         zpty -w -n shell $'bchan target show mu\\t'\n\
         zpty -r shell text '*music*' && print -r -- \"$text\"\n\
         zpty -d shell",
        folder.display()
    );
    command.args(["-f", "-c", &text]);
    let shown = run(command);
    assert!(shown.contains("music"), "{shown:?}");
}

#[test]
fn fish_offers_what_the_server_has_and_says_what_it_is() {
    let (server, backup) = server();
    let Some(mut command) = shell("fish", &server) else {
        return;
    };
    let text = format!(
        "source '{}'; complete -C 'bchan target show '; complete -C 'bchan backup download '",
        script("bchan.fish")
    );
    command.args(["--no-config", "-c", &text]);
    let shown = run(command);
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(&lines[..2], ["docs\tdocs", "music\tmusic"]);
    let line = format!("{backup}\tdocs 20");
    assert!(
        lines.iter().any(|found| found.starts_with(&line)),
        "{shown}"
    );
}

/// What the program offers in the form that fish reads, but for options, which it offers where it
/// has nothing else.
fn offers(program: Program, words: &[&str]) -> Vec<String> {
    let program = program.env("_BCHAN_COMPLETE", "fish").args(["--", "bchan"]);
    let output = program.args(words).ok();
    assert_eq!(output.stderr, "");
    let value = |line: &str| line.split('\t').next().unwrap().to_owned();
    let values = output.stdout.lines().map(value);
    values.filter(|value| !value.starts_with('-')).collect()
}

#[test]
fn a_server_that_is_away_is_silent_and_remembered() {
    let (mut server, _) = server();
    let none: [&str; 0] = [];
    let show = ["target", "show", ""];
    assert_eq!(offers(server.bchan(none), &show), ["docs", "music"]);
    // These were not requested before.
    server.stop();
    assert_eq!(offers(server.bchan(none), &["job", "run", ""]), none);
    // Make it forget that it has just asked.
    let folder = server.home().join(".cache/bchan/completion");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = fs::File::options().write(true).open(path).unwrap();
        let hour = std::time::Duration::from_secs(3600);
        file.set_modified(std::time::SystemTime::now() - hour)
            .unwrap();
    }
    assert_eq!(offers(server.bchan(none), &show), ["docs", "music"]);
    let wrong = server.bchan(none).env("BCHAN_SERVER", "http://127.0.0.1:1");
    assert_eq!(offers(wrong, &show), none);
}

#[test]
fn a_missing_key_and_a_broken_configuration_are_silent() {
    let (server, _) = server();
    let home = tempfile::tempdir().unwrap();
    let none: [&str; 0] = [];
    let keyless = Program::new(home.path()).env("BCHAN_SERVER", server.url());
    assert_eq!(offers(keyless, &["target", "show", ""]), none);
    fs::create_dir_all(home.path().join(".config/bchan")).unwrap();
    fs::write(home.path().join(".config/bchan/config.toml"), "x").unwrap();
    assert_eq!(
        offers(Program::new(home.path()), &["target", "show", ""]),
        none
    );
}

#[test]
fn profiles_are_offered_and_decide_whom_to_ask() {
    let (server, _) = server();
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join(".config/bchan")).unwrap();
    let text = format!(
        "[profiles.home]\nserver = \"{}\"\n[profiles.office]\nserver = \"http://127.0.0.1:1\"\n",
        server.url()
    );
    fs::write(home.path().join(".config/bchan/config.toml"), text).unwrap();
    let program = || Program::new(home.path()).env("BCHAN_API_KEY", server.key());
    assert_eq!(offers(program(), &["--profile", ""]), ["home", "office"]);
    let show = ["target", "--profile", "home", "show", "m"];
    assert_eq!(offers(program(), &show), ["music"]);
    let away = ["target", "show", "--profile", "office", "m"];
    assert_eq!(offers(program(), &away), [""; 0]);
}

#[test]
fn names_that_a_shell_would_run_are_not_offered() {
    let server = TestServer::start_with_key();
    let id = server.target_with(
        "x",
        "multi",
        &json!({"alias": "$(touch pwned)", "name": "a`id`"}),
    );
    server.target("plain", "multi");
    let none: [&str; 0] = [];
    let offered = offers(server.bchan(none), &["target", "show", ""]);
    assert_eq!(offered, ["plain"]);
    assert_eq!(
        offers(server.bchan(none), &["target", "show", &id[..9]]),
        [id.as_str()]
    );
}

#[test]
fn the_usual_variable_turns_no_backup_into_a_list_of_words() {
    let server = TestServer::start_with_key();
    let program = server.bchan(["target", "list"]).env("COMPLETE", "bash");
    assert!(program.ok().stdout.contains("No targets found"));
}
