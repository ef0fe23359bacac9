//! What is packed comes out as it went in, with our own tools and with others'.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::fs;
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::Command;

use bchan_archive::{
    Codec, Compression, Encoder, Kind, Manifest, PackOptions, Source, UnpackOptions, Unpacked,
    detect, hash_tree, open_dir, pack, remove_tree, unpack_tar, unpack_zip,
};
use bchan_testkit::tree::{difference, odd};

/// A temporary folder that goes however deep it is.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn join(&self, name: &str) -> std::path::PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir(&path).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let parent = open_dir(self.0.path().parent().unwrap()).unwrap();
        remove_tree(parent.as_fd(), self.0.path().file_name().unwrap()).unwrap();
    }
}

fn pack_contents(path: &Path, compression: Compression) -> (Vec<u8>, Manifest) {
    let source = [Source::Contents {
        path: path.to_owned(),
    }];
    let options = PackOptions {
        manifest: true,
        ..PackOptions::default()
    };
    let encoder = Encoder::new(Vec::new(), compression).unwrap();
    let (summary, encoder) = pack(&source, encoder, &options, &mut ()).unwrap();
    assert!(summary.is_complete(), "{summary:?}");
    (encoder.finish().unwrap(), summary.manifest.unwrap())
}

fn unpack(bytes: &[u8], into: &Path) -> (Unpacked, Manifest) {
    let (kind, reader) = detect(bytes).unwrap();
    let Kind::Tar(codec) = kind else {
        panic!("{kind:?}")
    };
    let mut manifest = Manifest::default();
    let dir = open_dir(into).unwrap();
    let options = UnpackOptions::default();
    let done = unpack_tar(codec, reader, dir.as_fd(), &options, &mut manifest, &mut ()).unwrap();
    (done, manifest)
}

#[test]
fn an_odd_tree_survives_every_compression() {
    let folder = Folder::new();
    let source = folder.join("source");
    odd(&source, 200);
    let dir = open_dir(&source).unwrap();
    let expected = hash_tree(dir.as_fd(), &mut ()).unwrap();
    for (name, compression) in [
        ("plain", Compression::None),
        ("gzip", Compression::Gzip { level: 1 }),
        (
            "zstd",
            Compression::Zstd {
                level: 3,
                threads: 2,
                adapt: false,
            },
        ),
    ] {
        let into = folder.join(name);
        let (bytes, packed) = pack_contents(&source, compression);
        let (done, unpacked) = unpack(&bytes, &into);
        assert_eq!(difference(&source, &into), [""; 0], "{name}");
        assert_eq!(done.not_restored, 0);
        for manifest in [&packed, &unpacked] {
            assert_eq!(manifest.tree_hash(), expected.tree_hash());
            assert_eq!(manifest.files(), expected.files());
            assert_eq!(manifest.bytes(), expected.bytes());
        }
        // 50 MiB of holes are not stored.
        assert!(bytes.len() < 8_000_000, "{name}: {}", bytes.len());
    }
}

