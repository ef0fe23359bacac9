//! Single decisions.

use bchan_api::{RecycleAction, TargetType};
use proptest::prelude::*;

use super::*;
use bchan_catalog::Order;

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
        max_daily_uploads: None,
        tags: vec![],
    }
}

/// One that arrived as the `id`th, with a clock that was right.
pub(super) fn backup(id: usize, time: i64, recycled: bool, broken: bool) -> StoredBackup {
    let time = Time::from_unix_seconds(time);
    let backup = Backup {
        id: format!("{id:04}"),
        target_id: "t".into(),
        created_at: time,
        manual: false,
        is_recycled: recycled,
        filesize: 1,
        hash: None,
        hash_mismatch: broken,
        receipt: None,
        reproducible: false,
    };
    StoredBackup {
        backup,
        extension: String::new(),
        file_name: String::new(),
        order: Order {
            number: i64::try_from(id).unwrap() + 1,
            at: Some(time),
            appended: None,
        },
    }
}

/// A moment at which all clocks are right.
fn at(seconds: i64) -> Moment {
    let time = Time::from_unix_seconds(seconds);
    Moment {
        wall: time,
        trusted: time,
    }
}

fn daily(days: usize) -> Vec<StoredBackup> {
    (0..)
        .zip(0..days)
        .map(|(time, day)| backup(day, time * DAY, false, false))
        .collect()
}

#[test]
fn count_keeps_the_newest() {
    let rule = target(RecycleCriteria::Count, Some(3), None);
    let now = at(0);
    assert_eq!(old(&rule, &daily(5), now), ["0001", "0000"]);
    assert!(old(&rule, &daily(3), now).is_empty());
    let mut backups = daily(5);
    backups[4].backup.hash_mismatch = true;
    assert_eq!(
        old(&rule, &backups, now),
        ["0000"],
        "a broken one does not count"
    );
}

#[test]
fn age_goes_by_days_and_keeps_a_minimum() {
    let now = at(10 * DAY);
    let backups = daily(10);
    let rule = |min| target(RecycleCriteria::Age, Some(7), min);
    assert_eq!(old(&rule(None), &backups, now), ["0002", "0001", "0000"]);
    assert_eq!(old(&rule(Some(9)), &backups, now), ["0000"]);
    let much_later = at(9000 * DAY);
    assert_eq!(
        old(&rule(None), &backups, much_later).len(),
        9,
        "the last one stays"
    );
}

