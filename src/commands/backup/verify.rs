use clap::Args;

use super::limit::Rate;
use super::warnings::say_unchecked;
use crate::complete;
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::Verification;
use bchan_agent::{self, Destination, DownloadOptions, Restore};

/// Read a backup and compare it with its stored hash
///
/// The backup is read over the network to its end; nothing is stored. If the server has stored all
/// metadata of a tree, links, folders, modes, times, owners and attributes are compared as well;
/// --verbose reports otherwise. The exit code is 1 if it differs or is damaged. Without a hash on
/// the server it is only read, which is reported.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan backup verify docs
  bchan backup list docs -o id | xargs -r -n 1 bchan backup verify")]
pub(super) struct VerifyArgs {
    /// Id of the backup or its first characters, or a target for its newest one
    ///
    /// A target is named by its id, alias or name. Of the id of a backup, four characters are enough
    /// if no other begins with them.
    #[arg(value_name = "BACKUP|TARGET", add = complete::backups_or_targets())]
    what: String,

    /// Largest receiving rate per second, such as 5MiB
    #[arg(long, value_name = "RATE")]
    limit_download: Option<Rate>,
}

impl VerifyArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let client = context.client().await?;
        let options = DownloadOptions {
            what: self.what,
            destination: Destination::Nowhere,
            retries: context.settings().await?.retries.value,
            limit: self.limit_download.map(Rate::limit),
            restore: Restore {
                owners: false,
                privileged: false,
            },
        };
        let bar = context.ui.bar();
        let outcome = bchan_agent::download(client, options, bar.progress()).await;
        drop(bar);
        let report = outcome?;
        say_unchecked(context, &report);
        let backup = &report.backup;
        if report.compared && !report.attributes && report.is_tree {
            let why = match backup.receipt {
                None => "the server has no receipt of them",
                Some(_) => "the server could not keep all that was uploaded",
            };
            context.ui.verbose(&format!(
                "only the contents of files were compared, not links, folders, modes, times, owners \
                 and attributes: {why}"
            ));
        }
        context.ui.show(&Verification {
            backup: report.backup,
            verified: report.compared,
            attributes: report.attributes,
            amount: report.amount,
        })?;
        Ok(Exit::Done)
    }
}
