//! What an archive has is unpacked, or unpacking fails.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::print_stderr, reason = "a skipped test must be reported")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Seek as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;
use std::process::Command;

use bchan_archive::{
    Kind, Manifest, UnpackError, UnpackOptions, detect, examine_tar, hash_tree, open_dir,
    unpack_tar, unpack_zip,
};
use bchan_testkit::hostile::tar::{Tar, kind, octal};
use bchan_testkit::hostile::zip::Zip;

/// What is at each path: `d`, `f` and the content, or `l` and the target.
type Tree = BTreeMap<Vec<u8>, String>;

fn read(folder: &Path, below: &Path, tree: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let kind = entry.file_type().unwrap();
        let what = if kind.is_dir() {
            read(&path, below, tree);
            "d".to_owned()
        } else if kind.is_symlink() {
            let target = fs::read_link(&path).unwrap();
            format!("l{}", target.into_os_string().into_vec().escape_ascii())
        } else {
            format!("f{}", fs::read(&path).unwrap().escape_ascii())
        };
        let name = path.strip_prefix(below).unwrap();
        tree.insert(name.as_os_str().as_bytes().to_vec(), what);
    }
}

/// Unpacks, and gives what has come of it.
fn unpack(bytes: &[u8]) -> Result<Tree, UnpackError> {
    let temp = tempfile::tempdir().unwrap();
    let dir = open_dir(temp.path()).unwrap();
    let (options, mut manifest) = (UnpackOptions::default(), Manifest::default());
    let (kind, reader) = detect(bytes).unwrap();
    match kind {
        Kind::Tar(codec) => {
            let mut examined = Manifest::default();
            let seen = examine_tar(codec, bytes, &options, &mut examined, &mut ());
            let done = unpack_tar(codec, reader, dir.as_fd(), &options, &mut manifest, &mut ())?;
            // What is only looked at is looked at in the same way.
            let seen = seen.unwrap();
            assert_eq!(
                (seen.files, seen.directories, seen.links, seen.bytes),
                (done.files, done.directories, done.links, done.bytes)
            );
        }
        Kind::Zip => {
            let mut spool = tempfile::tempfile().unwrap();
            spool.write_all(bytes).unwrap();
            spool.rewind().unwrap();
            unpack_zip(&spool, dir.as_fd(), &options, &mut manifest, &mut ())?;
        }
        Kind::Other | Kind::Unread(_) => {
            // It is stored as it is, so nothing of it is lost.
            let what = "no archive".into();
            return Err(UnpackError::Corrupt { what });
        }
    }
    let found = hash_tree(dir.as_fd(), &mut ()).unwrap();
    assert_eq!(found.tree_hash(), manifest.tree_hash());
    let mut tree = Tree::new();
    read(temp.path(), temp.path(), &mut tree);
    Ok(tree)
}

fn names(tree: &Tree) -> Vec<&str> {
    tree.keys()
        .map(|name| std::str::from_utf8(name).unwrap())
        .collect()
}

#[test]
fn what_has_no_content_swallows_nothing() {
    for (kind, target) in [
        (kind::HARD_LINK, "a"),
        (kind::SYMLINK, "a"),
        (kind::DIRECTORY, ""),
    ] {
        let archive = Tar::default()
            .entry(kind::FILE, "a", "", &[b'a'; 1000])
            .raw(kind, "b", target, &octal(1000), b"", |_| ())
            .file("c")
            .file("d");
        let tree = unpack(&archive.finish()).unwrap();
        assert_eq!(names(&tree), ["a", "b", "c", "d"], "{}", kind as char);
    }
    // The last entry of all, and one that says to be larger than all that follows.
    for size in [1, 1000, 1 << 30] {
        let archive = Tar::default().file("a").file("c");
        let archive = archive.raw(kind::HARD_LINK, "b", "a", &octal(size), b"", |_| ());
        let tree = unpack(&archive.finish()).unwrap();
        assert_eq!(names(&tree), ["a", "b", "c"], "{size}");
    }
}

