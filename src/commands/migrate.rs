//! `bchan migrate`

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use sha2::{Digest as _, Sha256};

use crate::config::{ProcessEnvironment, Side, state_dir};
use crate::context::Context;
use crate::error::{CommandError, Exit, Kind};
use crate::ui::view::Migrate;
use bchan_agent::{self, MigrateOptions};

/// Copy targets and backups from one server to another
///
/// Both servers must run. Only the API is used, so any two Backup-chan servers will do. Each backup
/// is streamed directly, oldest first, with its manual or automatic mark; recycled backups are
/// recycled there too. An interrupted transfer never becomes a backup. If both servers report a
/// hash, the hashes must be equal, or the copy is removed again.
///
/// The API cannot set creation times: migrated backups get their arrival time, and recycling by age
/// starts again.
///
/// An interrupted migration resumes, and a later run copies what is new. The progress is recorded
/// in a file (--state); without it, backups are recognised by their hash. An existing target is
/// used if name, type, alias and name template are the same. Nothing is deleted or changed at the
/// source.
///
/// The exit code is 3 if something could not be copied; each such item is reported.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan migrate --from http://old:5000 --from-key-file old.key --to new --dry-run
  bchan migrate --from old --to new --target docs")]
pub(crate) struct MigrateArgs {
    /// Source server: its address, or a profile
    #[arg(long, value_name = "URL|PROFILE")]
    from: String,

    /// Destination server: its address, or a profile
    #[arg(long, value_name = "URL|PROFILE")]
    to: String,

    /// File with the source's API key [env: BCHAN_FROM_API_KEY_FILE, BCHAN_FROM_API_KEY]
    ///
    /// By default the key is that of the profile, or the keyring's for that server.
    #[arg(long, value_name = "FILE")]
    from_key_file: Option<PathBuf>,

    /// File with the destination's API key [env: BCHAN_TO_API_KEY_FILE, BCHAN_TO_API_KEY]
    #[arg(long, value_name = "FILE")]
    to_key_file: Option<PathBuf>,

    /// Id, alias or name of a target to copy; may be repeated [default: all]
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<String>,

    /// Folder at the destination for new targets [default: its first storage root]
    ///
    /// Locations of the source mean nothing at the destination: each new target gets a folder named
    /// after its alias or name.
    #[arg(long, value_name = "DIR")]
    location: Option<String>,

    /// File that records the progress [default: one per pair of servers in $XDG_STATE_HOME/bchan or
    /// ~/.local/state/bchan]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl MigrateArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let from = context.client_of(Side::From, &self.from, self.from_key_file);
        let (from, _) = from.await?;
        let to = context.client_of(Side::To, &self.to, self.to_key_file);
        let (to, settings) = to.await?;
        if from.server() == to.server() {
            return Err(CommandError::usage("--from and --to are the same server"));
        }
        let state = match self.state {
            Some(state) => state,
            None => default_state(from.server(), to.server())?,
        };
        let options = MigrateOptions {
            targets: self.targets,
            location: self.location,
            dry_run: self.dry_run,
            retries: settings.retries.value,
            patience: Duration::from_secs(settings.timeout.value),
            state,
        };
        let bar = context.ui.bar();
        let report = bchan_agent::migrate(&from, &to, options, bar.progress()).await?;
        drop(bar);
        let complete = report.is_complete();
        for finding in &report.findings {
            let backup = finding.backup_id.as_ref();
            let backup = backup
                .map(|id| format!("backup {id}: "))
                .unwrap_or_default();
            let (target, message) = (&finding.target, &finding.message);
            let warning = format!("left out: target {target}: {backup}{message}");
            context.ui.warn(&warning);
        }
        context.ui.show(&Migrate(report))?;
        Ok(if complete {
            Exit::Done
        } else {
            Exit::Incomplete
        })
    }
}

/// A file for this pair of servers.
fn default_state(from: &str, to: &str) -> Result<PathBuf, CommandError> {
    let folder = state_dir(&ProcessEnvironment).ok_or_else(|| {
        let message = "neither XDG_STATE_HOME nor HOME says where to remember what was done";
        CommandError::new(Kind::Configuration, message).hint("name a file with --state")
    })?;
    let pair = Sha256::digest(format!("{from}\n{to}").as_bytes());
    Ok(folder.join(format!("migrate-{}.jsonl", hex::encode(&pair[..8]))))
}
