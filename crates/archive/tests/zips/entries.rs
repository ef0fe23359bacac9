//! Times, modes, kinds and owners.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

use bchan_archive::{StoreAttributes, UnpackOptions};
use bchan_testkit::hostile::zip::{Claim, Zip, extra};
use rustix::fs::getxattr;

use super::{error, unpack, unpack_with};

/// Kinds of extra fields.
const EXTENDED: u16 = 0x5455;
const NTFS: u16 = 0x000a;
const OWNER: u16 = 0x7875;

/// The metadata of one entry, of which some fields are set.
fn one(name: &str, content: &[u8], set: impl FnOnce(&mut Claim)) -> fs::Metadata {
    let zip = Zip::default().lie(name, 0o100_644, content, set).finish();
    let temp = unpack(&zip).unwrap();
    let entry = fs::read_dir(temp.path()).unwrap().next().unwrap().unwrap();
    entry.metadata().unwrap()
}

#[test]
fn times_come_from_extra_fields() {
    let time = |fields: Vec<u8>| {
        let meta = one("f", b"x", |claim| claim.extra = fields);
        (meta.mtime(), meta.mtime_nsec())
    };
    assert_eq!(time(extra(EXTENDED, &[1, 7, 0, 0, 0])), (7, 0));
    assert_eq!(time(extra(EXTENDED, &[1, 0xff, 0xff, 0xff, 0xff])), (-1, 0));
    // A field without the time says nothing, and what follows it counts.
    let unix = extra(0x5855, &[9, 0, 0, 0, 8, 0, 0, 0]);
    for nothing in [&[][..], &[0], &[2, 7, 0, 0, 0]] {
        let fields = [extra(EXTENDED, nothing), unix.clone()].concat();
        assert_eq!(time(fields), (8, 0), "{nothing:?}");
    }
    let ticks = (11_644_473_600_u64 + 5) * 10_000_000 + 1;
    let times = [ticks, 0, 0].map(u64::to_le_bytes).concat();
    let fields = extra(NTFS, &[&[0; 4][..], &extra(1, &times)].concat());
    assert_eq!(time(fields), (5, 100));
}

#[test]
fn the_local_header_has_times_that_the_directory_has_not() {
    let fields = extra(EXTENDED, &[3, 7, 0, 0, 0, 9, 0, 0, 0]);
    let zip = Zip::default().differ("f", b"x", |claim| claim.extra = fields);
    let temp = unpack(&zip.finish()).unwrap();
    let meta = fs::metadata(temp.path().join("f")).unwrap();
    assert_eq!(meta.mtime(), 7);
}

#[test]
fn directories_and_links_have_their_times() {
    let zip = Zip::default()
        .lie("d/", 0o040_750, b"", |claim| {
            claim.extra = extra(EXTENDED, &[1, 7, 0, 0, 0]);
        })
        .lie("d/l", 0o120_777, b"target", |claim| {
            claim.extra = extra(EXTENDED, &[1, 8, 0, 0, 0]);
        });
    let temp = unpack(&zip.finish()).unwrap();
    let directory = fs::metadata(temp.path().join("d")).unwrap();
    assert_eq!((directory.mode() & 0o7777, directory.mtime()), (0o750, 7));
    let link = fs::symlink_metadata(temp.path().join("d/l")).unwrap();
    assert_eq!(link.mtime(), 8);
}

#[test]
fn modes_are_those_of_unix_or_follow_from_dos_attributes() {
    const UNIX: u8 = 3;
    const DOS: u8 = 0;
    const MAC: u8 = 19;
    const PINNED: u32 = 0x8;
    for (host, mode, dos, expected) in [
        (UNIX, 0o100_640, 0, 0o640),
        (UNIX, 0o100_000, 0, 0),
        (UNIX, 0o600, 0, 0o600),
        (UNIX, 0, 0, 0o644),
        (UNIX, 0o100_640, 1, 0o640),
        (MAC, 0o100_755, 0, 0o755),
        (DOS, 0, 0, 0o644),
        (DOS, 0, 0x20, 0o644),
        (DOS, 0, 0x21, 0o444),
        (10, 0, 1, 0o444),
        (11, 0, 1, 0o444),
        (14, 0, 1, 0o444),
        // Programs on Windows that store modes, and attributes of Windows that are none.
        (DOS, 0o100_755, 0x20, 0o755),
        (DOS, 0o600, 0, 0o600),
        (DOS, PINNED, 0x20, 0o644),
        (DOS, PINNED, 0x21, 0o444),
    ] {
        let meta = one("f", b"x", |claim| {
            (claim.host, claim.mode, claim.dos) = (host, mode, dos);
        });
        let case = format!("{host} {mode:o} {dos:x}");
        assert!(meta.is_file(), "{case}");
        assert_eq!(meta.mode() & 0o7777, expected, "{case}");
    }
}

