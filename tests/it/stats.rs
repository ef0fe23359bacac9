//! How much a server holds.

use serde_json::{Value, json};

use crate::support::TestServer;

/// The numbers in the order of the documentation.
fn numbers(stats: &Value) -> [u64; 5] {
    [
        "total_target_size",
        "total_recycle_bin_size",
        "total_targets",
        "total_backups",
        "total_recycled_backups",
    ]
    .map(|name| stats[name].as_u64().unwrap())
}

#[test]
fn everything_is_counted_once() {
    let server = TestServer::start();
    let ask = || server.http().get("/api/stats").success(200);
    assert_eq!(numbers(&ask()), [0; 5]);
    assert_eq!(ask()["program_version"], env!("CARGO_PKG_VERSION"));
    server.target("a", "multi");
    server.target("b", "single");
    server.upload("a", b"one");
    let second = server.upload("a", b"three");
    server.upload("b", b"seventeen");
    assert_eq!(numbers(&ask()), [17, 0, 2, 3, 0]);
    let path = format!("/api/backup/{second}");
    let recycle = json!({ "is_recycled": true });
    server.http().json("PATCH", &path, &recycle).success(200);
    assert_eq!(numbers(&ask()), [12, 5, 2, 3, 1]);
    let delete = json!({ "delete_files": true });
    server.http().json("DELETE", &path, &delete).success(200);
    assert_eq!(numbers(&ask()), [12, 0, 2, 2, 0]);
}

#[test]
fn stats_are_printed_as_text_and_json() {
    let server = TestServer::start();
    server.target("a", "multi");
    server.upload("a", b"one");
    for words in [&["stats"][..], &["stats", "view"]] {
        let text = server.bchan(words).ok().stdout;
        assert!(text.contains("backups:         1 (3 B)"), "{text}");
    }
    let json = server.bchan(["stats"]).json();
    assert_eq!(numbers(&json), [3, 0, 1, 1, 0]);
}

#[test]
fn the_program_shows_the_log() {
    let server = TestServer::start();
    server.target("a", "multi");
    let all = server.bchan(["log"]).ok().stdout;
    assert!(all.contains("target"), "{all}");
    let end = server.bchan(["log", "view", "-t", "1"]).ok().stdout;
    assert_eq!(end.lines().count(), 1, "{end}");
    let json = server.bchan(["log", "--tail", "1"]).json();
    assert_eq!(json["log"].as_str().unwrap().lines().count(), 1);
}
