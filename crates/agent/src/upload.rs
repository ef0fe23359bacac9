//! From paths to a stored backup.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use bchan_api::{Accepted, Feature, Target, TargetType, TargetView};
use bchan_archive::PackError;
use bchan_client::{Client, Error, Upload, UploadWriter, upload_pipe};

use crate::amount::Amount;
use crate::base::{find_base, find_partial};
use crate::cache::Incremental;
use crate::confirm::{self, Terms, Verified};
use crate::error::AgentError;
use crate::floor::ShrinkLimit;
use crate::job::{JobOutcome, wait_for_job};
use crate::options::UploadOptions;
use crate::pack_stream::{ProduceError, Pump, Sink, UploadSource, count_ahead, produce};
use crate::pause::pause;
use crate::plan::{Plan, is_kept};
use crate::produced::Produced;
use crate::progress::{Phase, Progress};
use crate::report::{Outcome, Parts, UploadReport, Warning};
use crate::run_guard::RunGuard;
use crate::target_name::new_target;

/// Chunks of 256 KiB between the threads that pack and the socket.
const PIPE: usize = 16;

/// Uploads what is planned to a target, and sees to it that it is stored.
pub(crate) async fn upload(
    client: &Client,
    plan: Plan,
    options: UploadOptions,
    guard: &RunGuard,
    progress: Arc<dyn Progress>,
) -> Result<UploadReport, AgentError> {
    // Before a byte is sent: the target is there, the key is right, and the answer says what the
    // server can do.
    let view = find_target(client, &options, guard, &*progress).await?;
    let entered = guard.enter(&options.target, &view, &*progress).await?;
    let TargetView { target, backups } = view;
    let (content, file_name) =
        plan.content(target.target_type, client.features(), &options.packing)?;
    if let Some(floor) = entered.floor {
        floor.check_ahead(&content).await?;
    }
    let incremental = find_base(client, &options, guard, (&target, &backups), &content).await;
    let transferred = Transfer {
        target,
        incremental,
        before: backups.into_iter().map(|backup| backup.id).collect(),
        content,
        file_name,
        floor: entered.floor,
    };
    transfer(client, options, transferred, progress).await
}

/// Tells when all has been written, before the server can have it: what the server may have stored
/// must not count as unsent.
struct Telling {
    writer: UploadWriter,
    progress: Arc<dyn Progress>,
}