#[test]
fn without_a_rule_nothing_is_old() {
    let now = at(i64::MAX);
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

/// Backups as they arrive, up to 100 days after each other, under a clock that shows anything.
fn any_backups() -> impl Strategy<Value = Vec<StoredBackup>> {
    let one = (0..4000 * DAY, 0..100 * DAY, any::<bool>(), any::<bool>());
    proptest::collection::vec(one, 0..40).prop_map(|all| {
        let mut arrived = 0;
        let number = |(id, (time, pause, recycled, broken))| {
            arrived += pause;
            let mut stored = backup(id, time, recycled, broken);
            stored.order.at = Some(Time::from_unix_seconds(arrived));
            stored
        };
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
        trusted in 0_i64..8000,
        wall in -1000_i64..8000,
    ) {
        let criteria = if by_age { RecycleCriteria::Age } else { RecycleCriteria::Count };
        let rule = target(criteria, Some(value), min);
        let now = Moment {
            wall: Time::from_unix_seconds(wall * DAY),
            trusted: Time::from_unix_seconds(trusted * DAY),
        };
        let gone = old(&rule, &backups, now);

        let healthy = |stored: &&StoredBackup| {
            !stored.backup.is_recycled && !stored.backup.hash_mismatch
        };
        let before = backups.iter().filter(healthy).count();
        let is_gone = |stored: &StoredBackup| gone.contains(&stored.backup.id);
        prop_assert!(backups.iter().filter(|b| is_gone(b)).all(|b| !b.backup.is_recycled));
        let after = backups.iter().filter(healthy).filter(|b| !is_gone(b)).count();
        let floor = usize::try_from(min.unwrap_or(0).max(1)).unwrap();
        prop_assert!(after >= before.min(floor));

        for stored in backups.iter().filter(|_| by_age) {
            let younger = trusted * DAY - stored.order.at.unwrap().unix_seconds() <= value * DAY;
            prop_assert!(!younger || !is_gone(stored), "{} is not that old", stored.backup.id);
        }
        if !by_age {
            let keep = usize::try_from(value).unwrap().max(floor);
            let last = backups.iter().rev().filter(healthy).take(keep);
            prop_assert!(last.into_iter().all(|stored| !is_gone(stored)), "the last ones stay");
            prop_assert_eq!(after, before.min(keep));
        }

        let there = || backups.iter().filter(|stored| !stored.backup.is_recycled);
        let present = Present {
            count: u64::try_from(there().count()).unwrap(),
            oldest: there().map(|stored| stored.backup.created_at).min(),
            first_arrival: there().filter_map(|stored| stored.order.at).min(),
        };
        let held_back = held(&rule, &backups, now);
        let none = gone.is_empty() && held_back == 0;
        prop_assert!(none || may_be_old(&rule, &present, now));
        prop_assert!(by_age || held_back == 0);

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
        for (stored, content) in backups.iter_mut().zip(contents) {
            stored.backup.hash = (content > 0).then(|| format!("h{content}"));
        }
        let criteria = if by_age { RecycleCriteria::Age } else { RecycleCriteria::Count };
        let mut rule = target(criteria, Some(7), min);
        prop_assert!(duplicates(&rule, &backups).is_empty(), "deduplication is off");
        rule.deduplicate = true;
        let found = duplicates(&rule, &backups);
        let healthy = |stored: &&StoredBackup| {
            !stored.backup.is_recycled && !stored.backup.hash_mismatch
        };
        let count = |backups: &[StoredBackup]| backups.iter().filter(healthy).count();
        let floor = usize::try_from(min.unwrap_or(0).max(1)).unwrap();
        let mut left = backups.clone();
        for duplicate in &found {
            // As it is when its turn comes.
            let now = duplicates(&rule, &left).swap_remove(0);
            prop_assert_eq!((&now.id, &now.next), (&duplicate.id, &duplicate.next));
            let find = |id: &str| left.iter().find(|stored| stored.backup.id == id).unwrap();
            let one = find(&now.id);
            let ordered = present(&left);
            let at = ordered.iter().position(|backup| backup.id == now.id).unwrap();
            prop_assert_eq!(&ordered[at + 1].id, &now.of);
            prop_assert_eq!(by_age, now.next.is_some());
            for other in [Some(&now.of), now.next.as_ref()].into_iter().flatten() {
                let other = find(other);
                prop_assert!(one.backup.hash.is_some() && one.backup.hash == other.backup.hash);
                for backup in [&one.backup, &other.backup] {
                    prop_assert!(!backup.is_recycled && !backup.hash_mismatch);
                }
            }
            prop_assert!(find(&now.of).order.number < one.order.number, "the older one stays");
            left.retain(|stored| stored.backup.id != now.id);
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
    backups: &[StoredBackup],
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
    for (stored, hash) in backups.iter_mut().zip(["y", "Y", "y", "z", "y", "y"]) {
        stored.backup.hash = Some(hash.into());
    }
    let mut rule = target(RecycleCriteria::None, None, None);
    rule.deduplicate = true;
    let ids = |rule: &Target, backups: &[StoredBackup]| -> Vec<_> {
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
    backups[1].backup.hash_mismatch = true;
    assert_eq!(ids(&rule, &backups), [pair("0005", "0004")]);
}

#[test]
fn what_was_uploaded_last_survives_deduplication_and_a_rule_by_age_together() {
    let mut rule = target(RecycleCriteria::Age, Some(3), None);
    rule.deduplicate = true;
    let mut backups = Vec::new();
    // The same every day for a month, and then something else.
    for (day, mut new) in daily(31).into_iter().enumerate() {
        let now = at(new.backup.created_at.unix_seconds());
        let hash = if day < 30 { "same" } else { "other" };
        new.backup.hash = Some(hash.into());
        backups.push(new);
        for gone in old(&rule, &backups, now) {
            backups.retain(|stored: &StoredBackup| stored.backup.id != gone);
        }
        while let Some(first) = duplicates(&rule, &backups).first() {
            backups.retain(|stored| stored.backup.id != first.id);
        }
        assert!(backups.len() <= 3, "{backups:?}");
    }
    let left: Vec<_> = backups.iter().map(|stored| &*stored.backup.id).collect();
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
    let first = Some(Time::from_unix_seconds(0));
    let present = |count| Present {
        count,
        oldest: first,
        first_arrival: first,
    };
    let may = |rule: &Target, count| may_be_old(rule, &present(count), at(7 * DAY));
    let by_count = target(RecycleCriteria::Count, Some(3), None);
    assert!(!may(&by_count, 3));
    assert!(may(&by_count, 4));
    let by_age = |days| target(RecycleCriteria::Age, Some(days), None);
    assert!(!may(&by_age(7), 10));
    assert!(may(&by_age(6), 10));
    assert!(!may(&by_age(6), 1), "the last one stays");
    assert!(!may(&target(RecycleCriteria::None, Some(1), None), 10));
    assert!(!may_be_old(&by_age(1), &Present::default(), at(7 * DAY)));
}

/// Three that arrived while the clock was ten years ahead, then two with a clock that is right.
fn with_a_clock_that_was_ahead() -> Vec<StoredBackup> {
    let mut backups = daily(5);
    for stored in &mut backups[..3] {
        let ahead = stored.backup.created_at.unix_seconds() + 3650 * DAY;
        stored.backup.created_at = Time::from_unix_seconds(ahead);
    }
    backups
}

#[test]
fn count_goes_by_arrival_whatever_the_clock_showed() {
    let rule = target(RecycleCriteria::Count, Some(2), None);
    let ahead = with_a_clock_that_was_ahead();
    assert_eq!(old(&rule, &ahead, at(5 * DAY)), ["0002", "0001", "0000"]);
    let mut behind = daily(5);
    behind[4].backup.created_at = Time::from_unix_seconds(-9000 * DAY);
    assert_eq!(old(&rule, &behind, at(5 * DAY)), ["0002", "0001", "0000"]);
    let mut same_second = daily(5);
    for stored in &mut same_second {
        stored.backup.created_at = Time::from_unix_seconds(0);
    }
    // The ids are random: their order must not matter.
    same_second[4].backup.id = "0".into();
    assert_eq!(old(&rule, &same_second, at(DAY)), ["0002", "0001", "0000"]);
}

#[test]
fn age_goes_by_what_was_measured_since_arrival() {
    let rule = target(RecycleCriteria::Age, Some(30), None);
    let (today, year) = (10 * DAY, 365 * DAY);
    let moment = |wall, trusted| Moment {
        wall: Time::from_unix_seconds(wall),
        trusted: Time::from_unix_seconds(trusted),
    };
    // The clock is ahead: all seem old, all but the last one that is kept anyway.
    let ahead = moment(today + 10 * year, today);
    assert!(old(&rule, &daily(5), ahead).is_empty());
    assert_eq!(held(&rule, &daily(5), ahead), 4);
    // It was ahead: times in the future say nothing, and the others are not older for it.
    let backups = with_a_clock_that_was_ahead();
    assert!(old(&rule, &backups, at(today)).is_empty());
    assert_eq!(
        old(&rule, &backups, at(today + 23 * DAY)),
        ["0002", "0001", "0000"]
    );
    // The clock was years behind: backups made then have not been there for longer than they have.
    let mut behind = daily(5);
    behind[1].backup.created_at = Time::from_unix_seconds(-20 * year);
    assert!(old(&rule, &behind, at(today)).is_empty());
    assert_eq!(held(&rule, &behind, at(today)), 1);
    // It is behind now.
    assert!(old(&rule, &daily(5), moment(-50 * year, today)).is_empty());
    // Time that was believed wrongly removes nothing whose date is recent.
    assert!(old(&rule, &daily(5), moment(today, today + 10 * year)).is_empty());
}

#[test]
fn backups_without_a_number_are_older_than_all_others() {
    let mut backups = daily(4);
    for stored in &mut backups[..2] {
        stored.order = Order {
            number: 0,
            ..stored.order
        };
    }
    backups.swap(0, 3);
    let rule = target(RecycleCriteria::Count, Some(1), None);
    assert_eq!(old(&rule, &backups, at(0)), ["0002", "0001", "0000"]);
}

#[test]
fn a_daily_limit_is_the_default_or_what_the_target_says() {
    let mut limited = target(RecycleCriteria::None, None, None);
    assert_eq!(daily_uploads(&limited), DAILY_UPLOADS);
    for (own, limit) in [(0, 0), (7, 7), (-1, 0)] {
        limited.max_daily_uploads = Some(own);
        assert_eq!(daily_uploads(&limited), limit);
    }
}

#[test]
fn a_rule_with_zero_leaves_the_minimum() {
    let backups = daily(6);
    let now = at(backups[5].backup.created_at.unix_seconds() + 1);
    for criteria in [RecycleCriteria::Count, RecycleCriteria::Age] {
        for (min, left) in [(None, 1), (Some(0), 1), (Some(4), 4)] {
            let rule = target(criteria, Some(0), min);
            let gone = old(&rule, &backups, now);
            assert_eq!(gone.len(), backups.len() - left, "{criteria} {min:?}");
        }
    }
}
