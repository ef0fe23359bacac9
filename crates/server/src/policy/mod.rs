//! What may go: pure functions over a target, its backups and the time.
//!
//! Laws, whatever the settings:
//!
//! 1. Of the healthy backups that are not in the recycle bin, never fewer are left than
//!    `min_backups`, and never none. (Fewer than that are left as they are.)
//! 2. A broken backup, or one in the recycle bin, counts for nothing in this.
//! 3. What is in the recycle bin is not touched.
//! 4. A duplicate goes only if a healthy backup with the same hash stays.
//! 5. Once is enough: of what is left, nothing goes right afterwards.
//! 6. The order of the list does not matter.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use bchan_api::{Backup, RecycleCriteria, Target, Time};

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// Healthy backups that no policy goes below.
fn floor(target: &Target) -> i64 {
    target.min_backups.unwrap_or(0).max(1)
}

/// Healthy backups that the target's own rule keeps whatever their age, and the age beyond which
/// others go; none, if it has no rule.
fn rule(target: &Target, now: Time) -> Option<(i64, Option<i64>)> {
    let value = target.recycle_value.filter(|value| *value > 0)?;
    let floor = floor(target);
    match target.recycle_criteria {
        RecycleCriteria::None => None,
        RecycleCriteria::Count => Some((value.max(floor), None)),
        RecycleCriteria::Age => {
            let age = value.saturating_mul(SECONDS_PER_DAY);
            Some((floor, Some(now.unix_seconds().saturating_sub(age))))
        }
    }
}

/// Whether [`old`] can find any among so many backups outside of the recycle bin, of which this is
/// when the oldest was made: what can be known without reading them.
pub(crate) fn may_be_old(target: &Target, count: u64, oldest: Option<Time>, now: Time) -> bool {
    rule(target, now).is_some_and(|(keep, before)| {
        let expired = |limit| oldest.is_some_and(|oldest| oldest.unix_seconds() < limit);
        count > keep.unsigned_abs() && before.is_none_or(expired)
    })
}

/// Ids of the backups that the target's own rule calls old, oldest last.
pub(crate) fn old(target: &Target, backups: &[Backup], now: Time) -> Vec<String> {
    let Some((keep, before)) = rule(target, now) else {
        return Vec::new();
    };
    let mut healthy = 0;
    let mut old = Vec::new();
    for backup in present(backups) {
        // A broken backup neither counts as kept nor takes the place of one that is.
        let spared = healthy < keep;
        if !backup.hash_mismatch {
            healthy += 1;
        }
        let expired = before.is_none_or(|limit| backup.created_at.unix_seconds() < limit);
        if !spared && expired {
            old.push(backup.id.clone());
        }
    }
    old
}

/// A backup that holds nothing that another does not hold, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Duplicate {
    /// The one that may go.
    pub(crate) id: String,
    /// The newer one that stays.
    pub(crate) of: String,
}

/// Older backups with the same hash as a newer one, oldest first, if the target wants them gone. The
/// newest of them stays, so that what rules by age or number sees the content as it is: recent.
pub(crate) fn duplicates(target: &Target, backups: &[Backup]) -> Vec<Duplicate> {
    if !target.deduplicate {
        return Vec::new();
    }
    let mut healthy = present(backups);
    healthy.retain(|backup| !backup.hash_mismatch);
    let mut newest = HashMap::new();
    let mut found = Vec::new();
    for backup in &healthy {
        let Some(hash) = backup.hash.as_deref().filter(|hash| !hash.is_empty()) else {
            continue;
        };
        match newest.entry(hash.to_ascii_lowercase()) {
            Entry::Vacant(entry) => {
                entry.insert(&backup.id);
            }
            Entry::Occupied(entry) => found.push(Duplicate {
                id: backup.id.clone(),
                of: (*entry.get()).clone(),
            }),
        }
    }
    found.reverse();
    let spare = healthy
        .len()
        .saturating_sub(usize::try_from(floor(target)).unwrap_or(usize::MAX));
    found.truncate(spare);
    found
}

/// Ids of the sequential uploads to which nothing has come for a day.
pub(crate) fn stale<'a>(
    activity: impl IntoIterator<Item = (&'a str, Time)>,
    now: Time,
) -> Vec<&'a str> {
    let limit = now.unix_seconds().saturating_sub(SECONDS_PER_DAY);
    let uploads = activity.into_iter();
    let stale = uploads.filter(|(_, active)| active.unix_seconds() < limit);
    stale.map(|(id, _)| id).collect()
}

/// What is not in the recycle bin, newest first.
fn present(backups: &[Backup]) -> Vec<&Backup> {
    let mut present: Vec<_> = backups
        .iter()
        .filter(|backup| !backup.is_recycled)
        .collect();
    present.sort_by(|a, b| {
        b.created_at
            .cmp(&a.created_at)
            .then_with(|| a.id.cmp(&b.id))
    });
    present
}

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
