//! From paths to a stored backup, file by file. What has arrived stays on the server when the
//! connection is lost or the program ends, and the next run goes on there.

mod files;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use bchan_api::{SequenceFile, Target, TargetType, TargetView};
use bchan_archive::{PackError, Problem};
use bchan_client::{Client, Error, upload_pipe};

use self::files::{Files, SourceFile};
use super::job::{JobOutcome, wait_for_job};
use super::produce::{Content, Listener, Produced, produce};
use super::upload::find_target;
use super::{AgentError, Outcome, Phase, Progress, UploadOptions, UploadReport, What, pause};

/// Chunks of 256 KiB between the thread that reads and the socket.
const PIPE: usize = 16;

/// How often the list of files is made anew because some of them are gone.
const MOST_LISTS: u32 = 5;

/// Uploads paths to a target, one file at a time, and sees to it that they are stored.
pub(crate) async fn upload_sequentially(
    client: &Client,
    options: UploadOptions,
    progress: Arc<dyn Progress>,
) -> Result<UploadReport, AgentError> {
    progress.phase(Phase::Preparing);
    let mut files = collect(&options, &progress).await?;
    let TargetView { target, backups } = find_target(client, &options).await?;
    if target.target_type != TargetType::Multi {
        let target = target.handle().to_owned();
        return Err(AgentError::NotMulti { target });
    }
    let before: HashSet<String> = backups.into_iter().map(|backup| backup.id).collect();
    let total = files.found.iter().map(|file| file.size).sum();
    progress.total(files.found.len() as u64, total, true);
    progress.phase(Phase::Sending);
    let mut run = Run {
        client,
        options: &options,
        target: &target,
        progress: &progress,
        sent: 0,
    };
    let mut lists = 0;
    loop {
        let arrived = run.begin(&files.found).await?;
        let Some(gone) = run.send_all(&mut files, &arrived).await? else {
            break;
        };
        // A list cannot be changed, and cannot be finished without one of its files.
        client.terminate_sequence(&target.id).await?;
        files.found.retain(|file| file.source != gone);
        lists += 1;
        if lists == MOST_LISTS {
            return Err(AgentError::Vanishing);
        }
    }
    progress.phase(Phase::Waiting);
    let job_id = run.finish(&before).await?;
    report(run, files, job_id, &before).await
}

/// Looks for the files, away from whoever listens.
async fn collect(
    options: &UploadOptions,
    progress: &Arc<dyn Progress>,
) -> Result<Files, AgentError> {
    let What::Paths { paths, selection } = options.what.clone() else {
        return Err(AgentError::NothingListed);
    };
    let (allow_empty, progress) = (options.allow_empty, Arc::clone(progress));
    let walk = move || files::collect(&paths, &selection, allow_empty, progress);
    let collected = tokio::task::spawn_blocking(walk).await;
    collected.map_err(|_| AgentError::Thread)?
}

struct Run<'a> {
    client: &'a Client,
    options: &'a UploadOptions,
    target: &'a Target,
    progress: &'a Arc<dyn Progress>,
    /// Bytes that were sent.
    sent: u64,
}

type Key = (String, String);

fn key(file: &SequenceFile) -> Key {
    (file.path.clone(), file.name.clone())
}

