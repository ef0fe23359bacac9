//! Looking at a backup's content.

use std::io;

use bchan_api::Target;
use rustix::io::Errno;

use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::jobs::Cancel;
use bchan_catalog::{Health, StoredBackup};
use bchan_storage::content::{Content, Identity};

/// Result of verifying a backup.
pub enum Verdict {
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
pub fn verify(
    engine: &Engine,
    target: &Target,
    stored: &StoredBackup,
    cancel: &Cancel,
) -> Result<Verdict, Error> {
    let (seen, found) = look(engine, target, stored, cancel)?;
    match found {
        Found::Broken(why) => condemn(engine, stored, seen, &why),
        Found::Content { hash, bytes } => {
            let expected = stored.backup.hash.as_ref().filter(|hash| !hash.is_empty());
            if expected.is_some_and(|expected| !expected.eq_ignore_ascii_case(&hash)) {
                return condemn(engine, stored, seen, "its content has changed");
            }
            let recorded = engine.store.set_health(stored, &Health::Sound { hash })?;
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
    engine: &Engine,
    stored: &StoredBackup,
    seen: Option<Identity>,
    why: &str,
) -> Result<Verdict, Error> {
    // Operations lock the target, so nothing moves from here on.
    let (now, target) = match engine.lock_backup(&stored.backup.id) {
        Ok(found) => found,
        Err(error) if error.kind == Kind::NotFound => return Ok(Verdict::Elsewhere),
        Err(error) => return Err(error),
    };
    let directory = target.directory(now.backup.is_recycled)?;
    let opened = Content::open(&directory.join(&now.file_name), target.target_type);
    let there = match opened.and_then(|content| content.identity()) {
        Ok(identity) => Some(identity),
        Err(error) if lacks_resources(&error) => {
            return Err(Error::from_io("reading a backup", error));
        }
        Err(_) => None,
    };
    if there.is_none() {
        // Its disk may have gone in between.
        target.directory(now.backup.is_recycled)?;
    }
    if there == seen {
        record(engine, stored, why)
    } else {
        Ok(Verdict::Elsewhere)
    }
}

fn record(engine: &Engine, stored: &StoredBackup, why: &str) -> Result<Verdict, Error> {
    if !engine.store.set_health(stored, &Health::Broken)? {
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
pub fn mark(engine: &Engine, stored: &StoredBackup, why: &str) {
    if let Err(error) = record(engine, stored, why) {
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
    engine: &Engine,
    target: &Target,
    stored: &StoredBackup,
    cancel: &Cancel,
) -> Result<(Option<Identity>, Found), Error> {
    let path = engine.path(target, stored)?;
    let broken = |error: io::Error, seen: Option<Identity>| match error {
        _ if cancel.is_cancelled() => Err(Cancel::error()),
        error if lacks_resources(&error) => Err(Error::from_io("reading a backup", error)),
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
    match content.hash(&mut cancel.clone()) {
        Ok((hash, bytes)) => Ok((seen, Found::Content { hash, bytes })),
        Err(error) => broken(error, seen),
    }
}

/// Returns true if an error says nothing of the file that it came from.
fn lacks_resources(error: &io::Error) -> bool {
    let code = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(
        code,
        Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::INTR)
    )
}
