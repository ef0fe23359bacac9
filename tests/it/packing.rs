//! How archives are compressed, and how fast they go.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::support::{DocumentedServer, TestServer};

fn stored(server: &TestServer, target: &str) -> PathBuf {
    let entries = fs::read_dir(server.storage().join(target)).unwrap();
    let mut entries = entries.map(|entry| entry.unwrap().path());
    entries.find(|path| !path.ends_with(".bchan")).unwrap()
}

#[test]
fn every_way_to_compress_arrives() {
    let server = TestServer::start();
    let tree = server.home().join("tree");
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("file"), "abc".repeat(100_000)).unwrap();
    let ways: &[(&str, &str, &[u8])] = &[
        ("zstd:19", "zst", b"\x28\xb5\x2f\xfd"),
        ("zstd", "zst", b"\x28\xb5\x2f\xfd"),
        ("gzip:9", "gz", b"\x1f\x8b"),
        ("xz:0", "xz", b"\xfd7zXZ\0"),
        ("xz", "xz", b"\xfd7zXZ\0"),
        // Headers come first, and this one has a time with a fraction.
        ("none", "tar", b"PaxHeaders/"),
    ];
    for (number, (way, ending, begin)) in ways.iter().enumerate() {
        let (single, multi) = (format!("s{number}"), format!("m{number}"));
        server.target(&single, "single");
        server.target(&multi, "multi");
        for target in [&single, &multi] {
            server
                .bchan([
                    "backup",
                    "upload",
                    target,
                    "--compression",
                    way,
                    "--threads",
                    "2",
                ])
                .arg(&tree)
                .ok();
        }
        let file = stored(&server, &single);
        assert_eq!(
            file.extension().unwrap().to_str().unwrap(),
            *ending,
            "{way}"
        );
        assert!(fs::read(&file).unwrap().starts_with(begin), "{way}");
        let text = fs::read_to_string(stored(&server, &multi).join("tree/file")).unwrap();
        assert_eq!(text.len(), 300_000, "{way}");
    }
    for wrong in ["zstd:20", "gzip:0", "lz4", "none:1"] {
        let output = server
            .bchan(["backup", "upload", "s0", "--compression", wrong])
            .arg(&tree)
            .run();
        assert_eq!(output.code, Some(2), "{output:?}");
    }
}

#[test]
fn a_server_that_does_not_say_so_gets_nothing_new() {
    let server = DocumentedServer::start();
    let tree = tempfile::tempdir().unwrap();
    fs::write(tree.path().join("file"), "abc").unwrap();
    let upload = |options: &[&str]| {
        let command = server.bchan(["backup", "upload", "any"]);
        command.arg(tree.path()).args(options).run()
    };
    let refused = upload(&["--compression", "zstd:1"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused.stderr.contains("does not say that it knows zstd"),
        "{refused:?}"
    );
    let refused = upload(&["--special"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert_eq!(server.asked("/upload HTTP/1.1"), 0);

    let output = upload(&[]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let name = "user.note";
    rustix::fs::setxattr(
        tree.path().join("file"),
        name,
        b"x",
        rustix::fs::XattrFlags::empty(),
    )
    .unwrap();
    // It would drop the attribute without a word, so the word is ours.
    let output = upload(&["-q"]);
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(
        output.stderr.contains("does not keep extended attributes"),
        "{output:?}"
    );
    assert_eq!(
        upload(&["--no-xattrs", "--compression", "xz:1"]).code,
        Some(0)
    );
    assert_eq!(server.asked("/upload HTTP/1.1"), 3);
}

#[test]
fn limits_hold_in_both_directions() {
    let server = TestServer::start();
    server.target("s", "single");
    let file = server.home().join("file");
    fs::write(&file, vec![1; 400_000]).unwrap();
    let begin = Instant::now();
    server
        .bchan(["backup", "upload", "s", "--limit-upload", "200kB"])
        .arg(&file)
        .ok();
    // No machine is too fast for this, and none too slow.
    assert!(
        begin.elapsed() > Duration::from_millis(1500),
        "{:?}",
        begin.elapsed()
    );
    let begin = Instant::now();
    let out = server.home().join("out");
    server
        .bchan([
            "backup",
            "download",
            "s",
            "--limit-download",
            "200kB",
            "--directory",
        ])
        .arg(&out)
        .ok();
    assert!(
        begin.elapsed() > Duration::from_millis(500),
        "{:?}",
        begin.elapsed()
    );
    for wrong in ["0", "fast"] {
        let output = server
            .bchan(["backup", "upload", "s", "--limit-upload", wrong])
            .arg(&file)
            .run();
        assert_eq!(output.code, Some(2), "{output:?}");
    }
}
