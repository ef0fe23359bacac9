//! Single decisions.

use bchan_api::{RecycleAction, TargetType};
use proptest::prelude::*;

use super::*;

const DAY: i64 = SECONDS_PER_DAY;

pub(super) fn target(criteria: RecycleCriteria, value: Option<i64>, min: Option<i64>) -> Target {
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

pub(super) fn backup(id: usize, time: i64, recycled: bool, broken: bool) -> Backup {
    Backup {
        id: format!("{id:04}"),
        target_id: "t".into(),
        created_at: Time::from_unix_seconds(time),
        manual: false,
        is_recycled: recycled,
        filesize: 1,
        hash: None,
        hash_mismatch: broken,
        receipt: None,
        reproducible: false,
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

        let present = || backups.iter().filter(|backup| !backup.is_recycled);
        let oldest = present().map(|backup| backup.created_at).min();
        let count = u64::try_from(present().count()).unwrap();
        prop_assert!(gone.is_empty() || may_be_old(&rule, count, oldest, now));

        backups.reverse();
        prop_assert_eq!(&old(&rule, &backups, now), &gone);
        backups.retain(|backup| !is_gone(backup));
        prop_assert!(old(&rule, &backups, now).is_empty());
    }

    #[test]
    fn the_laws_hold_for_duplicates(
        mut backups in any_backups(),
        contents in proptest::collection::vec(0..6, 40),
        min in proptest::option::of(0_i64..10),
    ) {
        for (backup, content) in backups.iter_mut().zip(contents) {
            backup.hash = (content > 0).then(|| format!("h{content}"));
        }
        let mut rule = target(RecycleCriteria::None, None, min);
        prop_assert!(duplicates(&rule, &backups).is_empty(), "nobody wants that");
        rule.deduplicate = true;
        let found = duplicates(&rule, &backups);
        let gone: Vec<_> = found.iter().map(|duplicate| &duplicate.id).collect();
        let find = |id: &str| backups.iter().find(|backup| backup.id == id).unwrap();
        for duplicate in &found {
            let (one, other) = (find(&duplicate.id), find(&duplicate.of));
            prop_assert!(!gone.contains(&&duplicate.of), "what it is a duplicate of stays");
            prop_assert!(one.hash.is_some() && one.hash == other.hash);
            prop_assert!(other.created_at >= one.created_at);
            for backup in [one, other] {
                prop_assert!(!backup.is_recycled && !backup.hash_mismatch);
            }
        }
        let healthy = |backup: &&Backup| !backup.is_recycled && !backup.hash_mismatch;
        let before = backups.iter().filter(healthy).count();
        let floor = usize::try_from(min.unwrap_or(0).max(1)).unwrap();
        prop_assert!(before - gone.len() >= before.min(floor));

        let mut mirrored = backups.clone();
        mirrored.reverse();
        prop_assert_eq!(&duplicates(&rule, &mirrored), &found);
        let left: Vec<_> = backups
            .iter()
            .filter(|backup| !gone.contains(&&backup.id))
            .cloned()
            .collect();
        prop_assert!(duplicates(&rule, &left).is_empty());
    }
}

#[test]
fn the_newest_of_equal_backups_stays() {
    let mut backups = daily(4);
    for (backup, hash) in backups.iter_mut().zip(["y", "y", "z", "Y"]) {
        backup.hash = Some(hash.into());
    }
    let mut rule = target(RecycleCriteria::None, None, None);
    rule.deduplicate = true;
    let ids = |rule: &Target| -> Vec<_> {
        let found = duplicates(rule, &backups);
        found
            .into_iter()
            .map(|found| (found.id, found.of))
            .collect()
    };
    let pair = |id: &str, of: &str| (id.to_owned(), of.to_owned());
    assert_eq!(ids(&rule), [pair("0000", "0003"), pair("0001", "0003")]);
    rule.min_backups = Some(3);
    assert_eq!(ids(&rule), [pair("0000", "0003")]);
}

#[test]
fn an_upload_is_stale_after_a_day_without_anything() {
    let at = Time::from_unix_seconds;
    let uploads = [("old", at(0)), ("new", at(1)), ("future", at(9 * DAY))];
    assert!(stale(uploads, at(DAY)).is_empty());
    assert_eq!(stale(uploads, at(DAY + 1)), ["old"]);
    assert_eq!(stale(uploads, at(DAY + 2)), ["old", "new"]);
    assert!(stale(uploads, at(i64::MIN)).is_empty());
}

#[test]
fn where_nothing_can_be_old_nothing_is_read() {
    let at = Time::from_unix_seconds;
    let may = |rule: &Target, count| may_be_old(rule, count, Some(at(0)), at(7 * DAY));
    let by_count = target(RecycleCriteria::Count, Some(3), None);
    assert!(!may(&by_count, 3));
    assert!(may(&by_count, 4));
    let by_age = |days| target(RecycleCriteria::Age, Some(days), None);
    assert!(!may(&by_age(7), 10));
    assert!(may(&by_age(6), 10));
    assert!(!may(&by_age(6), 1), "the last one stays");
    assert!(!may(&target(RecycleCriteria::None, Some(1), None), 10));
    assert!(!may_be_old(&by_age(1), 0, None, at(7 * DAY)));
}
