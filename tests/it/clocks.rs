//! Clocks that are wrong, uploads of one second, and floods.

use std::collections::HashSet;
use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Form, Program, TestServer};

const DAY: i64 = 24 * 60 * 60;
const YEAR: i64 = 365 * DAY;

/// A server whose clocks the test sets.
struct Clocked {
    server: Option<TestServer>,
}

impl Clocked {
    fn start() -> Self {
        Self::over(tempfile::tempdir().unwrap(), 0)
    }

    /// A server over a home that is there already, with the machine's clock off by `error`.
    fn over(home: TempDir, error: i64) -> Self {
        let clocks = home.path().join("clocks");
        fs::write(&clocks, format!("{error} 0")).unwrap();
        let env = [("BCHAN_CLOCK", clocks.to_str().unwrap())];
        let server = TestServer::over(home, &[], &env).unwrap_or_else(|_| panic!("no start"));
        Self {
            server: Some(server),
        }
    }

    fn server(&self) -> &TestServer {
        self.server.as_ref().unwrap()
    }

    /// Sets the machine's clock off by `error`, and the time since it was started ahead by
    /// `measured` seconds.
    fn set(&self, error: i64, measured: i64) {
        // In one step: the server may read it at any time.
        let clocks = self.server().home().join("clocks");
        fs::write(clocks.with_extension("new"), format!("{error} {measured}")).unwrap();
        fs::rename(clocks.with_extension("new"), clocks).unwrap();
    }

    /// Stops the server and starts another with the machine's clock off by `error`.
    fn restart(&mut self, error: i64) {
        let mut server = self.server.take().unwrap();
        assert_eq!(server.stop(), Some(0));
        *self = Self::over(server.into_home(), error);
    }

    /// The ids that the target has, as the server lists them.
    fn ids(&self) -> Vec<String> {
        let view = self.server().http().get("/api/target/t").success(200);
        let backups = view["backups"].as_array().unwrap().iter();
        backups
            .map(|backup| backup["id"].as_str().unwrap().to_owned())
            .collect()
    }

    fn recycle(&self) -> Value {
        self.server().run_job("recycle_job")
    }

    fn uploads(&self, contents: &[&[u8]]) -> Vec<String> {
        let upload = |content: &&[u8]| self.server().upload("t", content);
        contents.iter().map(upload).collect()
    }

    fn metric(&self, name: &str) -> i64 {
        let answer = self.server().http().get("/metrics");
        let text = String::from_utf8(answer.bytes).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim().parse().unwrap()
    }
}

fn by_count(count: i64) -> Value {
    json!({"recycle_criteria": "count", "recycle_value": count, "recycle_action": "delete"})
}

fn by_age(days: i64) -> Value {
    json!({"recycle_criteria": "age", "recycle_value": days, "recycle_action": "delete"})
}

fn reversed(ids: &[String]) -> Vec<String> {
    ids.iter().rev().cloned().collect()
}

#[test]
fn recycling_by_count_keeps_the_last_that_arrived_whatever_the_clock_showed() {
    for error in [10 * YEAR, -10 * YEAR] {
        let clocked = Clocked::start();
        clocked.server().target_with("t", "single", &by_count(2));
        clocked.set(error, 0);
        let mut ids = clocked.uploads(&[b"1", b"2", b"3"]);
        clocked.set(0, 0);
        ids.extend(clocked.uploads(&[b"4", b"5"]));
        assert_eq!(clocked.ids(), reversed(&ids), "last arrived first");
        clocked.recycle();
        assert_eq!(clocked.ids(), reversed(&ids[3..]));
    }
}

#[test]
fn recycling_and_deduplication_keep_the_last_of_one_second() {
    let clocked = Clocked::start();
    let rule = json!({
        "recycle_criteria": "count", "recycle_value": 1, "recycle_action": "delete",
        "deduplicate": true
    });
    for round in 0..8 {
        let alias = format!("t{round}");
        clocked.server().target_with(&alias, "single", &rule);
        // Whatever the ids are, which are random.
        let ids = [b"1", b"2", b"3"].map(|content| clocked.server().upload(&alias, content));
        clocked.recycle();
        let left = ids.map(|id| clocked.server().backup(&alias, &id).is_some());
        assert_eq!(left, [false, false, true]);
    }
}

