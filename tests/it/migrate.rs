//! `bchan migrate`: from one server to another over the API.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::support::{Form, Output, Program, TestServer};

/// The command, at home in a folder of its own.
fn migrate(home: &Path, from: &str, to: &str, options: &[&str]) -> Program {
    let program = Program::new(home).args(["--retries", "1", "migrate", "--from", from]);
    program.args(["--to", to]).args(options)
}

fn report(output: &Output) -> Value {
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:#?}"))
}

/// Sums of what became of the backups.
fn sums(report: &Value) -> [u64; 4] {
    let targets = report["targets"].as_array().unwrap();
    ["taken", "verified", "present", "left_out"].map(|way| {
        let counts = targets.iter().map(|target| target[way].as_u64().unwrap());
        counts.sum()
    })
}

/// Everything that may be the same on two servers: by alias, the settings, and of each backup in
/// their order whether it is manual and recycled, its size and its hash.
fn shown(server: &TestServer) -> BTreeMap<String, Value> {
    let all = server.bchan(["target", "list", "--all"]).json();
    let mut found = BTreeMap::new();
    for target in all["targets"].as_array().unwrap() {
        let path = format!("/api/target/{}", target["id"].as_str().unwrap());
        let view = server.http().get(&path).success(200);
        let mut target = view["target"].clone();
        for own in ["id", "location"] {
            target.as_object_mut().unwrap().remove(own);
        }
        let backups = view["backups"].as_array().unwrap().iter();
        let backups: Vec<_> = backups
            .map(|backup| {
                ["manual", "is_recycled", "filesize", "hash"].map(|field| backup[field].clone())
            })
            .collect();
        let alias = target["alias"].as_str().unwrap().to_owned();
        found.insert(alias, json!({"target": target, "backups": backups}));
    }
    found
}

/// Something like a backup tool's history: two targets with tags and policies, backups by hand and
/// by cron, some of them recycled, one that is large.
fn furnish(server: &TestServer) {
    let policy = json!({"recycle_criteria": "count", "recycle_value": 30, "tags": ["a", "b"],
        "min_backups": 2, "name_template": "$D x.file"});
    server.target_with("file", "single", &policy);
    let other = json!({"recycle_action": "delete", "deduplicate": true});
    server.target_with("tree", "multi", &other);
    let large = vec![7; 3 << 20];
    let contents: [&[u8]; 4] = [b"one", b"two", &large, b"two"];
    for (number, content) in contents.into_iter().enumerate() {
        let manual = ["0", "1"][number % 2];
        let form = Form::new().field("manual", manual);
        let form = form.part("backup_file", "x.tar.gz", content);
        let accepted = server.http().post("/api/target/file/upload", &form);
        let id = accepted.success(200)["backup_id"]
            .as_str()
            .unwrap()
            .to_owned();
        let form = Form::new().field("manual", manual);
        let form = form.part("backup_file", "a.txt", content);
        let form = form.part("backup_file", "b.txt", b"b");
        server
            .http()
            .post("/api/target/tree/upload", &form)
            .success(200);
        if number == 1 {
            let path = format!("/api/backup/{id}");
            let recycled = json!({"is_recycled": true});
            server.http().json("PATCH", &path, &recycled).success(200);
        }
    }
}

