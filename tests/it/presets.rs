//! Presets, and what is taken over from the Python client.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{Program, TestServer};

fn program(home: &Path, server: &TestServer, words: &[&str]) -> Program {
    Program::new(home)
        .env("BCHAN_SERVER", server.url())
        .args(words)
}

fn source(home: &Path) -> String {
    let source = home.join("docs");
    fs::create_dir(&source).unwrap();
    fs::write(source.join("a.txt"), "a").unwrap();
    fs::write(source.join("b.tmp"), "b").unwrap();
    source.to_str().unwrap().to_owned()
}

#[test]
fn a_preset_backs_up_what_it_says() {
    let server = TestServer::start();
    server.target("docs", "multi");
    let home = tempfile::tempdir().unwrap();
    let source = source(home.path());
    let bchan = |words: &[&str]| program(home.path(), &server, words);
    let create = ["preset", "create", "mine", &source, "docs"];
    bchan(&create).args(["--exclude", "*.tmp"]).ok();
    let again = bchan(&create).run();
    assert_eq!(again.code, Some(1), "{again:#?}");
    assert!(again.stderr.contains("--overwrite"), "{again:#?}");

    let shown = bchan(&["preset", "show", "mine"]).json();
    assert_eq!(shown["target"], "docs");
    assert_eq!(shown["paths"], json!([source]));
    assert_eq!(shown["exclude"], json!(["*.tmp"]));
    assert_eq!(bchan(&["preset", "list", "-o", "id"]).ok().stdout, "mine\n");

    let dry = bchan(&["preset", "upload", "mine", "--dry-run"]).json();
    assert_eq!(dry["excluded_count"], 1, "{dry}");
    assert!(server.files().is_empty());
    let stored = bchan(&["preset", "upload", "mine", "--automatic"]).json();
    assert_eq!(stored["backup"]["manual"], false, "{stored}");
    let files = server.files();
    assert!(
        files.len() == 1 && files[0].ends_with("/docs/a.txt"),
        "{files:?}"
    );

    let mistyped = bchan(&["preset", "upload", "mien"]).run();
    assert_eq!(mistyped.code, Some(10), "{mistyped:#?}");
    assert!(mistyped.stderr.contains("`mine`"), "{mistyped:#?}");
}

#[test]
fn presets_are_changed_renamed_and_deleted() {
    let server = TestServer::start();
    let home = tempfile::tempdir().unwrap();
    let bchan = |words: &[&str]| program(home.path(), &server, words);
    bchan(&["config", "set", "server", &server.url()]).ok();
    let path = home.path().join(".config/bchan/config.toml");
    let text = fs::read_to_string(&path).unwrap()
        + "# mine\n[presets.a] # first\ntarget = 't'\npaths = ['~/x']\n";
    fs::write(&path, &text).unwrap();
    bchan(&["preset", "edit", "a", "--target", "u", "--exclude-caches"]).ok();
    bchan(&["preset", "edit", "a", "--path", "/etc", "--profile", "p"]).ok();
    bchan(&["preset", "rename", "a", "b c"]).ok();
    let shown = bchan(&["preset", "show", "b c"]).json();
    assert_eq!(
        (
            &shown["target"],
            &shown["paths"],
            &shown["profile"],
            &shown["exclude_caches"]
        ),
        (&json!("u"), &json!(["/etc"]), &json!("p"), &json!(true))
    );
    let after = fs::read_to_string(&path).unwrap();
    assert!(
        after.contains("# mine\n[presets.\"b c\"] # first\n"),
        "{after}"
    );
    bchan(&["preset", "edit", "b c", "--clear-rules", "--any-profile"]).ok();
    let shown = bchan(&["preset", "show", "b c"]).json();
    assert_eq!(
        (&shown["profile"], &shown["exclude_caches"]),
        (&json!(null), &json!(false))
    );

    for wrong in [
        &["preset", "edit", "b c"][..],
        &["preset", "create", "x", "/etc"],
        &["preset", "create", "x", "/etc", "/usr"],
        &["preset", "create", "x", "/etc", "./usr"],
        &["preset", "create", "x", "/etc", "t", "--exclude", "a", "b"],
        &[
            "preset",
            "create",
            "x",
            "/etc",
            "t",
            "-e",
            "a",
            "--include-fnmatch",
            "b",
        ],
    ] {
        assert_eq!(bchan(wrong).run().code, Some(2), "{wrong:?}");
    }
    assert_eq!(bchan(&["preset", "delete", "a"]).run().code, Some(10));
    bchan(&["preset", "delete", "b c"]).ok();
    bchan(&["preset", "create", "one", "/etc", "t"]).ok();
    bchan(&["preset", "reset"]).ok();
    assert_eq!(bchan(&["preset", "list"]).json()["presets"], json!([]));
    assert_eq!(
        bchan(&["config", "get", "server"]).ok().stdout,
        format!("{}\n", server.url())
    );
}

