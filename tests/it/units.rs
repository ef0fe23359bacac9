//! The files for systemd, as systemd's own programs see them.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{Program, TestServer, skipped};

fn packaging(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("packaging")
        .join(name)
}

/// Runs one of systemd's programs; none where there is no systemd. `.ci/run` installs it.
fn systemd(program: &str, args: &[&str]) -> Option<Output> {
    match Command::new(program).args(args).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            skipped("there is no systemd");
            None
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

#[track_caller]
fn fine(output: &Output) {
    let said = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{}{}", said[0], said[1]);
}

/// The units in a folder of their own, with the program where it is now.
fn units(folder: &Path) -> [String; 2] {
    ["bchan.service", "bchan.socket"].map(|name| {
        let text = fs::read_to_string(packaging("systemd").join(name)).unwrap();
        let path = folder.join(name);
        let here = text.replace("/usr/bin/bchan", env!("CARGO_BIN_EXE_bchan"));
        fs::write(&path, here).unwrap();
        path.to_str().unwrap().to_owned()
    })
}

#[test]
fn the_units_are_in_order() {
    let temp = tempfile::tempdir().unwrap();
    let [service, socket] = units(temp.path());
    let args = ["verify", "--man=no", &service, &socket];
    let Some(output) = systemd("systemd-analyze", &args) else {
        return;
    };
    fine(&output);
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "",
        "not even a warning"
    );
    // A tenth of what an ordinary service exposes, which is at 9.6.
    let args = ["security", "--offline=true", "--threshold=15", &service];
    fine(&systemd("systemd-analyze", &args).unwrap());
}

#[test]
fn the_user_and_the_folders_are_made() {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path();
    for kind in ["sysusers", "tmpfiles"] {
        let folder = root.join(format!("usr/lib/{kind}.d"));
        fs::create_dir_all(&folder).unwrap();
        let from = packaging("systemd").join(format!("bchan.{kind}.conf"));
        fs::copy(from, folder.join("bchan.conf")).unwrap();
    }
    fs::create_dir(root.join("etc")).unwrap();
    let at = format!("--root={}", root.display());
    let Some(output) = systemd("systemd-sysusers", &[&at, "bchan.conf"]) else {
        return;
    };
    fine(&output);
    let users = fs::read_to_string(root.join("etc/passwd")).unwrap();
    assert!(
        users.contains("bchan:") && users.contains(":/var/lib/bchan:"),
        "{users}"
    );
    // Owners can be given by root alone.
    if rustix::process::geteuid().is_root() {
        fine(&systemd("systemd-tmpfiles", &[&at, "--create", "bchan.conf"]).unwrap());
        let mode = |path: &str| fs::metadata(root.join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("etc/bchan"), 0o750);
        assert_eq!(mode("var/lib/bchan"), 0o700);
        let file = root.join("etc/bchan/server.toml");
        assert_eq!(mode("etc/bchan/server.toml"), 0o640);
        serves(&file);
    }
}

/// A server starts with this configuration.
fn serves(file: &Path) {
    let home = tempfile::tempdir().unwrap();
    let options = ["--config".to_owned(), file.to_str().unwrap().to_owned()];
    assert!(
        TestServer::over(home, &options, &[]).is_ok(),
        "{}",
        file.display()
    );
}

/// Every setting is in the example, with what it is anyway.
#[test]
fn the_example_has_every_setting() {
    let example = packaging("server.toml");
    serves(&example);
    let text = fs::read_to_string(&example).unwrap();
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("server.toml");
    let all: String = text.lines().fold(String::new(), |all, line| {
        let line = line.strip_prefix('#').filter(|line| !line.starts_with(' '));
        all + line.unwrap_or_default() + "\n"
    });
    // All of them are known. That the certificate is not there is what is wrong then.
    fs::write(&file, &all).unwrap();
    let serve = Program::new(home.path()).args(["serve", "--data"]);
    let output = serve
        .arg(home.path().join("data"))
        .arg("--config")
        .arg(&file)
        .run();
    assert_eq!(output.code, Some(13), "{output:?}");
    assert!(output.stderr.contains("cert.pem"), "{output:?}");
    let names: BTreeSet<_> = all
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name.replace("storage-roots", "storage-root"))
        .map(|name| name.replace("allowed-hosts", "allowed-host"))
        .collect();
    let help = Program::new(home.path())
        .args(["serve", "--help"])
        .ok()
        .stdout;
    let own = help.split("Global options:").next().unwrap();
    let options = own
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("--"));
    let options = options.map(|option| option.split([' ', '[', '=']).next().unwrap());
    let options: BTreeSet<_> = options
        .filter(|name| !["config", "job-interval"].contains(name))
        .map(str::to_owned)
        .collect();
    assert_eq!(names, options);
    assert!(all.contains("[job-intervals]\n"));
    let jobs = all.lines().filter(|line| line.contains("_job = ")).count();
    assert_eq!(jobs, 6);
}
