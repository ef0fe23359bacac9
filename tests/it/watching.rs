//! Answers to monitoring programs, and the rights that they need.

#![expect(
    clippy::float_cmp,
    reason = "what is counted is whole, and written as it is"
)]

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Answer, Http, TestServer, skipped, wait_until};

fn health(server: &TestServer) -> Answer {
    server.http().get("/healthz")
}

/// The checks that do not pass, with the message for people.
fn bad(server: &TestServer) -> (Vec<Value>, String) {
    bad_for(&server.http())
}

fn bad_for(http: &Http) -> (Vec<Value>, String) {
    let answer = http.get("/healthz");
    let message = answer.failure(503);
    assert_eq!(answer.header("retry-after"), Some("10"));
    let checks = answer.body()["checks"].as_array().unwrap().clone();
    let bad = checks.into_iter().filter(|check| check["ok"] == false);
    (bad.collect(), message)
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[test]
fn all_is_well_while_everything_answers() {
    let server = TestServer::start_with_key();
    let answer = health(&server).success(200);
    let (storage, bin) = (server.storage(), server.data().join("recycle-bin"));
    let expected = json!([
        { "name": "database", "ok": true },
        { "name": "keys", "ok": true },
        { "name": "storage", "path": text(&storage), "ok": true },
        { "name": "recycle_bin", "path": text(&bin), "ok": true },
    ]);
    assert_eq!(answer["checks"], expected);
    // Whether it is alive is another question.
    let live = server.http().get("/healthz?live");
    assert_eq!(live.success(200)["checks"], json!([]));
    server
        .http()
        .send("POST", "/healthz", &[], b"")
        .failure(405);
    server.http().get("/healthz/").failure(404);
}

#[test]
fn a_storage_root_that_is_away_is_named() {
    let away = tempfile::tempdir().unwrap();
    let (one, two) = (away.path().join("one"), away.path().join("two"));
    let roots = [text(&one), text(&two)];
    let options = ["--storage-root", &roots[0], "--storage-root", &roots[1]];
    let server = TestServer::start_with(&options, false);
    health(&server).success(200);
    fs::rename(&two, away.path().join("gone")).unwrap();
    let (bad, message) = bad(&server);
    assert_eq!(bad.len(), 1, "{bad:?}");
    assert_eq!(
        (&bad[0]["name"], &bad[0]["path"]),
        (&json!("storage"), &json!(roots[1]))
    );
    assert!(
        message.contains(&roots[1]) && message.contains("No such file"),
        "{message}"
    );
    assert!(server.log().contains("does not answer"), "{}", server.log());
    // Nothing else is asked for a sign of life.
    server.http().get("/healthz?live").success(200);
    let up = metrics(&server.http());
    let labels = |root: &str| format!("kind=\"storage\",path=\"{root}\"");
    assert_eq!(up["bchan_storage_up"][&labels(&roots[0])], 1.0);
    assert_eq!(up["bchan_storage_up"][&labels(&roots[1])], 0.0);
    assert!(up["bchan_storage_free_bytes"][&labels(&roots[0])] > 0.0);
    assert!(!up["bchan_storage_free_bytes"].contains_key(&labels(&roots[1])));

    fs::rename(away.path().join("gone"), &two).unwrap();
    health(&server).success(200);
    assert!(server.log().contains("answers again"), "{}", server.log());
}

/// The folder is there, and empty: the mount point of a disk that is not mounted.
#[test]
fn an_empty_mount_point_is_a_disk_that_is_away() {
    let server = TestServer::start();
    server.target("docs", "multi");
    let id = server.upload("docs", b"x");
    health(&server).success(200);
    let (storage, away) = (server.storage(), server.data().join("away"));
    fs::rename(&storage, &away).unwrap();
    fs::create_dir(&storage).unwrap();
    let (found, message) = bad(&server);
    assert_eq!((found.len(), &found[0]["name"]), (1, &json!("storage")));
    assert!(message.contains("is its disk mounted?"), "{message}");
    fs::remove_dir(&storage).unwrap();
    fs::rename(&away, &storage).unwrap();
    health(&server).success(200);

    // The same for recycled ones.
    let path = format!("/api/backup/{id}");
    let recycle = json!({ "is_recycled": true });
    server.http().json("PATCH", &path, &recycle).success(200);
    let bin = server.data().join("recycle-bin");
    fs::rename(&bin, &away).unwrap();
    fs::create_dir(&bin).unwrap();
    let (found, _) = bad(&server);
    assert_eq!((found.len(), &found[0]["name"]), (1, &json!("recycle_bin")));
}

#[test]
fn a_database_and_keys_that_cannot_be_read_are_named() {
    // Without keys there is nothing to report.
    let server = TestServer::start_with(&["--open-monitoring"], true);
    let bad = |server: &TestServer| bad_for(&server.http().without_key());
    let health = |server: &TestServer| server.http().without_key().get("/healthz");
    let (database, away) = (server.data().join("bchan.db"), server.data().join("away"));
    fs::rename(&database, &away).unwrap();
    let (found, message) = bad(&server);
    assert_eq!(
        (found.len(), &found[0]["name"]),
        (1, &json!("database")),
        "{found:?}"
    );
    assert!(message.contains("database"), "{message}");
    // Other files do not count.
    fs::write(&database, "x".repeat(8192)).unwrap();
    assert_eq!(bad(&server).0[0]["name"], "database");
    fs::rename(&away, &database).unwrap();
    health(&server).success(200);

    let key = server.data().join("apikey.json");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let (found, message) = bad(&server);
    assert_eq!((found.len(), &found[0]["name"]), (1, &json!("keys")));
    assert!(message.contains("apikey.json"), "{message}");
    fs::remove_file(&key).unwrap();
    assert!(bad(&server).1.contains("has disappeared"));
}

/// Family, labels, value.
type Metrics = BTreeMap<String, BTreeMap<String, f64>>;

/// Reads what a server says, as strictly as is needed here: `tests/metrics.sh` has a real parser.
#[track_caller]
fn metrics(http: &Http) -> Metrics {
    let answer = http.get("/metrics");
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = String::from_utf8(answer.bytes).unwrap();
    let mut found = Metrics::new();
    for line in body.lines().filter(|line| !line.starts_with('#')) {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let labels = labels.strip_suffix('}').unwrap().to_owned();
        let value = value.parse().unwrap();
        let old = found
            .entry(name.to_owned())
            .or_default()
            .insert(labels, value);
        assert!(old.is_none(), "{series} is there twice");
    }
    found
}

#[test]
fn metrics_say_what_there_is_and_what_has_happened() {
    let server = TestServer::start_with_key();
    let odd = "odd \"name\" \\ {a=\"b\"}";
    let id = server.target_with("docs", "multi", &json!({ "name": odd }));
    let empty = server.target("empty", "single");
    let first = server.upload("docs", &[b'x'; 1000]);
    let second = server.upload("docs", &[b'y'; 234]);
    let path = format!("/api/backup/{first}");
    let recycle = json!({ "is_recycled": true });
    server.http().json("PATCH", &path, &recycle).success(200);
    let file = server.storage().join(format!("docs/docs-{second}/file"));
    fs::write(file, [b'z'; 234]).unwrap();
    assert_eq!(server.run_job("integrity_check_job")["status"], "ERROR");
    assert_eq!(server.run_job("recycle_job")["status"], "FINISHED");
    server
        .http()
        .post("/api/target/docs/upload", &crate::support::Form::new())
        .failure(400);
    let download = server.http().get(&format!("/api/backup/{first}/download"));
    let size = download.success_download().bytes.len();
    server.http().without_key().get("/api/stats").failure(401);

    // A request is counted when its answer has gone out, which is when its client goes on.
    let mut found = metrics(&server.http());
    wait_until(|| {
        found = metrics(&server.http());
        let counted = |labels: &str| found["bchan_http_requests_total"].contains_key(labels);
        counted("endpoint=\"none\",code=\"401\"") && counted("endpoint=\"download\",code=\"200\"")
    });
    let of = |family: &str, labels: &str| found[family].get(labels).copied();
    let docs = format!("target=\"{id}\",name=\"odd \\\"name\\\" \\\\ {{a=\\\"b\\\"}}\"");
    let bare = format!("target=\"{empty}\",name=\"empty\"");
    for (family, of_docs, of_empty) in [
        ("bchan_target_backups", 1.0, Some(0.0)),
        ("bchan_target_recycled_backups", 1.0, Some(0.0)),
        ("bchan_target_size_bytes", 234.0, Some(0.0)),
        ("bchan_target_recycled_size_bytes", 1000.0, Some(0.0)),
        ("bchan_target_unhealthy_backups", 1.0, Some(0.0)),
    ] {
        assert_eq!(of(family, &docs), Some(of_docs), "{family}");
        assert_eq!(of(family, &bare), of_empty, "{family}");
    }
    let age = of("bchan_target_last_backup_age_seconds", &docs).unwrap();
    assert!((0.0..3600.0).contains(&age), "{age}");
    let newest = of("bchan_target_last_backup_timestamp_seconds", &docs).unwrap();
    assert!(newest > of("bchan_start_time_seconds", "").unwrap() - 2.0);
    assert_eq!(of("bchan_target_last_backup_age_seconds", &bare), None);
    assert_eq!(of("bchan_targets", ""), Some(2.0));

    let requests = |endpoint: &str, code: u16| {
        let labels = format!("endpoint=\"{endpoint}\",code=\"{code}\"");
        of("bchan_http_requests_total", &labels)
    };
    assert_eq!(requests("createTarget", 201), Some(2.0));
    assert_eq!(requests("upload", 200), Some(2.0));
    assert_eq!(requests("upload", 400), Some(1.0));
    assert_eq!(requests("none", 401), Some(1.0));
    let by =
        |family: &str, endpoint: &str| of(family, &format!("endpoint=\"{endpoint}\"")).unwrap();
    assert!(by("bchan_http_received_bytes_total", "upload") > 1234.0);
    #[expect(clippy::cast_precision_loss, reason = "it is small")]
    let size = size as f64;
    assert_eq!(by("bchan_http_sent_bytes_total", "download"), size);
    assert_eq!(by("bchan_http_cut_responses_total", "download"), 0.0);
    assert_eq!(
        by("bchan_http_request_duration_seconds_count", "upload"),
        3.0
    );
    let upload = |le: &str| {
        let labels = format!("endpoint=\"upload\",le=\"{le}\"");
        of("bchan_http_request_duration_seconds_bucket", &labels).unwrap()
    };
    assert_eq!(upload("+Inf"), 3.0);
    assert!(upload("0.005") <= upload("60") && upload("60") <= 3.0);

    server.http().raw(b"GET / HTTP/2.0\r\n\r\n");
    server.http().raw(b"nonsense\r\n\r\n");
    let again = metrics(&server.http());
    assert_eq!(again["bchan_http_refused_total"]["code=\"400\""], 2.0);
    assert_eq!(again["bchan_http_refused_total"]["code=\"503\""], 0.0);
    assert!((1.0..100.0).contains(&again["bchan_connections"][""]));
    assert_eq!(again["bchan_connections_limit"][""], 1024.0);

    let jobs = |job: &str, outcome: &str| {
        let labels = format!("job=\"{job}\",outcome=\"{outcome}\"");
        of("bchan_jobs_total", &labels)
    };
    assert_eq!(jobs("upload_job", "success"), Some(2.0));
    assert_eq!(jobs("upload_job", "failure"), Some(1.0));
    assert_eq!(jobs("integrity_check_job", "failure"), Some(1.0));
    assert_eq!(jobs("recycle_job", "success"), Some(1.0));
    assert_eq!(jobs("deduplicate_job", "success"), Some(0.0));
    let storage = format!("kind=\"storage\",path=\"{}\"", server.storage().display());
    let free = of("bchan_storage_free_bytes", &storage).unwrap();
    let available = of("bchan_storage_available_bytes", &storage).unwrap();
    assert!(
        free > 0.0 && available < free,
        "the reserve is not available"
    );
}

/// An address of this machine that is not its loopback, if it has one.
fn outside() -> Option<IpAddr> {
    // Nothing is sent to it; that there is a way there is enough.
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

/// Headers by which proxies say that they have passed a request on.
const PROXIED: [&str; 5] = [
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "Forwarded",
    "Via",
    "X-Real-IP",
];

fn unproxied(http: &Http, path: &str, status: u16) {
    for header in PROXIED {
        for connection in ["close", &format!("close, {header}")] {
            let request = format!(
                "GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}: for=192.0.2.1\r\n\
                 Connection: {connection}\r\n\r\n"
            );
            let answer = http.raw(request.as_bytes());
            assert_eq!(answer.status, status, "{request}");
        }
    }
}

#[test]
fn without_a_key_the_own_machine_learns_whether_all_is_well_and_no_more() {
    let server = TestServer::start_with(&["--listen", "0.0.0.0:0"], true);
    let here = SocketAddr::new([127, 0, 0, 1].into(), server.addr().port());
    let http = |at: SocketAddr, key: Option<&str>| Http::new(at, key.map(str::to_owned));
    let nobody = http(here, None);
    let well = json!({ "success": true, "checks": [] });
    assert_eq!(nobody.get("/healthz").success(200), well);
    assert_eq!(nobody.get("/healthz?live").success(200), well);
    for path in ["/metrics", "/api/stats", "/healthz/x", "/"] {
        nobody.get(path).failure(401);
    }
    for path in ["/healthz", "/metrics"] {
        // A request with a key has the rights of that key.
        http(here, Some("bakch-wrong")).get(path).failure(403);
        // A request through a proxy comes from where the proxy says.
        unproxied(&nobody, path, 401);
        assert_eq!(
            http(here, Some(server.key())).get(path).status,
            200,
            "{path}"
        );
    }
    let away = server.data().join("away");
    fs::rename(server.storage(), &away).unwrap();
    let answer = nobody.get("/healthz");
    let message = answer.failure(503);
    assert!(!message.contains("storage"), "{message}");
    assert_eq!(answer.body()["checks"], json!([]));
    assert_eq!(nobody.get("/healthz?live").success(200), well);
    fs::rename(&away, server.storage()).unwrap();

    let Some(outside) = outside() else {
        return skipped("the machine has no address but its loopback's");
    };
    let there = SocketAddr::new(outside, server.addr().port());
    for path in ["/healthz", "/metrics"] {
        http(there, None).get(path).failure(401);
        let answer = http(there, Some(server.key())).get(path);
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[test]
fn monitoring_is_open_where_that_was_asked_for() {
    let server = TestServer::start_with(&["--open-monitoring"], true);
    let nobody = server.http().without_key();
    assert!(metrics(&nobody).contains_key("bchan_jobs_total"));
    let health = nobody.get("/healthz").success(200);
    assert_eq!(health["checks"].as_array().unwrap().len(), 4);
    nobody.get("/api/stats").failure(401);
    for path in ["/healthz", "/metrics"] {
        unproxied(&nobody, path, 401);
    }
    // Not for a page that has been made to lead here.
    let request = b"GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    nobody.raw(request).failure(403);
}

#[test]
fn a_key_for_one_target_learns_of_no_other() {
    let server = TestServer::start_with_key();
    let mine = server.target("mine", "multi");
    let other = server.target("other", "multi");
    server.upload("other", b"x");
    let new_key = |name: &str, rights: &str, target: Option<&str>| {
        let program = server.bchan(["server", "new-key", "--name", name, "--rights", rights]);
        let program = program.arg("--data").arg(server.data());
        let target = target.map(|target| ["--target", target]);
        let output = program.args(target.into_iter().flatten()).ok();
        output.stdout.trim().to_owned()
    };
    let bound = new_key("bound", "read", Some("mine"));
    let append = new_key("append", "append", None);
    let read = new_key("read", "read", None);

    let http = server.http().with_key(&bound);
    let found = metrics(&http);
    let all = format!("{found:?}");
    assert!(all.contains(&mine) && !all.contains(&other), "{all}");
    let families: Vec<_> = found.keys().map(String::as_str).collect();
    let own = |name: &&str| name.starts_with("bchan_target") || *name == "bchan_build_info";
    assert!(families.iter().all(own), "{families:?}");
    assert_eq!(found["bchan_targets"][""], 1.0);
    let health = http.get("/healthz").success(200);
    let check = json!({ "name": "storage", "ok": true });
    assert_eq!(health["checks"][2], check);
    fs::rename(server.storage(), server.data().join("away")).unwrap();
    let answer = http.get("/healthz");
    assert_eq!(answer.failure(503), "does not answer: storage");
    assert_eq!(
        answer.body()["checks"][2],
        json!({ "name": "storage", "ok": false })
    );

    server.http().with_key(&append).get("/metrics").failure(403);
    server.http().with_key(&append).get("/healthz").failure(503);
    assert!(metrics(&server.http().with_key(&read)).contains_key("bchan_jobs_total"));
}
