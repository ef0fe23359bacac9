//! The description of the API, and a real server that is as it says. All other tests compare the
//! answers that they get with it, too.

use bchan_api::{Endpoint, OPENAPI};
use serde_json::json;

use crate::resuming::{interrupt, wait_for_partial};
use crate::support::{Form, TestServer};

#[test]
fn the_description_needs_a_key() {
    let server = TestServer::start_with_key();
    let answer = server.http().get("/api/openapi.json");
    assert_eq!(
        (answer.status, answer.bytes.as_slice()),
        (200, OPENAPI.as_bytes())
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
    server
        .http()
        .without_key()
        .get("/api/openapi.json")
        .failure(401);
}

/// Asks for each endpoint once, so that each has a good answer to compare.
#[test]
fn every_endpoint_answers_as_described() {
    let server = TestServer::start_with_key();
    let id = server.target("t", "multi");
    server.target("other", "multi");
    let (kept, gone) = (server.upload("t", b"1"), server.upload("t", b"2"));
    let json = |method: &str, endpoint: Endpoint, object: &str, body| {
        assert_eq!(endpoint.method().as_str(), method);
        server.http().json(method, &endpoint.path(object), &body)
    };
    let ask = |endpoint: Endpoint| match endpoint {
        Endpoint::ListTargets
        | Endpoint::ListRecycleBin
        | Endpoint::ListJobs
        | Endpoint::ShowStats
        | Endpoint::ShowLog
        | Endpoint::ShowHealth
        | Endpoint::ShowMetrics
        | Endpoint::Describe => server.http().get(&endpoint.path("")),
        Endpoint::SearchTargets => server.http().get(&format!("{}?name=t", endpoint.path(""))),
        Endpoint::CreateTarget => json(
            "POST",
            endpoint,
            "",
            json!({
                "name": "new", "backup_type": "single", "location": "new", "name_template": "new-$I"
            }),
        ),
        Endpoint::ShowTarget => server.http().get(&endpoint.path(&id)),
        Endpoint::EditTarget => json("PATCH", endpoint, "t", json!({"name": "renamed"})),
        Endpoint::DeleteTarget => json("DELETE", endpoint, "other", json!({"delete_files": true})),
        Endpoint::DeleteBackups | Endpoint::DeleteRecycled => {
            json("DELETE", endpoint, "other", json!({"delete_files": 0}))
        }
        Endpoint::ClearRecycleBin => json("DELETE", endpoint, "", json!({"delete_files": true})),
        Endpoint::Upload => {
            let form = Form::new().file("a", b"x").field("manual", "1");
            server.http().post(&endpoint.path("t"), &form)
        }
        Endpoint::Increment => {
            let form = Form::new().file("a", b"x").field("manual", "0");
            server.http().post(&endpoint.path("t"), &form)
        }
        Endpoint::Partial => {
            let token = "0".repeat(32);
            let tree = server.home().join("tree");
            std::fs::create_dir(&tree).unwrap();
            std::fs::write(tree.join("file"), vec![b'x'; 100_000]).unwrap();
            std::fs::write(tree.join("second"), vec![b'x'; 100_000]).unwrap();
            interrupt(&server, "t", &tree, 80, &token);
            wait_for_partial(&server, "t", &token);
            let headers = [("bchan-upload", &*token)];
            server
                .http()
                .send("GET", &endpoint.path("t"), &headers, b"")
        }
        Endpoint::EditBackup => json("PATCH", endpoint, &kept, json!({"is_recycled": true})),
        Endpoint::DeleteBackup => json("DELETE", endpoint, &gone, json!({"delete_files": true})),
        Endpoint::Download | Endpoint::Manifest => server.http().get(&endpoint.path(&kept)),
        Endpoint::RunJob => server.http().get(&endpoint.path("tmp_purge_job")),
        Endpoint::BeginSequence => json(
            "POST",
            endpoint,
            "t",
            json!({"file_list": [{"path": "/", "name": "f"}]}),
        ),
        Endpoint::ShowSequence => server.http().get(&endpoint.path("t")),
        Endpoint::UploadFile => {
            let form = Form::new().field("path", "/").field("name", "f");
            server
                .http()
                .post(&endpoint.path("t"), &form.part("file", "", b"x"))
        }
        Endpoint::FinishSequence => json("POST", endpoint, "t", json!({})),
        Endpoint::TerminateSequence => {
            let list = json!({"file_list": []});
            json("POST", Endpoint::BeginSequence, "t", list).success(200);
            json("POST", endpoint, "t", json!({}))
        }
    };
    // Deletions of what others ask for come last.
    let deletes = |endpoint: &Endpoint| *endpoint == Endpoint::DeleteTarget;
    let (last, first): (Vec<_>, Vec<_>) = Endpoint::all().partition(deletes);
    for endpoint in first.into_iter().chain(last) {
        let answer = ask(endpoint);
        assert!(answer.status < 300, "{endpoint:?}: {answer:?}");
    }
}

/// What a client could send by mistake or malice is refused in words, and never with a 5xx.
#[test]
fn odd_requests_are_refused_as_described() {
    let server = TestServer::start();
    server.target("t", "multi");
    let deep = "[".repeat(50_000);
    let odd = [
        "",
        "null",
        "[]",
        "[true, []]",
        "\u{feff}{}",
        "{} {}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\u{1}\"}",
        "{\"file_list\":[[\"/\",\"a\",false]],\"delete_files\":2,\"name\":1}",
        "{\"file_list\":1,\"delete_files\":1.5,\"is_recycled\":\"true\",\"name\":{}}",
        "{\"min_backups\":99999999999999999999,\"delete_files\":1e999}",
        "{\"min_backups\":1e300}",
        "{\"recycle_value\":-9223372036854775808}",
        &deep,
    ];
    let bodies = [
        ("POST", "/api/target"),
        ("PATCH", "/api/target/t"),
        ("DELETE", "/api/target/t"),
        ("DELETE", "/api/recycle_bin"),
        ("POST", "/api/seq/t/begin"),
    ];
    let json = [("Content-Type", "application/json; charset=utf-8")];
    for (method, path) in bodies {
        for body in odd {
            server
                .http()
                .send(method, path, &json, body.as_bytes())
                .failure(400);
        }
        server
            .http()
            .send(method, path, &json, b"{\"\xff\":1}")
            .failure(400);
        let plain = [("Content-Type", "text/plain")];
        for headers in [&plain[..], &[]] {
            server
                .http()
                .send(method, path, headers, b"{\"file_list\":[]}")
                .failure(415);
        }
    }
    for path in [
        "/api/target/%00",
        "/api/target/%ff",
        "/api/target/%F0%9F%98%80",
        "/api/seq/%00",
    ] {
        server.http().get(path).failure(404);
    }
    for query in [
        "page",
        "p%61ge=0",
        "page=1&page=%00",
        "page=99999999999999999999",
    ] {
        server
            .http()
            .get(&format!("/api/target?{query}"))
            .failure(400);
    }
    for method in ["TRACE", "PUT", "get", "QUERY"] {
        let answer = server.http().send(method, "/api/target/t", &[], b"");
        let allow = answer.header("allow");
        assert_eq!(
            (answer.status, allow),
            (405, Some("GET, PATCH, DELETE")),
            "{method}"
        );
    }
}

#[test]
fn numbers_may_have_a_fraction_of_zero() {
    let server = TestServer::start();
    server.target("t", "multi");
    let edit = json!({"min_backups": 3.0, "deduplicate": 1.0});
    server
        .http()
        .json("PATCH", "/api/target/t", &edit)
        .success(200);
    let target = server.http().get("/api/target/t").success(200)["target"].clone();
    assert_eq!(
        (&target["min_backups"], &target["deduplicate"]),
        (&3.into(), &true.into())
    );
    let begin = json!({"manual": 0.0, "file_list": []});
    server
        .http()
        .json("POST", "/api/seq/t/begin", &begin)
        .success(200);
    server
        .http()
        .json("DELETE", "/api/target/t", &json!({"delete_files": 1.0}))
        .success(200);
}
