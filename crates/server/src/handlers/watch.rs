//! What programs that watch servers ask for.

use std::sync::Arc;

use bchan_api::{Endpoint, Failure, Health, HealthCheck, NoRoute, Route};
use serde::Serialize;

use super::query;
use crate::error::ApiError;
use crate::health;
use crate::http::{Request, Response};
use crate::key::Grant;
use crate::metrics;
use crate::reply;
use crate::state::State;

/// What a proxy adds to requests of others.
const PROXIED: [&str; 5] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-real-ip",
    "via",
];

/// Asks for nothing but a sign of life.
const LIVE: &str = "live";

/// Whether a request needs no key: from this machine, for what watches the server. One that shows a
/// key all the same is held to it, and one that a proxy has passed on comes from elsewhere.
pub(crate) fn is_open(state: &State, request: &Request, route: &Result<Route, NoRoute>) -> bool {
    let asked = route.as_ref().map(|route| route.endpoint);
    let watches = matches!(asked, Ok(Endpoint::ShowHealth | Endpoint::ShowMetrics));
    let header = |name: &&str| request.headers.get(name).is_some();
    watches
        && state.is_own_machine(request.peer.ip())
        && !header(&"authorization")
        && !PROXIED.iter().any(header)
}

/// `GET /healthz`; with `?live`, only whether the server itself answers, and nothing that it needs.
pub(crate) fn health(state: &Arc<State>, request: &Request, grant: &Grant) -> Response {
    let mut checks = if query(&request.query, LIVE).is_some() {
        Vec::new()
    } else {
        health::check(state)
    };
    if grant.is_bound() {
        // Where things are on the server is not about the targets of the key.
        for check in &mut checks {
            (check.path, check.message) = (None, None);
        }
    }
    if checks.iter().all(|check| check.ok) {
        return reply::success(200, &Health { checks });
    }
    let message = message(&checks);
    reply::unavailable(&Unhealthy {
        failure: Failure::new(message),
        checks,
    })
}

/// What is wrong, in one line.
fn message(checks: &[HealthCheck]) -> String {
    let bad = checks.iter().filter(|check| !check.ok);
    let words = bad.map(|check| {
        let mut text = check.name.as_str().replace('_', " ");
        for more in [&check.path, &check.message].into_iter().flatten() {
            text.push_str(": ");
            text.push_str(more);
        }
        text
    });
    format!("does not answer: {}", words.collect::<Vec<_>>().join("; "))
}

/// A failure that says what has failed.
#[derive(Serialize)]
struct Unhealthy {
    #[serde(flatten)]
    failure: Failure,
    checks: Vec<HealthCheck>,
}

/// `GET /metrics`
pub(crate) fn metrics(state: &Arc<State>, grant: &Grant) -> Result<Response, ApiError> {
    let text = metrics::render(state, grant.targets())?;
    Ok(reply::text(metrics::MEDIA_TYPE, text))
}