#[test]
fn recycling_by_age_is_held_while_the_clock_is_ahead() {
    for ahead in [300 * DAY, 10 * YEAR] {
        let mut clocked = Clocked::start();
        clocked.server().target_with("t", "single", &by_age(30));
        let ids = clocked.uploads(&[b"1", b"2", b"3"]);
        for restarts in [false, true] {
            if restarts {
                clocked.restart(ahead);
            } else {
                clocked.set(ahead, 0);
            }
            let job = clocked.recycle();
            assert_eq!(job["status"], "FINISHED");
            let message = job["message"].as_str().unwrap();
            assert!(
                message.starts_with("2 backups of 1 targets stay"),
                "{message}"
            );
            assert_eq!(clocked.metric("bchan_recycling_held_backups "), 2);
            let difference = clocked.metric("bchan_clock_difference_seconds ");
            assert!((difference - ahead).abs() < DAY, "{difference}");
            assert_eq!(clocked.ids(), reversed(&ids));
            clocked.restart(0);
            let job = clocked.recycle();
            assert_eq!(
                (&job["status"], &job["message"]),
                (&json!("FINISHED"), &json!(null))
            );
            assert_eq!(clocked.ids(), reversed(&ids));
        }
        let log = clocked.server().log();
        assert!(log.contains("recycling by age is held"), "{log}");
    }
}

#[test]
fn what_was_uploaded_under_a_wrong_clock_gets_old_in_its_own_time() {
    for error in [10 * YEAR, -10 * YEAR, -56 * YEAR] {
        let mut clocked = Clocked::start();
        clocked.server().target_with("t", "single", &by_age(30));
        clocked.restart(error);
        let ids = clocked.uploads(&[b"1", b"2"]);
        clocked.restart(0);
        let last = clocked.uploads(&[b"3"]);
        clocked.recycle();
        clocked.set(29 * DAY, 29 * DAY);
        clocked.recycle();
        assert_eq!(clocked.ids().len(), 3, "off by {error}");
        // Sixty days in which the server ran.
        clocked.set(60 * DAY, 60 * DAY);
        clocked.recycle();
        assert_eq!(clocked.ids(), last, "{ids:?}, off by {error}");
    }
}

#[test]
fn time_without_a_server_counts_once_the_server_has_run_for_a_day() {
    let mut clocked = Clocked::start();
    clocked.server().target_with("t", "single", &by_age(10));
    let ids = clocked.uploads(&[b"1", b"2"]);
    clocked.restart(20 * DAY);
    assert!(clocked.recycle()["message"].is_string());
    // What arrives now is not older for what is believed later.
    let new = clocked.uploads(&[b"3"]);
    for hours in [20, 30, 60] {
        let measured = hours * 60 * 60;
        clocked.set(20 * DAY + measured, measured);
        clocked.recycle();
    }
    assert_eq!(clocked.ids(), new, "{ids:?} are old");
}

#[test]
fn names_of_one_second_do_not_change_times() {
    let clocked = Clocked::start();
    let template = json!({"name_template": "x-$D"});
    clocked.server().target_with("t", "single", &template);
    let before = bchan_api::Time::now();
    let ids: HashSet<_> = clocked
        .uploads(&[b"x".as_slice(); 25])
        .into_iter()
        .collect();
    let after = bchan_api::Time::now();
    let view = clocked.server().http().get("/api/target/t").success(200);
    let times = view["backups"].as_array().unwrap().iter();
    let times: Vec<bchan_api::Time> = times
        .map(|backup| serde_json::from_value(backup["created_at"].clone()).unwrap())
        .collect();
    assert!(
        times.iter().all(|time| (before..=after).contains(time)),
        "{times:?}"
    );
    assert_eq!((ids.len(), clocked.server().files().len()), (25, 25));
}

/// A key with a name.
fn key(server: &TestServer, name: &str, rights: &str) -> String {
    let program = Program::new(server.home())
        .args(["server", "new-key", "--data"])
        .arg(server.data())
        .args(["--name", name, "--rights", rights]);
    program.ok().stdout.trim().to_owned()
}

