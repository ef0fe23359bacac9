mod bounds;
mod lines;
mod looking_up;
mod round_trip;
mod strict;

use super::super::{Kind, Manifest, Properties};
use super::*;

pub(super) fn header() -> MtreeHeader {
    MtreeHeader {
        is_rebuilt: false,
        stored_as: "attributes=keep special".into(),
        receipt: Some([7; 32]),
    }
}

pub(super) fn with_texts() -> Manifest {
    Manifest::with_texts(tempfile::tempfile().unwrap())
}

pub(super) fn written(manifest: &mut Manifest) -> Vec<u8> {
    let mut out = Vec::new();
    assert!(manifest.write_mtree(&header(), &mut out).unwrap());
    out
}

pub(super) fn read(text: &[u8]) -> Result<Vec<MtreeEntry>, MtreeError> {
    MtreeReader::new(text)?.collect()
}

pub(super) fn index(text: &[u8]) -> Result<ManifestIndex, MtreeError> {
    ManifestIndex::open(text, tempfile::tempfile().unwrap())
}

pub(super) fn file(size: u64, digest: u8) -> Kind<'static> {
    Kind::File {
        size,
        digest: [digest; 32],
    }
}

pub(super) const PLAIN: Properties<'_> = Properties {
    mode: 0o644,
    mtime: Some((1_700_000_000, 12)),
    owner: Some((0, 1)),
    user: None,
    group: None,
    attributes: &[],
};

/// A small file with an entry of everything.
pub(super) fn sample() -> String {
    let mut manifest = with_texts();
    let attributes = [(c"user.a".into(), vec![1]), (c"user.b".into(), vec![])];
    let properties = Properties {
        attributes: &attributes,
        user: Some("x y"),
        ..PLAIN
    };
    manifest.record(b"a", file(5, 1), &properties);
    manifest.record(b"b", Kind::Block((8, 1)), &PLAIN);
    manifest.record(b"l", Kind::Link(b"a b"), &PLAIN);
    manifest.add_hard_link(b"z", b"a", 5);
    String::from_utf8(written(&mut manifest)).unwrap()
}
