//! Targets.

use bchan_api::{Created, Target, TargetFilter, TargetList, TargetView};

use super::query;
use crate::api::error::ApiError;
use crate::api::json_body;
use crate::api::reply;
use crate::api::validate;
use crate::app::App;
use crate::auth::Grant;
use bchan_engine::change;
use bchan_engine::directories::sidecar_sync;
use bchan_http::{Body, Request, Response};

/// Targets on one page, as documented.
const PAGE: u64 = 10;

/// `GET /target`
pub(crate) fn list(app: &App, request: &Request, grant: &Grant) -> Result<Response, ApiError> {
    let page = match query(&request.query, "page") {
        None => 1,
        Some(text) => match text.parse::<u64>() {
            Ok(page) if page > 0 => page,
            _ => return Err(ApiError::bad_request("page must be a number from 1 on")),
        },
    };
    let skipped = (page - 1).saturating_mul(PAGE);
    if !grant.is_bound() {
        return list_all(app, page, skipped);
    }
    let mut targets = app.engine.all_targets()?;
    targets.retain(|target| grant.covers(&target.id));
    let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
    let page = targets.into_iter().skip(skipped);
    let targets = page
        .take(usize::try_from(PAGE).unwrap_or(usize::MAX))
        .collect();
    Ok(reply::success(200, &TargetList { targets }))
}

/// A page for keys that may see all targets.
fn list_all(app: &App, page: u64, skipped: u64) -> Result<Response, ApiError> {
    let version = app.engine.store.version();
    if let Some(body) = app.pages.get(version, page) {
        return Ok(reply::again(&body));
    }
    let targets = app.engine.store.targets(skipped, PAGE)?;
    let response = reply::success(200, &TargetList { targets });
    if let Body::Bytes(body) = &response.body {
        app.pages.keep(version, page, body);
    }
    Ok(response)
}

/// `GET /target/search`
pub(crate) fn search(app: &App, request: &Request, grant: &Grant) -> Result<Response, ApiError> {
    let get = |name: &str| query(&request.query, name);
    let filter = TargetFilter::from_query(get).map_err(ApiError::bad_request)?;
    if filter.is_empty() {
        return Err(ApiError::bad_request("a search needs at least one filter"));
    }
    let mut targets = app.engine.store.search_targets(&filter)?;
    targets.retain(|target| grant.covers(&target.id));
    Ok(reply::success(200, &TargetList { targets }))
}

/// `POST /target`
pub(crate) fn create(app: &App, request: &mut Request) -> Result<Response, ApiError> {
    let target = validate::new_target(&json_body::read_object(request)?)?;
    app.engine.require_no_backup(&target.location)?;
    app.engine.store.create_target(&target)?;
    // The target is there, whatever becomes of this copy; the next start makes up for it.
    if let Err(error) = sidecar_sync::write_target(&app.engine, &target) {
        let (id, message) = (&target.id, error.message);
        tracing::warn!(target = id, message, "a target has no copy of its settings");
    }
    tracing::info!(target = target.id, name = target.name, "created a target");
    Ok(reply::success(201, &Created { id: target.id }))
}

/// `GET /target/<ID>`
pub(crate) fn show(app: &App, id: &str) -> Result<Response, ApiError> {
    let target = app.engine.target(id)?;
    let stored = app.engine.store.backups(&target.id)?;
    let backups = stored.into_iter().map(|stored| stored.backup).collect();
    Ok(reply::success(200, &TargetView { target, backups }))
}

/// `PATCH /target/<ID>`
pub(crate) fn edit(
    app: &App,
    request: &mut Request,
    id: &str,
    grant: &Grant,
) -> Result<Response, ApiError> {
    let body = json_body::read_object(request)?;
    let target = app.engine.lock_target(id)?;
    let edited = validate::edited(Target::clone(&target), &body)?;
    // Targets share these names and places, so that changing them can touch other targets, and
    // being refused a value that is taken would tell of them.
    let shared = |target: &Target| {
        let (alias, location) = (target.alias.clone(), target.location.clone());
        (alias, location, target.name_template.clone())
    };
    if grant.is_bound() && shared(&edited) != shared(&target) {
        let message = "this key is for some targets only: \
            it cannot change the location, alias or name template of a target";
        return Err(ApiError::new(403, message));
    }
    if edited.location != target.location {
        app.engine.require_no_backup(&edited.location)?;
    }
    app.engine.store.check_unique(&edited)?;
    change::edit_target(&target, edited)?;
    Ok(reply::done())
}

/// `DELETE /target/<ID>`
pub(crate) fn delete(app: &App, request: &mut Request, id: &str) -> Result<Response, ApiError> {
    let delete_files = json_body::read_flag(request, "delete_files")?;
    let target = app.engine.lock_target(id)?;
    change::delete_target(&target, delete_files)?;
    Ok(reply::done())
}

/// `DELETE /target/<ID>/all`
pub(crate) fn delete_backups(
    app: &App,
    request: &mut Request,
    id: &str,
) -> Result<Response, ApiError> {
    let delete_files = json_body::read_flag(request, "delete_files")?;
    let target = app.engine.lock_target(id)?;
    change::delete_backups(
        &target,
        &app.engine.store.backups(&target.id)?,
        delete_files,
    )?;
    Ok(reply::done())
}

/// `DELETE /target/<ID>/recycled`
pub(crate) fn delete_recycled(
    app: &App,
    request: &mut Request,
    id: &str,
) -> Result<Response, ApiError> {
    let delete_files = json_body::read_flag(request, "delete_files")?;
    let target = app.engine.lock_target(id)?;
    let mut backups = app.engine.store.backups(&target.id)?;
    backups.retain(|stored| stored.backup.is_recycled);
    change::delete_backups(&target, &backups, delete_files)?;
    Ok(reply::done())
}
