//! Looking at a backup's content.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use bchan_api::{Target, TargetType};
use bchan_archive::Observer;
use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::durable;
use crate::error::ApiError;
use crate::ingest;
use crate::state::State;
use crate::store::{Health, StoredBackup};

/// What a look has shown.
pub(crate) enum Verdict {
    /// The content was read, and is what its hash says.
    Sound {
        /// Bytes that were read.
        bytes: u64,
    },
    /// It is missing, unreadable, or something else; the log says why.
    Broken,
    /// It has moved or gone in the meantime.
    Elsewhere,
}

/// Reads a backup's content and records whether it is sound. Fails when that cannot be told: its
/// disk is away, the machine has no resources, or the server is stopping.
pub(crate) fn verify(
    state: &State,
    target: &Target,
    stored: &StoredBackup,
) -> Result<Verdict, ApiError> {
    match look(state, target, stored)? {
        // What is missing may just have moved; whoever moves things holds the target.
        Found::Missing => {
            let Ok((now, target, _busy)) = state.lock_backup(&stored.backup.id) else {
                return Ok(Verdict::Elsewhere);
            };
            match look(state, &target, &now)? {
                Found::Missing => record(state, &now, &Health::Broken, "its files are missing"),
                _ => Ok(Verdict::Elsewhere),
            }
        }
        Found::Unreadable(why) => record(state, stored, &Health::Broken, &why),
        Found::Content { hash, bytes } => {
            let expected = stored.backup.hash.as_ref().filter(|hash| !hash.is_empty());
            if expected.is_some_and(|expected| !expected.eq_ignore_ascii_case(&hash)) {
                return record(state, stored, &Health::Broken, "its content has changed");
            }
            let recorded = state.store.set_health(stored, &Health::Sound { hash })?;
            if recorded && stored.backup.hash_mismatch {
                tracing::info!(backup = stored.backup.id, "a broken backup is sound again");
            }
            Ok(Verdict::Sound { bytes })
        }
    }
}

/// Marks a backup as broken if its files are missing, and not only on their way elsewhere.
pub(crate) fn verify_presence(state: &State, id: &str) -> Result<(), ApiError> {
    let (stored, target, _busy) = state.lock_backup(id)?;
    state.require_home(&target, stored.backup.is_recycled)?;
    let there = durable::exists(&state.path(&target, &stored)?);
    if !there.map_err(|error| ApiError::from_io("looking for a backup", error))? {
        // Its disk may have gone in between.
        state.require_home(&target, stored.backup.is_recycled)?;
        record(state, &stored, &Health::Broken, "its files are missing")?;
    }
    Ok(())
}

fn record(
    state: &State,
    stored: &StoredBackup,
    health: &Health,
    why: &str,
) -> Result<Verdict, ApiError> {
    if !state.store.set_health(stored, health)? {
        return Ok(Verdict::Elsewhere);
    }
    let id = &stored.backup.id;
    tracing::error!(
        backup = id,
        target = stored.backup.target_id,
        why,
        "a backup is broken"
    );
    Ok(Verdict::Broken)
}

enum Found {
    Content { hash: String, bytes: u64 },
    Missing,
    Unreadable(String),
}

fn look(state: &State, target: &Target, stored: &StoredBackup) -> Result<Found, ApiError> {
    state.require_home(target, stored.backup.is_recycled)?;
    let path = state.path(target, stored)?;
    match content(&path, target.target_type, &mut Stop(state)) {
        Ok((hash, bytes)) => Ok(Found::Content { hash, bytes }),
        Err(_) if state.schedule.is_stopping() => Err(stopping()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.exists() => {
            // Its disk may have gone in between.
            state.require_home(target, stored.backup.is_recycled)?;
            Ok(Found::Missing)
        }
        Err(error) if lacks_resources(&error) => Err(ApiError::from_io("reading a backup", error)),
        Err(error) => Ok(Found::Unreadable(format!("it cannot be read: {error}"))),
    }
}

/// The server is stopping: nothing was found out.
pub(crate) fn stopping() -> ApiError {
    ApiError::new(503, "the server stopped before it was done")
}

/// Whether an error says nothing of the file that it came from.
fn lacks_resources(error: &io::Error) -> bool {
    let code = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(
        code,
        Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::INTR)
    )
}

/// Hash and bytes of what lies at `path`.
pub(crate) fn content(
    path: &Path,
    kind: TargetType,
    observer: &mut dyn Observer,
) -> io::Result<(String, u64)> {
    match kind {
        TargetType::Single => {
            let (digest, bytes) = ingest::hash_file(&mut open_file(path)?, observer)?;
            Ok((hex::encode(digest), bytes))
        }
        TargetType::Multi => {
            let directory = bchan_archive::open_dir(path)?;
            let manifest = bchan_archive::hash_tree(directory.as_fd(), observer)?;
            Ok((manifest.tree_hash(), manifest.bytes()))
        }
    }
}

/// Bytes of what lies at `path`.
pub(crate) fn size(path: &Path, kind: TargetType, observer: &mut dyn Observer) -> io::Result<u64> {
    match kind {
        TargetType::Single => Ok(fs::symlink_metadata(path)?.len()),
        TargetType::Multi => {
            let directory = bchan_archive::open_dir(path)?;
            bchan_archive::size_tree(directory.as_fd(), observer)
        }
    }
}

/// A backup is a file, not a link that leads to one, nor a pipe that somebody has put in its place.
fn open_file(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidData, "it is no file"))
    }
}

/// Ends the reading when the server stops.
pub(crate) struct Stop<'a>(pub(crate) &'a State);

impl Observer for Stop<'_> {
    fn proceed(&mut self, _count: u64) -> io::Result<()> {
        if self.0.schedule.is_stopping() {
            return Err(io::Error::other("the server is stopping"));
        }
        Ok(())
    }
}
