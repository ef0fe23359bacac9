//! Lengths of time as people write them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// Longest one.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// A length of time: `90` (seconds), `30s`, `5m`, `1h 30m`, `2 days`. A year at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period(Duration);

impl From<Period> for Duration {
    fn from(period: Period) -> Self {
        period.0
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{}` is no length of time such as 30s or 2h",
                text.escape_debug()
            )
        };
        let text = text.trim();
        let duration = if let Ok(seconds) = text.parse() {
            Duration::from_secs(seconds)
        } else {
            let span: Span = text.parse().map_err(|_| wrong())?;
            let duration = span.to_duration(SpanRelativeTo::days_are_24_hours());
            Duration::try_from(duration.map_err(|_| wrong())?).map_err(|_| wrong())?
        };
        if duration > LONGEST {
            return Err(format!("`{text}` is longer than a year"));
        }
        Ok(Self(duration))
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrSeconds;

        impl Visitor<'_> for TextOrSeconds {
            type Value = Period;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a length of time such as \"30s\", or a number of seconds")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Period, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_i64<E: Error>(self, seconds: i64) -> Result<Period, E> {
                self.visit_str(&seconds.to_string())
            }
        }

        deserializer.deserialize_any(TextOrSeconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_them_so() {
        for (text, seconds) in [
            ("0", 0),
            ("90", 90),
            ("30s", 30),
            (" 5m ", 300),
            ("1h 30m", 5400),
            ("2 days", 172_800),
            ("1w", 604_800),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!(Duration::from(period).as_secs(), seconds, "{text}");
        }
        for text in [
            "",
            "-1",
            "-5s",
            "soon",
            "1 month",
            "2y",
            "99999999999999999999",
            "9999d",
        ] {
            text.parse::<Period>().unwrap_err();
        }
    }
}
