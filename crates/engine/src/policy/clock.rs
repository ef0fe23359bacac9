//! Trusted time: time that a wrong clock cannot change, used to measure ages.
//!
//! The machine's clock (UTC) may be years ahead, years behind or at 1970, and may jump. Trusted
//! time is counted by the server instead: while the server runs, by the time since the machine was
//! started, which cannot be set. Only the clock can tell how long the server was off, so it is
//! believed only after a probation.
//!
//! Laws, whatever the clock shows:
//!
//! 1. Trusted time never goes back, and while the server runs it gains at least the measured time.
//! 2. It gains more than the measured time only by what the clock was ahead of it throughout a
//!    whole [`Window`], and never by more than [`LONGEST_OFF`] in one window.
//! 3. A jump of the clock while the server runs adds nothing, in either direction.
//! 4. A jump of more than twice [`LONGEST_OFF`] while the server is off adds nothing, and neither
//!    does a clock that was behind trusted time and is right at the next start.
//! 5. A time that the clock claimed before it was set back is not believed when the clock claims it
//!    again: backups that arrived in between were dated without it.
//! 6. Time that is on probation when a backup arrives may be believed later, and has passed before
//!    the arrival: so the arrival is dated as if it were believed ([`Clock::arrival`]), and no
//!    backup gets older by it.
//!
//! So trusted time is late rather than early: after the server was off, backups count as younger
//! than they are until the probation ends. It is early only if the clock goes ahead at a start by
//! up to twice [`LONGEST_OFF`] more than the server was off, because it is wrong then or was behind
//! before, and stays so for a whole window.

use serde::{Deserialize, Serialize};

pub(super) const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// Longest time without a server that is believed at once, in seconds: a month, so that a disk that is
/// used once a month gets old. A machine that was off for longer keeps its backups for that much
/// longer. A clock that was behind and is right after a start looks like time without a server, and
/// this bounds by how much it makes backups older.
pub(super) const LONGEST_OFF: i64 = 32 * SECONDS_PER_DAY;

/// Length of a probation: so much time while the server runs.
const RUNNING: i64 = SECONDS_PER_DAY;

/// Where the server never runs for long (`--local`), a probation also ends after so many starts, if
/// the clock itself has gone on by [`DAYS_OF_STARTS`] meanwhile.
const STARTS: u32 = 7;
const DAYS_OF_STARTS: i64 = 7 * SECONDS_PER_DAY;

/// Trusted time, and what is remembered of the machine's clock. All values are in seconds; times
/// are since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    trusted: i64,
    /// How far the machine's clock was set ahead at moments when less time is known to have passed,
    /// as far as it has not been set back.
    ahead: i64,
    /// How much time the machine's clock claims to have passed in excess of what was measured.
    lead: i64,
    /// How much of what it claimed was taken back by setting it back, and may be claimed again.
    withdrawn: i64,
    window: Window,
}

/// A probation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Window {
    /// Time while the server ran.
    running: i64,
    /// Starts of the server.
    starts: u32,
    /// The machine's clock at its beginning.
    from: i64,
    /// Smallest lead in it.
    least: i64,
}

impl Window {
    fn new(wall: i64, lead: i64) -> Self {
        Self {
            running: 0,
            starts: 0,
            from: wall,
            least: lead,
        }
    }

    fn is_over(&self, wall: i64) -> bool {
        let days = wall.saturating_sub(self.from);
        self.running >= RUNNING || (self.starts >= STARTS && days >= DAYS_OF_STARTS)
    }
}

impl Clock {
    /// Begins to count, with the machine's clock at `wall`. Where there are backups already, what
    /// has passed since the newest of them (`newest`) is as little known as any time without a
    /// server.
    pub fn new(wall: i64, newest: Option<i64>) -> Self {
        let trusted = newest.map_or(wall, |newest| newest.min(wall));
        Self {
            trusted,
            ahead: 0,
            lead: 0,
            withdrawn: 0,
            window: Window::new(wall, 0),
        }
    }

    /// Trusted time now.
    pub fn trusted(&self) -> i64 {
        self.trusted
    }

    /// Returns the date for a backup that arrives now.
    pub fn arrival(&self) -> i64 {
        self.trusted.saturating_add(self.on_probation())
    }

    /// By how much the machine's clock is ahead of trusted time; negative if it is behind it.
    pub fn difference(&self) -> i64 {
        self.ahead.saturating_add(self.lead)
    }

    /// Time that the machine's clock says has passed without a server, and that is not believed yet.
    pub fn on_probation(&self) -> i64 {
        self.lead.max(0)
    }

