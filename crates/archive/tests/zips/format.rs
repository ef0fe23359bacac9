//! Numbers and names in any of the places that they may be in.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use bchan_testkit::hostile::zip::{Claim, Zip, extra};

use super::{error, unpack};

/// Kinds of extra fields.
const ZIP64: u16 = 1;
const UNICODE_PATH: u16 = 0x7075;

#[test]
fn sizes_may_come_after_the_data_in_any_form() {
    let numbers = |claim: &Claim| {
        let crc = claim.crc.to_le_bytes();
        let short = [claim.stored, claim.size].map(u32::to_le_bytes).concat();
        let long = [claim.stored, claim.size]
            .map(u64::from)
            .map(u64::to_le_bytes);
        [
            [&crc[..], &short].concat(),
            [&crc[..], &long.concat()].concat(),
        ]
    };
    for form in 0..4 {
        let mut descriptor = Vec::new();
        let zip = Zip::default().differ("f", b"content", |claim| {
            descriptor = numbers(claim)[form / 2].clone();
            claim.flags = 8;
            (claim.crc, claim.size, claim.stored) = (0, 0, 0);
            if form / 2 == 1 {
                (claim.size, claim.stored) = (u32::MAX, u32::MAX);
                claim.extra = extra(ZIP64, &[0; 16]);
            }
        });
        let zip = if form % 2 == 0 {
            zip
        } else {
            zip.junk(b"PK\x07\x08")
        };
        let zip = zip.junk(&descriptor).file("last").finish();
        let temp = unpack(&zip).unwrap_or_else(|error| panic!("{form}: {error}"));
        assert_eq!(fs::read(temp.path().join("f")).unwrap(), b"content");
    }
}

#[test]
fn any_of_the_numbers_may_be_in_the_zip64_field() {
    for which in 0..8_u32 {
        let zip = Zip::default()
            .file("first")
            .lie("f", 0o100_644, b"content", |claim| {
                let mut numbers = Vec::new();
                let mut move_out = |bit: u32, number: &mut u32| {
                    if which & bit != 0 {
                        numbers.extend_from_slice(&u64::from(*number).to_le_bytes());
                        *number = u32::MAX;
                    }
                };
                move_out(1, &mut claim.size);
                move_out(2, &mut claim.stored);
                move_out(4, &mut claim.offset);
                claim.extra = extra(ZIP64, &numbers);
            });
        let temp = unpack(&zip.finish()).unwrap_or_else(|error| panic!("{which}: {error}"));
        assert_eq!(fs::read(temp.path().join("f")).unwrap(), b"content");
    }
    let missing = Zip::default().lie("f", 0o100_644, b"content", |claim| {
        (claim.size, claim.extra) = (u32::MAX, extra(ZIP64, &[1; 7]));
    });
    let message = error(&missing.finish());
    assert!(message.contains("damaged"), "{message}");
}

#[test]
fn names_are_those_that_the_archive_says() {
    let unicode = |name: &[u8], of: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(of);
        extra(
            UNICODE_PATH,
            &[&[1][..], &crc.sum().to_le_bytes(), name].concat(),
        )
    };
    let latin = b"M\xfcller";
    for (host, flags, raw, field, expected) in [
        (
            3,
            1 << 11,
            "Müller".as_bytes(),
            Vec::new(),
            "Müller".as_bytes(),
        ),
        (
            3,
            0,
            latin,
            unicode("Müller".as_bytes(), latin),
            "Müller".as_bytes(),
        ),
        // The name was changed by a program that does not know the field.
        (3, 0, latin, unicode("Muller".as_bytes(), b"other"), latin),
        (3, 0, latin, Vec::new(), latin),
        (0, 0, b"M\x81ller", Vec::new(), "Müller".as_bytes()),
        (0, 0, "Müller".as_bytes(), Vec::new(), "Müller".as_bytes()),
    ] {
        let zip = Zip::default().lie("x", 0o100_644, b"content", |claim| {
            (claim.host, claim.flags, claim.extra) = (host, flags, field);
            claim.name = raw.to_vec();
        });
        let temp = unpack(&zip.finish()).unwrap();
        let found = fs::read_dir(temp.path()).unwrap().next().unwrap().unwrap();
        assert_eq!(found.file_name().as_bytes(), expected);
    }
    let field = unicode(b"../evil", b"x");
    let zip = Zip::default().lie("x", 0o100_644, b"", |claim| claim.extra = field);
    let message = error(&zip.finish());
    assert!(message.contains("leads upwards"), "{message}");
}
