//! Access of commands to the configuration files.

use std::path::PathBuf;

use toml_edit::Value;

use super::Context;
use super::carried::{absolute, text};
use crate::config::{
    Config, Environment as _, KnownPreset, Preset, Presets, ProcessEnvironment, ServerChoice,
    Settings, SettingsError, state_dir,
};
use crate::credentials;
use crate::error::{CommandError, Kind};
use crate::suggest;
use crate::ui::view::KeyPlace;
use bchan_agent::StateFolder;

/// The question at the terminal, and the default answer.
const QUESTION: (&str, &str) = ("Server [http://127.0.0.1:5050]:", "http://127.0.0.1:5050");

impl Context<'_> {
    /// The configuration file, whether it is there or has to be made.
    pub(crate) fn config_to_change(&self) -> Result<Config, CommandError> {
        Ok(Config::load_if_there(&self.global, &ProcessEnvironment)?)
    }

    /// All presets, as they are to be run.
    pub(crate) fn presets(&self) -> Result<Presets, CommandError> {
        let config = Config::load(&self.global, &ProcessEnvironment)?;
        Ok(config.presets(&ProcessEnvironment)?)
    }

    /// A preset, or an error that names those with similar names.
    pub(crate) fn preset(&self, name: &str) -> Result<KnownPreset, CommandError> {
        let mut presets = self.presets()?;
        presets
            .remove(name)
            .ok_or_else(|| no_preset(name, presets.keys()))
    }

    /// The configuration with a preset that can be changed: one of ours.
    pub(crate) fn own_preset(&self, name: &str) -> Result<Config, CommandError> {
        let config = self.config_to_change()?;
        if config.file.presets.contains_key(name) {
            return Ok(config);
        }
        self.preset(name)?;
        let message = format!("preset `{name}` is kept by the Python client");
        Err(CommandError::failed(message).hint("`bchan config import` takes it over"))
    }

    /// The server that a preset is for, as states know it.
    pub(crate) fn server_of(&self, preset: &Preset) -> Result<String, CommandError> {
        let mut global = self.global.clone();
        if global.profile.is_none() && ProcessEnvironment.text("BCHAN_PROFILE")?.is_none() {
            global.profile.clone_from(&preset.profile);
        }
        let settings = Settings::resolve(&global, &ProcessEnvironment)?;
        Ok(settings.server.value.to_string())
    }

    /// Returns the local history of a server's targets, if there is a place for it.
    #[expect(clippy::unused_self, reason = "its callers need the context")]
    pub(crate) fn state(&self, server: String) -> Option<StateFolder> {
        state_dir(&ProcessEnvironment).map(|folder| StateFolder::new(folder, server))
    }

    /// Returns the value of `--profile`.
    pub(crate) fn given_profile(&self) -> Option<String> {
        self.global.profile.clone()
    }

    /// Where the configuration file is or would be, and whether it exists, whatever is in it.
    pub(crate) fn config_path(&self) -> Result<(PathBuf, bool), CommandError> {
        let path = Config::place(&self.global, &ProcessEnvironment);
        let path = path.ok_or(SettingsError::NoConfigHome)?;
        let exists = path.exists();
        Ok((path, exists))
    }

    /// The profile that this run is about, which may be a new one.
    pub(crate) fn profile_name(&self, config: &Config) -> Result<String, CommandError> {
        Ok(config.profile_name(&self.global, &ProcessEnvironment)?)
    }

    /// The server that the command line or the environment names, completed to a URL.
    pub(crate) fn given_server(
        &self,
        host: Option<&str>,
        port: Option<u16>,
    ) -> Result<Option<String>, CommandError> {
        let server = ServerChoice::given(&self.global, host, port, &ProcessEnvironment)?;
        server.map(lasting).transpose()
    }

    /// The options of this run that a profile can hold, beside the server and the key itself.
    pub(crate) fn given_settings(&self) -> Result<Vec<(&'static str, Value)>, CommandError> {
        let global = &self.global;
        let path = |path: &PathBuf| Ok::<_, CommandError>(text(&absolute(path)?)?.into());
        let number = |number: u64| Value::from(i64::try_from(number).unwrap_or(i64::MAX));
        let found = [
            ("ca_cert", global.ca_cert.as_ref().map(path).transpose()?),
            (
                "api_key_file",
                global.api_key_file.as_ref().map(path).transpose()?,
            ),
            (
                "retries",
                global.retries.map(|retries| number(retries.into())),
            ),
            ("timeout", global.timeout.map(number)),
        ];
        let given = found.into_iter();
        Ok(given
            .filter_map(|(name, value)| Some((name, value?)))
            .collect())
    }

    /// Completes what a user writes for a server.
    #[expect(clippy::unused_self, reason = "its callers need the context")]
    pub(crate) fn complete_server(&self, text: &str) -> Result<String, CommandError> {
        lasting(ServerChoice::parse(text, &ProcessEnvironment)?)
    }

    /// Asks for the server.
    pub(crate) async fn ask_server(&self) -> Result<String, CommandError> {
        let (question, usual) = QUESTION;
        let answer = self.ui.line(question).await.map_err(CommandError::failed)?;
        self.complete_server(if answer.is_empty() { usual } else { &answer })
    }

    /// Returns the value of `--api-key`.
    pub(crate) fn given_key(&self) -> Option<String> {
        self.global.api_key.clone()
    }

    /// Where the API key would be taken from.
    pub(crate) async fn key_place(&self) -> KeyPlace {
        let place = |origin, problem| KeyPlace { origin, problem };
        let settings = match self.settings().await {
            Ok(settings) => settings,
            Err(error) => return place(None, Some(error.message())),
        };
        if let ServerChoice::Local(_) = settings.server.value {
            return place(Some("the server inside this program".to_owned()), None);
        }
        match credentials::find(&settings.key, &ProcessEnvironment, &self.keyring()).await {
            Ok(search) => place(
                search.found.map(|found| found.place),
                search.keyring.map(|error| error.to_string()),
            ),
            Err(error) => place(
                None,
                Some(CommandError::new(Kind::Configuration, error).message()),
            ),
        }
    }
}

/// A server as it is written into a file: a data folder means the same wherever a run starts.
fn lasting(server: ServerChoice) -> Result<String, CommandError> {
    let server = match server {
        ServerChoice::Local(folder) => ServerChoice::Local(absolute(&folder)?),
        remote @ ServerChoice::Remote(_) => remote,
    };
    Ok(server.to_string())
}

/// Says that there is no such preset, and which may have been meant.
fn no_preset<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> CommandError {
    let similar = suggest::similar(name, known.map(String::as_str));
    let hint = suggest::hint(&similar);
    CommandError::new(Kind::NotFound, format!("there is no preset `{name}`"))
        .hint(hint.unwrap_or_else(|| "`bchan preset list` shows all presets".to_owned()))
}
