//! Uploads.

use std::path::PathBuf;

use bchan_api::{Accepted, Backup, JobStatus, Target};
use bchan_archive::Bases;
use sha2::{Digest as _, Sha256};

use super::download::manifest_response;
use super::limits::{admit, while_client_waits};
use super::upload_head::{Named, content_type, idempotency_key, known_sha256, named_bases, token};
use crate::api::error::ApiError;
use crate::api::reply;
use crate::api::upload_form;
use crate::app::App;
use crate::auth::{Grant, recheck};
use bchan_catalog::{Object, Sent, StoredUpload, UploadKey};
use bchan_engine::bases::{Base, partial_manifest};
use bchan_engine::ingest::ReceivedBackup;
use bchan_engine::jobs::UPLOAD;
use bchan_engine::publish::{PublishRequest, publish};
use bchan_engine::{Error, Kind};
use bchan_http::{Request, Response};
use bchan_storage::durable;
use bchan_storage::partials::{Partial, Partials};
use bchan_storage::space::SpaceGuard;
use bchan_storage::staging::Staging;

/// `POST /target/<ID>/upload`: answers when what arrived is durable and visible.
pub(crate) fn upload(
    app: &App,
    request: &mut Request,
    grant: &Grant,
    id: &str,
) -> Result<Response, ApiError> {
    store(app, request, grant, (id, Named::default()))
}

/// `POST /target/<ID>/increment`: the same for an archive that may refer to an earlier backup.
pub(crate) fn increment(
    app: &App,
    request: &mut Request,
    grant: &Grant,
    id: &str,
) -> Result<Response, ApiError> {
    let named = named_bases(request)?;
    store(app, request, grant, (id, named))
}

/// `GET /target/<ID>/partial`: the manifest of what has arrived of an interrupted upload, for the
/// client that has chosen its token.
pub(crate) fn partial(app: &App, request: &Request, id: &str) -> Result<Response, ApiError> {
    let target = app.engine.target(id)?;
    app.engine.require_open(&target)?;
    let token = token(request)?.ok_or_else(|| {
        let message = "Bchan-Upload must have the token of the interrupted upload";
        ApiError::bad_request(message)
    })?;
    let file = partial_manifest(&app.engine, &target, &token)?;
    let file = file.ok_or_else(|| ApiError::new(404, "nothing has arrived of such an upload"))?;
    manifest_response(file, "partial.mtree.zst")
}

/// Stores an upload, which may refer to the bases that it names.
fn store(
    app: &App,
    request: &mut Request,
    grant: &Grant,
    (id, named): (&str, Named),
) -> Result<Response, ApiError> {
    let mut target = app.engine.target(id)?;
    app.engine.require_open(&target)?;
    let content_type = content_type(request)?;
    let key = idempotency_key(request, grant, &target)?;
    let sha256 = known_sha256(request)?;
    // Without the digest, only the content can tell whether it is the same.
    if let Some(sha256) = sha256
        && let Some(earlier) = earlier(app, &target, key.as_ref())?
        && earlier.upload.sent.sha256.eq_ignore_ascii_case(sha256)
    {
        return Ok(earlier.answer());
    }
    let _seat = admit(app, &target, grant)?;
    let (location, staging) = stage(app, &mut target)?;
    let room = SpaceGuard::new(&location, app.engine.limits().reserve);
    let mut room = while_client_waits(room, request);
    // Refused at once if it cannot fit.
    room.require(request.content_length.unwrap_or(0))
        // The folder that it arrives in, and that of a tree.
        .and_then(|()| room.entries(2))
        .map_err(|error| ApiError::from_io("asking for free space", error))?;

    let disk = room.total();
    let disk = disk.map_err(|error| ApiError::from_io("asking for the size of the disk", error))?;
    let options = app.engine.unpack_options(disk);
    let token = token(request)?;
    let mut base = match &named.backup {
        Some(id) => Some(open_base(app, &target, id, &staging)?),
        None => None,
    };
    let mut partial = match &named.token {
        Some(token) => Base::adopt(&app.engine, (&target, &location), token, &staging)?,
        None => None,
    };
    let read_at = base.as_ref().map(Base::read_at);
    let mut bases = Bases {
        earlier: base.as_mut().and_then(Base::tree),
        partial: partial.as_mut().and_then(Base::tree),
    };
    let mut arrived = None;

    let job_id = app
        .engine
        .store
        .create_job(UPLOAD, JobStatus::Running, Some(&target.id))?;
    tracing::info!(target = target.id, job = job_id, "an upload begins");
    let stored = upload_form::receive(
        request.body(),
        &content_type,
        target.target_type,
        (&options, &mut bases),
        &staging,
        &mut room,
        &mut arrived,
    )
    .and_then(|mut arrival| {
        let warnings = std::mem::take(&mut arrival.warnings);
        // It may have been edited or deleted while the upload came in.
        let target = app.engine.lock_target(&target.id)?;
        recheck(request)?;
        // Nothing else is stored to the target while it is held.
        if let Some(earlier) = earlier(app, &target, key.as_ref())? {
            return earlier.compared(&arrival).map(Outcome::Earlier);
        }
        let origin = PublishRequest {
            from: Object::new(
                app.engine
                    .layout
                    .directory_name(&location)
                    .map_err(Error::from)?,
                staging.object_name(),
            ),
            key: key.clone(),
            sequence: None,
            appended: grant.only_appends(),
        };
        let receipt = arrival.receipt.clone();
        let backup_id = publish(&target, job_id, arrival, origin)?;
        // Without it, what is not read now counts as read now, which is no reason to fail.
        if let Some(at) = read_at
            && let Err(error) = app.engine.store.set_checked_at(&backup_id, at)
        {
            tracing::warn!(backup = backup_id, %error, "it is not recorded when a backup was read");
        }
        Ok(Outcome::Stored(Accepted {
            job_id,
            backup_id: Some(backup_id),
            warnings,
            receipt,
        }))
    });
    let partials = app.engine.layout.partials(&location);
    resumable(&partials, &target, &stored, &staging, token.zip(arrived));
    end(app, &target, job_id, stored, staging)
}

