//! Entries, records and ends as other programs write them.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;

use bchan_archive::UnpackError;
use bchan_testkit::hostile::tar::{Tar, kind, octal};

use super::{EXACTLY, KEEP, NONE, not_supported, unpack, unpack_with};

#[test]
fn a_file_that_was_archived_twice_is_there_once() {
    let twice = Tar::default().file("f").hard_link("f", "f");
    assert_eq!(unpack(&twice.finish()), (vec!["f".into()], vec![]));
    let twice = Tar::default().file("f").hard_link("./f", "f").file("g");
    assert_eq!(unpack(&twice.finish()).0, ["f", "g"]);
    let never = Tar::default().hard_link("f", "f").finish();
    let error = unpack_with(&never, KEEP).unwrap_err().to_string();
    assert!(error.contains("not had before"), "{error}");
}

#[test]
fn entries_of_gnu_tar_that_are_no_files_are_passed_over() {
    let dump = Tar::default()
        .entry(b'V', "label", "", b"")
        .entry(b'D', "d/", "", b"Yf\0Nnew\0\0")
        .file("d/f");
    assert_eq!(
        unpack(&dump.finish()),
        (vec!["d".into(), "d/f".into()], vec![])
    );
    let volume = Tar::default().file("f").entry(b'M', "rest", "", b"rest");
    not_supported(&volume.finish(), "another volume, at its entry `rest`");
    let records = "GNU.volume.filename=f\nGNU.volume.size=9\nGNU.volume.offset=5";
    let volume = Tar::default().pax(kind::GLOBAL_PAX, records).file("f");
    not_supported(&volume.finish(), "another volume");
    not_supported(&Tar::default().entry(b'Q', "q", "", b"").finish(), "`q`");
}

#[test]
fn the_root_may_have_any_of_its_names() {
    for name in ["/", "./", ".", "", "//", "./.", "/./"] {
        let root = Tar::default().directory(name).file("f");
        assert_eq!(unpack(&root.finish()), (vec!["f".into()], vec![]), "{name}");
        for kind in [kind::FILE, kind::SYMLINK, kind::HARD_LINK, kind::FIFO] {
            let other = Tar::default().file("f").entry(kind, name, "f", b"x");
            let refused = unpack_with(&other.finish(), KEEP);
            let is_refused = matches!(refused, Err(UnpackError::Refused { .. }));
            assert!(is_refused, "{name} {kind}");
        }
    }
}

#[test]
fn the_end_may_be_short_or_have_the_rest_of_a_record() {
    let one = Tar::default().file("f");
    let short = [one.clone().cut(), vec![0; 512]].concat();
    assert_eq!(unpack(&short), (vec!["f".into()], vec![]));

    let whole = one.clone().finish();
    let stale = |rest: &[u8], length: usize| {
        let mut bytes = [&whole, rest].concat();
        bytes.resize(length, b'x');
        bytes
    };
    for rest in [&b"stale"[..], &[0; 512], &whole] {
        let (names, problems) = unpack(&stale(rest, 10_240));
        assert_eq!(
            (names, problems.len()),
            (vec!["f".into()], 1),
            "{problems:?}"
        );
        assert!(problems[0].contains("end mark"), "{problems:?}");
    }
    // What pixz appends.
    let index = b"\xa6\x4c\x32\x2e\xd6\x14\xae\xdbf\0\0\0\0\0\0\0\0\0";
    for zeros in [0, 512, 20_480] {
        let bytes = [&whole, &vec![0; zeros][..], index].concat();
        assert_eq!(unpack(&bytes), (vec!["f".into()], vec![]));
        let bytes = [&whole, &vec![0; zeros + 1][..], index].concat();
        unpack_with(&bytes, KEEP).unwrap_err();
    }
    let mut archive = stale(&whole, 10_240);
    archive[4096..].fill(0);
    for wrong in [
        stale(b"", 10_239),
        stale(b"", 10_752),
        stale(b"", 20_480),
        archive,
    ] {
        let error = unpack_with(&wrong, KEEP).unwrap_err().to_string();
        assert!(error.contains("something follows"), "{error}");
    }
}

#[test]
fn zeros_after_gzip_are_padding() {
    let level = flate2::Compression::fast();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), level);
    gzip.write_all(&Tar::default().file("f").finish()).unwrap();
    let gzip = gzip.finish().unwrap();
    let padded = [&*gzip, &[0; 3000]].concat();
    assert_eq!(unpack(&padded), (vec!["f".into()], vec![]));
    let error = unpack_with(&[&*padded, b"x"].concat(), KEEP).unwrap_err();
    assert!(error.to_string().contains("not gzip"), "{error}");
}

