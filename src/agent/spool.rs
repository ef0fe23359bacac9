//! Archives that wait for their server: a folder of finished ones, each with what is to be known of
//! it beside it. One is there as a whole or not at all.

mod deliver;
mod keep;
mod writer;

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bchan_api::Time;
use bchan_archive::PackSummary;
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use super::AgentError;
use super::lock::{Lock, LockError};
use super::produce::{Hashes, Produced};

pub(crate) use self::deliver::Delivered;
pub(super) use self::deliver::deliver;
pub(super) use self::keep::{Wanted, keep};

/// Names of entries, of what is not yet one or no longer, of their two files, and of the lock.
const ENTRY: &str = "bchan-";
const PARTIAL: &str = ".bchan-partial-";
const ARCHIVE: &str = "archive";
const ABOUT: &str = "about.json";
const LOCK: &str = ".lock";

/// How long to wait for another run that is writing into the same folder.
const PATIENCE: Duration = Duration::from_secs(60 * 60);
/// No description is longer, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// A folder for archives that wait.
#[derive(Clone, Debug)]
pub(crate) struct Spool {
    pub(crate) folder: PathBuf,
    /// Most bytes of all archives in it.
    pub(crate) limit: u64,
}

/// What is to be known of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct About {
    version: u32,
    /// For whom it is.
    pub(super) server: String,
    pub(super) target: String,
    /// Makes it harmless to send it twice, on servers that know of it.
    pub(super) idempotency_key: String,
    pub(super) manual: bool,
    /// When its making began.
    pub(super) captured_at: Time,
    pub(super) preset: Option<String>,
    pub(super) file_name: String,
    /// Entries that are in it.
    pub(super) files: u64,
    /// Bytes of their content.
    pub(super) bytes: u64,
    /// Whether all that was there is in it as it was.
    pub(super) complete: bool,
    /// Bytes of the archive.
    pub(super) size: u64,
    /// Hex SHA-256 of the archive.
    pub(super) sha256: String,
    /// Hash of the tree that it unpacks to.
    pub(super) tree: String,
    /// Receipt of that tree, where it has one.
    #[serde(default)]
    pub(super) receipt: Option<String>,
    /// Whether it is only the server that knows if it has unpacked it.
    pub(super) may_unpack: bool,
    /// Whether links lead out of the tree.
    pub(super) leads_out: bool,
}

/// An archive that waits.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    folder: PathBuf,
    pub(super) about: About,
}

impl Entry {
    pub(super) fn archive(&self) -> PathBuf {
        self.folder.join(ARCHIVE)
    }

    pub(super) fn open(&self) -> io::Result<File> {
        open(&self.archive())
    }

    /// Returns what sending it comes to, for a server that has it already.
    pub(super) fn produced(&self) -> Produced {
        let about = &self.about;
        Produced {
            summary: PackSummary {
                files: about.files,
                bytes: about.bytes,
                ..PackSummary::default()
            },
            hashes: self.hashes(about.sha256.clone()),
            ..Produced::default()
        }
    }

    /// Returns the hashes that a server has of it when its file has this SHA-256.
    pub(super) fn hashes(&self, file: String) -> Hashes {
        Hashes {
            file,
            tree: self.about.tree.clone(),
            receipt: self.about.receipt.clone(),
            may_unpack: self.about.may_unpack,
            leads_out: self.about.leads_out,
        }
    }

    /// Takes it away, in a step that cannot be half done.
    fn remove(&self) -> io::Result<()> {
        let name = self.folder.file_name().unwrap_or_default();
        let partial = format!("{PARTIAL}{}", name.to_string_lossy());
        let partial = self.folder.with_file_name(partial);
        fs::rename(&self.folder, &partial)?;
        fs::remove_dir_all(&partial)
    }
}

impl Spool {
    fn fail(&self, action: &'static str) -> impl FnOnce(io::Error) -> AgentError {
        AgentError::io(action, self.folder.clone())
    }

    /// Makes the folder, for its owner alone.
    fn prepare(&self) -> Result<(), AgentError> {
        let make = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder);
        make.map_err(self.fail("making"))
    }

    /// Keeps other writers away, and removes what they have left when they were killed.
    async fn lock(&self) -> Result<Lock, AgentError> {
        let lock = match Lock::take(&self.folder.join(LOCK), PATIENCE).await {
            Ok(lock) => lock,
            Err(LockError::Held(holder)) => {
                let target = self.folder.to_string_lossy().into_owned();
                return Err(AgentError::Locked { target, holder });
            }
            Err(LockError::Io { path, source }) => {
                return Err(AgentError::io("locking", path)(source));
            }
        };
        for (name, path) in self.list()? {
            if name.starts_with(PARTIAL) {
                fs::remove_dir_all(&path).map_err(AgentError::io("removing", path.clone()))?;
            }
        }
        Ok(lock)
    }

    /// Everything in the folder, by name; nothing if there is no folder.
    fn list(&self) -> Result<Vec<(String, PathBuf)>, AgentError> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(self.fail("reading"))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(self.fail("reading"))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            found.push((name, entry.path()));
        }
        found.sort();
        Ok(found)
    }

    /// Those that wait, the oldest first, and what cannot be understood of them.
    fn entries(&self) -> Result<(Vec<Entry>, Vec<PathBuf>), AgentError> {
        let (mut entries, mut broken) = (Vec::new(), Vec::new());
        for (name, folder) in self.list()? {
            if name.starts_with(ENTRY) {
                match read(&folder.join(ABOUT)) {
                    Some(about) => entries.push(Entry { folder, about }),
                    None => broken.push(folder),
                }
            }
        }
        entries.sort_by_key(|entry| entry.about.captured_at);
        Ok((entries, broken))
    }

    /// Bytes of all archives in it.
    fn used(&self) -> Result<u64, AgentError> {
        let entries = self.list()?.into_iter();
        let entries = entries.filter(|(name, _)| name.starts_with(ENTRY));
        let sizes = entries.map(|(_, folder)| {
            fs::symlink_metadata(folder.join(ARCHIVE)).map_or(0, |archive| archive.len())
        });
        Ok(sizes.sum())
    }
}

/// Opens a file of an entry. A link is not followed, and a pipe is not waited for.
fn open(path: &Path) -> io::Result<File> {
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

fn read(path: &Path) -> Option<About> {
    let mut text = Vec::new();
    let file = open(path).ok()?;
    file.take(LARGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
