//! Disks that fail to write what they were given.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::{Form, TestServer, assert_no_leftovers_below, skipped, wait_until};

/// Makes system calls of a server fail as long as it lives. Needs strace and the right to use it.
struct Failing {
    child: Child,
    /// It ends if its output is not read.
    _messages: BufReader<ChildStderr>,
}

impl Failing {
    fn inject(server: &TestServer, what: &str) -> Option<Self> {
        let call = what.split(':').next().unwrap();
        let mut command = Command::new("strace");
        command.args(["-f", "-o", "/dev/null", "-p", &server.pid().to_string()]);
        command.args([
            "-e",
            &format!("trace={call}"),
            "-e",
            &format!("inject={what}"),
        ]);
        let mut child = command.stderr(Stdio::piped()).spawn().ok()?;
        let mut messages = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        messages.read_line(&mut line).unwrap();
        let failing = Self {
            child,
            _messages: messages,
        };
        line.contains("attached").then_some(failing)
    }
}

impl Drop for Failing {
    fn drop(&mut self) {
        // It lets go of the server when it is asked to end.
        if let Some(pid) = Pid::from_raw(i32::try_from(self.child.id()).unwrap()) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = self.child.wait();
    }
}

/// An upload of which a part has arrived.
struct Upload {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl Upload {
    /// Sends the first half and waits until the server writes it to the target's location.
    fn begin(server: &TestServer, target: &str, path: &str, form: &Form) -> Self {
        let body = form.finish();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            server.addr(),
            Form::content_type(),
            body.len()
        );
        let (first, rest) = body.split_at(body.len() / 2);
        let mut stream = TcpStream::connect(server.addr()).unwrap();
        let patience = Some(Duration::from_secs(60));
        stream.set_read_timeout(patience).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(first).unwrap();
        let location = server.storage().join(target);
        wait_until(|| has_content(&location));
        let rest = rest.to_owned();
        Self { stream, rest }
    }

    /// Sends the rest and returns the status of the answer.
    fn end(mut self) -> String {
        self.stream.write_all(&self.rest).unwrap();
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    }
}

/// Says whether a file below a folder has something in it, other than the server's own records.
fn has_content(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| {
        let path = entry.path();
        let record = path.extension().is_some_and(|it| it == "json");
        let Ok(meta) = entry.metadata() else {
            return false;
        };
        (meta.is_file() && meta.len() > 0 && !record) || (meta.is_dir() && has_content(&path))
    })
}

#[test]
fn a_failed_sync_of_one_upload_fails_all_that_are_under_way_and_none_that_come_later() {
    let server = TestServer::start();
    for (target, kind) in [
        ("s", "single"),
        ("m", "multi"),
        ("q", "multi"),
        ("b", "multi"),
    ] {
        server.target(target, kind);
    }
    let list = json!({"manual": 0, "file_list": [{"path": "/", "name": "f", "uploaded": false}]});
    let begun = server.http().json("POST", "/api/seq/q/begin", &list);
    begun.success(200);
    let content = vec![b'x'; 3_000_000];
    let file = Form::new().file("file", &content);
    let part = Form::new().part("file", "f", &content);
    let part = part.field("path", "/").field("name", "f");
    let all = [
        ("s", "/api/target/s/upload", &file),
        ("m", "/api/target/m/upload", &file),
        ("q", "/api/seq/q/upload", &part),
    ];
    let begin =
        |(target, path, form): (&str, &str, &Form)| Upload::begin(&server, target, path, form);
    let under_way = all.map(begin);
    let Some(failing) = Failing::inject(&server, "syncfs:error=EIO") else {
        return skipped("strace is not there or may not trace");
    };
    let small = Form::new().file("file", b"small");
    let answer = server.http().post("/api/target/b/upload", &small);
    assert_eq!(answer.status, 500, "{answer:?}");
    drop(failing);
    // To these, the system itself would report nothing.
    for upload in under_way {
        assert_eq!(upload.end(), "500");
    }
    for target in ["s", "m", "q", "b"] {
        let view = server.http().get(&format!("/api/target/{target}"));
        assert_eq!(view.success(200)["backups"], json!([]), "{target}");
    }
    let sequence = server.http().get("/api/seq/q").success(200);
    assert_eq!(sequence["file_list"][0]["uploaded"], false);
    for (_, path, form) in all {
        server.http().post(path, form).success(200);
    }
    let end = server.http().json("POST", "/api/seq/q/finish", &json!({}));
    end.success(200);
    server
        .http()
        .post("/api/target/b/upload", &small)
        .success(200);
    assert_eq!(server.files().len(), 4);
    server.assert_no_leftovers();
}

