//! Targets over plain HTTP.

use serde_json::{Value, json};

use crate::support::TestServer;

fn body(name: &str) -> Value {
    json!({
        "name": name, "backup_type": "multi", "recycle_criteria": "count", "recycle_value": 10,
        "recycle_action": "recycle", "location": name, "name_template": format!("{name}-$I-$D"),
        "deduplicate": true, "alias": name, "min_backups": 2, "tags": ["cool", "beans"]
    })
}

#[test]
fn the_documented_life_of_a_target() {
    let server = TestServer::start();
    let http = server.http();
    let created = http.json("POST", "/api/target", &body("docs")).success(201);
    let id = created["id"].as_str().unwrap();
    for name in [id, "docs", "d%6Fcs"] {
        let shown = http.get(&format!("/api/target/{name}")).success(200);
        let mut expected = body("docs");
        let fields = expected.as_object_mut().unwrap();
        fields.remove("backup_type");
        fields.insert("target_type".into(), json!("multi"));
        fields.insert("id".into(), json!(id));
        assert_eq!(shown["target"], expected);
        assert_eq!(shown["backups"], json!([]));
    }
    let edit = json!({
        "name": "renamed", "recycle_criteria": "age", "recycle_value": 3,
        "recycle_action": "delete", "location": "elsewhere", "name_template": "$D",
        "deduplicate": false, "alias": null, "num_backups": 5, "tags": []
    });
    http.json("PATCH", "/api/target/docs", &edit).success(200);
    let shown = http.get(&format!("/api/target/{id}")).success(200)["target"].clone();
    for field in [
        "name",
        "recycle_criteria",
        "recycle_value",
        "recycle_action",
        "location",
        "tags",
    ] {
        assert_eq!(shown[field], edit[field], "{field}");
    }
    assert_eq!(
        (&shown["alias"], &shown["min_backups"]),
        (&json!(null), &json!(5))
    );
    http.get("/api/target/docs").failure(404);
    http.json(
        "DELETE",
        &format!("/api/target/{id}"),
        &json!({"delete_files": true}),
    )
    .success(200);
    http.get(&format!("/api/target/{id}")).failure(404);
    assert_eq!(http.get("/api/target").success(200)["targets"], json!([]));
}

#[test]
fn pages_hold_ten_by_name() {
    let server = TestServer::start();
    for number in (0..23).rev() {
        server.target(&format!("t{number:02}"), "single");
    }
    let page = |query: &str| {
        let list = server
            .http()
            .get(&format!("/api/target{query}"))
            .success(200);
        let name = |target: &Value| target["name"].as_str().unwrap().to_owned();
        list["targets"]
            .as_array()
            .unwrap()
            .iter()
            .map(name)
            .collect::<Vec<_>>()
    };
    assert_eq!(page("").first().unwrap(), "t00");
    assert_eq!(page("?page=1").len(), 10);
    assert_eq!(page("?page=3"), ["t20", "t21", "t22"]);
    assert_eq!(page("?page=4"), [""; 0]);
    assert_eq!(page("?page=18446744073709551615"), [""; 0]);
    for query in ["?page=0", "?page=x", "?page=-1", "?page=", "?page=1.5"] {
        server
            .http()
            .get(&format!("/api/target{query}"))
            .failure(400);
    }
}

#[test]
fn bad_targets_are_refused_and_change_nothing() {
    let server = TestServer::start();
    let http = server.http();
    server.target("taken", "multi");
    let with = |field: &str, value: Value| {
        let mut body = body("new");
        body[field] = value;
        body
    };
    let faults = [
        (with("backup_type", json!("zzz")), 400, "backup_type"),
        (with("name", json!("")), 400, "name"),
        (with("recycle_value", json!(null)), 400, "recycle_value"),
        (with("recycle_value", json!(-1)), 400, "recycle_value"),
        (with("name_template", json!("plain")), 400, "name_template"),
        (with("name_template", json!("a/$I")), 400, "name_template"),
        (with("alias", json!("")), 400, "alias"),
        (with("alias", json!("taken")), 409, "alias"),
        (
            with("name_template", json!("taken-$I")),
            409,
            "name_template",
        ),
        (with("location", json!("/etc")), 400, "location"),
        (with("location", json!("../x")), 400, "location"),
        (with("location", json!(server.data())), 400, "location"),
        (
            with("location", json!(server.data().join("recycle-bin/x"))),
            400,
            "location",
        ),
        (with("tags", json!(["a b"])), 400, "tag"),
        (with("min_backups", json!("2")), 400, "min_backups"),
        (with("num_backups", json!(3)), 400, "num_backups"),
        (json!([]), 400, "object"),
    ];
    for (body, status, word) in faults {
        let message = http.json("POST", "/api/target", &body).failure(status);
        assert!(message.contains(word), "{body}: {message}");
    }
    let before = http.get("/api/target/taken").success(200);
    for edit in [
        json!({"alias": ""}),
        json!({"location": "/"}),
        json!({"backup_type": "single"}),
    ] {
        http.json("PATCH", "/api/target/taken", &edit).failure(400);
    }
    assert_eq!(http.get("/api/target/taken").success(200), before);
    assert_eq!(
        http.get("/api/target").success(200)["targets"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(server.files(), [""; 0]);
}

#[test]
fn every_answer_is_json() {
    let server = TestServer::start();
    let http = server.http();
    server.target("t", "multi");
    let json = ("Content-Type", "application/json");
    http.send("POST", "/api/target", &[json], b"{").failure(400);
    http.send("POST", "/api/target", &[json], b"\"\xff\"")
        .failure(400);
    http.send(
        "POST",
        "/api/target",
        &[("Content-Type", "text/plain")],
        b"{}",
    )
    .failure(415);
    http.send("POST", "/api/target", &[], b"{}").failure(415);
    http.send("POST", "/api/target", &[json], &vec![b' '; 2 << 20])
        .failure(413);
    http.send("POST", "/api/target", &[], b"").failure(400);
    http.send("DELETE", "/api/target/t", &[], b"").failure(400);
    http.json("DELETE", "/api/target/t", &json!({}))
        .failure(400);
    http.json("DELETE", "/api/target/t", &json!({"delete_files": "yes"}))
        .failure(400);
    http.json("DELETE", "/api/target/none", &json!({"delete_files": true}))
        .failure(404);
    http.json("PATCH", "/api/target/none", &json!({}))
        .failure(404);
    for path in [
        "/",
        "/api",
        "/api/",
        "/api/nothing",
        "/api/target/t/nothing",
        "/api/target/%ff",
    ] {
        http.get(path).failure(404);
    }
    let answer = http.send("PUT", "/api/target/t", &[], b"");
    answer.failure(405);
    assert_eq!(answer.header("allow"), Some("GET, PATCH, DELETE"));
    assert!(
        answer
            .header("backup-chan-features")
            .unwrap()
            .contains("zstd")
    );
    http.raw(b"GET /api/target HTTP/1.1\r\n\r\n").failure(400);
    http.get("/api/target/t").success(200);
}

#[test]
fn the_key_opens_and_nothing_else_does() {
    let server = TestServer::start_with_key();
    let http = server.http();
    http.get("/api/target").success(200);
    let none = server.http().without_key().get("/api/target");
    assert_eq!(none.failure(401), "Unauthorized");
    let wrong = server.http().with_key("bakch-wrong").get("/api/target");
    assert_eq!(wrong.failure(403), "Invalid API key");
    server.http().without_key().get("/nothing").failure(401);
    let log = std::fs::read_to_string(server.home().join("server.log")).unwrap_or_default();
    assert!(!log.contains(server.key()), "the key is in the log");
}
