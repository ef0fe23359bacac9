//! Zip archives as other programs make them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Seek as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

use bchan_archive::{
    Limit, Manifest, StoreAttributes, UnpackError, UnpackOptions, hash_tree, open_dir, unpack_zip,
};
use bchan_testkit::hostile::zip::{Claim, Zip, extra};
use rustix::fs::getxattr;
use tempfile::TempDir;

/// Names of extra fields.
const EXTENDED: u16 = 0x5455;
const NTFS: u16 = 0x000a;
const OWNER: u16 = 0x7875;

fn unpack_with(bytes: &[u8], options: &UnpackOptions) -> Result<TempDir, UnpackError> {
    let temp = tempfile::tempdir().unwrap();
    let dir = open_dir(temp.path()).unwrap();
    let mut spool = tempfile::tempfile().unwrap();
    spool.write_all(bytes).unwrap();
    spool.rewind().unwrap();
    let mut manifest = Manifest::default();
    unpack_zip(&spool, dir.as_fd(), options, &mut manifest, &mut ())?;
    let found = hash_tree(dir.as_fd(), &mut ()).unwrap();
    assert_eq!(found.tree_hash(), manifest.tree_hash());
    Ok(temp)
}

fn unpack(bytes: &[u8]) -> Result<TempDir, UnpackError> {
    unpack_with(bytes, &UnpackOptions::default())
}

fn error(bytes: &[u8]) -> String {
    unpack(bytes).unwrap_err().to_string()
}

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

/// Every method that is supported, with what it has made of the content.
fn compressed(content: &[u8]) -> BTreeMap<u16, Vec<u8>> {
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    bzip2.write_all(content).unwrap();
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 6);
    xz.write_all(content).unwrap();
    let zstd = zstd::encode_all(content, 3).unwrap();
    BTreeMap::from([
        (0, content.to_vec()),
        (12, bzip2.finish().unwrap()),
        (14, lzma(content, 1 << 20)),
        (20, zstd.clone()),
        (93, zstd),
        (95, xz.finish().unwrap()),
    ])
}

/// LZMA data with an end mark and the header that it has in zip archives.
fn lzma(content: &[u8], dictionary: u32) -> Vec<u8> {
    let mut options = liblzma::stream::LzmaOptions::new_preset(6).unwrap();
    options.dict_size(1 << 20);
    let stream = liblzma::stream::Stream::new_lzma_encoder(&options).unwrap();
    let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
    encoder.write_all(content).unwrap();
    let alone = encoder.finish().unwrap();
    let mut data = vec![9, 20, 5, 0, alone[0]];
    data.extend_from_slice(&dictionary.to_le_bytes());
    data.extend_from_slice(&alone[13..]);
    data
}

fn content() -> Vec<u8> {
    let line = |number: u32| format!("line {}\n", number.wrapping_mul(2_654_435_761));
    (0..30_000).map(line).collect::<String>().into_bytes()
}

const END_MARK: u16 = 2;

fn archive(method: u16, data: &[u8], content: &[u8]) -> Vec<u8> {
    let flags = if method == 14 { END_MARK } else { 0 };
    let zip = Zip::default().compressed("f", (method, data), content, |claim| claim.flags = flags);
    zip.file("last").finish()
}

#[test]
fn all_usual_methods_are_supported() {
    for content in [content(), b"x".to_vec(), Vec::new()] {
        for (method, data) in compressed(&content) {
            let temp = unpack(&archive(method, &data, &content));
            let temp = temp.unwrap_or_else(|error| panic!("{method}: {error}"));
            let found = fs::read(temp.path().join("f")).unwrap();
            assert!(found == content, "{method}");
        }
    }
    // Made by 7-Zip. It refers to more than deflate can.
    let data = hex::decode(DEFLATE64).unwrap();
    let content = [&b"unusual words"[..], &vec![b'a'; 40_000], b"unusual words"].concat();
    let temp = unpack(&archive(9, &data, &content)).unwrap();
    assert_eq!(fs::read(temp.path().join("f")).unwrap(), content);
    unpack(&archive(8, &data, &content)).unwrap_err();
}

const DEFLATE64: &str = "e5deb10900200c00b0577cade0280a96e2fbce9e20c925a9595931da59bb67f0783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f1783c1e8fc7e3f178bc1f3c99b80b";

#[test]
fn lzma_data_may_lack_its_end_mark_or_its_flag() {
    let content = content();
    let data = lzma(&content, 1 << 20);
    let without_flag = Zip::default().compressed("f", (14, &data), &content, |_| ());
    unpack(&without_flag.finish()).unwrap();
    // Made by 7-Zip.
    let short = hex::decode(LZMA_WITHOUT_END).unwrap();
    let without_mark = Zip::default().compressed("f", (14, &short), &[b'a'; 1000], |_| ());
    unpack(&without_mark.finish()).unwrap();
    let flagged = Zip::default().compressed("f", (14, &short), &[b'a'; 1000], |claim| {
        claim.flags = END_MARK;
    });
    let message = error(&flagged.finish());
    assert!(message.contains("damaged"), "{message}");
}

