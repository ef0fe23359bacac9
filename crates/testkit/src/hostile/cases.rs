//! The cases that need no bounds to be refused.
//!
//! Where they are unpacked, there is a folder `outside` beside, with a file `victim`.

use super::tar::{Tar, kind, octal};
use super::zip::Zip;
use super::{Case, Outcome};

/// All of them.
#[must_use]
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for group in [
        names(),
        links(),
        kinds(),
        replacing(),
        sizes(),
        pax(),
        sparse(),
        zips(),
    ] {
        cases.extend(group.into_iter().map(|(name, bytes, outcome)| Case {
            name,
            bytes,
            outcome,
        }));
    }
    cases
}

type Row = (&'static str, Vec<u8>, Outcome);

use Outcome::{Refused, Taken};

fn tar() -> Tar {
    Tar::default()
}

fn names() -> Vec<Row> {
    let long = "x/".repeat(50_000);
    let part = "x".repeat(300);
    let far = |name: &str| {
        tar()
            .entry(kind::LONG_NAME, "long", "", name.as_bytes())
            .file("short")
    };
    vec![
        (
            "upwards",
            tar().file("../outside/evil").finish(),
            Refused("../outside/evil"),
        ),
        (
            "upwards from below",
            tar().file("a/../../outside/evil").finish(),
            Refused("a/../../outside/evil"),
        ),
        (
            "upwards and back",
            tar().file("../inside/evil").finish(),
            Refused("../inside/evil"),
        ),
        (
            "upwards within",
            tar().file("a/../evil").finish(),
            Refused("a/../evil"),
        ),
        (
            "upwards behind dots",
            tar().file("./.././outside/evil").finish(),
            Refused("outside/evil"),
        ),
        (
            "only upwards",
            tar().directory("..").finish(),
            Refused(".."),
        ),
        (
            "absolute",
            tar().file("/outside/evil").finish(),
            Refused("/outside/evil"),
        ),
        (
            "absolute with two slashes",
            tar().file("//outside/evil").finish(),
            Refused("//outside/evil"),
        ),
        (
            "absolute directory",
            tar().directory("/etc/evil").finish(),
            Refused("/etc/evil"),
        ),
        (
            "a drive letter is a name like others",
            tar().file("C:\\outside\\evil").finish(),
            Taken,
        ),
        (
            "a share is a name like others",
            tar().file("\\\\outside\\evil").finish(),
            Taken,
        ),
        (
            "100 kB of directories",
            far(&long).finish(),
            Refused("too long"),
        ),
        (
            "100 kB of one name",
            far(&"x".repeat(100_000)).finish(),
            Refused("too long"),
        ),
        (
            "a name of 300 bytes",
            far(&part).finish(),
            Refused("too long"),
        ),
        (
            "a name of 2 MB",
            far(&"x/".repeat(1_000_000)).finish(),
            Refused("too long"),
        ),
        ("a file that is the root", tar().file("./").finish(), Taken),
        (
            "a long name upwards",
            far("../outside/evil").finish(),
            Refused("../outside/evil"),
        ),
        (
            "a long name without an entry",
            tar().entry(kind::LONG_NAME, "l", "", b"x").finish(),
            Refused("no entry"),
        ),
        (
            "escapes in a name",
            tar().file("../\x1b[2J\x1b]0;evil\x07").finish(),
            Refused("\\x1b[2J"),
        ),
    ]
}

#[allow(clippy::too_many_lines, reason = "a table")]
fn links() -> Vec<Row> {
    let out = |target: &str| tar().symlink("link", target);
    vec![
        (
            "through a link",
            out("../outside").file("link/evil").finish(),
            Refused("link/evil"),
        ),
        (
            "through an absolute link",
            out("/tmp").file("link/evil").finish(),
            Refused("link/evil"),
        ),
        (
            "through a link to here",
            out(".").file("link/evil").finish(),
            Refused("link/evil"),
        ),
        (
            "through two links",
            out("second")
                .symlink("second", "../outside")
                .file("link/evil")
                .finish(),
            Refused("link/evil"),
        ),
        (
            "through a link deep down",
            tar()
                .directory("a/b")
                .symlink("a/b/c", "../../../outside")
                .file("a/b/c/evil")
                .finish(),
            Refused("a/b/c/evil"),
        ),
        (
            "a directory over a link",
            out("../outside")
                .directory("link")
                .file("link/evil")
                .finish(),
            Taken,
        ),
        (
            "a directory below a link",
            out("../outside").directory("link/evil").finish(),
            Refused("link/evil"),
        ),
        (
            "a link below a link",
            out("../outside").symlink("link/evil", "x").finish(),
            Refused("link/evil"),
        ),
        (
            "a file over a link",
            out("../outside/victim").file("link").finish(),
            Taken,
        ),
        ("a link alone", out("../outside/victim").finish(), Taken),
        ("a link that leads nowhere", out("nowhere").finish(), Taken),
        ("a link to nothing", out("").finish(), Refused("link")),
        (
            "a hard link upwards",
            tar().hard_link("hard", "../outside/victim").finish(),
            Refused("../outside/victim"),
        ),
        (
            "an absolute hard link",
            tar().hard_link("hard", "/etc/passwd").finish(),
            Refused("/etc/passwd"),
        ),
        (
            "a hard link through a link",
            out("../outside").hard_link("hard", "link/victim").finish(),
            Refused("hard"),
        ),
        (
            "a hard link to a link, and a write through it",
            out("../outside/victim")
                .hard_link("hard", "link")
                .file("hard")
                .finish(),
            Taken,
        ),
        (
            "a hard link to a directory",
            tar().directory("d").hard_link("hard", "d").finish(),
            Refused("hard"),
        ),
        (
            "a hard link to nothing",
            tar().hard_link("hard", "missing").finish(),
            Refused("hard"),
        ),
        (
            "a hard link to itself",
            tar().file("f").hard_link("f", "f").finish(),
            Refused("itself"),
        ),
        (
            "a hard link over a link",
            out("../outside/victim")
                .file("f")
                .hard_link("link", "f")
                .finish(),
            Taken,
        ),
    ]
}

fn kinds() -> Vec<Row> {
    let of = |kind| tar().entry(kind, "evil", "", b"").finish();
    vec![
        ("a character device", of(kind::CHAR), Refused("evil")),
        ("a block device", of(kind::BLOCK), Refused("evil")),
        ("a named pipe", of(kind::FIFO), Refused("evil")),
        ("a kind that nobody knows", of(b'Z'), Refused("evil")),
        ("set-user-id", tar().file("evil").finish(), Taken),
    ]
}

fn replacing() -> Vec<Row> {
    vec![
        (
            "the same file twice",
            tar().file("f").file("f").finish(),
            Taken,
        ),
        (
            "a file over a directory with content",
            tar().file("d/f").file("d").finish(),
            Refused("d"),
        ),
        (
            "a file over an empty directory",
            tar().directory("d").file("d").finish(),
            Taken,
        ),
        (
            "a directory over a file",
            tar().file("f").directory("f").finish(),
            Taken,
        ),
        (
            "a file below a file",
            tar().file("f").file("f/evil").finish(),
            Refused("f/evil"),
        ),
        (
            "a link over a directory with content",
            tar().file("d/f").symlink("d", "../outside").finish(),
            Refused("d"),
        ),
        (
            "a link over an empty directory, and through it",
            tar()
                .directory("d")
                .symlink("d", "../outside")
                .file("d/evil")
                .finish(),
            Refused("d/evil"),
        ),
        (
            "a link over a file, and over the link",
            tar()
                .file("f")
                .symlink("f", "../outside/victim")
                .file("f")
                .finish(),
            Taken,
        ),
    ]
}

fn sizes() -> Vec<Row> {
    let says = |size: &[u8; 12]| tar().raw(kind::FILE, "evil", "", size, b"evil", |_| ());
    let mut negative = [0xff; 12];
    let mut endless = [0xff; 12];
    endless[0] = 0x80;
    negative[11] = 0xfe;
    vec![
        (
            "more than there is",
            says(&octal(1 << 30)).finish(),
            Refused("evil"),
        ),
        (
            "less than there is",
            says(&octal(0)).finish(),
            Refused("checksum"),
        ),
        (
            "less than nothing",
            says(&negative).finish(),
            Refused("evil"),
        ),
        ("more than can be", says(&endless).finish(), Refused("")),
        (
            "no number",
            says(b"99999999999\0").finish(),
            Refused("size"),
        ),
        ("no end mark", tar().file("evil").cut(), Refused("cut off")),
        (
            "half an end mark",
            [tar().file("evil").cut(), vec![0; 512]].concat(),
            Refused("end mark"),
        ),
        (
            "something behind the end",
            [tar().file("evil").finish(), tar().file("more").finish()].concat(),
            Refused("follows"),
        ),
        (
            "a directory with content",
            tar().entry(kind::DIRECTORY, "d", "", b"evil").finish(),
            Taken,
        ),
        (
            "a wrong checksum",
            {
                let mut bytes = tar().file("evil").file("second").finish();
                bytes[1024] ^= 1;
                bytes
            },
            Refused("checksum"),
        ),
    ]
}

fn pax() -> Vec<Row> {
    let over = |records: &str| tar().pax(kind::PAX, records).file("harmless").finish();
    let global = |records: &str| {
        tar()
            .pax(kind::GLOBAL_PAX, records)
            .file("harmless")
            .finish()
    };
    vec![
        (
            "a path upwards",
            over("path=../outside/evil"),
            Refused("../outside/evil"),
        ),
        (
            "an absolute path",
            over("path=/outside/evil"),
            Refused("/outside/evil"),
        ),
        (
            "a path of 100 kB",
            over(&format!("path={}", "x/".repeat(50_000))),
            Refused("too long"),
        ),
        (
            "a path for all is nobody's",
            global("path=../outside/evil"),
            Taken,
        ),
        (
            "a size that is more",
            over("size=99999"),
            Refused("harmless"),
        ),
        ("a size that is less", over("size=0"), Refused("checksum")),
        ("a size that is no number", over("size=-1"), Refused("PAX")),
        (
            "a size of 64 bits",
            over("size=18446744073709551615"),
            Refused(""),
        ),
        (
            "a target for a hard link",
            tar()
                .pax(kind::PAX, "linkpath=../outside/victim")
                .hard_link("hard", "f")
                .finish(),
            Refused("../outside/victim"),
        ),
        (
            "a target for a link, and through it",
            tar()
                .pax(kind::PAX, "linkpath=../outside")
                .symlink("link", "x")
                .file("link/evil")
                .finish(),
            Refused("link/evil"),
        ),
        (
            "a record without an end",
            tar()
                .entry(kind::PAX, "pax", "", b"99 path=x\n")
                .file("f")
                .finish(),
            Refused("PAX"),
        ),
        (
            "a record of length 0",
            tar()
                .entry(kind::PAX, "pax", "", b"0 path=x\n")
                .file("f")
                .finish(),
            Refused("PAX"),
        ),
        (
            "records without an entry",
            tar().pax(kind::PAX, "path=x").finish(),
            Refused("no entry"),
        ),
        (
            "a later record",
            over("path=x\npath=../outside/evil"),
            Refused("../outside/evil"),
        ),
    ]
}

fn sparse() -> Vec<Row> {
    let of = |records: &str| tar().pax(kind::PAX, records).file("evil").finish();
    let old = |change: &dyn Fn(&mut [u8; 512])| {
        tar().raw(kind::SPARSE, "evil", "", &octal(4), b"evil", |header| {
            header[386..398].copy_from_slice(&octal(0));
            header[398..410].copy_from_slice(&octal(4));
            header[483..495].copy_from_slice(&octal(4));
            change(header);
        })
    };
    vec![
        ("old: what is true", old(&|_| ()).finish(), Taken),
        (
            "old: a piece behind the end",
            old(&|header| header[386..398].copy_from_slice(&octal(9))).finish(),
            Refused("evil"),
        ),
        (
            "old: a piece that is longer",
            old(&|header| header[398..410].copy_from_slice(&octal(9))).finish(),
            Refused("evil"),
        ),
        (
            "old: a size that is less",
            old(&|header| header[483..495].copy_from_slice(&octal(3))).finish(),
            Refused("evil"),
        ),
        (
            "old: a map that goes on for ever",
            old(&|header| header[482] = 1).finish(),
            Refused("damaged"),
        ),
        (
            "0.1: a piece behind the end",
            of("GNU.sparse.size=100\nGNU.sparse.map=99,4"),
            Refused("evil"),
        ),
        (
            "0.1: pieces that overlap",
            of("GNU.sparse.size=100\nGNU.sparse.map=5,2,4,2"),
            Refused("evil"),
        ),
        (
            "0.1: less than is stored",
            of("GNU.sparse.size=100\nGNU.sparse.map=5,2"),
            Refused("evil"),
        ),
        (
            "0.1: half a piece",
            of("GNU.sparse.size=100\nGNU.sparse.map=5"),
            Refused("evil"),
        ),
        (
            "0.1: an offset of 64 bits",
            of("GNU.sparse.size=100\nGNU.sparse.map=18446744073709551615,4"),
            Refused("evil"),
        ),
        (
            "0.0: one number",
            of("GNU.sparse.size=100\nGNU.sparse.numblocks=1\nGNU.sparse.offset=5"),
            Refused("evil"),
        ),
        (
            "1.0: no map",
            of("GNU.sparse.major=1\nGNU.sparse.minor=0\nGNU.sparse.realsize=9"),
            Refused("evil"),
        ),
        (
            "1.0: more pieces than there are",
            {
                let records = "GNU.sparse.major=1\nGNU.sparse.minor=0\nGNU.sparse.realsize=9";
                tar()
                    .pax(kind::PAX, records)
                    .entry(
                        kind::FILE,
                        "evil",
                        "",
                        &[b"99999999999\n".as_slice(), &[b'1'; 500]].concat(),
                    )
                    .finish()
            },
            Refused("evil"),
        ),
        (
            "1.0: a name of its own",
            of("GNU.sparse.name=../outside/evil\nGNU.sparse.size=4\nGNU.sparse.map=0,4"),
            Refused("../outside/evil"),
        ),
    ]
}

#[allow(clippy::too_many_lines, reason = "a table")]
fn zips() -> Vec<Row> {
    let zip = Zip::default;
    let lie = |lie: &dyn Fn(&mut super::zip::Claim)| {
        zip()
            .lie("evil", 0o100_644, b"evil", |claim| lie(claim))
            .finish()
    };
    vec![
        (
            "zip: upwards",
            zip().file("../outside/evil").finish(),
            Refused("../outside/evil"),
        ),
        (
            "zip: upwards from below",
            zip().file("a/../../outside/evil").finish(),
            Refused("a/../../outside/evil"),
        ),
        (
            "zip: absolute",
            zip().file("/outside/evil").finish(),
            Refused("/outside/evil"),
        ),
        (
            "zip: a drive letter is a name like others",
            zip().file("C:\\outside\\evil").finish(),
            Taken,
        ),
        (
            "zip: through a link",
            zip()
                .symlink("link", "../outside")
                .file("link/evil")
                .finish(),
            Refused("link/evil"),
        ),
        (
            "zip: a file over a link",
            zip()
                .symlink("link", "../outside/victim")
                .file("link")
                .finish(),
            Taken,
        ),
        (
            "zip: a device",
            zip().entry("evil", 0o060_644, b"").finish(),
            Refused("evil"),
        ),
        (
            "zip: a named pipe",
            zip().entry("evil", 0o010_644, b"").finish(),
            Refused("evil"),
        ),
        (
            "zip: set-user-id",
            zip().entry("evil", 0o106_777, b"").finish(),
            Taken,
        ),
        (
            "zip: more than it says",
            lie(&|claim| claim.size = 1),
            Refused("evil"),
        ),
        (
            "zip: less than it says",
            lie(&|claim| claim.size = 1 << 30),
            Refused("evil"),
        ),
        (
            "zip: another checksum",
            lie(&|claim| claim.crc ^= 1),
            Refused("evil"),
        ),
        (
            "zip: data behind the end",
            lie(&|claim| claim.offset = 1 << 30),
            Refused("damaged"),
        ),
        (
            "zip: more data than there is",
            lie(&|claim| claim.stored = 1 << 30),
            Refused("damaged"),
        ),
        (
            "zip: entries that overlap",
            zip()
                .file("a")
                .lie("b", 0o100_644, b"evil", |claim| claim.offset = 0)
                .finish(),
            Refused("overlap"),
        ),
        (
            "zip: more entries than there are",
            zip().file("evil").finish_with(9),
            Refused("damaged"),
        ),
        (
            "zip: the same file twice",
            zip().file("f").file("f").finish(),
            Taken,
        ),
        (
            "zip: a name of 60 kB",
            zip().file(&"x".repeat(60_000)).finish(),
            Refused("too long"),
        ),
        (
            "zip: no directory",
            zip().file("evil").finish()[..30].to_vec(),
            Refused("damaged"),
        ),
    ]
}
