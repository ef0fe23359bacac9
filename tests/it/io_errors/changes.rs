//! Every kind of change, over one state before.

use std::fs;

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Answer, Form, TestServer};

/// Longest time for a job.
const PATIENCE: Duration = Duration::from_secs(10);

/// A kind of change.
pub(super) struct Change {
    pub(super) name: &'static str,
    /// Whether recycled backups lie on another file system.
    pub(super) far_bin: bool,
    /// The requests that make it, worked out before anything fails.
    plan: fn(&TestServer) -> Vec<Request>,
}

/// What the server has said of a change.
pub(super) enum Outcome {
    Done,
    /// It has not happened.
    Refused(String),
    /// It may have happened or not.
    Unknown(String),
}

impl Outcome {
    /// For messages.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Done => "done".to_owned(),
            Self::Refused(message) => format!("refused: {message}"),
            Self::Unknown(message) => format!("unknown: {message}"),
        }
    }
}

/// A request; one that runs a job waits until it has ended.
pub(super) struct Request {
    method: &'static str,
    path: String,
    content_type: String,
    body: Vec<u8>,
}

impl Request {
    fn json(method: &'static str, path: impl Into<String>, body: &Value) -> Self {
        Self {
            method,
            path: path.into(),
            content_type: "application/json".to_owned(),
            body: body.to_string().into_bytes(),
        }
    }

    fn form(path: &str, form: &Form) -> Self {
        Self {
            method: "POST",
            path: path.to_owned(),
            content_type: Form::content_type(),
            body: form.finish(),
        }
    }

    fn job(name: &str) -> Self {
        let path = format!("/api/jobs/force_run/{name}");
        Self {
            method: "GET",
            path,
            content_type: "application/json".to_owned(),
            body: Vec::new(),
        }
    }

    fn send(&self, server: &TestServer) -> Outcome {
        let headers = [("Content-Type", self.content_type.as_str())];
        let http = server.http();
        let Some(answer) = http.try_send(self.method, &self.path, &headers, &self.body) else {
            return Outcome::Unknown("no answer".to_owned());
        };
        if answer.status < 300 && self.path.starts_with("/api/jobs/force_run/") {
            return wait_for_job(server, &answer.body()["job_id"]);
        }
        outcome(&answer)
    }
}

fn outcome(answer: &Answer) -> Outcome {
    if answer.status < 300 {
        return Outcome::Done;
    }
    refusal(format!("{} {}", answer.status, answer.body()))
}

/// A failure, from everything that was said of it.
fn refusal(message: String) -> Outcome {
    let signs = [
        "outcome unknown",
        "outcome_unknown",
        "\"outcome\":\"unknown\"",
    ];
    if signs.iter().any(|sign| message.contains(sign)) {
        Outcome::Unknown(message)
    } else {
        Outcome::Refused(message)
    }
}

fn wait_for_job(server: &TestServer, id: &Value) -> Outcome {
    let begun = Instant::now();
    loop {
        let Some(answer) = server.http().try_send("GET", "/api/jobs", &[], b"") else {
            return Outcome::Unknown("no answer".to_owned());
        };
        if answer.status == 200 {
            let jobs = answer.body();
            let mut jobs = jobs["delayed"].as_array().unwrap().iter();
            let job = jobs
                .find(|job| job["id"] == *id)
                .expect("the job is listed");
            match job["status"].as_str().unwrap() {
                "FINISHED" => return Outcome::Done,
                // A job goes on from target to target, and a fault ends it where it is.
                "ERROR" => return Outcome::Unknown(job.to_string()),
                _ => {}
            }
        }
        if begun.elapsed() > PATIENCE {
            return Outcome::Unknown("the job does not end".to_owned());
        }
        thread::sleep(Duration::from_millis(10));
    }
}

impl Change {
    pub(super) fn plan(&self, server: &TestServer) -> Vec<Request> {
        (self.plan)(server)
    }

    /// Sends requests up to the first that fails.
    pub(super) fn make(requests: &[Request], server: &TestServer) -> Outcome {
        let mut outcome = Outcome::Done;
        for request in requests {
            outcome = request.send(server);
            if !matches!(outcome, Outcome::Done) {
                break;
            }
        }
        outcome
    }
}

/// Makes the state before: single files, trees, a rule that recycles, and duplicates.
pub(super) fn prepare(server: &TestServer) {
    let rule = json!({"recycle_criteria": "count", "recycle_value": 2});
    let targets = [
        ("s", "single", json!({})),
        ("m", "multi", json!({})),
        ("r", "multi", rule),
        ("d", "multi", json!({"deduplicate": true})),
    ];
    for (name, kind, more) in targets {
        server.target_with(name, kind, &more);
        if name == "d" {
            // As archives, which say when their files were made.
            let folder = server.home().join("same");
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("a"), "same").unwrap();
            for _ in 0..2 {
                server.bchan(["backup", "upload", "d"]).arg(&folder).ok();
            }
            continue;
        }
        for content in ["1", "22", "333"] {
            let path = format!("/api/target/{name}/upload");
            let form = form(kind, &format!("{name}{content}"));
            server.http().post(&path, &form).success(200);
        }
    }
    for name in ["s", "m"] {
        let path = format!("/api/backup/{}", backup(server, name, 1));
        let wish = json!({"is_recycled": true});
        server.http().json("PATCH", &path, &wish).success(200);
    }
}

