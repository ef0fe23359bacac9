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
        by_age in any::<bool>(),
    ) {
        for (backup, content) in backups.iter_mut().zip(contents) {
            backup.hash = (content > 0).then(|| format!("h{content}"));
        }
        let criteria = if by_age { RecycleCriteria::Age } else { RecycleCriteria::Count };
        let mut rule = target(criteria, Some(7), min);
        prop_assert!(duplicates(&rule, &backups).is_empty(), "nobody wants that");
        rule.deduplicate = true;
        let found = duplicates(&rule, &backups);
        let healthy = |backup: &&Backup| !backup.is_recycled && !backup.hash_mismatch;
        let count = |backups: &[Backup]| backups.iter().filter(healthy).count();
        let floor = usize::try_from(min.unwrap_or(0).max(1)).unwrap();
        let mut left = backups.clone();
        for duplicate in &found {
            // As it is when its turn comes.
            let now = duplicates(&rule, &left).swap_remove(0);
            prop_assert_eq!((&now.id, &now.next), (&duplicate.id, &duplicate.next));
            let find = |id: &str| left.iter().find(|backup| backup.id == id).unwrap();
            let one = find(&now.id);
            let ordered = present(&left);
            let at = ordered.iter().position(|backup| backup.id == now.id).unwrap();
            prop_assert_eq!(&ordered[at + 1].id, &now.of);
            prop_assert_eq!(by_age, now.next.is_some());
            for other in [Some(&now.of), now.next.as_ref()].into_iter().flatten() {
                let other = find(other);
                prop_assert!(one.hash.is_some() && one.hash == other.hash);
                for backup in [one, other] {
                    prop_assert!(!backup.is_recycled && !backup.hash_mismatch);
                }
            }
            prop_assert!(find(&now.of).created_at <= one.created_at, "the older one stays");
            left.retain(|backup| backup.id != now.id);
            prop_assert!(count(&left) >= count(&backups).min(floor));
        }
        prop_assert!(duplicates(&rule, &left).is_empty());
        prop_assert_eq!(contents_in_order(&left, by_age), contents_in_order(&backups, by_age));
        backups.reverse();
        prop_assert_eq!(&duplicates(&rule, &backups), &found);
    }
}

/// The hashes of what is not in the recycle bin, newest first, with repetitions left out; with the
/// times of those that stay.
pub(super) fn contents_in_order(
    backups: &[Backup],
    times: bool,
) -> Vec<(Option<&str>, Option<Time>)> {
    let contents = present(backups).into_iter().map(|backup| {
        let time = times.then_some(backup.created_at);
        (backup.hash.as_deref(), time)
    });
    let mut contents: Vec<_> = contents.collect();
    contents.dedup_by_key(|(hash, _)| *hash);
    contents
}

#[test]
fn the_oldest_of_equal_backups_in_a_row_stays() {
    let mut backups = daily(6);
    for (backup, hash) in backups.iter_mut().zip(["y", "Y", "y", "z", "y", "y"]) {
        backup.hash = Some(hash.into());
    }
    let mut rule = target(RecycleCriteria::None, None, None);
    rule.deduplicate = true;
    let ids = |rule: &Target, backups: &[Backup]| -> Vec<_> {
        let found = duplicates(rule, backups);
        let ids = found.into_iter().map(|it| (it.id, it.of, it.next));
        ids.collect()
    };
    let pair = |id: &str, of: &str| (id.to_owned(), of.to_owned(), None);
    let (second, third) = (pair("0001", "0000"), pair("0002", "0001"));
    let all = [second.clone(), third.clone(), pair("0005", "0004")];
    assert_eq!(ids(&rule, &backups), all);
    rule.min_backups = Some(4);
    assert_eq!(ids(&rule, &backups), [second, third]);
    rule.min_backups = None;

    // A rule by age counts from the last of them.
    rule.recycle_criteria = RecycleCriteria::Age;
    assert_eq!(ids(&rule, &backups).len(), 3, "there is no age yet");
    rule.recycle_value = Some(3);
    let between = (
        "0001".to_owned(),
        "0000".to_owned(),
        Some("0002".to_owned()),
    );
    assert_eq!(ids(&rule, &backups), [between]);

    // What is broken now may be found to be sound again.
    rule.recycle_criteria = RecycleCriteria::None;
    backups[1].hash_mismatch = true;
    assert_eq!(ids(&rule, &backups), [pair("0005", "0004")]);
}

#[test]
fn what_was_uploaded_last_survives_deduplication_and_a_rule_by_age_together() {
    let mut rule = target(RecycleCriteria::Age, Some(3), None);
    rule.deduplicate = true;
    let mut backups = Vec::new();
    // The same every day for a month, and then something else.
    for (day, new) in daily(31).into_iter().enumerate() {
        let now = new.created_at;
        let hash = if day < 30 { "same" } else { "other" };
        backups.push(Backup {
            hash: Some(hash.into()),
            ..new
        });
        for gone in old(&rule, &backups, now) {
            backups.retain(|backup| backup.id != gone);
        }
        while let Some(first) = duplicates(&rule, &backups).first() {
            backups.retain(|backup| backup.id != first.id);
        }
        assert!(backups.len() <= 3, "{backups:?}");
    }
    let left: Vec<_> = backups.iter().map(|backup| &*backup.id).collect();
    assert_eq!(left[left.len() - 2..], ["0029", "0030"]);
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
