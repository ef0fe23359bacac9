//! Targets by their names, and sources that would meet under one name or take in their own backups.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Fake, Program, Reply, TestServer};

fn names_of(server: &TestServer, target: &str) -> Vec<String> {
    let mut found = Vec::new();
    let location = server.storage().join(target);
    let mut folders = vec![location];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(server.storage()).unwrap();
            let name = name.to_str().unwrap().to_owned();
            if name.contains(".bchan") {
                continue;
            }
            if path.is_dir() {
                folders.push(path.clone());
            }
            // Without the target and the name of the backup.
            found.extend(name.splitn(3, '/').nth(2).map(str::to_owned));
        }
    }
    found.sort();
    found
}

#[test]
fn a_target_is_found_by_its_name_if_no_other_has_it() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "content").unwrap();
    let path = folder.path().to_str().unwrap();
    server.bchan(["target", "create", "--name", "docs"]).ok();
    server.bchan(["backup", "upload", "docs", path]).ok();
    let shown = server.bchan(["target", "show", "docs", "-o", "json"]).ok();
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["target"]["alias"], "docs");
    assert!(
        !shown["target"]["name_template"]
            .as_str()
            .unwrap()
            .contains("$I")
    );
    assert_eq!(shown["backups"].as_array().unwrap().len(), 1);

    // With an alias of another word, the name leads there, too, and --create makes no second one.
    let second = [
        "target",
        "create",
        "--name",
        "My photos",
        "--alias",
        "photos",
    ];
    server.bchan(second).ok();
    for name in ["photos", "My photos"] {
        server
            .bchan(["backup", "upload", "--create", name, path])
            .ok();
    }
    let listed = server
        .bchan(["backup", "list", "My photos", "-o", "id"])
        .ok();
    assert_eq!(listed.stdout.lines().count(), 2);
    let all = server.bchan(["target", "list", "-o", "id"]).ok();
    assert_eq!(all.stdout.lines().count(), 2);

    // A second one of a name has no alias of its own, and the name is not enough any more.
    let template = ["--name-template", "other-$D", "--location", "other"];
    server
        .bchan(
            ["target", "create", "--name", "docs"]
                .into_iter()
                .chain(template),
        )
        .ok();
    server.bchan(["target", "show", "docs"]).ok();
    server
        .bchan(["target", "edit", "docs", "--remove-alias"])
        .ok();
    let ambiguous = server.bchan(["target", "show", "docs"]).run();
    assert_eq!(ambiguous.code, Some(2), "{ambiguous:?}");
    assert!(
        ambiguous.stderr.contains("2 targets are called `docs`"),
        "{ambiguous:?}"
    );
    // The same name once more says so.
    let third = server
        .bchan(["target", "create", "--name", "My photos"])
        .run();
    assert_eq!(third.code, Some(1), "{third:?}");
    assert!(
        third
            .stderr
            .contains("there is a target called `My photos`"),
        "{third:?}"
    );
}

#[test]
fn a_server_that_knows_no_names_is_asked_for_its_list() {
    let target = json!({
        "id": "t1", "name": "My photos", "target_type": "multi", "recycle_criteria": "none",
        "recycle_value": null, "recycle_action": "delete", "location": "t", "name_template": "$I",
        "deduplicate": false, "alias": null, "min_backups": null, "tags": []
    });
    let fake = Fake::start(move |asked| match asked.path.split('?').next().unwrap() {
        "/api/target" => Reply::json(200, &json!({"success": true, "targets": [target]})),
        "/api/target/t1" => Reply::json(
            200,
            &json!({"success": true, "target": target, "backups": []}),
        ),
        _ => Reply::json(
            404,
            &json!({"success": false, "message": "Target not found"}),
        ),
    });
    let home = tempfile::tempdir().unwrap();
    let show = |name: &str| {
        let program = Program::new(home.path()).env("BCHAN_SERVER", fake.url());
        program.args(["target", "show", name, "-o", "id"]).run()
    };
    assert_eq!(show("My photos").code, Some(0));
    assert_eq!(show("My photo").code, Some(10));
}

