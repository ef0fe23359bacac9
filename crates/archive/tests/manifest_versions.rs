//! Manifest files of every version so far can be read. `BCHAN_UPDATE=1` writes the one of the present
//! version, which must not change once a release has written it.

#![allow(clippy::unwrap_used)]

use std::ffi::CString;
use std::fs;
use std::path::Path;

use bchan_archive::{
    MtreeEntry, MtreeHeader, MtreeKind, MtreeReader, MtreeWriter, Seen, mtree_receipt,
};

/// The receipt of the entries.
const RECEIPT: &str = "c473b120bb8de14f668017c2138b3e0a565f1bac6c26a776312d6c1d4493b16a";

fn file(path: &str) -> MtreeEntry {
    MtreeEntry {
        path: path.as_bytes().to_vec(),
        kind: MtreeKind::File {
            size: 5,
            digest: [0x5a; 32],
        },
        mode: 0o4755,
        mtime: Some((1_700_000_000, 12)),
        owner: Some((0, 1234)),
        names: (Some("root".into()), Some("a group".into())),
        attributes: Vec::new(),
        hard_link_of: None,
        problem: None,
        seen: None,
        blocks: None,
    }
}

fn of(path: &str, kind: MtreeKind) -> MtreeEntry {
    MtreeEntry {
        kind,
        mode: 0o644,
        ..file(path)
    }
}

/// One of everything, in its order.
fn entries() -> Vec<MtreeEntry> {
    let attribute = |name: &str, value: &[u8]| (CString::new(name).unwrap(), value.to_vec());
    let link = MtreeEntry {
        mode: 0,
        owner: None,
        names: (None, None),
        ..of(
            "d/link",
            MtreeKind::Link {
                target: b"../a b".to_vec(),
            },
        )
    };
    vec![
        MtreeEntry {
            attributes: vec![attribute("user.a", b""), attribute("user.b=", b"\0\xff")],
            seen: Some(Seen {
                inode: 12,
                ctime: (1_700_000_001, 999_999_999),
                is_trusted: true,
            }),
            blocks: Some(b"\x01\x11".to_vec()),
            ..file("a b")
        },
        of("block", MtreeKind::Block(8, 1)),
        of("character", MtreeKind::Character(5, 0)),
        of("d", MtreeKind::Directory),
        link,
        MtreeEntry {
            attributes: vec![attribute("user.a", b""), attribute("user.b=", b"\0\xff")],
            hard_link_of: Some(b"a b".to_vec()),
            ..file("d/second")
        },
        MtreeEntry {
            mtime: Some((-2, 500_000_000)),
            ..of("fifo", MtreeKind::Fifo)
        },
        MtreeEntry {
            path: b"odd \t\n*[]?#=\\\xc3\xa4\xff".to_vec(),
            mtime: None,
            owner: None,
            names: (None, None),
            problem: Some("metadata".into()),
            ..file("odd")
        },
    ]
}

fn header() -> MtreeHeader {
    MtreeHeader {
        is_rebuilt: false,
        stored_as: "keep-1".into(),
        receipt: Some([0xab; 32]),
    }
}

#[test]
fn the_first_version_is_read_as_it_was_written() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifest/v1.mtree");
    let mut writer = MtreeWriter::new(Vec::new(), &header()).unwrap();
    for entry in entries() {
        writer.add(&entry).unwrap();
    }
    let written = writer.finish().unwrap();
    if std::env::var_os("BCHAN_UPDATE").is_some() {
        fs::write(&path, &written).unwrap();
    }
    let text = fs::read(path).unwrap();
    let reader = MtreeReader::new(&*text).unwrap();
    assert_eq!(reader.header(), &header());
    let found: Vec<_> = reader.map(Result::unwrap).collect();
    assert_eq!(found, entries());
    assert_eq!(
        text.escape_ascii().to_string(),
        written.escape_ascii().to_string()
    );
    let receipt = mtree_receipt(&mut MtreeReader::new(&*text).unwrap()).unwrap();
    assert_eq!(hex::encode(receipt), RECEIPT);
}
