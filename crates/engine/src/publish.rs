//! Making a backup of what has arrived.

use std::collections::HashSet;
use std::path::Path;

use bchan_api::{Backup, Target};
use uuid::Uuid;

use crate::access::target_lock::LockedTarget;
use crate::engine::Engine;
use crate::error::Error;
use crate::ingest::ReceivedBackup;
use crate::ops;
use bchan_catalog::journal::Operation;
use bchan_catalog::{Object, Order, StoredBackup, UploadKey};
use bchan_storage::durable;
use bchan_storage::name_template;

/// How it came in.
pub struct PublishRequest {
    /// Where it has arrived, durable already.
    pub from: Object,
    /// The client's name for the upload.
    pub key: Option<UploadKey>,
    /// The sequential upload that ends with it.
    pub sequence: Option<String>,
    /// True if the key of the upload has only the right to append.
    pub appended: bool,
}

/// Makes what has arrived a backup of the target and returns its id.
pub fn publish(
    target: &LockedTarget<'_>,
    job: i64,
    arrival: ReceivedBackup,
    origin: PublishRequest,
) -> Result<String, Error> {
    let engine = target.engine();
    let location = {
        // Or the folder could be tidied up while its marker is written.
        let _busy = engine.share_folders();
        engine.enter_location(target)?
    };
    let reading = engine.clock.read(&*engine.store)?;
    // The target is held: no other upload gets this number.
    let order = Order {
        number: engine.store.next_number(&target.id)?,
        at: Some(reading.arrival),
        appended: origin.appended.then_some(reading.now.trusted),
    };
    let mut backup = StoredBackup {
        backup: Backup {
            id: Uuid::new_v4().to_string(),
            target_id: target.id.clone(),
            created_at: reading.now.wall,
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
        order,
    };
    backup.file_name = choose_name(engine, target, &location, &backup)?;
    let id = backup.backup.id.clone();
    let to = Object::backup(&engine.layout.directory_name(&location)?, &backup.file_name);
    let operation = Operation::Publish {
        job,
        backup,
        key: origin.key.zip(arrival.sent),
        sequence: origin.sequence,
        from: origin.from,
        to,
    };
    ops::execute(engine, &operation)?;
    Ok(id)
}

/// Names a backup by the target's template. Where the template tells backups apart by their time
/// alone and the name of this second is taken, it gets a number. The time of creation stays.
fn choose_name(
    engine: &Engine,
    target: &Target,
    location: &Path,
    stored: &StoredBackup,
) -> Result<String, Error> {
    let known: HashSet<String> = if target.name_template.contains("$I") {
        HashSet::new()
    } else {
        let others = engine.store.backups(&target.id)?.into_iter();
        others.map(|other| other.file_name).collect()
    };
    for number in 1..=100_000 {
        let name = name_template::numbered(target, stored, number);
        let on_disk = durable::exists(&location.join(&name))
            .map_err(|error| Error::from_io("reading the target's location", error))?;
        if !on_disk && !known.contains(&name) {
            return Ok(name);
        }
    }
    Err(Error::conflict(
        "no free name for the backup in the target's location",
    ))
}
