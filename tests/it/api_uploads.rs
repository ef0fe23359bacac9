//! Uploads over plain HTTP.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Form, TestServer};

/// The only backup of a target.
fn only_backup(server: &TestServer, target: &str) -> Value {
    let view = server
        .http()
        .get(&format!("/api/target/{target}"))
        .success(200);
    let backups = view["backups"].as_array().unwrap();
    assert_eq!(backups.len(), 1, "{backups:?}");
    backups[0].clone()
}

fn job(server: &TestServer, id: &Value) -> Value {
    let jobs = server.http().get("/api/jobs").success(200);
    let delayed = jobs["delayed"].as_array().unwrap();
    delayed.iter().find(|job| job["id"] == *id).unwrap().clone()
}

#[test]
fn a_single_target_stores_a_file_as_it_is() {
    let server = TestServer::start();
    server.target("s", "single");
    // Archives, too.
    let form = Form::new()
        .field("manual", "1")
        .file("a.tar.gz", b"content");
    let accepted = server
        .http()
        .post("/api/target/s/upload", &form)
        .success(200);
    assert_eq!(job(&server, &accepted["job_id"])["status"], "FINISHED");
    let backup = only_backup(&server, "s");
    assert_eq!(backup["manual"], true);
    assert_eq!(backup["is_recycled"], false);
    assert_eq!(backup["filesize"], 7);
    assert_eq!(
        backup["hash"],
        "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"
    );
    assert!(backup["created_at"].as_str().unwrap().ends_with("+00:00"));
    let id = backup["id"].as_str().unwrap();
    assert_eq!(server.files(), [format!("storage/s/s-{id}.tar.gz")]);
    let two = Form::new().file("a", b"1").file("b", b"2");
    server
        .http()
        .post("/api/target/s/upload", &two)
        .failure(400);
    only_backup(&server, "s");
    server.assert_no_leftovers();
}

#[test]
fn a_multi_target_unpacks_archives_by_content() {
    let server = TestServer::start();
    let source = server.home().join("source");
    fs::create_dir_all(source.join("folder")).unwrap();
    fs::write(source.join("folder/file"), "in the archive").unwrap();
    for (kind, options) in [
        ("tar", &["-cf"][..]),
        ("gzip", &["-czf"]),
        ("bzip2", &["--bzip2", "-cf"]),
        ("xz", &["-cJf"]),
    ] {
        let archive = server.home().join(kind);
        let mut tar = Command::new("tar");
        tar.arg("-C")
            .arg(&source)
            .args(options)
            .arg(&archive)
            .arg("folder");
        assert!(tar.status().unwrap().success());
        let script = "import shutil, sys; shutil.make_archive(sys.argv[1], 'zip', sys.argv[2])";
        let zip = server.home().join("zip");
        let mut python = Command::new("python3");
        assert!(
            python
                .args(["-c", script])
                .arg(&zip)
                .arg(&source)
                .status()
                .unwrap()
                .success()
        );
        server.target(kind, "multi");
        let path = format!("/target/{kind}/upload");
        let form = Form::new().file("misleading.txt", &fs::read(&archive).unwrap());
        server.http().post(&path, &form).success(200);
        let id = only_backup(&server, kind)["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let stored = server
            .storage()
            .join(format!("{kind}/{kind}-{id}/folder/file"));
        assert_eq!(fs::read_to_string(stored).unwrap(), "in the archive");
    }
    server.target("zipped", "multi");
    let form = Form::new().file("x", &fs::read(server.home().join("zip.zip")).unwrap());
    server
        .http()
        .post("/api/target/zipped/upload", &form)
        .success(200);
    let id = only_backup(&server, "zipped")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let stored = server
        .storage()
        .join(format!("zipped/zipped-{id}/folder/file"));
    assert_eq!(fs::read_to_string(stored).unwrap(), "in the archive");
    server.assert_no_leftovers();
}

#[test]
fn other_files_are_put_beside_each_other() {
    let server = TestServer::start();
    let id = server.target("m", "multi");
    let form = Form::new()
        .file("a.txt", b"one")
        .file("sub/b.txt", b"two")
        .field("manual", "off");
    server
        .http()
        .post(&format!("/api/target/{id}/upload"), &form)
        .success(200);
    let backup = only_backup(&server, "m");
    assert_eq!(
        (&backup["manual"], &backup["filesize"]),
        (&json!(false), &json!(6))
    );
    let id = backup["id"].as_str().unwrap();
    assert_eq!(
        server.files(),
        [
            format!("storage/m/m-{id}/a.txt"),
            format!("storage/m/m-{id}/b.txt")
        ]
    );
    for form in [
        Form::new().file("a", b"1").file("a", b"2"),
        Form::new().file("..", b"1"),
        Form::new().file(&"x".repeat(300), b"1"),
        Form::new().file("a", b"1").field("manual", "maybe"),
        Form::new().field("manual", "1"),
        Form::new().file("a", b"1").field("sha256", &"0".repeat(64)),
        Form::new().field("sha256", &"0".repeat(64)).file("a", b"1"),
        Form::new(),
    ] {
        server
            .http()
            .post("/api/target/m/upload", &form)
            .failure(400);
    }
    only_backup(&server, "m");
    server.assert_no_leftovers();
}

#[test]
fn what_is_no_upload_is_refused() {
    let server = TestServer::start();
    server.target("m", "multi");
    let http = server.http();
    let path = "/api/target/m/upload";
    http.post("/api/target/none/upload", &Form::new().file("a", b"1"))
        .failure(404);
    http.send("POST", path, &[("Content-Type", "text/plain")], b"x")
        .failure(415);
    http.send("POST", path, &[], b"x").failure(415);
    let form = Form::content_type();
    http.send("POST", path, &[("Content-Type", &form)], b"")
        .failure(411);
    http.send("POST", path, &[("Content-Type", &form)], b"no form")
        .failure(400);
    http.send(
        "POST",
        path,
        &[("Content-Type", "multipart/form-data")],
        b"x",
    )
    .failure(400);
    http.get(path).failure(405);
    // More than any disk has; said at once.
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {form}\r\n\
         Content-Length: 9000000000000000000\r\n\r\n"
    );
    http.raw(head.as_bytes()).failure(507);
    assert_eq!(server.files(), [""; 0]);
    server.assert_no_leftovers();
}

