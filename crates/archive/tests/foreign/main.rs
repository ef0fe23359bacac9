//! Archives that other programs make, and what becomes of what they have beside files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod entries;
mod lists;

use std::fs;
use std::os::fd::AsFd as _;
use std::path::Path;

use bchan_archive::{
    Kind, Manifest, Observer, Problem, StoreAttributes, UnpackError, UnpackOptions, detect,
    examine_tar, hash_tree, open_dir, unpack_tar,
};
use tempfile::TempDir;

#[derive(Default)]
struct Problems(Vec<String>);

impl Observer for Problems {
    fn problem(&mut self, path: &Path, problem: &Problem) {
        self.0.push(format!("{}: {problem}", path.display()));
    }
}

const KEEP: StoreAttributes = StoreAttributes::Keep { special: true };
const EXACTLY: StoreAttributes = StoreAttributes::Restore {
    privileged: true,
    special: true,
};

fn unpack_with(
    bytes: &[u8],
    attributes: StoreAttributes,
) -> Result<(TempDir, Vec<String>), UnpackError> {
    let temp = tempfile::tempdir().unwrap();
    let dir = open_dir(temp.path()).unwrap();
    let options = UnpackOptions {
        attributes,
        keep_setid: attributes == EXACTLY,
        ..UnpackOptions::default()
    };
    let (mut manifest, mut problems) = (Manifest::default(), Problems::default());
    let (kind, reader) = detect(bytes).unwrap();
    let Kind::Tar(codec) = kind else {
        panic!("{kind:?}")
    };
    let mut examined = Manifest::default();
    let seen = examine_tar(codec, bytes, &options, &mut examined, &mut ());
    let done = unpack_tar(
        codec,
        reader,
        dir.as_fd(),
        &options,
        &mut manifest,
        &mut problems,
    )?;
    let seen = seen.unwrap();
    assert_eq!((seen.files, seen.bytes), (done.files, done.bytes));
    let found = hash_tree(dir.as_fd(), &mut ()).unwrap();
    assert_eq!(found.tree_hash(), manifest.tree_hash());
    assert_eq!(examined.tree_hash(), manifest.tree_hash());
    Ok((temp, problems.0))
}

const NONE: [&str; 0] = [];

/// Paths of what is unpacked, in order, and problems.
#[track_caller]
fn unpack(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let (temp, problems) = unpack_with(bytes, KEEP).unwrap();
    let mut names = Vec::new();
    list(temp.path(), temp.path(), &mut names);
    names.sort();
    (names, problems)
}

fn list(folder: &Path, root: &Path, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap();
        names.push(name.to_owned());
        if path.is_dir() {
            list(&path, root, names);
        }
    }
}

#[track_caller]
fn not_supported(bytes: &[u8], what: &str) {
    let message = unpack_with(bytes, KEEP).unwrap_err().to_string();
    assert!(message.contains("not supported"), "{message}");
    assert!(message.contains(what), "{message}");
}