#[test]
fn the_content_of_a_hard_link_is_read_where_it_follows() {
    let content = [b'a'; 1000];
    let with = |second: &[u8]| {
        let archive = Tar::default().entry(kind::FILE, "a", "", &content);
        let archive = archive.entry(kind::HARD_LINK, "b", "a", second);
        unpack(&archive.file("c").finish())
    };
    let tree = with(&content).unwrap();
    assert_eq!(names(&tree), ["a", "b", "c"]);
    assert_eq!(tree[&b"b"[..]], tree[&b"a"[..]]);
    with(&[b'b'; 1000]).unwrap_err();
    with(&[b'a'; 999]).unwrap_err();
    with(&[b'a'; 2000]).unwrap_err();
}

#[test]
fn an_archive_that_is_cut_at_any_block_fails() {
    let records = "path=long\nGNU.sparse.size=9000\nGNU.sparse.map=5,4";
    let tar = Tar::default()
        .directory("d")
        .entry(kind::FILE, "d/a", "", &[b'a'; 2000])
        .hard_link("h", "d/a")
        .symlink("l", "d/a")
        .pax(kind::GLOBAL_PAX, "comment=x")
        .pax(kind::PAX, records)
        .file("short")
        .entry(kind::LONG_NAME, "long", "", b"name")
        .file("other")
        .finish();
    assert_eq!(unpack(&tar).unwrap().len(), 6);
    // Half of the end mark says that everything is there, too.
    let half = tar.len() - 512;
    for at in (0..half).step_by(512) {
        unpack(&tar[..at]).unwrap_err();
    }
    assert_eq!(unpack(&tar[..half]).unwrap().len(), 6);
    let zip = Zip::default().file("a").symlink("l", "a").file("b");
    let zip = zip.finish_with(|end| end.comment = b"comment".to_vec());
    assert_eq!(unpack(&zip).unwrap().len(), 3);
    for at in 0..zip.len() {
        unpack(&zip[..at]).unwrap_err();
    }
}

type Compress = fn(&[u8]) -> Vec<u8>;

fn compressors() -> [(&'static str, Compress); 4] {
    [
        ("gzip", |bytes| {
            let level = flate2::Compression::fast();
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), level);
            gzip.write_all(bytes).unwrap();
            gzip.finish().unwrap()
        }),
        ("zstd", |bytes| zstd::encode_all(bytes, 1).unwrap()),
        ("xz", |bytes| {
            let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 0);
            xz.write_all(bytes).unwrap();
            xz.finish().unwrap()
        }),
        ("bzip2", |bytes| {
            let level = bzip2::Compression::fast();
            let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), level);
            bzip2.write_all(bytes).unwrap();
            bzip2.finish().unwrap()
        }),
    ]
}

