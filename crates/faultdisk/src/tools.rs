//! The programs that mount and unmount.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs a program; its output, or why it failed.
pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(program: &str, args: &[S]) -> Result<String, String> {
    // The tools lie in folders that are not always searched.
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new(program)
        .args(args)
        .env("PATH", format!("{path}:/usr/sbin:/sbin"))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{program}: {}", said.trim()))
    }
}

/// Loop devices over an image.
pub(crate) fn loops(image: &Path) -> Vec<PathBuf> {
    let image = image.to_str().unwrap();
    let listed = run(
        "losetup",
        &["--noheadings", "--output", "NAME", "-j", image],
    );
    let listed = listed.unwrap_or_default();
    listed.lines().map(|line| line.trim().into()).collect()
}

/// Where a device is mounted.
pub(crate) fn mounts(device: &Path) -> Vec<PathBuf> {
    let all = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mut found = Vec::new();
    for line in all.lines() {
        let mut words = line.split(' ');
        if words.next().map(Path::new) == Some(device) {
            found.extend(words.next().map(PathBuf::from));
        }
    }
    found
}

/// Unmounts and detaches all that depends on an image, in use or not.
pub(crate) fn detach(image: &Path) {
    for device in loops(image) {
        for mount in mounts(&device) {
            let _ = run("umount", &["-l", mount.to_str().unwrap()]);
        }
        let _ = run("losetup", &["-d", device.to_str().unwrap()]);
    }
}
