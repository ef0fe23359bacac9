//! What an upload takes and what it leaves, with the real program against a real server.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::support::TestServer;

/// Where the newest backup of a target lies, whose only backup it is.
fn stored(server: &TestServer, target: &str) -> PathBuf {
    let folders = fs::read_dir(server.storage().join(target)).unwrap();
    let mut folders = folders.map(|entry| entry.unwrap().path());
    folders.find(|path| !path.ends_with(".bchan")).unwrap()
}

/// Everything below a folder that is no folder.
fn files(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                let path = entry.path();
                let path = path.strip_prefix(root).unwrap();
                found.insert(String::from_utf8(path.as_os_str().as_bytes().to_vec()).unwrap());
            }
        }
    }
    found
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// A server with a target of many files called `m`, and a tree.
fn start() -> (TestServer, PathBuf) {
    let server = TestServer::start();
    let tree = server.home().join("tree");
    for name in [
        "a.txt",
        "b.tmp",
        "sub/c.txt",
        "sub/d.tmp",
        "sub/cache/e",
        "big",
    ] {
        let path = tree.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    fs::write(tree.join("big"), vec![7; 5000]).unwrap();
    let tag = "Signature: 8a477f597d28d172789f06886806bc55\n";
    fs::write(tree.join("sub/cache/CACHEDIR.TAG"), tag).unwrap();
    fs::write(tree.join("sub/.skip"), "").unwrap();
    server.target("m", "multi");
    (server, tree)
}

#[test]
fn every_rule_decides_what_is_stored() {
    let (server, tree) = start();
    let rules = server.home().join("rules");
    fs::write(&rules, "# by a test\n*.tmp\n!/sub/d.tmp\n/big\n").unwrap();
    let rules = rules.to_str().unwrap();
    let cases: &[(&[&str], &[&str])] = &[
        (
            &[
                "--exclude",
                "*.tmp",
                "--exclude",
                "/sub/cache/",
                "--exclude",
                "big",
            ],
            &["a.txt", "sub/.skip", "sub/c.txt"],
        ),
        (
            &["--exclude-from", rules, "--exclude-caches"],
            &["a.txt", "sub/.skip", "sub/c.txt", "sub/d.tmp"],
        ),
        (&["--include", "*.txt", "--exclude", "/a*"], &["sub/c.txt"]),
        (
            &["--exclude-if-present", ".skip"],
            &["a.txt", "b.tmp", "big"],
        ),
        (
            &["--exclude-larger-than", "4kB", "--exclude", "sub"],
            &["a.txt", "b.tmp"],
        ),
        (
            &["-e", "*.tmp", "*/cache/*", "/big"],
            &["a.txt", "sub/.skip", "sub/c.txt"],
        ),
        (
            &["-i", "*.tmp", "-i", "/sub/c*"],
            &[
                "b.tmp",
                "sub/c.txt",
                "sub/cache/CACHEDIR.TAG",
                "sub/cache/e",
                "sub/d.tmp",
            ],
        ),
        (&["--one-file-system", "--include", "/big"], &["big"]),
    ];
    for (number, (options, expected)) in cases.iter().enumerate() {
        let target = format!("t{number}");
        server.target(&target, "multi");
        let output = server
            .bchan(["backup", "upload", &target])
            .arg(&tree)
            .args(*options)
            .ok();
        assert!(!output.stderr.contains("warning"), "{output:?}");
        let stored = files(&stored(&server, &target).join("tree"));
        assert_eq!(stored, set(expected), "{options:?}");
        // What is said before is what is done then.
        let dry = server
            .bchan(["backup", "upload", &target, "--dry-run"])
            .arg(&tree)
            .args(*options)
            .json();
        let entries = dry["entries"].as_array().unwrap();
        let listed = entries.iter().filter(|entry| entry["type"] != "directory");
        let listed: BTreeSet<_> = listed
            .map(|entry| {
                let path = Path::new(entry["path"].as_str().unwrap());
                path.strip_prefix(&tree)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        assert_eq!(listed, stored, "{options:?}");
    }
}

#[test]
fn a_dry_run_says_why_and_sends_nothing() {
    let (server, tree) = start();
    let run = |options: &[&str]| {
        server
            .bchan(["backup", "upload", "m", "--dry-run", "--exclude", "*.tmp"])
            .args(["--exclude-caches"])
            .arg(&tree)
            .args(options)
            .ok()
    };
    let brief = run(&[]);
    assert!(!brief.stdout.contains("b.tmp"), "{brief:?}");
    assert!(brief.stdout.contains("would store"), "{brief:?}");
    assert!(brief.stdout.contains("and leave out 3"), "{brief:?}");
    let verbose = run(&["--verbose"]);
    assert!(
        verbose.stdout.contains("b.tmp: matches `*.tmp`"),
        "{verbose:?}"
    );
    assert!(
        verbose.stdout.contains("sub/cache: has a CACHEDIR.TAG"),
        "{verbose:?}"
    );
    let lines = run(&["--verbose", "-o", "jsonl"]);
    let values = lines
        .stdout
        .lines()
        .map(serde_json::from_str::<serde_json::Value>);
    let values: Vec<_> = values.map(Result::unwrap).collect();
    assert_eq!(
        values
            .iter()
            .filter(|value| value["reason"].is_string())
            .count(),
        3
    );
    assert!(
        values
            .iter()
            .any(|value| value["type"] == "file" && value["size"] == 5000)
    );
    assert!(!server.storage().join("m").exists() || files(&server.storage().join("m")).is_empty());
    assert_eq!(
        server.bchan(["backup", "list", "m"]).json()["backups"],
        serde_json::json!([])
    );

    // It needs no server, and tells what cannot be there.
    let nowhere = server
        .bchan([
            "backup",
            "upload",
            "m",
            "--dry-run",
            "--server",
            "127.0.0.1:1",
        ])
        .arg(&tree)
        .run();
    assert_eq!(nowhere.code, Some(0), "{nowhere:?}");
}

#[test]
fn nothing_left_is_a_failure() {
    let (server, tree) = start();
    let upload = |options: &[&str]| {
        let command = server.bchan(["backup", "upload", "m"]).arg(&tree);
        command.args(options).run()
    };
    for options in [
        &["--exclude", "*"][..],
        &["--include", "*.nothing"],
        &["--exclude", "*", "--dry-run"],
    ] {
        let output = upload(options);
        assert_eq!(output.code, Some(1), "{output:?}");
        assert!(output.stderr.contains("nothing selected"), "{output:?}");
    }
    assert_eq!(
        server.bchan(["backup", "list", "m"]).json()["backups"],
        serde_json::json!([])
    );
    server.assert_no_leftovers();
    assert_eq!(upload(&["--exclude", "*", "--allow-empty"]).code, Some(0));
    // Folders alone are what a disk that is not mounted looks like.
    let bare = server.home().join("bare");
    fs::create_dir_all(bare.join("mnt")).unwrap();
    let output = server.bchan(["backup", "upload", "m"]).arg(&bare).run();
    assert_eq!(output.code, Some(1), "{output:?}");
}

#[test]
fn rules_that_make_no_sense_are_wrong_usage() {
    let (server, tree) = start();
    let cases: &[&[&str]] = &[
        &["--exclude", ""],
        &["--exclude", "[z-a]"],
        &["--exclude-if-present", "a/b"],
        &["--exclude-larger-than", "large"],
        &["-e", "a", "-i", "b"],
        &["--null"],
        &["--name", "x"],
    ];
    for options in cases {
        let output = server
            .bchan(["backup", "upload", "m"])
            .arg(&tree)
            .args(*options)
            .run();
        assert_eq!(output.code, Some(2), "{options:?}: {output:?}");
    }
    let output = server
        .bchan(["backup", "upload", "m", "--exclude-from", "/no/such/rules"])
        .arg(&tree)
        .run();
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains("/no/such/rules"), "{output:?}");
}

#[test]
fn scripts_for_the_python_client_select_the_same() {
    let (server, tree) = start();
    let tree = tree.to_str().unwrap();
    let lines: &[&[&str]] = &[
        &["m", tree, "-e", "*.tmp", "*/cache/*", "-a"],
        &["-e", "*.tmp", "*/cache/*", "-a", "m", tree],
        &["-e", "*.tmp", "*/cache/*", "--", "m", tree],
        &["-a", "m", "-e", "*.tmp", "-e", "*/cache/*", "--", tree],
    ];
    for words in lines {
        let program = server.bchan(["-o", "json", "backup", "upload"]);
        let output = program.args(*words).ok();
        let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
        // Three folders, and four files.
        assert_eq!(
            (&report["entries"], &report["files"]),
            (&7.into(), &4.into()),
            "{words:?}: {report}"
        );
    }
    // A path in the place of a glob does not pass in silence.
    let etc = server.home().join("rules");
    fs::write(&etc, "").unwrap();
    let output = server
        .bchan(["-q", "backup", "upload", "m", tree, "-e", "*.tmp"])
        .arg(&etc)
        .ok();
    assert!(output.stderr.contains("is taken as a glob"), "{output:?}");
    // All words are globs, so none is left for what is needed.
    let output = server
        .bchan(["backup", "upload", "m", "-e", "*.tmp", tree])
        .run();
    assert_eq!(output.code, Some(2), "{output:?}");
}

#[test]
fn lists_of_paths_come_from_files_and_from_standard_input() {
    let (server, tree) = start();
    let list = server.home().join("list");
    fs::write(&list, format!("{0}/a.txt\n{0}/sub/cache\n", tree.display())).unwrap();
    let report = server
        .bchan(["backup", "upload", "m", "--files-from"])
        .arg(&list)
        .json();
    assert_eq!(report["warnings"], serde_json::json!([]), "{report}");
    let name = tree.strip_prefix("/").unwrap();
    let found = files(&stored(&server, "m").join(name));
    assert_eq!(
        found,
        set(&["a.txt", "sub/cache/CACHEDIR.TAG", "sub/cache/e"])
    );

    server.target("n", "multi");
    for options in [
        &["--files-from0", "-"][..],
        &["--files-from", "-", "--null"],
    ] {
        let mut command = server
            .bchan(["backup", "upload", "n"])
            .args(options)
            .into_command();
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        write!(stdin, "{0}/a.txt\0{0}/gone\0", tree.display()).unwrap();
        drop(stdin);
        // What is listed and missing makes it incomplete.
        assert_eq!(child.wait().unwrap().code(), Some(3));
    }
    fs::write(&list, "\n\n").unwrap();
    let empty = server
        .bchan(["backup", "upload", "m", "--files-from"])
        .arg(&list)
        .run();
    assert_eq!(empty.code, Some(1), "{empty:?}");
    let same = server.home().join("other/tree");
    fs::create_dir_all(&same).unwrap();
    fs::write(same.join("a.txt"), "other").unwrap();
    fs::write(&list, "tree/a.txt\n").unwrap();
    let twice = server
        .bchan(["backup", "upload", "m", "--files-from"])
        .current_dir(same.parent().unwrap())
        .arg(&list)
        .arg(&tree)
        .run();
    // Each has its own place: the path that is named is stored under its whole path.
    assert_eq!(twice.code, Some(0), "{twice:?}");
    let whole = tree.join("a.txt");
    let whole = whole.strip_prefix("/").unwrap().to_str().unwrap();
    let names = server.files();
    assert!(names.iter().any(|name| name.ends_with(whole)), "{names:?}");
    assert!(
        names
            .iter()
            .any(|name| name.ends_with("/tree/a.txt") && !name.ends_with(whole))
    );
}

#[test]
fn an_absolute_pattern_excludes_that_path() {
    let server = TestServer::start();
    let home = server.home();
    for file in ["me/secret/key", "me/docs/secret", "other/secret/key"] {
        let path = home.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    let path = |name: &str| home.join(name).to_str().unwrap().to_owned();
    let listed = |words: &[&str]| {
        let program = server
            .bchan(["backup", "upload", "t", "--dry-run"])
            .args(words);
        let listing = program.json();
        let entries = listing["entries"].as_array().unwrap().iter();
        let files = entries.filter(|entry| entry["type"] == "file");
        files
            .map(|entry| {
                entry["path"]
                    .as_str()
                    .unwrap()
                    .replace(home.to_str().unwrap(), "")
            })
            .collect::<Vec<_>>()
    };
    let sources = [&*path("me"), &*path("other")];
    // It is about its own source alone.
    let secret = path("me/secret");
    assert_eq!(
        listed(&[sources[0], sources[1], "--exclude", &secret]),
        ["/me/docs/secret", "/other/secret/key"]
    );
    // From the current folder, and from a file.
    let rules = path("rules");
    fs::write(&rules, format!("{secret}/\n")).unwrap();
    let dry = [
        "backup",
        "upload",
        "t",
        ".",
        "--dry-run",
        "--exclude-from",
        &rules,
    ];
    let program = server.bchan(dry).current_dir(&home.join("me"));
    assert!(!program.ok().stdout.contains("key"));

    let upload = |pattern: &str| {
        let words = [
            "backup",
            "upload",
            "--dry-run",
            "--verbose",
            "t",
            sources[0],
        ];
        server.bchan(words).args(["--exclude", pattern]).run()
    };
    let wrong = upload("/usr/lib");
    assert_eq!(wrong.code, Some(2), "{wrong:#?}");
    assert!(
        wrong
            .stderr
            .contains("nothing that is backed up lies there"),
        "{wrong:#?}"
    );
    assert_eq!(upload(sources[0]).code, Some(2));
    let broken = upload("[a");
    assert_eq!(broken.code, Some(2), "{broken:#?}");
    assert!(
        broken.stderr.contains("a bracket is not closed"),
        "{broken:#?}"
    );
    let unused = upload("*.tmp");
    assert_eq!(unused.code, Some(0), "{unused:#?}");
    let says = "the pattern `*.tmp` matches nothing";
    assert!(unused.stderr.contains(says), "{unused:#?}");
    assert!(!upload("secret").stderr.contains("matches nothing"));
    let preset = [
        "preset",
        "create",
        "p",
        sources[0],
        "t",
        "--exclude",
        "/usr/lib",
    ];
    assert_eq!(server.bchan(preset).run().code, Some(2));
}
