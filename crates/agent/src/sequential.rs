//! From paths to a stored backup, file by file. What has arrived stays on the server when the
//! connection is lost or the program ends, and the next run goes on there.

mod files;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use bchan_api::{Backup, SequenceFile, Target, TargetType, TargetView};
use bchan_archive::{Manifest, PackError, Problem};
use bchan_client::{Client, Error, Finished, upload_pipe};

use self::files::{Files, SourceFile};
use crate::amount::Amount;
use crate::error::AgentError;
use crate::job::{JobOutcome, wait_for_job};
use crate::options::UploadOptions;
use crate::pack_stream::{Listener, ProduceError, UploadSource, produce};
use crate::pause::pause;
use crate::plan::BackupInput;
use crate::produced::Produced;
use crate::progress::{Phase, Progress};
use crate::report::{Outcome, UploadReport};
use crate::run_guard::RunGuard;
use crate::unverified::Unverified;
use crate::upload::find_target;

/// Chunks of 256 KiB between the thread that reads and the socket.
const PIPE: usize = 16;

/// How often the list of files is made again because some of them are gone.
const MOST_LISTS: u32 = 5;

/// Uploads paths to a target, one file at a time, and sees to it that they are stored.
pub(crate) async fn upload_sequentially(
    client: &Client,
    options: UploadOptions,
    guard: &RunGuard,
    progress: Arc<dyn Progress>,
) -> Result<UploadReport, AgentError> {
    progress.phase(Phase::Preparing);
    let mut files = collect(&options, &progress).await?;
    let view = find_target(client, &options, guard, &*progress).await?;
    let entered = guard.enter(&options.target, &view, &*progress).await?;
    let TargetView { target, backups } = view;
    if target.target_type != TargetType::Multi {
        let target = target.handle().to_owned();
        return Err(AgentError::NotMulti { target });
    }
    let before: HashSet<String> = backups.into_iter().map(|backup| backup.id).collect();
    let total = files.found.iter().map(|file| file.size).sum();
    if let Some(floor) = entered.floor {
        floor
            .check(files.found.len() as u64, total)
            .map_err(AgentError::Shrunk)?;
    }
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
        files.manifest = Some(Manifest::default());
        files.found.retain(|file| file.source != gone);
        lists += 1;
        if lists == MOST_LISTS {
            return Err(AgentError::Vanishing);
        }
    }
    progress.phase(Phase::Waiting);
    let finished = run.finish(&before).await?;
    report(run, files, finished, &before).await
}

/// Walks the files on a thread of its own.
async fn collect(
    options: &UploadOptions,
    progress: &Arc<dyn Progress>,
) -> Result<Files, AgentError> {
    let BackupInput::Paths { paths, selection } = options.what.clone() else {
        return Err(AgentError::NothingListed);
    };
    let (allow_empty, progress) = (options.allow_empty, Arc::clone(progress));
    let walk = move || files::collect(&paths, &selection, allow_empty, progress);
    let collected = crate::work::spawn(walk).await;
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
                files.manifest = None;
                continue;
            }
            match self.send(&file).await? {
                Ok(produced) => {
                    self.sent += produced.sent;
                    files.add(&file.entry, produced);
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
                    UploadSource::File(file.source.clone()),
                    Arc::clone(self.progress),
                );
                crate::work::spawn(move || produce(&content, None, writer, progress, (None, None)))
            };
            let limit = self.options.limit.clone();
            let (id, entry) = (&self.target.id, &file.entry);
            let answer = self.client.upload_sequence_file(id, entry, body, limit);
            let answer = answer.await;
            let produced = producer.await.map_err(|_| AgentError::Thread)?;
            let error = match (answer, produced) {
                (Ok(()), Ok(produced)) => return Ok(Ok(produced)),
                (_, Err(ProduceError::Pack(PackError::Source { source, .. }))) => {
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
                (Ok(()), Err(ProduceError::Pack(error))) => return Err(AgentError::Pack(error)),
                (Ok(()), Err(ProduceError::Shrunk(shrunk))) => {
                    return Err(AgentError::Shrunk(shrunk));
                }
                (Ok(()), Err(ProduceError::Empty(error))) => return Err(*error),
            };
            // It has arrived before, and only the answer was lost.
            if matches!(error, Error::Rejected { status: 409, .. }) && attempt > 0 {
                return Ok(Ok(whole.unwrap_or_default()));
            }
            if !error.is_passing() || attempt >= self.options.retries {
                return Err(error.into());
            }
            attempt += 1;
            let wait = pause(attempt, &error);
            self.progress.retrying(attempt, &error, wait);
            tokio::time::sleep(wait).await;
        }
    }

    /// Makes a backup of it. When the answer is lost, a new backup is the answer.
    async fn finish(&self, before: &HashSet<String>) -> Result<Finished, AgentError> {
        let mut attempt = 0;
        loop {
            let error = match self.client.finish_sequence(&self.target.id).await {
                Ok(finished) => return Ok(finished),
                Err(error) => error,
            };
            let refused = matches!(error, Error::Rejected { .. });
            if refused && attempt > 0 && !self.new_backups(before).await.is_empty() {
                return Ok(Finished::default());
            }
            if !error.is_passing() || attempt >= self.options.retries {
                return Err(error.into());
            }
            attempt += 1;
            let wait = pause(attempt, &error);
            self.progress.retrying(attempt, &error, wait);
            tokio::time::sleep(wait).await;
        }
    }

    /// The backups that were not there before, newest first.
    async fn new_backups(&self, before: &HashSet<String>) -> Vec<Backup> {
        let view = self.client.target(&self.target.id).await;
        let backups = view.map(|view| view.backups).unwrap_or_default();
        let new = backups.into_iter();
        new.filter(|backup| !before.contains(&backup.id)).collect()
    }
}

