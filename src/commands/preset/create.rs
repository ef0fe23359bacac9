use std::path::{Path, PathBuf};

use clap::Args;

use crate::commands::anchor::{anchor_all, anchored, anchored_spool};
use crate::commands::backup::upload::select::SelectArgs;
use crate::complete;
use crate::config::{Document, Preset, ProcessEnvironment, UnattendedOptions, expand, home_dir};
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::Done;
use bchan_agent::AgentError;

/// Create a preset
///
/// The last word is the target, unless --target names it. With --profile, the preset always uses
/// the server of that profile.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan preset create docs ~/Documents docs
  bchan preset create home /home/me --target home --exclude-caches --exclude '*.tmp'
  bchan preset create etc /etc /usr/local/etc config --profile office")]
pub(super) struct CreateArgs {
    /// Name of the preset
    name: String,

    /// Files and folders to back up, followed by the id, alias or name of the target
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Id, alias or name of the target
    #[arg(long, add = complete::targets())]
    target: Option<String>,

    /// Replace an existing preset
    #[arg(long)]
    overwrite: bool,

    #[command(flatten)]
    select: SelectArgs,

    #[command(flatten)]
    unattended: UnattendedOptions,
}

impl CreateArgs {
    pub(super) fn run(mut self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let target = match self.target.take() {
            Some(target) => target,
            None => match self.paths.pop() {
                Some(word) if !self.paths.is_empty() => {
                    refuse_path(&word)?;
                    self.require_paths()?;
                    word.to_string_lossy().into_owned()
                }
                _ => {
                    let message = "no target given";
                    return Err(CommandError::usage(message)
                        .hint("put it after the paths, or use --target"));
                }
            },
        };
        let mut selection = self.select.selection(&self.paths, context);
        if selection.reads_stdin() {
            let message = "a preset has no standard input to read a list from";
            return Err(CommandError::usage(message));
        }
        let home = home_dir(&ProcessEnvironment);
        let expanded: Vec<_> = self
            .paths
            .iter()
            .map(|path| expand(path, home.as_deref()))
            .collect();
        selection
            .check_absolute(&expanded)
            .map_err(AgentError::Selection)?;
        for path in bchan_agent::check_names(&expanded)? {
            context
                .ui
                .warn(&format!("there is no {} yet", path.display()));
        }
        anchor_all(&mut selection.exclude_from)?;
        anchor_all(&mut selection.files_from)?;
        anchor_all(&mut selection.files_from0)?;
        let preset = Preset {
            target,
            paths: self.paths.iter().map(anchored).collect::<Result<_, _>>()?,
            profile: context.given_profile(),
            selection,
            unattended: anchored_spool(self.unattended)?,
        };
        let config = context.config_to_change()?;
        let name = &self.name;
        if config.file.presets.contains_key(name) && !self.overwrite {
            let message = format!("there is a preset `{name}` already");
            return Err(CommandError::failed(message)
                .hint("--overwrite replaces it, `bchan preset edit` changes it"));
        }
        let mut document = Document::open(&config)?;
        document.remove("presets", name);
        for (key, value) in preset.entries() {
            document.set("presets", name, &key, value);
        }
        let path = document.save()?;
        let message = format!("preset {name} is in {}", path.display());
        context.ui.show(&Done::new(message))?;
        Ok(Exit::Done)
    }

    /// Where the last word is taken for the target, one that was meant otherwise would be a path.
    fn require_paths(&self) -> Result<(), CommandError> {
        match self
            .paths
            .iter()
            .find(|path| !path.starts_with("~") && !path.exists())
        {
            None => Ok(()),
            Some(path) => {
                let message = format!("there is no {}", path.display());
                Err(CommandError::usage(message).hint(
                    "the target comes last, or with --target; --exclude takes one glob at a time",
                ))
            }
        }
    }
}

/// Fails for a last word that is a path rather than a target.
fn refuse_path(word: &Path) -> Result<(), CommandError> {
    let is_path = word.is_absolute() || word.starts_with("~") || word.starts_with(".");
    if !is_path {
        return Ok(());
    }
    let message = format!("{} is a path, where the target is expected", word.display());
    Err(CommandError::usage(message).hint("put the target after the paths, or use --target"))
}
