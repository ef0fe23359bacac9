//! Backups and the recycle bin over plain HTTP.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::fs::{CWD, FileType, Mode};
use serde_json::{Value, json};

use crate::support::{Form, Http, TestServer};

/// Uploads a file and returns the backup's id.
fn upload(server: &TestServer, target: &str, content: &[u8]) -> String {
    let form = Form::new().file("file.txt", content);
    let accepted = server
        .http()
        .post(&format!("/api/target/{target}/upload"), &form)
        .success(200);
    accepted["backup_id"].as_str().unwrap().to_owned()
}

fn backups(server: &TestServer, target: &str) -> Vec<Value> {
    let view = server
        .http()
        .get(&format!("/api/target/{target}"))
        .success(200);
    view["backups"].as_array().unwrap().clone()
}

fn set_recycled(server: &TestServer, id: &str, recycled: bool) {
    let body = json!({"is_recycled": recycled});
    server
        .http()
        .json("PATCH", &format!("/api/backup/{id}"), &body)
        .success(200);
}

#[test]
fn to_the_recycle_bin_and_back() {
    let server = TestServer::start();
    server.target("s", "single");
    server.target("m", "multi");
    let (single, multi) = (upload(&server, "s", b"one"), upload(&server, "m", b"two"));
    for id in [&single, &multi] {
        set_recycled(&server, id, true);
        set_recycled(&server, id, true);
    }
    let recycled = [
        format!("recycle-bin/m-{multi}/file.txt"),
        format!("recycle-bin/s-{single}.txt"),
    ];
    assert_eq!(server.files(), recycled);
    let bin = server.http().get("/api/recycle_bin").success(200);
    assert_eq!(bin["backups"].as_array().unwrap().len(), 2);
    assert!(bin["backups"][0]["is_recycled"].as_bool().unwrap());
    for id in [&single, &multi] {
        set_recycled(&server, id, false);
    }
    let stored = [
        format!("storage/m/m-{multi}/file.txt"),
        format!("storage/s/s-{single}.txt"),
    ];
    assert_eq!(server.files(), stored);
    assert_eq!(
        server.http().get("/api/recycle_bin").success(200)["backups"],
        json!([])
    );

    let path = format!("/api/backup/{single}");
    server.http().json("PATCH", &path, &json!({})).failure(400);
    server
        .http()
        .json("PATCH", &path, &json!({"is_recycled": "x"}))
        .failure(400);
    server
        .http()
        .json("PATCH", "/api/backup/none", &json!({"is_recycled": true}))
        .failure(404);
    server.http().get(&path).failure(405);
}

#[test]
fn deleting_takes_the_files_only_when_told_to() {
    let server = TestServer::start();
    server.target("s", "single");
    let ids: Vec<_> = (0..4).map(|_| upload(&server, "s", b"x")).collect();
    set_recycled(&server, &ids[3], true);
    let delete = |path: &str, files: bool| {
        server
            .http()
            .json("DELETE", path, &json!({"delete_files": files}))
            .success(200);
    };
    delete(&format!("/api/backup/{}", ids[0]), true);
    assert_eq!(server.files().len(), 3);
    delete(&format!("/api/backup/{}", ids[1]), false);
    assert_eq!((server.files().len(), backups(&server, "s").len()), (3, 2));
    server
        .http()
        .json(
            "DELETE",
            &format!("/api/backup/{}", ids[1]),
            &json!({"delete_files": true}),
        )
        .failure(404);
    delete("/api/target/s/recycled", true);
    let left = backups(&server, "s");
    assert_eq!((left.len(), &left[0]["id"]), (1, &json!(ids[2])));
    delete("/api/target/s/all", true);
    assert!(backups(&server, "s").is_empty());
    // The one that was only forgotten.
    assert_eq!(server.files(), [format!("storage/s/s-{}.txt", ids[1])]);
    server
        .http()
        .json("DELETE", "/api/recycle_bin", &json!({}))
        .failure(400);
    server
        .http()
        .json(
            "DELETE",
            "/api/target/none/all",
            &json!({"delete_files": true}),
        )
        .failure(404);
    server.assert_no_leftovers();
}

