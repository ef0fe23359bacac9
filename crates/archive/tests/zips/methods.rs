//! Compression methods, and what is not supported.

use std::fs;
use std::io::Write as _;
use std::os::fd::AsFd as _;

use bchan_archive::{Limit, Manifest, UnpackError, UnpackOptions, open_dir, unpack_zip};
use bchan_testkit::hostile::methods::{compressed, lzma};
use bchan_testkit::hostile::zip::Zip;

use super::{error, unpack};

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
            "the archive is not supported: it has data compressed with method {method}{name}, \
             at its entry `f`"
        );
        assert_eq!(message, expected);
    }
    // Of AES, the method is that of encryption.
    for (method, flags) in [(8, 1), (99, 1), (8, 0x41)] {
        let zip = Zip::default().compressed("f", (method, b"data"), b"content", |claim| {
            claim.flags = flags;
        });
        let message = error(&zip.finish());
        let expected = "the archive is not supported: it has encrypted data, at its entry `f`";
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
