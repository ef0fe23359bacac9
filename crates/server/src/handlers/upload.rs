//! Uploads.

use bchan_api::{Accepted, JobStatus, header};

use crate::error::ApiError;
use crate::http::{Request, Response};
use crate::ingest::{self, Staging};
use crate::publish::{Origin, publish};
use crate::reply;
use crate::room::Room;
use crate::state::State;

/// Name of the jobs that uploads are.
pub(crate) const JOB: &str = "upload_job";

/// `POST /target/<ID>/upload`: answers when what arrived is durable and visible.
pub(crate) fn upload(state: &State, request: &mut Request, id: &str) -> Result<Response, ApiError> {
    let mut target = state.target(id)?;
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
    let key = idempotency_key(request)?;
    if let Some(accepted) = earlier(state, key.as_deref())? {
        return Ok(accepted);
    }
    // Below the location, so that it arrives on the file system where it will stay.
    let (location, staging) = loop {
        let location = state.require_location(&target)?;
        let _busy = state.at_work();
        let staging = Staging::create(&state.layout.staging(&location), &state.live)?;
        let now = state.target(&target.id)?;
        if now.location == target.location {
            break (location, staging);
        }
        // It has moved in this moment, and nobody would look for left-overs there.
        target = now;
    };
    let mut room = Room::new(&location, state.limits().reserve);
    // Refused at once if it cannot fit.
    room.require(request.content_length.unwrap_or(0))
        // The folder that it arrives in, and that of a tree.
        .and_then(|()| room.entries(2))
        .map_err(|error| ApiError::from_io("asking for free space", error))?;

    let disk = room.total();
    let disk = disk.map_err(|error| ApiError::from_io("asking for the size of the disk", error))?;
    let options = state.unpack_options(disk);

    let job_id = state.store.create_job(JOB, JobStatus::Running)?;
    tracing::info!(target = target.id, job = job_id, "an upload begins");
    let stored = ingest::receive(
        request.body(),
        &content_type,
        target.target_type,
        &options,
        &staging,
        &mut room,
    )
    .and_then(|mut arrival| {
        let warnings = std::mem::take(&mut arrival.warnings);
        // It may have been edited or deleted while the upload came in.
        let (target, _busy) = state.lock_target(&target.id)?;
        let origin = Origin {
            from: staging.content(),
            key: key.clone(),
            sequence: None,
        };
        let backup_id = publish(state, &target, job_id, arrival, origin)?;
        Ok((backup_id, warnings))
    });
    match stored {
        Ok((backup_id, warnings)) => {
            state.meter.job(JOB, true);
            let target = &target.id;
            tracing::info!(target, backup = backup_id, job = job_id, "stored a backup");
            if let Some(first) = warnings.first() {
                tracing::warn!(backup = backup_id, first, "not everything could be kept");
            }
            Ok(reply::success(
                200,
                &Accepted {
                    job_id,
                    backup_id: Some(backup_id),
                    warnings,
                },
            ))
        }
        Err(failure) => {
            // Whoever sees that the job has ended finds nothing left of it.
            drop(staging);
            // The same upload may have been stored while this one came in.
            if let Some(accepted) = earlier(state, key.as_deref())? {
                let done = state
                    .store
                    .end_job(job_id, Some("the same upload was stored already"));
                done.map_err(ApiError::from)?;
                return Ok(accepted);
            }
            state.meter.job(JOB, false);
            let (target, message) = (&target.id, &failure.message);
            tracing::warn!(target, job = job_id, message, "an upload has failed");
            if let Err(error) = state.store.end_job(job_id, Some(message)) {
                tracing::error!(job = job_id, %error, "a failed job is not marked as such");
            }
            Err(failure)
        }
    }
}

/// What the client calls the upload, so that it can be sent twice and stored once.
fn idempotency_key(request: &Request) -> Result<Option<String>, ApiError> {
    /// Longest key, in bytes.
    const LONGEST: usize = 255;
    match request.headers.get(header::IDEMPOTENCY_KEY) {
        Some(key) if key.is_empty() || key.len() > LONGEST => {
            let message = format!("Idempotency-Key must have 1 to {LONGEST} characters");
            Err(ApiError::bad_request(message))
        }
        key => Ok(key.map(str::to_owned)),
    }
}

/// The answer that an upload of this key has had.
fn earlier(state: &State, key: Option<&str>) -> Result<Option<Response>, ApiError> {
    let Some(key) = key else { return Ok(None) };
    let answer = |(job_id, backup_id)| {
        reply::success(
            200,
            &Accepted {
                job_id,
                backup_id: Some(backup_id),
                warnings: Vec::new(),
            },
        )
    };
    Ok(state.store.upload(key)?.map(answer))
}