#[test]
fn clearing_the_recycle_bin_spares_everything_else() {
    let server = TestServer::start();
    for target in ["a", "b"] {
        server.target(target, "multi");
        let old = upload(&server, target, b"old");
        upload(&server, target, b"new");
        set_recycled(&server, &old, true);
    }
    server
        .http()
        .json("DELETE", "/api/recycle_bin", &json!({"delete_files": true}))
        .success(200);
    assert_eq!(server.files().len(), 2);
    assert!(
        server
            .files()
            .iter()
            .all(|file| file.starts_with("storage/"))
    );
    assert_eq!(
        (backups(&server, "a").len(), backups(&server, "b").len()),
        (1, 1)
    );
    server.assert_no_leftovers();
}

#[test]
fn a_new_location_or_template_moves_the_backups() {
    let server = TestServer::start();
    server.target("m", "multi");
    let (first, second) = (upload(&server, "m", b"1"), upload(&server, "m", b"2"));
    set_recycled(&server, &second, true);
    let edit = json!({"location": "moved/here", "name_template": "new-$I"});
    server
        .http()
        .json("PATCH", "/api/target/m", &edit)
        .success(200);
    let expected = [
        format!("recycle-bin/new-{second}/file.txt"),
        format!("storage/moved/here/new-{first}/file.txt"),
    ];
    assert_eq!(server.files(), expected);
    assert!(
        !server.storage().join("m").exists(),
        "the old folder is empty and gone"
    );
    set_recycled(&server, &second, false);
    server
        .http()
        .json("DELETE", "/api/target/m", &json!({"delete_files": true}))
        .success(200);
    assert_eq!(server.files(), [""; 0]);
    assert!(!server.storage().join("moved/here").exists());
    server.assert_no_leftovers();
}

#[test]
fn a_target_may_be_forgotten_without_its_files() {
    let server = TestServer::start();
    server.target("m", "multi");
    upload(&server, "m", b"1");
    server
        .http()
        .json("DELETE", "/api/target/m", &json!({"delete_files": false}))
        .success(200);
    server.http().get("/api/target/m").failure(404);
    assert_eq!(server.files().len(), 1);
}

#[test]
fn a_missing_disk_is_no_reason_to_forget_anything() {
    let server = TestServer::start();
    server.target("m", "multi");
    let id = upload(&server, "m", b"1");
    let (there, away) = (server.storage().join("m"), server.storage().join("away"));
    fs::rename(&there, &away).unwrap();
    let form = Form::new().file("a", b"x");
    server
        .http()
        .post("/api/target/m/upload", &form)
        .failure(503);
    let delete = json!({"delete_files": true});
    server
        .http()
        .json("DELETE", &format!("/api/backup/{id}"), &delete)
        .failure(503);
    server
        .http()
        .json("DELETE", "/api/target/m", &delete)
        .failure(503);
    server
        .http()
        .json("PATCH", "/api/target/m", &json!({"location": "other"}))
        .failure(503);
    server
        .http()
        .get(&format!("/api/backup/{id}/download"))
        .failure(503);
    assert!(!there.exists());
    fs::rename(&away, &there).unwrap();
    assert_eq!(backups(&server, "m").len(), 1);
    server
        .http()
        .get(&format!("/api/backup/{id}/download"))
        .success_download();
}

