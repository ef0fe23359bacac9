//! Lists, and the forms that they are written in.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::TestServer;

/// What a run prints, line by line.
fn lines(server: &TestServer, args: &[&str]) -> Vec<String> {
    let output = server.bchan(args).ok();
    assert_eq!(output.stderr, "", "{output:#?}");
    output.stdout.lines().map(str::to_owned).collect()
}

fn json_lines(server: &TestServer, args: &[&str]) -> Vec<Value> {
    let parse = |line: &String| serde_json::from_str(line).unwrap();
    let with_form = [args, &["-o", "jsonl"]].concat();
    lines(server, &with_form).iter().map(parse).collect()
}

#[test]
fn targets_are_chosen_and_sorted() {
    let server = TestServer::start();
    let ids: Vec<String> = (0..23)
        .map(|n| {
            let tags = if n % 2 == 0 { "even,all" } else { "all" };
            let tags: Vec<_> = tags.split(',').collect();
            let more = json!({ "tags": tags, "alias": format!("z{:02}", 50 - n) });
            server.target_with(&format!("t{n:02}"), "multi", &more)
        })
        .collect();
    let all = lines(&server, &["target", "list", "--all", "-o", "id"]);
    assert_eq!(all, ids);
    assert_eq!(
        lines(&server, &["target", "list", "-p", "3", "-o", "id"]),
        ids[20..]
    );
    let even = lines(
        &server,
        &[
            "target", "list", "--tag", "even", "--tag", "all", "-o", "id",
        ],
    );
    let expected: Vec<_> = ids.iter().step_by(2).cloned().collect();
    assert_eq!(even, expected);
    let by_alias = lines(&server, &["target", "list", "--sort", "alias", "-o", "id"]);
    assert!(by_alias.iter().eq(ids.iter().rev()), "{by_alias:?}");
    assert!(lines(&server, &["target", "list", "--tag", "odd", "-o", "id"]).is_empty());
}

#[test]
fn a_search_finds_what_fits_everything() {
    let server = TestServer::start();
    let count = json!({ "recycle_criteria": "count", "recycle_value": 3, "tags": ["a", "b"] });
    let first = server.target_with("Photos", "multi", &count);
    let second = server.target_with("old photos", "single", &json!({}));
    server.target_with("music", "multi", &json!({ "deduplicate": true }));
    let search = |args: &[&str]| {
        let args = [&["target", "search", "-o", "id"], args].concat();
        lines(&server, &args)
    };
    assert_eq!(search(&["PHOTO"]), [&*first, &*second]);
    assert_eq!(search(&["-n", "photo", "--type", "single"]), [&*second]);
    assert_eq!(search(&["-c", "count", "--tags", "b,a"]), [&*first]);
    assert_eq!(search(&["-d", "off", "-a", "recycle"]), [&*first, &*second]);
    assert!(search(&["video"]).is_empty());
    let nothing = server.bchan(["target", "search"]).run();
    assert_eq!(nothing.code, Some(2), "{nothing:#?}");
}

#[test]
fn backups_are_listed_newest_first() {
    let server = TestServer::start();
    server.target("docs", "multi");
    let ids: Vec<String> = (0..3_u8).map(|n| server.upload("docs", &[n])).collect();
    server.bchan(["backup", "recycle", &ids[1]]).ok();
    let list = |more: &[&str]| {
        let args = [&["backup", "list", "docs", "-o", "id"], more].concat();
        lines(&server, &args)
    };
    assert_eq!(list(&[]), [&*ids[2], &*ids[0]]);
    assert_eq!(list(&["-r"]), [&*ids[2], &*ids[1], &*ids[0]]);
    assert_eq!(list(&["-r", "--limit", "2"]), [&*ids[2], &*ids[1]]);
    let items = json_lines(&server, &["backup", "list", "docs", "-r"]);
    assert_eq!(items.len(), 3);
    assert_eq!(
        (&items[1]["id"], &items[1]["is_recycled"]),
        (&json!(ids[1]), &json!(true))
    );
    assert_eq!(
        lines(&server, &["recycle-bin", "list", "-o", "id"]),
        [&*ids[1]]
    );
}

#[test]
fn every_document_says_its_version_first() {
    let server = TestServer::start();
    server.target("docs", "multi");
    let id = server.upload("docs", b"1");
    for args in [
        &["target", "list"][..],
        &["target", "show", "docs"],
        &["target", "search", "docs"],
        &["backup", "list", "docs"],
        &["backup", "recycle", &id],
        &["recycle-bin", "list"],
        &["job", "list"],
        &["job", "run", "recycle_job"],
        &["stats"],
        &["log"],
    ] {
        let output = server.bchan(args).args(["-o", "json"]).ok();
        assert!(
            output.stdout.starts_with("{\n  \"format\": 1,\n"),
            "{args:?}: {output:#?}"
        );
    }
    // A list has a line for each item, everything else one.
    assert_eq!(json_lines(&server, &["target", "list"])[0]["alias"], "docs");
    let jobs = json_lines(&server, &["job", "list"]);
    assert!(
        jobs.iter()
            .any(|job| job["name"] == "recycle_job" && job["interval"].is_u64())
    );
    assert_eq!(json_lines(&server, &["stats"])[0]["format"], 1);
}

