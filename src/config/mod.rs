//! What the user has decided, put together from options, environment and defaults.

mod environment;
mod paths;
mod server;

use std::path::PathBuf;
use std::time::Duration;

use bchan_api::{ApiKey, InvalidKey};

use crate::cli::GlobalArgs;
use crate::error::{CommandError, Kind};

pub(crate) use self::environment::{Environment, ProcessEnvironment};
pub(crate) use self::paths::data_dir;
pub(crate) use self::server::ServerChoice;

#[cfg(test)]
pub(crate) use self::environment::tests::Fake;

/// Settings of one run. For each, an option beats the environment, which beats the default.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Which server to talk to.
    pub(crate) server: ServerChoice,
    /// What the command line says about the key.
    pub(crate) key: KeyOption,
    /// Certificates in PEM that alone are trusted.
    pub(crate) ca: Option<PathBuf>,
    /// How often to try again after a temporary failure.
    pub(crate) retries: u32,
    /// How long the server may be silent.
    pub(crate) timeout: Duration,
}

/// What the command line says about the key.
#[derive(Clone, Debug, Default)]
pub(crate) enum KeyOption {
    /// Nothing: look where it usually is.
    #[default]
    Unsaid,
    /// The key itself.
    Key(ApiKey),
    /// A file that holds it.
    File(PathBuf),
}

/// Why the settings make no sense.
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
    Server {
        /// What was given.
        text: String,
    },
    /// The data folder is not given and cannot be guessed.
    #[error("neither XDG_DATA_HOME nor HOME says where the data folder is")]
    NoHome,
    /// `--api-key` was given something that is no key.
    #[error("--api-key was given something else")]
    Key {
        /// Why.
        source: InvalidKey,
    },
}

impl Settings {
    /// Puts the settings together.
    pub(crate) fn resolve(
        options: &GlobalArgs,
        environment: &dyn Environment,
    ) -> Result<Self, SettingsError> {
        let key = match (&options.api_key, &options.api_key_file) {
            (Some(_), Some(_)) => {
                return Err(SettingsError::Conflict {
                    first: "--api-key",
                    second: "--api-key-file",
                });
            }
            (Some(key), None) => KeyOption::Key(
                key.parse()
                    .map_err(|source| SettingsError::Key { source })?,
            ),
            (None, Some(path)) => KeyOption::File(path.clone()),
            (None, None) => KeyOption::Unsaid,
        };
        Ok(Self {
            server: ServerChoice::resolve(options, environment)?,
            key,
            ca: options
                .ca_cert
                .clone()
                .or_else(|| environment.var("BCHAN_CA_CERT").map(PathBuf::from)),
            retries: options.retries,
            timeout: Duration::from_secs(options.timeout),
        })
    }
}

impl From<SettingsError> for CommandError {
    fn from(error: SettingsError) -> Self {
        let (kind, hint) = match &error {
            SettingsError::Conflict { .. } => (Kind::Usage, None),
            SettingsError::Server { .. } => (
                Kind::Configuration,
                Some("a server looks like http://127.0.0.1:5050"),
            ),
            SettingsError::NoHome => (
                Kind::Configuration,
                Some("name it: --local=DIR, --data DIR"),
            ),
            SettingsError::NotText { .. } | SettingsError::Key { .. } => {
                (Kind::Configuration, None)
            }
        };
        Self::new(kind, error).maybe_hint(hint.map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_keys_are_one_too_many() {
        let options = GlobalArgs {
            api_key: Some("bakch-1".into()),
            api_key_file: Some("key".into()),
            ..GlobalArgs::default()
        };
        let error = Settings::resolve(&options, &Fake::default()).unwrap_err();
        assert_eq!(CommandError::from(error).kind, Kind::Usage);
    }

    #[test]
    fn a_bad_key_is_not_repeated() {
        let options = GlobalArgs {
            api_key: Some("se cret".into()),
            ..GlobalArgs::default()
        };
        let error = Settings::resolve(&options, &Fake::default()).unwrap_err();
        assert!(!CommandError::from(error).message().contains("cret"));
    }
}
