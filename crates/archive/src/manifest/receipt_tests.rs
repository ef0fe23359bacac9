use std::collections::BTreeMap;
use std::ffi::CString;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::{Kind, Manifest, Properties, Receipt};

/// Everything about an entry that the receipt covers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) kind: Of,
    pub(super) mode: u32,
    pub(super) mtime: Option<(i64, u32)>,
    pub(super) owner: Option<(u32, u32)>,
    pub(super) names: (Option<String>, Option<String>),
    pub(super) attributes: BTreeMap<CString, Vec<u8>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Of {
    File { size: u64, digest: u8 },
    Directory,
    Link(Vec<u8>),
    Fifo,
    Block((u32, u32)),
    Character((u32, u32)),
}

/// A tree: entries by the components of their paths, and further names of files by the first.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tree {
    pub(super) entries: BTreeMap<Vec<Vec<u8>>, Entry>,
    pub(super) groups: BTreeMap<Vec<Vec<u8>>, Vec<Vec<Vec<u8>>>>,
}

impl Entry {
    fn add(&self, manifest: &mut Manifest, path: &[u8]) {
        let attributes: Vec<_> = self.attributes.clone().into_iter().rev().collect();
        let properties = Properties {
            mode: self.mode,
            mtime: self.mtime,
            owner: self.owner,
            user: self.names.0.as_deref(),
            group: self.names.1.as_deref(),
            attributes: &attributes,
        };
        let kind = match &self.kind {
            Of::File { size, digest } => Kind::File {
                size: *size,
                digest: [*digest; 32],
            },
            Of::Directory => Kind::Directory,
            Of::Link(target) => Kind::Link(target),
            Of::Fifo => Kind::Fifo,
            Of::Block(number) => Kind::Block(*number),
            Of::Character(number) => Kind::Character(*number),
        };
        manifest.record(path, kind, &properties);
    }
}

impl Tree {
    fn receipt(&self, seed: usize) -> Receipt {
        let mut manifest = Manifest::default();
        self.add(&mut manifest, seed);
        manifest.receipt().unwrap()
    }

    /// Adds its entries in an order that `seed` chooses, as is the name of each file that comes with
    /// its content.
    pub(super) fn add(&self, manifest: &mut Manifest, seed: usize) {
        let mut paths: Vec<_> = self.entries.iter().collect();
        let count = paths.len().max(1);
        paths.rotate_left(seed % count);
        if seed.is_multiple_of(2) {
            paths.reverse();
        }
        for (path, entry) in paths {
            let mut names = vec![path];
            names.extend(self.groups.get(path).into_iter().flatten());
            let count = names.len();
            names.rotate_left(seed % count);
            let first = names[0].join(&b'/');
            entry.add(manifest, &first);
            for name in &names[1..] {
                manifest.add_hard_link(&name.join(&b'/'), &first, 0);
            }
        }
    }
}

fn part() -> impl Strategy<Value = Vec<u8>> {
    let odd = [
        "a", "b", "a b", "a-b", "a.b", "a0", " ", "=", "\\", "#", "\n",
    ];
    prop_oneof![
        3 => prop::sample::select(odd.to_vec()).prop_map(|part| part.as_bytes().to_vec()),
        1 => vec(1..=255_u8, 1..4).prop_map(|part| {
            part.into_iter().map(|byte| if byte == b'/' { b'_' } else { byte }).collect()
        }),
    ]
}

fn path() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(part(), 1..4)
}

fn name() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop::sample::select(vec![
        "x".to_owned(),
        "y".to_owned(),
        "x gname=y".to_owned(),
        "x\n".to_owned(),
        "\u{e9}".to_owned(),
    ]))
}

fn number() -> impl Strategy<Value = (u32, u32)> {
    (0..3_u32, 0..3_u32)
}

