//! Options and environment that a scheduled run inherits.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::Context;
use crate::config::{
    Environment, Origin, ProcessEnvironment, ServerChoice, Settings, SettingsError, home_dir,
};
use crate::credentials::{self, Lasting};
use crate::error::{CommandError, Kind};

/// Variables that say where files are.
const FOLDERS: [&str; 3] = ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"];

/// Settings that only the command line and the environment of this run have.
#[derive(Debug)]
pub(crate) struct Carried {
    /// Options that say it.
    pub(crate) options: Vec<String>,
    /// Variables that say where files are, without the home folder.
    pub(crate) variables: Vec<(String, String)>,
    /// The home folder.
    pub(crate) home: PathBuf,
    /// Where the key is.
    pub(crate) key: Lasting,
    /// The data folder of a server inside the program.
    pub(crate) local: Option<PathBuf>,
}

impl Context<'_> {
    /// Returns the settings that a scheduled run needs. Keys are never among them, only files that
    /// hold keys.
    pub(crate) async fn carried(&self) -> Result<Carried, CommandError> {
        let environment = &ProcessEnvironment;
        let settings = self.settings().await?;
        if self.global.api_key.is_some() {
            let message = "a key on the command line could be read by every user";
            return Err(CommandError::usage(message).hint(credentials::WAYS_OUT));
        }
        let mut variables = Vec::new();
        for name in FOLDERS {
            if let Some(value) = environment.text(name)?
                && Path::new(&value).is_absolute()
            {
                variables.push((name.to_owned(), value));
            }
        }
        let local = match &settings.server.value {
            ServerChoice::Remote(_) => None,
            ServerChoice::Local(data) => Some(absolute(data)?),
        };
        let key = match &local {
            None => credentials::lasting(&settings.key, environment)?,
            Some(_) => Lasting::Command,
        };
        Ok(Carried {
            options: self.carried_options(settings)?,
            variables,
            home: home_dir(environment).ok_or(SettingsError::NoHome)?,
            key,
            local,
        })
    }

    fn carried_options(&self, settings: &Settings) -> Result<Vec<String>, CommandError> {
        let environment = &ProcessEnvironment;
        let mut options = Vec::new();
        let mut add = |option: &str, value: String| options.extend([option.to_owned(), value]);
        let config = self.global.config.clone();
        let config = config.or_else(|| environment.var("BCHAN_CONFIG").map(PathBuf::from));
        if let Some(path) = config {
            add("--config", text(&absolute(&path)?)?);
        }
        let profile = self.global.profile.clone();
        if let Some(name) =
            profile.map_or_else(|| environment.text("BCHAN_PROFILE"), |name| Ok(Some(name)))?
        {
            add("--profile", name);
        }
        let is_ours = |origin| matches!(origin, Origin::Option | Origin::Environment(_));
        if is_ours(settings.server.origin) {
            let server = match &settings.server.value {
                ServerChoice::Remote(url) => url.clone(),
                ServerChoice::Local(data) => format!("local:{}", text(&absolute(data)?)?),
            };
            add("--server", server);
        }
        if let Some(ca) = settings.ca.as_ref().filter(|ca| is_ours(ca.origin)) {
            add("--ca-cert", text(&absolute(&ca.value)?)?);
        }
        if is_ours(settings.retries.origin) {
            add("--retries", settings.retries.value.to_string());
        }
        if is_ours(settings.timeout.origin) {
            add("--timeout", settings.timeout.value.to_string());
        }
        Ok(options)
    }
}

/// A path that means the same wherever a run starts.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, CommandError> {
    std::path::absolute(path).map_err(CommandError::failed)
}

/// A path as an option of a command that is kept as text.
pub(crate) fn text(path: &Path) -> Result<String, CommandError> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| {
        let path = AsRef::<OsStr>::as_ref(path).to_string_lossy();
        let message = format!("{path} is not UTF-8, as all in a schedule must be");
        CommandError::new(Kind::Failed, message)
    })
}
