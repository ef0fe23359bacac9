//! The headers of uploads.

use bchan_api::{Target, header};

use crate::api::error::ApiError;
use crate::auth::Grant;
use bchan_catalog::UploadKey;
use bchan_http::Request;

/// The content type, which must be that of a form with a body.
pub(super) fn content_type(request: &Request) -> Result<String, ApiError> {
    let content_type = request
        .headers
        .get("content-type")
        .unwrap_or_default()
        .to_owned();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("multipart/form-data") {
        let message = "an upload must have the content type multipart/form-data";
        return Err(ApiError::new(415, message));
    }
    if !request.has_body && request.content_length.is_none() {
        return Err(ApiError::new(
            411,
            "an upload needs a Content-Length or chunked encoding",
        ));
    }
    Ok(content_type)
}

/// The digest of the only file, where the client knows it before.
pub(super) fn known_sha256(request: &Request) -> Result<Option<&str>, ApiError> {
    let sha256 = request.headers.get(header::SHA256);
    let is_digest = |text: &str| text.len() == 64 && text.bytes().all(|c| c.is_ascii_hexdigit());
    if sha256.is_some_and(|text| !is_digest(text)) {
        let message = "Backup-Chan-Sha256 must be a SHA-256 in 64 hexadecimal digits";
        return Err(ApiError::bad_request(message));
    }
    Ok(sha256)
}

/// Name that the client gives the upload, so that it can be sent twice and stored once.
pub(super) fn idempotency_key(
    request: &Request,
    grant: &Grant,
    target: &Target,
) -> Result<Option<UploadKey>, ApiError> {
    /// Longest key, in bytes.
    const LONGEST: usize = 255;
    match request.headers.get(header::IDEMPOTENCY_KEY) {
        Some(key) if key.is_empty() || key.len() > LONGEST => {
            let message = format!("Idempotency-Key must have 1 to {LONGEST} characters");
            Err(ApiError::bad_request(message))
        }
        key => Ok(key.map(|name| UploadKey {
            client: grant.name.clone().unwrap_or_default(),
            target_id: target.id.clone(),
            name: name.to_owned(),
        })),
    }
}

/// The bases that an upload names.
#[derive(Default)]
pub(super) struct Named {
    /// Id of an earlier backup.
    pub(super) backup: Option<String>,
    /// Token of an interrupted upload.
    pub(super) token: Option<String>,
}

pub(super) fn named_bases(request: &Request) -> Result<Named, ApiError> {
    let mut named = Named::default();
    let text = request.headers.get(header::BASE).unwrap_or_default();
    for part in text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let place = match part.split_once('=') {
            Some(("b", id)) if !id.is_empty() => named.backup.replace(id.to_owned()),
            Some(("p", token)) if is_token(token) => named.token.replace(token.to_owned()),
            _ => Some(String::new()),
        };
        if place.is_some() {
            let message = "Bchan-Base must be b=<backup id>, p=<upload token> or both";
            return Err(ApiError::bad_request(message));
        }
    }
    Ok(named)
}

/// The name that the client gives what arrives of this upload, if it is interrupted.
pub(super) fn token(request: &Request) -> Result<Option<String>, ApiError> {
    match request.headers.get(header::UPLOAD) {
        Some(token) if !is_token(token) => Err(ApiError::bad_request(
            "Bchan-Upload must have 32 to 128 letters or digits",
        )),
        token => Ok(token.map(str::to_owned)),
    }
}

fn is_token(text: &str) -> bool {
    (32..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
