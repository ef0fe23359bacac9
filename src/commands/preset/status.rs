use bchan_api::Time;
use clap::Args;

use crate::complete;
use crate::config::{KnownPreset, Length};
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::{Health, PresetState, PresetStates};

/// Show each preset's last backup and last run
///
/// Uses the local history; no server is contacted. The exit code is 1 if a backup is older than the
/// preset's `max_age` or there is none yet, or, for a preset without `max_age`, if the last run
/// failed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan preset edit docs --max-age 26h
  bchan preset status
  bchan preset status docs --quiet || echo 'no backup of docs since yesterday'")]
pub(super) struct StatusArgs {
    /// Names of presets [default: all]
    #[arg(value_name = "NAME", add = complete::presets())]
    names: Vec<String>,
}

impl StatusArgs {
    pub(super) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let named = self.names.into_iter();
        let named = named.map(|name| context.preset(&name).map(|preset| (name, preset)));
        let mut presets: Vec<(String, KnownPreset)> = named.collect::<Result<_, _>>()?;
        if presets.is_empty() {
            presets = context.presets()?.into_iter().collect();
        }
        let now = Time::now();
        let states = presets.into_iter();
        let states = states.map(|(name, known)| state(context, name, known, now));
        let states = PresetStates {
            presets: states.collect::<Result<_, _>>()?,
        };
        context.ui.show(&states)?;
        let bad = states.presets.iter().any(PresetState::needs_attention);
        Ok(if bad { Exit::Failed } else { Exit::Done })
    }
}

fn state(
    context: &Context<'_>,
    name: String,
    KnownPreset { preset, .. }: KnownPreset,
    now: Time,
) -> Result<PresetState, CommandError> {
    let server = context.server_of(&preset)?;
    let history = context.state(server);
    let last_run = history.as_ref().and_then(|history| history.last_run(&name));
    let state = history.and_then(|history| history.read(&preset.target));
    let last = state.and_then(|mut state| state.presets.remove(&name));
    let since = |at: Time| now.unix_seconds().saturating_sub(at.unix_seconds());
    let age = last
        .as_ref()
        .map(|last| since(last.at).max(0).unsigned_abs());
    let max_age = preset
        .unattended
        .max_age
        .map(|Length(length)| length.as_secs());
    Ok(PresetState {
        health: Health::of(age, max_age, last_run.as_ref()),
        name,
        target: preset.target,
        age,
        max_age,
        last,
        last_run,
    })
}