#[test]
fn downloads_come_as_asked_for() {
    let server = TestServer::start();
    server.target("s", "single");
    server.target("m", "multi");
    let (single, multi) = (
        upload(&server, "s", b"content"),
        upload(&server, "m", b"content"),
    );
    let get = |id: &str, query: &str| {
        server
            .http()
            .get(&format!("/api/backup/{id}/download{query}"))
            .success_download()
    };
    let answer = get(&single, "");
    assert_eq!(answer.bytes, b"content");
    assert_eq!(answer.header("content-length"), Some("7"));
    let name = format!("attachment; filename=\"s-{single}.txt\"");
    assert_eq!(answer.header("content-disposition"), Some(&*name));

    let plain = get(&multi, "?format=tar").bytes;
    for (query, magic, suffix) in [
        ("", &[0x1f, 0x8b][..], "tar.gz"),
        ("?format=tar.zst", &[0x28, 0xb5, 0x2f, 0xfd], "tar.zst"),
        (
            "?format=tar.zst&adapt=true",
            &[0x28, 0xb5, 0x2f, 0xfd],
            "tar.zst",
        ),
    ] {
        let answer = get(&multi, query);
        assert!(answer.bytes.starts_with(magic));
        let name = format!("attachment; filename=\"m-{multi}.{suffix}\"");
        assert_eq!(answer.header("content-disposition"), Some(&*name));
    }
    let archive = server.home().join("a.tar");
    fs::write(&archive, plain).unwrap();
    let mut tar = std::process::Command::new("tar");
    let output = tar
        .arg("xOf")
        .arg(&archive)
        .arg("file.txt")
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"content");
    for (query, said) in [
        ("?format=rar", "tar.zst"),
        ("?format=tar.zst&adapt=perhaps", "true"),
    ] {
        let path = format!("/api/backup/{multi}/download{query}");
        let message = server.http().get(&path).failure(400);
        assert!(message.contains(said), "{message}");
    }
    server.http().get("/api/backup/none/download").failure(404);
}

#[test]
fn a_download_that_cannot_be_whole_does_not_look_whole() {
    let server = TestServer::start();
    let id = server.target("m", "multi");
    let backup = upload(&server, "m", b"x");
    let folder = server.storage().join(format!("m/m-{backup}"));
    fs::write(folder.join("large"), vec![7; 4_000_000]).unwrap();
    // A pipe cannot be archived.
    let mut mkfifo = std::process::Command::new("mkfifo");
    assert!(
        mkfifo
            .arg(folder.join("z pipe"))
            .status()
            .unwrap()
            .success()
    );
    let mut stream = std::net::TcpStream::connect(server.addr()).unwrap();
    let request = format!("GET /api/backup/{backup}/download HTTP/1.1\r\nHost: localhost\r\n\r\n");
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer);
    assert!(ended.is_err() || !answer.ends_with(b"0\r\n\r\n"));
    drop(id);
}

/// Puts a named pipe somewhere.
fn pipe(path: &Path) {
    let mode = Mode::RUSR | Mode::WUSR;
    rustix::fs::mknodat(CWD, path, FileType::Fifo, mode, 0).unwrap();
}

/// Write access to the storage is not enough to have the server read what is elsewhere, or wait for
/// ever.
#[test]
fn what_lies_in_the_place_of_a_backup_is_not_followed() {
    let server = TestServer::start();
    let outside = server.home().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret"), "secret").unwrap();
    for kind in ["single", "multi"] {
        let target = kind;
        server.target(target, kind);
        let id = upload(&server, target, b"content");
        let folder = server.storage().join(target);
        let entries = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let place = entries
            .into_iter()
            .find(|path| !path.ends_with(".bchan"))
            .unwrap();
        let kept = server.home().join(format!("kept-{kind}"));
        fs::rename(&place, &kept).unwrap();
        let to = if kind == "single" {
            outside.join("secret")
        } else {
            outside.clone()
        };
        let traps: [(&str, &dyn Fn()); 4] = [
            ("link", &|| symlink(&to, &place).unwrap()),
            ("dangling link", &|| {
                symlink(outside.join("nothing"), &place).unwrap();
            }),
            ("pipe", &|| pipe(&place)),
            ("other kind", &|| {
                if kind == "single" {
                    fs::create_dir(&place).unwrap();
                } else {
                    fs::write(&place, "x").unwrap();
                }
            }),
        ];
        for (name, set) in traps {
            set();
            let answer = server.http().get(&format!("/api/backup/{id}/download"));
            let message = answer.failure(500);
            assert!(
                message.contains("something else"),
                "{kind} {name}: {message}"
            );
            assert_eq!(
                server.backup(target, &id).unwrap()["hash_mismatch"],
                true,
                "{name}"
            );
            // Jobs that open it come to their end, too.
            assert_eq!(server.run_job("backup_filesize_job")["status"], "FINISHED");
            assert_eq!(
                server.run_job("integrity_check_job")["status"],
                "ERROR",
                "{name}"
            );
            if fs::symlink_metadata(&place).unwrap().is_dir() {
                fs::remove_dir(&place).unwrap();
            } else {
                fs::remove_file(&place).unwrap();
            }
            fs::rename(&kept, &place).unwrap();
            assert_eq!(
                server.run_job("integrity_check_job")["status"],
                "FINISHED",
                "{name}"
            );
            assert_eq!(
                server.backup(target, &id).unwrap()["hash_mismatch"],
                false,
                "{name}"
            );
            server
                .http()
                .get(&format!("/api/backup/{id}/download"))
                .success_download();
            fs::rename(&place, &kept).unwrap();
        }
        fs::rename(&kept, &place).unwrap();
    }
    assert!(!server.log().contains("panicked"));
}

