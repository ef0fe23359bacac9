//! The schedules that presets have.

use super::unit_paths::unit_paths;
use crate::error::{CommandError, Kind};
use crate::schedule::{self, Crontab, Place, UnitFile};

/// Schedules of this machine and of this user.
pub(super) struct Schedules {
    crontab: Crontab,
}

impl Schedules {
    /// Reads the user's crontab. Without the program `crontab` there is none.
    pub(super) fn read() -> Self {
        Self {
            crontab: schedule::read_crontab().unwrap_or_else(|_| Crontab(Vec::new())),
        }
    }

    /// Returns the schedulers that run a preset.
    pub(super) fn of(&self, preset: &str) -> Vec<Place> {
        let has_units = |place: &Place| {
            let present = unit_paths(*place, preset)
                .ok()
                .and_then(|paths| UnitFile::present(&paths).ok());
            present.is_some_and(|present| !present.is_empty())
        };
        let mut places: Vec<Place> = [Place::System, Place::User]
            .into_iter()
            .filter(has_units)
            .collect();
        if self.crontab.without(preset) != self.crontab {
            places.push(Place::Cron);
        }
        places
    }

    /// Fails if a preset is scheduled: its runs would fail from then on.
    pub(super) fn require_none(&self, preset: &str) -> Result<(), CommandError> {
        let places = self.of(preset);
        let Some(place) = places.first() else {
            return Ok(());
        };
        let place = place.name();
        let word = shlex::try_quote(preset).unwrap_or_else(|_| preset.into());
        let message = format!("preset `{preset}` is scheduled with {place}; nothing was changed");
        Err(CommandError::new(Kind::Failed, message).hint(format!(
            "`bchan preset schedule {word} --remove --{place}` removes the schedule"
        )))
    }
}
