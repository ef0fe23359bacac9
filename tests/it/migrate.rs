//! `bchan migrate`: from one server to another over the API.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::support::{Form, Output, Program, TestServer};

/// The command, at home in a folder of its own.
pub(crate) fn migrate(home: &Path, from: &str, to: &str, options: &[&str]) -> Program {
    let program = Program::new(home).args(["--retries", "1", "migrate", "--from", from]);
    program.args(["--to", to]).args(options)
}

pub(crate) fn report(output: &Output) -> Value {
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:#?}"))
}

/// Sums of what became of the backups.
pub(crate) fn sums(report: &Value) -> [u64; 4] {
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