impl Run<'_> {
    /// Begins, or goes on with the same files; gives those that have arrived.
    async fn begin(&self, files: &[SourceFile]) -> Result<HashSet<Key>, AgentError> {
        let list: Vec<SequenceFile> = files.iter().map(|file| file.entry.clone()).collect();
        let id = &self.target.id;
        let begun = self.client.begin_sequence(id, &list, self.options.manual);
        match begun.await {
            Ok(()) => return Ok(HashSet::new()),
            Err(Error::Busy { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let under_way = self.client.sequence(id).await?;
        let wanted: HashSet<Key> = list.iter().map(key).collect();
        let theirs: HashSet<Key> = under_way.iter().map(key).collect();
        if wanted != theirs {
            let target = self.target.handle().to_owned();
            return Err(AgentError::OtherSequence { target });
        }
        let arrived = under_way.iter().filter(|file| file.uploaded);
        Ok(arrived.map(key).collect())
    }

    /// Sends what has not arrived. Gives the file that is not there any more, if one is not.
    async fn send_all(
        &mut self,
        files: &mut Files,
        arrived: &HashSet<Key>,
    ) -> Result<Option<PathBuf>, AgentError> {
        for at in 0..files.found.len() {
            let file = files.found[at].clone();
            if arrived.contains(&key(&file.entry)) {
                self.progress.bytes(file.size);
                continue;
            }
            match self.send(&file).await? {
                Ok(produced) => {
                    self.sent += produced.sent;
                    files.add(produced);
                }
                Err(problem) => {
                    files.lost(&file.source, &problem);
                    return Ok(Some(file.source));
                }
            }
        }
        Ok(None)
    }

    /// Sends one file, again and again while failures are temporary: it arrives once at most.
    async fn send(&self, file: &SourceFile) -> Result<Result<Produced, Problem>, AgentError> {
        let mut attempt = 0;
        let mut whole = None;
        loop {
            let (writer, body) = upload_pipe(PIPE);
            let producer = {
                let (content, progress) = (
                    Content::File(file.source.clone()),
                    Arc::clone(self.progress),
                );
                tokio::task::spawn_blocking(move || produce(&content, None, writer, progress))
            };
            let limit = self.options.limit.clone();
            let (id, entry) = (&self.target.id, &file.entry);
            let answer = self.client.upload_sequence_file(id, entry, body, limit);
            let answer = answer.await;
            let produced = producer.await.map_err(|_| AgentError::Thread)?;
            let error = match (answer, produced) {
                (Ok(()), Ok(produced)) => return Ok(Ok(produced)),
                (_, Err(PackError::Source { source, .. })) => {
                    return Ok(Err(if source.kind() == std::io::ErrorKind::NotFound {
                        Problem::Vanished
                    } else {
                        Problem::Unreadable { source }
                    }));
                }
                (Err(error), Ok(produced)) => {
                    whole = Some(produced);
                    error
                }
                (Err(error), Err(_)) => error,
                (Ok(()), Err(error)) => return Err(AgentError::Pack(error)),
            };
            // It has arrived before, and only the answer was lost.
            if matches!(error, Error::Rejected { status: 409, .. }) && attempt > 0 {
                return Ok(Ok(whole.unwrap_or_default()));
            }
            if !error.is_temporary() || attempt >= self.options.retries {
                return Err(error.into());
            }
            attempt += 1;
            let wait = pause(attempt);
            self.progress.retrying(attempt, &error, wait);
            tokio::time::sleep(wait).await;
        }
    }

    /// Makes a backup of it. When the answer is lost, a new backup is the answer.
    async fn finish(&self, before: &HashSet<String>) -> Result<Option<i64>, AgentError> {
        let mut attempt = 0;
        loop {
            let error = match self.client.finish_sequence(&self.target.id).await {
                Ok(job) => return Ok(job),
                Err(error) => error,
            };
            let refused = matches!(error, Error::Rejected { .. });
            if refused && attempt > 0 && self.new_backup(before).await.is_some() {
                return Ok(None);
            }
            if !error.is_temporary() || attempt >= self.options.retries {
                return Err(error.into());
            }
            attempt += 1;
            let wait = pause(attempt);
            self.progress.retrying(attempt, &error, wait);
            tokio::time::sleep(wait).await;
        }
    }

    async fn new_backup(&self, before: &HashSet<String>) -> Option<bchan_api::Backup> {
        let view = self.client.target(&self.target.id).await.ok()?;
        let new = view.backups.into_iter();
        new.filter(|backup| !before.contains(&backup.id))
            .max_by_key(|backup| backup.created_at)
    }
}

async fn report(
    run: Run<'_>,
    files: Files,
    job_id: Option<i64>,
    before: &HashSet<String>,
) -> Result<UploadReport, AgentError> {
    let waits = run.options.wait;
    let outcome = match job_id {
        Some(id) if waits => Some(wait_for_job(run.client, id).await?),
        _ => None,
    };
    let backup = run.new_backup(before).await;
    let status = match outcome {
        _ if !waits => Outcome::Accepted,
        Some(JobOutcome::Finished) => Outcome::Stored,
        _ if backup.is_some() => Outcome::Stored,
        _ => Outcome::Unconfirmed,
    };
    run.progress.phase(Phase::Done);
    let bytes = files.found.iter().map(|file| file.size).sum();
    let (files_count, complete) = (files.found.len() as u64, files.complete);
    let Listener {
        warnings, count, ..
    } = files.listener;
    Ok(UploadReport {
        job_id,
        status,
        backup,
        target: run.target.clone(),
        files: files_count,
        bytes,
        sent: run.sent,
        warnings,
        warning_count: count,
        complete,
    })
}