#[test]
fn the_profile_of_a_preset_names_its_server() {
    let (here, there) = (TestServer::start(), TestServer::start());
    for server in [&here, &there] {
        server.target("docs", "multi");
    }
    let home = tempfile::tempdir().unwrap();
    let source = source(home.path());
    let bchan = |words: &[&str]| Program::new(home.path()).args(words);
    bchan(&["config", "set", "server", &here.url()]).ok();
    bchan(&[
        "config",
        "set",
        "--profile",
        "there",
        "server",
        &there.url(),
    ])
    .ok();
    bchan(&[
        "config",
        "set",
        "--profile",
        "there",
        "exclude",
        "*.tmp",
        "*.o",
    ])
    .ok();
    bchan(&[
        "preset",
        "create",
        "p",
        &source,
        "docs",
        "--profile",
        "there",
    ])
    .ok();
    bchan(&["preset", "upload", "p"]).ok();
    assert_eq!((here.files().len(), there.files().len()), (0, 1));
    // An explicit profile wins.
    bchan(&["preset", "upload", "p", "--profile", "default"]).ok();
    assert_eq!(here.files().len(), 2);
}

fn python_files(home: &Path, server: &TestServer, source: &str) {
    let folder = home.join(".config/backupchan");
    fs::create_dir_all(&folder).unwrap();
    let config = json!({"host": "http://127.0.0.1", "port": server.addr().port()});
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let presets = json!({"presets": [
        {"name": "py", "location": source, "target_id": "docs", "exclude": ["/*.tmp"]},
        {"name": "other", "location": "/etc", "target_id": "t"}
    ]});
    fs::write(folder.join("presets.json"), presets.to_string()).unwrap();
}

#[test]
fn the_python_client_s_presets_run_and_are_taken_over() {
    let server = TestServer::start();
    server.target("docs", "multi");
    let home = tempfile::tempdir().unwrap();
    python_files(home.path(), &server, &source(home.path()));
    let bchan = |words: &[&str]| Program::new(home.path()).args(words);
    bchan(&["preset", "upload", "py"]).ok();
    let files = server.files();
    assert!(
        files.len() == 1 && files[0].ends_with("/docs/a.txt"),
        "{files:?}"
    );
    let theirs = bchan(&["preset", "delete", "py"]).run();
    assert_eq!(theirs.code, Some(1), "{theirs:#?}");
    assert!(theirs.stderr.contains("bchan config import"), "{theirs:#?}");

    let config = home.path().join(".config/bchan/config.toml");
    bchan(&["config", "import", "--dry-run"]).ok();
    assert!(!config.exists());
    let report = bchan(&["config", "import"]).json();
    assert_eq!(
        report["profile"],
        json!({"name": "default", "outcome": "taken"})
    );
    assert_eq!(
        report["presets"][1],
        json!({"name": "py", "outcome": "taken"})
    );
    assert_eq!(
        bchan(&["config", "get", "server"]).ok().stdout,
        format!("{}\n", server.url())
    );
    let shown = bchan(&["preset", "show", "py"]).json();
    assert_eq!(
        (&shown["origin"], &shown["exclude_fnmatch"]),
        (&json!("bchan"), &json!(["/*.tmp"]))
    );

    bchan(&["preset", "edit", "other", "--target", "mine"]).ok();
    let text = fs::read_to_string(&config).unwrap();
    let again = bchan(&["config", "import"]).json();
    assert_eq!(again["profile"]["outcome"], "present");
    assert_eq!(
        again["presets"],
        json!([
            {"name": "other", "outcome": "other"}, {"name": "py", "outcome": "present"}
        ])
    );
    assert_eq!(fs::read_to_string(&config).unwrap(), text);
    bchan(&["config", "import", "--overwrite"]).ok();
    assert_eq!(bchan(&["preset", "show", "other"]).json()["target"], "t");
    bchan(&["preset", "upload", "py"]).ok();

    let nothing = bchan(&["config", "import", "--from", "/nonexistent"]).run();
    assert_eq!(nothing.code, Some(10), "{nothing:#?}");
}
