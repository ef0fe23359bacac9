//! Comparing trees on disk.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bchan_archive::{Comparison, Likeness, Observer, compare};
use rustix::fs::{AtFlags, CWD, FileType, Mode, Timespec, Timestamps, XattrFlags, lsetxattr};
use tempfile::TempDir;

const COPY: Likeness = Likeness::Copy { owners: false };

fn set_time(path: &Path, seconds: i64, nanoseconds: i64) {
    let time = Timespec {
        tv_sec: seconds,
        tv_nsec: nanoseconds,
    };
    let times = Timestamps {
        last_access: time,
        last_modification: time,
    };
    rustix::fs::utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
}

/// A tree with some of everything, always the same.
fn tree(root: &Path) {
    for folder in ["empty", "folder/deep"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    fs::write(root.join("a"), "content").unwrap();
    fs::write(root.join("folder/large"), vec![7; 600_000]).unwrap();
    fs::write(root.join("folder/deep/none"), "").unwrap();
    fs::write(root.join("linked"), "twice").unwrap();
    fs::hard_link(root.join("linked"), root.join("folder/linked")).unwrap();
    symlink("a", root.join("link")).unwrap();
    symlink("nowhere", root.join("folder/link")).unwrap();
    let pipe = root.join("pipe");
    rustix::fs::mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    attribute(&root.join("a"), "user.bchan.stat", "1\nf");
    settle(root);
}

fn attribute(path: &Path, name: &str, value: &str) {
    lsetxattr(path, name, value.as_bytes(), XattrFlags::empty()).unwrap();
}

/// Gives everything but the root one time.
fn settle(root: &Path) {
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            settle(&path);
        }
        set_time(&path, 1_000_000_000, 123_456_789);
    }
}

/// Two trees that are the same.
fn two() -> (TempDir, PathBuf, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let [one, other] = ["one", "other"].map(|name| temp.path().join(name));
    tree(&one);
    tree(&other);
    (temp, one, other)
}

fn look(one: &Path, other: &Path, likeness: Likeness) -> Comparison {
    compare(one, other, likeness, &mut ()).unwrap()
}

fn different(path: &str, what: &'static str) -> Comparison {
    let path = path.into();
    Comparison::Different { path, what }
}

#[test]
fn equal_trees_are_the_same_whatever_their_roots_are_like() {
    let (_temp, one, other) = two();
    fs::set_permissions(&other, Permissions::from_mode(0o700)).unwrap();
    set_time(&other, 5, 0);
    for likeness in [Likeness::Outline, Likeness::Full, COPY] {
        assert_eq!(look(&one, &other, likeness), Comparison::Same);
    }
}

#[test]
fn whatever_is_different_is_found() {
    type Change = fn(&Path);
    let changes: &[(&str, &str, Change)] = &[
        ("a", "content", |root| {
            fs::write(root.join("a"), "CONTENT").unwrap();
        }),
        ("a", "size", |root| {
            fs::write(root.join("a"), "contents").unwrap();
        }),
        ("a", "mode", |root| {
            fs::set_permissions(root.join("a"), Permissions::from_mode(0o600)).unwrap();
        }),
        ("a", "extended attributes", |root| {
            attribute(&root.join("a"), "user.bchan.stat", "1\nd");
        }),
        ("a", "kind", |root| {
            fs::remove_file(root.join("a")).unwrap();
            symlink("a", root.join("a")).unwrap();
        }),
        ("a", "presence", |root| {
            fs::remove_file(root.join("a")).unwrap();
        }),
        ("folder/deep/more", "presence", |root| {
            fs::write(root.join("folder/deep/more"), "").unwrap();
        }),
        ("zzz", "presence", |root| {
            fs::create_dir(root.join("zzz")).unwrap();
        }),
        ("empty", "presence", |root| {
            fs::remove_dir(root.join("empty")).unwrap();
        }),
        ("empty", "extended attributes", |root| {
            attribute(&root.join("empty"), "user.x", "y");
        }),
        ("", "extended attributes", |root| {
            attribute(root, "user.x", "y");
        }),
        ("folder/large", "content", |root| {
            let mut content = vec![7; 600_000];
            content[599_999] = 8;
            fs::write(root.join("folder/large"), content).unwrap();
        }),
        ("folder/link", "target of the link", |root| {
            fs::remove_file(root.join("folder/link")).unwrap();
            symlink("elsewhere", root.join("folder/link")).unwrap();
        }),
        // The second name is the one that is noticed.
        ("linked", "hard links", |root| {
            fs::remove_file(root.join("linked")).unwrap();
            fs::write(root.join("linked"), "twice").unwrap();
        }),
    ];
    for (path, what, change) in changes {
        let (_temp, one, other) = two();
        change(&other);
        settle(&other);
        assert_eq!(look(&one, &other, Likeness::Full), different(path, what));
        assert_eq!(look(&other, &one, Likeness::Full), different(path, what));
        assert_eq!(look(&one, &other, COPY), different(path, what));
        let outline = look(&one, &other, Likeness::Outline);
        let unread = ["content", "size"].contains(what);
        assert_eq!(outline == Comparison::Same, unread, "{path} {what}");
    }
    for path in ["a", "folder", "link", "pipe"] {
        let (_temp, one, other) = two();
        set_time(&other.join(path), 1_000_000_000, 123_456_788);
        let wanted = different(path, "modification time");
        assert_eq!(look(&one, &other, Likeness::Full), wanted);
        if rustix::process::geteuid().is_root() && path != "link" {
            let (_temp, one, other) = two();
            chown(other.join(path), Some(12), Some(34)).unwrap();
            let wanted = different(path, "owner");
            assert_eq!(look(&one, &other, Likeness::Full), wanted);
            let kept = Likeness::Copy { owners: true };
            assert_eq!(look(&one, &other, kept), wanted);
            assert_eq!(look(&one, &other, COPY), Comparison::Same);
        }
    }
}

