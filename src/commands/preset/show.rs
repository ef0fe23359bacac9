use clap::Args;

use super::WhichPreset;
use super::scheduled::Schedules;
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::{PresetDetail, PresetList};

/// List presets
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan preset list
  bchan preset list -o id | xargs -r -n 1 bchan preset upload --automatic")]
pub(super) struct ListArgs {}

/// Show a preset
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan preset show docs")]
pub(super) struct ShowArgs {
    #[command(flatten)]
    which: WhichPreset,
}

impl ListArgs {
    #[expect(clippy::unused_self, reason = "like all commands")]
    pub(super) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let presets = context.presets()?.into_iter();
        let schedules = Schedules::read();
        let presets = presets.map(|(name, known)| {
            let places = schedules.of(&name);
            PresetDetail::new(name, known, &places)
        });
        context.ui.show(&PresetList {
            presets: presets.collect(),
        })?;
        Ok(Exit::Done)
    }
}

impl ShowArgs {
    pub(super) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let known = context.preset(&self.which.name)?;
        let places = Schedules::read().of(&self.which.name);
        context
            .ui
            .show(&PresetDetail::new(self.which.name, known, &places))?;
        Ok(Exit::Done)
    }
}
