//! The connection to a server, and what all requests have in common.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use bchan_api::{ApiKey, Endpoint, Features, Method, header};
use reqwest::header::{AUTHORIZATION, HeaderValue, USER_AGENT};
use reqwest::{RequestBuilder, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::Error;
use crate::answer;
use crate::distrust;
use crate::trust;

/// First and longest pause between two tries.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));

/// How long the answer to a change may take.
const LONG_PATIENCE: Duration = Duration::from_secs(15 * 60);

/// How to talk to a server.
#[derive(Clone, Debug)]
pub struct Config {
    /// `http://host:port`, perhaps with a path in front of `/api`; `host:port` means HTTP.
    pub server: String,
    /// The key, if the server has one.
    pub key: Option<ApiKey>,
    /// Certificates in PEM that alone are trusted; without them, those that the system trusts.
    pub ca: Option<Vec<u8>>,
    /// How often idempotent requests are tried again.
    pub retries: u32,
    /// Longest time for a connection to be made, and longest silence in an answer. Answers to changes
    /// may take at least a quarter of an hour.
    pub timeout: Duration,
    /// Value of the User-Agent header.
    pub user_agent: String,
}

/// A client of one server. Clones share their connections.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    http: reqwest::Client,
    /// Without a slash at its end.
    server: String,
    config: Config,
    /// None until there was an answer.
    features: Mutex<Option<Features>>,
    oddities: Mutex<Vec<String>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.shared.server)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Prepares to talk to a server; nothing is sent yet.
    pub fn new(config: Config) -> Result<Self, Error> {
        provide_crypto();
        let (server, is_local) = parse_server(&config.server)?;
        let is_plain = server.starts_with("http://") && (is_local || !has_proxy());
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(config.timeout)
            .tcp_nodelay(true)
            .tcp_keepalive(Duration::from_secs(15));
        if let Some(pem) = &config.ca {
            builder = builder.tls_backend_preconfigured(trust::config(pem)?);
        } else if is_plain {
            // Without TLS no certificate is checked, and reading the system's certificates takes
            // longer than everything else that a small request needs.
            builder = builder.tls_certs_only([]);
        }
        if is_local {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|source| Error::Setup { source })?;
        Ok(Self {
            shared: Arc::new(Shared {
                http,
                server,
                config,
                features: Mutex::default(),
                oddities: Mutex::default(),
            }),
        })
    }

    /// Address of the server.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.shared.server
    }

    /// Returns the capabilities that the server has announced so far.
    #[must_use]
    pub fn features(&self) -> Features {
        lock(&self.shared.features).unwrap_or_default()
    }

    /// Returns true if there was an answer, so that it is known what the server can do.
    pub(crate) fn has_heard(&self) -> bool {
        lock(&self.shared.features).is_some()
    }

    /// Takes the messages about invalid elements that were left out of results.
    #[must_use]
    pub fn take_oddities(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.shared.oddities))
    }

    /// Remembers what is left out of a result.
    pub(crate) fn note_oddity(&self, oddity: String) {
        lock(&self.shared.oddities).push(oddity);
    }

    /// Longest silence that is put up with.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.shared.config.timeout
    }

    /// Starts a request.
    pub(crate) fn request(&self, endpoint: Endpoint, object: &str) -> RequestBuilder {
        let method = match endpoint.method() {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let url = format!("{}{}", self.shared.server, endpoint.path(object));
        let mut request = self.shared.http.request(method, url);
        if let Ok(agent) = HeaderValue::from_str(&self.shared.config.user_agent) {
            request = request.header(USER_AGENT, agent);
        }
        if let Some(key) = &self.shared.config.key
            && let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {}", key.expose()))
        {
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        request
    }

    /// Notes what a server says of itself in an answer.
    pub(crate) fn note(&self, response: &Response) {
        let header = response.headers().get(header::FEATURES);
        let said = header.and_then(|value| value.to_str().ok());
        let mut features = lock(&self.shared.features);
        match said {
            Some(value) => *features = Some(Features::parse(value)),
            // Whatever stands before the server may answer, too.
            None => *features = Some(features.unwrap_or_default()),
        }
    }

    /// Sends a request without a body that matters much and waits for the head of the answer.
    pub(crate) async fn send(
        &self,
        endpoint: Endpoint,
        request: RequestBuilder,
    ) -> Result<Response, Error> {
        let patience = match endpoint.method() {
            Method::Get | Method::Post => self.patience(),
            // Files may have to be moved to another disk, or deleted by the million, first.
            Method::Patch | Method::Delete => self.patience().max(LONG_PATIENCE),
        };
        let response = match timeout(patience, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(self.failed(error)),
            Err(_) => {
                return Err(Error::TimedOut {
                    server: self.server().to_owned(),
                });
            }
        };
        self.note(&response);
        Ok(response)
    }

    /// Maps an error of the HTTP library.
    pub(crate) fn failed(&self, error: reqwest::Error) -> Error {
        let server = self.server().to_owned();
        // The address is in the message already.
        let source = error.without_url();
        if source.is_timeout() && !source.is_connect() {
            Error::TimedOut { server }
        } else if let Some(reason) = distrust::of(&source, self.shared.config.ca.is_some()) {
            Error::Untrusted { server, reason }
        } else if source.is_connect() {
            let reason = innermost(&source);
            Error::Unreachable { server, reason }
        } else {
            let reason = innermost(&source);
            Error::ConnectionLost { server, reason }
        }
    }

    /// Asks for JSON, again and again while failures are temporary. With `safe`, what may have
    /// been done already is not asked for a second time.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        endpoint: Endpoint,
        object: &str,
        query: &[(&str, String)],
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<T, Error> {
        let attempt = || async {
            let mut request = self.request(endpoint, object);
            if !query.is_empty() {
                request = request.query(query);
            }
            if let Some(body) = body {
                request = request.json(body);
            }
            let response = self.send(endpoint, request).await?;
            answer::json(self, endpoint, response).await
        };
        // A new target must not be made twice because its first answer was lost.
        let once = endpoint == Endpoint::CreateTarget;
        let again = |error: &Error| match error {
            Error::Unreachable { .. } => true,
            error => !once && error.is_passing(),
        };
        let pauses = ExponentialBuilder::default()
            .with_min_delay(PAUSES.0)
            .with_max_delay(PAUSES.1)
            .with_jitter()
            .with_max_times(usize::try_from(self.shared.config.retries).unwrap_or(usize::MAX));
        // A server that says how long it wants to be left alone is left alone.
        let respect = |error: &Error, pause: Option<Duration>| {
            pause.map(|pause| pause.max(error.retry_after().unwrap_or_default()))
        };
        attempt.retry(pauses).when(again).adjust(respect).await
    }
}

/// The first cause of an error, without the layers of libraries around it.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// Names what does the cryptography of TLS.
pub(crate) fn provide_crypto() {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // A value that another thread has set meanwhile will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// Returns true if requests without TLS may go through a proxy, which may itself speak TLS.
fn has_proxy() -> bool {
    let names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    names.iter().any(|name| std::env::var_os(name).is_some())
}

/// Locks a mutex, even after a panic of another holder.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The server's base URL, and whether it is on this machine.
fn parse_server(text: &str) -> Result<(String, bool), Error> {
    let invalid = || Error::InvalidServer {
        server: text.to_owned(),
    };
    let full = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let url = Url::parse(&full).map_err(|_| invalid())?;
    let host = url
        .host_str()
        .filter(|host| !host.is_empty())
        .ok_or_else(invalid)?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !plain {
        return Err(invalid());
    }
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let is_local = host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    Ok((url.as_str().trim_end_matches('/').to_owned(), is_local))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let server = |text: &str| parse_server(text).map(|(server, _)| server).ok();
        assert_eq!(
            server("127.0.0.1:5050").as_deref(),
            Some("http://127.0.0.1:5050")
        );
        assert_eq!(
            server("https://host/base/").as_deref(),
            Some("https://host/base")
        );
        for text in [
            "",
            "http://",
            "ftp://host",
            "http://user:secret@host",
            "http://h/?q",
            "a b",
        ] {
            assert_eq!(server(text), None, "{text}");
        }
        assert!(parse_server("[::1]:5050").unwrap().1 && parse_server("localhost:1").unwrap().1);
        assert!(!parse_server("example.org").unwrap().1);
    }
}
