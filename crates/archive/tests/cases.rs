//! All archives that mean harm, into a folder that has something to lose beside it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Seek as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use bchan_archive::{
    Kind, Limits, Manifest, UnpackError, UnpackOptions, Unpacked, detect, hash_tree, open_dir,
    unpack_tar, unpack_zip,
};
use bchan_testkit::hostile::{Outcome, bombs, cases, tar::Tar, zip::Zip};
use proptest::prelude::*;
use tempfile::TempDir;

/// A folder to unpack into, and beside it what must stay as it is.
struct Place {
    temp: TempDir,
    before: BTreeMap<PathBuf, String>,
    /// True if another process changes it meanwhile, so that its content is not known.
    raced: bool,
}

impl Place {
    fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let outside = temp.path().join("outside");
        fs::create_dir(temp.path().join("inside")).unwrap();
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("victim"), "innocent").unwrap();
        let before = everything(temp.path());
        Self {
            temp,
            before,
            raced: false,
        }
    }

    fn inside(&self) -> PathBuf {
        self.temp.path().join("inside")
    }

    fn unpack(&self, bytes: &[u8], limits: Limits) -> Result<Unpacked, UnpackError> {
        let options = UnpackOptions {
            limits,
            ..UnpackOptions::default()
        };
        let dir = open_dir(&self.inside()).unwrap();
        let mut manifest = Manifest::default();
        let (kind, reader) = detect(bytes).unwrap();
        let done = match kind {
            Kind::Tar(codec) => {
                unpack_tar(codec, reader, dir.as_fd(), &options, &mut manifest, &mut ())
            }
            Kind::Zip => {
                let mut spool: File = tempfile::tempfile().unwrap();
                spool.write_all(bytes).unwrap();
                spool.rewind().unwrap();
                unpack_zip(&spool, dir.as_fd(), &options, &mut manifest, &mut ())
            }
            Kind::Other | Kind::Unread(_) => Err(UnpackError::Corrupt {
                what: "no archive".into(),
            }),
        };
        if done.is_ok() && !self.raced {
            let found = hash_tree(dir.as_fd(), &mut ()).unwrap();
            assert_eq!(found.tree_hash(), manifest.tree_hash());
        }
        done
    }

    /// Fails if anything beside the folder is not as it was, or if anything odd is in it.
    #[track_caller]
    fn check(&self, name: &str) {
        assert_eq!(everything(self.temp.path()), self.before, "{name}");
        for (path, meta) in entries(&self.inside()) {
            assert_eq!(meta.mode() & 0o7000, 0, "{name}: {}", path.display());
            let kind = meta.file_type();
            assert!(
                kind.is_file() || kind.is_dir() || kind.is_symlink(),
                "{name}"
            );
        }
    }
}

/// What is there, unless it goes at this moment.
fn present<T>(found: io::Result<T>) -> Option<T> {
    match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        found => Some(found.unwrap()),
    }
}

/// All that is below a folder, links as links.
fn entries(folder: &Path) -> Vec<(PathBuf, fs::Metadata)> {
    let mut found = Vec::new();
    for entry in present(fs::read_dir(folder)).into_iter().flatten() {
        let Some(entry) = present(entry) else {
            continue;
        };
        let Some(meta) = present(entry.metadata()) else {
            continue;
        };
        if meta.is_dir() {
            found.extend(entries(&entry.path()));
        }
        found.push((entry.path(), meta));
    }
    found
}

