//! Points in time as the API writes them.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil, fmt::rfc2822, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant, written as ISO 8601 in UTC with a numeric offset: `2025-07-11T12:57:17+00:00`.
///
/// Written without a fraction when it has none. Read with any offset; the reference server sends
/// its local time without one, which is taken as local time here, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(Timestamp);

/// A text that is no ISO 8601 time.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not an ISO 8601 time")]
pub struct TimeError {
    text: String,
    source: jiff::Error,
}

impl Time {
    /// The current time, cut to whole seconds as the API shows it.
    #[must_use]
    pub fn now() -> Self {
        Self::from_unix_seconds(Timestamp::now().as_second())
    }

    /// The instant `seconds` after the UNIX epoch; beyond the years that can be written, the
    /// nearest one that can.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Self {
        let bounded = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        Self(Timestamp::from_second(bounded).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// Whole seconds since the UNIX epoch.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// The instant for a file name, as ISO 8601 in its basic form: `20250711T125717Z`. A colon is
    /// not allowed on every file system, and means another host to `tar`, `scp` and `rsync`.
    #[must_use]
    pub fn for_file_name(self) -> String {
        self.0.strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    /// The same instant as jiff's type, for arithmetic and other formats.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl From<Timestamp> for Time {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display_with_offset(jiff::tz::Offset::UTC).fmt(f)
    }
}

impl FromStr for Time {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let with_offset = text.parse::<Timestamp>();
        let parsed = with_offset.or_else(|source| {
            let Ok(naive) = text.parse::<civil::DateTime>() else {
                return Err(source);
            };
            TimeZone::system().to_timestamp(naive)
        });
        parsed.map(Self).map_err(|source| TimeError {
            text: text.to_owned(),
            source,
        })
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A moment in a job's life as an HTTP date (`Mon, 11 Aug 2025 17:33:29 GMT`), or none yet.
///
/// "Not yet" is written as the date of the epoch, because the Python client crashes on anything
/// that is no date; it is read from that date, from null, and from the `0` of the reference server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HttpTime(pub Option<Time>);

impl Serialize for HttpTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let timestamp = self.0.map_or(Timestamp::UNIX_EPOCH, Time::timestamp);
        let text = rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&timestamp)
            .map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for HttpTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Text(String),
            Seconds(f64),
            Null(()),
        }
        let seconds = match Raw::deserialize(deserializer)? {
            Raw::Text(text) => rfc2822::DateTimeParser::new()
                .parse_timestamp(&text)
                .map_err(de::Error::custom)?
                .as_second(),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "saturates, then is clamped"
            )]
            Raw::Seconds(seconds) => seconds as i64,
            Raw::Null(()) => 0,
        };
        Ok(Self(
            (seconds != 0).then(|| Time::from_unix_seconds(seconds)),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_utc_with_a_numeric_offset() {
        let time = Time::from_unix_seconds(1_752_238_637);
        assert_eq!(time.to_string(), "2025-07-11T12:57:17+00:00");
        assert_eq!("2025-07-11T14:57:17+02:00".parse::<Time>().unwrap(), time);
        assert_eq!("2025-07-11T12:57:17Z".parse::<Time>().unwrap(), time);
    }

    #[test]
    fn takes_a_time_without_zone_as_local() {
        let naive = "2026-11-23T15:36:25".parse::<civil::DateTime>().unwrap();
        let local = TimeZone::system().to_timestamp(naive).unwrap();
        assert_eq!("2026-11-23T15:36:25".parse::<Time>().unwrap(), Time(local));
        assert!(
            "yesterday"
                .parse::<Time>()
                .unwrap_err()
                .to_string()
                .contains("yesterday")
        );
    }

    #[test]
    fn reads_every_spelling_of_not_yet() {
        for text in ["0", "null", "\"Thu, 01 Jan 1970 00:00:00 GMT\"", "0.0"] {
            assert_eq!(
                serde_json::from_str::<HttpTime>(text).unwrap(),
                HttpTime(None),
                "{text}"
            );
        }
        let written = serde_json::to_string(&HttpTime(None)).unwrap();
        assert_eq!(written, "\"Thu, 01 Jan 1970 00:00:00 GMT\"");
    }

    #[test]
    fn job_times_round_trip() {
        let text = "\"Mon, 11 Aug 2025 17:33:29 GMT\"";
        let time: HttpTime = serde_json::from_str(text).unwrap();
        assert_eq!(time.0.unwrap().unix_seconds(), 1_754_933_609);
        assert_eq!(serde_json::to_string(&time).unwrap(), text);
    }
}
