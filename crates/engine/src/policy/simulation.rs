//! Years of uploads, decay, jobs, changed minds, floods and wrong clocks, with the laws checked after
//! every step.

use std::collections::{BTreeMap, BTreeSet};

use bchan_api::{RecycleAction, RecycleCriteria, Target, Time};
use proptest::prelude::*;

use super::clock::LONGEST_OFF;
use super::tests::{backup, contents_in_order, target};
use super::{Clock, Duplicate, Moment, SECONDS_PER_DAY, duplicates, old};
use bchan_catalog::StoredBackup;

const HOUR: i64 = 60 * 60;

/// A day in 2026.
const START: i64 = 1_790_000_000;

/// Small, fast and always the same for one seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }
}

/// One target, what is known of its backups, and what is true.
struct World {
    target: Target,
    /// In the order in which they arrived.
    backups: Vec<StoredBackup>,
    /// When they did in truth.
    arrived: BTreeMap<String, i64>,
    /// Backups whose files have decayed, known or not.
    rotten: BTreeSet<String>,
    /// Content that was uploaded last.
    content: u64,
    made: usize,
    /// The true time.
    now: i64,
    /// Error of the machine's clock.
    error: i64,
    clock: Clock,
}

impl World {
    fn healthy(&self) -> usize {
        self.backups
            .iter()
            .filter(|stored| is_healthy(stored))
            .count()
    }

    fn wall(&self) -> i64 {
        self.now + self.error
    }

    fn moment(&self) -> Moment {
        Moment {
            wall: Time::from_unix_seconds(self.wall()),
            trusted: Time::from_unix_seconds(self.clock.trusted()),
        }
    }

    /// Time passes while the server runs.
    fn pass(&mut self, seconds: i64) {
        self.now += seconds;
        self.clock.run(seconds, self.now + self.error);
    }

    /// The clock is set to something, while the server runs or while it is off. What the server
    /// cannot tell from time that it was off is put right within a day.
    fn set_clock(&mut self, dice: &mut Dice) {
        let before = self.error;
        let days = i64::try_from(dice.roll(30_000)).unwrap() - 15_000;
        self.error = if dice.one_in(2) {
            0
        } else {
            days * SECONDS_PER_DAY
        };
        let excess = self.error - before;
        // A clock that was behind is put right while the server runs: at a start, this cannot be told
        // from time that the server was off.
        let becomes_right = self.error == 0 && (1..=2 * LONGEST_OFF).contains(&excess);
        if dice.one_in(2) || becomes_right {
            self.pass(HOUR);
            return;
        }
        self.now += i64::try_from(dice.roll(20)).unwrap() * SECONDS_PER_DAY;
        self.clock.start(self.now + self.error);
        if (1..=2 * LONGEST_OFF).contains(&excess) {
            self.upload(dice);
            self.recycle();
            self.pass(22 * HOUR);
            self.recycle();
            self.error = 0;
            self.pass(HOUR);
        }
    }

    fn floor(&self) -> usize {
        usize::try_from(self.target.min_backups.unwrap_or(0).max(1)).unwrap()
    }

    /// How often each content is really there, outside of the recycle bin.
    fn contents(&self) -> BTreeMap<String, usize> {
        let mut contents = BTreeMap::new();
        for stored in &self.backups {
            let backup = &stored.backup;
            if !backup.is_recycled && !self.rotten.contains(&backup.id) {
                *contents.entry(backup.hash.clone().unwrap()).or_default() += 1;
            }
        }
        contents
    }

    fn upload(&mut self, dice: &mut Dice) {
        if dice.one_in(3) {
            self.content = dice.roll(5);
        }
        let mut new = backup(self.made, self.wall(), false, false);
        new.order.at = Some(Time::from_unix_seconds(self.clock.arrival()));
        new.backup.hash = Some(format!("hash-{}", self.content));
        self.arrived.insert(new.backup.id.clone(), self.now);
        self.made += 1;
        self.backups.push(new);
    }

    /// Simulates the integrity check of one backup.
    fn check(&mut self, id: &str) -> bool {
        let sound = !self.rotten.contains(id);
        for stored in self
            .backups
            .iter_mut()
            .filter(|stored| stored.backup.id == id)
        {
            stored.backup.hash_mismatch = !sound;
        }
        sound
    }

    fn check_all(&mut self) {
        let ids: Vec<_> = self
            .backups
            .iter()
            .map(|stored| stored.backup.id.clone())
            .collect();
        for id in ids {
            self.check(&id);
        }
    }

    fn recycle(&mut self) {
        let now = self.moment();
        let before = self.healthy();
        let gone = old(&self.target, &self.backups, now);
        self.assert_really_old(&gone);
        match self.target.recycle_action {
            RecycleAction::Delete => self.backups.retain(|one| !gone.contains(&one.backup.id)),
            RecycleAction::Recycle => {
                for stored in &mut self.backups {
                    stored.backup.is_recycled |= gone.contains(&stored.backup.id);
                }
            }
        }
        self.assert_enough(before);
        assert!(old(&self.target, &self.backups, now).is_empty());
    }