/// What there is but for `inside`, with all that could have been changed.
fn everything(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for (path, meta) in entries(folder) {
        if path.strip_prefix(folder).unwrap().starts_with("inside") {
            continue;
        }
        let content = if meta.is_file() {
            fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        let state = (
            meta.mode(),
            meta.nlink(),
            meta.mtime(),
            meta.mtime_nsec(),
            content,
        );
        found.insert(path, format!("{state:?}"));
    }
    found
}

#[test]
fn every_case_ends_as_it_must() {
    let cases = cases::all();
    assert!(cases.len() >= 100, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let place = Place::new();
        let done = place.unpack(&case.bytes, Limits::default());
        place.check(case.name);
        let is_right = match (case.outcome, &done) {
            (Outcome::Taken, Ok(_)) => true,
            (Outcome::Refused(text), Err(error)) => {
                let message = error.to_string();
                // Safe to show, and not endless.
                let is_plain = message.chars().all(|c| !c.is_control());
                message.contains(text) && is_plain && message.len() < 5000
            }
            _ => false,
        };
        if !is_right {
            wrong.push(format!(
                "{}: {done:?} and not {:?}",
                case.name, case.outcome
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn bombs_do_not_go_off() {
    let strict = Limits {
        max_ratio: 100,
        ..Limits::default()
    };
    let small = Limits {
        max_bytes: 1 << 20,
        ..Limits::default()
    };
    for (name, bytes) in bombs::compressed() {
        for limits in [strict, small] {
            let place = Place::new();
            let error = place.unpack(&bytes, limits).unwrap_err();
            place.check(name);
            assert!(
                matches!(error, UnpackError::Limit { .. }),
                "{name}: {error}"
            );
            assert!(error.to_string().contains("`bomb`"), "{name}: {error}");
        }
        // An empty disk image is no bomb.
        let place = Place::new();
        let done = place.unpack(&bytes, Limits::default()).unwrap();
        assert_eq!(done.bytes, bombs::SIZE as u64, "{name}");
    }
    for (name, bytes) in bombs::holes() {
        let place = Place::new();
        let limits = Limits {
            free_holes: 1 << 40,
            max_ratio: 40_000,
            ..Limits::default()
        };
        let error = place.unpack(&bytes, limits).unwrap_err();
        assert!(
            matches!(error, UnpackError::Limit { .. }),
            "{name}: {error}"
        );
    }
    // Holes take no space, so only data counts.
    let done = Place::new().unpack(&bombs::hole(2 << 30), small).unwrap();
    assert_eq!(done.bytes, 2 << 30);
    let few = Limits {
        max_entries: 1000,
        ..Limits::default()
    };
    let place = Place::new();
    let error = place.unpack(&bombs::million(), few).unwrap_err();
    assert!(
        error.to_string().contains("more than 1000 entries"),
        "{error}"
    );
    assert_eq!(fs::read_dir(place.inside()).unwrap().count(), 1000);
}

/// A header of a few bytes may ask for gigabytes to decompress what follows.
#[test]
fn decompression_takes_no_more_memory_than_usual() {
    let tar = Tar::default().file("f").finish();
    let mut options = liblzma::stream::LzmaOptions::new_preset(0).unwrap();
    options.dict_size(1 << 30);
    let mut filters = liblzma::stream::Filters::new();
    filters.lzma2(&options);
    let check = liblzma::stream::Check::Crc32;
    let stream = liblzma::stream::Stream::new_stream_encoder(&filters, check).unwrap();
    let mut xz = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
    xz.write_all(&tar).unwrap();
    let xz = xz.finish().unwrap();
    let mut zstd = zstd::Encoder::new(Vec::new(), 1).unwrap();
    zstd.window_log(29).unwrap();
    zstd.include_contentsize(false).unwrap();
    zstd.write_all(&tar).unwrap();
    let zstd = zstd.finish().unwrap();
    for (name, bytes) in [("xz", xz), ("zstd", zstd)] {
        // It is no archive that this program could read, and that is why.
        let (kind, _) = detect(&bytes[..]).unwrap();
        let Kind::Unread(why) = kind else {
            panic!("{name}: {kind:?}")
        };
        assert!(why.contains("memory"), "{name}: {why}");
    }
}

/// A thread swaps folders for links while an archive is unpacked. The guard stops that thread even
/// if this one panics, which would wait for it.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_race_with_another_writer_leads_nowhere() {
    let mut place = Place::new();
    place.raced = true;
    let mut tar = Tar::default();
    for number in 0..2000 {
        tar = tar.file(&format!("d/e/f{number}"));
        // What is remembered of the way is forgotten whenever something is replaced.
        tar = tar.symlink("l", "x").file("l");
    }
    let bytes = tar.finish();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let _stop = Stop(&stop);
        scope.spawn(|| {
            let (d, away) = (place.inside().join("d"), place.inside().join("away"));
            while !stop.load(Ordering::Relaxed) {
                if fs::rename(&d, &away).is_ok() {
                    let _ = symlink("../outside", &d);
                    let _ = fs::remove_file(&d);
                    let _ = fs::rename(&away, &d);
                }
            }
        });
        for _ in 0..5 {
            // It may well fail.
            let _ = place.unpack(&bytes, Limits::default());
            let outside: Vec<_> = everything(place.temp.path()).into_keys().collect();
            assert_eq!(outside, place.before.keys().cloned().collect::<Vec<_>>());
        }
    });
}

/// One archive in every form, with content that does not compress.
fn forms() -> Vec<(&'static str, Vec<u8>)> {
    let mut state = 1_u32;
    let mut content = || -> Vec<u8> {
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        (0..60_000).map(next).collect()
    };
    let mut tar = Tar::default();
    let mut zip = Zip::default();
    for name in ["a", "b/c", "b/d"] {
        let content = content();
        tar = tar.entry(b'0', name, "", &content);
        zip = zip.entry(name, 0o100_644, &content);
    }
    let tar = tar.finish();
    let gzip = flate2::Compression::fast();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), gzip);
    gzip.write_all(&tar).unwrap();
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 0);
    xz.write_all(&tar).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&tar).unwrap();
    let mut zstd = zstd::Encoder::new(Vec::new(), 1).unwrap();
    zstd.include_checksum(true).unwrap();
    zstd.write_all(&tar).unwrap();
    vec![
        ("tar", tar),
        ("gzip", gzip.finish().unwrap()),
        ("xz", xz.finish().unwrap()),
        ("bzip2", bzip2.finish().unwrap()),
        ("zstd", zstd.finish().unwrap()),
        ("zip", zip.finish()),
    ]
}