fn kind() -> impl Strategy<Value = Of> {
    prop_oneof![
        4 => (0..3_u64, 0..3_u8).prop_map(|(size, digest)| Of::File { size, digest }),
        2 => Just(Of::Directory),
        2 => part().prop_map(Of::Link),
        1 => Just(Of::Fifo),
        1 => number().prop_map(Of::Block),
        1 => number().prop_map(Of::Character),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    let attribute = prop::sample::select(vec![c"user.a", c"user.b", c"user.a=b", c"x\n#:x y"]);
    let attribute = attribute.prop_map(CString::from);
    let mtime = prop::option::of((-2..2_i64, 0..2_u32));
    (
        kind(),
        0..3_u32,
        mtime,
        prop::option::of(number()),
        (name(), name()),
        btree_map(attribute, vec(0..2_u8, 0..3), 0..3),
    )
        .prop_map(|(kind, mode, mtime, owner, names, attributes)| {
            let is_link = matches!(kind, Of::Link(_));
            Entry {
                kind,
                // Neither belongs to a link.
                mode: if is_link { 0 } else { mode },
                owner: owner.filter(|_| !is_link),
                names: if is_link { (None, None) } else { names },
                mtime,
                attributes,
            }
        })
}

pub(super) fn tree() -> impl Strategy<Value = Tree> {
    let entries = btree_map(path(), entry(), 1..12);
    (entries, vec((any::<prop::sample::Index>(), path()), 0..6)).prop_map(|(entries, names)| {
        let mut groups = BTreeMap::<_, Vec<_>>::new();
        let files: Vec<_> = entries
            .iter()
            .filter(|(_, entry)| matches!(entry.kind, Of::File { .. }))
            .map(|(path, _)| path.clone())
            .collect();
        let mut taken: Vec<_> = entries.keys().cloned().collect();
        for (index, name) in names {
            if !files.is_empty() && !taken.contains(&name) {
                let file = &files[index.index(files.len())];
                groups.entry(file.clone()).or_default().push(name.clone());
                taken.push(name);
            }
        }
        Tree { entries, groups }.in_canonical_form()
    })
}

impl Tree {
    /// The first name of each file stands for it.
    fn in_canonical_form(self) -> Self {
        let (mut entries, mut groups) = (BTreeMap::new(), BTreeMap::new());
        for (path, entry) in self.entries {
            let mut names = self.groups.get(&path).cloned().unwrap_or_default();
            names.push(path);
            names.sort();
            let first = names.remove(0);
            entries.insert(first.clone(), entry);
            if !names.is_empty() {
                groups.insert(first, names);
            }
        }
        Self { entries, groups }
    }
}

/// A change of one thing of an entry.
#[derive(Clone, Debug)]
enum Change {
    Kind(Of),
    Mode(u32),
    Mtime(Option<(i64, u32)>),
    Owner(Option<(u32, u32)>),
    User(Option<String>),
    Group(Option<String>),
    Attribute(Vec<u8>),
    Remove,
    Rename(Vec<Vec<u8>>),
    Ungroup,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        kind().prop_map(Change::Kind),
        (0..3_u32).prop_map(Change::Mode),
        prop::option::of((-2..2_i64, 0..2_u32)).prop_map(Change::Mtime),
        prop::option::of(number()).prop_map(Change::Owner),
        name().prop_map(Change::User),
        name().prop_map(Change::Group),
        vec(0..2_u8, 0..3).prop_map(Change::Attribute),
        Just(Change::Remove),
        path().prop_map(Change::Rename),
        Just(Change::Ungroup),
    ]
}

fn changed(mut tree: Tree, at: prop::sample::Index, change: Change) -> Tree {
    let path = tree.entries.keys().nth(at.index(tree.entries.len()));
    let path = path.unwrap().clone();
    let taken = |tree: &Tree, name: &Vec<Vec<u8>>| {
        tree.entries.contains_key(name) || tree.groups.values().flatten().any(|other| other == name)
    };
    let entry = tree.entries.get_mut(&path).unwrap();
    let is_link = matches!(entry.kind, Of::Link(_));
    match change {
        Change::Kind(kind) if !is_link && !matches!(kind, Of::Link(_)) => {
            if !matches!(kind, Of::File { .. }) {
                tree.groups.remove(&path);
            }
            entry.kind = kind;
        }
        Change::Kind(kind @ Of::Link(_)) if is_link => entry.kind = kind,
        Change::Mode(mode) if !is_link => entry.mode = mode,
        Change::Owner(owner) if !is_link => entry.owner = owner,
        Change::User(name) if !is_link => entry.names.0 = name,
        Change::Group(name) if !is_link => entry.names.1 = name,
        Change::Mtime(mtime) => entry.mtime = mtime,
        Change::Attribute(value) => {
            entry.attributes.insert(c"user.a".into(), value);
        }
        Change::Remove if !tree.groups.contains_key(&path) => {
            tree.entries.remove(&path);
        }
        Change::Rename(name) if !taken(&tree, &name) => {
            let entry = tree.entries.remove(&path).unwrap();
            if let Some(names) = tree.groups.remove(&path) {
                tree.groups.insert(name.clone(), names);
            }
            tree.entries.insert(name, entry);
        }
        // A second name becomes a file of its own that is the same.
        Change::Ungroup => {
            if let Some(name) = tree.groups.get_mut(&path).and_then(Vec::pop) {
                let entry = tree.entries[&path].clone();
                tree.entries.insert(name, entry);
            }
            tree.groups.retain(|_, names| !names.is_empty());
        }
        _ => {}
    }
    tree.in_canonical_form()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn the_order_of_the_entries_does_not_matter(tree in tree(), seed in any::<usize>()) {
        prop_assert_eq!(tree.receipt(0), tree.receipt(seed));
    }

    #[test]
    fn any_change_of_anything_changes_the_receipt(
        tree in tree(),
        at in any::<prop::sample::Index>(),
        change in change(),
    ) {
        let other = changed(tree.clone(), at, change);
        let same = tree.receipt(1).sha256 == other.receipt(2).sha256;
        prop_assert_eq!(same, tree == other, "{:?}", other);
    }

    #[test]
    fn different_trees_have_different_receipts(one in tree(), other in tree()) {
        let same = one.receipt(0).sha256 == other.receipt(0).sha256;
        prop_assert_eq!(same, one == other);
    }
}

