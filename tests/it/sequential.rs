//! Uploads file by file, and going on with them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::{DocumentedServer, Form, TestServer};

fn tree(home: &Path) -> PathBuf {
    let tree = home.join("tree");
    for name in ["a", "sub/b c", "sub/deep/ü", "sub/x.tmp", "cache/y"] {
        let path = tree.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    tree
}

fn stored(server: &TestServer, target: &str) -> PathBuf {
    let entries = fs::read_dir(server.storage().join(target)).unwrap();
    let mut entries = entries.map(|entry| entry.unwrap().path());
    entries.find(|path| !path.ends_with(".bchan")).unwrap()
}

fn backups(server: &TestServer, target: &str) -> usize {
    let list = server.bchan(["backup", "list", target]).json();
    list["backups"].as_array().unwrap().len()
}

/// Waits until an upload to `any` is under way.
fn wait_for_begin(server: &TestServer) -> Value {
    loop {
        let answer = server.http().get("/api/seq/any");
        if answer.status == 200 {
            return answer.success(200);
        }
        std::thread::yield_now();
    }
}

fn spawn(mut command: Command) -> Child {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_folder_goes_file_by_file_to_any_server() {
    let server = DocumentedServer::start();
    let tree = tree(server.inner.home());
    let report = server
        .bchan(["backup", "upload", "any", "-s", "-e", "*.tmp", "-a"])
        .arg(&tree)
        .json();
    assert_eq!(
        (&report["files"], &report["status"]),
        (&json!(4), &json!("stored")),
        "{report}"
    );
    assert_eq!(report["backup"]["manual"], false, "{report}");
    assert_eq!(server.asked("/upload HTTP/1.1"), 4);
    let root = stored(&server.inner, "any");
    for name in ["a", "sub/b c", "sub/deep/ü", "cache/y"] {
        assert_eq!(fs::read_to_string(root.join(name)).unwrap(), name);
    }
    assert!(!root.join("sub/x.tmp").exists());
    // Of several paths, each keeps its name; a list keeps whole paths.
    server.inner.target("m", "multi");
    let list = server.inner.home().join("list");
    fs::write(&list, tree.join("sub").to_str().unwrap()).unwrap();
    server
        .bchan(["backup", "upload", "m", "--sequential", "--files-from"])
        .arg(&list)
        .args([tree.join("a"), tree.join("cache")])
        .ok();
    let root = stored(&server.inner, "m");
    assert!(root.join("a").is_file() && root.join("cache/y").is_file());
    assert!(
        root.join(tree.strip_prefix("/").unwrap())
            .join("sub/deep/ü")
            .is_file()
    );
}

#[test]
fn a_sequential_upload_resumes_at_the_first_missing_file() {
    let server = DocumentedServer::start();
    let tree = tree(server.inner.home());
    fs::remove_dir_all(tree.join("sub")).unwrap();
    let list = json!({"manual": 1, "file_list": [
        {"path": "/", "name": "a", "uploaded": false},
        {"path": "/cache", "name": "y", "uploaded": false},
    ]});
    let http = server.inner.http();
    http.json("POST", "/api/seq/any/begin", &list).success(200);
    let form = Form::new().field("path", "/").field("name", "a");
    let form = form.part("file", "a", b"from the run before");
    http.post("/api/seq/any/upload", &form).success(200);

    // Another list is another upload, which is let alone.
    let other = server.bchan(["backup", "upload", "any", "-s", "--exclude", "a"]);
    let other = other.arg(&tree).run();
    assert_eq!(other.code, Some(11), "{other:?}");
    http.get("/api/seq/any").success(200);

    server
        .bchan(["backup", "upload", "any", "-s"])
        .arg(&tree)
        .ok();
    assert_eq!(server.asked("/upload HTTP/1.1"), 1);
    let root = stored(&server.inner, "any");
    assert_eq!(
        fs::read_to_string(root.join("a")).unwrap(),
        "from the run before"
    );
    assert_eq!(fs::read_to_string(root.join("cache/y")).unwrap(), "cache/y");
    assert_eq!(backups(&server.inner, "any"), 1);
}

#[test]
fn a_run_that_is_ended_is_gone_on_with() {
    let server = DocumentedServer::start();
    let home = server.inner.home();
    let tree = home.join("tree");
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("a"), "small").unwrap();
    fs::write(tree.join("b"), vec![7; 2_000_000]).unwrap();
    let command = server
        .bchan(["backup", "upload", "any", "-s", "--limit-upload", "100kB"])
        .arg(&tree)
        .into_command();
    let mut child = spawn(command);
    // The first file has arrived, and the second takes its time.
    while wait_for_begin(&server.inner)["file_list"][0]["uploaded"] == false
        || server.asked("/upload HTTP/1.1") < 2
    {
        std::thread::yield_now();
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(backups(&server.inner, "any"), 0);
    server
        .bchan(["backup", "upload", "any", "-s"])
        .arg(&tree)
        .ok();
    assert_eq!(server.asked("/upload HTTP/1.1"), 3);
    let file = stored(&server.inner, "any").join("b");
    assert_eq!(fs::read(file).unwrap(), vec![7; 2_000_000]);
}

#[test]
fn a_file_that_vanishes_does_not_hold_up_the_others() {
    let server = DocumentedServer::start();
    let home = server.inner.home();
    let tree = home.join("tree");
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("a"), vec![7; 300_000]).unwrap();
    fs::write(tree.join("b"), "gone soon").unwrap();
    let mut command = server
        .bchan(["backup", "upload", "any", "-s", "--limit-upload", "200kB"])
        .arg(&tree)
        .into_command();
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for_begin(&server.inner);
    fs::remove_file(tree.join("b")).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("b: vanished"), "{stderr}");
    let root = stored(&server.inner, "any");
    assert!(root.join("a").exists() && !root.join("b").exists());
}

#[test]
fn unsupported_options_and_targets_of_sequential_uploads_are_refused() {
    let server = TestServer::start();
    let tree = tree(server.home());
    server.target("s", "single");
    server.target("m", "multi");
    let single = server
        .bchan(["backup", "upload", "s", "-s"])
        .arg(&tree)
        .run();
    assert_eq!(single.code, Some(2), "{single:?}");
    for options in [
        &["-s", "--compression", "zstd"][..],
        &["-s", "--special"],
        &["-s", "--dry-run"],
    ] {
        let output = server
            .bchan(["backup", "upload", "m"])
            .args(options)
            .arg(&tree)
            .run();
        assert_eq!(output.code, Some(2), "{options:?}: {output:?}");
    }
    let stream = server.bchan(["backup", "upload", "m", "-s", "-"]).run();
    assert_eq!(stream.code, Some(2), "{stream:?}");
    symlink("a", tree.join("link")).unwrap();
    let output = server
        .bchan(["-q", "backup", "upload", "m", "-s"])
        .arg(&tree)
        .run();
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(
        output
            .stderr
            .contains("link: is a link, which is not stored"),
        "{output:?}"
    );
    let nothing = server
        .bchan(["backup", "upload", "m", "-s", "--exclude", "*"])
        .arg(&tree)
        .run();
    assert_eq!(nothing.code, Some(1), "{nothing:?}");
    assert_eq!(backups(&server, "m"), 1);
}
