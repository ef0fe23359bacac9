//! Keys with fewer rights, and those without one.

use std::fs::{self, Permissions};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::support::{Answer, Form, Http, Program, TestServer};

/// Makes a key with a name.
fn key(server: &TestServer, name: &str, rights: &str, targets: &[&str]) -> String {
    let mut program = Program::new(server.home()).args(["server", "new-key", "--data"]);
    program = program
        .arg(server.data())
        .args(["--name", name, "--rights", rights]);
    for target in targets {
        program = program.args(["--target", target]);
    }
    program.ok().stdout.trim().to_owned()
}

/// A request for each endpoint, with the rights that allow it. `$T` is a target, `$B` a backup.
const REQUESTS: [(&str, &str, &[&str]); 27] = [
    ("GET", "openapi.json", &["full", "read", "append"]),
    ("GET", "target", &["full", "read"]),
    ("GET", "target/search?name=t", &["full", "read"]),
    ("POST", "target", &["full"]),
    ("GET", "target/$T", &["full", "read", "append"]),
    ("PATCH", "target/$T", &["full"]),
    ("POST", "target/$T/upload", &["full", "append"]),
    ("POST", "target/$T/increment", &["full", "append"]),
    ("GET", "target/$T/partial", &["full", "append"]),
    ("GET", "backup/$B/download", &["full", "read"]),
    ("GET", "backup/$B/manifest", &["full", "read"]),
    ("PATCH", "backup/$B", &["full"]),
    ("DELETE", "backup/$B", &["full"]),
    ("GET", "recycle_bin", &["full", "read"]),
    ("DELETE", "recycle_bin", &["full"]),
    ("GET", "jobs", &["full", "read", "append"]),
    ("GET", "jobs/force_run/recycle_job", &["full"]),
    ("GET", "stats", &["full", "read"]),
    ("GET", "log", &["full", "read"]),
    ("POST", "seq/$T/begin", &["full", "append"]),
    ("GET", "seq/$T", &["full", "read", "append"]),
    ("POST", "seq/$T/upload", &["full", "append"]),
    ("POST", "seq/$T/finish", &["full", "append"]),
    ("POST", "seq/$T/terminate", &["full", "append"]),
    ("DELETE", "target/$T/recycled", &["full"]),
    ("DELETE", "target/$T/all", &["full"]),
    ("DELETE", "target/$T", &["full"]),
];

fn ask(http: &Http, method: &str, path: &str) -> Answer {
    let path = format!("/api/{path}");
    if path.ends_with("/upload") {
        let form = Form::new().file("file", b"content");
        return http.post(&path, &form);
    }
    if method == "GET" {
        return http.get(&path);
    }
    http.json(
        method,
        &path,
        &json!({ "delete_files": true, "file_list": [], "manual": 0 }),
    )
}

#[test]
fn every_endpoint_asks_for_its_right() {
    for rights in ["full", "read", "append"] {
        let server = TestServer::start_with_key();
        server.target("t", "multi");
        let backup = server.upload("t", b"content");
        let http = server.http().with_key(&key(&server, "k", rights, &[]));
        for (method, path, allowed) in REQUESTS {
            let path = path.replace("$T", "t").replace("$B", &backup);
            let answer = ask(&http, method, &path);
            if allowed.contains(&rights) {
                assert_ne!(answer.status, 403, "{rights}: {method} {path}: {answer:?}");
                assert_ne!(answer.status, 401, "{rights}: {method} {path}: {answer:?}");
            } else {
                assert_eq!(answer.status, 403, "{rights}: {method} {path}: {answer:?}");
                let message = answer.body()["message"].to_string();
                assert!(message.contains(&format!("`{rights}`")), "{message}");
            }
        }
        // A key without the right to delete has deleted nothing.
        if rights != "full" {
            assert!(server.backup("t", &backup).is_some());
        }
    }
}

