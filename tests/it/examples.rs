//! The commands of the help, of README and of the documentation, run as they stand: with stand-ins
//! for other machines' addresses, for folders outside of the test's own, and for other programs.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Output, Program, TestServer};

/// Examples that do not end, are for a terminal, write to the machine's own folders, or need a MariaDB.
/// They have tests of their own.
const ELSEWHERE: [&str; 8] = [
    "bchan serve -",
    "--follow",
    "$EDITOR",
    "schedule docs --remove",
    "bchan server import",
    "runuser",
    "cargo ",
    "15 3 * * *",
];

/// Folders of a machine, which are below the test's own folder here.
const FOLDERS: [&str; 9] = [
    "/srv",
    "/home",
    "/etc",
    "/usr/local",
    "/mnt",
    "/opt",
    "/var",
    "/root",
    "/tmp",
];

/// Ids in examples.
const IDS: [&str; 3] = [
    "5e2f6a0c-8f7f-4d0e-9a53-2f8b6a1c7d90",
    "5e2f6a0c",
    "BACKUP-ID",
];

/// Addresses in examples.
const ADDRESSES: [&str; 5] = [
    "https://backup.example.org",
    "https://backup.example:5050",
    "http://old:5000",
    "https://new:5050",
    "https://hc-ping.com",
];

struct Scene {
    server: TestServer,
    /// The server that backups are migrated to.
    other: Option<TestServer>,
    backup: String,
}

