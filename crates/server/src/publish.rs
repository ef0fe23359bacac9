//! Making a backup of what has arrived.

use std::path::{Path, PathBuf};

use bchan_api::{Backup, Target, Time};
use uuid::Uuid;

use crate::durable;
use crate::error::ApiError;
use crate::ingest::Arrival;
use crate::ops::{self, Operation};
use crate::state::State;
use crate::store::{StoredBackup, UploadKey};
use crate::template;

/// How it came in.
pub(crate) struct Origin {
    /// Where it has arrived, durable already.
    pub(crate) from: PathBuf,
    /// What the client calls the upload.
    pub(crate) key: Option<UploadKey>,
    /// The sequential upload that ends with it.
    pub(crate) sequence: Option<String>,
}

/// Makes what has arrived a backup of the target, which the caller holds, and returns its id.
pub(crate) fn publish(
    state: &State,
    target: &Target,
    job: i64,
    arrival: Arrival,
    origin: Origin,
) -> Result<String, ApiError> {
    let location = state.enter_location(target)?;
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
            receipt: arrival.receipt,
            reproducible: arrival.reproducible,
        },
        extension: arrival.extension,
        file_name: String::new(),
    };
    choose_name(state, target, &location, &mut backup)?;
    let id = backup.backup.id.clone();
    let to = location.join(&backup.file_name);
    let operation = Operation::Publish {
        job,
        backup,
        key: origin.key.zip(arrival.sent),
        sequence: origin.sequence,
        from: origin.from,
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
