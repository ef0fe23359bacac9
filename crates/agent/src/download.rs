//! From a stored backup to files here.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use bchan_api::{Backup, Feature, Target, TargetType, TargetView};
use bchan_client::{Client, Download, DownloadFormat, Error, RateLimit};

use crate::amount::Amount;
use crate::error::AgentError;
use crate::pause::pause;
use crate::plan::is_kept;
use crate::prefetch::Incoming;
use crate::progress::{Phase, Progress};
use crate::received::{Found, Restore, Written};
use crate::report::Warning;
use crate::{extract, save, verify_archive};

/// Chunks between the socket and the thread that writes.
const PIPE: usize = 64;

/// Where a backup goes.
#[derive(Clone, Debug)]
pub enum Destination {
    /// As one file into this directory.
    Directory(PathBuf),
    /// Unpacked into this directory, which is empty or not there yet.
    Extract(PathBuf),
    /// Into standard output, or another open file that keeps nothing.
    Pipe(Arc<File>),
    /// Nowhere: it is only read to its end and hashed.
    Nowhere,
}

/// Options of a download.
#[derive(Clone, Debug)]
pub struct DownloadOptions {
    /// Id of a backup, or the beginning of one; or id, alias or name of a target for its newest
    /// backup.
    pub what: String,
    pub destination: Destination,
    /// How often to try again.
    pub retries: u32,
    /// How fast it goes.
    pub limit: Option<RateLimit>,
    pub restore: Restore,
}

/// Outcome of a download.
#[derive(Debug)]
pub struct DownloadReport {
    pub backup: Backup,
    /// The new file, or the directory that was filled; empty for nowhere.
    pub path: PathBuf,
    pub amount: Amount,
    /// True if it was compared with a hash that the server has of it.
    pub compared: bool,
    /// True if links, folders, modes, times, owners and attributes were compared, too.
    pub attributes: bool,
    /// True for a tree, false for a single file.
    pub is_tree: bool,
    /// Modes, times and owners that could not be restored.
    pub not_restored: u64,
    pub warnings: Vec<Warning>,
}

/// Downloads a backup, and checks it. On failure nothing is left under any final name.
pub async fn download(
    client: &Client,
    options: DownloadOptions,
    progress: Arc<dyn Progress>,
) -> Result<DownloadReport, AgentError> {
    progress.phase(Phase::Preparing);
    let (target, backup) = find(client, &options.what).await?;
    let features = client.features();
    let extract = matches!(options.destination, Destination::Extract(_));
    // What is unpacked at once may come in the form that is fastest; a file stays in the form
    // that every tar reads.
    let reads = extract || matches!(options.destination, Destination::Nowhere);
    let wants_zstd =
        reads && target.target_type == TargetType::Multi && features.has(Feature::DownloadFormat);
    let format = wants_zstd.then_some(DownloadFormat::Quick);
    if let Destination::Extract(path) = &options.destination {
        extract::check(path)?;
    }
    let same_hash = features.has(Feature::Sha256);
    let target_type = target.target_type;
    let mut found = Found {
        target,
        backup,
        file_name: None,
        same_hash,
        keeps: is_kept(target_type, features),
        restore: options.restore,
    };
    // An archive that is kept as it is counts in the bytes of its content, which is checked.
    let reads = reads || target_type == TargetType::Multi;
    progress.total(0, found.backup.filesize, reads && found.backup.filesize > 0);
    let mut attempt = 0;
    let written = loop {
        // What was written into a pipe cannot be taken back.
        let mut can_repeat = true;
        let outcome = match client.download(&found.backup.id, format).await {
            Ok(incoming) => {
                can_repeat = !matches!(options.destination, Destination::Pipe(_));
                progress.phase(Phase::Receiving);
                found.file_name.clone_from(&incoming.file_name);
                receive(incoming, &options, &found, &progress).await
            }
            Err(error) => Err(error.into()),
        };
        match outcome {
            Err(AgentError::Client(error))
                if can_repeat && error.is_passing() && attempt < options.retries =>
            {
                attempt += 1;
                let wait = pause(attempt, &error);
                progress.retrying(attempt, &error, wait);
                tokio::time::sleep(wait).await;
            }
            other => break other?,
        }
    };
    progress.phase(Phase::Done);
    let Written {
        path,
        compared,
        attributes,
        amount,
        not_restored,
        warnings,
    } = written;
    Ok(DownloadReport {
        backup: found.backup,
        path,
        amount,
        compared,
        attributes,
        is_tree: target_type == TargetType::Multi,
        not_restored,
        warnings,
    })
}

/// Finds the backup that is meant.
pub(crate) async fn find(client: &Client, what: &str) -> Result<(Target, Backup), AgentError> {
    match client.find_target(what).await {
        Ok(TargetView { target, backups }) => {
            // They come newest first.
            let newest = backups.into_iter().find(|backup| !backup.is_recycled);
            let none = || AgentError::NoBackups {
                target: target.handle().to_owned(),
            };
            return newest
                .ok_or_else(none)
                .map(|backup| (target.clone(), backup));
        }
        Err(Error::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let found = client.find_backup(what).await?;
    found.ok_or_else(|| AgentError::NoSuchBackup {
        what: what.to_owned(),
    })
}

/// Passes what comes on to a thread that writes it.
async fn receive(
    mut incoming: Download,
    options: &DownloadOptions,
    found: &Found,
    progress: &Arc<dyn Progress>,
) -> Result<Written, AgentError> {
    let (sender, reader) = Incoming::pipe(PIPE);
    let writer = {
        let (destination, found) = (options.destination.clone(), found.clone());
        let progress = Arc::clone(progress);
        crate::work::spawn(move || match &destination {
            Destination::Directory(path) => save::save(reader, path, &found, &progress),
            Destination::Pipe(out) => save::pass_on(reader, out, &found, &progress),
            Destination::Extract(path) => extract::extract(reader, path, &found, &progress),
            Destination::Nowhere => verify_archive::examine(reader, &found, &progress),
        })
    };
    let failure = loop {
        match incoming.chunk().await {
            Ok(chunk) => {
                let ended = chunk.is_none();
                if let (Some(limit), Some(chunk)) = (&options.limit, &chunk) {
                    limit.pass(chunk.len()).await;
                }
                // A writer that is gone will say why.
                if sender.send(chunk).await.is_err() || ended {
                    break None;
                }
            }
            Err(error) => break Some(error),
        }
    };
    drop(sender);
    let written = writer.await.map_err(|_| AgentError::Thread)?;
    match failure {
        Some(error) => Err(error.into()),
        None => written,
    }
}