#[test]
fn compressed_streams_are_read_to_their_very_end() {
    let tar = Tar::default().file("a").file("b").file("c").finish();
    for (name, compress) in compressors() {
        // One stream after the other is what they hold, one after the other.
        for at in [512, 1024, 1536, tar.len() - 512] {
            let bytes = [compress(&tar[..at]), compress(&tar[at..])].concat();
            let tree = unpack(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(names(&tree), ["a", "b", "c"], "{name}");
        }
        let whole = compress(&tar);
        unpack(&[whole.clone(), whole.clone()].concat()).expect_err(name);
        let more = Tar::default().file("d").finish();
        unpack(&[whole.clone(), compress(&more)].concat()).expect_err(name);
        unpack(&[whole.clone(), more].concat()).expect_err(name);
        for garbage in [
            &b"x"[..],
            b"garbage after the end",
            &whole[..whole.len() - 1],
        ] {
            unpack(&[&*whole, garbage].concat()).expect_err(name);
        }
        for at in 0..whole.len() {
            unpack(&whole[..at]).expect_err(name);
        }
    }
    // Two archives without compression.
    unpack(&[tar.clone(), tar.clone()].concat()).unwrap_err();
    unpack(&[&*tar, b"x"].concat()).unwrap_err();
}

#[test]
fn a_zip_with_more_entries_than_its_end_can_count_has_all() {
    let many = |count: usize| {
        let mut zip = Zip::default();
        for number in 0..count {
            zip = zip.entry(&format!("{}/{number}", number % 50), 0o100_644, b"");
        }
        zip
    };
    let tree = unpack(&many(66_000).finish()).unwrap();
    assert_eq!(tree.len(), 66_050);
    for wrong in [0, 463, 465, u16::MAX] {
        let zip = many(66_000).finish_with(|end| end.count = wrong);
        unpack(&zip).unwrap_err();
    }
}

#[test]
fn a_zip_with_one_wrong_byte_fails_or_has_everything() {
    let zip = Zip::default()
        .entry("d/", 0o040_755, b"")
        .entry("d/a", 0o100_644, b"content of a")
        .entry("b", 0o100_600, b"content of b")
        .finish_with(|end| end.comment = b"comment".to_vec());
    let expected = unpack(&zip).unwrap();
    let mut taken = 0;
    for at in 0..zip.len() {
        for change in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
            let mut bytes = zip.clone();
            bytes[at] ^= change;
            let Ok(tree) = unpack(&bytes) else { continue };
            taken += 1;
            assert_eq!(names(&tree), names(&expected), "{at} ^ {change}");
            for (name, what) in &tree {
                // The mode says whether something is a link.
                assert_eq!(what[1..], expected[name][1..], "{at} ^ {change}");
            }
        }
    }
    // Times, modes, versions, and what only says so.
    assert!(taken > 100, "{taken}");
}

/// Whether Python's `tarfile` reads archives here; it is there in every CI.
fn has_python() -> bool {
    let version = Command::new("python3").arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}

/// Archives of every kind of entry and of header.
fn originals() -> Vec<Vec<u8>> {
    let ustar = |header: &mut [u8; 512]| header[257..265].copy_from_slice(b"ustar\x0000");
    let plain = |tar: Tar, kind, name: &str, target: &str, content: &[u8]| {
        let size = octal(content.len() as u64);
        tar.raw(kind, name, target, &size, content, ustar)
    };
    let mut first = Tar::default();
    first = plain(first, kind::DIRECTORY, "d/", "", b"");
    first = plain(first, kind::FILE, "d/a", "", &[b'a'; 700]);
    first = plain(first, kind::FILE, "b", "", b"bbb");
    first = plain(first, kind::HARD_LINK, "h", "b", b"");
    first = plain(first, kind::SYMLINK, "s", "b", b"");
    first = plain(first, kind::FILE, "z", "", b"");
    first = plain(first, kind::FILE, "last", "", b"last");
    let mut second = Tar::default()
        .pax(kind::GLOBAL_PAX, "mtime=1\ncomment=x")
        .pax(kind::PAX, "path=by PAX\nsize=3");
    second = second.raw(kind::FILE, "short", "", &octal(0), b"abc", ustar);
    second = second
        .entry(kind::LONG_NAME, "long", "", b"by GNU\0")
        .entry(kind::LONG_LINK, "long", "", b"by PAX\0");
    second = plain(second, kind::HARD_LINK, "h", "short", b"");
    second = plain(second, kind::FILE, "last", "", b"last");
    vec![first.finish(), second.finish()]
}

/// An archive for each value that a byte of a header's field can be changed to, with the checksum of the
/// header made right again.
fn changed(original: &[u8]) -> Vec<Vec<u8>> {
    // Of the name, mode, uid, size, time, kind, target and format.
    let places = (0..2)
        .chain([107, 115])
        .chain(124..136)
        .chain([146])
        .chain([156, 157])
        .chain(257..265);
    let places: Vec<usize> = places.collect();
    let values = *b"\0 0179/52xgS+-\x80\xff";
    let mut found = Vec::new();
    for block in 0..original.len() / 512 {
        let header = block * 512;
        if original[header + 257..].get(..5) != Some(b"ustar") {
            continue;
        }
        for (place, value) in places
            .iter()
            .flat_map(|place| values.map(|value| (header + place, value)))
        {
            // Python reads the text in front of an entry to its NUL, whatever its size.
            let is_text = matches!(original[header + 156], kind::LONG_NAME | kind::LONG_LINK);
            let is_size = (header + 124..header + 136).contains(&place);
            if original[place] == value || (is_text && is_size) {
                continue;
            }
            let mut bytes = original.to_vec();
            bytes[place] = value;
            let header = &mut bytes[header..header + 512];
            header[148..156].fill(b' ');
            let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
            header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            found.push(bytes);
        }
    }
    found
}

