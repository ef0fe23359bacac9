//! Archives that mean harm, sent to a real server and by one.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::thread;

use bchan_testkit::hostile::{Outcome, bombs, cases};
use serde_json::json;

use crate::support::{Answer, Form, Program, TestServer};

fn upload(server: &TestServer, bytes: &[u8]) -> Answer {
    let form = Form::new().file("archive", bytes);
    server.http().post("/api/target/t/upload", &form)
}

/// What there is below a folder, with all that could have been changed.
fn everything(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let meta = entry.metadata().unwrap();
        if meta.is_dir() {
            found.extend(everything(&entry.path()));
        }
        let content = meta.is_file().then(|| fs::read(entry.path()).unwrap());
        let state = (meta.mode(), meta.nlink(), content);
        found.insert(entry.path(), format!("{state:?}"));
    }
    found
}

/// Folders with a file called `victim` wherever the links of the cases lead to.
fn victims(server: &TestServer) -> Vec<PathBuf> {
    let below = [server.storage(), server.data(), server.home().to_owned()];
    let folders = below.map(|folder| folder.join("outside"));
    for folder in &folders {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("victim"), "innocent").unwrap();
    }
    folders.to_vec()
}

#[test]
fn hostile_archives_change_no_file_outside_the_target() {
    let server = TestServer::start();
    server.target("t", "multi");
    let victims = victims(&server);
    let look = || {
        victims
            .iter()
            .map(|folder| everything(folder))
            .collect::<Vec<_>>()
    };
    let before = look();
    let files = server.files();
    let mut taken = 0;
    for case in cases::all() {
        let answer = upload(&server, &case.bytes);
        assert_eq!(look(), before, "{}", case.name);
        server.assert_no_leftovers();
        match case.outcome {
            Outcome::Taken => {
                let id = answer.success(200)["backup_id"]
                    .as_str()
                    .unwrap()
                    .to_owned();
                let path = format!("/api/backup/{id}");
                let delete = json!({ "delete_files": true });
                server.http().json("DELETE", &path, &delete).success(200);
                taken += 1;
            }
            Outcome::Refused(text) => {
                assert!(
                    matches!(answer.status, 400 | 413),
                    "{}: {answer:?}",
                    case.name
                );
                let body = answer.body();
                let message = body["message"].as_str().unwrap();
                assert!(message.contains(text), "{}: {message}", case.name);
            }
        }
        // Nothing of it is left, on the disk or in the database.
        assert_eq!(server.files(), files, "{}", case.name);
        let view = server.http().get("/api/target/t").success(200);
        assert_eq!(view["backups"], json!([]), "{}", case.name);
    }
    assert!(taken > 10 && server.is_alive());
    assert!(!server.log().contains("panic"), "{}", server.log());
}

#[test]
fn a_server_bounds_what_archives_become() {
    let options = [
        "--max-ratio",
        "100",
        "--max-entries",
        "1000",
        "--max-unpacked",
        "200MiB",
    ];
    let server = TestServer::start_with(&options, false);
    server.target("t", "multi");
    let refused = |bytes: &[u8], option: &str, entry: &str| {
        let answer = upload(&server, bytes);
        assert_eq!(answer.status, 413, "{answer:?}");
        let body = answer.body();
        let message = body["message"].as_str().unwrap();
        assert!(
            message.contains(option) && message.contains(entry),
            "{message}"
        );
        assert!(server.files().is_empty());
        server.assert_no_leftovers();
    };
    for (_, bytes) in bombs::compressed() {
        refused(&bytes, "--max-ratio", "`bomb`");
    }
    for (_, bytes) in bombs::holes() {
        refused(&bytes, "more holes", "`bomb`");
    }
    refused(&bombs::million(), "--max-entries", "`0001000`");
    // Without configured limits, the size of the disk is the limit.
    let server = TestServer::start();
    server.target("t", "multi");
    for (_, bytes) in bombs::holes() {
        assert_eq!(upload(&server, &bytes).status, 413);
    }
}

/// Most bytes of memory that a server or a client may have had, whatever an archive of half a megabyte asks for.
const PEAK: u64 = 300 << 20;

