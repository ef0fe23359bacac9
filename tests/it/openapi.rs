//! The description of the API, and a real server that is as it says. All other tests compare the
//! answers that they get with it, too.

use bchan_api::{Endpoint, OPENAPI};
use serde_json::json;

use crate::support::{Form, TestServer};

#[test]
fn whoever_has_the_key_is_told() {
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
    let server = TestServer::start();
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
        | Endpoint::Describe => server.http().get(&endpoint.path("")),
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
        Endpoint::EditBackup => json("PATCH", endpoint, &kept, json!({"is_recycled": true})),
        Endpoint::DeleteBackup => json("DELETE", endpoint, &gone, json!({"delete_files": true})),
        Endpoint::Download => server.http().get(&endpoint.path(&kept)),
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