#[test]
fn blank_numbers_are_zero() {
    for blank in [b' ', 0] {
        let archive = Tar::default().raw(kind::FILE, "f", "", &[blank; 12], b"", |header| {
            header[100..124].fill(blank);
            header[136..148].fill(blank);
        });
        let (temp, problems) = unpack_with(&archive.file("g").finish(), KEEP).unwrap();
        assert_eq!(problems, NONE);
        let meta = fs::metadata(temp.path().join("f")).unwrap();
        assert_eq!((meta.mode() & 0o7777, meta.mtime(), meta.len()), (0, 0, 0));
    }
}

#[test]
fn times_before_1970_are_read_from_plain_headers() {
    let archive = Tar::default().raw(kind::FILE, "f", "", &octal(0), b"", |header| {
        header[136..148].copy_from_slice(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00");
    });
    let (temp, _) = unpack_with(&archive.finish(), KEEP).unwrap();
    assert_eq!(fs::metadata(temp.path().join("f")).unwrap().mtime(), -256);
}

#[test]
fn records_of_solaris_are_read() {
    let archive = Tar::default()
        .entry(b'A', "acl", "", b"1000003\0user::rwx,group::r-x,other:r--")
        .pax(b'X', "path=renamed")
        .file("f");
    let (names, problems) = unpack(&archive.finish());
    assert_eq!((names, problems.len()), (vec!["renamed".into()], 1));
    assert!(
        problems[0].starts_with("renamed: its access control list"),
        "{problems:?}"
    );
    let sparse = Tar::default().pax(b'X', "SUN.holesdata= 0 9").file("f");
    not_supported(&sparse.finish(), "sparse");
}

#[test]
fn paths_for_all_entries_are_not_supported() {
    for record in [
        "path=x",
        "linkpath=x",
        "size=4",
        "SCHILY.acl.access=user::rwx",
    ] {
        let archive = Tar::default().pax(kind::GLOBAL_PAX, record).file("f");
        not_supported(&archive.finish(), "PAX");
    }
}

#[test]
fn a_malformed_time_is_named_and_that_of_the_header_counts() {
    for time in ["1e-07", "", "x", "nan", "-"] {
        let records = format!("mtime={time}\nuid=-2\ngid=99999999999999999999999");
        let archive = Tar::default().pax(kind::PAX, &records).file("f");
        let (temp, problems) = unpack_with(&archive.finish(), KEEP).unwrap();
        let meta = fs::metadata(temp.path().join("f")).unwrap();
        assert_eq!((meta.mtime(), meta.mtime_nsec()), (1, 0), "{time}");
        let named = |name: &str| problems.iter().any(|line| line.contains(name));
        assert!(
            named("`mtime`") && named("`uid`") && named("`gid`"),
            "{problems:?}"
        );
    }
}

#[test]
fn unknown_records_are_named_once_and_harmless_ones_are_not() {
    let harmless = "atime=1\nctime=1\ncomment=x\nhdrcharset=BINARY\nSCHILY.dev=1\nSCHILY.ino=1\n\
        SCHILY.nlink=1\nLIBARCHIVE.creationtime=1\nGNU.dumpdir=Yf\nNODETAR.depth=1";
    let archive = Tar::default()
        .pax(kind::GLOBAL_PAX, "GNU.volume.label=x\nVENDOR.all=1")
        .pax(kind::PAX, harmless)
        .file("a")
        .pax(kind::PAX, "SCHILY.fflags=immutable\nVENDOR.all=2")
        .file("b")
        .pax(kind::PAX, "SCHILY.fflags=immutable")
        .file("c");
    let (names, problems) = unpack(&archive.finish());
    assert_eq!(names, ["a", "b", "c"]);
    let starts: Vec<_> = problems.iter().map(|line| &line[..25]).collect();
    assert_eq!(
        starts,
        [".: has a PAX record `VEND", "b: has a PAX record `SCHI"]
    );
    // However many there are, not all are remembered.
    let many: Vec<_> = (0..1000).map(|at| format!("VENDOR.{at}=x")).collect();
    let archive = Tar::default().pax(kind::PAX, &many.join("\n")).file("f");
    assert_eq!(unpack(&archive.finish()).1.len(), 64);
}

/// A disk with 64-bit times keeps them; one that cuts them is named. Either way the archive's word and
/// the file's agree, or there is a warning.
#[test]
fn a_time_that_the_disk_cuts_is_named() {
    for seconds in [-4_000_000_000_i64, 20_000_000_000] {
        let bytes = Tar::default()
            .pax(kind::PAX, &format!("mtime={seconds}"))
            .entry(kind::FILE, "f", "", b"x")
            .finish();
        for attributes in [KEEP, EXACTLY] {
            let (temp, problems) = unpack_with(&bytes, attributes).unwrap();
            let kept = fs::metadata(temp.path().join("f")).unwrap().mtime() == seconds;
            let named = problems.iter().any(|problem| problem.contains("time"));
            assert_ne!(kept, named, "{seconds}: {problems:?}");
        }
    }
}
