//! `bchan backup upload`

pub(crate) mod guard;
pub(crate) mod packing;
pub(crate) mod select;
mod stream;

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bchan_archive::Selection;
use bchan_client::Client;
use clap::Args;

use self::guard::GuardArgs;
use self::packing::PackingArgs;
use self::select::SelectArgs;
use self::stream::StreamArgs;
use crate::commands::backup::warnings::{say_warnings, warnings};
use crate::complete;
use crate::context::{Context, Signals};
use crate::error::{CommandError, Exit, Kind};
use crate::suggest;
use crate::ui::Ui;
use crate::ui::view::{DryRun, ShrunkSource, Upload};
use bchan_agent::{
    self, AgentError, Amount, BackupInput, ListOptions, RunGuard, UploadOptions, UploadReport,
};

/// Back up files and folders to a target
///
/// Folders are packed, compressed and sent in one pass, without a temporary file. The command
/// ends when the server has stored the backup.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan backup upload docs ~/Documents
  bchan backup upload --quiet --automatic home /home /etc
  bchan backup upload home /home --exclude-caches --exclude '*.tmp' --exclude /me/scratch
  bchan backup upload home /home --exclude-from rules --dry-run --verbose
  find /srv -newer stamp -type f -print0 | bchan backup upload srv --files-from0 -
  bchan backup upload db --stdin-from-command --name db.sql -- pg_dump shop
  bchan --local=/mnt/disk backup upload --create docs ~/Documents")]
pub(super) struct UploadArgs {
    /// Id, alias or name of the target
    #[arg(add = complete::targets())]
    target: String,

    /// Files and folders to back up; `-` alone is standard input
    #[arg(
        required_unless_present_any = ["files_from", "files_from0"],
        value_name = "PATH"
    )]
    paths: Vec<PathBuf>,

    /// Mark the backup as automatic rather than manual (letter as in the Python client)
    #[arg(short, long)]
    automatic: bool,

    /// Send file by file instead of as an archive, resuming an interrupted run (letter as in the Python client)
    ///
    /// Only contents are stored: no links, modes, times, owners or empty folders. Anything else
    /// makes the backup incomplete. A single folder becomes the root of the backup.
    #[arg(short, long, conflicts_with_all = [
        "stdin_from_command", "compression", "threads", "special", "dry_run", "spool",
    ])]
    sequential: bool,

    /// Create the target if it does not exist
    #[arg(long)]
    create: bool,

    /// Do not wait until the server has stored the backup
    #[arg(long)]
    no_wait: bool,

    /// Do not fail when there is nothing to back up
    ///
    /// By default an empty source is an error, because it usually means an unmounted disk.
    #[arg(long)]
    allow_empty: bool,

    /// List the files that would be backed up, and send nothing
    ///
    /// With --verbose, excluded files are listed too, each with its rule. The server is not
    /// contacted.
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    select: SelectArgs,

    #[command(flatten)]
    stream: StreamArgs,

    #[command(flatten)]
    packing: PackingArgs,

    #[command(flatten)]
    guard: GuardArgs,
}

