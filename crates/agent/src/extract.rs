//! Unpacking a download while it comes.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Seek as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bchan_archive::{Kind, Limits, Manifest, StoreAttributes, UnpackOptions, Unpacked};
use rustix::fs::{Gid, Mode, OFlags, fchown, fsync, mkdirat, openat, renameat};

use crate::error::AgentError;
use crate::hashing::Hashing;
use crate::pack_stream::Listener;
use crate::part;
use crate::prefetch::Incoming;
use crate::progress::Progress;
use crate::received::{Found, Written};
use crate::save::{self, check as check_hash, name_of};

/// Makes sure that a directory is empty or not there, before anything is asked for.
pub(crate) fn check(path: &Path) -> Result<(), AgentError> {
    existing(&full(path)?).map(drop)
}

/// The path that is meant, without a slash at its end.
fn full(path: &Path) -> Result<PathBuf, AgentError> {
    let full = std::path::absolute(path).map_err(AgentError::io("finding", path))?;
    match (full.parent(), full.file_name()) {
        (Some(parent), Some(name)) => Ok(parent.join(name)),
        _ => Err(AgentError::io("creating", path)(
            io::ErrorKind::InvalidInput.into(),
        )),
    }
}

/// The existing directory, if it may be filled. Its owner and all users who may write to it could
/// replace restored files.
fn existing(path: &Path) -> Result<Option<Metadata>, AgentError> {
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(AgentError::io("reading", path)(error)),
    };
    let own = rustix::process::geteuid().as_raw();
    let why = if meta.is_symlink() {
        "it is a symbolic link"
    } else if !meta.is_dir() {
        "it is not a folder"
    } else if ![own, 0].contains(&meta.uid()) {
        "it belongs to another user"
    } else if meta.mode() & 0o002 != 0 {
        "every user can write to it"
    } else {
        let mut entries = fs::read_dir(path).map_err(AgentError::io("reading", path))?;
        return match entries.next() {
            None => Ok(Some(meta)),
            Some(_) => Err(AgentError::NotEmpty {
                path: path.to_owned(),
            }),
        };
    };
    Err(AgentError::UnsafeFolder {
        path: path.to_owned(),
        why,
    })
}

/// Unpacks a download into a directory that appears, or is filled, only when all is well.
pub(crate) fn extract(
    reader: Incoming,
    directory: &Path,
    found: &Found,
    progress: &Arc<dyn Progress>,
) -> Result<Written, AgentError> {
    let directory = full(directory)?;
    let parent = directory.parent().unwrap_or(Path::new("/")).to_owned();
    fs::create_dir_all(&parent).map_err(AgentError::io("creating", &parent))?;
    part::sweep(&parent);
    let staging = Staging::create(&parent)?;
    // Open before anything is written, for Linux reports an error of write-back only to those.
    let content = staging
        .content(existing(&directory)?.as_ref())
        .map_err(AgentError::io("creating", &directory))?;
    // One that may not be read cannot be synced either.
    let entries = File::open(&parent).ok();
    let mut listener = Listener::new(Arc::clone(progress));
    let (done, compared) = fill(reader, (&content, &directory), found, &mut listener)?;
    sync(&content).map_err(AgentError::io("writing", &directory))?;
    staging
        .publish(&directory)
        .map_err(|error| match error.kind() {
            io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => {
                AgentError::NotEmpty {
                    path: directory.clone(),
                }
            }
            _ => AgentError::io("creating", &directory)(error),
        })?;
    if let Some(entries) = entries {
        let synced = entries.sync_all();
        synced.map_err(AgentError::io("creating", &directory))?;
    }
    Ok(Written {
        path: directory,
        compared,
        attributes: false,
        files: done.files + done.links + done.directories + done.special,
        bytes: done.bytes,
        not_restored: done.not_restored,
        warnings: listener.warnings,
    })
}

/// Puts what comes into a directory and checks it. Says whether the server has a hash for that.
fn fill(
    reader: Incoming,
    (dir, content): (&File, &Path),
    found: &Found,
    listener: &mut Listener,
) -> Result<(Unpacked, bool), AgentError> {
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
        limits: limits(dir, content)?,
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
            bchan_archive::unpack_zip(&spool, dir.as_fd(), &options, &mut manifest, listener)
                .map_err(AgentError::Unpack)?
        }
        Kind::Other => {
            let name = name_of(found);
            let path = content.join(&name);
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let file = openat(dir, &name, flags, Mode::RUSR | Mode::WUSR);
            let file = file.map_err(|error| AgentError::io("creating", &path)(error.into()));
            let mut file = File::from(file?);
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

const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// No real backup has more.
pub(crate) const MAX_ENTRIES: u64 = 100_000_000;

/// Zeros under zstd become 32,768 times as many.
pub(crate) const MAX_RATIO: u64 = 40_000;

/// Limits on the disk space that a server may make an archive take. The archive's own size bounds
/// what costs nothing, such as holes; a full disk ends the rest.
fn limits(dir: &File, content: &Path) -> Result<Limits, AgentError> {
    let disk = rustix::fs::fstatvfs(dir)
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

/// Where the content is in a staging directory.
const CONTENT: &str = "content";

/// A hidden directory, for its owner alone, that goes with all that is in it, however deep. All is
/// done by open directories: others may be able to rename what lies in the parent.
struct Staging {
    parent: OwnedFd,
    name: OsString,
    directory: File,
}

impl Staging {
    fn create(parent: &Path) -> Result<Self, AgentError> {
        let fail = || AgentError::io("creating a directory in", parent);
        let folder = bchan_archive::open_dir(parent).map_err(fail())?;
        loop {
            let id = uuid::Uuid::new_v4().simple();
            let name = OsString::from(format!("{}{id}{}", part::PREFIX, part::SUFFIX));
            let opened = mkdirat(&folder, &name, Mode::RWXU)
                .and_then(|()| openat(&folder, &name, DIRECTORY, Mode::empty()));
            let opened = opened.map_err(|error| fail()(error.into()))?;
            let staging = Self {
                parent: folder.try_clone().map_err(fail())?,
                name,
                directory: File::from(opened),
            };
            if part::claim(&staging.directory).map_err(fail())? {
                return Ok(staging);
            }
        }
    }

    /// Makes the directory of the content, with the rights that new directories get, or those of
    /// the one whose place it will take.
    fn content(&self, place: Option<&Metadata>) -> io::Result<File> {
        mkdirat(&self.directory, CONTENT, Mode::from_raw_mode(0o777))?;
        let content = openat(&self.directory, CONTENT, DIRECTORY, Mode::empty())?;
        let content = File::from(content);
        if let Some(place) = place {
            let mut mode = place.mode() & 0o7777;
            let group = Gid::from_raw(place.gid());
            if content.metadata()?.gid() != place.gid()
                && fchown(&content, None, Some(group)).is_err()
            {
                // What one group could do, another one must not.
                mode &= !0o2070;
            }
            content.set_permissions(Permissions::from_mode(mode))?;
        }
        Ok(content)
    }

    /// Gives the content its name.
    fn publish(&self, directory: &Path) -> io::Result<()> {
        let name = directory.file_name().unwrap_or_default();
        renameat(&self.directory, CONTENT, &self.parent, name)?;
        fsync(&self.parent)?;
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What cannot be removed is hidden and says by its name what it is.
        let _ = bchan_archive::remove_tree(self.parent.as_fd(), &self.name);
    }
}