    /// The server starts.
    pub fn start(&mut self, wall: i64) {
        let lead = self.lead_at(wall);
        if lead > LONGEST_OFF || (self.lead < 0 && lead > 0) {
            self.set_ahead(lead);
        } else {
            // A clock that was set back and is right again does not tell how long the server was off.
            let again = lead
                .saturating_sub(self.lead.max(0))
                .clamp(0, self.withdrawn);
            self.withdrawn -= again;
            self.set_ahead(again);
            self.set_back(lead);
        }
        self.window.starts = self.window.starts.saturating_add(1);
        self.look(wall);
    }

    /// The server has run for `elapsed` since the last call of this or of [`start`](Self::start).
    pub fn run(&mut self, elapsed: i64, wall: i64) {
        let elapsed = elapsed.max(0);
        self.trusted = self.trusted.saturating_add(elapsed);
        self.window.running = self.window.running.saturating_add(elapsed);
        let (before, lead) = (self.lead.max(0), self.lead_at(wall));
        if lead > before {
            self.set_ahead(lead - before);
        } else {
            self.set_back(lead);
        }
        self.look(wall);
    }

    fn lead_at(&self, wall: i64) -> i64 {
        wall.saturating_sub(self.ahead).saturating_sub(self.trusted)
    }

    /// Takes so much of what the machine's clock shows for a correction of it.
    fn set_ahead(&mut self, by: i64) {
        self.ahead = self.ahead.saturating_add(by);
    }

    /// Takes a negative lead for the end of an earlier correction, as far as there was one.
    fn set_back(&mut self, lead: i64) {
        let less = self.lead.max(0).saturating_sub(lead.max(0)).max(0);
        self.withdrawn = self.withdrawn.saturating_add(less);
        if lead < 0 {
            self.ahead = self.ahead.saturating_add(lead).max(0);
        }
    }

