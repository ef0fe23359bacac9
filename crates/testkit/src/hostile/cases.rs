//! The cases that need no bounds to be refused.
//!
//! Where they are unpacked, there is a folder `outside` beside, with a file `victim`.

use super::tar::{Tar, kind, octal};
use super::zip::Zip;
use super::{Case, Outcome};

/// All of them.
#[must_use]
pub fn all() -> Vec<Case> {
    let mut cases = super::methods::all();
    for group in [
        names(),
        links(),
        kinds(),
        replacing(),
        sizes(),
        pax(),
        sparse(),
        bodies(),
        zips(),
        directories(),
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

#[allow(clippy::too_many_lines, reason = "a table")]
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
            "upwards after dots",
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
        (
            "a file with the name of a directory",
            tar().file("d/").finish(),
            Refused("d/"),
        ),
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
            tar().hard_link("f", "f").file("f").finish(),
            Refused("not had before"),
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
        ("an unknown kind", of(b'Z'), Refused("evil")),
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
            "half a block of zeros as the end mark",
            [tar().file("evil").cut(), vec![0; 256]].concat(),
            Refused("cut off"),
        ),
        (
            "bytes after the end",
            [tar().file("evil").finish(), tar().file("more").finish()].concat(),
            Refused("follows"),
        ),
        (
            "a directory with content",
            tar().entry(kind::DIRECTORY, "d", "", b"evil").finish(),
            Refused("checksum"),
        ),
        (
            "a size of 65 bits",
            says(b"\x80\0\0\x01\0\0\0\0\0\0\0\x04").finish(),
            Refused("evil"),
        ),
        (
            "a size with a sign",
            says(b"+0000000004\0").finish(),
            Refused("evil"),
        ),
        (
            "one block of zeros, and more",
            [
                tar().file("evil").cut(),
                vec![0; 512],
                tar().file("more").finish(),
            ]
            .concat(),
            Refused("end mark"),
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

#[allow(clippy::too_many_lines, reason = "a table")]
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
            "a path for all",
            global("path=../outside/evil"),
            Refused("PAX"),
        ),
        ("a size for all", global("size=4"), Refused("PAX")),
        (
            "a map for all",
            global("GNU.sparse.size=100\nGNU.sparse.map=5,4"),
            Refused("PAX"),
        ),
        ("a time for all", global("mtime=5\ncomment=x"), Taken),
        (
            "attributes of 600 kB",
            over(&format!("SCHILY.xattr.user.a={}", "x".repeat(600_000))),
            Refused("bytes of attributes"),
        ),
        (
            "attributes of 600 kB in two headers",
            tar()
                .pax(
                    kind::PAX,
                    &format!("SCHILY.xattr.user.a={}", "x".repeat(300_000)),
                )
                .pax(
                    kind::PAX,
                    &format!("SCHILY.xattr.user.b={}", "x".repeat(300_000)),
                )
                .file("harmless")
                .finish(),
            Refused("bytes of attributes"),
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

#[allow(clippy::too_many_lines, reason = "a table")]
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
            "old: a piece after the end",
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
            "old: a size of 65 bits",
            old(&|header| {
                header[483..495].copy_from_slice(b"\x80\0\0\x01\0\0\0\0\0\0\0\x04");
            })
            .finish(),
            Refused("evil"),
        ),
        (
            "old: a map that goes on for ever",
            old(&|header| header[482] = 1).finish(),
            Refused("damaged"),
        ),
        (
            "0.1: a piece after the end",
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
            "0.0: another number of pieces",
            of("GNU.sparse.size=100\nGNU.sparse.numblocks=2\nGNU.sparse.map=5,4"),
            Refused("evil"),
        ),
        (
            "2.0",
            of("GNU.sparse.major=2\nGNU.sparse.minor=0\nGNU.sparse.realsize=9"),
            Refused("not supported"),
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

/// Entries that announce a size and have no content, or have content where readers do not look for
/// it.
fn bodies() -> Vec<Row> {
    let empty = |kind, target: &str| {
        tar()
            .file("f")
            .raw(kind, "x", target, &octal(1000), b"", |_| ())
            .file("c")
            .file("d")
            .finish()
    };
    let full = |content: &[u8]| {
        tar()
            .file("f")
            .entry(kind::HARD_LINK, "x", "f", content)
            .file("d")
            .finish()
    };
    vec![
        (
            "a hard link without its content",
            empty(kind::HARD_LINK, "f"),
            Taken,
        ),
        ("a link with a size", empty(kind::SYMLINK, "f"), Taken),
        ("a directory with a size", empty(kind::DIRECTORY, ""), Taken),
        ("a hard link with its content", full(b"evil"), Taken),
        (
            "a hard link with other content",
            full(b"good"),
            Refused("other content"),
        ),
        (
            "a hard link with more content",
            full(&[b'x'; 2000]),
            Refused("other content"),
        ),
        (
            "a hard link to a link, with content",
            tar()
                .symlink("s", "f")
                .entry(kind::HARD_LINK, "x", "s", b"evil")
                .finish(),
            Refused("other content"),
        ),
        (
            "a hard link with a size, and then garbage",
            {
                let mut bytes = empty(kind::HARD_LINK, "f");
                bytes[3 * 512 + 148] ^= 1;
                bytes
            },
            Refused("other content"),
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
            "zip: data after the end",
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
            zip().file("f").again("f", 0o100_644, b"evil").finish(),
            Refused("overlap"),
        ),
        (
            "zip: the place of another entry",
            zip()
                .file("a")
                .lie("b", 0o100_644, b"evil", |claim| claim.offset = 0)
                .finish(),
            Refused("directory says"),
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

/// The fields of the end of a zip archive, and those that its entries repeat.
#[allow(clippy::too_many_lines, reason = "a table")]
fn directories() -> Vec<Row> {
    let zip = Zip::default;
    let two = || zip().file("a").file("b");
    let differ = |lie: &dyn Fn(&mut super::zip::Claim)| {
        zip().differ("evil", b"evil", |claim| lie(claim)).finish()
    };
    let counted = |count| two().finish_with(|end| end.count = count);
    vec![
        (
            "zip: more entries than there are",
            counted(9),
            Refused("2 entries"),
        ),
        (
            "zip: fewer entries than there are",
            counted(1),
            Refused("2 entries"),
        ),
        ("zip: no entries, it says", counted(0), Refused("2 entries")),
        (
            "zip: a directory that is shorter",
            two().finish_with(|end| {
                end.size -= 47;
                end.count = 1;
            }),
            Refused("directory"),
        ),
        (
            "zip: a directory that begins later",
            two().finish_with(|end| {
                end.size -= 47;
                end.offset += 47;
                end.count = 1;
            }),
            Refused("in front"),
        ),
        (
            "zip: bytes before the end of the directory",
            {
                let mut bytes = two().finish();
                let at = bytes.len() - 22;
                bytes.splice(at..at, [0; 5]);
                bytes
            },
            Refused("directory"),
        ),
        (
            "zip: bytes after the end",
            [two().finish(), b"\0\0\x01".to_vec()].concat(),
            Refused("follows"),
        ),
        (
            "zip: zeros after the end",
            [two().finish(), vec![0; 10_240]].concat(),
            Taken,
        ),
        (
            "zip: a comment, and zeros after the end",
            {
                let bytes = two().finish_with(|end| end.comment = b"comment\0".to_vec());
                [bytes, vec![0; 512]].concat()
            },
            Taken,
        ),
        (
            "zip: more zeros after the end than any program writes",
            [two().finish(), vec![0; 1 << 20]].concat(),
            Refused("follows"),
        ),
        (
            "zip: something else of the length of a mark in front",
            zip().junk(b"PK\x05\x06").file("a").finish(),
            Refused("in front"),
        ),
        (
            "zip: the mark of an archive that has one part of several",
            zip().junk(b"PK\x07\x08").file("a").finish(),
            Taken,
        ),
        (
            "zip: the older mark of an archive that has one part of several",
            zip().junk(b"PK00").file("a").finish(),
            Taken,
        ),
        (
            "zip: the first part of several",
            {
                let bytes = zip().junk(b"PK\x07\x08").file("a").finish();
                bytes[..40].to_vec()
            },
            Refused("not supported: it has several parts"),
        ),
        (
            "zip: the last part of several",
            {
                let mut bytes = two().finish();
                let at = bytes.len() - 18;
                bytes[at..at + 4].copy_from_slice(&[2, 0, 1, 0]);
                bytes
            },
            Refused("not supported: it has several parts"),
        ),
        (
            "zip: two archives, one after the other",
            [zip().file("a").finish(), zip().file("b").finish()].concat(),
            Refused("directory"),
        ),
        (
            "zip: two archives, and offsets that fit",
            zip().junk(&zip().file("a").finish()).file("b").finish(),
            Refused("in front"),
        ),
        (
            "zip: an entry that is not listed",
            zip().file("a").unlisted("b", b"evil").file("c").finish(),
            Refused("does not list"),
        ),
        (
            "zip: a last entry that is not listed",
            zip().file("a").unlisted("b", b"evil").finish(),
            Refused("does not list"),
        ),
        (
            "zip: a gap",
            zip().file("a").junk(b"evil").file("c").finish(),
            Taken,
        ),
        (
            "zip: a comment",
            two().finish_with(|end| end.comment = b"PK\x05\x06 is no end".to_vec()),
            Taken,
        ),
        (
            "zip: a comment with another end",
            two().finish_with(|end| end.comment = zip().finish()),
            Refused("two ends"),
        ),
        (
            "zip64: what is true",
            {
                let plain = two();
                plain.finish_with(|end| {
                    end.zip64 = Some([2, end.size.into(), end.offset.into()]);
                    end.count = u16::MAX;
                })
            },
            Taken,
        ),
        (
            "zip64: another number of entries",
            two().finish_with(|end| {
                end.zip64 = Some([3, end.size.into(), end.offset.into()]);
                end.count = u16::MAX;
            }),
            Refused("2 entries"),
        ),
        (
            "zip64: numbers that differ from the older ones",
            two().finish_with(|end| {
                end.zip64 = Some([2, end.size.into(), end.offset.into()]);
                end.count = 1;
            }),
            Refused("malformed"),
        ),
        (
            "zip64: 65,536 more entries than there are",
            two().finish_with(|end| {
                end.zip64 = Some([0x1_0002, end.size.into(), end.offset.into()]);
                end.count = u16::MAX;
            }),
            Refused("2 entries"),
        ),
        (
            "zip: another name in front of the data",
            differ(&|claim| claim.name = b"good".to_vec()),
            Refused("directory says"),
        ),
        (
            "zip: another size in front of the data",
            differ(&|claim| claim.size = 3),
            Refused("directory says"),
        ),
        (
            "zip: another checksum in front of the data",
            differ(&|claim| claim.crc ^= 1),
            Refused("directory says"),
        ),
        (
            "zip: another method in front of the data",
            differ(&|claim| claim.method = 0),
            Refused("directory says"),
        ),
        (
            "zip: sizes that come after the data",
            differ(&|claim| {
                claim.flags = 8;
                (claim.size, claim.stored, claim.crc) = (0, 0, 0);
            }),
            Taken,
        ),
        (
            "zip: no sizes at all",
            differ(&|claim| (claim.size, claim.stored, claim.crc) = (0, 0, 0)),
            Refused("directory says"),
        ),
        (
            "zip: encrypted",
            zip()
                .lie("evil", 0o100_644, b"evil", |claim| claim.flags = 1)
                .finish(),
            Refused("not supported: it has encrypted data, at its entry `evil`"),
        ),
        (
            "zip: compression that is not supported",
            zip()
                .lie("evil", 0o100_644, b"evil", |claim| claim.method = 98)
                .finish(),
            Refused("not supported: it has data compressed with method 98 (PPMd)"),
        ),
        (
            "zip: a directory with content",
            zip().entry("d/", 0o040_755, b"evil").finish(),
            Refused("d/"),
        ),
        (
            "zip: data that is longer than its compression",
            {
                let plain = zip();
                plain
                    .lie("evil", 0o100_644, b"evil", |claim| claim.stored += 4)
                    .junk(b"more")
                    .finish()
            },
            Refused("follows the data"),
        ),
    ]
}
