//! Zip archives as other programs make them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod entries;
mod format;
mod methods;

use std::io::{Seek as _, Write as _};
use std::os::fd::AsFd as _;

use bchan_archive::{Manifest, UnpackError, UnpackOptions, hash_tree, open_dir, unpack_zip};
use tempfile::TempDir;

pub(crate) fn unpack_with(bytes: &[u8], options: &UnpackOptions) -> Result<TempDir, UnpackError> {
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

pub(crate) fn unpack(bytes: &[u8]) -> Result<TempDir, UnpackError> {
    unpack_with(bytes, &UnpackOptions::default())
}

pub(crate) fn error(bytes: &[u8]) -> String {
    unpack(bytes).unwrap_err().to_string()
}