fn plain(digest: u8) -> Entry {
    Entry {
        kind: Of::File { size: 1, digest },
        mode: 0o644,
        mtime: Some((1_700_000_000, 12)),
        owner: Some((0, 0)),
        names: (Some("x".into()), Some("y".into())),
        attributes: BTreeMap::from([(c"user.k".into(), vec![255])]),
    }
}

#[test]
fn the_receipt_is_what_the_documentation_says() {
    use sha2::{Digest as _, Sha256};
    let mut manifest = Manifest::default();
    plain(1).add(&mut manifest, b"second");
    manifest.add_hard_link(b"a b", b"second", 1);
    let text = format!(
        "type=file size=1 mode=0644 uid=0 gid=0 uname=x gname=y time=1700000000.000000012 \
         sha256digest={}\n#:x user.k=ff\n",
        "01".repeat(32)
    );
    let text = hex::encode(Sha256::digest(text));
    let lines = format!("./a\\040b {text}\n./second {text} ./a\\040b\n");
    let expected = hex::encode(Sha256::digest(lines));
    assert_eq!(manifest.receipt().unwrap().hex(), expected);
}

#[test]
fn trees_with_the_same_hash_have_different_receipts() {
    // The name of the only file is that of the first, its digest, and the name of the second.
    let (mut real, mut made) = (Manifest::default(), Manifest::default());
    plain(1).add(&mut real, b"a.db");
    plain(2).add(&mut real, b"b.txt");
    let name = format!("a.db{}b.txt", "01".repeat(32));
    plain(2).add(&mut made, name.as_bytes());
    assert_eq!(real.tree_hash(), made.tree_hash());
    assert_ne!(real.receipt(), made.receipt());
}

#[test]
fn there_is_no_receipt_of_what_is_not_known_in_full() {
    let mut bare = Manifest::default();
    plain(1).add(&mut bare, b"a");
    assert!(bare.receipt().is_some());
    bare.add_file(b"b", 1, [1; 32]);
    assert_eq!(bare.receipt(), None);
    let mut twice = Manifest::default();
    plain(1).add(&mut twice, b"a/b");
    plain(1).add(&mut twice, b"a/b");
    assert_eq!(twice.receipt(), None);
    let mut nothing = Manifest::default();
    nothing.add_hard_link(b"a", b"b", 0);
    assert_eq!(nothing.receipt(), None);
    assert!(Manifest::default().receipt().unwrap().is_closed);
}

#[test]
fn a_tree_is_closed_when_it_comes_back_the_same() {
    let directory = Entry {
        kind: Of::Directory,
        ..plain(0)
    };
    let is_closed = |manifest: &Manifest| manifest.receipt().unwrap().is_closed;
    let mut manifest = Manifest::default();
    plain(1).add(&mut manifest, b"a/b/c");
    directory.add(&mut manifest, b"a/b");
    assert!(!is_closed(&manifest), "there is no entry for a");
    directory.add(&mut manifest, b"a");
    directory.add(&mut manifest, b"empty");
    manifest.add_hard_link(b"a/d", b"a/b/c", 1);
    assert!(is_closed(&manifest));
    for kind in [Of::Fifo, Of::Link(b"x".to_vec())] {
        let mut manifest = manifest.clone();
        let entry = Entry { kind, ..plain(0) };
        entry.add(&mut manifest, b"e");
        assert!(is_closed(&manifest));
        manifest.add_hard_link(b"f", b"e", 0);
        assert!(!is_closed(&manifest));
    }
}

#[test]
fn a_receipt_takes_little_memory() {
    const FILES: usize = 100_000;
    let mut manifest = Manifest::default();
    let file = plain(1);
    for number in 0..FILES {
        let path = format!("some/{:03}/file-{:04}.txt", number / 1000, number % 1000);
        file.add(&mut manifest, path.as_bytes());
    }
    let listed = manifest.records.footprint() + manifest.folders.footprint();
    let order = FILES * size_of::<(usize, super::records::Place)>();
    assert!(listed + order <= 110 * FILES, "{listed} and {order} bytes");
    assert!(manifest.receipt().is_some());
}
