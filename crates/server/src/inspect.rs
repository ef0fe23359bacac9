//! Looking at a backup's content.

use std::io;
use std::path::Path;

use bchan_api::{Target, TargetType};
use bchan_archive::Observer;
use rustix::io::Errno;

use crate::error::ApiError;
use crate::reach::{Content, Identity};
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
    let (seen, found) = look(state, target, stored)?;
    match found {
        Found::Broken(why) => condemn(state, stored, seen, &why),
        Found::Content { hash, bytes } => {
            let expected = stored.backup.hash.as_ref().filter(|hash| !hash.is_empty());
            if expected.is_some_and(|expected| !expected.eq_ignore_ascii_case(&hash)) {
                return condemn(state, stored, seen, "its content has changed");
            }
            let recorded = state.store.set_health(stored, &Health::Sound { hash })?;
            if recorded && stored.backup.hash_mismatch {
                tracing::info!(backup = stored.backup.id, "a broken backup is sound again");
            }
            Ok(Verdict::Sound { bytes })
        }
    }
}

/// Records that a backup is broken, unless it has moved since it was looked at: files that are
/// copied to another disk are taken apart where they were.
fn condemn(
    state: &State,
    stored: &StoredBackup,
    seen: Option<Identity>,
    why: &str,
) -> Result<Verdict, ApiError> {
    // Operations hold the target, so nothing moves from here on.
    let (now, target, _busy) = match state.lock_backup(&stored.backup.id) {
        Ok(found) => found,
        Err(error) if error.status == 404 => return Ok(Verdict::Elsewhere),
        Err(error) => return Err(error),
    };
    state.require_home(&target, now.backup.is_recycled)?;
    let opened = Content::open(&state.path(&target, &now)?, target.target_type);
    let there = match opened.and_then(|content| content.identity()) {
        Ok(identity) => Some(identity),
        Err(error) if lacks_resources(&error) => {
            return Err(ApiError::from_io("reading a backup", error));
        }
        Err(_) => None,
    };
    if there.is_none() {
        // Its disk may have gone in between.
        state.require_home(&target, now.backup.is_recycled)?;
    }
    if there == seen {
        record(state, stored, why)
    } else {
        Ok(Verdict::Elsewhere)
    }
}

fn record(state: &State, stored: &StoredBackup, why: &str) -> Result<Verdict, ApiError> {
    if !state.store.set_health(stored, &Health::Broken)? {
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

/// Marks a backup as broken, for a caller that holds its target and has another error to report.
pub(crate) fn mark(state: &State, stored: &StoredBackup, why: &str) {
    if let Err(error) = record(state, stored, why) {
        tracing::error!(
            backup = stored.backup.id,
            message = error.message,
            "a backup cannot be marked"
        );
    }
}

enum Found {
    Content {
        hash: String,
        bytes: u64,
    },
    /// And why.
    Broken(String),
}

/// Reads a backup. The identity is that of what was read, if it could be opened.
fn look(
    state: &State,
    target: &Target,
    stored: &StoredBackup,
) -> Result<(Option<Identity>, Found), ApiError> {
    state.require_home(target, stored.backup.is_recycled)?;
    let path = state.path(target, stored)?;
    let broken = |error: io::Error, seen: Option<Identity>| match error {
        _ if state.schedule.is_stopping() => Err(stopping()),
        error if lacks_resources(&error) => Err(ApiError::from_io("reading a backup", error)),
        error if seen.is_none() && error.kind() == io::ErrorKind::NotFound => {
            Ok((seen, Found::Broken("its files are missing".to_owned())))
        }
        error => Ok((seen, Found::Broken(format!("it cannot be read: {error}")))),
    };
    let opened = Content::open(&path, target.target_type);
    let opened = opened.and_then(|content| Ok((content.identity()?, content)));
    let (seen, mut content) = match opened {
        Ok((identity, content)) => (Some(identity), content),
        Err(error) => return broken(error, None),
    };
    match content.hash(&mut Stop(state)) {
        Ok((hash, bytes)) => Ok((seen, Found::Content { hash, bytes })),
        Err(error) => broken(error, seen),
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

/// Hash and bytes of what lies at `path`, none of whose components may be a link.
pub(crate) fn content(
    path: &Path,
    kind: TargetType,
    observer: &mut dyn Observer,
) -> io::Result<(String, u64)> {
    Content::open(path, kind)?.hash(observer)
}

/// Bytes of what lies at `path`, none of whose components may be a link.
pub(crate) fn size(path: &Path, kind: TargetType, observer: &mut dyn Observer) -> io::Result<u64> {
    Content::open(path, kind)?.size(observer)
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
