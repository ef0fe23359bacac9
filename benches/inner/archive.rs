//! Packing, unpacking and hashing, of many small files and of one large one.

use std::fs;
use std::hint::black_box;
use std::io;
use std::os::fd::AsFd as _;
use std::path::Path;

use bchan_archive::{
    Codec, Manifest, PackOptions, Source, UnpackOptions, examine_tar, hash_tree, open_dir, pack,
    unpack_tar,
};
use criterion::{BatchSize, Criterion, Throughput};
use tempfile::TempDir;

/// Files of the tree of many.
const MANY: usize = 1000;
/// Bytes of the file of the other tree.
const LARGE: usize = 32 << 20;
/// Files of the list that is hashed.
const LISTED: usize = 50_000;

pub(crate) fn measure(criterion: &mut Criterion) {
    let (many, large) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for number in 0..MANY {
        let folder = many.path().join(format!("{:02}", number % 20));
        fs::create_dir_all(&folder).unwrap();
        let content = format!("{number}\n").repeat(1 + number % 400);
        fs::write(folder.join(format!("file-{number}.txt")), content).unwrap();
    }
    fs::write(large.path().join("large"), vec![b'x'; LARGE]).unwrap();
    let many = (many.path(), Throughput::Elements(MANY as u64));
    let large = (large.path(), Throughput::Bytes(LARGE as u64));
    for (name, (tree, amount)) in [("many files", many), ("large file", large)] {
        packing(criterion, name, tree, amount.clone());
        unpacking(criterion, name, tree, amount.clone());
        hashing(criterion, name, tree, amount);
    }
    listing(criterion);
}

fn packed(tree: &Path) -> Vec<u8> {
    let source = Source::Contents { path: tree.into() };
    let options = PackOptions::default();
    pack(&[source], Vec::new(), &options, &mut ()).unwrap().1
}

fn packing(criterion: &mut Criterion, name: &str, tree: &Path, amount: Throughput) {
    let mut group = criterion.benchmark_group("pack");
    group.throughput(amount);
    let sources = [Source::Contents { path: tree.into() }];
    let options = PackOptions {
        manifest: true,
        ..PackOptions::default()
    };
    group.bench_function(name, |bencher| {
        bencher.iter(|| pack(&sources, io::sink(), &options, &mut ()).unwrap().0);
    });
    group.finish();
}

fn unpacking(criterion: &mut Criterion, name: &str, tree: &Path, amount: Throughput) {
    let mut group = criterion.benchmark_group("unpack");
    group.throughput(amount);
    let (archive, options) = (packed(tree), UnpackOptions::default());
    let unpack = |folder: &mut TempDir| {
        let into = open_dir(folder.path()).unwrap();
        let mut manifest = Manifest::default();
        let (into, manifest) = (into.as_fd(), &mut manifest);
        unpack_tar(Codec::None, &archive[..], into, &options, manifest, &mut ()).unwrap()
    };
    group.bench_function(name, |bencher| {
        let folder = || tempfile::tempdir().unwrap();
        bencher.iter_batched_ref(folder, unpack, BatchSize::PerIteration);
    });
    group.bench_function(format!("{name}, only read"), |bencher| {
        bencher.iter(|| {
            let mut manifest = Manifest::default();
            let manifest = &mut manifest;
            examine_tar(Codec::None, &archive[..], &options, manifest, &mut ()).unwrap()
        });
    });
    group.finish();
}

fn hashing(criterion: &mut Criterion, name: &str, tree: &Path, amount: Throughput) {
    let mut group = criterion.benchmark_group("hash");
    group.throughput(amount);
    let tree = open_dir(tree).unwrap();
    group.bench_function(name, |bencher| {
        bencher.iter(|| hash_tree(tree.as_fd(), &mut ()).unwrap());
    });
    group.finish();
}

/// The list of what a tree holds, without the files.
fn listing(criterion: &mut Criterion) {
    let name = |number: usize| format!("some/folder/{:02}/file-{number}.txt", number / 500);
    let names: Vec<_> = (0..LISTED).map(name).collect();
    let list = || {
        let mut manifest = Manifest::default();
        for name in &names {
            manifest.add_file(black_box(name.as_bytes()), 1, [1; 32]);
        }
        manifest
    };
    let files = list();
    let mut links = list();
    for name in &names[..LISTED / 10] {
        let link = name.replace(".txt", ".link");
        let target = name.rsplit('/').next().unwrap_or_default();
        links.add_link(link.as_bytes(), target.as_bytes());
    }
    let mut group = criterion.benchmark_group("list");
    group.throughput(Throughput::Elements(LISTED as u64));
    group.bench_function("made", |bencher| bencher.iter(list));
    group.bench_function("hashed", |bencher| bencher.iter(|| files.tree_hash()));
    group.bench_function("hashed with links", |bencher| {
        bencher.iter(|| links.tree_hash());
    });
    group.finish();
}