#[test]
fn everything_arrives_and_nothing_twice() {
    let (from, to) = (TestServer::start_with_key(), TestServer::start_with_key());
    furnish(&from);
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join("from.key");
    fs::write(&key, from.key()).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(&key, private).unwrap();
    let run = |options: &[&str]| {
        let program = migrate(home.path(), &from.url(), &to.url(), options);
        let program = program.arg("--from-key-file").arg(&key);
        // What other commands use is for another server.
        let program = program.env("BCHAN_SERVER", "http://127.0.0.1:1");
        let program = program.env("BCHAN_API_KEY", "bakch-of-another");
        program.env("BCHAN_TO_API_KEY", to.key()).run()
    };
    let foreseen = run(&["--dry-run", "-o", "json"]);
    assert_eq!(foreseen.code, Some(0), "{foreseen:?}");
    assert_eq!(sums(&report(&foreseen)), [8, 0, 0, 0]);
    assert_eq!(shown(&to), BTreeMap::new());
    assert!(!home.path().join(".local").exists());

    let done = run(&[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(shown(&to), shown(&from));
    let lines: Vec<_> = done.stdout.lines().map(str::split_whitespace).collect();
    assert!(lines[1].clone().take(4).eq(["file", "created", "4", "4"]));
    assert!(done.stdout.contains("8 backups taken over\n"), "{done:?}");
    assert!(
        done.stdout.contains("the API cannot set others"),
        "{done:?}"
    );
    assert!(
        !done.stdout.contains(to.key()) && done.stderr.is_empty(),
        "{done:?}"
    );
    // Extensions stay what they were.
    let files = to.files();
    let archives = files.iter().filter(|file| file.ends_with(".tar.gz"));
    assert_eq!(archives.count(), 4, "{files:?}");

    // Again: nothing. With something new: that. Without a memory: recognised by the hash.
    let before = shown(&to);
    assert_eq!(sums(&report(&run(&["-o", "json"]))), [0, 0, 8, 0]);
    assert_eq!(shown(&to), before);
    from.upload("tree", b"new");
    assert_eq!(sums(&report(&run(&["-o", "json"]))), [1, 1, 8, 0]);
    fs::remove_dir_all(home.path().join(".local")).unwrap();
    assert_eq!(sums(&report(&run(&["-o", "json"]))), [0, 0, 9, 0]);
    assert_eq!(shown(&to), shown(&from));
    let quiet = run(&["-q"]);
    assert_eq!(
        (quiet.code, &*quiet.stdout, &*quiet.stderr),
        (Some(0), "", "")
    );
    // What was taken away there stays away.
    to.bchan(["-y", "target", "deletebackups", "tree", "-d"])
        .ok();
    assert_eq!(sums(&report(&run(&["-o", "json"]))), [0, 0, 9, 0]);
    to.assert_no_leftovers();
}

#[test]
fn profiles_name_both_sides_and_targets_can_be_chosen() {
    let (from, to) = (TestServer::start_with_key(), TestServer::start_with_key());
    furnish(&from);
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/bchan");
    fs::create_dir_all(&folder).unwrap();
    let mut config = String::new();
    for (name, server) in [("old", &from), ("new", &to)] {
        let file = folder.join(name);
        fs::write(&file, server.key()).unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(&file, private).unwrap();
        let (url, file) = (server.url(), file.display());
        writeln!(
            config,
            "[profiles.{name}]\nserver = \"{url}\"\napi_key_file = \"{file}\""
        )
        .unwrap();
    }
    fs::write(folder.join("config.toml"), config).unwrap();
    let run =
        |from: &str, to: &str, options: &[&str]| migrate(home.path(), from, to, options).run();
    let location = to.storage().join("moved").display().to_string();
    let done = run("old", "new", &["--target", "tree", "--location", &location]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let there = shown(&to);
    assert_eq!(there.len(), 1);
    assert_eq!(there["tree"], shown(&from)["tree"]);
    let view = to.http().get("/api/target/tree").success(200);
    assert_eq!(
        view["target"]["location"],
        json!(format!("{location}/tree"))
    );

    let missing = run("old", "new", &["--target", "none"]);
    assert_eq!(missing.code, Some(10), "{missing:?}");
    let same = run("old", &from.url(), &[]);
    assert_eq!(same.code, Some(2), "{same:?}");
    // A key goes to its own server alone, so that this one sees none.
    let other = TestServer::start_with_key();
    let stranger = run("old", &other.url(), &[]);
    assert_eq!(stranger.code, Some(12), "{stranger:?}");
    assert!(stranger.stderr.contains("destination") && stranger.stderr.contains("--to-key-file"));
    let away = run("old", "http://127.0.0.1:1", &[]);
    assert_eq!(away.code, Some(75), "{away:?}");
    let local = run("local:/nonexistent", "new", &[]);
    assert_eq!(local.code, Some(2), "{local:?}");
}

#[test]
fn targets_there_are_used_or_clash() {
    let (from, to) = (TestServer::start(), TestServer::start());
    let home = tempfile::tempdir().unwrap();
    for name in ["same", "alias", "template", "broken"] {
        from.target(name, "single");
        from.upload(name, name.as_bytes());
    }
    to.target("same", "single");
    to.upload("same", b"of its own");
    to.target_with("alias", "multi", &json!({"name_template": "other-$I"}));
    let template = json!({"alias": "another", "name_template": "template-$I"});
    to.target_with("other", "single", &template);
    // What is broken at the source does not look whole anywhere else.
    let broken = from.storage().join("broken");
    let file = fs::read_dir(&broken)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let file = file.into_iter().find(|path| path.is_file()).unwrap();
    fs::write(file, "brokem").unwrap();
    from.run_job("integrity_check_job");

    let output = migrate(home.path(), &from.url(), &to.url(), &["-o", "json"]).run();
    assert_eq!(output.code, Some(3), "{output:?}");
    let found = report(&output);
    assert_eq!(sums(&found), [1, 1, 0, 1], "{found:#}");
    let messages: Vec<_> = found["findings"].as_array().unwrap().iter().collect();
    for (name, says) in [
        ("alias", "its alias `alias` is that of another"),
        ("template", "its name template `template-$I`"),
        ("broken", "the source says that it is broken"),
    ] {
        let about = messages.iter().find(|finding| finding["target"] == name);
        let message = about.unwrap()["message"].as_str().unwrap();
        assert!(message.contains(says), "{message}");
        assert!(output.stderr.contains(says), "{output:?}");
    }
    let view = to.http().get("/api/target/same").success(200);
    assert_eq!(view["backups"].as_array().unwrap().len(), 2);
}

/// A way to a server that is cut after so many bytes of answers.
struct Gate {
    url: String,
    /// Bytes that the next connections may bring.
    budget: Arc<AtomicUsize>,
    open: Arc<AtomicBool>,
}

impl Gate {
    fn before(server: &TestServer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (budget, open) = (
            Arc::new(AtomicUsize::new(usize::MAX)),
            Arc::new(AtomicBool::new(true)),
        );
        let (left, addr, is_open) = (Arc::clone(&budget), server.addr(), Arc::clone(&open));
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, left) = (client.unwrap(), Arc::clone(&left));
                if !is_open.load(Ordering::SeqCst) {
                    continue;
                }
                thread::spawn(move || {
                    let Ok(server) = TcpStream::connect(addr) else {
                        return;
                    };
                    let (mut up, mut down) =
                        (client.try_clone().unwrap(), server.try_clone().unwrap());
                    thread::spawn(move || {
                        let _ = std::io::copy(&mut up, &mut down);
                        let _ = down.shutdown(std::net::Shutdown::Write);
                    });
                    relay(server, client, &left);
                });
            }
        });
        Self { url, budget, open }
    }
}

