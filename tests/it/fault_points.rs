//! The server dies at every durable step in turn, and what it leaves is the state before or after.
//!
//! Each scenario is run again and again over a copy of the same data, with the process aborted at
//! the first point, the second, and so on until one run gets through. After each death a server
//! starts again (dying on its way, too, in a second round), and then the state that the API shows
//! and the files on the disk must be the one before or the one after, complete in every respect.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::support::{Answer, Form, Program, TestServer, assert_no_leftovers_below};

/// One change of state.
struct Scenario {
    /// Makes the state before.
    prepare: fn(&TestServer),
    /// Makes the change; `None` when an answer is lost.
    act: fn(&TestServer) -> Option<()>,
    /// Whether recycled backups lie on another file system.
    far_bin: bool,
    /// Whether the second round kills the server while it recovers, too.
    twice: bool,
}

impl Scenario {
    fn new(prepare: fn(&TestServer), act: fn(&TestServer) -> Option<()>) -> Self {
        Self {
            prepare,
            act,
            far_bin: false,
            twice: false,
        }
    }

    fn with_far_bin(mut self) -> Self {
        self.far_bin = true;
        self
    }

    fn twice(mut self) -> Self {
        self.twice = true;
        self
    }

    /// Enumerates the points; returns how many there are.
    fn run(&self) -> usize {
        let Some(mut lab) = Lab::new(self.far_bin) else {
            return 0;
        };
        let server = lab.start(tempfile::tempdir().unwrap(), &[]).unwrap();
        (self.prepare)(&server);
        let before = snapshot(&server, &lab);
        lab.keep(server);

        let server = lab.start(lab.copy(), &[]).unwrap();
        (self.act)(&server).expect("without a fault it works");
        let after = snapshot(&server, &lab);
        assert_whole(&server, &lab);
        drop(server);
        assert_ne!(before, after, "the scenario changes nothing");

        for point in 1.. {
            let at = point.to_string();
            let faults = [("BCHAN_ABORT_AT", &*at), ("BCHAN_ABORT_FROM", "run")];
            let server = lab.start(lab.copy(), &faults).unwrap();
            let answered = (self.act)(&server);
            // What follows an answer, the tidying of a job for one, may still reach the point.
            if answered.is_some()
                && let Some(found) = try_snapshot(&server, &lab)
                && server.is_alive()
            {
                assert_eq!(found, after);
                assert!(point > 5, "no fault points were passed");
                return point - 1;
            }
            let mut home = server.into_home();
            if self.twice {
                home = lab.die_while_recovering(home);
            }
            let server = lab.start(home, &[]).unwrap();
            let found = snapshot(&server, &lab);
            let wanted = if answered.is_some() {
                [&after, &after]
            } else {
                [&before, &after]
            };
            assert!(
                wanted.contains(&&found),
                "died at point {point}, acknowledged: {}\nbefore:\n{before}\nafter:\n{after}\n\
                 found:\n{found}\n{}",
                answered.is_some(),
                server.log()
            );
            assert_whole(&server, &lab);
        }
        unreachable!("some run gets through")
    }
}

/// Where the runs of a scenario take place.
pub(crate) struct Lab {
    /// The state before.
    kept: Option<TempDir>,
    kept_bin: TempDir,
    /// Another file system, with the recycle bin of the current run.
    far: Option<TempDir>,
}

impl Lab {
    pub(crate) fn new(far_bin: bool) -> Option<Self> {
        // Memory is another file system wherever there is this folder.
        let far = if far_bin {
            Some(tempfile::tempdir_in("/dev/shm").ok()?)
        } else {
            None
        };
        Some(Self {
            kept: None,
            kept_bin: tempfile::tempdir().unwrap(),
            far,
        })
    }

    fn options(&self) -> Vec<String> {
        let far = self.far.as_ref().map(|far| far.path().join("bin"));
        let far = far.map(|bin| vec!["--recycle-bin".to_owned(), bin.display().to_string()]);
        far.unwrap_or_default()
    }

