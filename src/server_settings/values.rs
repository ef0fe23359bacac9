//! Parsers of the values of settings.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use bchan_archive::{InvalidSize, Size};

use crate::config::Length;

#[cfg(feature = "server")]
pub(super) use bchan_server::Reserve;

/// Without a server the options exist for the help alone.
#[cfg(not(feature = "server"))]
pub(super) type Reserve = String;

/// Longest time.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// The interval of a scheduled job, written `NAME=TIME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JobInterval {
    pub(super) job: String,
    pub(super) interval: Duration,
}

impl FromStr for JobInterval {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((job, time)) = text.split_once('=') else {
            let text = text.escape_debug();
            return Err(format!("`{text}` is not of the form NAME=TIME"));
        };
        let interval = seconds(time)?;
        if interval < Duration::from_secs(1) {
            return Err("the interval of a job must be at least one second".to_owned());
        }
        let job = job.trim().to_owned();
        require_job(&job)?;
        Ok(Self { job, interval })
    }
}

#[cfg(feature = "server")]
fn require_job(name: &str) -> Result<(), String> {
    bchan_server::JobIntervals::require_job(name)
}

#[cfg(not(feature = "server"))]
#[expect(clippy::unnecessary_wraps, reason = "the same shape as with a server")]
fn require_job(_: &str) -> Result<(), String> {
    Ok(())
}

/// Reads an address with a port. A port alone, or with `localhost`, is one of this machine.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    let local = text
        .strip_prefix("localhost:")
        .or_else(|| text.strip_prefix(':'));
    if let Ok(port) = local.unwrap_or(text).parse() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    text.parse().map_err(|_| {
        let text = text.escape_debug();
        format!("`{text}` is not an address and port such as 127.0.0.1:5050 or [::]:5050")
    })
}

/// Reads a whole number.
pub(super) fn number(text: &str) -> Result<u64, String> {
    let wrong = |_| format!("`{}` is not a whole number", text.escape_debug());
    text.parse().map_err(wrong)
}

/// Reads a whole number of at least 1.
pub(super) fn positive<T: FromStr>(text: &str) -> Result<T, String> {
    let wrong = |_| {
        format!(
            "`{}` is not a whole number of at least 1",
            text.escape_debug()
        )
    };
    text.parse().map_err(wrong)
}

/// Reads a number of bytes, such as `500GiB`.
pub(super) fn size(text: &str) -> Result<Size, String> {
    text.parse().map_err(|error: InvalidSize| error.to_string())
}

/// Reads a time: a number of seconds or a [`Length`], of at most a year.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let Length(time) = Length::or_seconds(text)?;
    if time > LONGEST {
        return Err(format!("`{}` is longer than a year", text.escape_debug()));
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_or_lengths_of_up_to_a_year() {
        for (text, expected) in [
            ("0", 0),
            ("90", 90),
            ("30s", 30),
            (" 5m ", 300),
            ("1h 30m", 5400),
            ("2 days", 172_800),
            ("1w", 604_800),
        ] {
            assert_eq!(seconds(text).unwrap().as_secs(), expected, "{text}");
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
            seconds(text).unwrap_err();
        }
    }

    #[test]
    fn an_address_may_be_a_port_or_localhost() {
        for (text, address) in [
            ("5961", "127.0.0.1:5961"),
            (":5961", "127.0.0.1:5961"),
            ("localhost:5961", "127.0.0.1:5961"),
            ("0.0.0.0:1", "0.0.0.0:1"),
            ("[::1]:1", "[::1]:1"),
        ] {
            assert_eq!(listen(text).unwrap().to_string(), address, "{text}");
        }
        for text in ["", "localhost", "here:1", "1.2.3.4", "70000", "::1:x"] {
            assert!(
                listen(text).unwrap_err().contains("127.0.0.1:5050"),
                "{text}"
            );
        }
    }

    #[test]
    #[cfg(feature = "server")]
    fn intervals_are_of_jobs_that_exist() {
        let interval: JobInterval = "recycle_job = 30m".parse().unwrap();
        assert_eq!(
            (&*interval.job, interval.interval.as_secs()),
            ("recycle_job", 1800)
        );
        for text in [
            "",
            "recycle_job",
            "nap_job=5",
            "recycle_job=0",
            "recycle_job=soon",
        ] {
            text.parse::<JobInterval>().unwrap_err();
        }
    }
}