#[test]
fn a_key_knows_no_other_targets_than_its_own() {
    let server = TestServer::start_with_key();
    let id = server.target("mine", "multi");
    server.target("other", "multi");
    let own = server.upload("mine", b"mine");
    let foreign = server.upload("other", b"other");
    for backup in [&own, &foreign] {
        let recycle = json!({ "is_recycled": true });
        server
            .http()
            .json("PATCH", &format!("/api/backup/{backup}"), &recycle)
            .success(200);
    }
    for rights in ["full", "read", "append"] {
        // Its alias may go to another target; the key does not go with it.
        let bound = server
            .http()
            .with_key(&key(&server, rights, rights, &["mine"]));
        for (method, path, allowed) in REQUESTS {
            if !allowed.contains(&rights) || !path.contains('$') {
                continue;
            }
            let path = path.replace("$T", "other").replace("$B", &foreign);
            let there = ask(&bound, method, &path);
            let nowhere = path
                .replace("other", "nothing")
                .replace(&foreign, "nothing");
            let nowhere = ask(&bound, method, &nowhere);
            assert_eq!(there.status, 404, "{method} {path}: {there:?}");
            // The answer does not reveal whether it exists.
            let text = |answer: &Answer| answer.body()["message"].to_string();
            let anonymous = text(&there)
                .replace("other", "nothing")
                .replace(&foreign, "nothing");
            assert_eq!(anonymous, text(&nowhere), "{method} {path}");
        }
        assert_eq!(
            bound.get("/api/target/mine").success(200)["target"]["id"],
            *id
        );
        if rights != "append" {
            let targets = bound.get("/api/target").success(200)["targets"].clone();
            assert!(targets.as_array().unwrap().len() == 1 && targets[0]["id"] == *id);
            assert_eq!(
                bound.get("/api/target?page=2").success(200)["targets"],
                json!([])
            );
            let found = bound.get("/api/target/search?type=multi").success(200);
            assert_eq!(found["targets"], targets);
            let stats = bound.get("/api/stats").success(200);
            let count = |name: &str| stats[name].as_u64().unwrap();
            assert_eq!(
                (count("total_targets"), count("total_recycle_bin_size")),
                (1, 4)
            );
            assert_eq!(
                (count("total_backups"), count("total_recycled_backups")),
                (1, 1)
            );
            let bin = bound.get("/api/recycle_bin").success(200)["backups"].clone();
            assert!(bin.as_array().unwrap().len() == 1 && bin[0]["id"] == *own);
        }
        for (method, path) in [("POST", "target"), ("DELETE", "recycle_bin")] {
            assert_eq!(ask(&bound, method, path).status, 403);
        }
        assert_eq!(bound.get("/api/jobs/force_run/recycle_job").status, 403);
        assert_eq!(bound.get("/api/log").status, 403);
    }
    let rename = json!({ "alias": "gone" });
    server
        .http()
        .json("PATCH", "/api/target/mine", &rename)
        .success(200);
    let rename = json!({ "alias": "mine" });
    server
        .http()
        .json("PATCH", "/api/target/other", &rename)
        .success(200);
    let bound = server
        .http()
        .with_key(&key(&server, "late", "read", &["gone"]));
    assert_eq!(bound.get("/api/target/mine").status, 404);
    assert_eq!(
        bound.get("/api/target/gone").success(200)["target"]["id"],
        *id
    );
}