#[test]
fn output_of_ids_is_refused_where_there_are_none() {
    let server = TestServer::start();
    server.target("docs", "multi");
    let id = server.upload("docs", b"1");
    let none = server.bchan(["stats", "-o", "id"]).run();
    assert_eq!((none.code, &*none.stdout), (Some(2), ""), "{none:#?}");
    // What changes something does so, and has nothing to show.
    let recycled = server.bchan(["backup", "recycle", &id, "-o", "id"]).ok();
    assert_eq!(recycled.stdout, "");
    assert_eq!(server.backup("docs", &id).unwrap()["is_recycled"], true);
    let source = server.home().join("file");
    std::fs::write(&source, "content").unwrap();
    let path = source.to_str().unwrap();
    let stored = lines(&server, &["backup", "upload", "docs", path, "-o", "id"]);
    assert!(server.backup("docs", &stored[0]).is_some(), "{stored:?}");
}

#[test]
fn jobs_are_waited_for() {
    let server = TestServer::start();
    let id = server.target("docs", "single");
    let run = server.bchan(["job", "run", "recycle_job", "--wait"]).json();
    assert_eq!(run["jobs"][0]["status"], "FINISHED", "{run}");
    let number = run["jobs"][0]["id"].to_string();
    server.bchan(["job", "wait", &number]).ok();
    let unknown = server.bchan(["job", "wait", &number, "4711"]).run();
    assert_eq!(unknown.code, Some(10), "{unknown:#?}");
    assert!(unknown.stderr.contains("job 4711"), "{unknown:#?}");
    // A backup whose file is gone makes the check of all backups fail.
    let backup = server.upload(&id, b"content");
    let file = server.storage().join("docs").join(format!("docs-{backup}"));
    std::fs::remove_file(&file).unwrap();
    let failed = server
        .bchan(["job", "run", "integrity_check_job", "--wait"])
        .run();
    assert_eq!(failed.code, Some(1), "{failed:#?}");
    assert!(failed.stderr.contains("failed"), "{failed:#?}");
    // Of which the error tells, and nothing else.
    assert_eq!(failed.stdout, "", "{failed:#?}");
}

#[test]
fn jobs_name_their_targets_and_have_the_times_of_all_results() {
    let server = TestServer::start();
    let id = server.target("docs", "single");
    server.upload(&id, b"content");
    let shown = server.bchan(["job", "list"]).ok().stdout;
    let upload = shown.lines().find(|line| line.contains("upload_job"));
    assert!(upload.unwrap().contains(" docs "), "{shown}");
    let jobs = server.bchan(["job", "list"]).json();
    assert_eq!(jobs["delayed"][0]["target_id"], *id);
    for time in [
        &jobs["delayed"][0]["start_time"],
        &jobs["delayed"][0]["end_time"],
        &jobs["scheduled"][0]["next_run"],
    ] {
        let is_iso = time.as_str().is_some_and(|time| time.ends_with("+00:00"));
        assert!(is_iso, "{time}");
    }
}

#[test]
fn the_first_characters_of_an_id_stand_for_a_backup() {
    let server = TestServer::start();
    server.target("docs", "single");
    let ids: Vec<String> = (0..2_u8).map(|n| server.upload("docs", &[n])).collect();
    let (id, short) = (&ids[0], &ids[0][..8]);
    let upper = short.to_uppercase();
    server.bchan(["backup", "verify", &upper]).ok();
    server.bchan(["backup", "recycle", short]).ok();
    assert_eq!(server.backup("docs", id).unwrap()["is_recycled"], true);
    server.bchan(["backup", "restore", short]).ok();
    assert_eq!(server.backup("docs", id).unwrap()["is_recycled"], false);
    // Three are too few, and others are none.
    for unknown in [&id[..3], "zzzz", &format!("{short}z")] {
        let output = server.bchan(["backup", "delete", unknown]).run();
        assert_eq!(output.code, Some(10), "{unknown}: {output:#?}");
    }
    let deleted = server.bchan(["backup", "delete", short, "-d"]).ok();
    assert!(deleted.stdout.contains(&**id), "{deleted:#?}");
    assert!(server.backup("docs", id).is_none());
    assert!(server.backup("docs", &ids[1]).is_some());
}

#[test]
fn targets_are_listed_with_what_they_hold() {
    let server = TestServer::start();
    server.target("docs", "single");
    server.target("empty", "single");
    server.upload("docs", b"123");
    let newest = server.upload("docs", b"45");
    let recycled = server.upload("docs", b"6");
    server.bchan(["backup", "recycle", &recycled]).ok();
    let newest = server.backup("docs", &newest).unwrap();
    let items = json_lines(&server, &["target", "list", "--backups"]);
    let held = |item: &Value| {
        let fields = ["name", "backup_count", "backup_bytes", "newest_backup"];
        fields.map(|field| item[field].clone())
    };
    assert_eq!(
        held(&items[0]),
        [
            json!("docs"),
            json!(2),
            json!(5),
            newest["created_at"].clone()
        ]
    );
    assert_eq!(
        held(&items[1]),
        [json!("empty"), json!(0), json!(0), Value::Null]
    );
    let text = lines(&server, &["target", "list", "--backups"]);
    assert!(text[1].contains("5 B"), "{text:?}");
    assert!(text[2].contains("never"), "{text:?}");
}

#[test]
fn a_followed_log_shows_what_happens() {
    let server = TestServer::start();
    let mut command = server
        .bchan(["log", "--follow", "--tail", "1"])
        .into_command();
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    server.target("docs", "multi");
    let second = lines.next().unwrap().unwrap();
    assert!(second.contains("created a target"), "{first}\n{second}");
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&child),
        rustix::process::Signal::INT,
    )
    .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
