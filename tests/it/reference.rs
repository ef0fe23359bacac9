//! The reference server's faults, and what the program makes of each.
//!
//! | fault of version 2.10 | test here |
//! | --- | --- |
//! | `min_backups: null` is a 500 | `no_minimum_is_sent_as_zero` |
//! | pages `0` and `x` are an HTML 500 | `pages_that_are_none_are_not_asked_for` |
//! | deleting a target that does not exist is an HTML 500 | `deleting_what_is_not_there_is_10` |
//! | a deletion without a body is an HTML 400 | `deletions_send_their_json_body` |
//! | a doubled alias or a bad template is a 500 with a message | `messages_of_refusals_are_shown` |
//! | `backup_type: "zzz"` is a 201 | `types_that_are_none_are_not_sent`, `a_target_of_no_type_hides_no_other` |
//! | `/jobs` and `/jobs/force_run` are an HTML 404 | `without_a_job_list_an_upload_is_unconfirmed`, `a_hash_that_comes_late_is_waited_for`, `jobs_that_are_not_there_are_a_failure` |
//! | search and download are an HTML 500 | `a_search_that_fails_is_a_failure`, `a_download_that_fails_leaves_nothing` |
//! | an upload without its file is a 200 with a plain text | `an_answer_that_is_not_json_is_no_success` |
//! | a target is made although its creation is a 500 | `a_target_may_be_there_in_spite_of_an_error` |
//! | an acknowledged upload fails, and only its job says so | `a_job_that_fails_is_a_failure` |
//! | jobs and sequential uploads are gone after a restart | `a_forgotten_job_is_unconfirmed`; the program begins no sequential uploads |
//! | a dangling link fails the job; files and row stay | `a_row_without_a_hash_is_no_success` |
//! | deduplication deletes all copies | `a_backup_that_is_gone_again_is_not_shown`; of the server, `jobs::duplicates_go_but_never_on_the_word_of_a_stale_hash` |
//! | files of deleted backups and ended uploads stay | of the server, `api_backups::deleting_takes_the_files_only_when_told_to`, `sequences::what_is_given_up_leaves_nothing` |
//! | bodies are spooled and held in memory | `an_upload_leaves_no_temporary_file` |
//! | the key is shown in full | `the_key_is_shown_nowhere` |
//! | integers for booleans, times without zone, 0 for times, unknown fields, null sizes | `values_of_the_reference_server_are_converted` |
//! | no header says what it can do | `a_server_of_few_words_gets_the_documented_api` |

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::support::{Asked, Fake, JobList, Output, Program, Reference, target};

/// A reference server and its user.
struct Scene {
    home: TempDir,
    server: Fake,
}

impl Scene {
    fn new(reference: Reference) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("source")).unwrap();
        fs::write(home.path().join("source/a"), "content").unwrap();
        Self {
            home,
            server: reference.start(),
        }
    }

    fn source(&self) -> PathBuf {
        self.home.path().join("source")
    }

    fn bchan(&self, args: &[&str]) -> Program {
        let program = Program::new(self.home.path()).env("BCHAN_SERVER", self.server.url());
        // No test here is about trying again, and none shall wait for it, nor for long at all.
        program
            .args(["--retries", "0", "--timeout", "1"])
            .args(args)
    }

    fn upload(&self, options: &[&str]) -> Output {
        let program = self.bchan(&["backup", "upload"]).args(options);
        program.args(["docs"]).arg(self.source()).run()
    }

    /// The requests that the server got, by method and path.
    fn asked(&self) -> Vec<String> {
        self.server.asked().iter().map(Asked::line).collect()
    }
}

/// For uploads whose outcome cannot be known, so that the test does not wait for long.
const IMPATIENT: [&str; 2] = ["--timeout", "5"];

