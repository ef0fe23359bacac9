use std::collections::HashSet;

use proptest::collection::vec;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::index::Index;
use super::{Manifest, reference};

fn hash(parts: &[(&str, u8)]) -> String {
    let mut hasher = Sha256::new();
    for (path, digest) in parts {
        hasher.update(path);
        hasher.update(hex::encode([*digest; 32]));
    }
    hex::encode(hasher.finalize())
}

#[test]
fn directories_come_in_the_order_of_their_paths() {
    let mut manifest = Manifest::default();
    for (path, digest) in [
        ("a/b/f", 1),
        ("a-b/f", 2),
        ("z", 3),
        ("a/f", 4),
        ("a.txt", 5),
    ] {
        manifest.add_file(path.as_bytes(), 1, [digest; 32]);
    }
    let order = [
        ("a.txt", 5),
        ("z", 3),
        ("a/f", 4),
        ("a-b/f", 2),
        ("a/b/f", 1),
    ];
    assert_eq!(manifest.tree_hash(), hash(&order));
    assert_eq!((manifest.files(), manifest.bytes()), (5, 5));
}

#[test]
fn links_count_as_what_they_lead_to_inside() {
    let mut manifest = Manifest::default();
    manifest.add_directory(b"empty");
    manifest.add_file(b"d/f", 1, [1; 32]);
    manifest.add_link(b"l1", b"d/f");
    manifest.add_link(b"l2", b"./empty/../l3/f");
    manifest.add_link(b"l3", b"d");
    manifest.add_link(b"d/up", b"../l1");
    for (path, target) in [
        ("x1", "nowhere"),
        ("x2", "/etc/passwd"),
        ("x3", "../out"),
        ("x4", "d"),
        ("x5", "x5"),
        ("x6", "nowhere/../d/f"),
        ("x7", "d/f/"),
        ("x8", "d/f/."),
    ] {
        manifest.add_link(path.as_bytes(), target.as_bytes());
    }
    let order = [("l1", 1), ("l2", 1), ("d/f", 1), ("d/up", 1)];
    assert_eq!(manifest.tree_hash(), hash(&order));
    assert_eq!(manifest.files(), 1);
}

#[test]
fn a_link_out_of_the_tree_is_told_from_one_to_nowhere() {
    for (target, out) in [
        ("d/f", false),
        ("d", false),
        ("nowhere", false),
        ("x", false),
        ("nowhere/../..", false),
        ("d/../d/f", false),
        ("/etc/passwd", true),
        ("../f", true),
        ("d/../..", true),
        ("away", true),
    ] {
        let mut manifest = Manifest::default();
        manifest.add_file(b"d/f", 1, [1; 32]);
        manifest.add_link(b"x", target.as_bytes());
        if target == "away" {
            manifest.add_link(b"away", b"/srv");
        }
        assert_eq!(manifest.leads_out(), out, "{target}");
    }
    let mut second = Manifest::default();
    second.add_directory(b"d");
    second.add_link(b"d/l", b"../f");
    assert!(!second.leads_out());
    // The same link by a name that lies higher up.
    second.add_hard_link(b"l", b"d/l", 0);
    assert!(second.leads_out());
}

#[test]
fn a_second_name_of_a_link_leads_on_from_its_own_place() {
    let mut manifest = Manifest::default();
    manifest.add_file(b"d/f", 1, [1; 32]);
    manifest.add_link(b"f", b"f");
    manifest.add_hard_link(b"d/l", b"f", 0);
    manifest.add_hard_link(b"d/m", b"d/l", 0);
    let order = [("d/f", 1), ("d/l", 1), ("d/m", 1)];
    assert_eq!(manifest.tree_hash(), hash(&order));
}

#[test]
fn a_file_may_have_any_number_of_names() {
    let mut manifest = Manifest::default();
    manifest.add_file(b"000", 1, [1; 32]);
    let names: Vec<_> = (0..100).map(|number| format!("{number:03}")).collect();
    for pair in names.windows(2) {
        manifest.add_hard_link(pair[1].as_bytes(), pair[0].as_bytes(), 1);
    }
    let order: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
    assert_eq!(manifest.tree_hash(), hash(&order));
}

/// An entry that is added to both manifests.
#[derive(Clone, Debug)]
enum Kind {
    File(u8),
    Special,
    Link(Vec<u8>),
    HardLink(Vec<u8>),
    Directory,
}