impl Scene {
    /// Has what the examples speak of, as far as they do.
    fn new(example: &str) -> Self {
        let server = TestServer::start();
        let home = server.home();
        let folders = [
            "Documents",
            "Downloads",
            ".zfunc",
            ".config/fish/completions",
            ".config/elvish",
            ".local/share/bash-completion/completions",
            ".config/backupchan",
            ".config/bchan",
            "bin",
        ];
        let machine = [
            "srv",
            "home/me",
            "etc",
            "usr/local/etc",
            "mnt/disk",
            "mnt/elsewhere",
            "mnt/new",
            "var/dumps",
            "var/spool",
            "root",
            "tmp",
        ];
        for folder in folders {
            fs::create_dir_all(home.join(folder)).unwrap();
        }
        for folder in machine {
            let folder = home.join("machine").join(folder);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("file"), folder.to_str().unwrap()).unwrap();
        }
        for (name, text) in [
            ("Documents/letter", "letter"),
            ("rules", "*.tmp\n"),
            (".config/bchan/rules", "*.tmp\n"),
            ("stamp", ""),
            ("cert.pem", ""),
            (
                ".config/backupchan/config.json",
                "{\"host\": \"h\", \"port\": 1}",
            ),
            (".config/backupchan/presets.json", "{\"presets\": []}"),
        ] {
            fs::write(home.join(name), text).unwrap();
        }
        let stamp = fs::File::options()
            .write(true)
            .open(home.join("stamp"))
            .unwrap();
        stamp.set_modified(std::time::UNIX_EPOCH).unwrap();
        for name in ["apikey.json", "old.key", "new.key", ".config/bchan/api-key"] {
            let path = home.join(name);
            fs::write(&path, format!("bakch-{}", "0".repeat(64))).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        }
        symlink(env!("CARGO_BIN_EXE_bchan"), home.join("bin/bchan")).unwrap();
        for (name, script) in [
            (
                "pg_dump",
                "case $1 in -Fc) echo dump >\"$3\";; *) echo dump;; esac",
            ),
            ("docker", ":"),
            ("logger", ":"),
            ("crontab", "echo no crontab for you >&2; exit 1"),
            (
                "jq",
                "exec python3 -c 'import json, sys; print(json.load(sys.stdin)[\"job_id\"])'",
            ),
        ] {
            let path = home.join("bin").join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        }
        let mut scene = Self {
            server,
            other: None,
            backup: String::new(),
        };
        scene.configure(example);
        scene.furnish(example);
        scene
    }

    fn bchan(&self, words: &[&str]) -> Program {
        Program::new(self.server.home()).args(words)
    }

    fn configure(&mut self, example: &str) {
        let url = self.server.url();
        let profile = |name: &str, url: &str| format!("[profiles.{name}]\nserver = \"{url}\"\n");
        let makes = example.contains("config create");
        let mut parts = Vec::new();
        if !makes {
            parts.push(profile("default", &url) + "timeout = 20\n");
        }
        if example.contains("--profile office") && !makes && !example.contains("config import") {
            parts.push(profile("office", &url));
        }
        if example.contains("migrate") {
            let other = TestServer::start();
            parts.push(profile("old", &url));
            parts.push(profile("new", &other.url()));
            self.other = Some(other);
        }
        if !example.contains("preset create") {
            let me = self.machine("/home/me");
            let preset = |name: &str, path: &str| {
                format!("[presets.{name}]\ntarget = \"{name}\"\npaths = [\"{path}\"]\n")
            };
            parts.push(preset("docs", "~/Documents"));
            parts.push(preset("home", me.to_str().unwrap()));
        }
        let path = self.server.home().join(".config/bchan/config.toml");
        fs::write(path, parts.concat()).unwrap();
    }

    fn furnish(&mut self, example: &str) {
        if !example.contains("target create") && !example.contains("config create") {
            for name in ["docs", "home", "srv", "www", "config", "shop", "old"] {
                self.server.target(name, "multi");
            }
            self.server.target("db", "single");
            let words = ["backup", "upload", "docs", "rules", "--allow-shrink"];
            let program = self.bchan(&words).current_dir(self.server.home());
            let stored: Value = program.json();
            stored["backup"]["id"]
                .as_str()
                .unwrap()
                .clone_into(&mut self.backup);
            if example.starts_with("bchan preset edit") {
                self.bchan(&["preset", "upload", "docs"]).ok();
            }
        }
        let data = self.machine("/srv/bchan");
        if example.contains("--data") && !example.contains("new-") {
            let local = format!("--local={}", data.display());
            self.bchan(&[&local, "target", "create", "--name", "www"])
                .ok();
        }
        if example.contains("--name web1") || example.contains("--name laptop") {
            let local = format!("--local={}", data.display());
            for name in ["www", "docs"] {
                self.bchan(&[&local, "target", "create", "--name", name])
                    .ok();
            }
        }
        if example.contains("revoke-key") {
            let words = [
                "server", "new-key", "--name", "web1", "--rights", "read", "--data",
            ];
            self.bchan(&words).arg(&data).ok();
        }
        if example.contains("--moved") {
            fs::rename(&data, self.machine("/mnt/new/bchan")).unwrap();
        }
    }

    fn machine(&self, path: &str) -> PathBuf {
        self.server.home().join("machine").join(&path[1..])
    }

    /// The example with stand-ins.
    fn here(&self, example: &str) -> String {
        let mut text = example.to_owned();
        for id in IDS {
            text = text.replace(id, &self.backup);
        }
        let url = self.server.url();
        for address in ADDRESSES {
            let is_new = address.contains("new");
            let other = self.other.as_ref().filter(|_| is_new);
            text = text.replace(address, &other.map_or_else(|| url.clone(), TestServer::url));
        }
        let port = format!("--host 127.0.0.1 --port {}", self.server.addr().port());
        text = text.replace("--host 10.0.0.7 --port 5000", &port);
        // The machine's place has such folders in its own path.
        let mark = "\0machine";
        for folder in FOLDERS {
            for before in [" ", "="] {
                let (from, to) = (
                    format!("{before}{folder}"),
                    format!("{before}{mark}{folder}"),
                );
                text = text.replace(&from, &to);
            }
        }
        let machine = self.server.home().join("machine");
        text = text.replace(mark, machine.to_str().unwrap());
        // Units and crontabs of the machine stay as they are.
        if text.contains("preset schedule") {
            text = text.replace(" --now", "");
            if !text.contains("--dry-run") {
                text += " --dry-run";
            }
        }
        text
    }

    fn run(&self, example: &str) -> Output {
        let home = self.server.home();
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new("sh");
        command
            .args(["-c", &self.here(example)])
            .env_clear()
            .env("HOME", home)
            .env("TZ", "UTC")
            .env("PROFILE", home.join("profile.ps1"))
            .env("PATH", format!("{}:{path}", home.join("bin").display()))
            .current_dir(home);
        let input = if example.contains("revoke-key") {
            "y\n".to_owned()
        } else {
            format!("bakch-{}\n", "0".repeat(64))
        };
        Program::of(command).input(&input)
    }
}

