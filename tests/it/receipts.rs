//! Receipts: everything that was sent of a tree, on both sides of an upload and of a download.

use std::fs::{self, File, FileTimes, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bchan_archive::{KeepAttributes, PackOptions, Source, pack};
use rustix::fs::{CWD, FileType, Mode, XattrFlags, lsetxattr, mknodat, setxattr};
use serde_json::Value;

use crate::support::{Form, TestServer};

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn upload(server: &TestServer, source: &Path) -> Value {
    let upload = ["backup", "upload", "m", "--special"];
    server.bchan(upload).arg(source).json()["backup"].clone()
}

/// The only folder of a stored backup.
fn stored(server: &TestServer, backup: &Value) -> PathBuf {
    let id = backup["id"].as_str().unwrap();
    let tree = server.storage().join("m").join(format!("m-{id}"));
    let mut entries = fs::read_dir(tree).unwrap();
    entries.next().unwrap().unwrap().path()
}

fn small_tree(server: &TestServer) -> PathBuf {
    let tree = server.home().join("tree");
    fs::create_dir_all(tree.join("empty")).unwrap();
    fs::write(tree.join("file"), "content").unwrap();
    symlink("file", tree.join("link")).unwrap();
    tree
}

#[test]
fn an_odd_tree_comes_back_as_it_was_sent() {
    let server = TestServer::start_with_key();
    server.target("m", "multi");
    let tree = server.home().join("tree");
    fs::create_dir(&tree).unwrap();
    bchan_testkit::tree::odd(&tree, 20);
    let file = tree.join("contents/1 bytes");
    setxattr(&file, "user.note", b"a\0b", XattrFlags::empty()).unwrap();
    let mode = Mode::from_raw_mode(0o640);
    mknodat(CWD, tree.join("pipe"), FileType::Fifo, mode, 0).unwrap();
    if is_root() {
        std::os::unix::fs::chown(&file, Some(1234), Some(4321)).unwrap();
        std::os::unix::fs::lchown(tree.join("links/relative"), Some(1234), Some(1)).unwrap();
    }
    let backup = upload(&server, &tree);
    assert_eq!(
        backup["receipt"].as_str().map(str::len),
        Some(64),
        "{backup}"
    );
    assert_eq!(backup["reproducible"], true, "{backup}");
    let verify = |server: &TestServer| {
        let report = server.bchan(["backup", "verify", "m"]).json();
        assert_eq!(
            (&report["verified"], &report["attributes"]),
            (&true.into(), &true.into())
        );
    };
    verify(&server);
    // In the recycle bin, too, and from the record beside the data.
    let id = backup["id"].as_str().unwrap();
    server.bchan(["backup", "recycle", id]).ok();
    let report = server.bchan(["backup", "verify", id]).json();
    assert_eq!(report["attributes"], true);
    server.bchan(["backup", "restore", id]).ok();
    verify(&server);
    // Another upload of the same has the same receipt.
    assert_eq!(upload(&server, &tree)["receipt"], backup["receipt"]);
}

#[test]
fn a_receipt_survives_the_loss_of_the_database() {
    let server = TestServer::start();
    server.target("m", "multi");
    let backup = upload(&server, &small_tree(&server));
    let id = backup["id"].as_str().unwrap();
    let mut records = vec![server.storage().join("m/.bchan")];
    let mut found = None;
    while let Some(path) = records.pop() {
        if path.is_dir() {
            records.extend(
                fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path.ends_with(format!("records/{id}.json")) {
            found = Some(fs::read(path).unwrap());
        }
    }
    let record: Value = serde_json::from_slice(&found.unwrap()).unwrap();
    assert_eq!(record["backup"]["receipt"], backup["receipt"]);
    assert_eq!(record["backup"]["reproducible"], true);
}

#[test]
fn what_somebody_changes_of_a_stored_tree_is_found() {
    type Change = fn(&Path);
    let server = TestServer::start();
    server.target("m", "multi");
    let tree = small_tree(&server);
    let changes: [Change; 5] = [
        |dir| {
            fs::remove_file(dir.join("link")).unwrap();
            // Another file with the same content has the same hash in the API.
            symlink("../tree/file", dir.join("link")).unwrap();
        },
        |dir| fs::set_permissions(dir.join("file"), Permissions::from_mode(0o666)).unwrap(),
        |dir| {
            let time = SystemTime::UNIX_EPOCH + Duration::new(1, 1);
            let file = File::options().write(true).open(dir.join("file")).unwrap();
            file.set_times(FileTimes::new().set_modified(time)).unwrap();
        },
        |dir| fs::remove_dir(dir.join("empty")).unwrap(),
        |dir| fs::create_dir(dir.join("empty/new")).unwrap(),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let backup = upload(&server, &tree);
        change(&stored(&server, &backup));
        let id = backup["id"].as_str().unwrap();
        let output = server.bchan(["backup", "verify", id]).run();
        assert_eq!(output.code, Some(1), "{number}: {output:?}");
        assert!(
            output.stderr.contains("right content"),
            "{number}: {output:?}"
        );
    }
    // The integrity check of the server compares contents, which are right.
    let job = server.run_job("integrity_check_job");
    assert_eq!(job["status"], "FINISHED", "{job}");
}

#[test]
fn trees_that_share_a_hash_have_receipts_of_their_own() {
    let server = TestServer::start();
    server.target("m", "multi");
    let real = server.home().join("tree");
    fs::create_dir(&real).unwrap();
    fs::write(real.join("a.db"), "x").unwrap();
    fs::write(real.join("b.txt"), "longer notes").unwrap();
    // The digest between the two names in the hash becomes part of a folder's name.
    let made = server.home().join("made/tree");
    let digest = {
        use sha2::Digest as _;
        hex::encode(sha2::Sha256::digest("x"))
    };
    let folder = made.join(format!("a.db{digest}tree"));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("b.txt"), "longer notes").unwrap();
    let (real, made) = (upload(&server, &real), upload(&server, &made));
    assert_eq!(real["hash"], made["hash"]);
    assert_ne!(real["receipt"], made["receipt"]);
    for backup in [real, made] {
        let verify = ["backup", "verify", backup["id"].as_str().unwrap()];
        assert_eq!(server.bchan(verify).json()["attributes"], true);
    }
}

/// A tar archive and its receipt.
fn packed(tree: &Path) -> (Vec<u8>, String) {
    let options = PackOptions {
        manifest: true,
        attributes: KeepAttributes::All,
        owner_names: true,
        ..PackOptions::default()
    };
    let source = [Source::from_path(tree).unwrap()];
    let (summary, archive) = pack(&source, Vec::new(), &options, &mut ()).unwrap();
    let receipt = summary.manifest.unwrap().receipt().unwrap();
    (archive, receipt.hex())
}

#[test]
fn what_has_another_receipt_is_not_stored() {
    let server = TestServer::start();
    server.target("m", "multi");
    server.target("s", "single");
    let tree = small_tree(&server);
    let (archive, receipt) = packed(&tree);
    fs::set_permissions(tree.join("file"), Permissions::from_mode(0o600)).unwrap();
    let (_, other) = packed(&tree);
    assert_ne!(receipt, other);
    let form = |receipt: &str| {
        Form::new()
            .file("a.tar", &archive)
            .field("receipt", receipt)
    };
    let post = |target: &str, form: &Form| {
        let path = format!("/api/target/{target}/upload");
        server.http().post(&path, form)
    };
    for wrong in [&other, "x", &receipt[1..]] {
        let message = post("m", &form(wrong)).failure(400);
        assert!(message.contains("receipt"), "{message}");
    }
    // There is no such thing of what is not unpacked.
    post("s", &form(&receipt)).failure(400);
    let plain = Form::new().file("a", b"plain").field("receipt", &receipt);
    post("m", &plain).failure(400);
    let two = form(&receipt).file("b", b"more");
    post("m", &two).failure(400);
    assert_eq!(server.files(), [""; 0]);
    server.assert_no_leftovers();

    let accepted = post("m", &form(&receipt.to_uppercase())).success(200);
    assert_eq!(accepted["receipt"], *receipt);
    for form in [form(""), Form::new().file("a.tar", &archive)] {
        let accepted = post("m", &form).success(200);
        assert_eq!(accepted["receipt"], Value::Null);
        let id = accepted["backup_id"].as_str().unwrap();
        let verify = ["--verbose", "backup", "verify", id];
        let output = server.bchan(verify).ok();
        assert!(output.stderr.contains("has no receipt"), "{output:?}");
    }
}

#[test]
fn what_a_server_cannot_keep_does_not_make_a_backup_broken() {
    if !is_root() {
        return;
    }
    let server = TestServer::start();
    server.target("m", "multi");
    let tree = small_tree(&server);
    lsetxattr(tree.join("link"), "trusted.x", b"x", XattrFlags::empty()).unwrap();
    let output = server.bchan(["backup", "upload", "m"]).arg(&tree).run();
    assert_eq!(output.code, Some(3), "{output:?}");
    let view = server.http().get("/api/target/m").success(200);
    let backup = &view["backups"][0];
    assert!(backup["receipt"].is_string(), "{backup}");
    assert_eq!(backup["reproducible"], Value::Null, "{backup}");
    let output = server.bchan(["--verbose", "backup", "verify", "m"]).ok();
    assert!(output.stderr.contains("could not keep"), "{output:?}");
    let report = server.bchan(["backup", "verify", "m"]).json();
    assert_eq!(
        (&report["verified"], &report["attributes"]),
        (&true.into(), &false.into())
    );
}
