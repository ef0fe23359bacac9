//! `bchan backup verify`, over both kinds of targets.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use crate::support::TestServer;

fn stored(server: &TestServer, part: &str) -> PathBuf {
    let found = server.files();
    let path = found.iter().find(|path| path.ends_with(part));
    server.data().join(path.unwrap())
}

#[test]
fn a_tree_that_is_what_it_was_is_verified_and_nothing_is_kept() {
    let server = TestServer::start_with_key();
    server.target("m", "multi");
    let source = server.home().join("source");
    fs::create_dir_all(source.join("sub")).unwrap();
    fs::write(source.join("sub/a"), "a".repeat(100_000)).unwrap();
    fs::hard_link(source.join("sub/a"), source.join("b")).unwrap();
    symlink("sub/a", source.join("c")).unwrap();
    symlink("nowhere", source.join("d")).unwrap();
    let sparse = fs::File::create(source.join("holes")).unwrap();
    sparse.set_len(50_000_000).unwrap();
    let upload = ["backup", "upload", "m", source.to_str().unwrap()];
    let backup = server.bchan(upload).json()["backup"].clone();
    let empty = tempfile::tempdir().unwrap();
    let verify = |what: &str| {
        let program = server.bchan(["backup", "verify", what]);
        let mut command = program.into_command();
        command.current_dir(empty.path());
        command.output().unwrap()
    };
    for what in ["m", backup["id"].as_str().unwrap()] {
        let output = verify(what);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let report = server.bchan(["backup", "verify", "m"]).json();
    assert_eq!(
        (&report["verified"], &report["backup"]),
        (&true.into(), &backup)
    );
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);

    let victim = stored(&server, "/source/sub/a");
    let mut content = fs::read(&victim).unwrap();
    content[5] ^= 1;
    fs::write(&victim, content).unwrap();
    let broken = verify("m");
    assert_eq!(broken.status.code(), Some(1), "{broken:?}");
    let said = String::from_utf8(broken.stderr).unwrap();
    assert!(said.contains("its hash differs"), "{said}");
}

#[test]
fn a_file_that_is_not_what_it_was_is_a_failure() {
    let server = TestServer::start_with_key();
    server.target("s", "single");
    let source = server.home().join("dump");
    fs::write(&source, "dump").unwrap();
    server
        .bchan(["backup", "upload", "s", source.to_str().unwrap()])
        .ok();
    assert_eq!(
        server.bchan(["backup", "verify", "s"]).json()["verified"],
        true
    );
    let name = server.files()[0].clone();
    fs::write(stored(&server, &name), "dumb").unwrap();
    let broken = server.bchan(["backup", "verify", "s"]).run();
    assert_eq!(broken.code, Some(1), "{broken:?}");
    assert_eq!(server.bchan(["backup", "verify", "t"]).run().code, Some(10));
}
