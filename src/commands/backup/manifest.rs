use std::io::Read as _;

use clap::Args;

use crate::complete;
use crate::context::Context;
use crate::error::{CommandError, Exit};

/// Print the list of all entries of a backup with their metadata and SHA-256
///
/// The list is text in the format mtree(5), so that other programs can verify a restored folder.
/// Backups of single files have none, and those of older servers get theirs when they are checked
/// for integrity. The key needs the right `read`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan backup manifest docs
  bchan backup manifest docs > docs.mtree
  mtree -f docs.mtree -k type,size,link,sha256digest -p restored")]
pub(super) struct ManifestArgs {
    /// Id of the backup or its first characters, or a target for its newest one
    ///
    /// A target is named by its id, alias or name. Of the id of a backup, four characters are enough
    /// if no other begins with them.
    #[arg(value_name = "BACKUP|TARGET", add = complete::backups_or_targets())]
    what: String,
}

impl ManifestArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let client = context.client().await?;
        let mut text = bchan_agent::manifest(client, &self.what).await?;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let count = text.read(&mut buffer).map_err(CommandError::output)?;
            if count == 0 {
                return Ok(Exit::Done);
            }
            context.ui.print(&buffer[..count])?;
        }
    }
}