    fn bin(&self, server: &TestServer) -> PathBuf {
        let near = || server.data().join("recycle-bin");
        let far = self.far.as_ref().map(|far| far.path().join("bin"));
        far.unwrap_or_else(near)
    }

    pub(crate) fn start(&self, home: TempDir, env: &[(&str, &str)]) -> Result<TestServer, TempDir> {
        TestServer::over(home, &self.options(), env)
    }

    /// Stops a server and takes its data as the state before.
    pub(crate) fn keep(&mut self, mut server: TestServer) {
        assert_eq!(server.stop(), Some(0));
        if let Some(far) = &self.far {
            copy(&far.path().join("bin"), &self.kept_bin.path().join("bin"));
        }
        self.kept = Some(server.into_home());
    }

    /// A copy of the state before.
    pub(crate) fn copy(&self) -> TempDir {
        let home = tempfile::tempdir().unwrap();
        let kept = self.kept.as_ref().unwrap().path();
        copy(&kept.join("data"), &home.path().join("data"));
        accept_copy(&home);
        if let Some(far) = &self.far {
            let bin = far.path().join("bin");
            let _ = fs::remove_dir_all(&bin);
            copy(&self.kept_bin.path().join("bin"), &bin);
        }
        home
    }

    /// Starts until a start gets through, killed at the first point, then at the second, and so on.
    fn die_while_recovering(&self, mut home: TempDir) -> TempDir {
        for point in 1.. {
            let at = point.to_string();
            match self.start(home, &[("BCHAN_ABORT_AT", &at)]) {
                Err(dead) => home = dead,
                Ok(mut server) => {
                    server.kill();
                    return server.into_home();
                }
            }
        }
        unreachable!("some start gets through")
    }
}

/// Lets a server start over a copy of a data folder.
fn accept_copy(home: &TempDir) {
    let check = Program::new(home.path()).args(["server", "check", "--moved", "--data"]);
    let output = check.arg(home.path().join("data")).run();
    // The recycle bin may be elsewhere, and seem to be away.
    assert!(output.stdout.contains("accepted its place"), "{output:?}");
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(copied.unwrap().success());
}

/// Everything that can be seen of a server's state, with backups that are new called so.
pub(crate) fn snapshot(server: &TestServer, lab: &Lab) -> String {
    try_snapshot(server, lab).expect("the server lives")
}

/// The same of a server that may die before all was seen.
fn try_snapshot(server: &TestServer, lab: &Lab) -> Option<String> {
    let get = |path: &str| server.http().try_send("GET", path, &[], b"");
    let mut text = String::new();
    let targets = get("/api/target")?.success(200);
    let bin = lab.bin(server);
    let mut homes = vec![bin.clone()];
    for target in targets["targets"].as_array().unwrap() {
        let id = target["id"].as_str().unwrap();
        let mut shown = target.clone();
        shown["id"] = json!("");
        writeln!(text, "target {shown}").unwrap();
        let location = server.storage().join(target["location"].as_str().unwrap());
        let view = get(&format!("/api/target/{id}"))?.success(200);
        let mut lines = Vec::new();
        for backup in view["backups"].as_array().unwrap() {
            let recycled = backup["is_recycled"].as_bool().unwrap();
            let template = target["name_template"].as_str().unwrap();
            let name = template.replace("$I", backup["id"].as_str().unwrap());
            let path = if recycled { &bin } else { &location }.join(name);
            lines.push(format!(
                "backup recycled={recycled} size={} hash={} broken={} {}",
                backup["filesize"],
                backup["hash"],
                backup["hash_mismatch"],
                content(&path)
            ));
        }
        lines.sort();
        writeln!(text, "{}", lines.join("\n")).unwrap();
        homes.push(location);
    }
    // How many things lie where; their names were looked at above.
    homes.sort();
    homes.dedup();
    for home in homes {
        let entries = fs::read_dir(&home)
            .into_iter()
            .flatten()
            .map(Result::unwrap);
        let visible = entries
            .filter(|entry| entry.file_name() != ".bchan")
            .count();
        let home = home.file_name().unwrap().display();
        writeln!(text, "{home}: {visible} entries").unwrap();
    }
    Some(text)
}