fn relay(mut from: TcpStream, mut to: TcpStream, left: &AtomicUsize) {
    let mut buffer = [0; 4096];
    while let Ok(count) = from.read(&mut buffer) {
        let budget = left.load(Ordering::SeqCst);
        if count == 0 || budget < count || to.write_all(&buffer[..count]).is_err() {
            break;
        }
        if budget != usize::MAX {
            left.fetch_sub(count, Ordering::SeqCst);
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
    let _ = from.shutdown(std::net::Shutdown::Both);
}

#[test]
fn a_download_that_is_cut_short_never_becomes_a_backup() {
    let (from, to) = (TestServer::start(), TestServer::start());
    // What no compression makes smaller.
    let mut noise = vec![0; 4_000_000];
    let mut random = fs::File::open("/dev/urandom").unwrap();
    random.read_exact(&mut noise).unwrap();
    from.target("file", "single");
    from.upload("file", &noise);
    from.target("tree", "multi");
    from.upload("tree", &noise);
    let gate = Gate::before(&from);
    let home = tempfile::tempdir().unwrap();
    let run = || migrate(home.path(), &gate.url, &to.url(), &["--retries", "0"]).run();
    for kilobytes in [1000, 2000, 3000] {
        gate.budget.store(kilobytes * 1000, Ordering::SeqCst);
        let output = run();
        assert_eq!(output.code, Some(75), "{kilobytes}: {output:?}");
        assert!(output.stderr.contains("goes on where it was"), "{output:?}");
        assert_eq!(to.files(), Vec::<String>::new());
    }
    // One of the two gets through, and later the other.
    gate.budget.store(6_000_000, Ordering::SeqCst);
    assert_eq!(run().code, Some(75));
    assert_eq!(to.files().len(), 1);
    gate.budget.store(usize::MAX, Ordering::SeqCst);
    let output = run();
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_eq!(shown(&to), shown(&from));
    to.assert_no_leftovers();
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    let (from, mut to) = (TestServer::start(), TestServer::start());
    from.target("tree", "multi");
    for number in 0..12 {
        let id = from.upload("tree", format!("content {}", number / 2).as_bytes());
        if number % 3 == 0 {
            let recycled = json!({"is_recycled": true});
            let path = format!("/api/backup/{id}");
            from.http().json("PATCH", &path, &recycled).success(200);
        }
    }
    let home = tempfile::tempdir().unwrap();
    let gate = Gate::before(&from);
    let state = home.path().join("state");
    let start = |to: &TestServer| -> Child {
        let options = ["--state", state.to_str().unwrap()];
        let mut command = migrate(home.path(), &gate.url, &to.url(), &options).into_command();
        let command = command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    };
    let stored = || {
        let text = fs::read_to_string(&state).unwrap_or_default();
        text.matches("\"stored\"").count()
    };
    // The run is killed after each few backups.
    for wanted in [1, 3, 4, 7] {
        let mut child = start(&to);
        while stored() < wanted && child.try_wait().unwrap().is_none() {
            thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // A state is about one pair of servers.
    let other = TestServer::start();
    let options = ["--state", state.to_str().unwrap()];
    let refused = migrate(home.path(), &gate.url, &other.url(), &options).run();
    assert_eq!(refused.code, Some(13), "{refused:?}");
    // The destination dies in the middle, and comes back with what it has acknowledged. It has
    // another address then, so that nothing but the hashes tells what is there.
    let mut child = start(&to);
    to.crash_and_restart();
    let _ = child.wait().unwrap();
    let output = migrate(home.path(), &gate.url, &to.url(), &["-o", "json"]).run();
    assert_eq!(output.code, Some(0), "{output:?}");
    let found = report(&output);
    assert_eq!(sums(&found)[3], 0, "{found:#}");
    assert_eq!(sums(&found)[0] + sums(&found)[2], 12, "{found:#}");
    let backups = |server: &TestServer| shown(server)["tree"]["backups"].clone();
    let sorted = |backups: Value| {
        let mut all: Vec<_> = backups
            .as_array()
            .unwrap()
            .iter()
            .map(Value::to_string)
            .collect();
        all.sort();
        all
    };
    assert_eq!(sorted(backups(&to)), sorted(backups(&from)));
    to.assert_no_leftovers();
    // The source is gone for good: a failure, and nothing changes.
    gate.open.store(false, Ordering::SeqCst);
    let gone = migrate(home.path(), &gate.url, &to.url(), &["--retries", "0"]).run();
    assert_eq!(gone.code, Some(75), "{gone:?}");
}

/// A server with nothing but the documented API, and nothing in its answers that says more: times
/// without zones, integers for booleans, no jobs; and with the answers that a test wants.
struct Plain {
    url: String,
    /// Method and path of each request.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Plain {
    fn start(answer: impl Fn(&str, &[u8]) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, log) = (stream.unwrap(), Arc::clone(&log));
                let answer = Arc::clone(&answer);
                thread::spawn(move || {
                    let mut reader = BufReader::new(stream);
                    let Some((line, body)) = request(&mut reader) else {
                        return;
                    };
                    let answer = answer(&line, &body);
                    log.lock().unwrap().push(line);
                    let mut stream = reader.into_inner();
                    let _ = stream.write_all(&answer);
                    let _ = stream.shutdown(std::net::Shutdown::Write);
                    let _ = stream.read_to_end(&mut Vec::new());
                });
            }
        });
        Self { url, asked }
    }
}

