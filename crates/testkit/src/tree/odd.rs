//! A tree with everything in it that a file system takes and a careless program trips over.

use std::ffi::OsStr;
use std::fs::{self, File, FileTimes, Permissions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{Mode, OFlags};

/// Size of the sparse file in bytes.
const SPARSE: u64 = 50 * 1024 * 1024;

/// Fills an existing, empty directory; `small` is the number of small files among all the others.
pub fn odd(dir: &Path, small: usize) {
    names(dir);
    links(dir);
    contents(dir);
    modes_and_times(dir);
    deep(dir);
    for number in 0..small {
        let folder = dir.join(format!("small/{:02}/{:02}", number % 7, number % 31));
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join(format!("file-{number}.txt")),
            format!("{number}\n").repeat(number % 90),
        )
        .unwrap();
    }
}

fn names(dir: &Path) {
    let names: [&[u8]; 12] = [
        b"--help",
        b"-rf",
        b" leading and trailing ",
        b"new\nline",
        b"tab\tand \"quotes\" and 'more' $HOME `x` \\",
        b"not utf-8 \xff\xfe",
        b"\xc3\x28",
        "schöne grüße 日本語 \u{1f980}".as_bytes(),
        b"\x1b[31mred",
        b"...",
        b".hidden",
        b"*?[a]",
    ];
    let folder = dir.join("names");
    fs::create_dir(&folder).unwrap();
    for name in names {
        fs::write(folder.join(OsStr::from_bytes(name)), name).unwrap();
    }
    fs::write(folder.join("x".repeat(255)), "long").unwrap();
    fs::create_dir(folder.join("y".repeat(255))).unwrap();
    fs::write(folder.join("y".repeat(255)).join("z".repeat(255)), "longer").unwrap();
    symlink("t".repeat(400), folder.join("long target")).unwrap();
}

fn links(dir: &Path) {
    let folder = dir.join("links");
    fs::create_dir_all(folder.join("empty folder")).unwrap();
    fs::write(folder.join("target"), "content of the target").unwrap();
    for (name, target) in [
        ("relative", "target"),
        ("upwards", "../links/target"),
        ("dangling", "no/such/thing"),
        ("absolute", "/etc/hostname"),
        ("loop a", "loop b"),
        ("loop b", "loop a"),
        ("self", "self"),
        ("folder", "empty folder"),
        ("out", "../../../.."),
    ] {
        symlink(target, folder.join(name)).unwrap();
    }
    fs::write(folder.join("hard a"), "several names").unwrap();
    fs::hard_link(folder.join("hard a"), folder.join("hard b")).unwrap();
    fs::hard_link(folder.join("hard a"), dir.join("hard c")).unwrap();
}

fn contents(dir: &Path) {
    let folder = dir.join("contents");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("empty"), "").unwrap();
    for size in [1, 511, 512, 513, 65_535, 65_536, 65_537, 300_000] {
        let content: Vec<u8> = (0..size)
            .map(|n: u32| (n * 7 % 251).to_le_bytes()[0])
            .collect();
        fs::write(folder.join(format!("{size} bytes")), content).unwrap();
    }
    fs::write(folder.join("zeros"), vec![0; 1_000_000]).unwrap();
    let mut sparse = File::create(folder.join("sparse")).unwrap();
    sparse.write_all(b"begin").unwrap();
    sparse.seek(SeekFrom::Start(SPARSE / 2)).unwrap();
    sparse.write_all(b"middle").unwrap();
    sparse.set_len(SPARSE).unwrap();
    let hole = File::create(folder.join("only a hole")).unwrap();
    hole.set_len(1024 * 1024).unwrap();
    let mut tail = File::create(folder.join("hole, then data")).unwrap();
    tail.seek(SeekFrom::Start(400_000)).unwrap();
    tail.write_all(b"end").unwrap();
}

fn modes_and_times(dir: &Path) {
    let folder = dir.join("meta");
    fs::create_dir(&folder).unwrap();
    for mode in [0o600, 0o644, 0o755, 0o444, 0o777] {
        let path = folder.join(format!("mode {mode:o}"));
        fs::write(&path, "x").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    }
    let epoch = SystemTime::UNIX_EPOCH;
    for (name, time) in [
        ("1970", epoch + Duration::new(1, 1)),
        ("before 1970", epoch - Duration::new(1000, 500_000_000)),
        ("2096", epoch + Duration::new(3_990_000_000, 123_456_789)),
        ("whole second", epoch + Duration::from_secs(1_000_000_000)),
    ] {
        let file = File::create(folder.join(name)).unwrap();
        file.set_times(FileTimes::new().set_modified(time)).unwrap();
    }
    let closed = folder.join("read only folder");
    fs::create_dir(&closed).unwrap();
    fs::write(closed.join("inside"), "inside").unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o555)).unwrap();
    let old = File::open(&closed).unwrap();
    old.set_times(FileTimes::new().set_modified(epoch + Duration::new(5, 5)))
        .unwrap();
}

/// A path that is longer than the system takes at once.
fn deep(dir: &Path) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut here = rustix::fs::open(dir, flags, Mode::empty()).unwrap();
    for level in 0..25 {
        let name = format!("{level:02}{}", "d".repeat(200));
        rustix::fs::mkdirat(&here, &name, Mode::RWXU).unwrap();
        here = rustix::fs::openat(&here, &name, flags, Mode::empty()).unwrap();
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::CLOEXEC;
    let file = rustix::fs::openat(here.as_fd(), "bottom", flags, Mode::RUSR | Mode::WUSR).unwrap();
    File::from(file).write_all(b"deep down").unwrap();
}
