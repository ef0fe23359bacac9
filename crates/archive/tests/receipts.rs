//! Receipts: the same on both sides of an archive, and of what is packed again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::fs::{self, File, FileTimes, Permissions};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use bchan_archive::{
    Codec, KeepAttributes, Manifest, PackOptions, Receipt, Source, StoreAttributes, UnpackOptions,
    Unpacked, examine_tar, open_dir, pack, unpack_tar,
};
use rustix::fs::{CWD, FileType, Mode, XattrFlags, lsetxattr, makedev, mknodat, setxattr};

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Packs as the client does.
fn send(sources: &[Source]) -> (Vec<u8>, Option<Receipt>) {
    let options = PackOptions {
        manifest: true,
        attributes: KeepAttributes::All,
        owner_names: true,
        special: true,
        ..PackOptions::default()
    };
    let (summary, archive) = pack(sources, Vec::new(), &options, &mut ()).unwrap();
    (archive, summary.manifest.unwrap().receipt())
}

/// Unpacks as the server does.
fn store(archive: &[u8], into: &Path) -> (Unpacked, Option<Receipt>) {
    fs::create_dir(into).unwrap();
    let options = UnpackOptions {
        attributes: StoreAttributes::Keep { special: true },
        ..UnpackOptions::default()
    };
    let dir = open_dir(into).unwrap();
    let mut manifest = Manifest::default();
    let done = unpack_tar(
        Codec::None,
        archive,
        dir.as_fd(),
        &options,
        &mut manifest,
        &mut (),
    );
    (done.unwrap(), manifest.receipt())
}

/// Packs a stored tree again, as the server does, and examines that, as the client does.
fn fetch(stored: &Path) -> Option<Receipt> {
    let options = PackOptions {
        force_readable: true,
        attributes: KeepAttributes::Stored { own_owners: false },
        own_modes: true,
        ..PackOptions::default()
    };
    let source = [Source::Contents {
        path: stored.to_owned(),
    }];
    let (_, archive) = pack(&source, Vec::new(), &options, &mut ()).unwrap();
    let options = UnpackOptions {
        attributes: StoreAttributes::Restore {
            privileged: false,
            special: true,
        },
        ..UnpackOptions::default()
    };
    let mut manifest = Manifest::default();
    examine_tar(Codec::None, &archive[..], &options, &mut manifest, &mut ()).unwrap();
    manifest.receipt()
}

fn named(path: &Path, name: &str) -> Source {
    Source::Entry {
        path: path.to_owned(),
        name: name.into(),
    }
}

fn odd_tree(tree: &Path) {
    fs::create_dir(tree).unwrap();
    bchan_testkit::tree::odd(tree, 200);
    let file = tree.join("contents/1 bytes");
    setxattr(&file, "user.note", b"a\0b", XattrFlags::empty()).unwrap();
    setxattr(&file, "user.a=b%25", b"", XattrFlags::empty()).unwrap();
    let odd = c"user.not utf-8 \xff";
    setxattr(&file, odd, b"x", XattrFlags::empty()).unwrap();
    setxattr(
        tree.join("links"),
        "user.of a folder",
        b"x",
        XattrFlags::empty(),
    )
    .unwrap();
    let mode = Mode::from_raw_mode(0o640);
    mknodat(CWD, tree.join("pipe"), FileType::Fifo, mode, 0).unwrap();
    let program = tree.join("meta/program");
    fs::write(&program, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o4755)).unwrap();
    if is_root() {
        let number = makedev(8, 1);
        mknodat(
            CWD,
            tree.join("device"),
            FileType::BlockDevice,
            mode,
            number,
        )
        .unwrap();
        for (path, owner) in [
            ("contents/empty", 0),
            ("links", 1),
            ("links/hard a", 4_000_000_000),
        ] {
            std::os::unix::fs::chown(tree.join(path), Some(owner), Some(4321)).unwrap();
        }
        std::os::unix::fs::lchown(tree.join("links/relative"), Some(1234), Some(1)).unwrap();
    }
}

#[test]
fn client_server_and_download_come_to_the_same() {
    let temp = tempfile::tempdir().unwrap();
    let tree = temp.path().join("tree");
    odd_tree(&tree);
    let (archive, sent) = send(&[named(&tree, "tree")]);
    let (done, received) = store(&archive, &temp.path().join("stored"));
    assert!(sent.is_some_and(|sent| sent.is_closed));
    assert_eq!(received, sent);
    assert_eq!((done.not_restored, done.altered), (0, 0));
    assert_eq!(fetch(&temp.path().join("stored")), sent);
}

