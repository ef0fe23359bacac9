//! Years of uploads, decay, jobs and changed minds, with the laws checked after every step.

use std::collections::{BTreeMap, BTreeSet};

use bchan_api::{Backup, RecycleAction, RecycleCriteria, Target, Time};
use proptest::prelude::*;

use super::tests::{backup, contents_in_order, target};
use super::{Duplicate, SECONDS_PER_DAY, duplicates, old};

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
    backups: Vec<Backup>,
    /// Backups whose files have decayed, known or not.
    rotten: BTreeSet<String>,
    /// Content that was uploaded last.
    content: u64,
    made: usize,
    now: i64,
}

impl World {
    fn healthy(&self) -> usize {
        let healthy = |backup: &&Backup| !backup.is_recycled && !backup.hash_mismatch;
        self.backups.iter().filter(healthy).count()
    }

    fn floor(&self) -> usize {
        usize::try_from(self.target.min_backups.unwrap_or(0).max(1)).unwrap()
    }

    /// How often each content is really there, outside of the recycle bin.
    fn contents(&self) -> BTreeMap<String, usize> {
        let mut contents = BTreeMap::new();
        let sound = |backup: &&Backup| !backup.is_recycled && !self.rotten.contains(&backup.id);
        for backup in self.backups.iter().filter(sound) {
            *contents.entry(backup.hash.clone().unwrap()).or_default() += 1;
        }
        contents
    }

    fn upload(&mut self, dice: &mut Dice) {
        if dice.one_in(3) {
            self.content = dice.roll(5);
        }
        let mut new = backup(self.made, self.now, false, false);
        new.hash = Some(format!("hash-{}", self.content));
        self.made += 1;
        self.backups.push(new);
    }

    /// What the integrity check does to one backup.
    fn check(&mut self, id: &str) -> bool {
        let sound = !self.rotten.contains(id);
        for backup in self.backups.iter_mut().filter(|backup| backup.id == id) {
            backup.hash_mismatch = !sound;
        }
        sound
    }

    fn check_all(&mut self) {
        let ids: Vec<_> = self
            .backups
            .iter()
            .map(|backup| backup.id.clone())
            .collect();
        for id in ids {
            self.check(&id);
        }
    }

    fn recycle(&mut self) {
        let now = Time::from_unix_seconds(self.now);
        let before = self.healthy();
        let gone = old(&self.target, &self.backups, now);
        match self.target.recycle_action {
            RecycleAction::Delete => self.backups.retain(|backup| !gone.contains(&backup.id)),
            RecycleAction::Recycle => {
                for backup in &mut self.backups {
                    backup.is_recycled |= gone.contains(&backup.id);
                }
            }
        }
        self.assert_enough(before);
        assert!(old(&self.target, &self.backups, now).is_empty());
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
                    .filter(|backup| backup.id != duplicate.id);
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
            .filter(|backup| !backup.is_recycled && backup.hash_mismatch)
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
        self.now += SECONDS_PER_DAY;
        for _ in 0..dice.roll(3) {
            self.now += 60;
            self.upload(dice);
        }
        if dice.one_in(20) && !self.backups.is_empty() {
            let any = usize::try_from(dice.roll(self.backups.len() as u64)).unwrap();
            self.rotten.insert(self.backups[any].id.clone());
        }
        // Somebody recycles, restores, and has the files of a backup put back.
        if dice.one_in(15) && !self.backups.is_empty() {
            let any = usize::try_from(dice.roll(self.backups.len() as u64)).unwrap();
            let picked = &mut self.backups[any];
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
            self.backups.retain(|backup| !backup.is_recycled);
        }
    }
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
            made: 0,
            now: 0,
        };
        world.change_mind(&mut dice);
        for _ in 0..5 * 365 {
            world.day(&mut dice);
        }
    }
}
