//! `bchan login`

use bchan_api::ApiKey;
use clap::Args;

use crate::context::Context;
use crate::credentials;
use crate::error::{CommandError, Exit, Kind, with_causes};
use crate::ui::view::Done;

/// Store the API key of a server
///
/// The key is asked for at the terminal, or read from standard input. It is tried at the server and
/// then stored in the keyring, for this server only, or, without a keyring, in a file next to the
/// configuration that only its owner can read. `bchan logout` removes it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan login --server https://backup.example.org
  bchan login --file < apikey.json")]
pub(crate) struct LoginArgs {
    /// Store the key in a file next to the configuration, not in the keyring
    ///
    /// Only its owner can read the file. Cron jobs, which have no unlocked keyring, find it there.
    #[arg(long)]
    file: bool,

    /// Store the key without trying it at the server
    #[arg(long)]
    no_check: bool,
}

impl LoginArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let server = context.settings().await?.server.value.to_string();
        let question = format!("API key of {server}:");
        let text = context
            .ui
            .secret(&question)
            .await
            .map_err(CommandError::failed)?;
        let key: ApiKey = credentials::parse(&text)
            .map_err(|error| CommandError::new(Kind::Configuration, error))?;
        if !self.no_check {
            context.client_with(key.clone()).await?.targets(1).await?;
        }
        let place = if self.file {
            keep_in_file(context, &key).await?
        } else {
            keep_anywhere(context, &server, &key).await?
        };
        let message = format!("the key of {server} is in {place}");
        context.ui.show(&Done::new(message))?;
        Ok(Exit::Done)
    }
}

/// Stores a key in the keyring or, if there is none, in the file beside the configuration. Returns
/// the place.
pub(super) async fn keep_anywhere(
    context: &Context<'_>,
    server: &str,
    key: &ApiKey,
) -> Result<String, CommandError> {
    match credentials::remember(&context.keyring(), server, key).await {
        Ok(()) => Ok("the keyring".to_owned()),
        Err(error) => {
            context.ui.verbose(&with_causes(&error));
            let place = keep_in_file(context, key).await?;
            Ok(format!("{place} ({error})"))
        }
    }
}

/// Keeps a key in the file beside the configuration. Says where that is.
async fn keep_in_file(context: &Context<'_>, key: &ApiKey) -> Result<String, CommandError> {
    let beside = context.settings().await?.key.beside.clone();
    let path = beside.ok_or_else(|| {
        let message = "HOME does not say where to keep the key";
        CommandError::new(Kind::Configuration, message)
    })?;
    credentials::write_file(&path, key).map_err(|error| {
        let message = format!("cannot write the key to {}: {error}", path.display());
        CommandError::new(Kind::Configuration, message)
    })?;
    Ok(path.display().to_string())
}
