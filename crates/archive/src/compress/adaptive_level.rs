//! How hard to compress: no harder than it is worth.
//!
//! Adaptive compression level. Throughput is limited either by the threads that compress or by the
//! reader of the stream. In the first case a lower level sends more in the same time, in the second
//! a higher one. Data that does not shrink is compressed with the lowest level.

use std::time::Duration;

/// Levels below the one that was asked for, each about a quarter faster than the one before.
const LOWER: [i32; 9] = [2, 1, -1, -3, -7, -12, -20, -50, -200];

/// The level to start with, from which either way is short.
const FIRST: i32 = 1;

/// The level for what does not compress. It still notices what does.
const HOPELESS: i32 = -200;

/// Measurements of one interval.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct While {
    pub(super) all: Duration,
    /// The part of it spent waiting for the consumer of the stream.
    pub(super) taking: Duration,
    /// The part of it spent compressing or waiting for compression.
    pub(super) compressing: Duration,
    /// Bytes that came, and what became of them.
    pub(super) before: u64,
    pub(super) after: u64,
}

/// Chooses levels.
#[derive(Debug)]
pub(super) struct AdaptiveLevel {
    /// The requested level, and the levels that may replace it.
    ladder: Vec<i32>,
    /// Which one it is.
    step: usize,
    /// Hundredths of the time that went into either of late, the last while counting for half.
    recent: Option<(u128, u128)>,
}

impl AdaptiveLevel {
    /// Starts with [`FIRST`], or the level that was asked for where that is lower.
    pub(super) fn new(level: i32) -> Self {
        let lower = LOWER.iter().copied().filter(|lower| *lower < level);
        let ladder: Vec<_> = std::iter::once(level).chain(lower).collect();
        let step = ladder.iter().position(|level| *level <= FIRST);
        Self {
            step: step.unwrap_or(0),
            ladder,
            recent: None,
        }
    }

    /// The level that it is at.
    pub(super) fn level(&self) -> i32 {
        self.ladder[self.step]
    }

    /// The level that goes on from here.
    pub(super) fn next(&mut self, now: &While) -> i32 {
        // Fewer than one in fifty bytes is saved.
        let hopeless = now.after > now.before - now.before / 50;
        let new = (now.share(now.taking), now.share(now.compressing));
        let old = self.recent.unwrap_or(new);
        let (taking, compressing) = (u128::midpoint(old.0, new.0), u128::midpoint(old.1, new.1));
        self.recent = Some((taking, compressing));
        if compressing > 25 && taking < 15 {
            let down = if compressing > 60 { 2 } else { 1 };
            self.step = (self.step + down).min(self.ladder.len() - 1);
        } else if taking > 50 {
            self.step = self.step.saturating_sub(1);
        }
        if hopeless {
            HOPELESS
        } else {
            self.ladder[self.step]
        }
    }
}

impl While {
    /// Hundredths of the time.
    fn share(&self, part: Duration) -> u128 {
        part.as_nanos() * 100 / self.all.as_nanos().max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tenth of a second of which so many hundredths passed in waiting.
    fn now(taking: u64, compressing: u64) -> While {
        While {
            all: Duration::from_millis(100),
            taking: Duration::from_millis(taking),
            compressing: Duration::from_millis(compressing),
            before: 1000,
            after: 400,
        }
    }

    #[test]
    fn a_fast_way_is_worth_less_effort() {
        let mut pace = AdaptiveLevel::new(3);
        assert_eq!((pace.level(), pace.next(&now(5, 40))), (1, -1));
        let levels: Vec<_> = (0..20).map(|_| pace.next(&now(5, 80))).collect();
        assert!(levels.is_sorted_by(|a, b| a >= b), "{levels:?}");
        assert_eq!((levels[0], levels[19]), (-3, -200));
    }

    #[test]
    fn a_slow_way_is_worth_all_that_was_asked_for_and_no_more() {
        let mut pace = AdaptiveLevel::new(3);
        let levels = [(); 4].map(|()| pace.next(&now(90, 5)));
        assert_eq!(levels, [2, 3, 3, 3]);
        assert_eq!(AdaptiveLevel::new(-3).next(&now(90, 5)), -3);
    }

    #[test]
    fn a_slow_source_changes_nothing() {
        let mut pace = AdaptiveLevel::new(3);
        assert_eq!(pace.next(&now(5, 5)), 1);
        pace.next(&now(5, 80));
        assert_eq!(pace.next(&now(5, 5)), -1);
    }

    #[test]
    fn what_does_not_become_smaller_is_not_tried_for_long() {
        let mut pace = AdaptiveLevel::new(3);
        let noise = While {
            after: 1001,
            ..now(90, 5)
        };
        assert_eq!(pace.next(&noise), HOPELESS);
        assert_eq!(pace.next(&noise), HOPELESS);
        // All the while it was the way that was waited for.
        assert_eq!(pace.next(&now(50, 5)), 3);
    }

    #[test]
    fn a_moment_changes_nothing() {
        let mut pace = AdaptiveLevel::new(3);
        for _ in 0..5 {
            pace.next(&now(90, 5));
        }
        assert_eq!(pace.next(&now(5, 90)), 3);
        assert_eq!(pace.next(&now(90, 5)), 3);
    }
}