#[test]
fn keys_that_append_add_no_more_in_a_day_than_the_target_takes() {
    let server = TestServer::start_with_key();
    let limits = json!({
        "recycle_criteria": "count", "recycle_value": 5, "min_backups": 10,
        "recycle_action": "delete", "max_daily_uploads": 3
    });
    let id = server.target_with("t", "multi", &limits);
    let good = server.upload("t", b"good");
    let append = server.http().with_key(&key(&server, "first", "append"));
    let form = Form::new().file("junk", b"junk");
    let upload = || append.post("/api/target/t/upload", &form);
    // What fails does not count.
    append
        .post("/api/target/t/upload", &Form::new())
        .failure(400);
    for _ in 0..3 {
        upload().success(200);
    }
    for _ in 0..7 {
        let refused = upload();
        assert!(refused.failure(429).contains("3 backups a day"));
        let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((DAY - 600..=DAY).contains(&wait), "{wait}");
    }
    let list = json!({"file_list": [{"path": "", "name": "a"}], "manual": false});
    append.json("POST", "/api/seq/t/begin", &list).failure(429);
    server.run_job("recycle_job");
    assert!(
        server.backup("t", &good).is_some(),
        "the flood has not reached it"
    );
    let jobs = server.http().get("/api/jobs").success(200);
    let jobs = jobs["delayed"].as_array().unwrap().iter();
    assert_eq!(jobs.filter(|job| job["name"] == "upload_job").count(), 5);
    // A key with all rights is not counted, and the deleted ones still are.
    server.upload("t", b"more");
    let path = format!("/api/target/{id}/all");
    let files = json!({"delete_files": true});
    server.http().json("DELETE", &path, &files).success(200);
    upload().failure(429);

    let file = server.home().join("file");
    fs::write(&file, "x").unwrap();
    let client = server.bchan(["backup", "upload", "t"]).arg(&file);
    let refused = client
        .env("BCHAN_API_KEY", key(&server, "second", "append"))
        .run();
    assert_eq!(refused.code, Some(75), "{refused:?}");
    assert!(
        refused.stderr.contains("takes no more for now (429)"),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.contains("try again in 24 h"),
        "{}",
        refused.stderr
    );

    let edit = |more: &[&str]| {
        server.bchan(["target", "edit", "t"]).args(more).ok();
        let shown = server.http().get("/api/target/t").success(200);
        shown["target"]["max_daily_uploads"].clone()
    };
    assert_eq!(edit(&["--max-daily-uploads", "4"]), 4);
    upload().success(200);
    upload().failure(429);
    assert_eq!(edit(&["--name", "other"]), 4);
    assert_eq!(edit(&["--max-daily-uploads", "0"]), 0);
    assert_eq!(edit(&["--remove-max-daily-uploads"]), json!(null));
    upload().success(200);
}

#[test]
fn jumps_of_the_clock_do_not_move_the_daily_limit() {
    let clocked = Clocked::start();
    let server = clocked.server();
    server.target_with("t", "single", &json!({"max_daily_uploads": 1}));
    let append = server.http().with_key(&key(server, "first", "append"));
    let form = Form::new().file("file", b"x");
    let upload = || append.post("/api/target/t/upload", &form);
    upload().success(200);
    for error in [2 * DAY, 10 * YEAR, -10 * YEAR, 0] {
        clocked.set(error, 0);
        upload().failure(429);
    }
    // A day that has really passed, though the clock says otherwise.
    clocked.set(-YEAR, DAY + 1);
    upload().success(200);
    upload().failure(429);
}

#[test]
fn a_repaired_database_has_the_order_of_arrival() {
    let mut clocked = Clocked::start();
    clocked.server().target_with("t", "single", &by_count(1));
    clocked.set(10 * YEAR, 0);
    let mut ids = clocked.uploads(&[b"1", b"2"]);
    clocked.set(0, 0);
    ids.extend(clocked.uploads(&[b"3", b"4"]));
    let mut server = clocked.server.take().unwrap();
    assert_eq!(server.stop(), Some(0));
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(server.data().join(format!("bchan.db{suffix}")));
    }
    let repair = server.bchan(["server", "check", "--repair", "--data"]);
    repair.arg(server.data()).run();
    clocked = Clocked::over(server.into_home(), 0);
    assert_eq!(clocked.ids(), reversed(&ids));
    ids.extend(clocked.uploads(&[b"5"]));
    assert_eq!(clocked.ids(), reversed(&ids));
    clocked.recycle();
    assert_eq!(clocked.ids(), ids[4..]);
}