/// The content of a file or a tree, or that it is missing.
fn content(path: &Path) -> String {
    let Ok(meta) = fs::symlink_metadata(path) else {
        return "missing".to_owned();
    };
    if !meta.is_dir() {
        return hex::encode(Sha256::digest(fs::read(path).unwrap()));
    }
    let mut entries: Vec<_> = fs::read_dir(path).unwrap().map(|e| e.unwrap()).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let inside = |entry: std::fs::DirEntry| {
        format!("{}:{}", entry.file_name().display(), content(&entry.path()))
    };
    format!(
        "{{{}}}",
        entries
            .into_iter()
            .map(inside)
            .collect::<Vec<_>>()
            .join(",")
    )
}

/// Nothing is left over, no job hangs, and every backup has its record beside it.
pub(crate) fn assert_whole(server: &TestServer, lab: &Lab) {
    server.assert_no_leftovers();
    if let Some(far) = &lab.far {
        assert_no_leftovers_below(far.path());
    }
    let jobs = server.http().get("/api/jobs").success(200);
    for job in jobs["delayed"].as_array().unwrap() {
        assert!(
            job["status"] == "FINISHED" || job["status"] == "ERROR",
            "{job}"
        );
    }
    let mut known = Vec::new();
    let targets = server.http().get("/api/target").success(200);
    for target in targets["targets"].as_array().unwrap() {
        let path = format!("/api/target/{}", target["id"].as_str().unwrap());
        let view = server.http().get(&path).success(200);
        let backups = view["backups"].as_array().unwrap().clone();
        known.extend(backups.into_iter().map(|backup| {
            let home = if backup["is_recycled"] == true {
                lab.bin(server)
            } else {
                server.storage().join(target["location"].as_str().unwrap())
            };
            (home, format!("{}.json", backup["id"].as_str().unwrap()))
        }));
    }
    known.sort();
    let mut found = Vec::new();
    records(&server.data(), &mut found);
    records(&lab.bin(server), &mut found);
    found.sort();
    found.dedup();
    assert_eq!(found, known, "the records beside the data");
}

/// Home and name of every record below a folder.
fn records(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(Result::unwrap)
    {
        let path = entry.path();
        if path.ends_with("records") {
            let home = path.ancestors().nth(3).unwrap();
            let names = fs::read_dir(&path)
                .unwrap()
                .map(|record| record.unwrap().file_name());
            found.extend(names.map(|name| (home.to_owned(), name.into_string().unwrap())));
        } else if entry.file_type().unwrap().is_dir() {
            records(&path, found);
        }
    }
}

fn done(answer: Option<Answer>) -> Option<()> {
    let answer = answer?;
    assert!(answer.status < 300, "{answer:?}");
    Some(())
}

fn send(server: &TestServer, method: &str, path: &str, body: &Value) -> Option<()> {
    let headers = [("Content-Type", "application/json")];
    let body = body.to_string();
    done(
        server
            .http()
            .try_send(method, path, &headers, body.as_bytes()),
    )
}

fn upload(server: &TestServer, target: &str, form: &Form, key: &str) -> Option<()> {
    let path = format!("/api/target/{target}/upload");
    let content_type = Form::content_type();
    let headers = [("Content-Type", &*content_type), ("Idempotency-Key", key)];
    done(
        server
            .http()
            .try_send("POST", &path, &headers, &form.finish()),
    )
}

fn file(content: &str) -> Form {
    Form::new().file("a", content.as_bytes())
}

fn tree(content: &str) -> Form {
    file(content).file("b", b"")
}

