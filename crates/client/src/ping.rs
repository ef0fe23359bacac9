//! Telling a monitor how a run goes, in the way of healthchecks: a request when it starts, and one
//! when it ends. A monitor that hears of no end raises an alarm.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use reqwest::{StatusCode, Url};

use crate::client::provide_crypto;

/// Longest time of one try.
const PATIENCE: Duration = Duration::from_secs(10);
/// Tries after the first.
const RETRIES: usize = 2;
/// Longest body, in characters; monitors keep no more.
const LONGEST: usize = 10_000;

/// A monitor.
#[derive(Clone)]
pub struct Monitor {
    http: reqwest::Client,
    url: Url,
}

/// An event for a monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ping {
    /// A run has started.
    Start,
    /// It has ended well.
    Success,
    /// It has ended with this exit code.
    Exit(u8),
}

/// Errors of pinging a monitor. Its path is secret and in no message.
#[derive(Debug, thiserror::Error)]
pub enum PingError {
    /// Invalid URL.
    #[error("it is not an address that begins with http:// or https://")]
    Address,
    /// The machine's TLS cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Setup { source: reqwest::Error },
    /// No answer came.
    #[error("cannot reach {host}")]
    Unreachable {
        /// Host of the monitor.
        host: String,
        source: reqwest::Error,
    },
    /// Another answer than a good one.
    #[error("{host} answers {status}")]
    Refused {
        /// Host of the monitor.
        host: String,
        /// The status of the answer.
        status: StatusCode,
    },
}

impl PingError {
    fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } => status.is_server_error(),
            Self::Address | Self::Setup { .. } => false,
        }
    }
}

impl Monitor {
    /// Returns true if this can be the address of one.
    #[must_use]
    pub fn is_address(url: &str) -> bool {
        parse(url).is_some()
    }

    /// The monitor at an address; nothing is sent yet.
    pub fn new(url: &str, user_agent: &str) -> Result<Self, PingError> {
        let url = parse(url).ok_or(PingError::Address)?;
        provide_crypto();
        let http = reqwest::Client::builder()
            .user_agent(user_agent)
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE)
            .build()
            .map_err(|source| PingError::Setup { source })?;
        Ok(Self { http, url })
    }

    /// Tells it, with a few tries, none of which takes long.
    pub async fn tell(&self, ping: Ping, body: &str) -> Result<(), PingError> {
        let url = address(&self.url, ping);
        let host = self.url.host_str().unwrap_or_default();
        let body: String = body.chars().take(LONGEST).collect();
        let attempt = || async {
            let request = self.http.post(url.clone()).body(body.clone());
            let answer = request.send().await;
            let answer = answer.map_err(|error| PingError::Unreachable {
                host: host.to_owned(),
                source: error.without_url(),
            })?;
            let status = answer.status();
            if status.is_success() {
                return Ok(());
            }
            Err(PingError::Refused {
                host: host.to_owned(),
                status,
            })
        };
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(200))
            .with_jitter()
            .with_max_times(RETRIES);
        attempt.retry(pauses).when(PingError::is_passing).await
    }
}

fn parse(url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    let is_plain = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    is_plain.then_some(url)
}

/// The URL for a message: the end of the path, without the query.
fn address(url: &Url, ping: Ping) -> Url {
    let mut url = url.clone();
    let word = match ping {
        Ping::Success => return url,
        Ping::Start => "start".to_owned(),
        Ping::Exit(code) => code.to_string(),
    };
    // An address with a host has a path.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(&word);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_by_the_end_of_the_path() {
        let told = |url: &str, ping| address(&parse(url).unwrap(), ping).to_string();
        let url = "https://hc.example/abc?create=1";
        assert_eq!(
            told(url, Ping::Start),
            "https://hc.example/abc/start?create=1"
        );
        assert_eq!(told(url, Ping::Success), url);
        assert_eq!(told("http://h/x/", Ping::Exit(75)), "http://h/x/75");
        assert!(!Monitor::is_address("hc.example/abc") && !Monitor::is_address("ftp://h/x"));
    }
}
