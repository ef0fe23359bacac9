//! Sequential uploads.

use std::io;
use std::sync::Arc;

use bchan_api::{SequenceBegin, SequenceView, form};

use super::limits::admit;
use crate::api::error::{ApiError, for_engine};
use crate::api::json_body;
use crate::api::reply;
use crate::api::upload_form;
use crate::app::App;
use crate::auth::{Grant, recheck};
use bchan_engine::Error;
use bchan_engine::sequential;
use bchan_http::{Request, Response};
use bchan_storage::space::SpaceGuard;
use bchan_storage::staging::Staging;

/// `POST /seq/<target>/begin`
pub(crate) fn begin(
    app: &App,
    request: &mut Request,
    grant: &Grant,
    id: &str,
) -> Result<Response, ApiError> {
    // It may not even exist, which is to be said before a long list is read.
    let target = app.engine.target(id)?;
    let _seat = admit(app, &target, grant)?;
    let (list, _memory): (SequenceBegin, _) = json_body::read_list(request, &app.lists)?;
    sequential::begin(&app.engine, id, &list)?;
    Ok(reply::done())
}

/// `GET /seq/<target>`
pub(crate) fn show(app: &Arc<App>, id: &str) -> Result<Response, ApiError> {
    let mut view = sequential::show(&app.engine, id)?;
    if let Some(file_list) = view.short() {
        return Ok(reply::success(200, &SequenceView { file_list }));
    }
    let engine = Arc::clone(&app.engine);
    Ok(reply::stream(move |out| {
        let mut before: &[u8] = br#"{"success":true,"file_list":["#;
        view.each(&engine, |file| {
            out.write_all(before)?;
            before = b",";
            serde_json::to_writer(&mut *out, file).map_err(io::Error::from)
        })?;
        out.write_all(b"]}")
    }))
}

/// `POST /seq/<target>/upload`
pub(crate) fn upload(app: &App, request: &mut Request, id: &str) -> Result<Response, ApiError> {
    let target = app.engine.target(id)?;
    let sequence = sequential::find(&app.engine, &target)?;
    let content_type = request.headers.get("content-type").unwrap_or_default();
    let content_type = content_type.to_owned();
    let folder = sequential::folder(&app.engine, &sequence)?;
    let mut room = SpaceGuard::new(&folder.path, app.engine.limits().reserve);
    room.require(request.content_length.unwrap_or(0))
        .map_err(|error| ApiError::from_io("asking for free space", error))?;
    let now = app.engine.clock.moment(&*app.engine.store)?.trusted;
    app.engine.store.touch_sequence(&sequence.id, now)?;
    let staging = Staging::create(&folder.arriving, &app.engine.in_use).map_err(Error::from)?;
    let fields = [form::PATH, form::NAME];
    let received =
        upload_form::receive_one(request.body(), &content_type, fields, &staging, &mut room)?;
    let [path, name] = &received.fields;
    // The folders that it may need.
    room.entries(path.split('/').count() as u64)
        .map_err(|error| ApiError::from_io("making a folder of the backup", error))?;
    let recheck = || recheck(request).map_err(for_engine);
    sequential::take(
        &app.engine,
        &sequence,
        (path, name),
        &received.file,
        &staging,
        &recheck,
    )?;
    Ok(reply::done())
}

/// `POST /seq/<target>/finish`
pub(crate) fn finish(
    app: &App,
    request: &Request,
    grant: &Grant,
    id: &str,
) -> Result<Response, ApiError> {
    // Others may have reached the limit since it was begun. It stays, and can be finished later.
    let _seat = admit(app, &app.engine.target(id)?, grant)?;
    let recheck = || recheck(request).map_err(for_engine);
    let accepted = sequential::finish(&app.engine, id, grant.only_appends(), &recheck)?;
    Ok(reply::success(200, &accepted))
}

/// `POST /seq/<target>/terminate`
pub(crate) fn terminate(app: &App, id: &str) -> Result<Response, ApiError> {
    sequential::terminate(&app.engine, id)?;
    Ok(reply::done())
}
