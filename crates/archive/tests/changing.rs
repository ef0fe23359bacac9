//! Files that change under the packer's hands.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::path::Path;

use bchan_archive::{
    Codec, Manifest, Observer, PackError, PackOptions, Problem, Source, UnpackOptions, open_dir,
    pack, unpack_tar,
};

/// Does harm to each file just as its turn comes.
struct Saboteur<'a> {
    root: &'a Path,
    problems: BTreeMap<String, String>,
}

impl Observer for Saboteur<'_> {
    fn entry(&mut self, path: &Path, _size: u64) {
        let append = |path: &Path| {
            let mut file = OpenOptions::new().append(true).open(path).unwrap();
            file.write_all(&[b'+'; 5000]).unwrap();
        };
        match path.file_name().and_then(|name| name.to_str()) {
            Some("grows") => append(path),
            Some("shrinks") => {
                OpenOptions::new()
                    .write(true)
                    .open(path)
                    .unwrap()
                    .set_len(10)
                    .unwrap();
            }
            Some("first") => {
                fs::remove_file(self.root.join("vanishes")).unwrap();
                fs::remove_dir_all(self.root.join("vanishing folder")).unwrap();
            }
            Some("modified") => {
                fs::write(path, vec![b'm'; 100_000]).unwrap();
                let file = OpenOptions::new().write(true).open(path).unwrap();
                file.set_modified(std::time::SystemTime::UNIX_EPOCH)
                    .unwrap();
            }
            _ => {}
        }
    }

    fn problem(&mut self, path: &Path, problem: &Problem) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        self.problems.insert(name, format!("{problem:?}"));
    }
}

#[test]
fn the_archive_is_valid_whatever_happens() {
    let temp = tempfile::tempdir().unwrap();
    let (root, into) = (temp.path().join("root"), temp.path().join("into"));
    fs::create_dir(&root).unwrap();
    fs::create_dir(&into).unwrap();
    for name in ["first", "grows", "shrinks", "modified", "vanishes", "quiet"] {
        fs::write(root.join(name), vec![b'o'; 100_000]).unwrap();
    }
    fs::create_dir(root.join("vanishing folder")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();

    let mut saboteur = Saboteur {
        root: &root,
        problems: BTreeMap::new(),
    };
    let source = [Source::from_path(&root).unwrap()];
    let options = PackOptions {
        manifest: true,
        ..PackOptions::default()
    };
    let (summary, bytes) = pack(&source, Vec::new(), &options, &mut saboteur).unwrap();
    let expected = [
        ("grows", "Grown"),
        ("modified", "Modified"),
        ("shrinks", "Shrunk"),
        ("socket", "Skipped { kind: \"socket\" }"),
        ("vanishes", "Vanished"),
        ("vanishing folder", "Vanished"),
    ];
    let expected = expected.map(|(name, problem)| (name.to_owned(), problem.to_owned()));
    assert_eq!(saboteur.problems, BTreeMap::from(expected));
    assert_eq!(
        (summary.changed, summary.vanished, summary.skipped),
        (3, 2, 1)
    );
    assert!(!summary.is_complete());

    let dir = open_dir(&into).unwrap();
    let mut manifest = Manifest::default();
    let options = UnpackOptions::default();
    unpack_tar(
        Codec::None,
        &bytes[..],
        dir.as_fd(),
        &options,
        &mut manifest,
        &mut (),
    )
    .unwrap();
    let read = |name: &str| fs::read(into.join("root").join(name)).unwrap();
    assert_eq!(read("grows"), vec![b'o'; 100_000]);
    assert_eq!(read("shrinks"), [vec![b'o'; 10], vec![0; 99_990]].concat());
    assert_eq!(read("quiet").len(), 100_000);
    assert_eq!(manifest.tree_hash(), summary.manifest.unwrap().tree_hash());
}

#[test]
fn a_root_that_is_not_there_is_an_error() {
    let temp = tempfile::tempdir().unwrap();
    let source = [Source::from_path(&temp.path().join("nothing")).unwrap()];
    let error = pack(&source, Vec::new(), &PackOptions::default(), &mut ()).unwrap_err();
    assert!(matches!(error, PackError::Source { .. }), "{error:?}");
}

#[test]
fn packing_returns_the_error_of_its_writer() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _bytes: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let temp = tempfile::tempdir().unwrap();
    let source = [Source::from_path(temp.path()).unwrap()];
    let error = pack(&source, Full, &PackOptions::default(), &mut ())
        .map(drop)
        .unwrap_err();
    assert!(matches!(error, PackError::Write { .. }), "{error:?}");
}
