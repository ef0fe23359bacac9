//! From a request to the handler of its endpoint, and from its outcome to an answer.

use std::sync::Arc;
use std::time::Instant;

use bchan_api::{Endpoint, Method, NoRoute, Route, Subject};

use crate::api::browser;
use crate::api::error::ApiError;
use crate::api::handlers::watch::{self, Sight};
use crate::api::handlers::{backup, download, jobs, recycle_bin, seq, server, target, upload};
use crate::api::reply;
use crate::app::App;
use crate::auth::{Grant, Pass, Share};
use bchan_engine::chain;
use bchan_http::{Exchange, Handler, Request, Response};

/// Authenticates requests and calls their handlers.
pub(crate) struct Router {
    app: Arc<App>,
}

impl Router {
    pub(crate) fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    /// Answers a request; `asked` is what it asks for once it may know that there is such a thing.
    fn answer(
        &self,
        request: &mut Request,
        asked: &mut Option<Endpoint>,
    ) -> Result<Response, ApiError> {
        let app = &*self.app;
        let is_options = request.method == "OPTIONS";
        let route = find(&request.method, &request.path);
        if watch::is_probe(request, &route) {
            *asked = Some(Endpoint::ShowHealth);
            return Ok(watch::in_use());
        }
        browser::check_origin(&request.headers, &app.allowed_hosts)?;
        // Without a key, nothing can be learnt, not even what paths there are.
        let authorization = request.headers.get("authorization");
        let checked = app.authenticator.check(authorization);
        if let Err(error) = app.note_keys() {
            tracing::error!(%error, "that there are keys could not be recorded");
        }
        let grant = match checked {
            Ok(grant) => grant,
            Err(_) if is_options => return Ok(reply::options(&[])),
            Err(error) => match watch::sight(app, request, &route) {
                Sight::All => Grant::ALL,
                Sight::Verdict => {
                    *asked = Some(Endpoint::ShowHealth);
                    return Ok(watch::verdict(&self.app, request));
                }
                Sight::Nothing => return Ok(self.turn_away(request, &error.into())),
            },
        };
        let route = match route {
            Ok(route) => route,
            Err(NoRoute::MethodNotAllowed(allowed)) if is_options => {
                return Ok(reply::options(&allowed));
            }
            Err(NoRoute::NotFound) if is_options => return Ok(reply::options(&[])),
            Err(NoRoute::NotFound) => return Err(ApiError::new(404, "there is no such path")),
            Err(NoRoute::MethodNotAllowed(allowed)) => {
                return Ok(reply::method_not_allowed(&allowed));
            }
        };
        *asked = Some(route.endpoint);
        browser::check_rest(request, &grant, route.endpoint, &app.allowed_hosts)?;
        refuse_encoding(request)?;
        let object = &*admit(app, &grant, &route)?;
        Pass::new(&app.authenticator, &grant, route.endpoint).attach(request);
        let share = share(app, request, &grant, route.endpoint)?;
        let response = self.carry_out(request, &grant, route.endpoint, object)?;
        Ok(Response {
            hold: share.map(|share| Box::new(share) as _),
            ..response
        })
    }

    fn carry_out(
        &self,
        request: &mut Request,
        grant: &Grant,
        endpoint: Endpoint,
        object: &str,
    ) -> Result<Response, ApiError> {
        let app = &*self.app;
        match endpoint {
            Endpoint::ListTargets => target::list(app, request, grant),
            Endpoint::SearchTargets => target::search(app, request, grant),
            Endpoint::CreateTarget => target::create(app, request),
            Endpoint::ShowTarget => target::show(app, object),
            Endpoint::EditTarget => target::edit(app, request, object, grant),
            Endpoint::DeleteTarget => target::delete(app, request, object),
            Endpoint::DeleteBackups => target::delete_backups(app, request, object),
            Endpoint::DeleteRecycled => target::delete_recycled(app, request, object),
            Endpoint::Upload => upload::upload(app, request, grant, object),
            Endpoint::Increment => upload::increment(app, request, grant, object),
            Endpoint::Partial => upload::partial(app, request, object),
            Endpoint::EditBackup => backup::edit(app, request, object),
            Endpoint::DeleteBackup => backup::delete(app, request, object),
            Endpoint::Download => download::download(app, request, object),
            Endpoint::Manifest => download::manifest(app, object),
            Endpoint::ListRecycleBin => recycle_bin::list(app, grant),
            Endpoint::ClearRecycleBin => recycle_bin::clear(app, request),
            Endpoint::ListJobs => jobs::list(app, grant),
            Endpoint::RunJob => jobs::run(app, object),
            Endpoint::ShowStats => server::stats(app, grant),
            Endpoint::ShowLog => server::log(app, request),
            Endpoint::BeginSequence => seq::begin(app, request, grant, object),
            Endpoint::ShowSequence => seq::show(&self.app, object),
            Endpoint::UploadFile => seq::upload(app, request, object),
            Endpoint::FinishSequence => seq::finish(app, request, grant, object),
            Endpoint::TerminateSequence => seq::terminate(app, object),
            Endpoint::Describe => Ok(reply::description()),
            Endpoint::ShowHealth => Ok(watch::health(&self.app, request, grant)),
            Endpoint::ShowMetrics => watch::metrics(&self.app, grant),
        }
    }
}

