//! A source, its backups, and what a client and a server remember of the last one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bchan_archive::{
    BaseTree, Bases, Codec, Increment, KeepAttributes, Look, Manifest, ManifestIndex, MtreeHeader,
    PackOptions, PackSummary, Source, StoreAttributes, UnpackError, UnpackOptions, Unpacked, pack,
    pack_increment, unpack_increment, unpack_tar,
};
use tempfile::TempDir;

/// Everything of one entry that a backup keeps.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State {
    kind: String,
    mode: u32,
    mtime: (i64, i64),
    content: Vec<u8>,
    attributes: Vec<(Vec<u8>, Vec<u8>)>,
    /// Other names of the same inode in the same tree.
    names: Vec<PathBuf>,
}

pub(crate) type Tree = BTreeMap<PathBuf, State>;

pub(crate) struct World {
    temp: TempDir,
    /// Backups so far, each with what it was when it was made.
    backups: Vec<(PathBuf, Tree)>,
    /// Manifests of the last backup, as the client and the server have written them.
    pub(crate) manifests: Option<(Vec<u8>, Vec<u8>)>,
    pub(crate) options: UnpackOptions,
    pub(crate) look: Look,
    pub(crate) begun: SystemTime,
    pub(crate) verify: bool,
}

/// Outcome of a backup.
pub(crate) struct Outcome {
    pub(crate) packed: PackSummary,
    pub(crate) unpacked: Unpacked,
    /// Bytes of the archive.
    pub(crate) sent: usize,
    pub(crate) place: PathBuf,
}

impl World {
    pub(crate) fn new() -> Self {
        let temp = TempDir::new().unwrap();
        fs::create_dir(temp.path().join("source")).unwrap();
        Self {
            temp,
            backups: Vec::new(),
            manifests: None,
            options: UnpackOptions {
                attributes: StoreAttributes::Keep { special: true },
                ..UnpackOptions::default()
            },
            look: Look::default(),
            // So late that nothing counts as just changed.
            begun: SystemTime::now() + Duration::from_secs(3600),
            verify: false,
        }
    }

    pub(crate) fn source(&self) -> PathBuf {
        self.temp.path().join("source")
    }

    /// A path in the source.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.source().join(path)
    }

    /// Writes a file of the source.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn temp_file(&self) -> File {
        tempfile::tempfile_in(self.temp.path()).unwrap()
    }

    /// The place of the last backup.
    pub(crate) fn last(&self) -> PathBuf {
        self.backups.last().unwrap().0.clone()
    }

    /// Does not compare the backups so far with what they were any more.
    pub(crate) fn forget_states(&mut self) {
        for (place, state) in &mut self.backups {
            *state = tree(place);
        }
    }

    /// Packs the source with what is known of the last backup.
    pub(crate) fn pack(&self) -> (PackSummary, Vec<u8>) {
        let previous = self
            .manifests
            .as_ref()
            .map(|(client, _)| index(self, client));
        let increment = Increment {
            texts: self.temp_file(),
            previous,
            partial: None,
            look: self.look,
            begun: self.begun,
        };
        let sources = [Source::from_path(&self.source()).unwrap()];
        pack_increment(&sources, Vec::new(), &options(), Some(increment), &mut ()).unwrap()
    }

    /// Unpacks an archive beside the last backup, which it may refer to.
    pub(crate) fn unpack(
        &self,
        archive: &[u8],
        into: &Path,
    ) -> Result<(Unpacked, Manifest), UnpackError> {
        fs::create_dir(into).unwrap();
        let root = bchan_archive::open_dir(into).unwrap();
        let mut manifest = Manifest::with_texts(self.temp_file());
        let base = self.manifests.as_ref().map(|(_, server)| {
            let root = bchan_archive::open_dir(&self.last()).unwrap();
            (root, index(self, server))
        });
        let (base, index) = base.unzip();
        let earlier = base.as_ref().zip(index);
        let earlier = earlier.map(|(root, index)| BaseTree::new(root.as_fd(), index, self.verify));
        let mut bases = Bases {
            earlier,
            partial: None,
        };
        let unpacked = unpack_increment(
            Codec::None,
            archive,
            &mut bases,
            root.as_fd(),
            &self.options,
            &mut manifest,
            &mut (),
        )?;
        Ok((unpacked, manifest))
    }

    /// Makes a backup, and compares it with a full one and the earlier ones with what they were.
    pub(crate) fn backup(&mut self) -> Outcome {
        let (mut packed, archive) = self.pack();
        let place = self.temp.path().join(format!("b{}", self.backups.len()));
        let (unpacked, mut stored) = self.unpack(&archive, &place).unwrap();
        let mut sent = packed.manifest.take().unwrap();
        assert_eq!(sent.receipt(), stored.receipt());
        assert_eq!(sent.tree_hash(), stored.tree_hash());

        let full = self.temp.path().join("full");
        fs::create_dir(&full).unwrap();
        let sources = [Source::from_path(&self.source()).unwrap()];
        let (_, whole) = pack(&sources, Vec::new(), &options(), &mut ()).unwrap();
        let root = bchan_archive::open_dir(&full).unwrap();
        let mut manifest = Manifest::default();
        let root = root.as_fd();
        unpack_tar(
            Codec::None,
            &*whole,
            root,
            &self.options,
            &mut manifest,
            &mut (),
        )
        .unwrap();
        assert_eq!(manifest.receipt(), stored.receipt());
        let tree = tree(&place);
        assert_eq!(tree, self::tree(&full));
        fs::remove_dir_all(&full).unwrap();
        for (place, before) in &self.backups {
            assert_eq!(
                &self::tree(place),
                before,
                "{} was changed",
                place.display()
            );
        }

        let header = MtreeHeader {
            stored_as: self.options.stored_as().to_owned(),
            ..MtreeHeader::default()
        };
        let mut texts = (Vec::new(), Vec::new());
        assert!(sent.write_mtree(&header, &mut texts.0).unwrap());
        assert!(stored.write_mtree(&header, &mut texts.1).unwrap());
        self.manifests = Some(texts);
        self.backups.push((place.clone(), tree));
        Outcome {
            packed,
            unpacked,
            sent: archive.len(),
            place,
        }
    }
}

