//! Time by the machine's clock and by the server's own count (see
//! [`policy::clock`](crate::policy::Clock)).
//!
//! For tests, with the feature `fault-points`: the file that `BCHAN_CLOCK` names has two numbers of
//! seconds, one to add to the machine's clock and one to add to the time that has been measured.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bchan_api::Time;
use rustix::time::{ClockId, clock_gettime};

use crate::policy::{Clock, Moment, Reading};
use bchan_catalog::{SavedClock, Store, StoreError};

/// A jump of the machine's clock that is worth a line in the log, in seconds.
const NOTABLE: i64 = 5 * 60;
/// Time without a server that people should hear of.
const A_DAY: i64 = 24 * 60 * 60;

/// Counts trusted time while the server runs.
#[derive(Default)]
pub struct Timekeeper(Mutex<Option<Running>>);

struct Running {
    clock: Clock,
    /// The time since the machine was started up to which was counted.
    counted: Duration,
}

impl Timekeeper {
    /// Goes on from what the database has. The server does so when it starts.
    pub fn start(&self, store: &dyn Store) -> Result<(), StoreError> {
        self.moment(store)?;
        self.save(store)
    }

    /// Returns the time now.
    pub fn moment(&self, store: &dyn Store) -> Result<Moment, StoreError> {
        Ok(self.read(store)?.now)
    }

    /// Returns the time now, and the date for a backup that arrives.
    pub fn read(&self, store: &dyn Store) -> Result<Reading, StoreError> {
        let mut running = self.lock();
        let wall = wall();
        let clock = if let Some(running) = &mut *running {
            if running.count(wall.unix_seconds())
                && let Err(error) = save(store, &running.clock)
            {
                tracing::warn!(%error, "trusted time is not written down");
            }
            &running.clock
        } else {
            let counted = since_boot();
            let clock = begin(store, wall.unix_seconds())?;
            &running.insert(Running { clock, counted }).clock
        };
        let time = Time::from_unix_seconds;
        Ok(Reading {
            now: Moment {
                wall,
                trusted: time(clock.trusted()),
            },
            arrival: time(clock.arrival()),
        })
    }

    /// Writes down how far it has counted. What is lost without is time that counts as one in which
    /// no server ran.
    pub fn save(&self, store: &dyn Store) -> Result<(), StoreError> {
        self.moment(store)?;
        let clock = self.lock().as_ref().map(|running| running.clock.clone());
        clock.map_or(Ok(()), |clock| save(store, &clock))
    }

    /// How far the machine's clock is ahead of trusted time, in seconds, as last seen.
    pub fn difference(&self) -> i64 {
        let running = self.lock();
        running
            .as_ref()
            .map_or(0, |running| running.clock.difference())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The count as the database has it, at the start of a server.
fn begin(store: &dyn Store, wall: i64) -> Result<Clock, StoreError> {
    let saved = store.clock()?;
    // Without a clock, trusted time begins again at the last arrival, which is early enough.
    let saved = saved.and_then(|saved| serde_json::from_value(serde_json::json!(saved)).ok());
    let mut clock: Clock = match saved {
        Some(clock) => clock,
        None => Clock::new(wall, store.last_arrival()?.map(Time::unix_seconds)),
    };
    let before = clock.difference();
    clock.start(wall);
    let (probation, difference) = (clock.on_probation(), clock.difference());
    let change = (difference - before).abs();
    if change >= A_DAY {
        tracing::warn!(
            difference,
            probation,
            "the clock does not follow the time for which the server has run (in seconds); what \
             is on probation counts once the server has run for a day, the rest never"
        );
    } else if change >= NOTABLE {
        tracing::info!(probation, "time without a server, in seconds");
    }
    Ok(clock)
}

fn save(store: &dyn Store, clock: &Clock) -> Result<(), StoreError> {
    let saved = serde_json::to_value(clock).and_then(serde_json::from_value);
    let saved: SavedClock = saved.map_err(|error| StoreError::Broken {
        what: error.to_string(),
    })?;
    store.save_clock(&saved)
}

impl Running {
    /// Returns whether something has happened that is worth writing down.
    fn count(&mut self, wall: i64) -> bool {
        let before = self.clock.difference();
        let elapsed = since_boot().saturating_sub(self.counted).as_secs();
        self.counted += Duration::from_secs(elapsed);
        self.clock
            .run(i64::try_from(elapsed).unwrap_or(i64::MAX), wall);
        let difference = self.clock.difference();
        let is_notable = (difference - before).abs() >= NOTABLE;
        if is_notable {
            tracing::warn!(
                difference,
                before,
                "the clock has jumped, or time without a server counts from now on (differences \
                 from the time that was measured, in seconds)"
            );
        }
        is_notable
    }
}

/// The machine's clock.
fn wall() -> Time {
    let now = Time::now().unix_seconds();
    Time::from_unix_seconds(now.saturating_add(test::offset(0)))
}

/// Time since the machine was started, including that in which it slept.
fn since_boot() -> Duration {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: ClockId = ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: ClockId = ClockId::Monotonic;

    let now = clock_gettime(CLOCK);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    let nanoseconds = u32::try_from(now.tv_nsec).unwrap_or(0);
    Duration::new(seconds.saturating_add_signed(test::offset(1)), nanoseconds)
}

#[cfg(not(feature = "fault-points"))]
mod test {
    pub(super) const fn offset(_: usize) -> i64 {
        0
    }
}

#[cfg(feature = "fault-points")]
mod test {
    use std::path::PathBuf;
    use std::sync::LazyLock;

    static FILE: LazyLock<Option<PathBuf>> =
        LazyLock::new(|| std::env::var_os("BCHAN_CLOCK").map(PathBuf::from));

    /// The number of this index in the file of the tests.
    pub(super) fn offset(index: usize) -> i64 {
        let text = FILE.as_ref().map(std::fs::read_to_string);
        let text = text.and_then(Result::ok).unwrap_or_default();
        let number = text.split_whitespace().nth(index);
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    }
}