/// Finds the route of a request. HEAD goes where GET does, unless that changes something; the answer
/// is sent without its body.
fn find(method: &str, path: &str) -> Result<Route, NoRoute> {
    let is_head = method == "HEAD";
    match Route::find(if is_head { "GET" } else { method }, path) {
        Ok(route) if is_head && route.endpoint == Endpoint::RunJob => {
            Err(NoRoute::MethodNotAllowed(vec![Method::Get]))
        }
        route => route,
    }
}

/// Fails for a body that is compressed on the way: it would be stored as it comes.
fn refuse_encoding(request: &Request) -> Result<(), ApiError> {
    let encoding = request.headers.get("content-encoding");
    match encoding.filter(|name| !name.trim().eq_ignore_ascii_case("identity")) {
        Some(_) if request.has_body => {
            let message = "a body with a Content-Encoding is not taken: send it as it is";
            Err(ApiError::new(415, message))
        }
        _ => Ok(()),
    }
}

impl Router {
    /// Answers a request without a valid key, with a delay that grows with each failure of the
    /// peer.
    fn turn_away(&self, request: &Request, error: &ApiError) -> Response {
        let (status, peer) = (error.status, request.peer);
        let throttle = &self.app.throttle;
        let verdict = throttle.failed(peer.ip(), status == 403, Instant::now());
        if status >= 500 {
            log(request, error);
        } else if let Some(failures) = verdict.tell {
            tracing::warn!(%peer, status, failures, "rejected a request without a valid key");
        }
        Response {
            delay: verdict.delay,
            ..reply::failure(error)
        }
    }
}

/// Counts a request that may keep its worker for long, against what its key may have at a time.
fn share(
    app: &App,
    request: &Request,
    grant: &Grant,
    endpoint: Endpoint,
) -> Result<Option<Share>, ApiError> {
    let is_download = matches!(
        endpoint,
        Endpoint::Download | Endpoint::Manifest | Endpoint::Partial
    );
    if !request.has_body && !is_download {
        return Ok(None);
    }
    let share = app.shares.take(grant, request.peer.ip());
    let message = "this key has too many requests under way; try again later";
    share.map(Some).ok_or_else(|| ApiError::new(503, message))
}

/// Returns true if a key allows the request, and the object of the request. Objects that a key does
/// not cover do not exist for it.
fn admit(app: &App, grant: &Grant, route: &Route) -> Result<String, ApiError> {
    grant.check(route.endpoint)?;
    let object = route.object.as_str();
    if !grant.is_bound() {
        return Ok(object.to_owned());
    }
    match route.endpoint.subject() {
        Subject::Target => match app.engine.target(object)? {
            target if grant.covers(&target.id) => Ok(target.id),
            _ => Err(ApiError::not_found("target", object)),
        },
        Subject::Backup => match app.engine.store.backup(object)? {
            Some(stored) if grant.covers(&stored.backup.target_id) => Ok(object.to_owned()),
            _ => Err(ApiError::not_found("backup", object)),
        },
        Subject::Other => Ok(object.to_owned()),
    }
}

impl Handler for Router {
    fn handle(&self, request: &mut Request) -> Response {
        let begun = Instant::now();
        let mut asked = None;
        let mut response = self
            .answer(request, &mut asked)
            .unwrap_or_else(|mut error| {
                if error.status == 400 && request.fell_silent() {
                    // Its client may have been suspended: the same request may succeed.
                    error.status = 408;
                }
                log(request, &error);
                reply::failure(&error)
            });
        response.tag = asked.map(|endpoint| endpoint as usize);
        let Request {
            method, path, peer, ..
        } = request;
        // Until the answer begins: what is downloaded goes on after that.
        let (status, took) = (response.status, begun.elapsed());
        tracing::debug!(%method, %path, %peer, status, ?took, "request");
        reply::with_features(response)
    }

    fn done(&self, exchange: &Exchange) {
        self.app.metrics.request(exchange);
    }
}

fn log(request: &Request, error: &ApiError) {
    let Request {
        method, path, peer, ..
    } = request;
    // An absent one is not written.
    let cause = error.cause.as_ref().map(|cause| chain(&**cause));
    let (status, message) = (error.status, &error.message);
    if status >= 500 {
        tracing::error!(%method, %path, %peer, status, %message, cause, "request failed");
    } else {
        tracing::info!(%method, %path, %peer, status, %message, cause, "request refused");
    }
}
