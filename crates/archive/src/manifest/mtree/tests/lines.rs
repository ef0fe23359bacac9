use std::fs::File;
use std::io;

use super::super::super::{Kind, Manifest};
use super::super::bounds::LONGEST_LINE;
use super::super::*;
use super::{PLAIN, file, header, index, read, sample, with_texts, written};
use crate::{Compression, Encoder};

#[test]
fn the_lines_of_an_entry_follow_it() {
    let mut manifest = with_texts();
    manifest.record(b"d", Kind::Directory, &PLAIN);
    let seen = Seen {
        inode: 12,
        ctime: (-1, 999_999_999),
        is_trusted: true,
    };
    let extras = Extras {
        problem: Some("changed while read"),
        seen: Some(seen),
        blocks: Some(&[0, 1, 2, 255]),
    };
    manifest.record_with(b"d/b", file(5, 1), &PLAIN, &extras);
    manifest.add_hard_link(b"a", b"d/b", 5);
    let text = written(&mut manifest);
    let words = "mode=0644 uid=0 gid=1 time=1700000000.000000012";
    let digest = "01".repeat(32);
    let expected = format!(
        "#mtree\n\
         #:h v=1 rebuilt=0 stored-as=attributes\\075keep\\040special receipt={}\n\
         . type=dir\n\
         ./a type=file size=5 {words} sha256digest={digest}\n\
         #:p changed\\040while\\040read\n\
         #:s ino=12 ctime=-1.999999999 trusted=1\n\
         #:b AAEC/w==\n\
         ./d type=dir {words}\n\
         ./d/b type=file size=5 {words} sha256digest={digest}\n\
         #:l ./a\n\
         #:end entries=3\n",
        "07".repeat(32)
    );
    assert_eq!(String::from_utf8(text.clone()).unwrap(), expected);
    let entries = read(&text).unwrap();
    assert_eq!(entries[0].seen, Some(seen));
    assert_eq!(entries[0].problem.as_deref(), Some("changed while read"));
    assert_eq!(entries[0].blocks.as_deref(), Some(&[0, 1, 2, 255][..]));
    assert_eq!(entries[2].hard_link_of.as_deref(), Some(&b"a"[..]));
    let index = index(&text).unwrap();
    assert_eq!(
        index.with_digest(5, &[1; 32]).unwrap(),
        None,
        "it has a problem"
    );
}

#[test]
fn there_is_no_file_of_what_is_not_known_in_full() {
    let is_written = |manifest: &mut Manifest| {
        let mut out = Vec::new();
        let is_written = manifest.write_mtree(&header(), &mut out).unwrap();
        assert_eq!(is_written, !out.is_empty());
        is_written
    };
    let mut whole = with_texts();
    whole.record(b"a", file(1, 1), &PLAIN);
    assert!(is_written(&mut whole));
    assert!(is_written(&mut whole), "a second time");
    assert!(!is_written(&mut whole.clone()), "a clone has no texts");
    whole.record(b"b", file(1, 1), &PLAIN);
    assert_eq!(read(&written(&mut whole)).unwrap().len(), 2);
    whole.add_file(b"c", 1, [1; 32]);
    assert!(!is_written(&mut whole));
    let mut twice = with_texts();
    twice.record(b"a", file(1, 1), &PLAIN);
    twice.record(b"a", file(1, 1), &PLAIN);
    assert!(!is_written(&mut twice));
    let mut directory = with_texts();
    directory.record(b"a", Kind::Directory, &PLAIN);
    directory.add_hard_link(b"b", b"a", 0);
    assert!(!is_written(&mut directory));
    let mut bare = Manifest::default();
    bare.record(b"a", file(1, 1), &PLAIN);
    assert!(!is_written(&mut bare));
    assert!(is_written(&mut with_texts()));
}

#[test]
fn errors_of_writing_are_kept() {
    let mut manifest = Manifest::with_texts(File::open("/dev/null").unwrap());
    for number in 0..10_000 {
        manifest.record(format!("{number}").as_bytes(), file(1, 1), &PLAIN);
    }
    let receipt = manifest.receipt();
    assert!(receipt.is_some());
    let mut out = Vec::new();
    manifest.write_mtree(&header(), &mut out).unwrap_err();
    assert!(out.is_empty());
    assert_eq!(manifest.receipt(), receipt);
}

#[test]
fn a_writer_takes_only_what_a_reader_takes() {
    let entries = read(sample().as_bytes()).unwrap();
    let mut writer = MtreeWriter::new(io::sink(), &header()).unwrap();
    let mut odd = entries[0].clone();
    odd.path = b"a/../b".to_vec();
    assert!(writer.add(&odd).is_err());
    writer.add(&entries[1]).unwrap();
    assert!(writer.add(&entries[0]).is_err());
    assert!(writer.add(&entries[1]).is_err());
    odd.path = b"z".to_vec();
    odd.blocks = Some(vec![0; LONGEST_LINE]);
    assert!(writer.add(&odd).is_err());
}

#[test]
fn compressed_files_are_read() {
    let mut manifest = with_texts();
    for number in 0..1000 {
        manifest.record(format!("{number}").as_bytes(), file(1, 1), &PLAIN);
    }
    let compression = Compression::Zstd {
        level: 3,
        threads: 0,
        adapt: false,
    };
    let mut encoder = Encoder::new(Vec::new(), compression).unwrap();
    assert!(manifest.write_mtree(&header(), &mut encoder).unwrap());
    let packed = encoder.finish().unwrap();
    let reader = read_mtree_zstd(&packed[..]).unwrap();
    let index = ManifestIndex::from_reader(reader, tempfile::tempfile().unwrap()).unwrap();
    assert_eq!(index.count(), 1000);
    for end in 0..packed.len() {
        let outcome =
            read_mtree_zstd(&packed[..end]).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        assert!(outcome.is_err());
    }
}
