//! Errors of the settings, with hints.

use std::path::PathBuf;

use bchan_api::InvalidKey;

use super::FileError;
use crate::error::{CommandError, Kind};
use crate::suggest;

/// Errors of the settings.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// Two options exclude each other.
    #[error("{first} and {second} cannot be used together")]
    Conflict {
        /// The one.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A variable of the environment is not text.
    #[error("{name} is not valid UTF-8")]
    NotText {
        /// Its name.
        name: &'static str,
    },
    /// The name of a server is no address.
    #[error("`{text}` is not the address of a server")]
    Server { text: String },
    /// One of two servers is inside the program.
    #[error("`{text}` is no server that runs by itself")]
    Inside { text: String },
    /// The data folder is not given and cannot be guessed.
    #[error("neither XDG_DATA_HOME nor HOME says where the data folder is")]
    NoHome,
    /// There is no place for the configuration.
    #[error("neither --config, XDG_CONFIG_HOME nor HOME says where the configuration is")]
    NoConfigHome,
    /// Another program has changed the configuration since it was read.
    #[error("{} was changed by another program meanwhile; nothing was written", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A setting that would make the configuration invalid.
    #[error("`{setting}`: {message}")]
    Setting {
        /// Its line in the file.
        setting: String,
        message: String,
    },
    /// A profile that was named does not exist.
    #[error("there is no profile `{name}`")]
    NoProfile {
        /// Its name.
        name: String,
        /// Those that exist.
        known: Vec<String>,
    },
    /// The file that was named does not exist.
    #[error("there is no configuration {}", path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// `--api-key` was given something that is no key.
    #[error("--api-key was given something else")]
    Key { source: InvalidKey },
}

impl From<SettingsError> for CommandError {
    fn from(error: SettingsError) -> Self {
        let (kind, hint) = match &error {
            SettingsError::Conflict { .. } | SettingsError::Setting { .. } => (Kind::Usage, None),
            SettingsError::Server { .. } => (
                Kind::Configuration,
                Some("a server looks like http://127.0.0.1:5050"),
            ),
            SettingsError::Inside { .. } => (
                Kind::Usage,
                Some("`bchan serve` runs one; name it by its URL or its profile"),
            ),
            SettingsError::NoHome => (
                Kind::Configuration,
                Some("name it: --local=DIR, --data DIR"),
            ),
            SettingsError::NoFile { .. } => (
                Kind::Configuration,
                Some("`bchan config create` makes one, see `bchan config create --help`"),
            ),
            SettingsError::NoProfile { known, .. } if known.is_empty() => (
                Kind::Configuration,
                Some("there are no profiles yet; `bchan config create --profile NAME` makes one"),
            ),
            SettingsError::NoProfile { name, known } => {
                let similar = suggest::similar(name, known.iter().map(String::as_str));
                let all = || format!("the profiles are: {}", known.join(", "));
                let hint = suggest::hint(&similar).unwrap_or_else(all);
                return Self::new(Kind::Configuration, error).hint(hint);
            }
            SettingsError::Changed { .. } => {
                (Kind::Configuration, Some("look at it, and try again"))
            }
            SettingsError::NoConfigHome
            | SettingsError::NotText { .. }
            | SettingsError::Key { .. }
            | SettingsError::File(_) => (Kind::Configuration, None),
        };
        Self::new(kind, error).maybe_hint(hint.map(str::to_owned))
    }
}
