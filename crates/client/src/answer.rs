//! Reading answers, whatever they are.

use std::time::Duration;

use bchan_api::{Endpoint, Failure};
use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::pace::Pace;
use crate::{Client, Error};

/// Largest answer that is read, in bytes. A server can make the client hold a few times as much.
const fn largest(endpoint: Endpoint) -> usize {
    const MIB: usize = 1024 * 1024;
    match endpoint {
        // A backup takes about 300 bytes: there is room for 800,000.
        Endpoint::ShowTarget | Endpoint::ListRecycleBin => 256 * MIB,
        // A file takes about 100 bytes with an ordinary path: there is room for a million.
        Endpoint::ShowSequence => 128 * MIB,
        // Servers of this project keep 32 MiB of log, of which JSON may escape every character.
        Endpoint::ShowLog => 192 * MIB,
        // All targets that match, on one page.
        Endpoint::SearchTargets => 64 * MIB,
        // Ten targets, or all of a server without pages; a thousand jobs with their messages; what
        // could not be kept of an upload, a line each.
        Endpoint::ListTargets | Endpoint::ListJobs | Endpoint::Upload | Endpoint::Increment => {
            16 * MIB
        }
        _ => MIB,
    }
}
/// Most of an answer that is no JSON and is only looked at for its message.
const LARGEST_FAILURE: usize = 1024 * 1024;
/// Longest message of a server that is shown, in characters.
const LONGEST_MESSAGE: usize = 500;

/// Reads an answer that must be JSON of this shape.
pub(crate) async fn json<T: DeserializeOwned>(
    client: &Client,
    endpoint: Endpoint,
    response: Response,
) -> Result<T, Error> {
    #[derive(Deserialize)]
    struct Outcome {
        success: Option<bool>,
        #[serde(default)]
        message: Option<String>,
    }
    let response = checked(client, response).await?;
    let status = response.status();
    let bytes = read(client, response, largest(endpoint)).await?;
    let strange = |what: &str| Error::NotBackupChan {
        server: client.server().to_owned(),
        what: what.to_owned(),
    };
    let Ok(outcome) = serde_json::from_slice::<Outcome>(&bytes) else {
        // The reference server says so to an upload in which it found no file.
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
        if text.trim() == "No files specified" {
            return Err(Error::Rejected {
                status: status.as_u16(),
                message: clean(&text),
            });
        }
        return Err(strange("it is not JSON"));
    };
    if outcome.success == Some(false) {
        let message = outcome
            .message
            .as_deref()
            .map_or("it does not say why".into(), clean);
        return Err(Error::Rejected {
            status: status.as_u16(),
            message,
        });
    }
    serde_json::from_slice(&bytes).map_err(|error| strange(&clean(&error.to_string())))
}

/// Lets a success pass; makes an error of anything else.
pub(crate) async fn checked(client: &Client, response: Response) -> Result<Response, Error> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let server = client.server().to_owned();
    if status.is_redirection() {
        let location = response
            .headers()
            .get(LOCATION)
            .and_then(|value| value.to_str().ok());
        let location = clean(location.unwrap_or("nowhere"));
        let asked = response.url().as_str().strip_prefix(&*server);
        let base = asked.and_then(|asked| location.strip_suffix(asked));
        let base = base.filter(|base| !base.is_empty()).map(str::to_owned);
        return Err(Error::Redirected {
            server,
            location,
            base,
        });
    }
    let is_json = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("json"));
    let retry_after = response.headers().get(RETRY_AFTER).and_then(seconds);
    let body = read(client, response, LARGEST_FAILURE)
        .await
        .unwrap_or_default();
    let failure = serde_json::from_slice::<Failure>(&body)
        .ok()
        .filter(|_| is_json);
    let known = failure.is_some();
    // nginx says so where it expects TLS.
    if !known && String::from_utf8_lossy(&body).contains("sent to HTTPS port") {
        return Err(Error::NotBackupChan {
            server,
            what: "it expects TLS".to_owned(),
        });
    }
    let message = failure
        .map(|failure| clean(&failure.message))
        .filter(|text| !text.is_empty());
    let message = message.unwrap_or_else(|| {
        status
            .canonical_reason()
            .unwrap_or("no reason")
            .to_lowercase()
    });
    let error = meaning(server, status, message, known);
    Err(match error {
        Error::Overloaded {
            status, message, ..
        } => Error::Overloaded {
            status,
            retry_after,
            message,
        },
        error => error,
    })
}

/// The seconds of a `Retry-After`. A date in it counts for nothing: clocks differ.
fn seconds(value: &HeaderValue) -> Option<Duration> {
    let seconds = value.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Maps a status to an error. `known` is true if the answer has the shape of the API.
fn meaning(server: String, status: StatusCode, message: String, known: bool) -> Error {
    let busy = message.to_ascii_lowercase().contains("busy");
    let number = status.as_u16();
    match number {
        401 => Error::Unauthorized,
        403 if known => Error::Forbidden { message },
        // A proxy's own word says nothing about the key.
        403 => Error::NotBackupChan {
            server,
            what: "it refuses access (403), and is perhaps that of a proxy".into(),
        },
        404 if known => Error::NotFound { message },
        404 => Error::NotBackupChan {
            server,
            what: "it knows no such path (404)".into(),
        },
        423 => Error::Busy { message },
        400 | 409 if busy => Error::Busy { message },
        413 => Error::TooLarge {
            proxy: !known,
            message,
        },
        507 => Error::OutOfSpace { message },
        408 | 429 | 502..=504 => Error::Overloaded {
            status: number,
            retry_after: None,
            message,
        },
        500.. => Error::ServerFault {
            status: number,
            message,
        },
        _ => Error::Rejected {
            status: number,
            message,
        },
    }
}

/// Reads a body of a bounded size.
async fn read(client: &Client, mut response: Response, most: usize) -> Result<Bytes, Error> {
    let too_large = || Error::NotBackupChan {
        server: client.server().to_owned(),
        what: format!("it is larger than {most} bytes"),
    };
    let mut body = Vec::new();
    let mut pace = Pace::default();
    if let Some(length) = response.content_length() {
        let length = usize::try_from(length)
            .ok()
            .filter(|length| *length <= most);
        // Growing step by step would take twice as much for a moment.
        body.reserve_exact(length.ok_or_else(too_large)?);
    }
    loop {
        let server = || client.server().to_owned();
        let chunk = pace.chunk(&mut response, client.patience()).await;
        let chunk = chunk.map_err(|_| Error::TimedOut { server: server() })?;
        let Some(chunk) = chunk.map_err(|error| client.failed(error))? else {
            return Ok(body.into());
        };
        if body.len() + chunk.len() > most {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
}

/// A server's text without what could confuse a terminal.
pub(crate) fn clean(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain
        .take(LONGEST_MESSAGE)
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_took_too_long_is_worth_another_try() {
        let status = StatusCode::REQUEST_TIMEOUT;
        let error = meaning(String::new(), status, "ended early".into(), true);
        assert!(error.is_passing() && error.is_temporary(), "{error}");
        let error = meaning(String::new(), StatusCode::BAD_REQUEST, "no".into(), true);
        assert!(!error.is_passing() && !error.is_temporary(), "{error}");
    }
}
