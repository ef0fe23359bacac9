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

/// Take targets and backups over from one server to another
///
/// Both servers run, and only the API is used, so that any two Backup-chan servers will do. Each
/// backup goes from one to the other as it comes, oldest first, with its mark manual or automatic;
/// recycled ones are recycled there, too. What is cut short on the way never becomes a backup, and
/// where both servers give a hash, both must be the same, or it is removed again.
///
/// The time of creation cannot be set over the API: there, a backup has the time at which it
/// arrived. A recycling by age begins anew.
///
/// It may be run again at any time: it goes on where it was, and takes over what is new. It knows
/// from a file what it has done (--state); without that, it recognises backups by their hash. A
/// target that exists there is used if name, type, alias and name template are the same. Nothing is
/// deleted or changed at the source.
///
/// It ends with 3 if something could not be taken over; each such thing is named.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan migrate --from http://old:5000 --from-key-file old.key --to new --dry-run
  bchan migrate --from old --to new --target docs")]
pub(crate) struct MigrateArgs {
    /// Server to take from: its address, or a profile of the configuration file
    #[arg(long, value_name = "URL|PROFILE")]
    from: String,

    /// Server to take over to: its address, or a profile of the configuration file
    #[arg(long, value_name = "URL|PROFILE")]
    to: String,

    /// File with the API key of the one [env: BCHAN_FROM_API_KEY_FILE, BCHAN_FROM_API_KEY]
    ///
    /// Without it, the profile says where the key is, or the keyring has it for that server.
    #[arg(long, value_name = "FILE")]
    from_key_file: Option<PathBuf>,

    /// File with the API key of the other [env: BCHAN_TO_API_KEY_FILE, BCHAN_TO_API_KEY]
    #[arg(long, value_name = "FILE")]
    to_key_file: Option<PathBuf>,

    /// Id or alias of a target to take over; repeat it for more [default: all]
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<String>,

    /// Folder at the other server in which new targets get theirs [default: its first storage root]
    ///
    /// Where a target lies at the one means nothing at the other: it gets a folder of its own, by
    /// its alias or its name.
    #[arg(long, value_name = "DIR")]
    location: Option<String>,

    /// File that remembers what was done [default: one for each pair of servers in
    /// $XDG_STATE_HOME/bchan or ~/.local/state/bchan]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Say what would be done, and do nothing
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
