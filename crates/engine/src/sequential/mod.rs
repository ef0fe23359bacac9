//! Uploads whose files come one by one.
//!
//! The list of files and their state are in the database; the files are in a folder of their own in
//! the target's staging, which outlives the process. A file is durable there before it counts as
//! uploaded. The last step is the same as for every upload.

mod list;

use std::io;
use std::path::PathBuf;

use bchan_api::{Accepted, JobStatus, SequenceBegin, SequenceFile, Target, TargetType};
use bchan_archive::Manifest;
use uuid::Uuid;

use crate::engine::Engine;
use crate::error::Error;
use crate::ingest::{PlacedFile, ReceivedBackup};
use crate::jobs;
use crate::publish::{PublishRequest, publish};
use bchan_catalog::{Object, ObjectName, Sequence, SequencePart};
use bchan_storage::durable;
use bchan_storage::staging::Staging;

/// Everything of a sequence on the disk.
pub struct Folder {
    /// The whole.
    pub path: PathBuf,
    /// The files as they will lie in the backup.
    tree: PathBuf,
    /// The name of the tree as an object.
    object: Object,
    /// Where files are while they arrive.
    pub arriving: PathBuf,
}

/// Where a sequence has its files. It stays there when its target moves.
pub fn folder(engine: &Engine, sequence: &Sequence) -> Result<Folder, Error> {
    let location = engine.layout.resolve(&sequence.location)?;
    engine.require_disk(&location)?;
    let name = format!("seq-{}", sequence.id);
    let path = engine.layout.staging(&location).join(&name);
    let directory = engine.layout.directory_name(&location)?;
    Ok(Folder {
        object: Object::new(directory, ObjectName::Staged(name, "tree".to_owned())),
        tree: path.join("tree"),
        arriving: path.join("arriving"),
        path,
    })
}

/// The upload under way to a target.
pub fn find(engine: &Engine, target: &Target) -> Result<Sequence, Error> {
    let found = engine.store.sequence(&target.id)?;
    found.ok_or_else(|| Error::invalid("no sequential upload to this target is under way"))
}

/// Begins one.
pub fn begin(engine: &Engine, target: &str, body: &SequenceBegin) -> Result<(), Error> {
    list::check(&body.file_list)?;
    let target = engine.lock_target(target)?;
    if target.target_type == TargetType::Single {
        let message = "a sequential upload needs a target of the type multi";
        return Err(Error::invalid(message));
    }
    if engine.store.sequence(&target.id)?.is_some() {
        // The Python client looks for these words, and goes on with the upload.
        let message = "Target busy: a sequential upload is under way";
        return Err(Error::invalid(message));
    }
    let sequence = Sequence {
        id: Uuid::new_v4().to_string(),
        target_id: target.id.clone(),
        location: target.location.clone(),
        manual: body.manual,
        active: engine.clock.moment(&*engine.store)?.trusted,
    };
    let folder = folder(engine, &sequence)?;
    let _held = engine.in_use.hold(&folder.path);
    let made = {
        let _busy = engine.share_folders();
        engine.enter_location(&target)?;
        durable::create_dirs(&folder.tree)
    };
    made.map_err(|error| Error::from_io("making a staging folder", error))?;
    if let Err(error) = engine.store.begin_sequence(&sequence, &body.file_list) {
        discard(engine, &sequence);
        return Err(error.into());
    }
    let files = body.file_list.len();
    tracing::info!(target = target.id, files, "a sequential upload begins");
    Ok(())
}

/// Files that are read from the database at a time.
const BATCH: u64 = 1000;

/// A list with what has come, as far as it is read.
pub struct View {
    sequence: Sequence,
    first: Vec<SequenceFile>,
}

/// Begins to read the list with what has come.
pub fn show(engine: &Engine, target: &str) -> Result<View, Error> {
    let sequence = find(engine, &engine.target(target)?)?;
    let first = engine.store.sequence_files(&sequence.id, 0, BATCH)?;
    let first = first.into_iter().map(shown).collect();
    Ok(View { sequence, first })
}

impl View {
    /// All of the list, if it is short.
    pub fn short(&mut self) -> Option<Vec<SequenceFile>> {
        let is_short = (self.first.len() as u64) < BATCH;
        is_short.then(|| std::mem::take(&mut self.first))
    }

    /// Gives each file of the list. Only a few are in memory at a time.
    pub fn each(
        self,
        engine: &Engine,
        mut each: impl FnMut(&SequenceFile) -> io::Result<()>,
    ) -> io::Result<()> {
        self.first.iter().try_for_each(&mut each)?;
        for_each_file(engine, &self.sequence.id, BATCH, |part| {
            let written = each(&shown(part));
            written.map_err(|error| Error::from_io("sending a list", error))
        })
        .map_err(|error| io::Error::other(error.message))?;
        let now = engine.store.sequence(&self.sequence.target_id);
        let now = now.map_err(io::Error::other)?;
        if now.is_none_or(|now| now.id != self.sequence.id) {
            // Not all of its files may have been there to be read.
            return Err(io::Error::other("the upload has ended meanwhile"));
        }
        Ok(())
    }
}

fn shown(part: SequencePart) -> SequenceFile {
    SequenceFile {
        uploaded: part.content.is_some(),
        path: part.path,
        name: part.name,
    }
}

