//! Local times of another server. It writes them without a zone, so that one has to be told.

use bchan_api::Time;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::error::ImportError;

/// The zone that a server was in.
pub(crate) struct Zone {
    zone: TimeZone,
    name: String,
}

/// A moment, and what is doubtful about it.
pub(crate) struct Moment {
    pub(crate) time: Time,
    pub(crate) doubt: Option<Doubt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Clocks were set back, and showed it twice: the earlier one is taken.
    Twice,
    /// Clocks were set forward, and never showed it: probably it is another zone.
    Never,
}

impl Zone {
    /// The zone of this name, or that of this machine.
    pub(crate) fn choose(name: Option<&str>) -> Result<Self, ImportError> {
        let fail = |name: Option<&str>| {
            let name = name.map(str::to_owned);
            move |source| ImportError::Zone { name, source }
        };
        let zone = match name {
            Some(name) => TimeZone::get(name).map_err(fail(Some(name)))?,
            None => TimeZone::try_system().map_err(fail(None))?,
        };
        let known = zone.iana_name().map(str::to_owned);
        let name = known.or_else(|| name.map(str::to_owned));
        Ok(Self {
            zone,
            name: name.unwrap_or_else(|| "this machine's".to_owned()),
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// When the clocks showed this.
    pub(crate) fn at(&self, local: DateTime) -> Option<Moment> {
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        let doubt = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => None,
            AmbiguousOffset::Fold { .. } => Some(Doubt::Twice),
            AmbiguousOffset::Gap { .. } => Some(Doubt::Never),
        };
        let time = ambiguous.compatible().ok()?;
        let time = Time::from_unix_seconds(time.as_second());
        Some(Moment { time, doubt })
    }
}

/// A time as Python's `isoformat` writes it, which is how backups are called there.
pub(crate) fn isoformat(local: DateTime) -> String {
    let micros = local.subsec_nanosecond() / 1000;
    let whole = local.strftime("%Y-%m-%dT%H:%M:%S");
    if micros == 0 {
        whole.to_string()
    } else {
        format!("{whole}.{micros:06}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(local: &str) -> (String, Option<Doubt>) {
        let zone = Zone::choose(Some("Europe/Berlin")).unwrap();
        let moment = zone.at(local.parse().unwrap()).unwrap();
        (moment.time.to_string(), moment.doubt)
    }

    #[test]
    fn summer_and_winter_have_their_offsets() {
        let (winter, summer) = (at("2025-03-30 01:59:59"), at("2025-03-30 03:00:00"));
        assert_eq!(winter, ("2025-03-30T00:59:59+00:00".into(), None));
        assert_eq!(summer, ("2025-03-30T01:00:00+00:00".into(), None));
    }

    #[test]
    fn what_clocks_show_twice_or_never_is_told() {
        let (never, twice) = (at("2025-03-30 02:30:00"), at("2025-10-26 02:30:00"));
        assert_eq!(never.1, Some(Doubt::Never));
        assert_eq!(
            twice,
            ("2025-10-26T00:30:00+00:00".into(), Some(Doubt::Twice))
        );
        assert!(Zone::choose(Some("Europe/Nowhere")).is_err());
    }

    #[test]
    fn times_are_written_as_python_does() {
        let text = |local: &str| isoformat(local.parse().unwrap());
        assert_eq!(text("2025-07-01 02:03:04"), "2025-07-01T02:03:04");
        assert_eq!(text("2025-07-01 02:03:04.05"), "2025-07-01T02:03:04.050000");
    }
}
