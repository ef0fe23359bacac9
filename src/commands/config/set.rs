use clap::Args;

use super::key::Key;
use crate::config::Document;
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::Done;

/// Change a setting in the configuration file
///
/// The setting changes in the profile in use; --profile selects another or a new one. Comments and
/// the rest of the file stay as they are.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan config set server https://backup.example.org
  bchan config set --profile office api_key_command pass show backup/office
  bchan config set timeout --unset")]
pub(super) struct SetArgs {
    /// Name of the setting
    #[arg(value_enum)]
    key: Key,

    /// Value; for api_key_command the program and its arguments, for exclude all patterns
    #[arg(
        value_name = "VALUE",
        required_unless_present = "unset",
        conflicts_with = "unset"
    )]
    value: Vec<String>,

    /// Remove the setting from the file
    #[arg(long)]
    unset: bool,
}

impl SetArgs {
    pub(super) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let config = context.config_to_change()?;
        let profile = context.profile_name(&config)?;
        let mut document = Document::open(&config)?;
        let name = self.key.name();
        let is_top = self.key == Key::DefaultProfile;
        let message = if self.unset {
            let found = if is_top {
                document.remove_top(name)
            } else {
                document.unset("profiles", &profile, name)
            };
            if !found {
                context.ui.show(&Done::new(format!("{name} was not set")))?;
                return Ok(Exit::Done);
            }
            format!("{name} is no longer set")
        } else {
            let mut value = self.key.parse(&self.value)?;
            if let (Key::Server, Some(text)) = (self.key, value.as_str()) {
                value = context.complete_server(text)?.into();
            }
            if is_top {
                document.set_top(name, value);
            } else {
                document.set("profiles", &profile, name, value);
            }
            format!("{name} is set")
        };
        let path = document.save()?;
        let place = if is_top {
            String::new()
        } else {
            format!(" for profile {profile}")
        };
        let message = format!("{message}{place} in {}", path.display());
        context.ui.show(&Done::new(message))?;
        Ok(Exit::Done)
    }
}
