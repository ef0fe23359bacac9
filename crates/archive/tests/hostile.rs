//! Archives that mean harm.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::fs;
use std::os::fd::AsFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use bchan_archive::{
    Codec, Limit, Limits, Manifest, Observer, StoreAttributes, UnpackError, UnpackOptions,
    Unpacked, hash_tree, open_dir, unpack_tar,
};
use bchan_testkit::hostile::bombs;
use tar::{EntryType, Header};

/// An archive under construction; nothing is checked.
#[derive(Default)]
struct Archive(Vec<u8>);

impl Archive {
    fn entry(mut self, kind: EntryType, name: &[u8], target: &[u8], content: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        let gnu = header.as_gnu_mut().unwrap();
        gnu.name[..name.len()].copy_from_slice(name);
        gnu.linkname[..target.len()].copy_from_slice(target);
        header.set_mode(0o6755);
        header.set_mtime(1);
        header.set_uid(0);
        header.set_gid(0);
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn file(self, name: &str) -> Self {
        self.entry(EntryType::Regular, name.as_bytes(), b"", b"evil")
    }

    fn symlink(self, name: &str, target: &str) -> Self {
        self.entry(EntryType::Symlink, name.as_bytes(), target.as_bytes(), b"")
    }

    fn hard_link(self, name: &str, target: &str) -> Self {
        self.entry(EntryType::Link, name.as_bytes(), target.as_bytes(), b"")
    }

    fn directory(self, name: &str) -> Self {
        self.entry(EntryType::Directory, name.as_bytes(), b"", b"")
    }

    fn finish(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

/// Unpacks into `inside`, and makes sure that what is beside it stays as it was.
fn attempt(
    archive: Archive,
    options: &UnpackOptions,
) -> Result<(Unpacked, tempfile::TempDir), UnpackError> {
    let temp = tempfile::tempdir().unwrap();
    fs::create_dir(temp.path().join("inside")).unwrap();
    fs::create_dir(temp.path().join("outside")).unwrap();
    fs::write(temp.path().join("outside/victim"), "innocent").unwrap();
    let dir = open_dir(&temp.path().join("inside")).unwrap();
    let mut manifest = Manifest::default();
    let bytes = archive.finish();
    let done = unpack_tar(
        Codec::None,
        &bytes[..],
        dir.as_fd(),
        options,
        &mut manifest,
        &mut (),
    );
    let mut names: Vec<_> = fs::read_dir(temp.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["inside", "outside"]);
    let outside = temp.path().join("outside");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    assert_eq!(fs::read(outside.join("victim")).unwrap(), b"innocent");
    assert_eq!(fs::metadata(outside.join("victim")).unwrap().nlink(), 1);
    if done.is_ok() {
        let found = hash_tree(dir.as_fd(), &mut ()).unwrap();
        assert_eq!(found.tree_hash(), manifest.tree_hash());
    }
    done.map(|done| (done, temp))
}

#[track_caller]
fn refused(archive: Archive) {
    match attempt(archive, &UnpackOptions::default()) {
        Err(UnpackError::Refused { .. }) => {}
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("taken"),
    }
}

#[test]
fn names_that_lead_out_are_refused() {
    for name in [
        "../x",
        "a/../../x",
        "/etc/x",
        "..",
        "a/..",
        "./../x",
        "a/b/../../../x",
    ] {
        refused(Archive::default().file(name));
        refused(Archive::default().directory(name));
        refused(Archive::default().symlink(name, "x"));
        refused(Archive::default().file("f").hard_link(name, "f"));
    }
    refused(Archive::default().file("."));
    refused(
        Archive::default()
            .entry(EntryType::XHeader, b"pax", b"", b"16 path=../evil\n")
            .file("x"),
    );
}

#[test]
fn nothing_is_written_through_a_link() {
    refused(Archive::default().symlink("l", "../outside").file("l/x"));
    refused(
        Archive::default()
            .symlink("l", "../outside")
            .directory("l/x"),
    );
    refused(
        Archive::default()
            .symlink("l", "../outside")
            .symlink("l/x", "y"),
    );
    refused(
        Archive::default()
            .directory("d")
            .symlink("d/l", "..")
            .file("d/l/x"),
    );
    refused(
        Archive::default()
            .symlink("l", "../outside")
            .file("f")
            .hard_link("l/x", "f"),
    );
    refused(Archive::default().file("f").file("f/x"));
}

#[test]
fn a_link_in_the_way_is_replaced_not_followed() {
    let archive = Archive::default()
        .symlink("l", "../outside/victim")
        .file("l");
    let (_, temp) = attempt(archive, &UnpackOptions::default()).unwrap();
    assert_eq!(fs::read(temp.path().join("inside/l")).unwrap(), b"evil");
    let archive = Archive::default()
        .symlink("l", "../outside")
        .directory("l")
        .file("l/x");
    let (_, temp) = attempt(archive, &UnpackOptions::default()).unwrap();
    assert_eq!(fs::read(temp.path().join("inside/l/x")).unwrap(), b"evil");
}

#[test]
fn hard_links_stay_inside() {
    refused(Archive::default().hard_link("l", "../outside/victim"));
    refused(Archive::default().hard_link("l", "/etc/passwd"));
    refused(
        Archive::default()
            .symlink("s", "../outside")
            .hard_link("l", "s/victim"),
    );
    refused(Archive::default().hard_link("l", "later").file("later"));
    refused(Archive::default().directory("d").hard_link("l", "d"));
    refused(Archive::default().hard_link("l", "l"));
    // A second name for a link is a link, and leads to nothing that is ours.
    let archive = Archive::default()
        .symlink("s", "../outside/victim")
        .hard_link("l", "s");
    attempt(archive, &UnpackOptions::default()).unwrap();
}

#[test]
fn devices_and_pipes_are_refused() {
    for kind in [
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::new(b'Q'),
    ] {
        refused(Archive::default().entry(kind, b"x", b"", b""));
    }
}

#[test]
fn set_id_bits_are_dropped_unless_asked_for() {
    let mode = |options: &UnpackOptions| {
        let (_, temp) = attempt(Archive::default().file("f").directory("d"), options).unwrap();
        let mode = |name: &str| {
            fs::metadata(temp.path().join("inside").join(name))
                .unwrap()
                .permissions()
                .mode()
                & 0o7777
        };
        (mode("f"), mode("d"))
    };
    assert_eq!(mode(&UnpackOptions::default()), (0o755, 0o755));
    let keep = UnpackOptions {
        keep_setid: true,
        ..UnpackOptions::default()
    };
    assert_eq!(mode(&keep), (0o6755, 0o6755));
}

#[test]
fn later_entries_replace_earlier_ones() {
    let archive = Archive::default()
        .file("a")
        .entry(EntryType::Regular, b"a", b"", b"newer")
        .directory("d")
        .file("d");
    let (done, temp) = attempt(archive, &UnpackOptions::default()).unwrap();
    assert_eq!(fs::read(temp.path().join("inside/a")).unwrap(), b"newer");
    assert!(temp.path().join("inside/d").is_file());
    assert_eq!(done.files, 3);
    refused(Archive::default().directory("d").file("d/x").file("d"));
}

#[test]
fn unpacking_stops_at_its_limits() {
    let limited = |limits| UnpackOptions {
        limits,
        ..UnpackOptions::default()
    };
    let few = limited(Limits {
        max_entries: 2,
        ..Limits::default()
    });
    let three = Archive::default().file("a").file("b").file("c");
    assert!(matches!(
        attempt(three, &few),
        Err(UnpackError::Limit { .. })
    ));
    let small = limited(Limits {
        max_bytes: 7,
        ..Limits::default()
    });
    let two = Archive::default().file("a").file("b");
    assert!(matches!(
        attempt(two, &small),
        Err(UnpackError::Limit { .. })
    ));
}

#[test]
fn lies_about_sparse_files_are_found_out() {
    let pax = |records: &str| {
        let mut archive = Archive::default();
        let number = |record: &str| {
            let mut text = String::new();
            // The length counts its own digits.
            while text.split(' ').next() != Some(&*text.len().to_string()) {
                text = format!("{} {record}\n", text.len().max(record.len() + 3));
            }
            text
        };
        let records = records.lines().map(number).collect::<Vec<_>>().concat();
        archive = archive.entry(EntryType::XHeader, b"pax", b"", records.as_bytes());
        archive.file("f")
    };
    for records in [
        "GNU.sparse.size=100\nGNU.sparse.map=99,4",
        "GNU.sparse.size=100\nGNU.sparse.map=5,2,4,2",
        "GNU.sparse.size=100\nGNU.sparse.map=5,2",
        "GNU.sparse.size=100\nGNU.sparse.map=5",
        "GNU.sparse.size=100",
        "GNU.sparse.map=0,4",
        "GNU.sparse.size=100\nGNU.sparse.map=18446744073709551615,4",
        "GNU.sparse.major=1\nGNU.sparse.minor=0\nGNU.sparse.realsize=9",
        "size=99999999999999999999",
    ] {
        let outcome = attempt(pax(records), &UnpackOptions::default());
        assert!(
            matches!(outcome, Err(UnpackError::Corrupt { .. })),
            "{records}"
        );
    }
    attempt(
        pax("GNU.sparse.size=100\nGNU.sparse.map=50,4"),
        &UnpackOptions::default(),
    )
    .unwrap();
}

/// What becomes of an archive, into a folder that goes with all that is in it.
fn unpack(
    codec: Codec,
    bytes: &[u8],
    options: &UnpackOptions,
    observer: &mut dyn Observer,
) -> Result<Unpacked, UnpackError> {
    let temp = tempfile::tempdir().unwrap();
    let dir = open_dir(temp.path()).unwrap();
    let mut manifest = Manifest::default();
    unpack_tar(codec, bytes, dir.as_fd(), options, &mut manifest, observer)
}

/// Goes on only so often.
struct Patience(u32);

impl Observer for Patience {
    fn proceed(&mut self, _count: u64) -> std::io::Result<()> {
        self.0 = self.0.checked_sub(1).ok_or(std::io::ErrorKind::TimedOut)?;
        Ok(())
    }
}

#[test]
fn a_hole_is_given_up_when_the_observer_says_so() {
    // To hash all of it would take ten minutes.
    let bytes = bombs::hole(1 << 40);
    let done = unpack(
        Codec::None,
        &bytes,
        &UnpackOptions::default(),
        &mut Patience(100),
    );
    match done {
        Err(UnpackError::Write { source, .. }) => {
            assert_eq!(source.kind(), std::io::ErrorKind::TimedOut);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn holes_are_bounded_by_what_has_arrived() {
    let limits = Limits {
        free_holes: 1 << 20,
        max_ratio: 100,
        ..Limits::default()
    };
    let options = UnpackOptions {
        limits,
        ..UnpackOptions::default()
    };
    let try_hole = |size| unpack(Codec::None, &bombs::hole(size), &options, &mut ());
    try_hole(1 << 20).unwrap();
    // The archive itself has arrived, which is 2,560 bytes.
    try_hole((1 << 20) + 200_000).unwrap();
    match try_hole(2 << 20) {
        Err(UnpackError::Limit { limit, entry }) => {
            assert_eq!((limit, &*entry), (Limit::Holes(1 << 20), "hole"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_held_in_memory_is_bounded_by_what_has_arrived() {
    let options = UnpackOptions {
        attributes: StoreAttributes::Restore {
            privileged: true,
            special: false,
        },
        ..UnpackOptions::default()
    };
    // Lists are set in the end, for they would have a say in what is put into a directory.
    for bytes in [bombs::attributes(400, "system.posix_acl_a"), bombs::deep(1)] {
        let done = unpack(Codec::Zstd, &bytes, &options, &mut ());
        let is_refused = matches!(
            done,
            Err(UnpackError::Limit {
                limit: Limit::Memory,
                ..
            })
        );
        assert!(is_refused, "{done:?}");
    }
    // The same ones again and again are held once.
    let mut archive = Archive::default();
    for number in 0..2000 {
        let text = format!("SCHILY.xattr.system.posix_acl_a={}\n", "x".repeat(60_000));
        let record = format!("{} {text}", text.len() + 6);
        archive = archive.entry(EntryType::XHeader, b"pax", b"", record.as_bytes());
        archive = archive.directory(&format!("{number}"));
    }
    unpack(Codec::None, &archive.finish(), &options, &mut ()).unwrap();
}

#[test]
fn directories_that_are_not_listed_count_as_entries() {
    let limits = Limits {
        max_entries: 20,
        ..Limits::default()
    };
    let options = UnpackOptions {
        limits,
        ..UnpackOptions::default()
    };
    let deep = format!("{}f", "d/".repeat(25));
    let archive = Archive::default().file(&deep).file("last").finish();
    let done = unpack(Codec::None, &archive, &options, &mut ());
    assert!(
        matches!(
            done,
            Err(UnpackError::Limit {
                limit: Limit::Entries(20),
                ..
            })
        ),
        "{done:?}"
    );
}