/// A record beside the data that is a pipe or a link is one that cannot be read.
#[test]
fn records_are_read_from_regular_files_alone() {
    let mut server = TestServer::start();
    server.target("s", "single");
    let id = upload(&server, "s", b"content");
    server.stop();
    let own = fs::read_dir(server.storage().join("s/.bchan")).unwrap();
    let own = own.map(|entry| entry.unwrap().path()).next().unwrap();
    let record = own.join("records").join(format!("{id}.json"));
    let kept = server.home().join("kept");
    fs::rename(&record, &kept).unwrap();
    let check = || {
        server
            .bchan(["server", "check", "--data"])
            .arg(server.data())
            .run()
    };
    for set in [
        (|record: &Path, _: &Path| pipe(record)) as fn(&Path, &Path),
        |record, kept| symlink(kept, record).unwrap(),
    ] {
        set(&record, &kept);
        let output = check();
        assert_ne!(output.code, Some(0), "{output:?}");
        assert!(output.stdout.contains("record"), "{output:?}");
        fs::remove_file(&record).unwrap();
    }
    fs::rename(&kept, &record).unwrap();
    assert_eq!(check().code, Some(0));
}

#[test]
fn a_download_never_fails_because_its_backup_moves() {
    let server = TestServer::start();
    let mut ids = Vec::new();
    for kind in ["single", "multi"] {
        server.target(kind, kind);
        ids.push(upload(&server, kind, b"content"));
    }
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let (server, ids, over) = (&server, &ids, &over);
        for (target, id) in ["single", "multi"].into_iter().zip(ids) {
            scope.spawn(move || {
                for round in 0.. {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    set_recycled(server, id, round % 2 == 0);
                    let there = json!({ "location": format!("{target}-{}", round % 3) });
                    let path = format!("/api/target/{target}");
                    server.http().json("PATCH", &path, &there).success(200);
                }
            });
        }
        let download = |http: &Http, id: &str| {
            let answer = http.get(&format!("/api/backup/{id}/download"));
            let text = String::from_utf8_lossy(&answer.bytes).into_owned();
            (answer.status, text)
        };
        let http = server.http();
        let mut failures = Vec::new();
        for round in 0..600 {
            let (status, text) = download(&http, &ids[round % 2]);
            if status != 200 {
                failures.push(text);
            }
            if round % 100 == 0 {
                let job = server.run_job("integrity_check_job");
                assert_eq!(job["status"], "FINISHED", "{job}");
            }
        }
        over.store(true, Ordering::Relaxed);
        assert_eq!(failures, Vec::<String>::new());
    });
    for target in ["single", "multi"] {
        for backup in backups(&server, target) {
            assert_eq!(backup["hash_mismatch"], false, "{backup}");
        }
    }
}

