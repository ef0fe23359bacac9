use bchan_api::ApiKey;
use bchan_client::Error;
use clap::Args;

use crate::commands::login;
use crate::config::Document;
use crate::context::Context;
use crate::credentials;
use crate::error::{CommandError, Exit, Kind};
use crate::ui::view::Done;

/// Create a profile
///
/// The server is that of --server, or --host and --port. At a terminal, missing values and the API
/// key are asked for. The key is stored in the keyring or, if there is none, in a file next to the
/// configuration that only its owner can read. It is tried at the server first. The profile also
/// gets --ca-cert, --api-key-file, --retries and --timeout, where they are given.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan config create
  bchan config create --server https://backup.example.org
  bchan config create --profile office --host 10.0.0.7 --port 5000")]
pub(super) struct CreateArgs {
    /// Ask for missing values even if standard input is no terminal (letter as in the Python client)
    #[arg(short, long)]
    interactive: bool,

    /// Host of the server, as --host
    #[arg(short = 'H', value_name = "HOST", hide = true)]
    short_host: Option<String>,

    /// Port of the server, as --port
    #[arg(short = 'p', value_name = "PORT", hide = true, value_parser = clap::value_parser!(u16).range(1..))]
    short_port: Option<u16>,

    /// API key, as --api-key
    #[arg(short = 'a', value_name = "KEY", hide = true)]
    short_api_key: Option<String>,

    /// Store the key without trying it at the server
    #[arg(long)]
    no_check: bool,

    /// Replace an existing profile
    #[arg(long)]
    overwrite: bool,
}

impl CreateArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let config = context.config_to_change()?;
        let name = context.profile_name(&config)?;
        if config.file.profiles.contains_key(&name) && !self.overwrite {
            let message = format!("there is a profile `{name}` already");
            return Err(CommandError::failed(message).hint(
                "--overwrite replaces it, `bchan config set` changes it, --profile names another",
            ));
        }
        let asks = self.interactive || context.ui.asks();
        let given = context.given_server(self.short_host.as_deref(), self.short_port)?;
        let server = match given {
            Some(server) => server,
            None if asks => context.ask_server().await?,
            None => {
                let message = "nothing says which server the profile is for";
                return Err(CommandError::usage(message).hint("name it with --server"));
            }
        };
        let key = match context.given_key().or(self.short_api_key) {
            Some(text) => Some(text),
            None if asks => {
                let answer = context.ui.secret("API key (empty for none yet):").await;
                Some(answer.map_err(CommandError::failed)?)
            }
            None => None,
        };
        let key = key.filter(|text| !text.trim().is_empty());
        let key = key.as_deref().map(parse).transpose()?;
        if let Some(key) = key.as_ref().filter(|_| !self.no_check) {
            check(context, &server, key).await?;
        }

        let mut document = Document::open(&config)?;
        document.remove("profiles", &name);
        document.set("profiles", &name, "server", &server);
        for (setting, value) in context.given_settings()? {
            document.set("profiles", &name, setting, value);
        }
        let path = document.save()?;
        let mut message = format!("profile {name} for {server} is in {}", path.display());
        if let Some(key) = key {
            message += ", its key in ";
            message += &login::keep_anywhere(context, &server, &key).await?;
        }
        context.ui.show(&Done::new(message))?;
        Ok(Exit::Done)
    }
}

/// Tries a key. Fails only if the server refuses it: a profile can be made before its server runs.
async fn check(context: &Context<'_>, server: &str, key: &ApiKey) -> Result<(), CommandError> {
    let Some(client) = context.client_at(server, key)? else {
        return Ok(());
    };
    match client.targets(1).await {
        Err(error @ (Error::Unauthorized | Error::Forbidden { .. })) => {
            Err(CommandError::from(error).hint("no profile was made; --no-check makes it anyway"))
        }
        Err(error) => {
            let reason = CommandError::from(error).message();
            context.ui.warn(&format!("the key was not tried: {reason}"));
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}

fn parse(text: &str) -> Result<ApiKey, CommandError> {
    credentials::parse(text).map_err(|error| CommandError::new(Kind::Configuration, error))
}
