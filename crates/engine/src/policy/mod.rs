//! Retention: pure functions over a target, its backups and the time, which decide what may be
//! deleted.
//!
//! Laws, whatever the settings:
//!
//! 1. Of the healthy backups that are not in the recycle bin, never fewer are left than
//!    `min_backups`, and never none. (Fewer than that are left as they are.)
//! 2. A broken backup, or one in the recycle bin, counts for nothing in this.
//! 3. Backups in the recycle bin are not touched.
//! 4. A duplicate goes only if the healthy backup directly before it, which is older, has the same
//!    hash and stays. The hash only makes it a candidate: the caller that deletes it compares both
//!    completely. So the sequence of contents, with repetitions left out, is the same with and
//!    without deduplication, and the newest content stays the newest. A rule by number keeps at
//!    least the contents that it would keep without. With a rule by age, the last of a row of
//!    duplicates stays as well as the first: the rule may recycle the first by its age, but what
//!    was uploaded last is no older than it is.
//! 5. The policy is idempotent: applied to its own result, it removes nothing.
//! 6. The order is that in which backups arrived, as the server has numbered them, and never that
//!    of their times: recycling by count keeps exactly the last ones that arrived, whatever the
//!    clock showed. Where numbers are equal (backups of another server, or from before there were
//!    numbers) it is by time of creation. The order of the list matters only where both are equal.
//! 7. A backup gets old by trusted time alone (see `clock.rs`), which no jump of the clock changes,
//!    and only if its time of creation does not say that it is younger. A time of creation in the
//!    future says nothing. So no backup goes by age before that much time has passed since it
//!    arrived, within what trusted time promises. Of two backups the one that arrived later is
//!    never measured as the older one.
//! 8. A backup that is old by the clock alone stays and is counted ([`held`]), so that it can be
//!    reported.

mod clock;

use std::cmp::Reverse;

use bchan_api::{Backup, RecycleCriteria, Target, Time};

pub use self::clock::Clock;
use self::clock::SECONDS_PER_DAY;
use bchan_catalog::{Present, StoredBackup};

/// Healthy backups that no policy goes below.
fn floor(target: &Target) -> i64 {
    target.min_backups.unwrap_or(0).max(1)
}

/// A point in time by both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// By the machine's clock.
    pub wall: Time,
    /// By the server's own count, which is late rather than early.
    pub trusted: Time,
}

/// The time now, and the date for a backup that arrives now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    pub now: Moment,
    pub arrival: Time,
}

/// How old something is by one of them, in seconds.
fn age(now: Time, then: Option<Time>) -> Option<i64> {
    Some(now.unix_seconds().saturating_sub(then?.unix_seconds()))
}

impl Moment {
    /// Returns true if more than so many seconds have passed since a backup arrived, at `at`.
    fn is_past(self, stored: &StoredBackup, at: Option<Time>, limit: i64) -> bool {
        let measured = age(self.trusted, at);
        measured.is_some_and(|age| age > limit) && self.dated(stored).is_none_or(|age| age > limit)
    }

    /// Returns true if the clock alone says so.
    fn only_seems_past(self, stored: &StoredBackup, at: Option<Time>, limit: i64) -> bool {
        !self.is_past(stored, at, limit) && self.dated(stored).is_some_and(|age| age > limit)
    }

    /// The age by time of creation, unless that lies in the future.
    fn dated(self, stored: &StoredBackup) -> Option<i64> {
        age(self.wall, Some(stored.backup.created_at)).filter(|age| *age >= 0)
    }
}

/// Healthy backups that the target's own rule keeps whatever their age, and the age in seconds
/// beyond which others go; none, if it has no rule.
fn rule(target: &Target) -> Option<(i64, Option<i64>)> {
    let value = target.recycle_value.filter(|value| *value >= 0)?;
    let floor = floor(target);
    match target.recycle_criteria {
        RecycleCriteria::None => None,
        RecycleCriteria::Count => Some((value.max(floor), None)),
        RecycleCriteria::Age => Some((floor, Some(value.saturating_mul(SECONDS_PER_DAY)))),
    }
}

/// Returns true if [`old`] or [`held`] can find any among the backups outside of the recycle bin: what can
/// be known without reading them.
pub fn may_be_old(target: &Target, present: &Present, now: Moment) -> bool {
    rule(target).is_some_and(|(keep, limit)| {
        let past = |limit| {
            let measured = age(now.trusted, present.first_arrival);
            let dated = age(now.wall, present.oldest);
            measured.max(dated).is_some_and(|age| age > limit)
        };
        present.count > keep.unsigned_abs() && limit.is_none_or(past)
    })
}