/// Reads archives that lie one after the other, all of one length, and prints for each a line: `?` where
/// it gave up before the end mark (a negative size would lead it round in circles), or else for each entry its kind, name and content, in hex.
const READER: &str = r"
import io, os, sys, tarfile
data = open(sys.argv[1], 'rb').read()
length = int(sys.argv[2])
for at in range(0, len(data), length):
    one = data[at:at + length]
    words = []
    try:
        with tarfile.open(fileobj=io.BytesIO(one)) as tar:
            for member in tar:
                if member.size < 0 or len(words) > 50:
                    raise ValueError
                kind = 'd' if member.isdir() else 'l' if member.issym() else 'h' if member.islnk() else 'f' if member.isreg() else '?'
                what = tar.extractfile(member).read() if kind == 'f' else os.fsencode(member.linkname)
                words.append(kind + ':' + os.fsencode(member.name).hex() + ':' + what.hex())
            if any(one[tar.offset:tar.offset + 512]):
                words = ['?']
    except Exception:
        words = ['?']
    print(' '.join(words))
";

fn hex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// The tree that Python's entries make; `None` where it has none to say.
fn expected(line: &str) -> Option<Tree> {
    let mut tree = Tree::new();
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        let mut parts = word.split(':');
        let kind = parts.next()?;
        if kind == "?" {
            return None;
        }
        let (name, what) = (hex(parts.next()?), hex(parts.next()?));
        let parts = name.split(|byte| *byte == b'/');
        let parts: Vec<_> = parts
            .filter(|part| !matches!(**part, [] | [b'.']))
            .collect();
        let path = parts.join(&b'/');
        if path.is_empty() {
            continue;
        }
        for depth in 1..parts.len() {
            tree.entry(parts[..depth].join(&b'/')).or_insert("d".into());
        }
        // An empty file whose name ends in a slash is a directory for all but Python.
        let is_directory = kind == "d" || (kind == "f" && what.is_empty() && name.ends_with(b"/"));
        let what = match kind {
            _ if is_directory => "d".to_owned(),
            "h" => tree.get(&what).cloned().unwrap_or_default(),
            kind => format!("{kind}{}", what.escape_ascii()),
        };
        tree.insert(path, what);
    }
    Some(tree)
}

/// Of each archive with one wrong field, Python's `tarfile` sees what has been unpacked.
#[test]
fn a_tar_with_a_wrong_field_fails_or_has_everything() {
    if !has_python() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let temp = tempfile::tempdir().unwrap();
    for original in originals() {
        let archives: Vec<_> = [original.clone()]
            .into_iter()
            .chain(changed(&original))
            .collect();
        let path = temp.path().join("archives");
        fs::write(&path, archives.concat()).unwrap();
        let mut reader = Command::new("python3");
        reader.args(["-c", READER]).arg(&path);
        let output = reader.arg(original.len().to_string()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), archives.len());
        let (mut taken, mut compared) = (0, 0);
        for (number, (archive, line)) in archives.iter().zip(lines).enumerate() {
            let done = unpack(archive);
            if number == 0 {
                assert_eq!(done.as_ref().ok(), expected(line).as_ref());
            }
            let Ok(tree) = done else { continue };
            taken += 1;
            let Some(expected) = expected(line) else {
                continue;
            };
            compared += 1;
            let place = original.iter().zip(archive).position(|(a, b)| a != b);
            assert_eq!(tree, expected, "{place:?} of {number}: {line}");
        }
        assert!(compared > 100 && taken > compared, "{taken} {compared}");
    }
}