/// Jobs, numbers and refusals say nothing of other targets either.
#[test]
fn a_bound_key_learns_nothing_of_other_targets_by_the_way() {
    let server = TestServer::start_with_key();
    server.target("mine", "multi");
    server.target_with("secret-name", "single", &json!({ "alias": "secret-alias" }));
    server.upload("secret-alias", b"content");
    // A job that fails and says why, and one that concerns all targets.
    let form = Form::new()
        .file("secret-file", b"1")
        .file("secret-file", b"2");
    let refused = server.http().post("/api/target/secret-alias/upload", &form);
    assert_eq!(refused.status, 400, "{refused:?}");
    server.run_job("recycle_job");
    let all = server.http().get("/api/jobs").success(200);
    assert_eq!(all["delayed"].as_array().unwrap().len(), 3, "{all}");

    for rights in ["full", "read", "append"] {
        let bound = key(&server, rights, rights, &["mine"]);
        let bound = server.http().with_key(&bound);
        let jobs = bound.get("/api/jobs").success(200);
        assert_eq!(jobs["delayed"], json!([]), "{rights}");
        // When scheduled jobs run is no secret.
        assert_eq!(jobs["scheduled"], all["scheduled"]);
        if rights == "append" {
            continue;
        }
        let metrics = bound.get("/metrics");
        let text = String::from_utf8(metrics.bytes).unwrap();
        assert!(
            text.contains("\"mine\"") && text.contains("bchan_targets 1\n"),
            "{text}"
        );
        assert!(
            !text.contains("secret") && !text.contains("bchan_jobs_total"),
            "{text}"
        );
        for search in [
            "name=secret",
            "alias=secret",
            "location=secret",
            "name_template=secret",
        ] {
            let found = bound.get(&format!("/api/target/search?{search}"));
            assert_eq!(found.success(200)["targets"], json!([]), "{search}");
        }
    }
    let health = bound_health(&server);
    assert!(!health.contains("storage/"), "{health}");

    // An agent sees what became of its own upload.
    let agent = key(&server, "agent", "append", &["mine"]);
    let agent = server.http().with_key(&agent);
    let form = Form::new().file("file", b"content");
    let job = agent.post("/api/target/mine/upload", &form).success(200)["job_id"].clone();
    let jobs = agent.get("/api/jobs").success(200);
    let delayed = jobs["delayed"].as_array().unwrap();
    assert!(delayed.len() == 1 && delayed[0]["id"] == job, "{jobs}");
    let all = server.http().get("/api/jobs").success(200);
    assert_eq!(all["delayed"].as_array().unwrap().len(), 4, "{all}");
}

fn bound_health(server: &TestServer) -> String {
    let bound = server
        .http()
        .with_key(&key(server, "health", "read", &["mine"]));
    bound.get("/healthz").success(200).to_string()
}