/// Ids of the backups that the target's own rule calls old, oldest last.
pub fn old(target: &Target, backups: &[StoredBackup], now: Moment) -> Vec<String> {
    let is_old = |stored: &StoredBackup, at, limit: Option<i64>| {
        limit.is_none_or(|limit| now.is_past(stored, at, limit))
    };
    beyond(target, backups, is_old)
        .map(|stored| stored.backup.id.clone())
        .collect()
}

/// How many backups stay that the target's own rule would call old if the clock were right.
pub fn held(target: &Target, backups: &[StoredBackup], now: Moment) -> usize {
    let is_held = |stored: &StoredBackup, at, limit: Option<i64>| {
        limit.is_some_and(|limit| now.only_seems_past(stored, at, limit))
    };
    beyond(target, backups, is_held).count()
}

/// The backups beyond those that the target's own rule keeps whatever their age, newest first, of
/// which something is true. It is asked with the latest time at which each can have arrived, which
/// is before all later ones, and with the age in seconds, if that counts.
fn beyond<'a>(
    target: &Target,
    backups: &'a [StoredBackup],
    is_meant: impl Fn(&StoredBackup, Option<Time>, Option<i64>) -> bool,
) -> impl Iterator<Item = &'a StoredBackup> {
    let (keep, limit) = rule(target).unwrap_or((i64::MAX, None));
    let (mut healthy, mut at) = (0, None);
    in_order(backups).into_iter().filter(move |stored| {
        // A broken backup neither counts as kept nor takes the place of one that is.
        let spared = healthy < keep;
        if !stored.backup.hash_mismatch {
            healthy += 1;
        }
        at = at.into_iter().chain(stored.order.at).min();
        !spared && is_meant(stored, at, limit)
    })
}

/// A backup that may hold nothing that its neighbours do not hold, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The one that may go.
    pub id: String,
    /// The next older one, which stays.
    pub of: String,
    /// The next newer one, which must be the same for this one to go; only with a rule by age.
    pub next: Option<String>,
}

impl Duplicate {
    /// It, and those that must be the same.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        let others = [Some(&self.of), Some(&self.id), self.next.as_ref()];
        others.into_iter().flatten().map(String::as_str)
    }

    /// Makes it a duplicate of what the last one that has gone was a duplicate of, if that was its
    /// next older one.
    pub fn follow(&mut self, gone: Option<&Self>) {
        if let Some(gone) = gone.filter(|gone| gone.id == self.of) {
            self.of.clone_from(&gone.of);
        }
    }
}

/// Backups with the same hash as the next older one, oldest first, if the target wants them gone.
/// They may go one after the other, as long as each is still found when its turn comes: when one has
/// gone, the next one's `of` is what the first one's was.
pub fn duplicates(target: &Target, backups: &[StoredBackup]) -> Vec<Duplicate> {
    if !target.deduplicate {
        return Vec::new();
    }
    let by_age = target.recycle_criteria == RecycleCriteria::Age
        && target.recycle_value.is_some_and(|value| value >= 0);
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

/// Backups that keys with only the right to append may add to a target in a day, unless it says
/// otherwise. A job that runs every ten minutes needs 144; the rest is for people.
pub const DAILY_UPLOADS: u64 = 150;

/// How many such backups a target takes in a day. With 0 it takes none.
pub fn daily_uploads(target: &Target) -> u64 {
    let own = target.max_daily_uploads;
    own.map_or(DAILY_UPLOADS, |own| u64::try_from(own).unwrap_or(0))
}

/// Ids of the sequential uploads to which nothing has come for a day.
pub fn stale<'a>(activity: impl IntoIterator<Item = (&'a str, Time)>, now: Time) -> Vec<&'a str> {
    let limit = now.unix_seconds().saturating_sub(SECONDS_PER_DAY);
    let uploads = activity.into_iter();
    let stale = uploads.filter(|(_, active)| active.unix_seconds() < limit);
    stale.map(|(id, _)| id).collect()
}

/// Returns the backups that are not in the recycle bin, last arrived first.
fn present(backups: &[StoredBackup]) -> Vec<&Backup> {
    let ordered = in_order(backups).into_iter();
    ordered.map(|stored| &stored.backup).collect()
}

fn in_order(backups: &[StoredBackup]) -> Vec<&StoredBackup> {
    let mut present: Vec<_> = backups
        .iter()
        .filter(|stored| !stored.backup.is_recycled)
        .collect();
    present.sort_by_key(|stored| Reverse((stored.order.number, stored.backup.created_at)));
    present
}

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