impl UploadArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let stream = self.stream.stream(&self.paths)?;
        let selection = self.select.selection(&self.paths, context);
        selection
            .check_absolute(&self.paths)
            .map_err(AgentError::Selection)?;
        let what = match stream {
            Some(_) if self.sequential => {
                return Err(CommandError::usage("a stream is not sent file by file"));
            }
            Some(_) if selection != Selection::default() => {
                return Err(CommandError::usage(
                    "what comes as a stream is backed up whole; rules are for paths",
                ));
            }
            Some((input, name)) => BackupInput::Stream { input, name },
            None => BackupInput::Paths {
                paths: self.paths,
                selection: with_defaults(context, selection).await?,
            },
        };
        if self.dry_run {
            let options = ListOptions {
                allow_empty: self.allow_empty,
                reasons: context.ui.is_verbose(),
                special: self.packing.special,
            };
            return dry_run(context, what, options).await;
        }
        let mut guard = self.guard.guard(context, None).await?;
        guard.sequential = self.sequential;
        let options = UploadOptions {
            target: self.target,
            what,
            packing: self.packing.packing(context.settings().await?),
            limit: self.packing.limit(),
            manual: !self.automatic,
            create: self.create,
            wait: !self.no_wait,
            retries: context.settings().await?.retries.value,
            allow_empty: self.allow_empty,
            idempotency_key: None,
        };
        let signals = context.signals();
        let work = guard.within(async {
            let bar = context.ui.bar();
            let lease = guard.lease(&options.target, &*bar.progress()).await?;
            drop(bar);
            let ended = Box::pin(upload(context, options, &guard)).await?;
            drop(lease);
            Ok::<_, CommandError>(ended.exit)
        });
        let outcome = unless_interrupted(context.ui, signals, &guard, work).await;
        // Only with a target that was made is there a client already.
        if outcome.is_err()
            && guard.created.get().is_some()
            && let Ok(client) = context.client().await
        {
            bchan_agent::remove_created(client, &guard).await;
        }
        outcome
    }
}

/// How long the server's answer is waited for when a signal comes after all was sent.
const GRACE: Duration = Duration::from_secs(5);

/// Does a run until a signal ends it. Once all has been sent, a signal comes too late to keep the
/// server from storing it: then the answer is waited for a moment, and counts.
pub(crate) async fn unless_interrupted<T>(
    ui: &Ui,
    mut signals: Signals,
    guard: &RunGuard,
    work: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    let mut work = std::pin::pin!(work);
    let signal = tokio::select! {
        biased;
        outcome = &mut work => return outcome,
        signal = signals.next() => signal,
    };
    if !guard.sent.load(Ordering::Relaxed) {
        return Err(CommandError::interrupted(signal));
    }
    ui.warn(&format!(
        "{} after all was sent: waiting a moment for the server's answer",
        signal.name()
    ));
    match tokio::time::timeout(GRACE, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(CommandError::new(
            Kind::Interrupted(signal),
            format!(
                "interrupted by {} after all was sent: it is not known whether the backup is stored",
                signal.name()
            ),
        )
        .hint("`bchan backup list` with the target shows whether it is")),
    }
}

/// Outcome of an upload.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) exit: Exit,
    /// `stored`, `accepted` or `unconfirmed`.
    pub(crate) status: &'static str,
    pub(crate) backup_id: Option<String>,
    pub(crate) amount: Amount,
    /// A sentence about it.
    pub(crate) summary: String,
}

/// Uploads and reports the outcome. The caller holds the lock of the target.
pub(crate) async fn upload(
    context: &Context<'_>,
    options: UploadOptions,
    guard: &RunGuard,
) -> Result<Ended, CommandError> {
    let client = context.client().await?;
    let name = options.target.clone();
    let outcome = Box::pin(run(context, client, options, guard)).await;
    if let Err(AgentError::Shrunk(shrunk)) = &outcome {
        context.ui.show(&ShrunkSource::from(shrunk))?;
    }
    let report = match outcome {
        Ok(report) => report,
        Err(error) => {
            say_causes(context, &error);
            return Err(explain(context, &name, error).await);
        }
    };
    context.ui.verbose(&match report.unverified {
        None => "the server's hash of the backup is that of what was sent".to_owned(),
        Some(why) => format!("not compared with what is stored: {why}"),
    });
    say_unmatched(context, &report.unmatched);
    let complete = report.is_complete();
    let total = report.warning_count;
    let view = view(report);
    say_warnings(context, &view.warnings, total, !complete);
    context.ui.show(&view)?;
    let exit = if complete {
        Exit::Done
    } else {
        Exit::Incomplete
    };
    Ok(ended(&view, exit))
}