#[test]
fn directories_are_told_by_their_name_their_mode_or_their_attributes() {
    for (name, host, mode, dos, expected) in [
        ("d/", 3, 0o040_700, 0, 0o700),
        ("d", 3, 0o040_700, 0x10, 0o700),
        ("d", 0, 0, 0x10, 0o755),
        ("d\\", 0, 0, 0, 0o755),
        ("d/", 0, 0, 0, 0o755),
        ("d/", 0, 0, 0x11, 0o755),
        // The mode of a file would let nobody in.
        ("d/", 3, 0o100_644, 0, 0o755),
        ("d/", 3, 0o600, 0, 0o711),
    ] {
        let meta = one(name, b"", |claim| {
            (claim.host, claim.mode, claim.dos) = (host, mode, dos);
        });
        let case = format!("{name} {host} {mode:o} {dos:x}");
        assert!(meta.is_dir(), "{case}");
        assert_eq!(meta.mode() & 0o7777, expected, "{case}");
    }
    let zip = Zip::default().entry("d", 0o040_755, b"content");
    let message = error(&zip.finish());
    assert!(message.contains("has content"), "{message}");
}

#[test]
fn names_from_windows_lead_into_folders_and_nowhere_else() {
    let of = |name: &str| {
        let dos = |claim: &mut Claim| (claim.host, claim.mode) = (0, 0);
        Zip::default().lie(name, 0, b"x", dos).finish()
    };
    let temp = unpack(&of("a\\b\\c")).unwrap();
    assert!(temp.path().join("a/b/c").is_file());
    let temp = unpack(&of("C:\\a")).unwrap();
    assert!(temp.path().join("C:/a").is_file());
    for (name, reason) in [
        ("..\\a", "leads upwards"),
        ("a\\..\\..\\b", "leads upwards"),
        ("\\a", "absolute"),
        ("\\\\server\\share", "absolute"),
    ] {
        let message = error(&of(name));
        assert!(message.contains(reason), "{name}: {message}");
    }
}

#[test]
fn pipes_are_kept_and_devices_refused_with_the_reason() {
    let zip = |mode| Zip::default().entry("x", mode, b"").finish();
    let keep = UnpackOptions {
        attributes: StoreAttributes::Keep { special: true },
        ..UnpackOptions::default()
    };
    let temp = unpack_with(&zip(0o010_640), &keep).unwrap();
    let mut value = [0; 100];
    let count = getxattr(temp.path().join("x"), "user.bchan.stat", &mut value).unwrap();
    assert!(value[..count].starts_with(b"1\np\n640\n"));
    let restore = UnpackOptions {
        attributes: StoreAttributes::Restore {
            privileged: false,
            special: true,
        },
        ..UnpackOptions::default()
    };
    let temp = unpack_with(&zip(0o010_640), &restore).unwrap();
    let meta = fs::symlink_metadata(temp.path().join("x")).unwrap();
    assert!(meta.file_type().is_fifo());
    assert_eq!(meta.mode() & 0o7777, 0o640);
    // What was read from a pipe is a file.
    let full = Zip::default().entry("x", 0o010_640, b"content").finish();
    let temp = unpack(&full).unwrap();
    assert_eq!(fs::read(temp.path().join("x")).unwrap(), b"content");
    for (mode, reason) in [
        (0o010_640, "named pipe"),
        (0o020_640, "device"),
        (0o060_640, "device"),
        (0o140_640, "socket"),
    ] {
        let message = error(&zip(mode));
        assert!(message.contains(reason), "{mode:o}: {message}");
    }
}

#[test]
fn owners_are_kept_as_those_of_other_archives() {
    let fields = extra(OWNER, &[1, 4, 210, 4, 0, 0, 2, 10, 0]);
    let zip = Zip::default().lie("f", 0o104_755, b"x", |claim| claim.extra = fields);
    let keep = UnpackOptions {
        attributes: StoreAttributes::Keep { special: true },
        ..UnpackOptions::default()
    };
    let temp = unpack_with(&zip.finish(), &keep).unwrap();
    let path = temp.path().join("f");
    let mut value = [0; 100];
    let count = getxattr(&path, "user.bchan.stat", &mut value).unwrap();
    assert!(value[..count].starts_with(b"1\nf\n4755\n1234\n10\n"));
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o755);
}