#[test]
fn two_folders_of_one_name_are_stored_apart() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for name in ["etc", "local/etc"] {
        fs::create_dir_all(root.join(name)).unwrap();
        fs::write(root.join(name).join("hosts"), name).unwrap();
    }
    let (one, other) = (root.join("etc"), root.join("local/etc"));
    let paths = [one.to_str().unwrap(), other.to_str().unwrap()];
    for _ in 0..2 {
        server
            .bchan(
                ["backup", "upload", "--create", "etc"]
                    .into_iter()
                    .chain(paths),
            )
            .ok();
    }
    let prefix = root.strip_prefix("/").unwrap().to_str().unwrap();
    let names = names_of(&server, "etc");
    for name in ["etc/hosts", "local/etc/hosts"] {
        let whole = format!("{prefix}/{name}");
        assert_eq!(
            names.iter().filter(|found| **found == whole).count(),
            2,
            "{names:?}"
        );
    }
    // File by file, too.
    server
        .bchan(
            ["backup", "upload", "-s", "--create", "files"]
                .into_iter()
                .chain(paths),
        )
        .ok();
    let names = names_of(&server, "files");
    assert!(
        names.contains(&format!("{prefix}/local/etc/hosts")),
        "{names:?}"
    );
}

#[test]
fn a_list_with_two_files_of_one_name_is_refused_and_nothing_is_stored() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let whole = root.join("sub");
    for folder in [
        root.join("sub"),
        root.join(whole.strip_prefix("/").unwrap()),
    ] {
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("f"), "x").unwrap();
    }
    // One path from the root of the file system, and one that is the same without the slash.
    let relative = whole.strip_prefix("/").unwrap();
    let list = root.join("list");
    let lines = format!("{}\n{}\n", whole.join("f").display(), relative.display());
    fs::write(&list, lines).unwrap();
    let upload = [
        "backup",
        "upload",
        "--create",
        "t",
        "--files-from",
        list.to_str().unwrap(),
    ];
    let output = server.bchan(upload).current_dir(root).run();
    assert_eq!(output.code, Some(2), "{output:?}");
    assert!(output.stderr.contains("would both be"), "{output:?}");
    assert!(server.files().is_empty());
}

#[test]
fn a_backup_leaves_out_the_server_that_it_goes_to() {
    let home = tempfile::tempdir().unwrap();
    let whole = home.path().join("home");
    fs::create_dir(&whole).unwrap();
    fs::write(whole.join("file"), "content").unwrap();
    let path = whole.to_str().unwrap();
    let run = |args: &[&str]| Program::new(&whole).args(args).run();
    let mut sizes = Vec::new();
    for _ in 0..3 {
        let args = [
            "--local", "backup", "upload", "--create", "home", path, "-o", "json",
        ];
        let output = run(&args);
        assert_eq!(output.code, Some(0), "{output:?}");
        let report: Value = serde_json::from_str(&output.stdout).unwrap();
        sizes.push(report["bytes"].as_u64().unwrap());
        let warnings = report["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), 1, "{report:#}");
        assert!(
            warnings[0]["path"]
                .as_str()
                .unwrap()
                .ends_with("share/bchan")
        );
    }
    // What the client remembers of its runs is in the home as well.
    assert!(sizes[2] < 4096, "{sizes:?}");
    let storage = whole.join(".local/share/bchan/storage/home");
    let inside = storage.to_str().unwrap();
    let refused = run(&["--local", "backup", "upload", "--create", "inside", inside]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused.stderr.contains("holds the data of a bchan server"),
        "{refused:?}"
    );
    let targets = run(&["--local", "target", "list", "-o", "id"]);
    assert_eq!(targets.stdout.lines().count(), 1, "{targets:?}");
}