/// The exit code of an example where it is not 0.
fn code_of(example: &str) -> i32 {
    match example {
        "bchan job wait 42" => 10,
        // It asks at a terminal.
        "bchan config create" => 2,
        _ => 0,
    }
}

fn fault(example: &str) -> Option<String> {
    let scene = Scene::new(example);
    let mut faults = Vec::new();
    for command in example.split('\n') {
        if ELSEWHERE.iter().any(|what| command.contains(what)) {
            continue;
        }
        let output = scene.run(command);
        if output.code != Some(code_of(command)) {
            faults.push(format!("{command}\n{output:#?}"));
        }
    }
    (!faults.is_empty()).then(|| faults.join("\n"))
}

/// Lines of which the one that goes on in the next is joined with it.
fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut commands = vec![String::new()];
    for line in lines {
        let last = commands.last_mut().unwrap();
        if let Some(front) = line.trim().strip_suffix('\\') {
            last.push_str(front);
        } else {
            last.push_str(line.trim());
            commands.push(String::new());
        }
    }
    commands.retain(|command| command.contains("bchan "));
    commands
}

/// Examples in the help of a command and of those below it.
fn of_help(words: &[&str], found: &mut Vec<String>) {
    let home = tempfile::tempdir().unwrap();
    let help = Program::new(home.path())
        .args(words)
        .arg("--help")
        .ok()
        .stdout;
    let examples = help.split_once("Example").map_or("", |(_, rest)| rest);
    let lines = examples.lines().skip(1);
    found.extend(joined(lines.take_while(|line| line.starts_with("  "))));
    let commands = help
        .split_once("\nCommands:\n")
        .map_or("", |(_, rest)| rest);
    let lines = commands.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.trim().split(' ').next());
    for name in names.filter(|name| *name != "help") {
        of_help(&[words, &[name]].concat(), found);
    }
}

#[track_caller]
fn assert_all_run(examples: &[String], least: usize) {
    assert!(examples.len() >= least, "{examples:#?}");
    let faults: Vec<_> = examples
        .iter()
        .filter_map(|example| fault(example))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn the_examples_of_the_help_run() {
    let mut examples = Vec::new();
    of_help(&[], &mut examples);
    examples.retain(|example| !ELSEWHERE.iter().any(|what| example.contains(what)));
    assert_all_run(&examples, 90);
}

/// The commands of a block follow each other in one place.
#[test]
fn the_commands_of_the_documentation_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md")];
    pages.extend(
        fs::read_dir(root.join("docs"))
            .unwrap()
            .map(|page| page.unwrap().path()),
    );
    let mut examples = Vec::new();
    for page in pages {
        let text = fs::read_to_string(page).unwrap();
        let blocks = text.split("```sh\n").skip(1);
        let blocks = blocks.filter_map(|rest| rest.split_once("```"));
        let commands = blocks.map(|(block, _)| joined(block.lines()).join("\n"));
        examples.extend(commands.filter(|block| !block.is_empty()));
    }
    assert_all_run(&examples, 8);
}
