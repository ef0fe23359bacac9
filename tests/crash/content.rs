//! What is uploaded, and what must be found on the disk for it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::rng::Rng;
use crate::support::Form;

/// Whether a target takes single files or trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Single,
    Multi,
}

/// One entry of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    File { sha256: String, length: u64 },
    Link(Vec<u8>),
    Directory,
}

/// A backup's content: everything below its root, which has the empty path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content(BTreeMap<String, Node>);

impl Node {
    fn file(bytes: &[u8]) -> Self {
        Self::File {
            sha256: hex::encode(Sha256::digest(bytes)),
            length: bytes.len() as u64,
        }
    }
}

impl Content {
    /// What lies at `path`; none if there is nothing. Adds to the bytes that were hashed.
    pub(crate) fn read(path: &Path, hashed: &mut u64) -> io::Result<Option<Self>> {
        let mut nodes = BTreeMap::new();
        match fs::symlink_metadata(path) {
            Ok(_) => read_node(path, String::new(), &mut nodes, hashed)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        }
        Ok(Some(Self(nodes)))
    }

    /// Bytes of all files.
    pub(crate) fn size(&self) -> u64 {
        let size = |node: &Node| match node {
            Node::File { length, .. } => *length,
            _ => 0,
        };
        self.0.values().map(size).sum()
    }

    /// The hash that the protocol defines, for trees whose links do not count.
    pub(crate) fn hash(&self) -> String {
        let mut files = Vec::new();
        for (path, node) in &self.0 {
            if let Node::File { sha256, .. } = node {
                let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
                files.push((directory, name, path, sha256));
            }
        }
        if let [("", "", _, sha256)] = files[..] {
            return sha256.clone();
        }
        files.sort_unstable();
        let mut hasher = Sha256::new();
        for (_, _, path, sha256) in files {
            hasher.update(path);
            hasher.update(sha256);
        }
        hex::encode(hasher.finalize())
    }

    /// Says in a few words how `found` differs.
    pub(crate) fn difference(&self, found: &Self) -> String {
        let paths = self.0.keys().chain(found.0.keys());
        let mut different = paths.filter(|path| self.0.get(*path) != found.0.get(*path));
        different.next().map_or_else(
            || "none".to_owned(),
            |path| {
                let (expected, found) = (self.0.get(path), found.0.get(path));
                format!("`{path}` should be {expected:?} and is {found:?}")
            },
        )
    }
}

fn read_node(
    path: &Path,
    name: String,
    nodes: &mut BTreeMap<String, Node>,
    hashed: &mut u64,
) -> io::Result<()> {
    let kind = fs::symlink_metadata(path)?.file_type();
    let node = if kind.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let last = entry.file_name().to_string_lossy().into_owned();
            let name = if name.is_empty() {
                last
            } else {
                format!("{name}/{last}")
            };
            read_node(&entry.path(), name, nodes, hashed)?;
        }
        Node::Directory
    } else if kind.is_symlink() {
        Node::Link(fs::read_link(path)?.as_os_str().as_bytes().to_vec())
    } else {
        let bytes = fs::read(path)?;
        *hashed += bytes.len() as u64;
        Node::file(&bytes)
    };
    nodes.insert(name, node);
    Ok(())
}

/// An upload that can be sent more than once.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) body: Vec<u8>,
    pub(crate) content: Arc<Content>,
    pub(crate) extension: &'static str,
    pub(crate) manual: bool,
    pub(crate) key: Option<String>,
}

impl Upload {
    pub(crate) fn random(rng: &mut Rng, kind: Kind) -> Self {
        let manual = rng.percent(50);
        let form = Form::new().field("manual", if manual { "1" } else { "0" });
        let (form, content, extension) = match kind {
            Kind::Single => single(rng, form),
            Kind::Multi if rng.percent(60) => archive(rng, form),
            Kind::Multi => parts(rng, form),
        };
        Self {
            body: form.finish(),
            content: Arc::new(content),
            extension,
            manual,
            key: None,
        }
    }