/// The backups of a target, oldest first.
fn backups(server: &TestServer, target: &str) -> Vec<Value> {
    let view = server
        .http()
        .get(&format!("/api/target/{target}"))
        .success(200);
    view["backups"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .cloned()
        .collect()
}

/// Recycles the backups of a target that have this content size.
fn set_recycled(server: &TestServer, target: &str, size: u64, recycled: bool) -> Option<()> {
    for backup in backups(server, target)
        .iter()
        .filter(|b| b["filesize"] == size)
    {
        let path = format!("/api/backup/{}", backup["id"].as_str().unwrap());
        send(server, "PATCH", &path, &json!({"is_recycled": recycled}))?;
    }
    Some(())
}

/// A target with three backups, of which one is recycled.
fn three(server: &TestServer, name: &str, kind: &str, more: &Value) {
    server.target_with(name, kind, more);
    for content in ["1", "22", "333"] {
        let form = if kind == "multi" {
            tree(content)
        } else {
            file(content)
        };
        upload(server, name, &form, content).unwrap();
    }
    set_recycled(server, name, 2, true).unwrap();
}

fn single(server: &TestServer) {
    three(server, "s", "single", &json!({}));
}

fn multi(server: &TestServer) {
    three(server, "m", "multi", &json!({}));
}

fn delete(server: &TestServer, path: &str, delete_files: bool) -> Option<()> {
    send(
        server,
        "DELETE",
        path,
        &json!({"delete_files": delete_files}),
    )
}

fn edited(server: &TestServer, target: &str, changes: &Value) -> Option<()> {
    let path = format!("/api/target/{target}");
    let mut body = server.http().try_send("GET", &path, &[], b"")?.body()["target"].clone();
    body.as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    send(server, "PATCH", &path, &body)
}

/// Runs a job and waits until it has ended.
fn run_job(server: &TestServer, name: &str) -> Option<()> {
    let path = format!("/api/jobs/force_run/{name}");
    let started = server.http().try_send("GET", &path, &[], b"")?.body();
    loop {
        let jobs = server.http().try_send("GET", "/api/jobs", &[], b"")?.body();
        let mut jobs = jobs["delayed"].as_array().unwrap().iter();
        let job = jobs.find(|job| job["id"] == started["job_id"]).unwrap();
        match job["status"].as_str().unwrap() {
            "FINISHED" => return Some(()),
            "ERROR" => panic!("{job}"),
            _ => std::thread::yield_now(),
        }
    }
}

/// Several scenarios, one after the other; says how many points each has.
#[expect(clippy::print_stdout, reason = "seen with --nocapture")]
fn enumerate(scenarios: &[(&str, Scenario)]) {
    for (name, scenario) in scenarios {
        let points = scenario.run();
        println!("{name}: {points} points");
    }
}

#[test]
fn uploads() {
    enumerate(&[
        (
            "upload of a file",
            Scenario::new(single, |s| upload(s, "s", &file("new"), "new")).twice(),
        ),
        (
            "upload of a tree",
            Scenario::new(multi, |s| upload(s, "m", &tree("new"), "new")),
        ),
        (
            "first upload to a target",
            Scenario::new(
                |s| drop(s.target("t", "multi")),
                |s| upload(s, "t", &tree("new"), "new"),
            ),
        ),
    ]);
}

#[test]
fn recycling_and_restoring() {
    enumerate(&[
        (
            "recycling a file",
            Scenario::new(single, |s| set_recycled(s, "s", 1, true)),
        ),
        (
            "recycling a tree",
            Scenario::new(multi, |s| set_recycled(s, "m", 1, true)).twice(),
        ),
        (
            "restoring a file",
            Scenario::new(single, |s| set_recycled(s, "s", 2, false)),
        ),
        (
            "restoring a tree",
            Scenario::new(multi, |s| set_recycled(s, "m", 2, false)),
        ),
    ]);
}

#[test]
fn recycling_to_another_disk_and_back() {
    enumerate(&[
        (
            "recycling a tree to another disk",
            Scenario::new(multi, |s| set_recycled(s, "m", 1, true))
                .with_far_bin()
                .twice(),
        ),
        (
            "restoring a file from another disk",
            Scenario::new(single, |s| set_recycled(s, "s", 2, false)).with_far_bin(),
        ),
    ]);
}

#[test]
fn edits() {
    let moved = |s: &TestServer| edited(s, "m", &json!({"location": "elsewhere/deep"}));
    let renamed = |s: &TestServer| edited(s, "s", &json!({"name_template": "other-$I"}));
    let both = |s: &TestServer| {
        edited(
            s,
            "m",
            &json!({"location": "there", "name_template": "other-$I", "alias": "n"}),
        )
    };
    enumerate(&[
        ("moving a target", Scenario::new(multi, moved)),
        (
            "renaming a target's backups",
            Scenario::new(single, renamed),
        ),
        ("moving and renaming", Scenario::new(multi, both).twice()),
    ]);
}

#[test]
fn deletions_of_backups() {
    enumerate(&[
        (
            "deleting a backup",
            Scenario::new(multi, |s| delete_oldest(s, true)).twice(),
        ),
        (
            "forgetting a backup",
            Scenario::new(multi, |s| delete_oldest(s, false)),
        ),
        (
            "deleting recycled backups",
            Scenario::new(multi, |s| delete(s, "/api/target/m/recycled", true)),
        ),
        (
            "clearing the recycle bin",
            Scenario::new(single, |s| delete(s, "/api/recycle_bin", true)),
        ),
    ]);
}

/// Deletes the oldest backup.
fn delete_oldest(server: &TestServer, files: bool) -> Option<()> {
    let view = server
        .http()
        .try_send("GET", "/api/target/m", &[], b"")?
        .body();
    let oldest = view["backups"]
        .as_array()
        .unwrap()
        .iter()
        .find(|b| b["filesize"] == 1)?;
    delete(
        server,
        &format!("/api/backup/{}", oldest["id"].as_str().unwrap()),
        files,
    )
}

#[test]
fn deletions_of_targets() {
    enumerate(&[
        (
            "deleting all backups",
            Scenario::new(single, |s| delete(s, "/api/target/s/all", true)),
        ),
        (
            "deleting a target",
            Scenario::new(multi, |s| delete(s, "/api/target/m", true)).twice(),
        ),
        (
            "forgetting a target",
            Scenario::new(multi, |s| delete(s, "/api/target/m", false)),
        ),
        (
            "deleting a target with a bin on another disk",
            Scenario::new(multi, |s| delete(s, "/api/target/m", true)).with_far_bin(),
        ),
    ]);
}

#[test]
fn jobs() {
    let counted = |s: &TestServer| {
        let rule = json!({"recycle_criteria": "count", "recycle_value": 1});
        three(s, "t", "multi", &rule);
    };
    let doubled = |s: &TestServer| {
        s.target_with("t", "multi", &json!({"deduplicate": true}));
        // As archives, which say when their files were made.
        let folder = s.home().join("same");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("a"), "same").unwrap();
        for _ in 0..2 {
            s.bchan(["backup", "upload", "t"]).arg(&folder).ok();
        }
    };
    enumerate(&[
        (
            "recycling by a job",
            Scenario::new(counted, |s| run_job(s, "recycle_job")),
        ),
        (
            "deduplication",
            Scenario::new(doubled, |s| run_job(s, "deduplicate_job")),
        ),
    ]);
}