/// A failure with this code that says these words, and no word of HTML.
#[track_caller]
fn fails(output: &Output, code: i32, says: &[&str]) {
    assert_eq!(output.code, Some(code), "{output:#?}");
    assert_eq!(output.stdout, "");
    for words in says {
        assert!(output.stderr.contains(words), "{words}: {output:#?}");
    }
    assert!(!output.stderr.contains("<h1>"), "{output:#?}");
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// What the one file in the source makes of the hash of a tree.
fn tree_hash() -> String {
    sha256(format!("source/a{}", sha256(b"content")).as_bytes())
}

fn with_jobs(jobs: JobList) -> Reference {
    Reference {
        jobs,
        ..Reference::default()
    }
}

fn with_hash(hash: &str) -> Reference {
    Reference {
        hash: json!(hash),
        ..Reference::default()
    }
}

#[test]
fn no_minimum_is_sent_as_zero() {
    let scene = Scene::new(Reference::default());
    scene.bchan(&["target", "create", "--name", "new"]).ok();
    scene
        .bchan(&["target", "edit", "docs", "--name", "papers"])
        .ok();
    let asked = scene.server.asked();
    let sent = asked.iter().filter(|asked| asked.method != "GET");
    let minimums: Vec<_> = sent
        .map(|asked| asked.json()["min_backups"].clone())
        .collect();
    assert_eq!(minimums, [0, 0]);
    // Once more by the way of an upload.
    let program = scene.bchan(&["backup", "upload", "--create", "fresh"]);
    program.arg(scene.source()).ok();
}

#[test]
fn pages_that_are_none_are_not_asked_for() {
    let scene = Scene::new(Reference::default());
    for page in ["0", "x", "-1"] {
        let page = format!("--page={page}");
        fails(
            &scene.bchan(&["target", "list", &page]).run(),
            2,
            &["--page"],
        );
    }
    assert!(scene.asked().is_empty());
    let beyond = scene.bchan(&["target", "list", "--page", "9"]).json();
    assert_eq!(beyond["targets"], json!([]));
}

#[test]
fn deleting_what_is_not_there_is_10() {
    let scene = Scene::new(Reference::default());
    for command in ["delete", "delete-backups", "delete-recycled"] {
        let output = scene.bchan(&["-y", "target", command, "nosuch"]).run();
        fails(&output, 10, &["nosuch"]);
    }
    assert!(scene.asked().iter().all(|line| line.starts_with("GET")));
}

#[test]
fn deletions_send_their_json_body() {
    let scene = Scene::new(Reference::default());
    for command in [
        &["target", "delete", "docs"][..],
        &["target", "delete-backups", "docs", "--delete-files"],
        &["target", "delete-recycled", "docs"],
        &["backup", "delete", "old", "--delete-files"],
        &["recycle-bin", "clear"],
    ] {
        scene.bchan(&["-y"]).args(command).ok();
    }
    let asked = scene.server.asked();
    let deletions = asked.iter().filter(|asked| asked.method == "DELETE");
    let bodies: Vec<_> = deletions.map(Asked::json).collect();
    let files = |delete| json!({ "delete_files": delete });
    assert_eq!(bodies, [false, true, false, true, false].map(files));
}

#[test]
fn messages_of_refusals_are_shown() {
    let scene = Scene::new(Reference::default());
    let create = ["target", "create", "--name", "new"];
    let doubled = scene.bchan(&create).args(["--alias", "docs"]).run();
    fails(&doubled, 1, &["(500)", "alias already exists"]);
    let template = scene.bchan(&create).args(["--name-template", "x"]).run();
    fails(
        &template,
        1,
        &["(500)", "must contain the creation date or id"],
    );
    let posts = scene
        .asked()
        .into_iter()
        .filter(|line| line.starts_with("POST"));
    assert_eq!(posts.count(), 2, "neither was tried again");
}

#[test]
fn types_that_are_none_are_not_sent() {
    let scene = Scene::new(Reference::default());
    let create = ["target", "create", "--name", "new", "--type", "zzz"];
    fails(&scene.bchan(&create).run(), 2, &["zzz", "single, multi"]);
    assert!(scene.asked().is_empty());
}

#[test]
fn a_target_of_no_type_hides_no_other() {
    let scene = Scene::new(Reference {
        more: vec![target("t3", "odd", "zzz"), target("t4", "last", "multi")],
        ..Reference::default()
    });
    let output = scene.bchan(&["target", "list", "-o", "json"]).ok();
    let list: Value = serde_json::from_str(&output.stdout).unwrap();
    let targets = list["targets"].as_array().unwrap().iter();
    let names: Vec<_> = targets
        .map(|target| target["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["docs", "one", "last"]);
    let words = ["warning: target odd is left out", "`zzz`"];
    assert!(
        words.iter().all(|words| output.stderr.contains(words)),
        "{output:?}"
    );
    let upload = scene
        .bchan(&["backup", "upload", "odd"])
        .arg(scene.source())
        .run();
    fails(&upload, 1, &["`zzz`"]);
}

#[test]
fn without_a_job_list_an_upload_is_unconfirmed() {
    let scene = Scene::new(with_jobs(JobList::Missing));
    let output = scene.upload(&[&IMPATIENT[..], &["--verbose", "-o", "json"]].concat());
    assert_eq!(output.code, Some(0), "{output:?}");
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(
        (&report["status"], &report["job_id"]),
        (&json!("unconfirmed"), &json!(7))
    );
    assert!(output.stderr.contains("gives no hash"), "{output:?}");
    // The hash is as good as the word of a job.
    let scene = Scene::new(Reference {
        hash: json!(tree_hash()),
        ..with_jobs(JobList::Missing)
    });
    let report = scene
        .bchan(&["backup", "upload", "docs"])
        .arg(scene.source())
        .json();
    assert_eq!(
        (&report["status"], &report["backup"]["id"]),
        (&json!("stored"), &json!("new"))
    );
}

#[test]
fn a_hash_that_comes_late_is_waited_for() {
    for (hash, code) in [(tree_hash(), 0), (sha256(b"something else"), 1)] {
        let scene = Scene::new(Reference {
            hash: json!(hash),
            late: 2,
            ..with_jobs(JobList::Missing)
        });
        let program = scene.bchan(&["backup", "upload", "docs"]);
        let output = program.arg(scene.source()).run();
        assert_eq!(output.code, Some(code), "{output:?}");
    }
}

#[test]
fn jobs_that_are_not_there_are_a_failure() {
    let scene = Scene::new(with_jobs(JobList::Missing));
    for command in [
        &["job", "list"][..],
        &["job", "run", "recycle_job"],
        &["job", "wait", "7"],
    ] {
        fails(&scene.bchan(command).run(), 1, &["no such path (404)"]);
    }
}

#[test]
fn a_search_that_fails_is_a_failure() {
    let scene = Scene::new(Reference::default());
    let search = scene.bchan(&["target", "search", "--name", "docs"]).run();
    fails(&search, 1, &["the server failed (500)"]);
}

#[test]
fn a_download_that_fails_leaves_nothing() {
    let scene = Scene::new(Reference::default());
    let folder = scene.home.path().join("restored");
    fs::create_dir(&folder).unwrap();
    for option in ["--directory", "--extract"] {
        let program = scene.bchan(&["backup", "download", "docs", option]);
        fails(&program.arg(&folder).run(), 1, &["the server failed (500)"]);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }
}

#[test]
fn an_answer_that_is_not_json_is_no_success() {
    for (says, shown) in [
        ("No files specified", "No files specified"),
        ("<h1>It works!</h1>", "not JSON"),
        ("", "not JSON"),
    ] {
        let scene = Scene::new(Reference {
            says: Some(says),
            ..Reference::default()
        });
        fails(&scene.upload(&[]), 1, &[shown]);
    }
}

#[test]
fn a_target_may_be_there_in_spite_of_an_error() {
    let scene = Scene::new(Reference::default());
    let create = [
        "target",
        "create",
        "--name",
        "new",
        "--tags",
        "far-too-long",
    ];
    let words = [
        "the server failed (500)",
        "may have been made",
        "bchan target list",
    ];
    fails(&scene.bchan(&create).run(), 1, &words);
    let posts = scene
        .asked()
        .into_iter()
        .filter(|line| line.starts_with("POST"));
    assert_eq!(posts.count(), 1, "it was not made twice");
    let list = scene.bchan(&["target", "list", "-o", "id"]).ok().stdout;
    assert!(list.contains("t9"), "{list}");
}

#[test]
fn a_job_that_fails_is_a_failure() {
    // Also when the backup looks well.
    for hash in [Value::Null, json!(tree_hash())] {
        let scene = Scene::new(Reference {
            hash,
            ..with_jobs(JobList::Ending("ERROR"))
        });
        fails(&scene.upload(&[]), 1, &["took the upload and then failed"]);
    }
    let scene = Scene::new(with_jobs(JobList::Ending("ERROR")));
    let sent = scene.upload(&["--no-wait", "-o", "json"]);
    assert_eq!(sent.code, Some(0));
    assert!(sent.stdout.contains("\"accepted\""), "{sent:?}");
    let wait = scene.bchan(&["job", "wait", "7", "-o", "id"]).run();
    assert_eq!(wait.code, Some(1), "{wait:?}");
}

#[test]
fn a_forgotten_job_is_unconfirmed() {
    let scene = Scene::new(with_jobs(JobList::Forgotten));
    let output = scene.upload(&IMPATIENT);
    assert_eq!(output.code, Some(0));
    assert!(
        output.stdout.contains("does not say what became of job 7"),
        "{output:?}"
    );
    fails(
        &scene.bchan(&["job", "wait", "7"]).run(),
        10,
        &["nothing of job 7"],
    );
}

#[test]
fn a_row_without_a_hash_is_no_success() {
    let reference = with_jobs(JobList::Ending("ERROR"));
    let scene = Scene::new(reference);
    std::os::unix::fs::symlink("nowhere", scene.source().join("dangling")).unwrap();
    fails(&scene.upload(&[]), 1, &["failed to store it"]);
    let scene = Scene::new(with_jobs(JobList::Missing));
    std::os::unix::fs::symlink("nowhere", scene.source().join("dangling")).unwrap();
    let output = scene.upload(&IMPATIENT);
    assert!(output.stdout.contains("does not say"), "{output:?}");
}

#[test]
fn a_backup_that_is_gone_again_is_not_shown() {
    let scene = Scene::new(Reference {
        keeps: false,
        ..Reference::default()
    });
    let output = scene.upload(&["--verbose", "-o", "json"]);
    assert_eq!(output.code, Some(0));
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(report["backup"], Value::Null);
    assert!(
        output.stderr.contains("does not show the new backup"),
        "{output:?}"
    );
}

#[test]
fn an_upload_leaves_no_temporary_file() {
    let scene = Scene::new(Reference::default());
    let temporary = scene.home.path().join("tmp");
    fs::create_dir(&temporary).unwrap();
    let program = scene
        .bchan(&["backup", "upload", "docs"])
        .env("TMPDIR", &temporary);
    program.arg(scene.source()).ok();
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
}

#[test]
fn the_key_is_shown_nowhere() {
    let scene = Scene::new(with_jobs(JobList::Missing));
    let key = format!("bakch-{}", "0123456789abcdef".repeat(4));
    for command in [
        &["target", "list"][..],
        &["target", "show", "nosuch"],
        &["stats"],
        &["job", "list"],
        &["login"],
        &["config", "show"],
        &["config", "view"],
        &["target", "search", "--name", "x"],
    ] {
        let program = scene.bchan(&["--verbose"]).args(command);
        let output = program.env("BCHAN_API_KEY", &key).run();
        let said = output.stdout + &output.stderr;
        assert!(!said.contains(&key[10..]), "{said}");
    }
    let asked = scene.server.asked();
    let bearer = format!("Bearer {key}");
    assert!(
        asked
            .iter()
            .any(|asked| asked.header("authorization") == Some(&*bearer))
    );
}

#[test]
fn values_of_the_reference_server_are_converted() {
    let scene = Scene::new(Reference::default());
    let view = scene
        .bchan(&["target", "show", "docs"])
        .env("TZ", "EST5")
        .json();
    assert_eq!(view["target"]["deduplicate"], false);
    assert_eq!(view["target"]["min_backups"], Value::Null);
    let backup = &view["backups"][0];
    assert_eq!(
        (&backup["manual"], &backup["is_recycled"]),
        (&json!(true), &json!(false))
    );
    // A time without a zone is taken for a local one.
    assert_eq!(backup["created_at"], "2026-11-23T20:36:25+00:00");
    assert_eq!(
        (&backup["filesize"], &backup["hash"]),
        (&json!(0), &Value::Null)
    );
    let stats = scene.bchan(&["stats"]).json();
    assert_eq!(stats["total_target_size"], 0);
    // The first look sees a job that has not begun, the next one that has not ended.
    let begun = "2026-11-23T15:36:25+00:00";
    for (start, end) in [
        (None, None),
        (Some(begun), None),
        (Some(begun), Some(begun)),
    ] {
        let jobs = scene.bchan(&["job", "list"]).json();
        let job = &jobs["delayed"][0];
        assert_eq!(
            (&job["start_time"], &job["end_time"]),
            (&json!(start), &json!(end))
        );
    }
}

#[test]
fn a_server_of_few_words_gets_the_documented_api() {
    let scene = Scene::new(Reference::default());
    assert_eq!(scene.upload(&["--automatic"]).code, Some(0));
    let program = scene.bchan(&["backup", "upload", "one"]);
    program.arg(scene.source().join("a")).ok();
    let asked = scene.server.asked();
    let uploads: Vec<_> = asked
        .iter()
        .filter(|asked| asked.method == "POST")
        .collect();
    for (upload, manual, start) in [
        (uploads[0], "0", &b"\x1f\x8b"[..]),
        (uploads[1], "1", b"content"),
    ] {
        assert_eq!(upload.header("idempotency-key"), None);
        let form = upload.form();
        let names: Vec<_> = form.iter().map(|part| part.0.as_str()).collect();
        assert_eq!(names, ["manual", "backup_file"]);
        assert_eq!(form[0].1, manual.as_bytes());
        assert!(form[1].1.starts_with(start));
    }
    let folder = scene.home.path().join("restored");
    let download = scene
        .bchan(&["backup", "download", "old", "--extract"])
        .arg(&folder);
    assert_eq!(download.run().code, Some(1));
    let last = scene.asked().pop().unwrap();
    assert_eq!(last, "GET /api/backup/old/download");
}

/// Uploads the source to a target whose server gives this hash for what it has stored.
fn compared(hash: &str, change: impl FnOnce(&Path)) -> Output {
    let scene = Scene::new(with_hash(hash));
    change(&scene.source());
    scene.upload(&["--verbose"])
}

#[test]
fn what_the_server_has_is_compared_with_what_was_sent() {
    let nothing = |_: &Path| {};
    let equal = compared(&tree_hash().to_uppercase(), nothing);
    assert_eq!(equal.code, Some(0), "{equal:?}");
    assert!(
        equal.stderr.contains("is that of what was sent"),
        "{equal:?}"
    );
    let other = compared(&sha256(b"something else"), nothing);
    fails(
        &other,
        1,
        &["backup new is not what was sent", "do not rely on"],
    );
    for hash in ["", "null"] {
        let reference = match hash {
            "" => with_hash(""),
            _ => Reference::default(),
        };
        let scene = Scene::new(reference);
        let absent = scene.upload(&["--verbose"]);
        assert_eq!(absent.code, Some(0), "{absent:?}");
        assert!(absent.stderr.contains("gives no hash"), "{absent:?}");
        assert!(absent.stdout.contains("stored"), "{absent:?}");
        assert!(!scene.upload(&[]).stderr.contains("hash"));
    }
    // Links inside the tree count as their files; where they lead nowhere or to a folder, not.
    let link = |source: &Path, target: &str, name: &str| {
        std::os::unix::fs::symlink(target, source.join(name)).unwrap();
    };
    let content = sha256(b"content");
    let linked = sha256(format!("source/a{content}source/b{content}").as_bytes());
    let inside = compared(&linked, |source| {
        link(source, "a", "b");
        link(source, ".", "folder");
        link(source, "nowhere", "dangling");
    });
    assert_eq!(inside.code, Some(0), "{inside:?}");
    // One that leads out may count for a server that has something there.
    let out = compared(&linked, |source| link(source, "/etc/passwd", "c"));
    assert_eq!(out.code, Some(0), "{out:?}");
    assert!(out.stderr.contains("links lead out of the tree"), "{out:?}");
}

#[test]
fn a_single_file_is_compared_as_it_was_sent() {
    for (hash, code) in [(sha256(b"content"), 0), (tree_hash(), 1)] {
        let scene = Scene::new(with_hash(&hash));
        let program = scene.bchan(&["backup", "upload", "one"]);
        let output = program.arg(scene.source().join("a")).run();
        assert_eq!(output.code, Some(code), "{output:?}");
    }
}