/// What targets share cannot be changed with a key for some of them: not even a refusal may tell
/// what others have.
#[test]
fn a_bound_key_cannot_change_what_targets_share() {
    let server = TestServer::start_with_key();
    server.target("mine", "multi");
    server.target("other", "multi");
    let backup = server.upload("other", b"content");
    let bound = server
        .http()
        .with_key(&key(&server, "k", "full", &["mine"]));
    let taken = |backup: &str| format!("other/other-{backup}");
    let mut refusals = Vec::new();
    for change in [
        json!({ "alias": "other" }),
        json!({ "alias": "free" }),
        json!({ "alias": null }),
        json!({ "name_template": "other-$I" }),
        json!({ "name_template": "free-$I" }),
        json!({ "location": "other" }),
        json!({ "location": "free" }),
        json!({ "location": taken(&backup) }),
        json!({ "location": "/etc" }),
        json!({ "location": "mine", "alias": "mine", "name_template": "other-$I" }),
    ] {
        let answer = bound.json("PATCH", "/api/target/mine", &change);
        refusals.push(answer.failure(403));
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    // What stays as it is may be named, as the program does with every edit.
    let same = json!({
        "name": "renamed", "location": "mine", "alias": "mine", "name_template": "mine-$I",
        "recycle_criteria": "count", "recycle_value": 3
    });
    bound.json("PATCH", "/api/target/mine", &same).success(200);
    let mine = server.http().get("/api/target/mine").success(200);
    assert_eq!(mine["target"]["name"], "renamed");
    assert_eq!(mine["target"]["location"], "mine");
    assert!(server.backup("other", &backup).is_some());
}

#[test]
fn an_agent_needs_no_more_than_append() {
    let server = TestServer::start_with_key();
    server.target("docs", "multi");
    let agent = key(&server, "agent", "append", &["docs"]);
    let run = |args: &[&str]| {
        let program = Program::new(server.home()).env("BCHAN_SERVER", server.url());
        program.env("BCHAN_API_KEY", &agent).args(args).run()
    };
    let source = server.home().join("source");
    fs::create_dir(&source).unwrap();
    fs::write(source.join("file"), "content").unwrap();
    let uploaded = run(&[
        "backup",
        "upload",
        "docs",
        source.to_str().unwrap(),
        "-o",
        "json",
    ]);
    assert_eq!(uploaded.code, Some(0), "{uploaded:?}");
    let report: Value = serde_json::from_str(&uploaded.stdout).unwrap();
    let id = report["backup"]["id"].as_str().unwrap();
    for args in [
        &["backup", "download", id][..],
        &["backup", "delete", "--delete-files", "-y", id],
        &["backup", "recycle", id],
        &["target", "delete", "--delete-files", "-y", "docs"],
        &["target", "delete-backups", "--delete-files", "-y", "docs"],
        &["target", "edit", "docs", "--name", "x"],
        &["recycle-bin", "clear", "--delete-files", "-y"],
        &["job", "run", "recycle_job"],
        &["target", "list"],
    ] {
        let output = run(args);
        assert_eq!(output.code, Some(12), "{args:?}: {output:?}");
        assert!(output.stderr.contains("`append`"), "{args:?}: {output:?}");
        assert!(output.stderr.contains("list-keys"), "{args:?}: {output:?}");
    }
    assert!(server.backup("docs", id).is_some());
    let log = server.log();
    assert!(!log.contains(&agent) && !log.contains(server.key()) && !log.contains("bakch-"));
}

#[test]
fn keys_are_listed_and_taken_away() {
    let server = TestServer::start_with_key();
    let id = server.target("t", "multi");
    let reader = key(&server, "reader", "read", &["t"]);
    let data = server.data();
    let data = data.to_str().unwrap();
    let run = |args: &[&str]| Program::new(server.home()).args(args);
    let list = run(&["server", "list-keys", "--data", data]).json();
    assert_eq!(list["keys"][0]["name"], Value::Null);
    assert_eq!(list["keys"][1]["name"], "reader");
    assert_eq!(list["keys"][1]["rights"], "read");
    assert_eq!(list["keys"][1]["targets"], json!([id]));
    let table = run(&["server", "list-keys", "--data", data]).ok().stdout;
    let line = table.lines().find(|line| line.starts_with("reader"));
    assert!(
        line.unwrap().contains(" t ") && !table.contains(&id),
        "{table}"
    );
    for secret in [&reader[6..], &server.key()[6..], "sha256"] {
        assert!(!table.contains(secret) && !list.to_string().contains(secret));
    }
    let http = server.http().with_key(&reader);
    http.get("/api/target/t").success(200);
    let revoke = |name| run(&["server", "revoke-key", "-y", "--data", data, name]).run();
    let missing = revoke("readr");
    assert!(
        missing.code == Some(10) && missing.stderr.contains("`reader`"),
        "{missing:?}"
    );
    assert_eq!(revoke("reader").code, Some(0));
    assert_eq!(http.get("/api/target/t").status, 403);

    let new = |more: &[&str]| run(&["server", "new-key", "--data", data]).args(more).run();
    let twice = ["--name", "a", "--rights", "full"];
    assert_eq!(new(&twice).code, Some(0));
    assert_eq!(new(&twice).code, Some(13));
    assert_eq!(new(&["--name", "a b", "--rights", "full"]).code, Some(2));
    assert_eq!(new(&["--name", "b"]).code, Some(2));
    assert_eq!(new(&["--rights", "full"]).code, Some(2));
    let unknown = new(&["--name", "b", "--rights", "read", "--target", "nothing"]);
    assert!(
        unknown.code == Some(10) && unknown.stderr.contains("`nothing`"),
        "{unknown:?}"
    );

    // A file that others can read is worth nothing.
    let file = server.data().join("keys.json");
    fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    assert_eq!(server.http().get("/api/target").status, 503);
    assert_eq!(new(&["--name", "c", "--rights", "full"]).code, Some(13));
}

/// Guesses take longer and longer, are logged with the address of the peer, and delay no other
/// peer.
#[test]
fn who_guesses_waits() {
    let server = TestServer::start_with_key();
    let begun = std::time::Instant::now();
    for _ in 0..7 {
        assert_eq!(
            server
                .http()
                .with_key("bakch-guess")
                .get("/api/target")
                .status,
            403
        );
    }
    // 100, 200, 400 and 800 ms after three that are free.
    assert!(begun.elapsed() >= std::time::Duration::from_millis(1400));
    // Requests with the right key are not delayed: this would take half an hour.
    for _ in 0..300 {
        server.http().get("/api/target").success(200);
    }
    let log = server.log();
    assert!(
        log.contains("without a valid key") && log.contains("127.0.0.1:"),
        "{log}"
    );
    assert!(!log.contains("guess"), "{log}");
}

/// A request whose handler waits for its body.
struct Begun {
    stream: TcpStream,
    body: Vec<u8>,
}

fn begin(server: &TestServer, key: &str, request: &str, kind: &str, body: Vec<u8>) -> Begun {
    let mut stream = TcpStream::connect(server.addr()).unwrap();
    let head = format!(
        "{request} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: {kind}\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut word = [0; 25];
    stream.read_exact(&mut word).unwrap();
    assert_eq!(&word, b"HTTP/1.1 100 Continue\r\n\r\n");
    Begun { stream, body }
}

impl Begun {
    /// Sends the body and gives the status of the answer.
    fn end(mut self) -> u16 {
        self.stream.write_all(&self.body).unwrap();
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }
}

fn revoke(server: &TestServer, name: &str) {
    let program = Program::new(server.home()).args(["server", "revoke-key", "--yes", "--data"]);
    program.arg(server.data()).arg(name).ok();
}

#[test]
fn what_was_begun_with_a_key_that_is_revoked_changes_nothing() {
    let server = TestServer::start_with_key();
    for target in ["t", "s", "n"] {
        server.target(target, "multi");
    }
    let old = server.upload("t", b"old");
    let agent = key(&server, "agent", "full", &[]);
    let (form, json) = (Form::content_type(), "application/json".to_owned());
    let list = json!({ "manual": 0, "file_list": [{ "path": "/", "name": "a" }] });
    let http = server.http().with_key(&agent);
    http.json("POST", "/api/seq/s/begin", &list).success(200);
    let file = Form::new().file("file", b"content").finish();
    let part = Form::new().field("path", "/").field("name", "a");
    let part = part.part("file", "a", b"content").finish();
    let flag = json!({ "delete_files": true }).to_string().into_bytes();
    let alias = json!({ "alias": "x" }).to_string().into_bytes();
    let delete = format!("DELETE /api/backup/{old}");
    let requests = [
        ("POST /api/target/t/upload", &form, file),
        ("POST /api/seq/s/upload", &form, part),
        (
            "POST /api/seq/n/begin",
            &json,
            list.to_string().into_bytes(),
        ),
        (&*delete, &json, flag.clone()),
        ("DELETE /api/target/t", &json, flag),
        ("PATCH /api/target/t", &json, alias),
    ];
    let begun = requests.map(|(request, kind, body)| begin(&server, &agent, request, kind, body));
    revoke(&server, "agent");
    for begun in begun {
        assert_eq!(begun.end(), 403);
    }
    let view = server.http().get("/api/target/t").success(200);
    let backups = view["backups"].as_array().unwrap();
    assert!(backups.len() == 1 && backups[0]["id"] == *old, "{view}");
    let sequence = server.http().get("/api/seq/s").success(200);
    assert_eq!(sequence["file_list"][0]["uploaded"], false);
    server.http().get("/api/seq/n").failure(400);
    let terminate = server
        .http()
        .json("POST", "/api/seq/s/terminate", &json!({}));
    terminate.success(200);
    server.assert_no_leftovers();
}

#[test]
fn a_key_is_revoked_only_after_a_clear_yes() {
    let server = TestServer::start();
    let words = [
        "server", "new-key", "--name", "laptop", "--rights", "read", "--data",
    ];
    let bchan = |words: &[&str]| Program::new(server.home()).args(words).arg(server.data());
    bchan(&words).ok();
    let revoke = |input: &str| {
        let program = bchan(&["server", "revoke-key", "laptop", "--data"]);
        program.input(input)
    };
    let mute = revoke("");
    assert_eq!(mute.code, Some(2), "{mute:#?}");
    assert!(mute.stderr.contains("--yes"), "{mute:#?}");
    assert_eq!(revoke("n\n").code, Some(1));
    let terminal = bchan(&["server", "revoke-key", "laptop", "--data"]).at_terminal("n");
    assert_eq!(terminal.code, Some(1), "{terminal:#?}");
    assert!(
        bchan(&["server", "list-keys", "--data"])
            .ok()
            .stdout
            .contains("laptop")
    );
    assert_eq!(revoke("y\n").code, Some(0));
    assert!(
        !bchan(&["server", "list-keys", "--data"])
            .ok()
            .stdout
            .contains("laptop")
    );
}
