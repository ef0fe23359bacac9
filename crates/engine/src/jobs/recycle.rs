//! The job that takes old backups away.

use std::collections::HashSet;

use bchan_api::{RecycleAction, Target};

use super::context::JobContext;
use super::for_each_target::for_each_target;
use crate::access::target_lock::LockedTarget;
use crate::change;
use crate::engine::Engine;
use crate::error::Error;
use crate::policy::{self, Moment};
use bchan_catalog::{Health, StoredBackup};
use bchan_storage::durable;

/// Recycles or deletes what each target's rule calls old. Says so where backups stay that are old
/// by the clock and not by trusted time.
pub(super) fn run(context: &JobContext<'_>) -> Result<Option<String>, Error> {
    let engine = context.engine;
    let (mut held, mut targets) = (0, 0);
    let outcome = for_each_target(context, |target| {
        let of_target = recycle(engine, &target.id)?;
        held += of_target;
        targets += usize::from(of_target > 0);
        Ok(())
    });
    engine.job_runs.set_held(held as u64);
    outcome?;
    if held == 0 {
        return Ok(None);
    }
    let difference = engine.clock.difference();
    let message = format!(
        "{held} backups of {targets} targets stay although their dates are old enough: the clock is \
         {difference} s ahead of the time that the server has measured. What it shows after a time \
         without a server counts when the server has run for a day; a jump never counts"
    );
    tracing::warn!(held, targets, difference, "recycling by age is held");
    Ok(Some(message))
}

/// Returns how many backups stay that are old by the clock alone.
fn recycle(engine: &Engine, id: &str) -> Result<usize, Error> {
    let target = engine.lock_target(id)?;
    let now = engine.clock.moment(&*engine.store)?;
    // Most targets have nothing to do, and may have many backups.
    if !policy::may_be_old(&target, &engine.store.present(&target.id)?, now) {
        return Ok(0);
    }
    let stored = engine.store.backups(&target.id)?;
    let held = policy::held(&target, &stored, now);
    if policy::old(&target, &stored, now).is_empty() {
        return Ok(held);
    }
    // What stays must be there, or else what goes was needed.
    mark_missing(&target)?;
    let old = old(engine, &target, now)?;
    if old.is_empty() {
        return Ok(held);
    }
    tracing::info!(target = id, count = old.len(), action = %target.recycle_action, "recycling");
    // One by one, so that one whose files are damaged does not keep the rest.
    let mut outcome = Ok(());
    for backup in old.chunks(1) {
        let done = match target.recycle_action {
            RecycleAction::Recycle => change::set_recycled(&target, backup, true),
            RecycleAction::Delete => change::delete_backups(&target, backup, true),
        };
        outcome = outcome.and(done);
    }
    outcome.map(|()| held)
}

/// Returns the backups that the target's rule calls old.
fn old(engine: &Engine, target: &Target, now: Moment) -> Result<Vec<StoredBackup>, Error> {
    let mut stored = engine.store.backups(&target.id)?;
    let old: HashSet<_> = policy::old(target, &stored, now).into_iter().collect();
    stored.retain(|stored| old.contains(&stored.backup.id));
    Ok(stored)
}

/// Marks present backups whose files are missing, so that they count for nothing.
fn mark_missing(target: &LockedTarget<'_>) -> Result<(), Error> {
    let (engine, location) = (target.engine(), target.directory(false)?);
    let present =
        |stored: &StoredBackup| !stored.backup.is_recycled && !stored.backup.hash_mismatch;
    for stored in engine
        .store
        .backups(&target.id)?
        .iter()
        .filter(|s| present(s))
    {
        let there = durable::exists(&location.join(&stored.file_name))
            .map_err(|error| Error::from_io("reading the target's location", error))?;
        if !there {
            let id = &stored.backup.id;
            tracing::error!(
                backup = id,
                target = target.id,
                "the files of a backup are missing"
            );
            engine.store.set_health(stored, &Health::Broken)?;
        }
    }
    Ok(())
}
