//! Sequential uploads.

use std::io;
use std::sync::Arc;

use bchan_api::{SequenceBegin, SequenceView, form};

use crate::body;
use crate::error::ApiError;
use crate::http::{Request, Response};
use crate::ingest::{self, Staging};
use crate::key::Grant;
use crate::quota;
use crate::reply;
use crate::room::Room;
use crate::sequence;
use crate::state::State;

/// `POST /seq/<target>/begin`
pub(crate) fn begin(
    state: &State,
    request: &mut Request,
    grant: &Grant,
    id: &str,
) -> Result<Response, ApiError> {
    // It may not even exist, which is to be said before a long list is read.
    let target = state.target(id)?;
    let _seat = quota::admit(state, &target, grant)?;
    let (list, _memory): (SequenceBegin, _) = body::read_list(request, &state.lists)?;
    sequence::begin(state, id, &list)?;
    Ok(reply::done())
}

/// `GET /seq/<target>`
pub(crate) fn show(state: &Arc<State>, id: &str) -> Result<Response, ApiError> {
    let mut view = sequence::show(state, id)?;
    if let Some(file_list) = view.short() {
        return Ok(reply::success(200, &SequenceView { file_list }));
    }
    let state = Arc::clone(state);
    Ok(reply::stream(move |out| {
        let mut before: &[u8] = br#"{"success":true,"file_list":["#;
        view.each(&state, |file| {
            out.write_all(before)?;
            before = b",";
            serde_json::to_writer(&mut *out, file).map_err(io::Error::from)
        })?;
        out.write_all(b"]}")
    }))
}

/// `POST /seq/<target>/upload`
pub(crate) fn upload(state: &State, request: &mut Request, id: &str) -> Result<Response, ApiError> {
    let target = state.target(id)?;
    let sequence = sequence::find(state, &target)?;
    let content_type = request.headers.get("content-type").unwrap_or_default();
    let content_type = content_type.to_owned();
    let folder = sequence::folder(state, &sequence)?;
    let mut room = Room::new(&folder.path, state.limits().reserve);
    room.require(request.content_length.unwrap_or(0))
        .map_err(|error| ApiError::from_io("asking for free space", error))?;
    let now = state.clock.moment(&*state.store)?.trusted;
    state.store.touch_sequence(&sequence.id, now)?;
    let staging = Staging::create(&folder.arriving, &state.live)?;
    let fields = [form::PATH, form::NAME];
    let file = ingest::receive_one(request.body(), &content_type, fields, &staging, &mut room)?;
    let [path, name] = &file.fields;
    // The folders that it may need.
    room.entries(path.split('/').count() as u64)
        .map_err(|error| ApiError::from_io("making a folder of the backup", error))?;
    let recheck = || request.recheck();
    sequence::take(state, &sequence, (path, name), &file, &staging, &recheck)?;
    Ok(reply::done())
}

/// `POST /seq/<target>/finish`
pub(crate) fn finish(
    state: &State,
    request: &Request,
    grant: &Grant,
    id: &str,
) -> Result<Response, ApiError> {
    // Others may have reached the limit since it was begun. It stays, and can be finished later.
    let _seat = quota::admit(state, &state.target(id)?, grant)?;
    let recheck = || request.recheck();
    let accepted = sequence::finish(state, id, grant.only_appends(), &recheck)?;
    Ok(reply::success(200, &accepted))
}

/// `POST /seq/<target>/terminate`
pub(crate) fn terminate(state: &State, id: &str) -> Result<Response, ApiError> {
    sequence::terminate(state, id)?;
    Ok(reply::done())
}
