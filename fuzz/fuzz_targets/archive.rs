//! Archives of every kind. In tar archives checksums are made right, which chance would not do.

#![no_main]

use std::fs::{self, File};
use std::io::{Seek as _, Write as _};
use std::os::fd::AsFd as _;
use std::sync::OnceLock;

use bchan_archive::{
    Kind, Limits, Manifest, StoreAttributes, UnpackOptions, detect, hash_tree, open_dir, unpack_tar, unpack_zip,
};
use libfuzzer_sys::fuzz_target;

/// Memory where there is such a folder: disks are slow.
fn place() -> tempfile::TempDir {
    static PARENT: OnceLock<std::path::PathBuf> = OnceLock::new();
    let parent = PARENT.get_or_init(|| {
        let memory = std::path::PathBuf::from("/dev/shm");
        if memory.is_dir() {
            memory
        } else {
            std::env::temp_dir()
        }
    });
    tempfile::tempdir_in(parent).unwrap()
}

fuzz_target!(|data: &[u8]| {
    let mut data = data.to_vec();
    let is_packed = [&b"PK"[..], b"\x1f\x8b", b"\x28\xb5", b"\xfd7", b"BZ"];
    if !is_packed.iter().any(|magic| data.starts_with(magic)) {
        for header in data.chunks_exact_mut(512) {
            if header.iter().any(|byte| *byte != 0) {
                header[148..156].copy_from_slice(b"        ");
                let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
                header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            }
        }
    }
    let temp = place();
    let (inside, victim) = (temp.path().join("inside"), temp.path().join("victim"));
    fs::create_dir(&inside).unwrap();
    fs::write(&victim, "innocent").unwrap();
    let dir = open_dir(&inside).unwrap();
    let options = UnpackOptions {
        attributes: StoreAttributes::Keep { special: true },
        limits: Limits {
            max_bytes: 1 << 24,
            max_entries: 1000,
            max_ratio: 1000,
            ..Limits::default()
        },
        ..UnpackOptions::default()
    };
    let mut manifest = Manifest::default();
    let (kind, reader) = detect(&data[..]).unwrap();
    let done = match kind {
        Kind::Tar(codec) => {
            unpack_tar(codec, reader, dir.as_fd(), &options, &mut manifest, &mut ()).is_ok()
        }
        Kind::Zip => {
            let mut spool: File = tempfile::tempfile_in(temp.path()).unwrap();
            spool.write_all(&data).unwrap();
            spool.rewind().unwrap();
            unpack_zip(&spool, dir.as_fd(), &options, &mut manifest, &mut ()).is_ok()
        }
        Kind::Other | Kind::Unread(_) => false,
    };
    if done {
        let found = hash_tree(dir.as_fd(), &mut ()).unwrap();
        assert_eq!(found.tree_hash(), manifest.tree_hash());
    }
    let mut names: Vec<_> = fs::read_dir(temp.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["inside", "victim"]);
    assert_eq!(fs::read(&victim).unwrap(), b"innocent");
});
