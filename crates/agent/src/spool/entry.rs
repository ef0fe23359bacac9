//! One archive in a spool.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use bchan_api::Time;
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::produced::{Hashes, Produced};

/// Names of entries, of what is not yet one or no longer, of their two files, and of the lock.
pub(crate) const ENTRY: &str = "bchan-";
pub(crate) const PARTIAL: &str = ".bchan-partial-";
pub(crate) const ARCHIVE: &str = "archive";
pub(crate) const ABOUT: &str = "about.json";

/// No description is longer, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// Description of a spooled archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    pub version: u32,
    /// The server and target that it is for.
    pub server: String,
    pub target: String,
    /// Makes it harmless to send it twice, on servers that know of it.
    pub idempotency_key: String,
    pub manual: bool,
    /// When its making began.
    pub captured_at: Time,
    pub preset: Option<String>,
    pub file_name: String,
    #[serde(flatten)]
    pub amount: Amount,
    /// True if all that was there is in it as it was.
    pub complete: bool,
    /// Bytes of the archive.
    pub size: u64,
    /// Hex SHA-256 of the archive.
    pub sha256: String,
    /// Hash of the tree that it unpacks to.
    pub tree: String,
    /// Receipt of that tree, where it has one.
    #[serde(default)]
    pub receipt: Option<String>,
    /// True if it is only the server that knows if it has unpacked it.
    pub may_unpack: bool,
    /// True if links lead out of the tree.
    pub leads_out: bool,
}

/// An archive that waits.
#[derive(Clone, Debug)]
pub struct Entry {
    pub folder: PathBuf,
    pub about: About,
}

impl Entry {
    pub fn archive(&self) -> PathBuf {
        self.folder.join(ARCHIVE)
    }

    pub fn open(&self) -> io::Result<File> {
        open(&self.archive())
    }

    /// Returns what sending it comes to, for a server that has it already.
    pub fn produced(&self) -> Produced {
        let about = &self.about;
        Produced {
            summary: about.amount.summary(),
            hashes: self.hashes(about.sha256.clone()),
            ..Produced::default()
        }
    }

    /// Returns the hashes that a server has of it when its file has this SHA-256.
    pub fn hashes(&self, file: String) -> Hashes {
        Hashes {
            file,
            tree: self.about.tree.clone(),
            receipt: self.about.receipt.clone(),
            may_unpack: self.about.may_unpack,
            leads_out: self.about.leads_out,
        }
    }

    /// Takes it away, in a step that cannot be half done.
    pub fn remove(&self) -> io::Result<()> {
        let name = self.folder.file_name().unwrap_or_default();
        let partial = format!("{PARTIAL}{}", name.to_string_lossy());
        let partial = self.folder.with_file_name(partial);
        fs::rename(&self.folder, &partial)?;
        fs::remove_dir_all(&partial)
    }
}

/// Opens a file of an entry. A link is not followed, and a pipe is not waited for.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        let what = "it is not a regular file";
        Err(io::Error::new(io::ErrorKind::InvalidData, what))
    }
}

pub(crate) fn read(path: &Path) -> Option<About> {
    let mut text = Vec::new();
    let file = open(path).ok()?;
    file.take(LARGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
