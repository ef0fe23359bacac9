//! Sequential uploads.

use bchan_api::{SequenceBegin, SequenceView, form};

use crate::body;
use crate::error::ApiError;
use crate::http::{Request, Response};
use crate::ingest::{self, Staging};
use crate::reply;
use crate::room::Room;
use crate::sequence;
use crate::state::State;

/// `POST /seq/<target>/begin`
pub(crate) fn begin(state: &State, request: &mut Request, id: &str) -> Result<Response, ApiError> {
    // It may not even exist, which is to be said before a long list is read.
    state.target(id)?;
    let list: SequenceBegin = body::read_list(request)?;
    sequence::begin(state, id, &list)?;
    Ok(reply::done())
}

/// `GET /seq/<target>`
pub(crate) fn show(state: &State, id: &str) -> Result<Response, ApiError> {
    let file_list = sequence::show(state, id)?;
    Ok(reply::success(200, &SequenceView { file_list }))
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
    state.store.touch_sequence(&sequence.id)?;
    let staging = Staging::create(&folder.arriving, &state.live)?;
    let fields = [form::PATH, form::NAME];
    let file = ingest::receive_one(request.body(), &content_type, fields, &staging, &mut room)?;
    let [path, name] = &file.fields;
    // The folders that it may need.
    room.entries(path.split('/').count() as u64)
        .map_err(|error| ApiError::from_io("making a folder of the backup", error))?;
    sequence::take(state, &sequence, (path, name), &file, &staging)?;
    Ok(reply::done())
}

/// `POST /seq/<target>/finish`
pub(crate) fn finish(state: &State, id: &str) -> Result<Response, ApiError> {
    Ok(reply::success(200, &sequence::finish(state, id)?))
}

/// `POST /seq/<target>/terminate`
pub(crate) fn terminate(state: &State, id: &str) -> Result<Response, ApiError> {
    sequence::terminate(state, id)?;
    Ok(reply::done())
}
