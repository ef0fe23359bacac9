//! JSON bodies of requests.

use std::io::{BufReader, Read as _};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::http::Request;

/// Largest JSON body that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// Reads the body, which must be one JSON object.
pub(crate) fn read_object(request: &mut Request) -> Result<Map<String, Value>, ApiError> {
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
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(ApiError::bad_request("the body must be a JSON object")),
        Err(error) => Err(ApiError::bad_request(format!(
            "the body is not valid JSON: {error}"
        ))),
    }
}

/// Largest list of files that is read, in bytes.
const LARGEST_LIST: u64 = 256 * 1024 * 1024;

/// Reads a body that may be long, without keeping its text.
pub(crate) fn read_list<T: DeserializeOwned>(request: &mut Request) -> Result<T, ApiError> {
    let declared = request.content_length.unwrap_or(0);
    if declared > LARGEST_LIST {
        let message = format!("the list may have at most {LARGEST_LIST} bytes");
        return Err(ApiError::new(413, message));
    }
    let mut reader = BufReader::new(request.body().take(LARGEST_LIST));
    let list = serde_json::from_reader(&mut reader)
        .map_err(|error| ApiError::bad_request(format!("the body is not valid: {error}")))?;
    Ok(list)
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
    match (value.as_bool(), value.as_u64()) {
        (Some(flag), _) => Some(flag),
        (_, Some(0)) => Some(false),
        (_, Some(1)) => Some(true),
        _ => None,
    }
}