/// Uploads. At a terminal, a source that has shrunk is a question.
async fn run(
    context: &Context<'_>,
    client: &Client,
    options: UploadOptions,
    guard: &RunGuard,
) -> Result<UploadReport, AgentError> {
    let bar = context.ui.bar();
    let again = options.clone();
    let outcome = bchan_agent::run(client, options, guard, bar.progress()).await;
    drop(bar);
    match &outcome {
        Err(AgentError::Shrunk(shrunk)) if context.ui.asks() && !again.what.is_read_once() => {
            let question = format!("{shrunk}. Store it all the same?");
            if context.ui.confirm(&question).await.is_err() {
                return outcome;
            }
        }
        _ => return outcome,
    }
    let unchecked = RunGuard {
        shrink_threshold: 0,
        ..guard.clone()
    };
    let bar = context.ui.bar();
    bchan_agent::run(client, again, &unchecked, bar.progress()).await
}

/// The rules of a run after those of the profile, which apply to all backups.
pub(crate) async fn with_defaults(
    context: &Context<'_>,
    mut selection: Selection,
) -> Result<Selection, CommandError> {
    let mut exclude = context.settings().await?.exclude.clone();
    exclude.append(&mut selection.exclude);
    selection.exclude = exclude;
    Ok(selection)
}

/// Shows what an upload would take.
pub(crate) async fn dry_run(
    context: &Context<'_>,
    what: BackupInput,
    options: ListOptions,
) -> Result<Exit, CommandError> {
    let BackupInput::Paths { paths, selection } = what else {
        return Err(CommandError::usage(
            "what comes as a stream is not known before it has come",
        ));
    };
    let bar = context.ui.bar();
    let outcome = bchan_agent::list(paths, selection, options, bar.progress()).await;
    drop(bar);
    let listing = outcome.inspect_err(|error| say_causes(context, error))?;
    say_unmatched(context, &listing.unmatched);
    let (complete, total) = (listing.complete, listing.warning_count);
    let view = DryRun::new(listing, warnings);
    say_warnings(context, &view.warnings, total, !complete);
    context.ui.show(&view)?;
    Ok(if complete {
        Exit::Done
    } else {
        Exit::Incomplete
    })
}

/// Names what was found where nothing is left to back up.
fn say_causes(context: &Context<'_>, error: &AgentError) {
    if let AgentError::NothingLeft {
        warnings: found,
        warning_count,
    } = error
    {
        say_warnings(context, &warnings(found.clone()), *warning_count, true);
    }
}

fn say_unmatched(context: &Context<'_>, patterns: &[String]) {
    for pattern in patterns {
        let message = format!("the pattern `{pattern}` matches nothing");
        context.ui.verbose(&message);
    }
}

/// Adds to a missing target those that may have been meant.
async fn explain(context: &Context<'_>, name: &str, error: AgentError) -> CommandError {
    let missing = matches!(error, AgentError::NoSuchTarget { .. });
    let error = CommandError::from(error);
    if !missing || !error.hints.is_empty() {
        return error;
    }
    let Ok(client) = context.client().await else {
        return error;
    };
    let targets = client.all_targets().await.unwrap_or_default();
    error
        .maybe_hint(suggest::target_hint(name, &targets))
        .hint("--create makes a target of this name")
}

fn ended(view: &Upload, exit: Exit) -> Ended {
    let (Amount { entries, bytes, .. }, target) = (view.amount, &view.target);
    let status = view.status.name();
    let missing = match exit {
        Exit::Incomplete => ", but not all that should be in it",
        _ => "",
    };
    Ended {
        exit,
        status,
        backup_id: view.backup.as_ref().map(|backup| backup.id.clone()),
        amount: view.amount,
        summary: format!("{status}: {entries} entries with {bytes} bytes in {target}{missing}"),
    }
}

fn view(report: UploadReport) -> Upload {
    Upload {
        job_id: report.job_id,
        status: report.status,
        backup: report.backup,
        complete: report.complete,
        amount: report.amount,
        delivered: report.delivered,
        parts: report.parts,
        sent: report.sent,
        warnings: warnings(report.warnings),
        warning_count: report.warning_count,
        target: report.target.name,
    }
}