#[test]
fn a_sequential_upload_goes_on_where_it_was_and_is_stored_once() {
    let mut lab = Lab::new(false).unwrap();
    let server = lab.start(tempfile::tempdir().unwrap(), &[]).unwrap();
    server.target("m", "multi");
    let file = |name: &str| json!({"path": "/deep", "name": name, "uploaded": false});
    let list = json!({"manual": 0, "file_list": [file("a"), file("b")]});
    send(&server, "POST", "/api/seq/m/begin", &list).unwrap();
    assert_eq!(send_file(&server, "a"), Some(200));
    lab.keep(server);
    let finish = |server: &TestServer| {
        let headers = [("Content-Type", "application/json")];
        let answer = server
            .http()
            .try_send("POST", "/api/seq/m/finish", &headers, b"{}");
        answer.map(|answer| answer.status)
    };
    for point in 1.. {
        let at = point.to_string();
        let faults = [("BCHAN_ABORT_AT", &*at), ("BCHAN_ABORT_FROM", "run")];
        let server = lab.start(lab.copy(), &faults).unwrap();
        let through = send_file(&server, "b") == Some(200) && finish(&server) == Some(200);
        if through && server.is_alive() {
            assert!(point > 5, "no fault points were passed");
            return;
        }
        let server = lab.start(server.into_home(), &[]).unwrap();
        if !through && backups(&server, "m").is_empty() {
            let status = send_file(&server, "b");
            assert!(
                [Some(200), Some(409)].contains(&status),
                "{point}: {status:?}"
            );
            assert_eq!(finish(&server), Some(200), "{point}");
        }
        let stored = backups(&server, "m");
        assert_eq!(stored.len(), 1, "{point}");
        let place = server
            .storage()
            .join("m")
            .join(format!("m-{}", stored[0]["id"].as_str().unwrap()));
        assert!(
            content(&place).contains("deep:{a:"),
            "{point}: {}",
            content(&place)
        );
        assert_eq!(server.run_job("integrity_check_job")["status"], "FINISHED");
        assert_whole(&server, &lab);
    }
}