/// Makes a staging folder below the location, so that an upload arrives on the file system where it
/// will stay. The target is read again.
fn stage(app: &App, target: &mut Target) -> Result<(PathBuf, Staging), ApiError> {
    loop {
        let _busy = app.engine.share_folders();
        let location = app.engine.enter_location(target)?;
        let staging = Staging::create(&app.engine.layout.staging(&location), &app.engine.in_use)
            .map_err(Error::from)?;
        let now = app.engine.target(&target.id)?;
        if now.location == target.location {
            return Ok((location, staging));
        }
        // The target has just moved, and nothing would look for left-overs in its former location.
        *target = now;
    }
}

/// Opens the backup that an upload refers to.
fn open_base(app: &App, target: &Target, id: &str, staging: &Staging) -> Result<Base, ApiError> {
    let base = Base::open(&app.engine, target, id, staging)?;
    base.ok_or_else(|| {
        let message = "the target has no such backup to refer to; send all of it";
        Error::new(Kind::Base, message).into()
    })
}

/// Keeps what has arrived of an interrupted upload for the next one, and removes it once a backup is
/// stored. That this does not work costs only time.
fn resumable(
    partials: &Partials,
    target: &Target,
    stored: &Result<Outcome, ApiError>,
    staging: &Staging,
    arrived: Option<(String, u64)>,
) {
    let done = match (stored, arrived) {
        (Ok(_), _) => partials.remove(&target.id),
        (Err(_), Some((token, bytes))) => {
            let token = hex::encode(Sha256::digest(token));
            let kept = partials.keep(&target.id, staging, &Partial::new(token, bytes));
            kept.and_then(|()| partials.give_back(&target.id, staging))
        }
        (Err(_), None) => partials.give_back(&target.id, staging),
    };
    if let Err(error) = done {
        let target = &target.id;
        tracing::warn!(target, %error, "what has arrived of an upload is not kept");
    }
}

/// Ends the job of an upload, removes what is not stored, and answers.
fn end(
    app: &App,
    target: &Target,
    job_id: i64,
    stored: Result<Outcome, ApiError>,
    staging: Staging,
) -> Result<Response, ApiError> {
    match stored {
        Ok(Outcome::Stored(accepted)) => {
            app.engine.job_runs.ended(UPLOAD, true);
            let (target, backup) = (&target.id, &accepted.backup_id);
            tracing::info!(target, backup, job = job_id, "stored a backup");
            if let Some(first) = accepted.warnings.first() {
                tracing::warn!(backup, first, "not everything could be kept");
            }
            Ok(reply::success(200, &accepted))
        }
        Ok(Outcome::Earlier(earlier)) => {
            // A client that sees the end of the job finds no left-overs.
            drop(staging);
            // The backup that was wanted is there.
            app.engine.store.end_job(job_id, None)?;
            Ok(earlier.answer())
        }
        Err(failure) => {
            drop(staging);
            app.engine.job_runs.ended(UPLOAD, false);
            let (target, message) = (&target.id, &failure.message);
            tracing::warn!(target, job = job_id, message, "an upload has failed");
            if let Err(error) = app.engine.store.end_job(job_id, Some(message)) {
                tracing::error!(job = job_id, %error, "a failed job is not marked as such");
            }
            Err(failure)
        }
    }
}

/// Outcome of an upload that has not failed.
enum Outcome {
    Stored(Accepted),
    /// It was stored before.
    Earlier(Earlier),
}

/// An upload that was stored under the same key, and whose backup is there.
struct Earlier {
    upload: StoredUpload,
    backup: Backup,
}

/// The upload that was stored under this key, if its backup is still where it belongs.
fn earlier(
    app: &App,
    target: &Target,
    key: Option<&UploadKey>,
) -> Result<Option<Earlier>, ApiError> {
    let Some(key) = key else { return Ok(None) };
    let Some(upload) = app.engine.store.upload(key)? else {
        return Ok(None);
    };
    let Some(stored) = app.engine.store.backup(&upload.backup_id)? else {
        return Ok(None);
    };
    let is_there = durable::exists(&app.engine.path(target, &stored)?)
        .map_err(|error| ApiError::from_io("looking for a backup", error))?;
    Ok(is_there.then_some(Earlier {
        upload,
        backup: stored.backup,
    }))
}

impl Earlier {
    /// Fails if what has arrived is something else.
    fn compared(self, arrival: &ReceivedBackup) -> Result<Self, ApiError> {
        let is_same = |sent: &Sent| sent.is_same(&self.upload.sent);
        let hash = self.backup.hash.as_deref();
        if hash == Some(&*arrival.hash) && arrival.sent.as_ref().is_some_and(is_same) {
            return Ok(self);
        }
        let message = format!(
            "other content was stored under this Idempotency-Key, as backup {}; nothing was \
             stored now; send it under another key",
            self.backup.id
        );
        Err(ApiError::new(422, message))
    }

    fn answer(self) -> Response {
        reply::success(
            200,
            &Accepted {
                job_id: self.upload.job_id,
                backup_id: Some(self.backup.id),
                warnings: Vec::new(),
                receipt: self.backup.receipt,
            },
        )
    }
}