#[test]
fn a_copy_takes_the_place_of_its_source_only_if_the_disk_gives_the_same_back() {
    // Memory is another file system wherever there is this folder.
    let Ok(disk) = tempfile::tempdir_in("/dev/shm") else {
        return skipped("there is no /dev/shm");
    };
    let bin = disk.path().join("bin");
    let options = ["--recycle-bin", bin.to_str().unwrap()].map(str::to_owned);
    let damage = [("BCHAN_DAMAGE_COPIES", "precious")];
    let home = tempfile::tempdir().unwrap();
    let server = TestServer::over(home, &options, &damage).unwrap();
    let recycle = |id: &str| {
        let wish = json!({"is_recycled": true});
        server
            .http()
            .json("PATCH", &format!("/api/backup/{id}"), &wish)
    };
    for (target, kind) in [("s", "single"), ("m", "multi")] {
        server.target(target, kind);
        let id = server.upload(target, b"something precious");
        let answer = recycle(&id);
        assert_eq!(answer.status, 500, "{answer:?}");
        assert_eq!(server.backup(target, &id).unwrap()["is_recycled"], false);
        let source = server.storage().join(target).join(format!("{target}-{id}"));
        let source = if kind == "multi" {
            source.join("file")
        } else {
            source
        };
        assert_eq!(fs::read(source).unwrap(), b"something precious");
        assert!(!bin.join(format!("{target}-{id}")).exists());
        let other = server.upload(target, b"anything else");
        recycle(&other).success(200);
        assert!(bin.join(format!("{target}-{other}")).exists());
    }
    server.assert_no_leftovers();
    assert_no_leftovers_below(&bin);
}

/// Dies between a copy to another file system and the removal of its source, changes the copy, and
/// starts again.
#[test]
fn what_only_looks_like_a_copy_by_its_content_does_not_take_the_place_of_a_source() {
    let Ok(disk) = tempfile::tempdir_in("/dev/shm") else {
        return skipped("there is no /dev/shm");
    };
    let bin = disk.path().join("bin");
    let options = ["--recycle-bin", bin.to_str().unwrap()].map(str::to_owned);
    let mut home = tempfile::tempdir().unwrap();
    let folder = home.path().join("folder");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("file"), "content").unwrap();
    symlink("/somewhere", folder.join("link")).unwrap();
    let mut server = TestServer::over(home, &options, &[]).unwrap();
    server.target("m", "multi");
    let stored = server.bchan(["backup", "upload", "m"]).arg(&folder).json();
    let id = stored["backup"]["id"].as_str().unwrap();
    let source = server.storage().join(format!("m/m-{id}"));
    let copy = bin.join(format!("m-{id}"));
    let recycle = |server: &TestServer, recycled: bool| {
        let (path, wish) = (
            format!("/api/backup/{id}"),
            json!({"is_recycled": recycled}),
        );
        let (headers, wish) = ([("Content-Type", "application/json")], wish.to_string());
        server
            .http()
            .try_send("PATCH", &path, &headers, wish.as_bytes())
    };
    for point in 1.. {
        server.stop();
        home = server.into_home();
        let at = point.to_string();
        let faults = [("BCHAN_ABORT_AT", &*at), ("BCHAN_ABORT_FROM", "run")];
        server = TestServer::over(home, &options, &faults).unwrap();
        let answer = recycle(&server, true);
        assert!(
            answer.is_none(),
            "no point lies between the two: {answer:?}"
        );
        home = server.into_home();
        let between = source.exists() && copy.exists();
        if between {
            let link = copy.join("folder/link");
            fs::remove_file(&link).unwrap();
            symlink("/elsewhere", &link).unwrap();
        }
        server = TestServer::over(home, &options, &[]).unwrap();
        if between {
            break;
        }
        // As it was before.
        if server.backup("m", id).unwrap()["is_recycled"] == true {
            recycle(&server, false).unwrap().success(200);
        }
    }
    assert_eq!(server.backup("m", id).unwrap()["is_recycled"], false);
    let link = fs::read_link(source.join("folder/link")).unwrap();
    assert_eq!(link, Path::new("/somewhere"));
}