#[test]
fn a_cut_upload_leaves_nothing_but_a_failed_job() {
    let server = TestServer::start();
    server.target("s", "single");
    let form = Form::new()
        .field("manual", "1")
        .file("a", &vec![b'x'; 100_000]);
    let body = form.finish();
    for cut in [0, 10, 200, 50_000, body.len() - 40, body.len() - 5] {
        let head = format!(
            "POST /api/target/s/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: {}\r\n\
             Content-Length: {}\r\n\r\n",
            Form::content_type(),
            body.len()
        );
        let mut stream = TcpStream::connect(server.addr()).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body[..cut]).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{cut}: {answer}");
    }
    let view = server.http().get("/api/target/s").success(200);
    assert_eq!(view["backups"], json!([]));
    let jobs = server.http().get("/api/jobs").success(200);
    let statuses = jobs["delayed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| job["status"].clone());
    assert!(
        statuses.eq(std::iter::repeat_n(json!("ERROR"), 6)),
        "{jobs}"
    );
    assert_eq!(server.files(), [""; 0]);
    server.assert_no_leftovers();
}

#[test]
fn hostile_archives_leave_nothing() {
    let server = TestServer::start();
    server.target("m", "multi");
    let script = "
import io, sys, tarfile
def make(name, **fields):
    t = tarfile.TarInfo(name)
    for k, v in fields.items():
        setattr(t, k, v)
    return t
cases = [
    [make('../../evil')], [make('/tmp/evil')],
    [make('l', type=tarfile.SYMTYPE, linkname='/tmp'), make('l/evil')],
    [make('h', type=tarfile.LNKTYPE, linkname='../../../bchan.db')],
    [make('d', type=tarfile.CHRTYPE)], [make('p', type=tarfile.FIFOTYPE)],
]
for n, members in enumerate(cases):
    with tarfile.open('%s/%d.tar' % (sys.argv[1], n), 'w') as t:
        t.addfile(make('good', size=4), io.BytesIO(b'good'))
        for m in members:
            t.addfile(m)
";
    let mut python = Command::new("python3");
    assert!(
        python
            .args(["-c", script])
            .arg(server.home())
            .status()
            .unwrap()
            .success()
    );
    for number in 0..6 {
        let archive = fs::read(server.home().join(format!("{number}.tar"))).unwrap();
        let form = Form::new().file("a.tar", &archive);
        let message = server
            .http()
            .post("/api/target/m/upload", &form)
            .failure(400);
        assert!(message.contains("refused"), "{message}");
    }
    assert_eq!(server.files(), [""; 0]);
    server.assert_no_leftovers();
}

#[test]
fn the_same_upload_is_stored_once() {
    let mut server = TestServer::start();
    server.target("s", "single");
    let form = Form::new().file("a", b"content");
    let send = |server: &TestServer, key: &str| {
        let headers = [
            ("Content-Type", &*Form::content_type()),
            ("Idempotency-Key", key),
        ];
        server
            .http()
            .send("POST", "/api/target/s/upload", &headers, &form.finish())
    };
    let first = send(&server, "one").success(200);
    assert_eq!(send(&server, "one").success(200), first);
    server.crash_and_restart();
    assert_eq!(send(&server, "one").success(200), first);
    only_backup(&server, "s");
    assert_ne!(send(&server, "two").success(200), first);
    send(&server, &"x".repeat(300)).failure(400);
    assert_eq!(server.files().len(), 2);
}

#[test]
fn backups_of_one_second_have_names_of_their_own() {
    let server = TestServer::start();
    server.target_with("s", "single", &json!({"name_template": "s-$D-$M"}));
    for _ in 0..5 {
        server
            .http()
            .post("/api/target/s/upload", &Form::new().file("a.txt", b"x"))
            .success(200);
    }
    let files = server.files();
    assert_eq!(files.len(), 5, "{files:?}");
    let is_right = |name: &String| {
        let stem = name.strip_suffix(".txt").unwrap();
        let stem = stem.rsplit_once('~').map_or(stem, |(stem, _)| stem);
        stem.ends_with("Z-auto") && !stem.contains(':')
    };
    assert!(files.iter().all(is_right), "{files:?}");
}
