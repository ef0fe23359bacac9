//! Presets that go or get another name.

use clap::Args;

use super::WhichPreset;
use super::scheduled::Schedules;
use crate::complete;
use crate::config::Document;
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::Done;

/// Delete a preset
///
/// Its target and the backups stay.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan preset delete docs")]
pub(super) struct DeleteArgs {
    #[command(flatten)]
    which: WhichPreset,
}

/// Rename a preset
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan preset rename docs papers")]
pub(super) struct RenameArgs {
    /// Present name
    #[arg(add = complete::presets())]
    old: String,

    /// New name
    new: String,
}

/// Delete all presets
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan preset reset --yes")]
pub(super) struct ResetArgs {}

impl DeleteArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let name = &self.which.name;
        let config = context.own_preset(name)?;
        Schedules::read().require_none(name)?;
        let question = format!("Delete preset {name}? Its backups stay.");
        context.ui.confirm(&question).await?;
        let mut document = Document::open(&config)?;
        document.remove("presets", name);
        document.save()?;
        context
            .ui
            .show(&Done::new(format!("deleted preset {name}")))?;
        Ok(Exit::Done)
    }
}

impl RenameArgs {
    pub(super) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let config = context.own_preset(&self.old)?;
        if config.file.presets.contains_key(&self.new) {
            let message = format!("there is a preset `{}` already", self.new);
            return Err(CommandError::failed(message));
        }
        Schedules::read().require_none(&self.old)?;
        let mut document = Document::open(&config)?;
        document.rename("presets", &self.old, &self.new);
        document.save()?;
        self.keep_history(context)?;
        let message = format!("preset {} is now called {}", self.old, self.new);
        context.ui.show(&Done::new(message))?;
        Ok(Exit::Done)
    }
}

impl RenameArgs {
    /// Lets `bchan preset status` know the last run by the new name.
    fn keep_history(&self, context: &Context<'_>) -> Result<(), CommandError> {
        let preset = context.preset(&self.new)?.preset;
        // Without a server there was no run.
        let server = context.server_of(&preset).ok();
        let Some(history) = server.and_then(|server| context.state(server)) else {
            return Ok(());
        };
        if let Err(error) = history.rename_preset(&preset.target, &self.old, &self.new) {
            let message = format!("`bchan preset status` forgets the runs so far: {error}");
            context.ui.warn(&message);
        }
        Ok(())
    }
}

impl ResetArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let config = context.config_to_change()?;
        let count = match config.file.presets.len() {
            0 => {
                context
                    .ui
                    .show(&Done::new("there are no presets to delete"))?;
                return Ok(Exit::Done);
            }
            1 => "the preset".to_owned(),
            count => format!("all {count} presets"),
        };
        let schedules = Schedules::read();
        let mut names = config.file.presets.keys();
        names.try_for_each(|name| schedules.require_none(name))?;
        let question = format!("Delete {count}? Their backups stay.");
        context.ui.confirm(&question).await?;
        let mut document = Document::open(&config)?;
        document.remove_top("presets");
        let path = document.save()?;
        let message = format!("deleted {count} from {}", path.display());
        context.ui.show(&Done::new(message))?;
        if context.presets()?.values().any(|known| known.python) {
            context
                .ui
                .warn("the Python client's presets stay in its own file");
        }
        Ok(Exit::Done)
    }
}
