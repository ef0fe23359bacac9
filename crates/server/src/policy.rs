//! Which backups are old: pure functions over a target, its backups and the time.
//!
//! Laws, whatever the settings: nothing in the recycle bin is old once more; never fewer healthy
//! backups are left than `min_backups`, nor than one; what is left is not old right afterwards;
//! the order of the list does not matter.

use bchan_api::{Backup, RecycleCriteria, Target, Time};

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// Ids of the backups that the target's own rule calls old, oldest last.
pub(crate) fn old(target: &Target, backups: &[Backup], now: Time) -> Vec<String> {
    let Some(value) = target.recycle_value.filter(|value| *value > 0) else {
        return Vec::new();
    };
    let floor = target.min_backups.unwrap_or(0).max(1);
    // Healthy backups that are kept whatever their age, and the age beyond which others go.
    let (keep, before) = match target.recycle_criteria {
        RecycleCriteria::None => return Vec::new(),
        RecycleCriteria::Count => (value.max(floor), None),
        RecycleCriteria::Age => {
            let age = value.saturating_mul(SECONDS_PER_DAY);
            (floor, Some(now.unix_seconds().saturating_sub(age)))
        }
    };
    let mut present: Vec<_> = backups
        .iter()
        .filter(|backup| !backup.is_recycled)
        .collect();
    present.sort_by(|a, b| {
        b.created_at
            .cmp(&a.created_at)
            .then_with(|| a.id.cmp(&b.id))
    });
    let mut healthy = 0;
    let mut old = Vec::new();
    for backup in present {
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

#[cfg(test)]
mod tests {
    use bchan_api::{RecycleAction, TargetType};
    use proptest::prelude::*;

    use super::*;

    const DAY: i64 = SECONDS_PER_DAY;

    fn target(criteria: RecycleCriteria, value: Option<i64>, min: Option<i64>) -> Target {
        Target {
            id: "t".into(),
            name: "t".into(),
            target_type: TargetType::Multi,
            recycle_criteria: criteria,
            recycle_value: value,
            recycle_action: RecycleAction::Recycle,
            location: "t".into(),
            name_template: "$I".into(),
            deduplicate: false,
            alias: None,
            min_backups: min,
            tags: vec![],
        }
    }

    fn backup(id: usize, time: i64, recycled: bool, broken: bool) -> Backup {
        Backup {
            id: format!("{id:04}"),
            target_id: "t".into(),
            created_at: Time::from_unix_seconds(time),
            manual: false,
            is_recycled: recycled,
            filesize: 1,
            hash: None,
            hash_mismatch: broken,
        }
    }

    fn daily(days: usize) -> Vec<Backup> {
        (0..)
            .zip(0..days)
            .map(|(time, day)| backup(day, time * DAY, false, false))
            .collect()
    }

    #[test]
    fn count_keeps_the_newest() {
        let rule = target(RecycleCriteria::Count, Some(3), None);
        let now = Time::from_unix_seconds(0);
        assert_eq!(old(&rule, &daily(5), now), ["0001", "0000"]);
        assert!(old(&rule, &daily(3), now).is_empty());
        let mut backups = daily(5);
        backups[4].hash_mismatch = true;
        assert_eq!(
            old(&rule, &backups, now),
            ["0000"],
            "a broken one does not count"
        );
    }

    #[test]
    fn age_goes_by_days_and_keeps_a_minimum() {
        let now = Time::from_unix_seconds(10 * DAY);
        let backups = daily(10);
        let rule = |min| target(RecycleCriteria::Age, Some(7), min);
        assert_eq!(old(&rule(None), &backups, now), ["0002", "0001", "0000"]);
        assert_eq!(old(&rule(Some(9)), &backups, now), ["0000"]);
        let much_later = Time::from_unix_seconds(9000 * DAY);
        assert_eq!(
            old(&rule(None), &backups, much_later).len(),
            9,
            "the last one stays"
        );
    }

    #[test]
    fn without_a_rule_nothing_is_old() {
        let now = Time::from_unix_seconds(i64::MAX);
        for criteria in RecycleCriteria::ALL {
            assert!(old(&target(*criteria, None, None), &daily(9), now).is_empty());
        }
        assert!(
            old(
                &target(RecycleCriteria::None, Some(1), None),
                &daily(9),
                now
            )
            .is_empty()
        );
    }

    fn any_backups() -> impl Strategy<Value = Vec<Backup>> {
        let one = (0..4000 * DAY, any::<bool>(), any::<bool>());
        proptest::collection::vec(one, 0..40).prop_map(|all| {
            let number = |(id, (time, recycled, broken))| backup(id, time, recycled, broken);
            all.into_iter().enumerate().map(number).collect()
        })
    }

    proptest! {
        #[test]
        fn the_laws_hold(
            mut backups in any_backups(),
            by_age in any::<bool>(),
            value in 1_i64..20,
            min in proptest::option::of(0_i64..10),
            now in 0_i64..8000,
        ) {
            let criteria = if by_age { RecycleCriteria::Age } else { RecycleCriteria::Count };
            let rule = target(criteria, Some(value), min);
            let now = Time::from_unix_seconds(now * DAY);
            let gone = old(&rule, &backups, now);

            let healthy = |backup: &&Backup| !backup.is_recycled && !backup.hash_mismatch;
            let before = backups.iter().filter(healthy).count();
            let is_gone = |backup: &Backup| gone.contains(&backup.id);
            prop_assert!(backups.iter().filter(|b| is_gone(b)).all(|b| !b.is_recycled));
            let after = backups.iter().filter(healthy).filter(|b| !is_gone(b)).count();
            let floor = usize::try_from(min.unwrap_or(0).max(1)).unwrap();
            prop_assert!(after >= before.min(floor));

            backups.reverse();
            prop_assert_eq!(&old(&rule, &backups, now), &gone);
            backups.retain(|backup| !is_gone(backup));
            prop_assert!(old(&rule, &backups, now).is_empty());
        }
    }
}