const LZMA_WITHOUT_END: &str = "091405005d000001000030effbbffea3b0b9a65600";

#[test]
fn damaged_data_of_any_method_is_found_out() {
    let content = content();
    for (method, data) in compressed(&content) {
        let fails = |data: &[u8], what: &str| {
            let message = error(&archive(method, data, &content));
            assert!(message.contains("damaged"), "{method} {what}: {message}");
        };
        let length = data.len();
        for at in [0, length / 3, length / 2, length - 1] {
            let mut wrong = data.clone();
            wrong[at] ^= 0x41;
            // The first bytes of LZMA data are the version of the program.
            if method != 14 || at > 0 {
                fails(&wrong, &format!("garbled at {at}"));
            }
            fails(&data[..at], &format!("cut at {at}"));
        }
        fails(&[&data[..], b"more"].concat(), "with more behind it");
        let size = |change: i32| {
            let zip = Zip::default().compressed("f", (method, &data), &content, |claim| {
                claim.flags = if method == 14 { END_MARK } else { 0 };
                claim.size = claim.size.checked_add_signed(change).unwrap();
            });
            error(&zip.finish())
        };
        for change in [-1, 1] {
            let message = size(change);
            assert!(message.contains("damaged"), "{method} {change}: {message}");
        }
    }
}

#[test]
fn decompression_takes_no_more_memory_than_usual() {
    let is_too_much = |method, data: &[u8], content: &[u8]| {
        let error = unpack(&archive(method, data, content)).unwrap_err();
        let UnpackError::Limit { limit, entry } = &error else {
            panic!("{method}: {error}")
        };
        assert!(matches!(limit, Limit::Decoder(_)), "{method}: {error}");
        assert_eq!(entry, "f", "{method}");
    };
    let content = content();
    let mut options = liblzma::stream::LzmaOptions::new_preset(0).unwrap();
    options.dict_size(1 << 30);
    let mut filters = liblzma::stream::Filters::new();
    filters.lzma2(&options);
    let check = liblzma::stream::Check::Crc32;
    let stream = liblzma::stream::Stream::new_stream_encoder(&filters, check).unwrap();
    let mut xz = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
    xz.write_all(&content).unwrap();
    is_too_much(95, &xz.finish().unwrap(), &content);
    let mut zstd = zstd::Encoder::new(Vec::new(), 1).unwrap();
    zstd.window_log(29).unwrap();
    zstd.include_contentsize(false).unwrap();
    zstd.write_all(&content).unwrap();
    is_too_much(93, &zstd.finish().unwrap(), &content);
    // No small file needs the dictionary that is asked for.
    let large = lzma(&content, 1 << 31);
    unpack(&archive(14, &large, &content)).unwrap();
    let huge = Zip::default().compressed("f", (14, &large), &content, |claim| {
        claim.size = 1 << 31;
        claim.flags = END_MARK;
    });
    let message = error(&huge.finish());
    assert!(message.contains("of memory"), "{message}");
}

#[test]
fn what_is_not_supported_is_not_called_damaged() {
    for (method, name) in [
        (1, " (shrink)"),
        (3, " (reduce)"),
        (6, " (implode)"),
        (10, " (DCL implode)"),
        (96, " (JPEG)"),
        (97, " (WavPack)"),
        (98, " (PPMd)"),
        (1234, ""),
    ] {
        let message = error(&archive(method, b"data", b"content"));
        let expected = format!(
            "the archive cannot be unpacked: compression method {method}{name} of its entry `f` \
             is not supported"
        );
        assert_eq!(message, expected);
    }
    // Of AES, the method is that of encryption.
    for (method, flags) in [(8, 1), (99, 1), (8, 0x41)] {
        let zip = Zip::default().compressed("f", (method, b"data"), b"content", |claim| {
            claim.flags = flags;
        });
        let message = error(&zip.finish());
        let expected =
            "the archive cannot be unpacked: encryption of its entry `f` is not supported";
        assert_eq!(message, expected);
    }
}

#[test]
fn nothing_is_unpacked_of_an_archive_with_an_unsupported_entry() {
    let temp = tempfile::tempdir().unwrap();
    let dir = open_dir(temp.path()).unwrap();
    let mut spool = tempfile::tempfile().unwrap();
    let zip = Zip::default().file("first");
    let zip = zip.compressed("f", (98, b"data"), b"content", |_| ());
    spool.write_all(&zip.finish()).unwrap();
    let (options, mut manifest) = (UnpackOptions::default(), Manifest::default());
    unpack_zip(&spool, dir.as_fd(), &options, &mut manifest, &mut ()).unwrap_err();
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0);
}