/// The backup that it has become, and why it was not compared with what was sent.
fn find(
    finished: &Finished,
    mut new: Vec<Backup>,
    manifest: Option<&Manifest>,
) -> Result<(Option<Backup>, Option<Unverified>), AgentError> {
    if let Some(id) = &finished.backup_id {
        new.retain(|backup| backup.id == *id);
    }
    let sent = manifest.map(Manifest::tree_hash);
    let is_it = |backup: &Backup| {
        let hash = backup.hash.as_ref().filter(|hash| !hash.is_empty());
        hash.zip(sent.as_ref())
            .map(|(hash, sent)| hash.eq_ignore_ascii_case(sent))
    };
    if let Some(at) = new.iter().position(|backup| is_it(backup) == Some(true)) {
        return Ok((Some(new.swap_remove(at)), None));
    }
    match &new[..] {
        [] => Ok((None, Some(Unverified::NoBackup))),
        [backup] if is_it(backup) == Some(false) => Err(AgentError::StoredDiffers {
            backup: backup.id.clone(),
        }),
        _ => {
            let why = if sent.is_none() {
                Unverified::SentBefore
            } else {
                Unverified::NoHash
            };
            Ok((new.into_iter().next(), Some(why)))
        }
    }
}

async fn report(
    run: Run<'_>,
    files: Files,
    finished: Finished,
    before: &HashSet<String>,
) -> Result<UploadReport, AgentError> {
    let waits = run.options.wait;
    let outcome = match finished.job_id {
        Some(id) if waits => Some(wait_for_job(run.client, id).await?),
        _ => None,
    };
    let new = run.new_backups(before).await;
    let (backup, unverified) = find(&finished, new, files.manifest.as_ref())?;
    let status = match outcome {
        _ if !waits => Outcome::Accepted,
        Some(JobOutcome::Finished) => Outcome::Stored,
        _ if backup.is_some() => Outcome::Stored,
        _ => Outcome::Unconfirmed,
    };
    run.progress.phase(Phase::Done);
    let bytes = files.found.iter().map(|file| file.size).sum();
    let (count, complete) = (files.found.len() as u64, files.complete);
    let Listener {
        warnings,
        count: warning_count,
        ..
    } = files.listener;
    Ok(UploadReport {
        job_id: finished.job_id,
        status,
        backup,
        unverified,
        target: run.target.clone(),
        amount: Amount {
            entries: count,
            files: count,
            bytes,
        },
        parts: None,
        sent: run.sent,
        warnings,
        warning_count,
        unmatched: files.unmatched,
        complete,
        delivered: Vec::new(),
    })
}
