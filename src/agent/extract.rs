//! Unpacking a download while it comes.

use std::fs::{self, File};
use std::io::{self, Seek as _};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bchan_archive::{Kind, Limits, Manifest, StoreAttributes, UnpackOptions, Unpacked};

use super::download::{Found, Written};
use super::hashing::Hashing;
use super::incoming::Incoming;
use super::produce::Listener;
use super::save::{self, check as check_hash, name_of};
use super::{AgentError, Progress};

/// Makes sure that a directory is empty or not there, before anything is asked for.
pub(super) fn check(path: &Path) -> Result<(), AgentError> {
    match fs::read_dir(path) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(AgentError::NotEmpty {
                path: path.to_owned(),
            }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(AgentError::io("reading", path)(error)),
    }
}

/// Unpacks a download into a directory that appears, or is filled, only when all is well.
pub(super) fn extract(
    reader: Incoming,
    directory: &Path,
    found: &Found,
    progress: &Arc<dyn Progress>,
) -> Result<Written, AgentError> {
    let directory = std::path::absolute(directory).map_err(AgentError::io("finding", directory))?;
    let parent = directory.parent().unwrap_or(Path::new("/")).to_owned();
    fs::create_dir_all(&parent).map_err(AgentError::io("creating", &parent))?;
    let staging = Staging::create(&parent)?;
    let content = staging.path.join("content");
    // Made with the rights that new directories get.
    fs::create_dir(&content).map_err(AgentError::io("creating", &content))?;
    if let Ok(meta) = fs::metadata(&directory) {
        let kept = fs::set_permissions(&content, meta.permissions());
        kept.map_err(AgentError::io("creating", &content))?;
    }
    // Linux reports an error of write-back to descriptors that were open before: these are opened
    // before anything is written.
    let written = File::open(&content).map_err(AgentError::io("opening", &content))?;
    // One that may not be read cannot be synced either.
    let entries = File::open(&parent).ok();
    let mut listener = Listener::new(Arc::clone(progress));
    let (done, compared) = fill(reader, &content, found, &mut listener)?;
    sync(&written).map_err(AgentError::io("writing", &content))?;
    fs::rename(&content, &directory).map_err(|error| match error.kind() {
        io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => AgentError::NotEmpty {
            path: directory.clone(),
        },
        _ => AgentError::io("creating", &directory)(error),
    })?;
    if let Some(entries) = entries {
        let synced = entries.sync_all();
        synced.map_err(AgentError::io("creating", &directory))?;
    }
    Ok(Written {
        path: directory,
        compared,
        files: done.files + done.links + done.directories + done.special,
        bytes: done.bytes,
        not_restored: done.not_restored,
        warnings: listener.warnings,
    })
}

/// Puts what comes into a directory and checks it. Says whether the server has a hash for that.
fn fill(
    reader: Incoming,
    content: &Path,
    found: &Found,
    listener: &mut Listener,
) -> Result<(Unpacked, bool), AgentError> {
    let dir = bchan_archive::open_dir(content).map_err(AgentError::io("opening", content))?;
    let mut reader = Hashing::new(reader, found);
    let receiving = AgentError::io("receiving", content);
    let (kind, mut replay) = bchan_archive::detect(&mut reader).map_err(receiving)?;
    let mut manifest = Manifest::default();
    let options = UnpackOptions {
        attributes: StoreAttributes::Restore {
            privileged: found.restore.privileged,
            special: found.keeps,
        },
        // Of files that others have unpacked, these are the owners of the others' copies.
        preserve_owner: found.restore.owners && found.keeps,
        keep_setid: found.restore.privileged,
        limits: limits(content)?,
    };
    let done = match kind {
        Kind::Tar(codec) => bchan_archive::unpack_tar(
            codec,
            &mut replay,
            dir.as_fd(),
            &options,
            &mut manifest,
            listener,
        )
        .map_err(AgentError::Unpack)?,
        Kind::Zip => {
            let mut spool = tempfile::tempfile().map_err(AgentError::io("creating", content))?;
            save::copy(&mut replay, &mut spool, content, &())?;
            spool.rewind().map_err(AgentError::io("reading", content))?;
            bchan_archive::unpack_zip(spool, dir.as_fd(), &options, &mut manifest, listener)
                .map_err(AgentError::Unpack)?
        }
        Kind::Other => {
            let path = content.join(name_of(found));
            let file = File::options().write(true).create_new(true).open(&path);
            let mut file = file.map_err(AgentError::io("creating", &path))?;
            let progress = Arc::clone(&listener.progress);
            let bytes = save::copy(&mut replay, &mut file, &path, &*progress)?;
            Unpacked {
                files: 1,
                bytes,
                ..Unpacked::default()
            }
        }
    };
    drop(replay);
    let compared = match reader.digest() {
        Some(digest) => check_hash(found, &digest)?,
        // Other servers follow links out of the tree, where we cannot.
        None if found.same_hash => check_hash(found, &manifest.tree_hash())?,
        None => false,
    };
    Ok((done, compared))
}

/// Nobody's backup has more.
pub(super) const MAX_ENTRIES: u64 = 100_000_000;

/// Zeros under zstd become 32,768 times as many.
pub(super) const MAX_RATIO: u64 = 40_000;

/// What a server may make of the user's disk. Its own size bounds what costs nothing, such as holes,
/// and a full one ends the rest.
fn limits(content: &Path) -> Result<Limits, AgentError> {
    let disk = rustix::fs::statvfs(content)
        .map_err(|error| AgentError::io("reading", content)(error.into()))?;
    Ok(Limits {
        max_bytes: disk.f_blocks.saturating_mul(disk.f_frsize),
        max_entries: MAX_ENTRIES,
        max_ratio: MAX_RATIO,
        ..Limits::default()
    })
}

/// Makes everything on the file system of an open directory durable.
fn sync(directory: &File) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::fs::syncfs(directory)?;
    #[cfg(not(target_os = "linux"))]
    {
        let _ = directory;
        rustix::fs::sync();
    }
    Ok(())
}

/// A hidden directory that goes with all that is in it, however deep.
struct Staging {
    path: PathBuf,
}

impl Staging {
    fn create(parent: &Path) -> Result<Self, AgentError> {
        let made = tempfile::Builder::new()
            .prefix(".bchan-")
            .suffix(".part")
            .tempdir_in(parent);
        let made = made.map_err(AgentError::io("creating a directory in", parent))?;
        Ok(Self { path: made.keep() })
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let (Some(parent), Some(name)) = (self.path.parent(), self.path.file_name()) else {
            return;
        };
        // What cannot be removed is hidden and says by its name what it is.
        if let Ok(parent) = bchan_archive::open_dir(parent) {
            let _ = bchan_archive::remove_tree(parent.as_fd(), name);
        }
    }
}
