//! `bchan logout`

use std::fs;
use std::io;

use clap::Args;

use crate::context::Context;
use crate::credentials::{self, KeyringError};
use crate::error::{CommandError, Exit, with_causes};
use crate::ui::view::Done;

/// Remove the stored API key of a server
///
/// It is removed from the keyring and from the file next to the configuration. Keys given
/// elsewhere, such as in an environment variable, stay.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan logout --server https://backup.example.org")]
pub(crate) struct LogoutArgs {}

impl LogoutArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let settings = context.settings().await?;
        let server = settings.server.value.to_string();
        let in_file = match settings.key.beside.as_deref().map(fs::remove_file) {
            Some(Ok(())) => true,
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => {
                return Err(CommandError::failed(error));
            }
            _ => false,
        };
        let in_keyring = match credentials::forget(&context.keyring(), &server).await {
            Ok(found) => found,
            Err(KeyringError::Unsupported) => false,
            // One that is locked, or of another session, may have the key.
            Err(error) if in_file => {
                context
                    .ui
                    .warn(&format!("the keyring was not asked for a key: {error}"));
                false
            }
            Err(error) => {
                let message = "there is no key file, and the keyring cannot be asked";
                let error = CommandError::failed(format!("{message}: {}", with_causes(&error)));
                return Err(error.hint("run it again in the session that has the keyring"));
            }
        };
        let message = if in_file || in_keyring {
            format!("forgot the key of {server}")
        } else {
            format!("no key was stored for {server}")
        };
        context.ui.show(&Done::new(message))?;
        Ok(Exit::Done)
    }
}