    /// Nothing goes by age before its time, and by count exactly the last ones stay, whatever the
    /// clock shows.
    fn assert_really_old(&self, gone: &[String]) {
        let value = self.target.recycle_value.unwrap_or(0);
        match self.target.recycle_criteria {
            RecycleCriteria::None => assert!(gone.is_empty()),
            RecycleCriteria::Age => {
                for id in gone {
                    let age = self.now - self.arrived[id];
                    assert!(age > value * SECONDS_PER_DAY, "{id} is {age} s old");
                }
            }
            RecycleCriteria::Count => {
                let keep = usize::try_from(value).unwrap().max(self.floor());
                let healthy = self
                    .backups
                    .iter()
                    .filter(|stored| is_healthy(stored))
                    .rev();
                for (place, stored) in healthy.enumerate() {
                    let goes = self.target.recycle_value.is_some() && place >= keep;
                    assert_eq!(gone.contains(&stored.backup.id), goes, "{place} of {keep}");
                }
            }
        }
    }

    /// As the job does it: all are read first, and the decision is made again.
    fn deduplicate(&mut self) {
        let before = self.healthy();
        let contents = self.contents();
        let mut gone: Option<Duplicate> = None;
        for mut duplicate in duplicates(&self.target, &self.backups) {
            duplicate.follow(gone.as_ref());
            let sound = duplicate.all().all(|id| self.check(id));
            if sound && duplicates(&self.target, &self.backups).contains(&duplicate) {
                let left = self
                    .backups
                    .iter()
                    .filter(|stored| stored.backup.id != duplicate.id);
                let left: Vec<_> = left.cloned().collect();
                assert_eq!(
                    contents_in_order(&left, false),
                    contents_in_order(&self.backups, false),
                    "recycling sees the same"
                );
                self.backups = left;
                gone = Some(duplicate);
            }
        }
        let after = self.contents();
        assert!(
            contents.keys().eq(after.keys()),
            "a content is gone: {contents:?} became {after:?}"
        );
        self.assert_enough_of_known(before);
    }

    fn assert_enough(&self, before: usize) {
        let after = self.healthy();
        assert!(after >= before.min(self.floor()), "{before} became {after}");
        assert!(before == 0 || after > 0, "the last one went");
    }

    /// Checking may have found some broken, which takes them out of the count but not away.
    fn assert_enough_of_known(&self, before: usize) {
        let known_broken = self
            .backups
            .iter()
            .filter(|stored| !stored.backup.is_recycled && stored.backup.hash_mismatch)
            .count();
        let after = self.healthy() + known_broken;
        assert!(after >= before.min(self.floor()), "{before} became {after}");
    }

    fn change_mind(&mut self, dice: &mut Dice) {
        let criteria = RecycleCriteria::ALL;
        let any = usize::try_from(dice.roll(criteria.len() as u64)).unwrap();
        self.target.recycle_criteria = criteria[any];
        self.target.recycle_value = Some(i64::try_from(dice.roll(40)).unwrap());
        self.target.min_backups = (!dice.one_in(3)).then(|| i64::try_from(dice.roll(12)).unwrap());
        self.target.deduplicate = dice.one_in(2);
        self.target.recycle_action = if dice.one_in(2) {
            RecycleAction::Delete
        } else {
            RecycleAction::Recycle
        };
    }

    fn day(&mut self, dice: &mut Dice) {
        self.pass(SECONDS_PER_DAY);
        if dice.one_in(25) {
            self.set_clock(dice);
        }
        // A flood comes within one second.
        let uploads = if dice.one_in(40) { 30 } else { dice.roll(3) };
        for _ in 0..uploads {
            if uploads < 30 {
                self.pass(60);
            }
            self.upload(dice);
        }
        if dice.one_in(20) && !self.backups.is_empty() {
            let any = usize::try_from(dice.roll(self.backups.len() as u64)).unwrap();
            self.rotten.insert(self.backups[any].backup.id.clone());
        }
        // A user recycles, restores, and puts the files of a backup back.
        if dice.one_in(15) && !self.backups.is_empty() {
            let any = usize::try_from(dice.roll(self.backups.len() as u64)).unwrap();
            let picked = &mut self.backups[any].backup;
            picked.is_recycled = !picked.is_recycled;
            self.rotten.remove(&picked.id);
        }
        if dice.one_in(100) {
            self.change_mind(dice);
        }
        let mut jobs = [0, 1, 2];
        jobs.swap(0, usize::try_from(dice.roll(3)).unwrap());
        jobs.swap(1, usize::try_from(dice.roll(3)).unwrap());
        for job in jobs {
            match job {
                0 => self.recycle(),
                1 => self.deduplicate(),
                _ if dice.one_in(7) => self.check_all(),
                _ => {}
            }
        }
        // The bin is emptied now and then, or this would never end.
        if dice.one_in(60) {
            self.backups.retain(|stored| !stored.backup.is_recycled);
        }
    }
}

fn is_healthy(stored: &StoredBackup) -> bool {
    !stored.backup.is_recycled && !stored.backup.hash_mismatch
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Five years with each seed.
    #[test]
    fn years_go_by_and_the_laws_hold(seed in 1_u64..) {
        let mut dice = Dice(seed);
        let mut world = World {
            target: target(RecycleCriteria::Count, Some(5), Some(2)),
            backups: Vec::new(),
            rotten: BTreeSet::new(),
            content: 0,
            arrived: BTreeMap::new(),
            made: 0,
            now: START,
            error: 0,
            clock: Clock::new(START, None),
        };
        world.clock.start(START);
        world.change_mind(&mut dice);
        for _ in 0..5 * 365 {
            world.day(&mut dice);
        }
    }
}