/// A request's method and path, and its body; none when it ends too early.
fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let line = line.rsplit_once(' ')?.0.to_owned();
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        chunked |= header == "transfer-encoding: chunked";
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    while chunked {
        let mut size = String::new();
        reader.read_line(&mut size).ok()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk).ok()?;
        body.extend_from_slice(&chunk[..size]);
        chunked = size > 0;
    }
    Some((line, body))
}

fn ok(value: &Value) -> Vec<u8> {
    answer(200, "application/json", value.to_string().as_bytes())
}

fn answer(status: u16, kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}");
    [head.as_bytes(), b"\r\nConnection: close\r\n\r\n", body].concat()
}

fn plain_target(kind: &str) -> Value {
    json!({
        "id": "t1", "name": "Old", "target_type": kind, "recycle_criteria": "none",
        "recycle_value": null, "recycle_action": "recycle", "location": "/srv/old",
        "name_template": "old $D", "deduplicate": 0, "alias": "old", "min_backups": 0, "tags": []
    })
}

fn plain_backup(id: &str, time: &str, hash: &str, more: &Value) -> Value {
    let mut backup = json!({
        "id": id, "target_id": "t1", "created_at": time, "manual": 1, "is_recycled": 0,
        "filesize": 0, "hash": hash, "hash_mismatch": 0
    });
    let more = more.as_object().unwrap().clone();
    backup.as_object_mut().unwrap().extend(more);
    backup
}