#[test]
fn what_is_cut_or_garbled_at_any_4_kib_is_found_out() {
    for (name, bytes) in forms() {
        Place::new().unpack(&bytes, Limits::default()).unwrap();
        for at in (0..bytes.len()).step_by(4096) {
            let place = Place::new();
            place.unpack(&bytes[..at], Limits::default()).unwrap_err();
            place.check(name);
            let mut garbled = bytes.clone();
            for byte in garbled[at..].iter_mut().take(16) {
                *byte ^= 0x55;
            }
            let place = Place::new();
            let done = place.unpack(&garbled, Limits::default());
            place.check(name);
            // Tar itself has no checksums of content; its senders have.
            assert!(done.is_err() || name == "tar", "{name} garbled at {at}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever bytes come, nothing panics, and nothing is written elsewhere.
    #[test]
    fn bytes_of_any_kind_do_no_harm(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
        fix in any::<bool>(),
    ) {
        let cases = cases::all();
        let mut bytes = which.get(&cases).bytes.clone();
        // The longest ones would only take long.
        bytes.truncate(64 * 1024);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if fix {
            for header in bytes.chunks_exact_mut(512) {
                header[148..156].copy_from_slice(b"        ");
                let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
                header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            }
        } else {
            bytes.truncate(cut.index(bytes.len()) + 1);
        }
        let place = Place::new();
        let limits = Limits {
            max_bytes: 1 << 30,
            free_holes: 1 << 30,
            max_ratio: 40_000,
            ..Limits::default()
        };
        let _ = place.unpack(&bytes, limits);
        place.check("");
    }
}
