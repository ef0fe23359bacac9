use clap::Args;

use crate::config::Document;
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::Done;

/// Remove all profiles from the configuration file
///
/// Presets and API keys stay; `bchan logout` removes keys.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan config reset --yes")]
pub(super) struct ResetArgs {}

impl ResetArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let config = context.config_to_change()?;
        if !config.exists {
            context
                .ui
                .show(&Done::new("there is no configuration to reset"))?;
            return Ok(Exit::Done);
        }
        let mut document = Document::open(&config)?;
        let count = match config.file.profiles.len() {
            1 => "the profile with its settings".to_owned(),
            count => format!("all {count} profiles with their settings"),
        };
        let question = format!("Remove {count}? Presets stay.");
        context.ui.confirm(&question).await?;
        let any = [
            document.remove_top("profiles"),
            document.remove_top("default_profile"),
        ];
        let message = if any.contains(&true) {
            format!("removed {count} from {}", document.save()?.display())
        } else {
            "there are no profiles to remove".to_owned()
        };
        context.ui.show(&Done::new(message))?;
        Ok(Exit::Done)
    }
}