impl Write for Telling {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Sink for Telling {
    fn finish(self, receipt: Option<&str>) -> io::Result<[u8; 32]> {
        self.progress.phase(Phase::Sent);
        Sink::finish(self.writer, receipt)
    }
}

/// An upload to a known target.
pub(crate) struct Transfer {
    pub target: Target,
    /// The backups that are there already.
    pub before: HashSet<String>,
    pub content: UploadSource,
    /// The earlier backup that it may refer to, and where its manifest is remembered.
    pub incremental: Option<Incremental>,
    pub file_name: String,
    /// How much of it there must be.
    pub floor: Option<ShrinkLimit>,
}

/// Sends something to a target, and sees to it that it is stored.
pub(crate) async fn transfer(
    client: &Client,
    options: UploadOptions,
    Transfer {
        target,
        before,
        content,
        incremental,
        file_name,
        floor,
    }: Transfer,
    progress: Arc<dyn Progress>,
) -> Result<UploadReport, AgentError> {
    let packed = matches!(content, UploadSource::Archive(_));
    let stop = Arc::new(AtomicBool::new(false));
    let counter = progress.wants_total().then(|| {
        let (content, stop) = (content.clone(), Arc::clone(&stop));
        let progress = Arc::clone(&progress);
        thread::spawn(move || count_ahead(&content, &stop, &*progress))
    });
    progress.phase(Phase::Sending);
    let sending = (&content, &*file_name, floor);
    let to = (&target, incremental.clone());
    let sent = send(client, to, &options, sending, &progress).await;
    stop.store(true, Ordering::Relaxed);
    // It looks at the flag for each file; a panic there is no reason to fail.
    let _ = counter.map(thread::JoinHandle::join);
    let Sent {
        accepted,
        mut attempts,
        refused,
    } = sent?;

    let mut status = if refused.is_some() {
        // Of the attempt that was stored there is no answer.
        Outcome::Unconfirmed
    } else if options.wait {
        progress.phase(Phase::Waiting);
        let waited = wait_for_job(client, accepted.job_id).await;
        let waited = waited.map_err(|error| match error {
            AgentError::Client(error) => unanswered(client, error).into(),
            other => other,
        });
        match waited? {
            JobOutcome::Finished => Outcome::Stored,
            JobOutcome::Unknown => Outcome::Unconfirmed,
        }
    } else {
        Outcome::Accepted
    };
    let terms = Terms::of(client, &target, &accepted, options.wait);
    // Of a backup that no job tells of, its hash tells.
    let patiently = status == Outcome::Unconfirmed;
    let upload = (&target, &accepted);
    let found = confirm::find(client, upload, &before, (terms, &attempts), patiently).await;
    let verified = match (found, refused) {
        (
            Ok(Verified {
                unverified: Some(_),
                ..
            })
            | Err(_),
            Some(refused),
        ) => {
            return Err(refused.into());
        }
        (found, _) => found?,
    };
    if status == Outcome::Unconfirmed && verified.unverified.is_none() {
        // A server that has the right hash has everything, whatever is known of the job.
        status = Outcome::Stored;
    }
    progress.phase(Phase::Done);
    let last = attempts.len().saturating_sub(1);
    let mut produced = attempts.swap_remove(verified.attempt.unwrap_or(last));
    let remembered = (incremental, produced.manifest.take(), &verified.backup);
    if let (Some(incremental), Some(manifest), Some(backup)) = remembered
        && verified.unverified.is_none()
        && let Err(error) = incremental.cache.keep(&backup.id, manifest)
    {
        progress.trouble(&format!("the next backup will send everything: {error}"));
    }
    let lost = lost(client, &target, &accepted, &produced);
    let Produced {
        summary,
        sent,
        mut warnings,
        warning_count,
        unmatched,
        hashes: _,
        manifest: _,
    } = produced;
    let complete = summary.is_complete() && lost.is_empty();
    let warning_count = warning_count + lost.len() as u64;
    warnings.extend(lost);
    Ok(UploadReport {
        job_id: Some(accepted.job_id).filter(|job| *job > 0),
        status,
        backup: verified.backup,
        unverified: verified.unverified,
        target,
        amount: Amount::from(&summary),
        parts: Some(Parts::from(&summary)).filter(|_| packed),
        sent,
        warnings,
        warning_count,
        unmatched,
        complete,
        delivered: Vec::new(),
    })
}

/// Reports metadata that the server does not store.
fn lost(
    client: &Client,
    target: &Target,
    accepted: &Accepted,
    produced: &Produced,
) -> Vec<Warning> {
    let said = accepted.warnings.iter().map(|line| {
        let (path, problem) = line.split_once(": ").unwrap_or(("the server", line));
        Warning {
            path: path.into(),
            problem: problem.to_owned(),
        }
    });
    let mut lost: Vec<_> = said.collect();
    let count = produced.summary.attributed;
    if count > 0 && !is_kept(target.target_type, client.features()) {
        lost.push(Warning {
            path: client.server().into(),
            problem: format!(
                "does not keep extended attributes and access control lists, which {count} \
                 entries have; --no-xattrs leaves them out"
            ),
        });
    }
    lost
}

/// Finds the target, or makes it if the options say so.
pub(crate) async fn find_target(
    client: &Client,
    options: &UploadOptions,
    guard: &RunGuard,
    progress: &dyn Progress,
) -> Result<TargetView, AgentError> {
    let name = &options.target;
    match client.find_target(name).await {
        Err(Error::NotFound { .. }) if options.create && name.contains(['/', '*', '?', '[']) => {
            Err(AgentError::NotAName { name: name.clone() })
        }
        Err(Error::NotFound { .. }) if options.create => {
            let id = client
                .create_target(&new_target(name, client.features()))
                .await?;
            progress.created(name);
            // There is one target in a run.
            let _ = guard.created.set(id.clone());
            Ok(client.target(&id).await?)
        }
        Err(Error::NotFound { .. }) => Err(AgentError::NoSuchTarget { name: name.clone() }),
        other => Ok(other?),
    }
}

/// How long the removal of an unused target may take.
const REMOVAL: Duration = Duration::from_secs(5);

/// Deletes the target that a failed run has made, unless a backup is in it, or may be soon.
pub async fn remove_created(client: &Client, guard: &RunGuard) {
    let Some(id) = guard.created.get() else {
        return;
    };
    if guard.sent.load(Ordering::Relaxed) {
        return;
    }
    let remove = async {
        let view = client.target(id).await;
        if view.is_ok_and(|view| view.backups.is_empty()) {
            // What remains is an empty target, which the run has named.
            let _ = client.delete_target(id, false).await;
        }
    };
    let _ = tokio::time::timeout(REMOVAL, remove).await;
}

/// Outcome of sending something.
struct Sent {
    accepted: Accepted,
    /// All attempts that came to their end, of which there is at least one: the server may have any.
    attempts: Vec<Produced>,
    /// The reason for which the last one was refused, if the server has stored an earlier one whose
    /// answer was lost: the source has changed since.
    refused: Option<Error>,
}

impl Sent {
    fn accepted(accepted: Accepted, attempts: Vec<Produced>) -> Self {
        Self {
            accepted,
            attempts,
            refused: None,
        }
    }
}

/// Returns true if a server has stored other content under the same key.
fn is_other_content(error: &Error) -> bool {
    matches!(error, Error::Rejected { status: 422, .. })
}

/// Returns true if a server does not take an upload, and may take another one.
fn is_refusal(error: &Error) -> bool {
    matches!(
        error,
        Error::Rejected {
            status: 400..=421,
            ..
        } | Error::ServerFault { .. }
            | Error::NotFound { .. }
            | Error::NotBackupChan { .. }
            | Error::TooLarge { .. }
    )
}

/// Returns true if the server may have taken the request all the same.
fn is_no_answer(error: &Error) -> bool {
    matches!(
        error,
        Error::ConnectionLost { .. } | Error::TimedOut { .. } | Error::Unanswered { .. }
    )
}

/// The last error of an upload that the server may have stored.
fn unanswered(client: &Client, error: Error) -> Error {
    match error {
        error @ Error::Unanswered { .. } => error,
        error if error.is_temporary() => Error::Unanswered {
            server: client.server().to_owned(),
            source: Some(Box::new(error)),
        },
        error => error,
    }
}

/// The outcome of the producer of an attempt. Fails if that is final, whatever the server says.
fn unless_final(
    produced: Result<Produced, ProduceError>,
    content: &UploadSource,
    cut: bool,
) -> Result<Result<Produced, PackError>, AgentError> {
    match produced {
        // There is an answer, so the rest was not read.
        Err(ProduceError::Pack(PackError::Source { source, .. })) if cut && content.is_stream() => {
            Ok(Err(PackError::Write { source }))
        }
        // A part cannot have been acknowledged as the whole.
        Err(ProduceError::Shrunk(shrunk)) => Err(AgentError::Shrunk(shrunk)),
        Err(ProduceError::Empty(error)) => Err(*error),
        Err(ProduceError::Pack(error)) => Ok(Err(error)),
        Ok(produced) => Ok(Ok(produced)),
    }
}

/// Sends the content, and tries again while it can be sent twice and the error is temporary.
async fn send(
    client: &Client,
    (target, mut incremental): (&Target, Option<Incremental>),
    options: &UploadOptions,
    (content, file_name, floor): (&UploadSource, &str, Option<ShrinkLimit>),
    progress: &Arc<dyn Progress>,
) -> Result<Sent, AgentError> {
    let features = client.features();
    let ours = features.has(Feature::Sha256);
    let compares = features.has(Feature::Receipt);
    let key = options.idempotency_key.clone();
    let key = ours.then(|| key.unwrap_or_else(|| uuid::Uuid::new_v4().to_string()));
    let mut attempt = 0;
    let mut whole = Vec::new();
    // True if an attempt was sent whole, and what became of it is not known.
    let mut undecided = false;
    loop {
        if let Some(given) = &mut incremental {
            find_partial(client, target, given).await;
        }
        // A server does not wait for long, so whatever takes its time to begin does that before.
        let (feed, pump) = content.begin().await?;
        let (writer, body) = upload_pipe(PIPE);
        let producer = {
            let (content, progress) = (content.clone(), Arc::clone(progress));
            let writer = Telling {
                writer,
                progress: Arc::clone(&progress),
            };
            let incremental = incremental.clone();
            crate::work::spawn(move || {
                let limits = (floor, incremental.as_ref());
                produce(&content, feed, writer, progress, limits)
            })
        };
        let upload = Upload {
            body,
            file_name: file_name.to_owned(),
            manual: options.manual,
            special: options.packing.special && client.features().has(Feature::Metadata),
            limit: options.limit.clone(),
            sha256: ours,
            receipt: compares && target.target_type == TargetType::Multi && content.is_packed(),
            known_sha256: content.known_sha256().filter(|_| compares),
            base: incremental.as_ref().and_then(Incremental::named),
            token: incremental.as_ref().map(|given| given.token.clone()),
            idempotency_key: key.clone(),
        };
        let (answer, cut) = pumped(client.upload(&target.id, upload), pump).await?;
        // The request holds the other end no more, so the producer ends soon.
        let produced = producer.await.map_err(|_| AgentError::Thread)?;
        let produced = unless_final(produced, content, cut)?;
        let error = match (answer, produced) {
            (Ok(accepted), Ok(produced)) => {
                whole.push(produced);
                return Ok(Sent::accepted(accepted, whole));
            }
            // The server knows the key and the digest of what waits in a spool, and reads no more.
            (Ok(accepted), Err(PackError::Write { .. }))
                if let UploadSource::Kept(entry) = content =>
            {
                whole.push(entry.produced());
                return Ok(Sent::accepted(accepted, whole));
            }
            (Err(error), Err(PackError::Write { .. })) => error,
            (Err(error), Ok(produced)) => {
                whole.push(produced);
                undecided |= is_no_answer(&error);
                error
            }
            // The server has all of it from an attempt before, of which only the answer was lost.
            (Ok(accepted), Err(PackError::Write { .. })) if !whole.is_empty() => {
                return Ok(Sent::accepted(accepted, whole));
            }
            // A part cannot have been acknowledged as the whole; if it was, it is a lie.
            (_, Err(error)) => return Err(AgentError::Pack(error)),
        };
        if attempt > 0 && is_other_content(&error) && !whole.is_empty() {
            return Ok(Sent {
                accepted: Accepted {
                    job_id: 0,
                    backup_id: None,
                    warnings: Vec::new(),
                    receipt: None,
                },
                attempts: whole,
                refused: Some(error),
            });
        }
        // A base that is gone, or has not what was expected: all is sent, in the same attempt.
        if is_refusal(&error) && incremental.as_mut().is_some_and(Incremental::give_up) {
            continue;
        }
        // A server that does not know the key might store what it gets twice.
        let safe = content.is_repeatable() && (ours || matches!(error, Error::Unreachable { .. }));
        if !safe || !error.is_passing() || attempt >= options.retries {
            return Err(if undecided {
                unanswered(client, error)
            } else {
                error
            }
            .into());
        }
        attempt += 1;
        let wait = pause(attempt, &error);
        progress.retrying(attempt, &error, wait);
        tokio::time::sleep(wait).await;
        progress.phase(Phase::Sending);
    }
}

/// Waits for an answer while what is sent is pumped, and says whether it came before the pump was
/// done. When that fails, the request ends without an answer.
async fn pumped(
    upload: impl Future<Output = Result<Accepted, Error>>,
    pump: Pump,
) -> Result<(Result<Accepted, Error>, bool), AgentError> {
    let mut upload = std::pin::pin!(upload);
    tokio::select! {
        answer = &mut upload => return Ok((answer, true)),
        pumped = pump => pumped?,
    }
    Ok((upload.await, false))
}