    /// One whose digest is not that of its file.
    pub(crate) fn broken(rng: &mut Rng) -> Vec<u8> {
        let bytes = random_bytes(rng);
        let form = Form::new().field("manual", "1").file("broken", &bytes);
        form.field("sha256", &"0".repeat(64)).finish()
    }
}

/// Usually small, now and then some megabytes, sometimes empty.
fn random_bytes(rng: &mut Rng) -> Vec<u8> {
    let length = match rng.below(20) {
        0..3 => 0,
        3..14 => rng.index(5_000),
        14..19 => rng.index(300_000),
        _ => rng.index(3_000_000),
    };
    rng.bytes(length)
}

fn single(rng: &mut Rng, form: Form) -> (Form, Content, &'static str) {
    let extension = *rng.pick(&["", ".bin", ".tar.gz"]);
    let bytes = random_bytes(rng);
    let form = form.file(&format!("file{extension}"), &bytes);
    let nodes = BTreeMap::from([(String::new(), Node::file(&bytes))]);
    (form, Content(nodes), extension)
}

/// Several files, none of which may look like an archive.
fn parts(rng: &mut Rng, mut form: Form) -> (Form, Content, &'static str) {
    let mut nodes = BTreeMap::from([(String::new(), Node::Directory)]);
    for number in 0..=rng.below(5) {
        let mut bytes = b"no archive".to_vec();
        bytes.extend(random_bytes(rng));
        let name = format!("part {number}");
        form = form.file(&name, &bytes);
        nodes.insert(name, Node::file(&bytes));
    }
    (form, Content(nodes), "")
}

/// A tar archive, and sometimes a file beside it.
fn archive(rng: &mut Rng, form: Form) -> (Form, Content, &'static str) {
    let mut nodes = BTreeMap::from([(String::new(), Node::Directory)]);
    let mut tar = Vec::new();
    let mut folders = vec![String::new()];
    for number in 0..rng.below(4) {
        let path = format!("{}folder{number}", rng.pick(&folders));
        append(&mut tar, &format!("{path}/"), b'5', "", b"");
        folders.push(format!("{path}/"));
        nodes.insert(path, Node::Directory);
    }
    for number in 0..rng.below(12) {
        let path = format!("{}file{number}", rng.pick(&folders));
        let bytes = random_bytes(rng);
        append(&mut tar, &path, b'0', "", &bytes);
        nodes.insert(path, Node::file(&bytes));
    }
    if rng.percent(30) {
        append(&mut tar, "link", b'2', "nowhere", b"");
        nodes.insert("link".to_owned(), Node::Link(b"nowhere".to_vec()));
    }
    // So that it is an archive even when all dice said 0.
    append(&mut tar, "last", b'0', "", b"last");
    nodes.insert("last".to_owned(), Node::file(b"last"));
    tar.extend_from_slice(&[0; 1024]);
    let mut form = form.file("archive.tar", &tar);
    if rng.percent(20) {
        let bytes = random_bytes(rng);
        form = form.file("beside", &bytes);
        nodes.insert("beside".to_owned(), Node::file(&bytes));
    }
    (form, Content(nodes), "")
}

/// Adds an entry in the `ustar` format.
fn append(tar: &mut Vec<u8>, path: &str, kind: u8, link: &str, bytes: &[u8]) {
    let mut header = [0; 512];
    let mut put = |at: usize, text: &str| {
        header[at..at + text.len()].copy_from_slice(text.as_bytes());
    };
    put(0, path);
    put(100, if kind == b'5' { "0000755" } else { "0000644" });
    put(108, "0000000");
    put(116, "0000000");
    put(124, &format!("{:011o}", bytes.len()));
    put(136, "14000000000");
    put(148, "        ");
    put(157, link);
    put(257, "ustar\u{0}00");
    header[156] = kind;
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    tar.extend_from_slice(&header);
    tar.extend_from_slice(bytes);
    tar.resize(tar.len().next_multiple_of(512), 0);
}
