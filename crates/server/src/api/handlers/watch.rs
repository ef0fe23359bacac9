//! Endpoints for monitoring.

use std::sync::Arc;

use bchan_api::{Endpoint, Failure, Health, HealthCheck, NoRoute, Route};
use serde::Serialize;

use super::query;
use crate::api::error::ApiError;
use crate::api::reply;
use crate::app::App;
use crate::auth::Grant;
use crate::health;
use crate::metrics;
use bchan_http::{Request, Response};

/// Headers that a proxy adds.
const PROXIED: [&str; 5] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-real-ip",
    "via",
];

/// Asks for nothing but a sign of life.
const LIVE: &str = "live";

/// The access of a request without a valid key.
pub(crate) enum Sight {
    /// Nothing.
    Nothing,
    /// True if the server has what it needs, and no more.
    Verdict,
    /// Everything.
    All,
}

/// Decides what a request without a valid key may see: from this machine, for what watches the
/// server. A request that shows a key all the same is held to it. One that a proxy has passed on may
/// come from anywhere, and not every proxy says so; therefore details must be allowed in the
/// settings.
pub(crate) fn sight(app: &App, request: &Request, route: &Result<Route, NoRoute>) -> Sight {
    let header = |name: &&str| request.headers.get(name).is_some();
    let is_own = app.is_own_machine(request.peer.ip());
    if !is_own || header(&"authorization") || PROXIED.iter().any(header) {
        return Sight::Nothing;
    }
    match route.as_ref().map(|route| route.endpoint) {
        Ok(Endpoint::ShowHealth | Endpoint::ShowMetrics) if app.open_monitoring => Sight::All,
        Ok(Endpoint::ShowHealth) => Sight::Verdict,
        _ => Sight::Nothing,
    }
}

/// Returns true if this process asks for a sign of life.
pub(crate) fn is_probe(request: &Request, route: &Result<Route, NoRoute>) -> bool {
    let endpoint = route.as_ref().map(|route| route.endpoint);
    request.is_probe && endpoint == Ok(Endpoint::ShowHealth)
}

/// The answer to it.
pub(crate) fn in_use() -> Response {
    let checks = Vec::new();
    reply::success(200, &Health { checks })
}

/// `GET /healthz` without a key: how it is, and nothing about why.
pub(crate) fn verdict(app: &Arc<App>, request: &Request) -> Response {
    let checks = checks(app, request);
    if checks.iter().all(|check| check.ok) {
        return in_use();
    }
    let message = "the server lacks something that it needs; ask with a key, or see its log";
    reply::unavailable(&Unhealthy {
        failure: Failure::new(message),
        checks: Vec::new(),
    })
}

/// Returns the checks for a request.
fn checks(app: &Arc<App>, request: &Request) -> Vec<HealthCheck> {
    if query(&request.query, LIVE).is_some() {
        Vec::new()
    } else {
        health::check(app)
    }
}

/// `GET /healthz`; with `?live`, only whether the server itself answers, and nothing that it needs.
pub(crate) fn health(app: &Arc<App>, request: &Request, grant: &Grant) -> Response {
    let mut checks = checks(app, request);
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

/// Summarises the faults in one line.
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
pub(crate) fn metrics(app: &Arc<App>, grant: &Grant) -> Result<Response, ApiError> {
    let text = metrics::render(app, grant.targets())?;
    Ok(reply::text(metrics::MEDIA_TYPE, text))
}
