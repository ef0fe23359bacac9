//! Archives that refer to what they should not, or lie about it.

use std::fs;
use std::os::unix::fs::symlink;

use bchan_archive::{Codec, Manifest, UnpackError, UnpackOptions, examine_tar};
use sha2::{Digest as _, Sha256};

use crate::world::{World, tree};

/// A world with a backup that has files, a directory and a link out of it.
fn furnished() -> World {
    let mut world = World::new();
    world.write("a", "alpha");
    world.write("deep/b", "beta");
    symlink("/etc/passwd", world.at("link")).unwrap();
    symlink("/etc", world.at("way")).unwrap();
    world.backup();
    world
}

/// An archive with one entry of this type and these PAX records.
fn archive(kind: u8, path: &str, records: &[(&str, &str)], size: u64) -> Vec<u8> {
    archive_after(&[], kind, path, records, size)
}

fn archive_after(
    before: &[u8],
    kind: u8,
    path: &str,
    records: &[(&str, &str)],
    size: u64,
) -> Vec<u8> {
    let mut out = before.to_vec();
    let mut text = Vec::new();
    for (keyword, value) in records {
        let rest = keyword.len() + value.len() + 3;
        let mut length = rest + 1;
        while rest + length.to_string().len() != length {
            length = rest + length.to_string().len();
        }
        text.extend_from_slice(format!("{length} {keyword}={value}\n").as_bytes());
    }
    if !records.is_empty() {
        push(&mut out, b'x', "pax", text.len() as u64);
        out.extend_from_slice(&text);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    push(&mut out, kind, path, size);
    out.resize(
        (out.len() + usize::try_from(size).unwrap()).next_multiple_of(512),
        1,
    );
    out.extend_from_slice(&[0; 1024]);
    out
}

fn push(out: &mut Vec<u8>, kind: u8, path: &str, size: u64) {
    let mut header = tar::Header::new_ustar();
    header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
    header.set_entry_type(tar::EntryType::new(kind));
    header.set_mode(0o644);
    header.set_mtime(5);
    header.set_size(size);
    header.set_cksum();
    out.extend_from_slice(header.as_bytes());
}

fn digest(content: &str) -> String {
    hex::encode(Sha256::digest(content))
}

/// Unpacks, and makes sure that the base is what it was.
fn unpack(world: &World, archive: &[u8]) -> Result<(), UnpackError> {
    let base = world.last();
    let before = tree(&base);
    let into = base.with_file_name("attempt");
    let done = world.unpack(archive, &into).map(drop);
    fs::remove_dir_all(into).unwrap();
    assert_eq!(tree(&base), before);
    done
}

#[test]
fn what_the_base_does_not_have_is_refused() {
    let world = furnished();
    let good = digest("alpha");
    let other = digest("other");
    let to = |path: &'static str, size: &'static str, digest: &str| {
        let digest = digest.to_owned();
        [
            ("BCHAN.path", path.to_owned()),
            ("BCHAN.size", size.to_owned()),
            ("BCHAN.sha256", digest),
        ]
    };
    for (entry, records) in [
        ("source/a", to("source/a", "5", &other)),
        ("source/a", to("source/a", "6", &good)),
        ("x", to("source/missing", "5", &good)),
        ("x", to("source/deep", "5", &good)),
        ("x", to("source/link", "5", &good)),
        ("x", to("source/way/passwd", "5", &good)),
        ("x", to("source/a/below", "5", &good)),
    ] {
        let records = records
            .each_ref()
            .map(|(keyword, value)| (*keyword, value.as_str()));
        let error = unpack(&world, &archive(b'R', entry, &records, 0)).unwrap_err();
        assert!(
            matches!(error, UnpackError::Base { base: 0, .. }),
            "{records:?}: {error}"
        );
    }
    for entry in [
        "source/missing",
        "source/deep",
        "source/link",
        "source/way/passwd",
    ] {
        let error = unpack(&world, &archive(b'R', entry, &[], 0)).unwrap_err();
        assert!(
            matches!(error, UnpackError::Base { base: 0, .. }),
            "{entry}: {error}"
        );
    }
    let elsewhere = archive(b'R', "source/a", &[("BCHAN.base", "1")], 0);
    let error = unpack(&world, &elsewhere).unwrap_err();
    assert!(
        matches!(error, UnpackError::Base { base: 1, .. }),
        "{error}"
    );
}

#[test]
fn malformed_references_are_refused() {
    let world = furnished();
    let digest = digest("alpha");
    let malformed: [&[(&str, &str)]; 8] = [
        &[("BCHAN.base", "x")],
        &[("BCHAN.base", "0"), ("BCHAN.base", "0")],
        &[("BCHAN.size", "5")],
        &[("BCHAN.sha256", &digest)],
        &[("BCHAN.size", "5"), ("BCHAN.sha256", "ab")],
        &[("BCHAN.path", "source/a")],
        &[("BCHAN.unknown", "1")],
        &[("BCHAN.size", "-5"), ("BCHAN.sha256", &digest)],
    ];
    for records in malformed {
        let error = unpack(&world, &archive(b'R', "source/a", records, 0)).unwrap_err();
        assert!(
            matches!(error, UnpackError::Corrupt { .. }),
            "{records:?}: {error}"
        );
    }
    let error = unpack(&world, &archive(b'R', "source/a", &[], 5)).unwrap_err();
    assert!(matches!(error, UnpackError::Corrupt { .. }), "{error}");
    let error = unpack(&world, &archive(b'R', "source/a/", &[], 0)).unwrap_err();
    assert!(matches!(error, UnpackError::Refused { .. }), "{error}");
    let map = [("GNU.sparse.map", "0,5"), ("GNU.sparse.size", "5")];
    let error = unpack(&world, &archive(b'R', "source/a", &map, 0)).unwrap_err();
    assert!(matches!(error, UnpackError::Corrupt { .. }), "{error}");
    for path in ["../a", "/source/a", "source/../../a"] {
        let records = [
            ("BCHAN.path", path),
            ("BCHAN.size", "5"),
            ("BCHAN.sha256", &digest),
        ];
        let error = unpack(&world, &archive(b'R', "x", &records, 0)).unwrap_err();
        assert!(
            matches!(error, UnpackError::Refused { .. }),
            "{path}: {error}"
        );
    }
    let mut global = Vec::new();
    push(&mut global, b'g', "pax", 16);
    global.extend_from_slice(b"16 BCHAN.base=0\n");
    global.resize(1024, 0);
    let error = unpack(&world, &archive_after(&global, b'R', "source/a", &[], 0)).unwrap_err();
    assert!(matches!(error, UnpackError::Unsupported { .. }), "{error}");
}

/// An archive with a patch of `source/a` in one part.
fn patch(operations: &[u8], records: &[(&str, &str)]) -> Vec<u8> {
    let size = operations.len() as u64;
    let mut archive = archive(b'P', "source/a", records, size);
    let at = archive.len() - 1024 - 512;
    archive[at..at + operations.len()].copy_from_slice(operations);
    archive
}

#[test]
fn patches_that_lie_are_refused() {
    let world = furnished();
    let digest = digest("alphax");
    let result = [
        ("BCHAN.part", "0"),
        ("BCHAN.realsize", "6"),
        ("BCHAN.result", &*digest),
    ];
    unpack(&world, &patch(b"C\0\x05L\x01xE", &result)).unwrap();
    // Another result, from the same or from other operations.
    let wrong = [
        ("BCHAN.part", "0"),
        ("BCHAN.realsize", "7"),
        ("BCHAN.result", &*digest),
    ];
    for (operations, records) in [
        (&b"C\0\x05L\x01xE"[..], wrong),
        (b"C\0\x05L\x01yE", result),
        (b"C\0\x06E", result),
        (b"C\xff\xff\x7f\x01E", result),
    ] {
        let error = unpack(&world, &patch(operations, &records)).unwrap_err();
        assert!(matches!(error, UnpackError::Base { .. }), "{error}");
    }
    for operations in [&b"C\0\x05L\x01x"[..], b"X", b"C\0\x05EE"] {
        let error = unpack(&world, &patch(operations, &result)).unwrap_err();
        assert!(matches!(error, UnpackError::Corrupt { .. }), "{error}");
    }
    let malformed: [&[(&str, &str)]; 5] = [
        &result[1..],
        &result[..2],
        &[("BCHAN.part", "1"), result[1], result[2]],
        &[("BCHAN.part", "0")],
        &[
            ("BCHAN.part", "0"),
            ("BCHAN.sha256", &digest),
            result[1],
            result[2],
        ],
    ];
    for records in malformed {
        let error = unpack(&world, &patch(b"C\0\x05L\x01xE", records)).unwrap_err();
        assert!(
            matches!(error, UnpackError::Corrupt { .. }),
            "{records:?}: {error}"
        );
    }
    for path in ["source/deep", "source/link", "source/missing"] {
        let records = [&[("BCHAN.path", path)], &result[..]].concat();
        let error = unpack(&world, &patch(b"C\0\x05L\x01xE", &records)).unwrap_err();
        assert!(matches!(error, UnpackError::Base { .. }), "{path}: {error}");
    }
}

#[test]
fn a_patch_makes_no_more_than_is_allowed() {
    let mut world = furnished();
    world.options.limits.max_bytes = 1000;
    let mut bomb = b"C\0\x05".repeat(100);
    bomb.push(b'E');
    let records = [
        ("BCHAN.part", "0"),
        ("BCHAN.realsize", "1"),
        ("BCHAN.result", &*digest("")),
    ];
    unpack(&world, &patch(&bomb, &records)).unwrap_err();
    world.options.limits.max_bytes = 400;
    let error = unpack(&world, &patch(&bomb, &records)).unwrap_err();
    assert!(matches!(error, UnpackError::Limit { .. }), "{error}");
}

#[test]
fn a_reference_without_a_base_is_refused() {
    let world = World::new();
    let into = world.source().with_file_name("into");
    let archive = archive(b'R', "a", &[], 0);
    let error = world.unpack(&archive, &into).map(drop).unwrap_err();
    assert!(matches!(error, UnpackError::Unsupported { .. }), "{error}");
    let options = UnpackOptions::default();
    let mut manifest = Manifest::default();
    let examined = examine_tar(Codec::None, &*archive, &options, &mut manifest, &mut ());
    assert!(matches!(examined, Err(UnpackError::Unsupported { .. })));
}

#[test]
fn what_replaces_a_linked_file_leaves_the_base_alone() {
    let world = furnished();
    // The same metadata as in the base, so that it is linked.
    let (_, linked) = world.pack();
    let linked = &linked[..linked.len() - 1024];
    for kind in [b'0', b'5', b'2'] {
        let again = archive_after(linked, kind, "source/a", &[], 0);
        // A link without a target is refused; the base is compared in any case.
        let _ = unpack(&world, &again);
    }
    let content = archive_after(linked, b'0', "source/a", &[], 7);
    unpack(&world, &content).unwrap();
}

#[test]
fn a_damaged_file_of_the_base_is_found_when_it_is_read() {
    let mut world = furnished();
    let stored = world.last().join("source/a");
    let modified = fs::metadata(&stored).unwrap().modified().unwrap();
    fs::write(&stored, "ALPHA").unwrap();
    let (_, archive) = world.pack();
    // Its time is not what the manifest says.
    let error = unpack(&world, &archive).unwrap_err();
    assert!(matches!(error, UnpackError::Base { .. }), "{error}");
    let file = fs::File::options().write(true).open(&stored).unwrap();
    file.set_times(fs::FileTimes::new().set_modified(modified))
        .unwrap();
    unpack(&world, &archive).unwrap();
    world.verify = true;
    let error = unpack(&world, &archive).unwrap_err();
    assert!(matches!(error, UnpackError::Base { .. }), "{error}");
    // A copy is hashed in any case.
    world.verify = false;
    world.options.share = bchan_archive::Share::Copy;
    let error = unpack(&world, &archive).unwrap_err();
    assert!(matches!(error, UnpackError::Base { .. }), "{error}");
}
