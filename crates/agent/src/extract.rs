//! Unpacking a download while it comes.

use std::fs::File;
use std::io::Seek as _;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::sync::Arc;

use bchan_api::TargetType;
use bchan_archive::{Kind, Limits, Manifest, StoreAttributes, UnpackOptions, Unpacked};
use rustix::fs::{Mode, OFlags, openat};

use crate::amount::Amount;
use crate::error::AgentError;
use crate::hashing::Hashing;
use crate::pack_stream::Listener;
use crate::part;
use crate::prefetch::Incoming;
use crate::progress::Progress;
use crate::received::{Found, Written};
use crate::receiving::{check as check_hash, copy, name_of};
use crate::report::Warning;
use crate::staging::{Place, Staging};

/// Makes sure that a directory can be filled or made, before anything is asked for.
pub(crate) fn check(path: &Path) -> Result<(), AgentError> {
    Place::find(path).map(drop)
}

/// Unpacks a download into a directory that appears, or is filled, only when all is well.
pub(crate) fn extract(
    reader: Incoming,
    directory: &Path,
    found: &Found,
    progress: &Arc<dyn Progress>,
) -> Result<Written, AgentError> {
    let place = Place::find(directory)?;
    part::sweep(place.folder());
    let staging = Staging::create(&place)?;
    let mut listener = Listener::new(Arc::clone(progress));
    let path = place.path();
    let (done, compared) = fill(reader, (&staging.content, path), found, &mut listener)?;
    staging.publish()?;
    let mut warnings = listener.warnings;
    if done.foreign > 0 {
        warnings.push(Warning {
            path: path.to_owned(),
            problem: format!(
                "{} entries belong to you now; only root can restore their owners",
                done.foreign
            ),
        });
    }
    Ok(Written {
        path: path.to_owned(),
        compared,
        attributes: false,
        amount: Amount::from(&done),
        not_restored: done.not_restored,
        warnings,
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
        ..UnpackOptions::default()
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
            copy(&mut replay, &mut spool, content, &())?;
            spool.rewind().map_err(AgentError::io("reading", content))?;
            bchan_archive::unpack_zip(&spool, dir.as_fd(), &options, &mut manifest, listener)
                .map_err(AgentError::Unpack)?
        }
        Kind::Other | Kind::Unread(_) if found.target.target_type == TargetType::Multi => {
            return Err(AgentError::NoArchive);
        }
        Kind::Other | Kind::Unread(_) => {
            let name = name_of(found);
            let path = content.join(&name);
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let file = openat(dir, &name, flags, Mode::RUSR | Mode::WUSR);
            let file = file.map_err(|error| AgentError::io("creating", &path)(error.into()));
            let mut file = File::from(file?);
            let progress = Arc::clone(&listener.progress);
            let bytes = copy(&mut replay, &mut file, &path, &*progress)?;
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
        None if found.same_hash => check_hash(found, &manifest.tree_hash())?,
        // Other servers follow links out of the tree, where we cannot: only the same says something.
        None => check_hash(found, &manifest.tree_hash()).unwrap_or(false),
    };
    Ok((done, compared))
}

/// No real backup has more.
pub(crate) const MAX_ENTRIES: u64 = 100_000_000;

/// Zeros under zstd become 32,768 times as many.
pub(crate) const MAX_RATIO: u64 = 40_000;

/// Bytes of holes that a backup may have whatever its size: to hash so many zeros takes a quarter of an
/// hour.
pub(crate) const FREE_HOLES: u64 = 1 << 40;

/// Limits on the disk space that a server may make an archive take. The archive's own size bounds
/// what costs nothing, such as holes; a full disk ends the rest.
fn limits(dir: &File, content: &Path) -> Result<Limits, AgentError> {
    let disk = rustix::fs::fstatvfs(dir)
        .map_err(|error| AgentError::io("reading", content)(error.into()))?;
    Ok(Limits {
        // Some file systems do not know their size.
        max_bytes: match disk.f_blocks {
            0 => u64::MAX,
            blocks => blocks.saturating_mul(disk.f_frsize),
        },
        max_entries: MAX_ENTRIES,
        max_ratio: MAX_RATIO,
        free_holes: FREE_HOLES,
        ..Limits::default()
    })
}