#[test]
fn a_server_bounds_the_memory_that_archives_take() {
    let server = TestServer::start();
    server.target("t", "multi");
    // 580 MB of attributes, which each directory gets at once, as far as the disk takes them.
    let bytes = bombs::attributes(1200, "user.a");
    assert!(bytes.len() < 500_000, "{}", bytes.len());
    upload(&server, &bytes).success(200);
    assert!(server.peak_memory() < PEAK, "{}", server.peak_memory());
    // The paths of the directories above one file would take a gigabyte.
    let answer = upload(&server, &bombs::deep(3));
    let message = answer.failure(413);
    assert!(message.contains("too much memory"), "{message}");
    server.assert_no_leftovers();
    assert!(server.peak_memory() < PEAK, "{}", server.peak_memory());
}

#[test]
fn a_server_bounds_holes_by_what_was_sent() {
    let server = TestServer::start_with(&["--max-unpacked", "1TiB"], false);
    server.target("t", "multi");
    let message = upload(&server, &bombs::hole(200 << 30)).failure(413);
    assert!(
        message.contains("holes") && message.contains("--max-ratio") && message.contains("`hole`"),
        "{message}"
    );
    server.assert_no_leftovers();
    // An image with little in it.
    upload(&server, &bombs::hole(1 << 30)).success(200);
}

/// What is put into a backup would be in it, and would go with it.
#[test]
fn no_target_lies_in_a_backup() {
    let server = TestServer::start();
    server.target("t", "multi");
    let id = server.upload("t", b"content");
    let backup = format!("t/t-{id}");
    assert!(server.storage().join(&backup).exists());
    let body = |location: &str| {
        json!({
            "name": location, "backup_type": "multi", "recycle_criteria": "none",
            "recycle_value": null, "recycle_action": "recycle", "location": location,
            "name_template": format!("{}-$I", location.len()), "deduplicate": false, "alias": null,
            "min_backups": null, "tags": []
        })
    };
    let create = |location: &str| {
        let answer = server.http().json("POST", "/api/target", &body(location));
        (answer.status, answer.body()["message"].to_string())
    };
    std::os::unix::fs::symlink(
        server.storage().join(&backup),
        server.storage().join("link"),
    )
    .unwrap();
    for location in [
        &*backup,
        &format!("{backup}/deep/down"),
        "link",
        "link/below",
    ] {
        let (status, message) = create(location);
        assert!(
            status == 400 && message.contains("backup of the target `t`"),
            "{message}"
        );
        let edit = json!({ "location": location });
        let answer = server.http().json("PATCH", "/api/target/t", &edit);
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    assert_eq!(create("t/elsewhere").0, 201);
    // When it has gone, the place is free.
    let delete = json!({ "delete_files": true });
    server
        .http()
        .json("DELETE", &format!("/api/backup/{id}"), &delete)
        .success(200);
    assert_eq!(create(&backup).0, 201);
}

/// A server that answers every download with this content and this file name.
fn evil(content: Vec<u8>, disposition: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let backup = json!({
        "id": "b", "target_id": "t", "created_at": "2026-01-01T00:00:00+00:00", "manual": false,
        "is_recycled": false, "filesize": content.len()
    });
    let target = json!({
        "id": "t", "name": "t", "target_type": "multi", "recycle_criteria": "none",
        "recycle_value": null, "recycle_action": "recycle", "location": "/t",
        "name_template": "$I", "deduplicate": false, "alias": null, "min_backups": null, "tags": []
    });
    let view = json!({ "success": true, "target": target, "backups": [backup] }).to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = vec![0; 8192];
            let count = stream.read(&mut request).unwrap_or(0);
            let is_download = request[..count]
                .windows(10)
                .any(|part| part == b"/download ");
            let (kind, body): (_, &[u8]) = if is_download {
                (&*disposition, &content)
            } else {
                ("X: y", view.as_bytes())
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\n{kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body);
        }
    });
    url
}

