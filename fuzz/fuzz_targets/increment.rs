//! Archives that refer to an earlier backup. Checksums of headers are made right, which chance would
//! not do. Nothing that an archive says changes the earlier backup.

#![no_main]

use std::fs::{self, File};
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::sync::OnceLock;

use bchan_archive::{
    BaseTree, Bases, Codec, Limits, Manifest, ManifestIndex, MtreeHeader, PackOptions, Source,
    StoreAttributes, UnpackOptions, hash_tree, open_dir, pack, unpack_increment, unpack_tar,
};
use libfuzzer_sys::fuzz_target;

struct Base {
    temp: tempfile::TempDir,
    manifest: Vec<u8>,
    hash: String,
}

/// Memory where there is such a folder: disks are slow.
fn place() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() {
        memory
    } else {
        std::env::temp_dir()
    }
}

fn options() -> UnpackOptions {
    UnpackOptions {
        attributes: StoreAttributes::Keep { special: true },
        limits: Limits {
            max_bytes: 1 << 24,
            max_entries: 1000,
            max_ratio: 1000,
            free_holes: 1 << 24,
            ..Limits::default()
        },
        ..UnpackOptions::default()
    }
}

/// A backup of two files, a directory and a link out of it.
fn base() -> &'static Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(|| {
        let temp = tempfile::tempdir_in(place()).unwrap();
        let source = temp.path().join("source");
        fs::create_dir_all(source.join("deep")).unwrap();
        fs::write(source.join("a"), "alpha").unwrap();
        fs::write(source.join("deep/b"), vec![b'b'; 3000]).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", source.join("link")).unwrap();
        let sources = [Source::from_path(&source).unwrap()];
        let (_, archive) = pack(&sources, Vec::new(), &PackOptions::default(), &mut ()).unwrap();
        let stored = temp.path().join("stored");
        fs::create_dir(&stored).unwrap();
        let dir = open_dir(&stored).unwrap();
        let mut manifest = Manifest::with_texts(tempfile::tempfile().unwrap());
        let into = dir.as_fd();
        unpack_tar(
            Codec::None,
            &*archive,
            into,
            &options(),
            &mut manifest,
            &mut (),
        )
        .unwrap();
        let header = MtreeHeader {
            stored_as: options().stored_as().to_owned(),
            ..MtreeHeader::default()
        };
        let mut text = Vec::new();
        assert!(manifest.write_mtree(&header, &mut text).unwrap());
        Base {
            temp,
            manifest: text,
            hash: manifest.tree_hash(),
        }
    })
}

fn index() -> ManifestIndex {
    ManifestIndex::open(&*base().manifest, tempfile::tempfile().unwrap()).unwrap()
}

fuzz_target!(|data: &[u8]| {
    let mut data = data.to_vec();
    for header in data.chunks_exact_mut(512) {
        if header.iter().any(|byte| *byte != 0) {
            header[148..156].copy_from_slice(b"        ");
            let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
            header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        }
    }
    let base = base();
    let root = open_dir(&base.temp.path().join("stored")).unwrap();
    let temp = tempfile::tempdir_in(place()).unwrap();
    let dir = open_dir(temp.path()).unwrap();
    let mut bases = Bases {
        earlier: Some(BaseTree::new(root.as_fd(), index(), false)),
        partial: Some(BaseTree::new(root.as_fd(), index(), true)),
    };
    let mut manifest = Manifest::default();
    let into = dir.as_fd();
    let made = unpack_increment(
        Codec::None,
        &data[..],
        &mut bases,
        into,
        &options(),
        &mut manifest,
        &mut (),
    );
    if made.is_ok() {
        let found = hash_tree(dir.as_fd(), &mut ()).unwrap();
        assert_eq!(found.tree_hash(), manifest.tree_hash());
    }
    let found = hash_tree(root.as_fd(), &mut ()).unwrap();
    assert_eq!(found.tree_hash(), base.hash);
    let file = File::open(base.temp.path().join("stored/source/a")).unwrap();
    assert_eq!(file.metadata().unwrap().len(), 5);
});