fn options() -> PackOptions {
    PackOptions {
        manifest: true,
        attributes: KeepAttributes::All,
        special: true,
        ..PackOptions::default()
    }
}

fn index(world: &World, text: &[u8]) -> ManifestIndex {
    ManifestIndex::open(text, world.temp_file()).unwrap()
}

/// Everything below a directory.
pub(crate) fn tree(root: &Path) -> Tree {
    let mut names: BTreeMap<u64, Vec<PathBuf>> = BTreeMap::new();
    let mut found = Vec::new();
    collect(root, Path::new(""), &mut found);
    for path in &found {
        let meta = fs::symlink_metadata(root.join(path)).unwrap();
        if !meta.is_dir() {
            names.entry(meta.ino()).or_default().push(path.clone());
        }
    }
    let state = |path: PathBuf| {
        let at = root.join(&path);
        let meta = fs::symlink_metadata(&at).unwrap();
        let kind = meta.file_type();
        let content = if kind.is_symlink() {
            fs::read_link(&at)
                .unwrap()
                .into_os_string()
                .into_encoded_bytes()
        } else if kind.is_file() {
            let mut content = Vec::new();
            File::open(&at).unwrap().read_to_end(&mut content).unwrap();
            content
        } else {
            Vec::new()
        };
        let state = State {
            kind: format!("{} {}", kind.is_fifo(), meta.mode() & 0o170_000),
            mode: meta.mode() & 0o7777,
            mtime: (meta.mtime(), meta.mtime_nsec()),
            content,
            attributes: attributes(&at),
            names: names.get(&meta.ino()).cloned().unwrap_or_default(),
        };
        (path, state)
    };
    found.into_iter().map(state).collect()
}

fn collect(root: &Path, below: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(root.join(below)).unwrap() {
        let entry = entry.unwrap();
        let path = below.join(entry.file_name());
        let is_dir = entry.file_type().unwrap().is_dir();
        found.push(path.clone());
        if is_dir {
            collect(root, &path, found);
        }
    }
}

fn attributes(path: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut names = vec![0; 64 * 1024];
    let Ok(length) = rustix::fs::llistxattr(path, &mut names) else {
        return Vec::new();
    };
    let names = names[..length].split(|byte| *byte == 0);
    let mut attributes: Vec<_> = names
        .filter(|name| !name.is_empty())
        .map(|name| {
            let mut value = vec![0; 64 * 1024];
            let length = rustix::fs::lgetxattr(path, name, &mut value).unwrap();
            value.truncate(length);
            (name.to_vec(), value)
        })
        .collect();
    attributes.sort();
    attributes
}