fn run(command: &mut Command) {
    let output = command
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("the program is installed");
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn what_is_opened_by_force_is_closed_again() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new();
    let (source, into) = (folder.join("source"), folder.join("into"));
    for name in ["closed/inner", "other"] {
        fs::create_dir_all(source.join(name)).unwrap();
        fs::write(source.join(name).join("file"), name).unwrap();
    }
    let mode = |path: &str| {
        fs::metadata(source.join(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    for (path, mode) in [
        ("closed/inner", 0o400),
        ("closed", 0o300),
        ("other/file", 0),
    ] {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(source.join(path), mode).unwrap();
    }
    let sources = [Source::Contents {
        path: source.clone(),
    }];
    let options = PackOptions {
        force_readable: true,
        ..PackOptions::default()
    };
    let (summary, bytes) = pack(&sources, Vec::new(), &options, &mut ()).unwrap();
    assert!(summary.is_complete(), "{summary:?}");
    assert_eq!((mode("closed"), mode("other/file")), (0o300, 0));
    fs::set_permissions(source.join("closed"), fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(mode("closed/inner"), 0o400);
    unpack(&bytes, &into);
    let unpacked = fs::metadata(into.join("closed"))
        .unwrap()
        .permissions()
        .mode()
        & 0o777;
    assert_eq!(unpacked, 0o300, "the archive has the modes from before");
}

#[test]
fn tar_reads_what_we_write() {
    let folder = Folder::new();
    let (source, into) = (folder.join("source"), folder.join("into"));
    odd(&source, 20);
    // The system's tar takes no path of more than 4096 bytes.
    let dir = open_dir(&source).unwrap();
    let deep = fs::read_dir(&source)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let deep = deep.filter(|name| name.to_string_lossy().starts_with("00ddd"));
    deep.for_each(|name| remove_tree(dir.as_fd(), &name).unwrap());
    let archive = folder.0.path().join("a.tar");
    fs::write(&archive, pack_contents(&source, Compression::None).0).unwrap();
    run(Command::new("tar")
        .arg("xpf")
        .arg(&archive)
        .arg("-C")
        .arg(&into));
    assert_eq!(difference(&source, &into), [""; 0]);
}

#[test]
fn we_read_what_tar_writes() {
    let folder = Folder::new();
    let source = folder.join("source");
    odd(&source, 20);
    for (name, options) in [
        ("gnu", &["--format=gnu", "--sparse"][..]),
        ("pax", &["--format=posix", "--sparse"]),
        (
            "pax01",
            &["--format=posix", "--sparse", "--sparse-version=0.1"],
        ),
        (
            "pax00",
            &["--format=posix", "--sparse", "--sparse-version=0.0"],
        ),
        ("xz", &["--format=posix", "--xz"]),
    ] {
        let archive = folder.0.path().join(format!("{name}.tar"));
        let mut tar = Command::new("tar");
        run(tar
            .args(options)
            .arg("-cf")
            .arg(&archive)
            .arg("-C")
            .arg(&source)
            .arg("."));
        let into = folder.join(name);
        let (_, manifest) = unpack(&fs::read(&archive).unwrap(), &into);
        let found = difference(&source, &into);
        if name == "gnu" {
            // That format has no fractions of seconds.
            assert!(
                found.iter().all(|line| line.contains(": time (")),
                "{found:#?}"
            );
        } else if name == "xz" {
            assert!(
                found.iter().all(|line| line.contains("bytes on disk")),
                "{found:#?}"
            );
        } else {
            assert_eq!(found, [""; 0], "{name}");
        }
        let dir = open_dir(&source).unwrap();
        let expected = hash_tree(dir.as_fd(), &mut ()).unwrap();
        assert_eq!(manifest.tree_hash(), expected.tree_hash(), "{name}");
    }
}

#[test]
fn python_reads_what_we_write_and_writes_what_we_read() {
    let folder = Folder::new();
    let source = folder.join("source");
    for number in 0..30 {
        let name = format!("folder {}/{}é{number}", number % 4, "long".repeat(number));
        fs::create_dir_all(source.join(&name).parent().unwrap()).unwrap();
        fs::write(source.join(&name), name.repeat(number)).unwrap();
    }
    std::os::unix::fs::symlink("nowhere", source.join("link")).unwrap();
    fs::write(
        folder.0.path().join("a.tar"),
        pack_contents(&source, Compression::None).0,
    )
    .unwrap();
    let script = "
import sys, tarfile, zipfile, os
base = sys.argv[1]
os.mkdir(base + '/python')
with tarfile.open(base + '/a.tar') as t:
    t.extractall(base + '/python')
with tarfile.open(base + '/p.tar.bz2', 'w:bz2') as t:
    t.add(base + '/source', '.')
with zipfile.ZipFile(base + '/p.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    for d, _, files in os.walk(base + '/source'):
        for f in files:
            p = os.path.join(d, f)
            if not os.path.islink(p):
                z.write(p, os.path.relpath(p, base + '/source'))
";
    run(Command::new("python3")
        .arg("-c")
        .arg(script)
        .arg(folder.0.path()));
    let found = difference(&source, &folder.0.path().join("python"));
    // Python keeps times as floating point numbers.
    assert!(
        found.iter().all(|line| line.contains(": time (")),
        "{found:#?}"
    );
    let into = folder.join("bz2");
    unpack(&fs::read(folder.0.path().join("p.tar.bz2")).unwrap(), &into);
    let found = difference(&source, &into);
    assert!(
        found.iter().all(|line| line.contains(": time (")),
        "{found:#?}"
    );

    let (into, mut manifest) = (folder.join("zip"), Manifest::default());
    let dir = open_dir(&into).unwrap();
    let zip = fs::File::open(folder.0.path().join("p.zip")).unwrap();
    let options = UnpackOptions::default();
    unpack_zip(&zip, dir.as_fd(), &options, &mut manifest, &mut ()).unwrap();
    let found = difference(&source, &into);
    let expected =
        |line: &String| line.contains(": time (") || line.contains("/link: only in the first");
    assert!(found.iter().all(expected), "{found:#?}");
    let dir = open_dir(&source).unwrap();
    let expected = hash_tree(dir.as_fd(), &mut ()).unwrap();
    assert_eq!(manifest.tree_hash(), expected.tree_hash());
}

#[test]
fn the_hash_of_a_tree_is_the_reference_s() {
    let folder = Folder::new();
    let source = folder.join("source");
    for name in [
        "b",
        "a-b/f",
        "a/b/c",
        "a/f",
        "a/é",
        "z z/\u{e000}",
        "z z/\u{1f980}",
    ] {
        fs::create_dir_all(source.join(name).parent().unwrap()).unwrap();
        fs::write(source.join(name), name).unwrap();
    }
    let odd: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"z z/\xff");
    fs::write(source.join(odd), "not text").unwrap();
    std::os::unix::fs::symlink("../b", source.join("a/link")).unwrap();
    std::os::unix::fs::symlink("a", source.join("folder")).unwrap();
    let script = "
import hashlib, os, sys
root = sys.argv[1]
h = hashlib.sha256()
for d, _, files in sorted(os.walk(root)):
    for f in sorted(files):
        p = os.path.join(d, f)
        h.update(os.fsencode(os.path.relpath(p, root)))
        h.update(hashlib.sha256(open(p, 'rb').read()).hexdigest().encode())
print(h.hexdigest())
";
    let mut python = Command::new("python3");
    python
        .env("LC_ALL", "C.UTF-8")
        .arg("-c")
        .arg(script)
        .arg(&source);
    let output = python.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let expected = String::from_utf8(output.stdout).unwrap();
    let dir = open_dir(&source).unwrap();
    let found = hash_tree(dir.as_fd(), &mut ()).unwrap().tree_hash();
    assert_eq!(found, expected.trim());
}

#[test]
fn a_cut_or_garbled_archive_is_never_taken_for_whole() {
    let folder = Folder::new();
    let source = folder.join("source");
    for number in 0..5 {
        fs::write(
            source.join(format!("file {number}")),
            "content".repeat(number * 100),
        )
        .unwrap();
    }
    let attempt = |bytes: &[u8], codec: Codec| {
        let into = tempfile::tempdir().unwrap();
        let dir = open_dir(into.path()).unwrap();
        let options = UnpackOptions::default();
        let mut manifest = Manifest::default();
        unpack_tar(codec, bytes, dir.as_fd(), &options, &mut manifest, &mut ())
            .map(|_| manifest.tree_hash())
    };
    for (codec, compression) in [
        (Codec::None, Compression::None),
        (Codec::Gzip, Compression::Gzip { level: 1 }),
        (
            Codec::Zstd,
            Compression::Zstd {
                level: 1,
                threads: 0,
                adapt: false,
            },
        ),
    ] {
        let bytes = pack_contents(&source, compression).0;
        let whole = attempt(&bytes, codec).unwrap();
        let step = if codec == Codec::None { 97 } else { 1 };
        for cut in (0..bytes.len()).step_by(step) {
            assert!(
                attempt(&bytes[..cut], codec).is_err(),
                "{codec:?} cut at {cut}"
            );
        }
        let mut more = bytes.clone();
        more.extend_from_slice(b"x");
        assert!(
            attempt(&more, codec).is_err(),
            "{codec:?} with bytes after it"
        );
        if codec != Codec::None {
            // Checksums notice every change but in the fields that describe the compression.
            for at in 20..bytes.len() {
                let mut garbled = bytes.clone();
                garbled[at] ^= 0x10;
                // Some bits mean nothing; then the content is the same.
                if let Ok(found) = attempt(&garbled, codec) {
                    assert_eq!(found, whole, "{codec:?} garbled at {at}");
                }
            }
        }
    }
    for (codec, bytes) in [
        (Codec::Xz, {
            let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
            xz.write_all(&pack_contents(&source, Compression::None).0)
                .unwrap();
            xz.finish().unwrap()
        }),
        (Codec::Bzip2, {
            let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            bz.write_all(&pack_contents(&source, Compression::None).0)
                .unwrap();
            bz.finish().unwrap()
        }),
    ] {
        attempt(&bytes, codec).unwrap();
        for cut in 0..bytes.len() {
            assert!(
                attempt(&bytes[..cut], codec).is_err(),
                "{codec:?} cut at {cut}"
            );
        }
    }
}
