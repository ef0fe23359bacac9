//! The job that deletes backups whose content another backup of the same target has.

use std::io;

use bchan_api::Target;
use bchan_archive::{Comparison, Likeness};

use super::context::{Cancel, JobContext};
use super::for_each_target::for_each_target;
use crate::change;
use crate::engine::Engine;
use crate::error::Error;
use crate::policy::{self, Duplicate};
use crate::verify::{self, Verdict};
use bchan_catalog::StoredBackup;

/// Deletes duplicates of the targets that want that. A hash only says what to compare: all that take
/// part are read, and one goes only if it is the same in everything that belongs to it.
pub(super) fn run(context: &JobContext<'_>) -> Result<(), Error> {
    let engine = context.engine;
    for_each_target(context, |target| {
        let mut gone: Option<Duplicate> = None;
        for mut duplicate in duplicates(engine, target)?.1 {
            context.cancel.check()?;
            duplicate.follow(gone.as_ref());
            if one(context, target, &duplicate)? {
                gone = Some(duplicate);
            }
        }
        Ok(())
    })
}

fn duplicates(
    engine: &Engine,
    target: &Target,
) -> Result<(Vec<StoredBackup>, Vec<Duplicate>), Error> {
    let stored = engine.store.backups(&target.id)?;
    let duplicates = policy::duplicates(target, &stored);
    Ok((stored, duplicates))
}

/// Deletes a duplicate if it is one, and says whether it has.
fn one(context: &JobContext<'_>, target: &Target, duplicate: &Duplicate) -> Result<bool, Error> {
    let engine = context.engine;
    // Without the target held: reading may take hours. What differs in more than content is most
    // often told without reading any.
    if !same(context, target, duplicate, Likeness::Outline)? {
        return Ok(false);
    }
    for id in duplicate.all() {
        let Some(stored) = engine.store.backup(id)? else {
            return Ok(false);
        };
        match verify::verify(engine, target, &stored, context.cancel)? {
            Verdict::Sound { .. } => {}
            Verdict::Broken | Verdict::Elsewhere => return Ok(false),
        }
    }
    if !same(context, target, duplicate, Likeness::Full)? {
        return Ok(false);
    }
    let target = engine.lock_target(&target.id)?;
    // Whatever has changed since: only what is still a duplicate of the same backup goes.
    let (stored, duplicates) = duplicates(engine, &target)?;
    if !duplicates.contains(duplicate) {
        return Ok(false);
    }
    let doomed: Vec<_> = stored
        .into_iter()
        .filter(|stored| stored.backup.id == duplicate.id)
        .collect();
    let (id, of) = (&duplicate.id, &duplicate.of);
    tracing::info!(backup = id, of, target = target.id, "deleting a duplicate");
    change::delete_backups(&target, &doomed, true)?;
    Ok(true)
}

/// Compares a duplicate with those that must be the same.
fn same(
    context: &JobContext<'_>,
    target: &Target,
    duplicate: &Duplicate,
    likeness: Likeness,
) -> Result<bool, Error> {
    let engine = context.engine;
    let mut paths = Vec::new();
    for id in duplicate.all() {
        let Some(stored) = engine.store.backup(id)? else {
            return Ok(false);
        };
        paths.push(engine.path(target, &stored)?);
    }
    for pair in paths.windows(2) {
        match bchan_archive::compare(&pair[0], &pair[1], likeness, &mut context.cancel.clone()) {
            Ok(Comparison::Same) => {}
            Ok(Comparison::Different { path, what }) => {
                let (id, path) = (&duplicate.id, path.display().to_string());
                let of = &duplicate.of;
                tracing::debug!(
                    backup = id,
                    of,
                    path,
                    what,
                    "the same hash, but no duplicate"
                );
                return Ok(false);
            }
            Err(_) if context.cancel.is_cancelled() => return Err(Cancel::error()),
            // What cannot be compared may be broken, which reading it shows.
            Err(_) if likeness == Likeness::Outline => {}
            // It has moved or gone in the meantime.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(Error::from_io("comparing two backups", error)),
        }
    }
    Ok(true)
}
