//! Attributes, lists, owners, pipes and devices on their way to a server and back.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, XattrFlags, getxattr, mknodat, setxattr};

use crate::support::TestServer;

/// A list with one further user, as the kernel has it.
const LIST: &[u8] = b"\x02\0\0\0\x01\0\x06\0\xff\xff\xff\xff\x02\0\x04\0\xd2\x04\0\0\
    \x04\0\x04\0\xff\xff\xff\xff\x10\0\x06\0\xff\xff\xff\xff\x20\0\0\0\xff\xff\xff\xff";

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn set(path: &Path, name: &str, value: &[u8]) {
    setxattr(path, name, value, XattrFlags::empty()).unwrap();
}

fn get(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = vec![0; 4096];
    let count = getxattr(path, name, &mut value[..]).ok()?;
    value.truncate(count);
    Some(value)
}

fn start() -> (TestServer, PathBuf) {
    let server = TestServer::start();
    let tree = server.home().join("tree");
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("file"), "content").unwrap();
    set(&tree.join("file"), "user.note", b"a\0b");
    set(&tree.join("file"), "system.posix_acl_access", LIST);
    mknodat(
        CWD,
        tree.join("pipe"),
        FileType::Fifo,
        Mode::from_raw_mode(0o640),
        0,
    )
    .unwrap();
    if is_root() {
        std::os::unix::fs::chown(tree.join("file"), Some(1234), Some(4321)).unwrap();
    }
    server.target("m", "multi");
    server.target("s", "single");
    (server, tree)
}

fn stored(server: &TestServer, target: &str) -> PathBuf {
    let entries = fs::read_dir(server.storage().join(target)).unwrap();
    let mut entries = entries.map(|entry| entry.unwrap().path());
    entries.find(|path| !path.ends_with(".bchan")).unwrap()
}

#[test]
fn they_come_back_from_targets_of_both_kinds() {
    let (server, tree) = start();
    for target in ["m", "s"] {
        let report = server
            .bchan(["backup", "upload", target, "--special"])
            .arg(&tree)
            .json();
        assert_eq!(report["warnings"], serde_json::json!([]), "{report}");
        let out = server.home().join(target);
        let output = server
            .bchan(["backup", "download", target, "--extract"])
            .arg(&out)
            .ok();
        assert!(!output.stderr.contains("warning"), "{output:?}");
        let file = out.join("tree/file");
        assert_eq!(get(&file, "user.note").unwrap(), b"a\0b");
        assert_eq!(get(&file, "system.posix_acl_access").unwrap(), LIST);
        assert_eq!(get(&file, "user.bchan.stat"), None);
        let (before, after) = (
            fs::metadata(tree.join("file")).unwrap(),
            fs::metadata(&file).unwrap(),
        );
        let see = |meta: &fs::Metadata| (meta.mode(), meta.uid(), meta.gid());
        assert_eq!(see(&before), see(&after));
        let pipe = fs::symlink_metadata(out.join("tree/pipe")).unwrap();
        assert!(pipe.file_type().is_fifo() && pipe.mode() & 0o777 == 0o640);
    }
    // On the server nothing of it is true.
    let stored = stored(&server, "m").join("tree");
    assert!(fs::symlink_metadata(stored.join("pipe")).unwrap().is_file());
    assert_eq!(get(&stored.join("file"), "system.posix_acl_access"), None);
    let own = rustix::process::geteuid().as_raw();
    assert_eq!(fs::metadata(stored.join("file")).unwrap().uid(), own);
    // And it is what its hash says.
    let job = server.run_job("integrity_check_job");
    assert_eq!(job["status"], "FINISHED", "{job}");
}

#[test]
fn what_was_not_asked_for_is_not_there() {
    let (server, tree) = start();
    let output = server
        .bchan(["backup", "upload", "m", "--no-xattrs"])
        .arg(&tree)
        .ok();
    assert!(
        output
            .stderr
            .contains("is a named pipe, which is not stored"),
        "{output:?}"
    );
    let stored = stored(&server, "m").join("tree");
    assert_eq!(get(&stored.join("file"), "user.note"), None);
    assert!(!stored.join("pipe").exists());
    let out = server.home().join("out");
    server
        .bchan(["backup", "download", "m", "--no-same-owner", "--extract"])
        .arg(&out)
        .ok();
    let own = rustix::process::geteuid().as_raw();
    assert_eq!(fs::metadata(out.join("tree/file")).unwrap().uid(), own);
}

#[test]
fn rights_are_restored_only_when_asked_for() {
    let (server, tree) = start();
    let program = tree.join("program");
    fs::write(&program, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o4755)).unwrap();
    server.bchan(["backup", "upload", "m"]).arg(&tree).ok();
    let mode = |out: &Path| fs::metadata(out.join("tree/program")).unwrap().mode() & 0o7777;
    let out = server.home().join("out");
    let output = server
        .bchan(["-q", "backup", "download", "m", "--extract"])
        .arg(&out)
        .run();
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains("set-id bit"), "{output:?}");
    assert_eq!(mode(&out), 0o755);
    let out = server.home().join("all");
    server
        .bchan(["backup", "download", "m", "--privileged", "--extract"])
        .arg(&out)
        .ok();
    assert_eq!(mode(&out), 0o4755);
}

#[test]
fn what_the_server_cannot_keep_is_said() {
    if !is_root() {
        return;
    }
    let (server, tree) = start();
    std::os::unix::fs::symlink("file", tree.join("link")).unwrap();
    let name = "trusted.of a link";
    rustix::fs::lsetxattr(tree.join("link"), name, b"x", XattrFlags::empty()).unwrap();
    let output = server
        .bchan(["-q", "backup", "upload", "m"])
        .arg(&tree)
        .run();
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(
        output.stderr.contains("tree/link: its extended attribute"),
        "{output:?}"
    );
    // A target that keeps the archive as it is keeps that, too.
    server.bchan(["backup", "upload", "s"]).arg(&tree).ok();
}
