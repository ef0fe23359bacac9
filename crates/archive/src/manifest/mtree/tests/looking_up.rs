use super::super::super::{Kind, Manifest};
use super::super::*;
use super::{PLAIN, file, index, with_texts, written};

#[test]
fn entries_are_found_in_any_order() {
    const ENTRIES: usize = 20_000;
    let path = |number: usize| format!("{:03}/x y/{}", number / 100, number % 100).into_bytes();
    let mut manifest = with_texts();
    for number in 0..ENTRIES {
        let number = number * 7919 % ENTRIES;
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&number.to_be_bytes());
        let kind = Kind::File { size: 3, digest };
        manifest.record(&path(number), kind, &PLAIN);
    }
    let index = index(&written(&mut manifest)).unwrap();
    let mut orders: Vec<Vec<usize>> = vec![(0..ENTRIES).collect(), (0..ENTRIES).rev().collect()];
    orders.push((0..ENTRIES).step_by(100).collect());
    orders.push((0..ENTRIES).map(|at| at * 6007 % ENTRIES).collect());
    for order in orders {
        for number in order {
            let entry = index.entry(&path(number)).unwrap().unwrap();
            assert_eq!(entry.path, path(number));
            let MtreeKind::File { size, digest } = entry.kind else {
                panic!("it was a file");
            };
            assert_eq!(digest[..8], number.to_be_bytes());
            assert_eq!(
                index.entry(&[&path(number)[..], b"/x"].concat()).unwrap(),
                None
            );
            let found = index.with_digest(size, &digest).unwrap().unwrap();
            assert_eq!(found.path, path(number));
            assert_eq!(index.with_digest(4, &digest).unwrap(), None);
        }
    }
    for missing in [&b"!"[..], b"zzz", b"000", b"", b"../a"] {
        assert_eq!(index.entry(missing).unwrap(), None);
    }
    let bytes = index.footprint();
    assert!(bytes <= 17 * ENTRIES, "{bytes}");
}

#[test]
fn offsets_of_texts_take_little_memory() {
    const FILES: usize = 100_000;
    let footprint = |mut manifest: Manifest| {
        for number in 0..FILES {
            manifest.record(format!("d/{number}").as_bytes(), file(1, 1), &PLAIN);
        }
        manifest.records.footprint()
    };
    let more = footprint(with_texts()) - footprint(Manifest::default());
    assert!(more <= 5 * FILES, "{more}");
}

#[test]
fn an_index_of_a_file_without_entries_is_empty() {
    let text = MtreeWriter::new(Vec::new(), &MtreeHeader::default()).unwrap();
    let index = index(&text.finish().unwrap()).unwrap();
    assert_eq!(index.count(), 0);
    assert_eq!(index.entry(b"a").unwrap(), None);
    assert_eq!(index.with_digest(0, &[0; 32]).unwrap(), None);
    assert!(index.entries().next().is_none());
}
