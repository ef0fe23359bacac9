use proptest::prelude::*;

use super::super::super::receipt_tests::{Entry, Of, Tree, tree};
use super::super::*;
use super::{header, index, read, with_texts, written};

/// An entry as a manifest file should have it.
fn expected(path: &[Vec<u8>], entry: &Entry, first: Option<&[Vec<u8>]>) -> MtreeEntry {
    MtreeEntry {
        path: path.join(&b'/'),
        kind: match &entry.kind {
            Of::File { size, digest } => MtreeKind::File {
                size: *size,
                digest: [*digest; 32],
            },
            Of::Directory => MtreeKind::Directory,
            Of::Link(target) => MtreeKind::Link {
                target: target.clone(),
            },
            Of::Fifo => MtreeKind::Fifo,
            Of::Block((major, minor)) => MtreeKind::Block(*major, *minor),
            Of::Character((major, minor)) => MtreeKind::Character(*major, *minor),
        },
        mode: entry.mode,
        mtime: entry.mtime,
        owner: entry.owner,
        names: entry.names.clone(),
        attributes: entry.attributes.clone().into_iter().collect(),
        hard_link_of: first.map(|first| first.join(&b'/')),
        problem: None,
        seen: None,
        blocks: None,
    }
}

fn all_expected(tree: &Tree) -> Vec<MtreeEntry> {
    let mut all = Vec::new();
    for (path, entry) in &tree.entries {
        all.push((path, expected(path, entry, None)));
        for name in tree.groups.get(path).into_iter().flatten() {
            all.push((name, expected(name, entry, Some(path))));
        }
    }
    all.sort_by_key(|(path, _)| *path);
    all.into_iter().map(|(_, entry)| entry).collect()
}

fn is_usable(path: &[Vec<u8>]) -> bool {
    let is_odd = |part: &Vec<u8>| *part == b"." || *part == b"..";
    !path.iter().any(is_odd)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_was_recorded_is_read_again(tree in tree(), seed in any::<usize>()) {
        prop_assume!(tree.entries.keys().all(|path| is_usable(path)));
        prop_assume!(tree.groups.values().flatten().all(|path| is_usable(path)));
        let mut manifest = with_texts();
        tree.add(&mut manifest, seed);
        let text = written(&mut manifest);
        let entries = read(&text).unwrap();
        prop_assert_eq!(&entries, &all_expected(&tree));

        let receipt = mtree_receipt(&mut MtreeReader::new(&text[..]).unwrap()).unwrap();
        prop_assert_eq!(receipt, manifest.receipt().unwrap().sha256);

        let mut writer = MtreeWriter::new(Vec::new(), &header()).unwrap();
        for entry in &entries {
            writer.add(entry).unwrap();
        }
        prop_assert_eq!(writer.finish().unwrap(), text.clone());

        let index = index(&text).unwrap();
        prop_assert_eq!(index.header(), &header());
        prop_assert_eq!(index.count(), entries.len() as u64);
        let again: Result<Vec<_>, _> = index.entries().collect();
        prop_assert_eq!(&again.unwrap(), &entries);
        let mut asked: Vec<_> = entries.iter().collect();
        for _ in 0..4 {
            for entry in &asked {
                let found = index.entry(&entry.path).unwrap();
                prop_assert_eq!(found.as_ref(), Some(*entry));
                let other = [&entry.path[..], b"\x01"].concat();
                let is_there = entries.iter().any(|entry| entry.path == other);
                prop_assert_eq!(index.entry(&other).unwrap().is_some(), is_there);
                if let MtreeKind::File { size, digest } = &entry.kind {
                    let found = index.with_digest(*size, digest).unwrap();
                    // Another file may have the digest with another size, which only tests do.
                    prop_assert!(found.is_none_or(|found| found.kind == entry.kind));
                }
            }
            let count = asked.len();
            asked.rotate_left(seed % count);
            asked.reverse();
        }
    }

    #[test]
    fn whatever_is_read_is_written_the_same(
        tree in tree(),
        seed in any::<usize>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut manifest = with_texts();
        tree.add(&mut manifest, seed);
        let mut text = written(&mut manifest);
        for (at, byte) in changes {
            let at = at.index(text.len());
            text[at] = byte;
        }
        let Ok(reader) = MtreeReader::new(&text[..]) else { return Ok(()) };
        let mut writer = MtreeWriter::new(Vec::new(), reader.header()).unwrap();
        for entry in reader {
            let Ok(entry) = entry else { return Ok(()) };
            writer.add(&entry).unwrap();
        }
        // Lines that are not known are not written.
        let again = writer.finish().unwrap();
        prop_assert!(again == text || again.len() < text.len());
    }
}