/// Reads the files of a sequence from one on, without having all of them in memory.
fn for_each_file(
    engine: &Engine,
    id: &str,
    mut from: u64,
    mut each: impl FnMut(SequencePart) -> Result<(), Error>,
) -> Result<(), Error> {
    loop {
        let batch = engine.store.sequence_files(id, from, BATCH)?;
        let is_last = (batch.len() as u64) < BATCH;
        batch.into_iter().try_for_each(&mut each)?;
        if is_last {
            return Ok(());
        }
        from += BATCH;
    }
}

/// Takes a file that lies in `staging` into its place, if `recheck` still allows it.
pub fn take(
    engine: &Engine,
    sequence: &Sequence,
    (path, name): (&str, &str),
    file: &PlacedFile,
    staging: &Staging,
    recheck: &dyn Fn() -> Result<(), Error>,
) -> Result<(), Error> {
    let place = list::place(path, name)?;
    // Of two that come at once, one comes second.
    let _busy = engine.lock_sequence(&sequence.id);
    recheck()?;
    let part = engine.store.sequence_file(&sequence.id, path, name)?;
    let Some(mut part) = part else {
        let place = place.escape_debug();
        let message = format!("the file `{place}` is not in the list");
        return Err(Error::invalid(message));
    };
    if part.content.is_some() {
        let place = place.escape_debug();
        return Err(Error::conflict(format!(
            "the file `{place}` is uploaded already"
        )));
    }
    let to = folder(engine, sequence)?.tree.join(place);
    durable::replace(&staging.content(), &to)
        .map_err(|error| Error::from_io("storing a file", error))?;
    // A part is durable by itself before it counts as uploaded: its content was synced through the
    // descriptor that wrote it, its name by the step above. Errors of later writes do not concern
    // it, so `finish` only has to make its own rename durable.
    staging.check()?;
    part.content = Some((file.size, file.digest));
    let now = engine.clock.moment(&*engine.store)?.trusted;
    engine.store.arrived(&sequence.id, &part, now)?;
    Ok(())
}

/// Makes a backup of an upload that is complete, if `recheck` still allows it; `appended` says that
/// the key can only append.
pub fn finish(
    engine: &Engine,
    target: &str,
    appended: bool,
    recheck: &dyn Fn() -> Result<(), Error>,
) -> Result<Accepted, Error> {
    let target = engine.lock_target(target)?;
    let sequence = find(engine, &target)?;
    let _alone = engine.lock_sequence(&sequence.id);
    recheck()?;
    let (mut count, mut missing) = (0_u64, 0_u64);
    for_each_file(engine, &sequence.id, 0, |part| {
        count += 1;
        missing += u64::from(part.content.is_none());
        Ok(())
    })?;
    if missing > 0 {
        let message = format!("{missing} of {count} files are missing");
        return Err(Error::conflict(message));
    }
    let mut manifest = Manifest::default();
    for_each_file(engine, &sequence.id, 0, |part| {
        if let Some((size, digest)) = part.content {
            let place = list::place(&part.path, &part.name)?;
            manifest.add_file(place.as_bytes(), size, digest);
        }
        Ok(())
    })?;
    let arrival = ReceivedBackup {
        manual: sequence.manual,
        extension: String::new(),
        filesize: manifest.bytes(),
        hash: manifest.tree_hash(),
        receipt: None,
        reproducible: false,
        sent: None,
        warnings: Vec::new(),
    };
    let job = jobs::UPLOAD;
    let job_id = engine
        .store
        .create_job(job, JobStatus::Running, Some(&target.id))?;
    let origin = PublishRequest {
        from: folder(engine, &sequence)?.object,
        key: None,
        sequence: Some(sequence.id.clone()),
        appended,
    };
    match publish(&target, job_id, arrival, origin) {
        Ok(backup_id) => {
            discard(engine, &sequence);
            engine.job_runs.ended(job, true);
            let target = &target.id;
            tracing::info!(target, backup = backup_id, job = job_id, "stored a backup");
            let backup_id = Some(backup_id);
            Ok(Accepted {
                job_id,
                backup_id,
                warnings: Vec::new(),
                receipt: None,
            })
        }
        Err(failure) => {
            engine.job_runs.ended(job, false);
            let (target, message) = (&target.id, &failure.message);
            tracing::warn!(target, job = job_id, message, "an upload has failed");
            if let Err(error) = engine.store.end_job(job_id, Some(message)) {
                tracing::error!(job = job_id, %error, "a failed job is not marked as such");
            }
            Err(failure)
        }
    }
}

/// Gives up the upload to a target.
pub fn terminate(engine: &Engine, target: &str) -> Result<(), Error> {
    let target = engine.lock_target(target)?;
    let sequence = find(engine, &target)?;
    end(engine, &sequence)?;
    tracing::info!(target = target.id, "a sequential upload was given up");
    Ok(())
}

/// Ends an upload without a backup. The caller holds the target.
pub fn end(engine: &Engine, sequence: &Sequence) -> Result<(), Error> {
    let _alone = engine.lock_sequence(&sequence.id);
    engine.store.end_sequence(&sequence.id)?;
    discard(engine, sequence);
    Ok(())
}

/// Removes what is left of one that the database does not know any more.
pub fn discard(engine: &Engine, sequence: &Sequence) {
    let removed = folder(engine, sequence).and_then(|folder| {
        durable::remove(&folder.path)
            .map_err(|error| Error::from_io("removing files of an upload", error))
    });
    if let Err(error) = removed {
        // The job that purges removes them.
        let message = error.message;
        tracing::warn!(
            sequence = sequence.id,
            message,
            "left-overs of an upload stay"
        );
    }
}
