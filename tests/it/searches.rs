//! Finding targets over plain HTTP.

use serde_json::{Value, json};

use crate::support::TestServer;

/// Names of what a search has found, in its order.
#[track_caller]
fn found(server: &TestServer, query: &str) -> Vec<String> {
    let path = format!("/api/target/search?{query}");
    let answer = server.http().get(&path).success(200);
    let name = |target: &Value| target["name"].as_str().unwrap().to_owned();
    let targets = answer["targets"].as_array().unwrap();
    targets.iter().map(name).collect()
}

#[test]
fn each_filter_finds_what_has_it() {
    let server = TestServer::start();
    server.target_with(
        "zebra",
        "multi",
        &json!({ "tags": ["cool", "beans"], "deduplicate": true, "location": "Stable/one",
            "recycle_criteria": "age", "recycle_value": 3 }),
    );
    server.target_with(
        "100% Ärger_",
        "single",
        &json!({ "alias": null, "location": "cellar", "name_template": "x-$D-$M",
            "recycle_action": "delete", "tags": ["cool"] }),
    );
    server.target_with("ape", "multi", &json!({ "tags": ["coolant"] }));
    for (query, expected) in [
        ("name=EB", &["zebra"][..]),
        // Neither of these is a wildcard.
        ("name=%25", &["100% Ärger_"]),
        ("name=_", &["100% Ärger_"]),
        ("name=%C3%84rg", &["100% Ärger_"]),
        ("name=*", &[]),
        ("name=a", &["ape", "zebra"]),
        ("name=%00", &[]),
        ("name=zebra'--", &[]),
        ("type=multi", &["ape", "zebra"]),
        ("type=single", &["100% Ärger_"]),
        ("recycle_criteria=age", &["zebra"]),
        ("recycle_criteria=none", &["100% Ärger_", "ape"]),
        ("recycle_action=delete", &["100% Ärger_"]),
        ("location=stable/", &["zebra"]),
        ("name_template=$d", &["100% Ärger_"]),
        ("deduplicate=on", &["zebra"]),
        ("deduplicate=false", &["100% Ärger_", "ape"]),
        ("deduplicate=0", &["100% Ärger_", "ape"]),
        ("alias=e", &["ape", "zebra"]),
        ("tags=cool", &["100% Ärger_", "zebra"]),
        ("tags=beans+cool", &["zebra"]),
        ("tags=cool%20%20coolant", &[]),
        ("tags=Cool", &[]),
        ("tags=co", &[]),
        // All together, and what the server does not know is nothing.
        ("tags=cool&type=multi&name=z&colour=red", &["zebra"]),
        ("tags=cool&type=multi&name=x", &[]),
        ("tags=&alias=&type=&name=ape", &["ape"]),
        ("name=zebra&name=ape", &["ape"]),
        // As the Python program sends them: under the name before, and the tags as an alias.
        ("type=BackupRecycleCriteria.AGE&alias=", &["zebra"]),
        ("recycle_criteria=delete&alias=", &["100% Ärger_"]),
        ("recycle_action=cellar&alias=", &["100% Ärger_"]),
        ("location=$M&alias=", &["100% Ärger_"]),
        ("name_template=on&alias=", &["zebra"]),
        ("deduplicate=zeb&alias=", &["zebra"]),
        ("type=age&alias=beans+cool", &["zebra"]),
        ("name=a&recycle_action=a&alias=cool", &["zebra"]),
        ("type=BackupType.SINGLE", &["100% Ärger_"]),
    ] {
        assert_eq!(found(&server, query), expected, "{query}");
    }
}

#[test]
fn more_than_a_page_is_found_at_once() {
    let server = TestServer::start();
    for number in (0..12).rev() {
        server.target(&format!("t{number:02}"), "multi");
    }
    let names: Vec<_> = (0..12).map(|number| format!("t{number:02}")).collect();
    assert_eq!(found(&server, "name=t"), names);
}

#[test]
fn a_search_for_nothing_or_for_nonsense_is_refused() {
    let server = TestServer::start();
    server.target("t", "multi");
    let nothing = [
        "",
        "tags=",
        "alias=",
        "name=&alias=&tags=+",
        "colour=red",
        "page=1",
    ];
    for query in nothing {
        let path = format!("/api/target/search?{query}");
        let message = server.http().get(&path).failure(400);
        assert!(message.contains("filter"), "{query}: {message}");
    }
    server.http().get("/api/target/search").failure(400);
    for query in ["type=x", "recycle_criteria=Age", "recycle_action=t"] {
        let path = format!("/api/target/search?name=t&{query}");
        let message = server.http().get(&path).failure(400);
        assert!(message.contains("is not one of"), "{query}: {message}");
    }
    let path = "/api/target/search?deduplicate=perhaps";
    let message = server.http().get(path).failure(400);
    assert!(message.contains("`perhaps`"), "{message}");
    // The name stays in the search.
    let alias = json!({ "alias": "search" });
    let message = server
        .http()
        .json("PATCH", "/api/target/t", &alias)
        .failure(400);
    assert!(message.contains("alias"), "{message}");
}
