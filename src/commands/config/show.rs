use clap::{Args, ValueEnum as _};

use super::key::Key;
use crate::context::Context;
use crate::error::{CommandError, Exit, Kind};
use crate::ui::view::{ConfigSummary, Setting};

/// Show the settings in effect, and where each comes from
///
/// The API key itself is not shown, only its source.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan config show
  bchan config show --profile office -o json")]
pub(super) struct ShowArgs {}

/// Print the value of a setting in effect
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan config get server")]
pub(super) struct GetArgs {
    /// Name of the setting
    #[arg(value_enum)]
    key: Key,
}

impl ShowArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let settings = context.settings().await?;
        let keys = Key::value_variants().iter();
        let found = keys.filter_map(|key| key.setting(settings)).collect();
        let config = &settings.config;
        context.ui.show(&ConfigSummary {
            path: config
                .path
                .as_ref()
                .map(|path| path.to_string_lossy().into_owned()),
            exists: config.exists,
            profile: settings.profile.clone(),
            profiles: config.file.profiles.keys().cloned().collect(),
            settings: found,
            api_key: context.key_place().await,
        })?;
        Ok(Exit::Done)
    }
}

impl GetArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let settings = context.settings().await?;
        let setting: Setting = self.key.setting(settings).ok_or_else(|| {
            let message = format!("{} is not set", self.key.name());
            CommandError::new(Kind::NotFound, message)
        })?;
        context.ui.show(&setting)?;
        Ok(Exit::Done)
    }
}