#[test]
fn nothing_arrives_through_a_link_in_place_of_the_server_s_own_folder() {
    let server = TestServer::start();
    server.target("s", "single");
    let id = upload(&server, "s", b"content");
    let outside = server.home().join("outside");
    let own = server.storage().join("s/.bchan");
    fs::rename(&own, &outside).unwrap();
    symlink(&outside, &own).unwrap();
    let form = Form::new().file("file.txt", b"more");
    let refused = server.http().post("/api/target/s/upload", &form);
    assert!(
        refused.failure(500).contains("symbolic link"),
        "{refused:?}"
    );
    let body = json!({ "is_recycled": true });
    let refused = server
        .http()
        .json("PATCH", &format!("/api/backup/{id}"), &body);
    assert_eq!(refused.status, 500, "{refused:?}");
    assert_eq!(backups(&server, "s").len(), 1);
    fs::remove_file(&own).unwrap();
    fs::rename(&outside, &own).unwrap();
    upload(&server, "s", b"more");
    server.assert_no_leftovers();
}

#[test]
fn head_is_get_without_the_body_and_options_tells_nothing() {
    let server = TestServer::start_with_key();
    server.target("s", "single");
    server.target("m", "multi");
    let (single, multi) = (upload(&server, "s", b"one"), upload(&server, "m", b"two"));
    let ask = |key: &str, method: &str, path: &str| {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{key}Connection: close\r\n\r\n",
            server.addr()
        );
        let answer = server.http().try_raw(request.as_bytes());
        answer.unwrap_or_else(|| panic!("{method} {path} has no answer"))
    };
    let key = format!("Authorization: Bearer {}\r\n", server.key());
    let ask_with_key = |method: &str, path: &str| ask(&key, method, path);
    for path in [
        "/api/target".to_owned(),
        "/api/target/search?name=s".to_owned(),
        "/api/target/m".to_owned(),
        "/api/jobs".to_owned(),
        "/api/recycle_bin".to_owned(),
        "/api/openapi.json".to_owned(),
        "/healthz".to_owned(),
        format!("/api/backup/{single}/download"),
        format!("/api/backup/{multi}/download"),
    ] {
        let (got, head) = (ask_with_key("GET", &path), ask_with_key("HEAD", &path));
        assert_eq!((head.status, head.bytes.len()), (200, 0), "{path}");
        for name in ["content-type", "content-length", "content-disposition"] {
            assert_eq!(head.header(name), got.header(name), "{path}: {name}");
        }
    }
    assert_eq!(ask_with_key("HEAD", "/api/backup/x/download").status, 404);
    assert_eq!(ask_with_key("HEAD", "/api/nothing").status, 404);
    // It starts a job.
    let run = ask_with_key("HEAD", "/api/jobs/force_run/recycle_job");
    assert_eq!((run.status, run.header("allow")), (405, Some("GET")));

    for path in ["/", "*", "/api/target", "/nothing"] {
        let answer = ask("", "OPTIONS", path);
        assert_eq!((answer.status, answer.bytes.len()), (204, 0), "{path}");
        assert_eq!(answer.header("allow"), None, "{path}");
    }
    let known = ask_with_key("OPTIONS", "/api/target/m");
    assert_eq!(known.header("allow"), Some("GET, PATCH, DELETE, OPTIONS"));
    assert_eq!(ask("", "HEAD", "/api/target").status, 401);
}

#[test]
fn a_body_that_is_compressed_on_the_way_is_refused() {
    let server = TestServer::start();
    server.target("s", "single");
    let send = |encoding: &str| {
        let form = Form::new().file("file.txt", b"content");
        let body = form.finish();
        let kind = Form::content_type();
        let headers = [("Content-Type", &*kind), ("Content-Encoding", encoding)];
        let http = server.http();
        http.send("POST", "/api/target/s/upload", &headers, &body)
            .status
    };
    assert_eq!(
        (send("gzip"), send("br"), send("identity")),
        (415, 415, 200)
    );
    assert_eq!(backups(&server, "s").len(), 1);
}