    /// Remembers the lead, and believes what has outlasted the probation.
    fn look(&mut self, wall: i64) {
        self.lead = self.lead_at(wall);
        self.window.least = self.window.least.min(self.lead);
        if self.window.is_over(wall) {
            let proven = self.window.least.clamp(0, LONGEST_OFF);
            self.trusted = self.trusted.saturating_add(proven);
            self.lead = self.lead_at(wall);
            self.window = Window::new(wall, self.lead);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3600;
    const DAY: i64 = SECONDS_PER_DAY;
    const YEAR: i64 = 365 * DAY;
    /// A day in 2026.
    const NOW: i64 = 1_790_000_000;

    /// Runs for some time in steps of ten minutes, with the machine's clock off by `error`.
    fn run(clock: &mut Clock, truth: &mut i64, duration: i64, error: i64) {
        for _ in 0..duration / 600 {
            *truth += 600;
            clock.run(600, *truth + error);
        }
    }

    fn started() -> (Clock, i64) {
        let mut clock = Clock::new(NOW, None);
        clock.start(NOW);
        (clock, NOW)
    }

    #[test]
    fn it_is_the_machines_clock_where_that_is_right() {
        let (mut clock, mut truth) = started();
        run(&mut clock, &mut truth, 90 * DAY, 0);
        assert_eq!((clock.trusted(), clock.difference()), (truth, 0));
    }

    #[test]
    fn jumps_while_the_server_runs_change_nothing() {
        let (mut clock, mut truth) = started();
        for error in [10 * YEAR, 0, -40 * YEAR, 0, 90 * DAY, -90 * DAY, HOUR, 0] {
            run(&mut clock, &mut truth, 5 * DAY, error);
            assert_eq!(clock.trusted(), truth, "off by {error}");
        }
        // Time without a server counts after all of that as it did before.
        truth += 3 * DAY;
        clock.start(truth);
        run(&mut clock, &mut truth, 3 * DAY, 0);
        assert_eq!(clock.trusted(), truth);
    }

    #[test]
    fn time_without_a_server_counts_after_a_day() {
        let (mut clock, mut truth) = started();
        run(&mut clock, &mut truth, 10 * HOUR, 0);
        truth += 30 * DAY;
        clock.start(truth);
        assert_eq!(clock.on_probation(), 30 * DAY);
        run(&mut clock, &mut truth, 23 * HOUR, 0);
        assert_eq!(clock.trusted(), truth - 30 * DAY);
        run(&mut clock, &mut truth, 25 * HOUR, 0);
        assert_eq!((clock.trusted(), clock.on_probation()), (truth, 0));
    }

    #[test]
    fn a_clock_that_is_wrong_at_a_start_and_put_right_adds_nothing() {
        for error in [20 * DAY, 10 * YEAR] {
            for hours in [1, 23] {
                let (mut clock, mut truth) = started();
                run(&mut clock, &mut truth, 10 * DAY, 0);
                truth += HOUR;
                clock.start(truth + error);
                run(&mut clock, &mut truth, hours * HOUR, error);
                run(&mut clock, &mut truth, 10 * DAY, 0);
                let late = truth - clock.trusted();
                assert!(
                    (0..=HOUR).contains(&late),
                    "{late}: {error} for {hours} hours"
                );
            }
        }
    }

    #[test]
    fn years_are_never_believed() {
        let (mut clock, mut truth) = started();
        clock.start(truth + 10 * YEAR);
        run(&mut clock, &mut truth, 200 * DAY, 10 * YEAR);
        assert_eq!(clock.trusted(), truth);
        clock.start(truth);
        run(&mut clock, &mut truth, 200 * DAY, 0);
        assert_eq!((clock.trusted(), clock.difference()), (truth, 0));
    }

    /// The server was off for ten days, and the clock shows one of them until the next start.
    #[test]
    fn a_clock_that_was_set_back_and_is_right_again_makes_no_backup_older() {
        let (mut clock, mut truth) = started();
        truth += 10 * DAY;
        clock.start(truth);
        run(&mut clock, &mut truth, HOUR, 0);
        run(&mut clock, &mut truth, HOUR, -9 * DAY);
        let (arrived, at) = (truth, clock.arrival());
        truth += HOUR;
        clock.start(truth);
        run(&mut clock, &mut truth, 3 * DAY, 0);
        assert!(clock.trusted() - at <= truth - arrived);
    }

    /// A battery that is dead: each start is in 1970, until the network tells the time.
    #[test]
    fn starts_in_1970_add_nothing() {
        for first in [0, NOW] {
            let mut clock = Clock::new(first, None);
            let mut truth = NOW;
            for _ in 0..40 {
                clock.start(0);
                let in_1970 = -truth;
                run(&mut clock, &mut truth, HOUR, in_1970);
                run(&mut clock, &mut truth, 5 * DAY, 0);
            }
            assert_eq!(clock.trusted() - first, truth - NOW);
        }
    }

    #[test]
    fn a_clock_that_was_years_behind_adds_nothing_when_it_is_right_again() {
        let (mut clock, mut truth) = started();
        clock.start(truth - 5 * YEAR);
        run(&mut clock, &mut truth, 100 * DAY, -5 * YEAR);
        clock.start(truth);
        run(&mut clock, &mut truth, 100 * DAY, 0);
        assert_eq!(clock.trusted(), truth);
    }

    /// A machine that is on for an hour a day, and one with `--local`, which is so for seconds.
    #[test]
    fn short_runs_keep_up_within_weeks() {
        for seconds in [10, HOUR] {
            let (mut clock, mut truth) = started();
            for _ in 0..100 {
                truth += DAY - seconds;
                clock.start(truth);
                truth += seconds;
                clock.run(seconds, truth);
            }
            let late = truth - clock.trusted();
            assert!((0..=15 * DAY).contains(&late), "{late}");
        }
    }

    #[test]
    fn backups_that_were_there_before_it_begin_it() {
        let mut clock = Clock::new(NOW + 20 * DAY, Some(NOW));
        clock.start(NOW + 20 * DAY);
        assert_eq!((clock.trusted(), clock.on_probation()), (NOW, 20 * DAY));
        let ahead = Clock::new(NOW, Some(NOW + 10 * YEAR));
        assert_eq!(ahead.trusted(), NOW);
    }

    proptest! {
        /// Whatever the clock shows while the server runs, and wherever it jumps to: as long as it
        /// is wrong after a start for less than a day, or by more than [`LONGEST_OFF`], no more time passes
        /// than really does.
        #[test]
        fn it_is_never_early(
            spells in proptest::collection::vec(
                (any::<bool>(), -60 * YEAR..60 * YEAR, 1_i64..90, 0_i64..30 * DAY),
                1..40,
            )
        ) {
            let (mut clock, mut truth) = started();
            let (mut last, mut before) = (clock.trusted(), 0);
            let mut arrivals = Vec::new();
            for (restarts, error, hours, off) in spells {
                // What is wrong before a start is right within a day of it.
                let excess = error - before;
                let lasts = !restarts || excess <= 0 || excess > 2 * LONGEST_OFF;
                let hours = if lasts { hours } else { hours.min(23) };
                if restarts {
                    truth += off;
                    clock.start(truth + error);
                }
                run(&mut clock, &mut truth, hours * HOUR, error);
                before = error;
                if !lasts {
                    before = 0;
                    run(&mut clock, &mut truth, HOUR, 0);
                }
                prop_assert!(clock.trusted() >= last + hours * HOUR);
                prop_assert!(clock.trusted() <= truth, "{} early", clock.trusted() - truth);
                last = clock.trusted();
                for (arrived, at) in &arrivals {
                    prop_assert!(last - at <= truth - arrived, "older than it is");
                }
                arrivals.push((truth, clock.arrival()));
            }
        }
    }
}
