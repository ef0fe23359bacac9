//! What may go: pure functions over a target, its backups and the time.
//!
//! Laws, whatever the settings:
//!
//! 1. Of the healthy backups that are not in the recycle bin, never fewer are left than
//!    `min_backups`, and never none. (Fewer than that are left as they are.)
//! 2. A broken backup, or one in the recycle bin, counts for nothing in this.
//! 3. What is in the recycle bin is not touched.
//! 4. A duplicate goes only if the healthy backup directly before it, which is older, has the same
//!    hash and stays. The hash only makes it a candidate: that both are the same in everything is for
//!    whoever deletes it to find out.
//!    So the sequence of contents, with repetitions left out, is the same with and without
//!    deduplication, and the newest content stays the newest. A rule by number keeps at least the
//!    contents that it would keep without. With a rule by age, the last of a row of duplicates stays
//!    as well as the first: the rule may recycle the first by its age, but what was uploaded last is
//!    no older than it is.
//! 5. Once is enough: of what is left, nothing goes right afterwards.
//! 6. The order of the list does not matter.

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

/// A backup that may hold nothing that its neighbours do not hold, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Duplicate {
    /// The one that may go.
    pub(crate) id: String,
    /// The next older one, which stays.
    pub(crate) of: String,
    /// The next newer one, which must be the same for this one to go; only with a rule by age.
    pub(crate) next: Option<String>,
}

impl Duplicate {
    /// It, and those that must be the same.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        let others = [Some(&self.of), Some(&self.id), self.next.as_ref()];
        others.into_iter().flatten().map(String::as_str)
    }

    /// Makes it a duplicate of what the last one that has gone was a duplicate of, if that was its
    /// next older one.
    pub(crate) fn follow(&mut self, gone: Option<&Self>) {
        if let Some(gone) = gone.filter(|gone| gone.id == self.of) {
            self.of.clone_from(&gone.of);
        }
    }
}

/// Backups with the same hash as the next older one, oldest first, if the target wants them gone.
/// They may go one after the other, as long as each is still found when its turn comes: when one has
/// gone, the next one's `of` is what the first one's was.
pub(crate) fn duplicates(target: &Target, backups: &[Backup]) -> Vec<Duplicate> {
    if !target.deduplicate {
        return Vec::new();
    }
    let by_age = target.recycle_criteria == RecycleCriteria::Age
        && target.recycle_value.is_some_and(|value| value > 0);
    let present = present(backups);
    let same = |one: &Backup, other: &Backup| {
        let [hash, other_hash] = [one, other].map(|backup| {
            let hash = backup.hash.as_deref().filter(|_| !backup.hash_mismatch);
            hash.filter(|hash| !hash.is_empty())
        });
        let hashes = hash.zip(other_hash);
        hashes.is_some_and(|(hash, other)| hash.eq_ignore_ascii_case(other))
    };
    let mut found = Vec::new();
    for (at, backup) in present.iter().enumerate().rev() {
        let Some(older) = present.get(at + 1).filter(|older| same(backup, older)) else {
            continue;
        };
        let newer = at.checked_sub(1).map(|at| present[at]);
        let newer = newer.filter(|newer| same(backup, newer));
        if by_age && newer.is_none() {
            continue;
        }
        found.push(Duplicate {
            id: backup.id.clone(),
            of: older.id.clone(),
            next: newer.filter(|_| by_age).map(|newer| newer.id.clone()),
        });
    }
    let healthy = present
        .iter()
        .filter(|backup| !backup.hash_mismatch)
        .count();
    let floor = usize::try_from(floor(target)).unwrap_or(usize::MAX);
    found.truncate(healthy.saturating_sub(floor));
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