const SHA_OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn a_server_without_extensions_can_be_left() {
    let to = TestServer::start();
    let backups = json!([
        plain_backup("b6", "2025-03-01T12:00:05", "", &json!({})),
        plain_backup("b5", "2025-03-01T12:00:04", "", &json!({})),
        plain_backup("b4", "2025-03-01T12:00:03", SHA_OF_ABC, &json!({})),
        plain_backup(
            "b3",
            "2025-03-01T12:00:02",
            SHA_OF_ABC,
            &json!({"is_recycled": 1})
        ),
        plain_backup("b2", "2025-03-01T12:00:01", SHA_OF_ABC, &json!({})),
        plain_backup("b1", "2025-03-01T12:00:00", "", &json!({"manual": 0})),
    ]);
    let from = Plain::start(move |line, _| match line {
        "GET /api/target?page=1" => {
            ok(&json!({"success": true, "targets": [plain_target("single")]}))
        }
        "GET /api/target/t1" => {
            ok(&json!({"success": true, "target": plain_target("single"), "backups": backups}))
        }
        // Whole ones, with and without a hash.
        "GET /api/backup/b1/download" | "GET /api/backup/b2/download" => {
            let head = "HTTP/1.1 200 X\r\nContent-Disposition: attachment; \
                filename=\"old 2025-03-01T12:00:00.bin\"\r\nContent-Length: 3\r\n\r\nabc";
            head.as_bytes().to_vec()
        }
        // Without a length: whole by its hash, cut, and of unknown end.
        "GET /api/backup/b3/download" => b"HTTP/1.0 200 X\r\n\r\nabc".to_vec(),
        "GET /api/backup/b4/download" | "GET /api/backup/b5/download" => {
            b"HTTP/1.0 200 X\r\n\r\nab".to_vec()
        }
        _ => answer(500, "text/html", b"<html>"),
    });
    let home = tempfile::tempdir().unwrap();
    let output = migrate(home.path(), &from.url, &to.url(), &["-o", "json"]).run();
    assert_eq!(output.code, Some(3), "{output:?}");
    let found = report(&output);
    assert_eq!(sums(&found), [3, 2, 0, 3], "{found:#}");
    let findings = found["findings"].as_array().unwrap();
    let said = |id: &str| {
        let about = findings.iter().find(|finding| finding["backup_id"] == id);
        about.unwrap()["message"].as_str().unwrap().to_owned()
    };
    assert!(said("b4").contains("not what its hash says"), "{found:#}");
    assert!(said("b5").contains("does not say where its content ends"));
    assert!(said("b6").contains("500"), "{found:#}");
    let files = to.files();
    assert_eq!(files.len(), 3, "{files:?}");
    assert_eq!(
        files
            .iter()
            .filter(|file| Path::new(file).extension() == Some("bin".as_ref()))
            .count(),
        2
    );
    let view = to.http().get("/api/target/old").success(200);
    let backups = view["backups"].as_array().unwrap();
    assert_eq!(
        backups
            .iter()
            .filter(|backup| backup["is_recycled"] == true)
            .count(),
        1
    );
    assert_eq!(
        backups
            .iter()
            .filter(|backup| backup["manual"] == true)
            .count(),
        2
    );
    let asked = from.asked.lock().unwrap();
    assert!(
        asked.iter().all(|line| !line.contains("format=")),
        "{asked:?}"
    );
}

#[test]
fn what_arrives_as_something_else_is_removed_again() {
    let (maker, to) = (TestServer::start(), TestServer::start());
    maker.target("tree", "multi");
    let id = maker.upload("tree", b"content");
    let archive = maker.http().get(&format!("/api/backup/{id}/download"));
    let archive = archive.success_download().bytes;
    let backup = plain_backup("b1", "2025-03-01T12:00:00", SHA_OF_ABC, &json!({}));
    let from = Plain::start(move |line, _| {
        let target = plain_target("multi");
        match line {
            "GET /api/target?page=1" => ok(&json!({"success": true, "targets": [target]})),
            "GET /api/target/t1" => {
                ok(&json!({"success": true, "target": target, "backups": [backup]}))
            }
            _ => answer(200, "application/gzip", &archive),
        }
    });
    let home = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let output = migrate(home.path(), &from.url, &to.url(), &["-o", "json"]).run();
        assert_eq!(output.code, Some(3), "{output:?}");
        assert_eq!(sums(&report(&output)), [0, 0, 0, 1], "{output:?}");
        assert!(output.stderr.contains("was removed again"), "{output:?}");
        assert_eq!(to.files(), Vec::<String>::new());
    }
    to.assert_no_leftovers();
}

