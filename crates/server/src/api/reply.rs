//! Answers in the shapes of the API.

use std::io::{self, Write};

use bchan_api::{Failure, Features, Method, OPENAPI, Success, header};
use serde::Serialize;

use crate::api::error::ApiError;
use crate::log::mask_text;
use bchan_http::{Body, Response};

/// Seconds after which something that is not there now may be.
const RETRY_AFTER: &str = "10";

/// An answer that has `success: true` beside what `body` has.
pub(crate) fn success(status: u16, body: &impl Serialize) -> Response {
    #[derive(Serialize)]
    struct Envelope<'a, T> {
        success: bool,
        #[serde(flatten)]
        body: &'a T,
    }
    json(
        status,
        &Envelope {
            success: true,
            body,
        },
    )
}

/// An answer that says only that it worked.
pub(crate) fn done() -> Response {
    json(200, &Success { success: true })
}

/// An answer that says what went wrong. It repeats no key that came in the place of something else.
pub(crate) fn failure(error: &ApiError) -> Response {
    let failure = Failure {
        reason: error.reason.map(str::to_owned),
        ..Failure::new(mask_text(&error.message))
    };
    let mut response = json(error.status, &failure);
    match error.status {
        401 => response.headers.push(("www-authenticate", "Bearer".into())),
        503 if error.retry_after.is_none() => {
            response.headers.push(("retry-after", RETRY_AFTER.into()));
        }
        _ => {}
    }
    let wait = error.retry_after.map(|wait| wait.to_string());
    response
        .headers
        .extend(wait.map(|wait| ("retry-after", wait)));
    response
}

/// A failure of the whole server for now, with whatever `body` says of it.
pub(crate) fn unavailable(body: &impl Serialize) -> Response {
    let mut response = json(503, body);
    response.headers.push(("retry-after", RETRY_AFTER.into()));
    response
}

/// A text for programs.
pub(crate) fn text(media_type: &'static str, text: String) -> Response {
    Response {
        status: 200,
        headers: vec![("content-type", media_type.to_owned())],
        body: Body::Bytes(text.into_bytes()),
        ..Response::default()
    }
}

/// A success in JSON that is written while it is sent.
pub(crate) fn stream(
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()> + Send + 'static,
) -> Response {
    Response {
        status: 200,
        headers: vec![("content-type", "application/json".to_owned())],
        body: Body::Stream(Box::new(write)),
        ..Response::default()
    }
}

/// The answer to a method that a path does not have.
pub(crate) fn method_not_allowed(allowed: &[Method]) -> Response {
    let names = allowed
        .iter()
        .map(|method| method.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let mut response = failure(&ApiError::new(405, format!("this path takes only {names}")));
    response.headers.push(("allow", names));
    response
}

/// The answer to `OPTIONS`, by which load balancers ask on any path whether a server lives. Without a
/// key no methods are named, so that nothing can be learnt.
pub(crate) fn options(allowed: &[Method]) -> Response {
    let names = allowed.iter().map(|method| method.as_str());
    let names: Vec<_> = names.chain(["OPTIONS"]).collect();
    let headers = vec![("allow", names.join(", "))];
    Response {
        status: 204,
        headers: if allowed.is_empty() {
            Vec::new()
        } else {
            headers
        },
        ..Response::default()
    }
}

/// The description of the API, which like everything else takes the key to see.
pub(crate) fn description() -> Response {
    json_bytes(200, OPENAPI.into())
}

/// Names the server's extensions, as every answer does.
pub(crate) fn with_features(mut response: Response) -> Response {
    response
        .headers
        .push((header::FEATURES, Features::all().to_string()));
    response
}

fn json(status: u16, body: &impl Serialize) -> Response {
    // The types of the API cannot fail to serialise.
    json_bytes(status, serde_json::to_vec(body).unwrap_or_default())
}

/// An answer that was made before.
pub(crate) fn again(body: &[u8]) -> Response {
    json_bytes(200, body.to_vec())
}

fn json_bytes(status: u16, body: Vec<u8>) -> Response {
    let headers = vec![("content-type", "application/json".to_owned())];
    Response {
        status,
        headers,
        body: Body::Bytes(body),
        ..Response::default()
    }
}
