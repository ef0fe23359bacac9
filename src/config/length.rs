//! Lengths of time as people write them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Deserialize, Serialize};

/// A length of time: `90s`, `15 min`, `1h30m`, `2d`. A day is 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Length(pub(crate) Duration);

impl Length {
    /// Reads a number of seconds or a [`Length`].
    pub(crate) fn or_seconds(text: &str) -> Result<Self, String> {
        match text.trim().parse() {
            Ok(seconds) => Ok(Self(Duration::from_secs(seconds))),
            Err(_) => text.parse(),
        }
    }
}

impl FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a length of time such as 90s, 15m, 26h or 2d");
        let span: Span = text.trim().parse().map_err(|_| wrong())?;
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours());
        let length = length.map_err(|_| wrong())?;
        Duration::try_from(length).map(Self).map_err(|_| wrong())
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match SignedDuration::try_from(self.0) {
            Ok(length) => write!(f, "{length:#}"),
            // Too long for the formatter.
            Err(_) => write!(f, "{}s", self.0.as_secs()),
        }
    }
}

impl TryFrom<String> for Length {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Length> for String {
    fn from(length: Length) -> Self {
        length.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        let seconds = |text: &str| text.parse::<Length>().ok().map(|length| length.0.as_secs());
        for (text, expected) in [
            ("90s", 90),
            ("15 min", 900),
            ("1h30m", 5_400),
            ("26h", 93_600),
            ("2d", 172_800),
            ("1w", 604_800),
            ("0s", 0),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in ["", "5", "soon", "-5s", "1mo", "1y"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        let length: Length = "26h".parse().unwrap();
        assert_eq!(length.to_string().parse(), Ok(length));
    }
}