#[test]
fn a_client_takes_no_harm_when_it_unpacks() {
    let home = tempfile::tempdir().unwrap();
    let outside = home.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("victim"), "innocent").unwrap();
    let mut bad = cases::all();
    bad.extend(
        bombs::holes()
            .into_iter()
            .map(|(name, bytes)| bchan_testkit::hostile::Case {
                name,
                bytes,
                outcome: Outcome::Refused("more holes"),
            }),
    );
    for case in bad {
        let before = everything(home.path());
        let url = evil(case.bytes, "X: y".into());
        let into = home.path().join("out");
        let program = Program::new(home.path()).args(["--server", &url, "--retries", "0"]);
        let output = program
            .args(["backup", "download", "t", "--extract"])
            .arg(&into)
            .run();
        let _ = fs::remove_dir_all(&into);
        assert_eq!(everything(home.path()), before, "{}", case.name);
        match case.outcome {
            Outcome::Taken => assert!(
                matches!(output.code, Some(0 | 3)),
                "{}: {output:?}",
                case.name
            ),
            Outcome::Refused(text) => {
                assert_eq!(output.code, Some(1), "{}: {output:?}", case.name);
                assert!(output.stderr.contains(text), "{}: {output:?}", case.name);
                assert!(
                    !output.stderr.contains('\u{1b}'),
                    "{}: {output:?}",
                    case.name
                );
            }
        }
    }
}

/// Runs to the end, and gives the most memory that it has had, in bytes, with the code it ended with.
fn peak(mut command: std::process::Command) -> (u64, Option<i32>) {
    let mut child = command.spawn().unwrap();
    let mut peak = 0;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        peak = kib.map_or(peak, |kib| kib * 1024);
        if let Some(status) = child.try_wait().unwrap() {
            return (peak, status.code());
        }
        thread::sleep(std::time::Duration::from_millis(2));
    }
}

#[test]
fn a_client_bounds_the_memory_that_archives_take() {
    // Attributes that a directory gets at once, that it gets not at all, and that it gets in the end.
    for (prefix, codes) in [
        ("user.a", [0, 3]),
        ("trusted.a", [0, 3]),
        ("system.posix_acl_a", [1, 1]),
    ] {
        let home = tempfile::tempdir().unwrap();
        let url = evil(bombs::attributes(1200, prefix), "X: y".into());
        let program = Program::new(home.path()).args(["--server", &url, "--retries", "0"]);
        let program = program.args(["backup", "download", "t", "--extract"]);
        let mut command = program.arg(home.path().join("out")).into_command();
        command.stdout(std::process::Stdio::null());
        command.stderr(std::process::Stdio::null());
        let (peak, code) = peak(command);
        assert!(
            code.is_some_and(|code| codes.contains(&code)),
            "{prefix}: {code:?}"
        );
        assert!(peak < PEAK, "{prefix}: {peak}");
    }
}

/// A server proposes a name; where it goes is not its business.
#[test]
fn a_download_stays_in_its_folder() {
    let long = "x".repeat(5000);
    let names = [
        "../../.bashrc",
        "/etc/passwd",
        "..",
        ".",
        "",
        "a/../../b",
        "..\\..\\evil",
        "C:\\evil",
        "a\x1b]0;evil\x07b",
        ".bashrc",
        "%2e%2e%2fevil",
        &long,
    ];
    for name in names {
        for header in [
            format!("Content-Disposition: attachment; filename=\"{name}\""),
            format!("Content-Disposition: attachment; filename={name}"),
            format!("Content-Disposition: attachment; filename*=UTF-8''{name}"),
        ] {
            let home = tempfile::tempdir().unwrap();
            let into = home.path().join("a/b/c");
            fs::create_dir_all(&into).unwrap();
            let url = evil(b"content".to_vec(), header.clone());
            let program = Program::new(home.path()).args(["--server", &url, "--retries", "0"]);
            let output = program
                .args(["backup", "download", "t", "-d"])
                .arg(&into)
                .run();
            assert!(!output.stderr.contains('\u{1b}') && !output.stdout.contains('\u{1b}'));
            let found: Vec<_> = everything(home.path()).into_keys().collect();
            let beside = found.iter().filter(|path| !path.starts_with(&into));
            assert_eq!(beside.count(), 2, "{header}: {found:?}");
            let inside: Vec<_> = fs::read_dir(&into).unwrap().map(Result::unwrap).collect();
            if output.code == Some(0) {
                assert_eq!(inside.len(), 1, "{header}: {inside:?}");
                let name = inside[0].file_name().into_string().unwrap();
                assert!(
                    !name.starts_with('.') && !name.contains(char::is_control),
                    "{name:?}"
                );
            } else {
                assert!(inside.is_empty(), "{header}: {output:?}");
            }
        }
    }
}