/// The status of the answer, if there is one.
fn send_file(server: &TestServer, name: &str) -> Option<u16> {
    let form = Form::new().field("path", "/deep").field("name", name);
    let form = form.part("file", "x", name.as_bytes()).finish();
    let content_type = Form::content_type();
    let headers = [("Content-Type", &*content_type)];
    let answer = server
        .http()
        .try_send("POST", "/api/seq/m/upload", &headers, &form);
    answer.map(|answer| answer.status)
}

#[test]
fn a_new_target() {
    let create = |s: &TestServer| {
        let body = json!({
            "name": "n", "backup_type": "multi", "recycle_criteria": "none",
            "recycle_value": null, "recycle_action": "recycle", "location": "n",
            "name_template": "n-$I", "deduplicate": false, "alias": "n", "min_backups": null,
            "tags": []
        });
        send(s, "POST", "/api/target", &body)
    };
    enumerate(&[("creating a target", Scenario::new(|_| {}, create))]);
}

#[test]
fn an_upload_is_stored_once_however_often_it_is_sent() {
    let mut lab = Lab::new(false).unwrap();
    let server = lab.start(tempfile::tempdir().unwrap(), &[]).unwrap();
    single(&server);
    lab.keep(server);
    for point in 1.. {
        let at = point.to_string();
        let faults = [("BCHAN_ABORT_AT", &*at), ("BCHAN_ABORT_FROM", "run")];
        let server = lab.start(lab.copy(), &faults).unwrap();
        let answered = upload(&server, "s", &file("once"), "the-key");
        // The second one is read, too, before it is known to be the same.
        let again = answered.and_then(|()| upload(&server, "s", &file("once"), "the-key"));
        let alive = again.is_some() && server.is_alive();
        let server = if alive {
            server
        } else {
            let server = lab.start(server.into_home(), &[]).unwrap();
            upload(&server, "s", &file("once"), "the-key").expect("it is up");
            server
        };
        assert_eq!(backups(&server, "s").len(), 4, "died at point {point}");
        assert_whole(&server, &lab);
        if alive {
            return;
        }
    }
}

#[test]
fn a_death_during_the_first_start() {
    let lab = Lab::new(false).unwrap();
    let home = lab.die_while_recovering(tempfile::tempdir().unwrap());
    let server = lab.start(home, &[]).unwrap();
    single(&server);
    assert_whole(&server, &lab);
}
