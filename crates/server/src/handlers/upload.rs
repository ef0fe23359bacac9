//! Uploads.

use std::path::Path;

use bchan_api::{Accepted, Backup, JobStatus, Target, Time, header};
use uuid::Uuid;

use crate::durable;
use crate::error::ApiError;
use crate::http::{Request, Response};
use crate::ingest::{self, Arrival, Staging};
use crate::ops::{self, Operation};
use crate::reply;
use crate::room::Room;
use crate::state::State;
use crate::store::StoredBackup;
use crate::template;

/// Name of the jobs that uploads are.
const JOB: &str = "upload_job";

/// `POST /target/<ID>/upload`: answers when what arrived is durable and visible.
pub(crate) fn upload(state: &State, request: &mut Request, id: &str) -> Result<Response, ApiError> {
    let target = state.target(id)?;
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
    let location = state.require_location(&target)?;
    // Below the location, so that it arrives on the file system where it will stay.
    let staging = {
        let _busy = state.at_work();
        Staging::create(&state.layout.staging(&location), &state.live)?
    };
    let mut room = Room::new(&location, state.reserve);
    // Refused at once if it cannot fit.
    room.require(request.content_length.unwrap_or(0))
        .map_err(|error| ApiError::from_io("asking for free space", error))?;

    let job_id = state.store.create_job(JOB, JobStatus::Running)?;
    let stored = ingest::receive(
        request.body(),
        &content_type,
        target.target_type,
        state.preserve_owner,
        &staging,
        &mut room,
    )
    .and_then(|arrival| publish(state, &target, job_id, key.clone(), arrival, &staging));
    match stored {
        Ok(backup_id) => {
            tracing::info!(target = target.id, backup = backup_id, "stored a backup");
            Ok(reply::success(
                200,
                &Accepted {
                    job_id,
                    backup_id: Some(backup_id),
                },
            ))
        }
        Err(failure) => {
            // The same upload may have been stored while this one came in.
            if let Some(accepted) = earlier(state, key.as_deref())? {
                let done = state
                    .store
                    .end_job(job_id, Some("the same upload was stored already"));
                done.map_err(ApiError::from)?;
                return Ok(accepted);
            }
            if let Err(error) = state.store.end_job(job_id, Some(&failure.message)) {
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
            },
        )
    };
    Ok(state.store.upload(key)?.map(answer))
}

/// Makes what has arrived a backup of the target, and returns its id.
fn publish(
    state: &State,
    target: &Target,
    job: i64,
    key: Option<String>,
    arrival: Arrival,
    staging: &Staging,
) -> Result<String, ApiError> {
    // It may have been edited or deleted while the upload came in.
    let (target, _busy) = state.lock_target(&target.id)?;
    let location = state.require_location(&target)?;
    let mut backup = StoredBackup {
        backup: Backup {
            id: Uuid::new_v4().to_string(),
            target_id: target.id.clone(),
            created_at: Time::now(),
            manual: arrival.manual,
            is_recycled: false,
            filesize: arrival.filesize,
            hash: Some(arrival.hash),
            hash_mismatch: false,
        },
        extension: arrival.extension,
        file_name: String::new(),
    };
    choose_name(state, &target, &location, &mut backup)?;
    let id = backup.backup.id.clone();
    let to = location.join(&backup.file_name);
    let operation = Operation::Publish {
        job,
        backup,
        key,
        from: staging.content(),
        to,
    };
    ops::execute(state, &operation)?;
    Ok(id)
}

/// Names a backup by the target's template. Where the creation time alone tells backups apart and
/// its second is taken, the next free second is the backup's.
fn choose_name(
    state: &State,
    target: &Target,
    location: &Path,
    stored: &mut StoredBackup,
) -> Result<(), ApiError> {
    let known: Vec<String> = if target.name_template.contains("$I") {
        Vec::new()
    } else {
        state
            .store
            .backups(&target.id)?
            .into_iter()
            .map(|other| other.file_name)
            .collect()
    };
    for _ in 0..100_000 {
        let backup = &stored.backup;
        let name = template::name_of(&target.name_template, backup, &stored.extension);
        let on_disk = durable::exists(&location.join(&name))
            .map_err(|error| ApiError::from_io("reading the target's location", error))?;
        if !on_disk && !known.contains(&name) {
            stored.file_name = name;
            return Ok(());
        }
        let next = stored.backup.created_at.unix_seconds().saturating_add(1);
        stored.backup.created_at = Time::from_unix_seconds(next);
    }
    Err(ApiError::new(
        409,
        "no free name for the backup in the target's location",
    ))
}