/// A server without jobs that keeps what it is sent, with a hash of the test's choice.
fn keeper(kept: &Arc<Mutex<Vec<Value>>>, hash: &'static str, loses_answers: bool) -> Plain {
    let kept = Arc::clone(kept);
    Plain::start(move |line, body| {
        let mut kept = kept.lock().unwrap();
        match line {
            "GET /api/target?page=1" if kept.is_empty() => {
                ok(&json!({"success": true, "targets": []}))
            }
            "GET /api/target?page=1" => {
                ok(&json!({"success": true, "targets": [plain_target("multi")]}))
            }
            "POST /api/target" => {
                let target: Value = serde_json::from_slice(body).unwrap();
                assert_eq!(target["min_backups"], 0, "{target}");
                // The first entry stands for the target.
                kept.push(Value::Null);
                ok(&json!({"success": true, "id": "t1"}))
            }
            "GET /api/target/t1" => {
                let backups: Vec<_> = kept[1..].iter().rev().collect();
                ok(&json!({"success": true, "target": plain_target("multi"), "backups": backups}))
            }
            "POST /api/target/t1/upload" => {
                let text = String::from_utf8_lossy(body);
                assert!(text.contains("filename=\"backup.tar.gz\""), "{text}");
                assert!(!text.contains("sha256"), "{text}");
                let id = format!("k{}", kept.len());
                let by_hand = text.contains("name=\"manual\"\r\n\r\n1\r\n");
                let more = json!({"manual": u8::from(by_hand)});
                kept.push(plain_backup(&id, "2025-03-01T12:00:00", hash, &more));
                if loses_answers {
                    Vec::new()
                } else {
                    ok(&json!({"success": true, "job_id": 1}))
                }
            }
            _ => answer(404, "text/html", b"<html>"),
        }
    })
}

#[test]
fn a_server_without_extensions_can_be_moved_to() {
    let from = TestServer::start();
    let more = json!({"alias": "old", "name": "Old", "name_template": "old $D"});
    from.target_with("tree", "multi", &more);
    let id = from.upload("old", b"content");
    let hash = from.backup("old", &id).unwrap()["hash"]
        .as_str()
        .unwrap()
        .to_owned();
    let hash: &'static str = Box::leak(hash.into_boxed_str());
    let home = tempfile::tempdir().unwrap();
    let run = |to: &Plain, options: &[&str]| {
        let program = migrate(home.path(), &from.url(), &to.url, &["-o", "json"]);
        program.args(["--timeout", "1"]).args(options).run()
    };
    // With the same hash it is verified, although no job says that it is stored.
    let kept = Arc::default();
    let output = run(&keeper(&kept, hash, false), &[]);
    assert_eq!(
        (output.code, sums(&report(&output))),
        (Some(0), [1, 1, 0, 0]),
        "{output:?}"
    );
    // With another one it is named. It is not deleted: it may be somebody else's.
    let kept = Arc::default();
    let output = run(&keeper(&kept, SHA_OF_ABC, false), &[]);
    assert_eq!(
        (output.code, sums(&report(&output))),
        (Some(3), [0, 0, 0, 1]),
        "{output:?}"
    );
    assert!(
        output.stderr.contains("if k1 is what arrived, delete it"),
        "{output:?}"
    );
    assert_eq!(kept.lock().unwrap().len(), 2);
    // With none it is taken for what it is.
    let kept = Arc::default();
    let output = run(&keeper(&kept, "", false), &[]);
    assert_eq!(
        (output.code, sums(&report(&output))),
        (Some(0), [1, 0, 0, 0]),
        "{output:?}"
    );

    // The answer is lost: it is not sent again as if nothing had happened.
    for (hash, code, counts) in [(hash, 0, [0, 0, 1, 0]), ("", 3, [0, 0, 0, 1])] {
        let kept = Arc::default();
        let to = keeper(&kept, hash, true);
        let lost = run(&to, &[]);
        assert_eq!(lost.code, Some(75), "{lost:?}");
        let again = run(&to, &[]);
        assert_eq!(again.code, Some(code), "{again:?}");
        assert_eq!(sums(&report(&again)), counts, "{again:?}");
        assert_eq!(kept.lock().unwrap().len(), 2);
        if code == 3 {
            assert!(
                again.stderr.contains("delete that, and run again"),
                "{again:?}"
            );
        }
    }
}