#[test]
fn the_order_of_the_sources_does_not_matter() {
    let temp = tempfile::tempdir().unwrap();
    let (a, b) = (temp.path().join("a"), temp.path().join("b"));
    for folder in [&a, &b] {
        fs::create_dir(folder).unwrap();
    }
    fs::write(b.join("file"), "content").unwrap();
    fs::hard_link(b.join("file"), a.join("file")).unwrap();
    fs::hard_link(b.join("file"), b.join("again")).unwrap();
    let (archive, sent) = send(&[named(&b, "b"), named(&a, "a")]);
    let (_, other) = send(&[named(&a, "a"), named(&b, "b")]);
    assert_eq!(sent, other);
    assert_eq!(store(&archive, &temp.path().join("stored")).1, sent);
    assert_eq!(fetch(&temp.path().join("stored")), sent);
}

#[test]
fn what_somebody_changes_of_a_stored_tree_shows() {
    type Change = fn(&Path);
    let temp = tempfile::tempdir().unwrap();
    let tree = temp.path().join("tree");
    fs::create_dir_all(tree.join("folder/empty")).unwrap();
    fs::write(tree.join("folder/file"), "content").unwrap();
    fs::write(tree.join("folder/closed"), "content").unwrap();
    fs::set_permissions(tree.join("folder/closed"), Permissions::from_mode(0o000)).unwrap();
    fs::hard_link(tree.join("folder/file"), tree.join("folder/second")).unwrap();
    symlink("file", tree.join("folder/link")).unwrap();
    let changes: [Change; 9] = [
        |_| (),
        |dir| {
            fs::remove_file(dir.join("link")).unwrap();
            symlink("fill", dir.join("link")).unwrap();
        },
        |dir| fs::set_permissions(dir.join("file"), Permissions::from_mode(0o600)).unwrap(),
        |dir| fs::set_permissions(dir.join("closed"), Permissions::from_mode(0o040)).unwrap(),
        |dir| {
            let time = SystemTime::UNIX_EPOCH + Duration::new(1, 1);
            let file = File::options().write(true).open(dir.join("file")).unwrap();
            file.set_times(FileTimes::new().set_modified(time)).unwrap();
        },
        |dir| fs::remove_dir(dir.join("empty")).unwrap(),
        |dir| fs::create_dir(dir.join("empty/new")).unwrap(),
        |dir| {
            fs::copy(dir.join("file"), dir.join("copy")).unwrap();
            fs::rename(dir.join("copy"), dir.join("second")).unwrap();
        },
        |dir| setxattr(dir.join("file"), "user.new", b"", XattrFlags::empty()).unwrap(),
    ];
    let (archive, sent) = send(&[named(&tree, "tree")]);
    for (number, change) in changes.iter().enumerate() {
        let stored = temp.path().join(format!("stored {number}"));
        assert_eq!(store(&archive, &stored).1, sent);
        change(&stored.join("tree/folder"));
        assert_eq!(fetch(&stored) == sent, number == 0, "change {number}");
    }
}

#[test]
fn what_a_server_cannot_keep_is_received_all_the_same() {
    if !is_root() {
        return;
    }
    let temp = tempfile::tempdir().unwrap();
    let tree = temp.path().join("tree");
    fs::create_dir(&tree).unwrap();
    symlink("nowhere", tree.join("link")).unwrap();
    lsetxattr(tree.join("link"), "trusted.x", b"x", XattrFlags::empty()).unwrap();
    let (archive, sent) = send(&[named(&tree, "tree")]);
    let (done, received) = store(&archive, &temp.path().join("stored"));
    assert_eq!(received, sent);
    assert_eq!(done.not_restored, 1);
    assert_ne!(fetch(&temp.path().join("stored")), sent);
}

#[test]
fn a_disk_that_keeps_another_time_is_noticed() {
    let temp = tempfile::tempdir().unwrap();
    for time in [1_000_000_000, 1_u64 << 45] {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(0);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(time);
        header.set_cksum();
        builder.append_data(&mut header, "file", &b""[..]).unwrap();
        let stored = temp.path().join(time.to_string());
        let (done, _) = store(&builder.into_inner().unwrap(), &stored);
        let meta = fs::metadata(stored.join("file")).unwrap();
        let is_kept = u64::try_from(meta.mtime()).is_ok_and(|kept| kept == time);
        // Which times a disk has is its own affair.
        assert_eq!(done.altered == 0, is_kept, "{time}: {done:?}");
    }
}
