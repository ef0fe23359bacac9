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