#[test]
fn a_copy_may_have_its_times_rounded_down_and_nothing_else() {
    for (seconds, nanoseconds, allowed) in [
        (1_000_000_000, 123_456_700, true),
        (1_000_000_000, 123_000_000, true),
        (1_000_000_000, 120_000_000, true),
        (1_000_000_000, 0, true),
        (1_000_000_000, 123_456_788, false),
        (1_000_000_001, 0, false),
        (999_999_998, 0, false),
    ] {
        let (_temp, one, copy) = two();
        set_time(&copy.join("a"), seconds, nanoseconds);
        let same = look(&one, &copy, COPY) == Comparison::Same;
        assert_eq!(same, allowed, "{seconds}.{nanoseconds}");
        let is_exact = look(&one, &copy, Likeness::Full) == Comparison::Same;
        assert!(!is_exact);
    }
}

#[test]
fn single_files_are_compared_by_content_and_attributes() {
    let temp = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = temp.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let (one, same, other) = (file("1", "x"), file("2", "x"), file("3", "y"));
    let old = SystemTime::now() - Duration::from_secs(1000);
    let opened = File::options().write(true).open(&same).unwrap();
    opened.set_modified(old).unwrap();
    assert_eq!(look(&one, &same, Likeness::Full), Comparison::Same);
    assert_eq!(look(&one, &other, Likeness::Full), different("", "content"));
    assert_eq!(look(&one, &other, Likeness::Outline), Comparison::Same);
    attribute(&same, "user.x", "y");
    let wanted = different("", "extended attributes");
    assert_eq!(look(&one, &same, Likeness::Full), wanted);
    let tree = temp.path().join("tree");
    fs::create_dir(&tree).unwrap();
    assert_eq!(look(&one, &tree, Likeness::Full), different("", "kind"));
    // A link is not followed.
    symlink(&one, temp.path().join("link")).unwrap();
    let link = temp.path().join("link");
    assert_eq!(look(&one, &link, Likeness::Full), different("", "kind"));
    assert!(compare(&link, &link, Likeness::Full, &mut ()).is_err());
    assert!(compare(&one, &temp.path().join("none"), Likeness::Full, &mut ()).is_err());
}

/// Ends everything after so many questions.
struct After(usize);

impl Observer for After {
    fn proceed(&mut self, _count: u64) -> io::Result<()> {
        self.0 = self.0.checked_sub(1).ok_or(io::ErrorKind::TimedOut)?;
        Ok(())
    }
}

#[test]
fn it_can_be_stopped_and_leaves_modes_as_they_were() {
    let (_temp, one, other) = two();
    for root in [&one, &other] {
        for path in ["folder/large", "folder/deep", "folder"] {
            let locked = Permissions::from_mode(0o0);
            fs::set_permissions(root.join(path), locked).unwrap();
        }
        settle(root);
    }
    let modes = || {
        let roots = [&one, &other].into_iter();
        let folders = roots.map(|root| fs::metadata(root.join("folder")).unwrap().mode() & 0o777);
        folders.collect::<Vec<_>>()
    };
    for questions in 0..30 {
        let stopped = compare(&one, &other, Likeness::Full, &mut After(questions));
        assert_eq!(modes(), [0, 0]);
        if let Ok(found) = stopped {
            assert_eq!(found, Comparison::Same);
            assert!(questions > 10, "{questions}");
            return;
        }
    }
    panic!("it asks too often");
}