/// Parts of paths: alike, odd, and such as sort differently by byte and by code point.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let odd: [&[u8]; 14] = [
        b"a",
        b"b",
        b"c",
        b"ab",
        b"a.b",
        b"a-b",
        b"a0",
        b"A",
        b"\xff",
        b"a\xff",
        b"\xc3",
        "\u{e9}".as_bytes(),
        "\u{d7ff}".as_bytes(),
        "\u{e000}".as_bytes(),
    ];
    let odd: Vec<Vec<u8>> = odd.map(<[u8]>::to_vec).to_vec();
    prop_oneof![
        8 => prop::sample::select(odd),
        1 => vec(1..=255_u8, 1..4).prop_map(|part| {
            part.into_iter().map(|byte| if byte == b'/' { b'_' } else { byte }).collect()
        }),
    ]
}

fn path() -> impl Strategy<Value = Vec<u8>> {
    vec(part(), 1..5).prop_map(|parts| parts.join(&b'/'))
}

/// Where a link leads: also upwards, out, and in odd ways.
fn target() -> impl Strategy<Value = Vec<u8>> {
    let step = prop_oneof![
        4 => part(),
        2 => Just(b"..".to_vec()),
        1 => Just(b".".to_vec()),
        1 => Just(Vec::new()),
    ];
    vec(step, 1..5).prop_map(|parts| parts.join(&b'/'))
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        4 => any::<u8>().prop_map(Kind::File),
        1 => Just(Kind::Special),
        3 => target().prop_map(Kind::Link),
        2 => path().prop_map(Kind::HardLink),
        2 => Just(Kind::Directory),
    ]
}

/// Returns true if both come to the same. Of several entries with one path, only the first is taken: no
/// tree has them.
fn agree(entries: &[(Vec<u8>, Kind)]) {
    let (mut manifest, mut plain) = (Manifest::default(), reference::Manifest::default());
    let mut known = HashSet::new();
    for (path, kind) in entries {
        if !known.insert(path) {
            continue;
        }
        match kind {
            Kind::File(digest) => {
                manifest.add_file(path, 1, [*digest; 32]);
                plain.add_file(path, [*digest; 32]);
            }
            Kind::Special => {
                manifest.add_special(path);
                plain.add_file(path, Sha256::digest([]).into());
            }
            Kind::Link(target) => {
                manifest.add_link(path, target);
                plain.add_link(path, target);
            }
            Kind::HardLink(target) => {
                manifest.add_hard_link(path, target, 1);
                plain.add_hard_link(path, target);
            }
            Kind::Directory => {
                manifest.add_directory(path);
                plain.add_directory(path);
            }
        }
    }
    assert_eq!(manifest.tree_hash(), plain.tree_hash());
    assert_eq!(manifest.leads_out(), plain.leads_out());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_hash_is_that_of_whole_paths(entries in vec((path(), kind()), 0..40)) {
        agree(&entries);
    }
}

#[test]
fn large_trees_hash_as_small_ones_do() {
    // In no order, with a link now and then, and more than a block holds.
    let number = |at: usize| at * 7919 % 20_000;
    let entries: Vec<_> = (0..20_000)
        .map(number)
        .map(|at| {
            let path = format!("{:02}/{}/file-{at}", at % 7, at % 97).into_bytes();
            let kind = match at % 50 {
                0 => Kind::Link(format!("../{}/file-{}", (at + 7) % 97, at + 7).into_bytes()),
                // In the same directory.
                1 => Kind::HardLink(
                    format!("{:02}/{}/file-{}", at % 7, at % 97, at + 7 * 97).into_bytes(),
                ),
                at => Kind::File(u8::try_from(at).unwrap_or(0)),
            };
            (path, kind)
        })
        .collect();
    agree(&entries);
}

#[test]
fn a_file_takes_little_more_than_its_name_and_digest() {
    const FILES: usize = 100_000;
    let mut manifest = Manifest::default();
    for number in 0..FILES {
        let path = format!(
            "some/folder/{:03}/file-{:04}.txt",
            number / 1000,
            number % 1000
        );
        manifest.add_file(path.as_bytes(), 1, [1; 32]);
    }
    let listed = manifest.records.footprint() + manifest.folders.footprint();
    let index = Index::new(&manifest).footprint();
    assert!(listed + index <= 60 * FILES, "{listed} and {index} bytes");
}