fn form(kind: &str, content: &str) -> Form {
    let form = Form::new().file("a", content.as_bytes());
    if kind == "multi" {
        form.file("b", &[7; 10_000])
    } else {
        form
    }
}

/// The id of a target's backup: the `nth` in the order of their sizes.
fn backup(server: &TestServer, target: &str, nth: usize) -> String {
    let view = server
        .http()
        .get(&format!("/api/target/{target}"))
        .success(200);
    let mut backups = view["backups"].as_array().unwrap().clone();
    backups.sort_by_key(|backup| backup["filesize"].as_u64());
    backups[nth]["id"].as_str().unwrap().to_owned()
}

fn recycled(server: &TestServer, target: &str, nth: usize, recycled: bool) -> Vec<Request> {
    let path = format!("/api/backup/{}", backup(server, target, nth));
    let wish = json!({"is_recycled": recycled});
    vec![Request::json("PATCH", path, &wish)]
}

fn edited(server: &TestServer, target: &str, changes: &Value) -> Vec<Request> {
    let path = format!("/api/target/{target}");
    let mut body = server.http().get(&path).success(200)["target"].clone();
    let changes = changes.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(changes);
    vec![Request::json("PATCH", path, &body)]
}

fn deleted(path: impl Into<String>) -> Vec<Request> {
    vec![Request::json(
        "DELETE",
        path,
        &json!({"delete_files": true}),
    )]
}

fn created() -> Vec<Request> {
    let body = json!({
        "name": "n", "backup_type": "multi", "recycle_criteria": "none", "recycle_value": null,
        "recycle_action": "recycle", "location": "n", "name_template": "n-$I",
        "deduplicate": false, "alias": "n", "min_backups": null, "tags": []
    });
    vec![Request::json("POST", "/api/target", &body)]
}

fn sequence() -> Vec<Request> {
    let file = |name: &str| json!({"path": "/deep", "name": name, "uploaded": false});
    let list = json!({"manual": 0, "file_list": [file("a"), file("b")]});
    let part = |name: &str| {
        let form = Form::new().field("path", "/deep").field("name", name);
        Request::form(
            "/api/seq/m/upload",
            &form.part("file", "x", name.as_bytes()),
        )
    };
    vec![
        Request::json("POST", "/api/seq/m/begin", &list),
        part("a"),
        part("b"),
        Request::json("POST", "/api/seq/m/finish", &json!({})),
    ]
}

/// All of them.
pub(super) fn all() -> Vec<Change> {
    let near = |name, plan| Change {
        name,
        far_bin: false,
        plan,
    };
    let far = |name, plan| Change {
        name,
        far_bin: true,
        plan,
    };
    vec![
        near("upload of a file", |_| {
            vec![Request::form(
                "/api/target/s/upload",
                &form("single", "new"),
            )]
        }),
        near("upload of a tree", |_| {
            vec![Request::form("/api/target/m/upload", &form("multi", "new"))]
        }),
        near("sequential upload", |_| sequence()),
        near("recycling", |s| recycled(s, "m", 0, true)),
        near("restoring", |s| recycled(s, "s", 1, false)),
        far("recycling to another disk", |s| recycled(s, "m", 0, true)),
        far("restoring from another disk", |s| {
            recycled(s, "m", 1, false)
        }),
        near("moving a target", |s| {
            edited(s, "m", &json!({"location": "elsewhere/deep"}))
        }),
        near("renaming backups", |s| {
            edited(s, "s", &json!({"name_template": "other-$I"}))
        }),
        near("editing a target", |s| {
            edited(
                s,
                "s",
                &json!({"recycle_value": 50, "recycle_criteria": "count"}),
            )
        }),
        near("creating a target", |_| created()),
        near("deleting a backup", |s| {
            deleted(format!("/api/backup/{}", backup(s, "m", 0)))
        }),
        near("deleting a target", |_| deleted("/api/target/m")),
        near("deleting recycled backups", |_| {
            deleted("/api/target/m/recycled")
        }),
        near("the job that recycles", |_| {
            vec![Request::job("recycle_job")]
        }),
        near("the job that deduplicates", |_| {
            vec![Request::job("deduplicate_job")]
        }),
    ]
}

/// Whether a server takes and deletes an upload; leaves nothing.
pub(super) fn is_usable(server: &TestServer) -> bool {
    let mut target = created().remove(0);
    target.body = String::from_utf8(target.body)
        .unwrap()
        .replace("\"n\"", "\"probe\"")
        .replace("n-$I", "probe-$I")
        .into_bytes();
    let upload = Request::form("/api/target/probe/upload", &form("multi", "probe"));
    let made = Change::make(&[target, upload], server);
    let gone = Change::make(&deleted("/api/target/probe"), server);
    matches!((made, gone), (Outcome::Done, Outcome::Done))
}
