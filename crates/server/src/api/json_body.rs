//! JSON bodies of requests.

use std::io::{self, BufReader, Read};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

use bchan_api::{Object, TOO_MANY_FILES};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::api::error::ApiError;
use crate::auth::recheck;
use bchan_http::Request;

/// Largest JSON body that is read, in bytes.
const LARGEST: u64 = 64 * 1024;

/// Refuses a request whose body is missing or says that it is something else.
fn require_json(request: &Request) -> Result<(), ApiError> {
    if !request.has_body || request.content_length == Some(0) {
        return Err(ApiError::bad_request("the request needs a JSON body"));
    }
    let content_type = request.headers.get("content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(ApiError::new(
            415,
            "the body must have the content type application/json",
        ));
    }
    Ok(())
}

/// Reads the body, which must be one JSON object.
pub(crate) fn read_object(request: &mut Request) -> Result<Map<String, Value>, ApiError> {
    require_json(request)?;
    let too_large = || ApiError::new(413, format!("a JSON body may have at most {LARGEST} bytes"));
    if request
        .content_length
        .is_some_and(|length| length > LARGEST)
    {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    request
        .body()
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| ApiError::bad_request("the body ended early").caused_by(error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(too_large());
    }
    recheck(request)?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(ApiError::bad_request("the body must be a JSON object")),
        Err(error) => Err(ApiError::bad_request(format!(
            "the body is not valid JSON: {error}"
        ))),
    }
}

/// Largest list of files that is read, in bytes.
const LARGEST_LIST: u64 = 16 * 1024 * 1024;

/// Largest list of which any number may be read at a time, in bytes.
const SMALL_LIST: u64 = 32 * 1024;

/// How long a large list may take to arrive.
const LIST_TIMEOUT: Duration = Duration::from_secs(60);

/// The right to read a large list, which one request has at a time: in memory, a list takes several
/// times its size.
#[derive(Debug, Default)]
pub(crate) struct Lists(Mutex<()>);

impl Lists {
    fn turn(&self) -> Result<MutexGuard<'_, ()>, ApiError> {
        match self.0.try_lock() {
            Ok(turn) => Ok(turn),
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => {
                let message = "another long list is being read; try again later";
                Err(ApiError::new(503, message))
            }
        }
    }
}

/// Reads a body that may be long, and must be one JSON object, without keeping its text. The guard
/// is for its memory.
pub(crate) fn read_list<'a, T: DeserializeOwned>(
    request: &mut Request,
    lists: &'a Lists,
) -> Result<(T, Option<MutexGuard<'a, ()>>), ApiError> {
    require_json(request)?;
    let turn = match request.content_length {
        Some(length) if length > LARGEST_LIST => {
            let message = format!("the list may have at most {LARGEST_LIST} bytes");
            return Err(ApiError::new(413, message));
        }
        Some(length) if length <= SMALL_LIST => None,
        _ => Some(lists.turn()?),
    };
    let reader = InTime {
        inner: request.body().take(LARGEST_LIST),
        until: Instant::now() + LIST_TIMEOUT,
    };
    let Object(list) = serde_json::from_reader(BufReader::new(reader)).map_err(|error| {
        let status = if error.to_string().starts_with(TOO_MANY_FILES) {
            413
        } else {
            400
        };
        ApiError::new(status, format!("the body is not valid: {error}"))
    })?;
    recheck(request)?;
    Ok((list, turn))
}

/// A reader that fails at a deadline.
struct InTime<R> {
    inner: R,
    until: Instant,
}

impl<R: Read> Read for InTime<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if Instant::now() > self.until {
            let error = "it took too long to arrive";
            return Err(io::Error::new(io::ErrorKind::TimedOut, error));
        }
        self.inner.read(out)
    }
}

/// The flag that every deletion must spell out.
pub(crate) fn read_flag(request: &mut Request, name: &str) -> Result<bool, ApiError> {
    let object = read_object(request)?;
    match object.get(name) {
        Some(value) => flag(value)
            .ok_or_else(|| ApiError::bad_request(format!("{name} must be true or false"))),
        None => Err(ApiError::bad_request(format!("{name} is required"))),
    }
}

/// A boolean, or the integer that some clients send for it.
pub(crate) fn flag(value: &Value) -> Option<bool> {
    match (value.as_bool(), whole(value)) {
        (Some(flag), _) => Some(flag),
        (_, Some(0)) => Some(false),
        (_, Some(1)) => Some(true),
        _ => None,
    }
}

/// A whole number, also when it is written with a fraction of zero: JSON has one kind of numbers,
/// and some languages write them all alike.
pub(crate) fn whole(value: &Value) -> Option<i64> {
    /// Up to here a float is exactly the number that was written.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let exact = |float: f64| float.fract() == 0.0 && float.abs() < EXACT;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is whole and small enough"
    )]
    let from_float = || {
        value
            .as_f64()
            .filter(|float| exact(*float))
            .map(|float| float as i64)
    };
    value.as_i64().or_else(from_float)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_whole_however_they_are_written() {
        for (text, expected) in [
            ("3", Some(3)),
            ("3.0", Some(3)),
            ("-0.0", Some(0)),
            ("3e2", Some(300)),
            ("1.5", None),
            ("1e300", None),
            ("18446744073709551615", None),
            ("\"3\"", None),
            ("true", None),
        ] {
            let value = serde_json::from_str(text).unwrap();
            assert_eq!(whole(&value), expected, "{text}");
        }
        assert_eq!(flag(&json!(1.0)), Some(true));
        assert_eq!(flag(&json!(0.5)), None);
    }
}
