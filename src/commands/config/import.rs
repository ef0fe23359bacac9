use std::path::PathBuf;

use bchan_api::ApiKey;
use clap::Args;

use crate::commands::login;
use crate::config::{Config, Document, ProcessEnvironment, PythonFiles, python_dir};
use crate::context::Context;
use crate::credentials;
use crate::error::{CommandError, Exit, Kind};
use crate::ui::view::{ClientImport, Imported};

/// Import the Python client's configuration, presets and API key
///
/// Its server becomes a profile, its presets become presets, and its key is stored for that server
/// in the keyring or, if there is none, in a file. Its own files are not changed. Existing profiles
/// and presets of the same name are kept, so the command can be repeated.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan config import --dry-run
  bchan config import --profile office")]
pub(super) struct ImportArgs {
    /// Folder with its config.json and presets.json [default: ~/.config/backupchan]
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,

    /// Replace profiles and presets with the same names
    #[arg(long)]
    overwrite: bool,

    /// Show what would be imported, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl ImportArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let folder = match self.from {
            Some(folder) => folder,
            None => python_dir(&ProcessEnvironment).ok_or_else(|| {
                let message = "HOME does not say where the Python client's files are";
                CommandError::new(Kind::Configuration, message)
                    .hint("name their folder with --from")
            })?,
        };
        let found = PythonFiles::read(&folder)?;
        if found.server.is_none() && found.presets.is_empty() {
            let message = format!(
                "no Python client configuration found in {}",
                folder.display()
            );
            return Err(CommandError::new(Kind::NotFound, message));
        }
        let config = context.config_to_change()?;
        let profile = context.profile_name(&config)?;
        let mut report = ClientImport::default();
        let mut document = Document::open(&config)?;
        if let Some(server) = &found.server {
            let outcome = add_profile(&mut document, &config, &profile, server, self.overwrite);
            report.profile = Some((profile, outcome));
        }
        for (name, preset) in found.presets {
            let mut preset = preset;
            for path in &mut preset.paths {
                *path = std::path::absolute(&*path).map_err(CommandError::failed)?;
            }
            let outcome = match config.file.presets.get(&name) {
                Some(present) if *present == preset => Imported::Present,
                Some(_) if !self.overwrite => Imported::Other,
                _ => {
                    document.remove("presets", &name);
                    for (key, value) in preset.entries() {
                        document.set("presets", &name, &key, value);
                    }
                    Imported::Taken
                }
            };
            report.presets.push((name, outcome));
        }
        let key = credentials::of_python(&context.keyring()).await;
        report.key = match (key, &found.server) {
            (Ok(Some(_)), Some(_)) if self.dry_run => Some("would be kept".to_owned()),
            (Ok(Some(key)), Some(server)) => {
                document.save()?;
                Some(keep(context, server, &key).await?)
            }
            (key, server) => {
                if !self.dry_run {
                    document.save()?;
                }
                if let (Err(error), Some(_)) = (key, server) {
                    let message = format!("its API key is not taken over: {error}");
                    context.ui.warn(&message);
                }
                None
            }
        };
        report.dry_run = self.dry_run;
        context.ui.show(&report)?;
        Ok(Exit::Done)
    }
}

fn add_profile(
    document: &mut Document,
    config: &Config,
    name: &str,
    server: &str,
    overwrite: bool,
) -> Imported {
    match config
        .file
        .profiles
        .get(name)
        .map(|profile| &profile.server)
    {
        Some(Some(present)) if present == server => return Imported::Present,
        Some(Some(_)) if !overwrite => return Imported::Other,
        _ => {}
    }
    document.set("profiles", name, "server", server);
    Imported::Taken
}

async fn keep(context: &Context<'_>, server: &str, key: &ApiKey) -> Result<String, CommandError> {
    let place = login::keep_anywhere(context, server, key).await?;
    Ok(format!("kept in {place}"))
}
