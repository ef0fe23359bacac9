use std::path::PathBuf;

use bchan_archive::Selection;
use clap::Args;
use clap::builder::PossibleValuesParser;
use toml_edit::{Array, Value};

use super::WhichPreset;
use crate::commands::anchor::{anchor_all, anchored, anchored_spool};
use crate::commands::backup::upload::select::SelectArgs;
use crate::complete;
use crate::config::{Document, UnattendedOptions, fields};
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::Done;

/// Change a preset
///
/// Only the given settings change. A given rule replaces the preset's rules of the same kind.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan preset edit docs --target papers
  bchan preset edit home --path /home --path /root
  bchan preset edit home --clear-rules --exclude-caches")]
pub(super) struct EditArgs {
    #[command(flatten)]
    which: WhichPreset,

    /// New target, by id, alias or name
    #[arg(long, add = complete::targets())]
    target: Option<String>,

    /// New file or folder to back up, replacing all present ones; may be repeated
    #[arg(long = "path", value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Use the profile of each run; --profile NAME gives the preset one of its own
    #[arg(long)]
    any_profile: bool,

    /// Remove all existing rules before adding the given ones
    #[arg(long)]
    clear_rules: bool,

    #[command(flatten)]
    select: SelectArgs,

    #[command(flatten)]
    unattended: UnattendedOptions,

    /// Remove this setting from the preset; may be repeated
    #[arg(long, value_name = "KEY",
        value_parser = PossibleValuesParser::new(fields::names::<UnattendedOptions>()))]
    unset: Vec<String>,
}

impl EditArgs {
    pub(super) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let name = &self.which.name;
        let profile = context.given_profile();
        if self.any_profile && profile.is_some() {
            let message = "--profile and --any-profile cannot be used together";
            return Err(CommandError::usage(message));
        }
        let mut selection = self.select.selection(&self.paths, context);
        anchor_all(&mut selection.exclude_from)?;
        anchor_all(&mut selection.files_from)?;
        anchor_all(&mut selection.files_from0)?;
        let mut changes: Vec<(String, Value)> = fields::entries(&selection);
        changes.append(&mut fields::entries(&anchored_spool(self.unattended)?));
        if let Some(target) = self.target {
            changes.push(("target".to_owned(), target.into()));
        }
        if !self.paths.is_empty() {
            let mut paths = Array::new();
            for path in &self.paths {
                paths.push(anchored(path)?.to_string_lossy().into_owned());
            }
            changes.push(("paths".to_owned(), paths.into()));
        }
        changes.extend(profile.map(|profile| ("profile".to_owned(), profile.into())));
        let takes_away = self.any_profile || self.clear_rules || !self.unset.is_empty();
        if changes.is_empty() && !takes_away {
            return Err(CommandError::usage("nothing to change")
                .hint("`bchan preset edit --help` shows what can change"));
        }
        let config = context.own_preset(name)?;
        let mut document = Document::open(&config)?;
        if self.any_profile {
            document.unset("presets", name, "profile");
        }
        for rule in fields::names::<Selection>()
            .iter()
            .filter(|_| self.clear_rules)
        {
            document.unset("presets", name, rule);
        }
        for key in &self.unset {
            document.unset("presets", name, key);
        }
        for (key, value) in changes {
            document.set("presets", name, &key, value);
        }
        document.save()?;
        context
            .ui
            .show(&Done::new(format!("changed preset {name}")))?;
        Ok(Exit::Done)
    }
}
