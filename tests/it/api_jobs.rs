//! Jobs over plain HTTP.

use serde_json::json;

use crate::support::{Form, TestServer};

#[test]
fn the_list_has_the_documented_shape() {
    let server = TestServer::start();
    server.target("s", "single");
    server
        .http()
        .post("/api/target/s/upload", &Form::new().file("a", b"x"))
        .success(200);
    let jobs = server.http().get("/api/jobs").success(200);
    let job = &jobs["delayed"][0];
    assert_eq!(
        (&job["name"], &job["status"]),
        (&json!("upload_job"), &json!("FINISHED"))
    );
    for field in ["start_time", "end_time"] {
        assert!(job[field].as_str().unwrap().ends_with(" GMT"), "{job}");
    }
    let scheduled = jobs["scheduled"].as_array().unwrap();
    let recycle = scheduled
        .iter()
        .find(|job| job["name"] == "recycle_job")
        .unwrap();
    assert_eq!(recycle["interval"], 3600);
    assert!(recycle["next_run"].is_number() && recycle["display_name"].is_string());
    server.http().get("/api/jobs/force_run/none").failure(404);
    server
        .http()
        .json("POST", "/api/jobs", &json!({}))
        .failure(405);
}

#[test]
fn recycling_keeps_the_newest() {
    let server = TestServer::start();
    let rule = |action: &str, value: u32| {
        json!({
            "recycle_criteria": "count", "recycle_value": value, "recycle_action": action,
            "name_template": format!("{action}-$D-$I")
        })
    };
    for (target, action) in [("kept", "recycle"), ("gone", "delete")] {
        server.target_with(target, "single", &rule(action, 2));
        let path = format!("/api/target/{target}/upload");
        for number in 0..5 {
            let form = Form::new().file("a", format!("{number}").as_bytes());
            server.http().post(&path, &form).success(200);
        }
    }
    assert_eq!(server.run_job("recycle_job")["status"], "FINISHED");
    let bins = |target: &str| {
        let view = server
            .http()
            .get(&format!("/api/target/{target}"))
            .success(200);
        let backups = view["backups"].as_array().unwrap().clone();
        backups
            .iter()
            .map(|b| b["is_recycled"].as_bool().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(bins("kept").iter().filter(|recycled| **recycled).count(), 3);
    assert_eq!(bins("kept").len(), 5);
    assert_eq!(bins("gone"), [false, false]);
    assert_eq!(server.files().len(), 7);
    // Once more changes nothing.
    server.run_job("recycle_job");
    assert_eq!(server.files().len(), 7);
    server.assert_no_leftovers();
}

#[test]
fn a_job_that_is_due_runs_by_itself() {
    let mut server = TestServer::start();
    let rule = json!({"recycle_criteria": "count", "recycle_value": 1});
    server.target_with("t", "single", &rule);
    for content in [b"1", b"2"] {
        let form = Form::new().file("a", content);
        server
            .http()
            .post("/api/target/t/upload", &form)
            .success(200);
    }
    let next_run = |server: &TestServer| {
        let jobs = server.http().get("/api/jobs").success(200);
        jobs["scheduled"][0]["next_run"].as_f64().unwrap()
    };
    next_run(&server);
    assert_eq!(server.stop(), Some(0));
    let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); \
        c.execute('UPDATE schedule SET next_run = 5'); c.commit()";
    let mut python = std::process::Command::new("python3");
    python
        .args(["-c", script])
        .arg(server.data().join("bchan.db"));
    assert!(python.status().unwrap().success());
    server.crash_and_restart();
    let recycled = || {
        server
            .files()
            .iter()
            .any(|path| path.starts_with("recycle-bin/"))
    };
    while !recycled() {
        std::thread::yield_now();
    }
    assert!(next_run(&server) > 1_000_000_000.0, "it has its next time");
}
