//! Where the API key comes from.

mod file;

use std::io;
use std::path::PathBuf;

use bchan_api::{ApiKey, InvalidKey};

use crate::config::{Environment, KeyOption};
use crate::error::{CommandError, Kind};

/// Holds the key itself.
const KEY_VARIABLE: &str = "BCHAN_API_KEY";
/// Names a file with the key.
const FILE_VARIABLE: &str = "BCHAN_API_KEY_FILE";
/// Names the folder in which systemd puts a service's credentials.
const SYSTEMD_VARIABLE: &str = "CREDENTIALS_DIRECTORY";
/// Name of the systemd credential.
const SYSTEMD_NAME: &str = "bchan-api-key";

/// A key, and what its owner should know.
#[derive(Debug)]
pub(crate) struct Found {
    /// The key.
    pub(crate) key: ApiKey,
    /// Whom else it was shown to, one line each.
    pub(crate) warnings: Vec<String>,
}

/// Why a key that somebody named cannot be used. No message shows what was found in its place,
/// which may be half a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CredentialError {
    /// The file cannot be read.
    #[error("the API key file {} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{} holds no API key", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Why.
        source: InvalidKey,
    },
    /// The variable holds something else.
    #[error("{KEY_VARIABLE} holds no API key")]
    Variable {
        /// Why.
        source: InvalidKey,
    },
}

/// Finds the key: the option, the variable, the file that a variable names, the systemd
/// credential, in this order. None is no error: a server may need no key.
///
/// # Errors
///
/// What somebody named must be there. Falling back to another key would hide the mistake.
pub(crate) fn find(
    option: &KeyOption,
    environment: &dyn Environment,
) -> Result<Option<Found>, CredentialError> {
    match option {
        KeyOption::Key(key) => {
            let warning = "--api-key shows the key in the list of processes; \
                           use --api-key-file or BCHAN_API_KEY";
            return Ok(Some(Found {
                key: key.clone(),
                warnings: vec![warning.to_owned()],
            }));
        }
        KeyOption::File(path) => return file::read(path, file::Owner::User).map(Some),
        KeyOption::Unsaid => {}
    }
    if let Some(value) = environment.var(KEY_VARIABLE) {
        let key = value.to_string_lossy().parse();
        let key = key.map_err(|source| CredentialError::Variable { source })?;
        return Ok(Some(Found {
            key,
            warnings: Vec::new(),
        }));
    }
    if let Some(path) = environment.var(FILE_VARIABLE) {
        return file::read(&PathBuf::from(path), file::Owner::User).map(Some);
    }
    let Some(directory) = environment.var(SYSTEMD_VARIABLE) else {
        return Ok(None);
    };
    match file::read(
        &PathBuf::from(directory).join(SYSTEMD_NAME),
        file::Owner::System,
    ) {
        // A service may have other credentials and no key.
        Err(CredentialError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(None)
        }
        found => found.map(Some),
    }
}

impl From<CredentialError> for CommandError {
    fn from(error: CredentialError) -> Self {
        Self::new(Kind::Configuration, error)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::Fake;

    fn key(option: &KeyOption, environment: &Fake) -> Option<String> {
        let found = find(option, environment).unwrap();
        found.map(|found| found.key.expose().to_owned())
    }

    #[test]
    fn the_documented_order_holds() {
        let temp = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = temp.path().join(name);
            fs::write(&path, format!("bakch-{name}\n")).unwrap();
            path
        };
        file("bchan-api-key");
        let everything = Fake::default()
            .with(KEY_VARIABLE, "bakch-variable")
            .with(FILE_VARIABLE, file("named"))
            .with(SYSTEMD_VARIABLE, temp.path());
        let option = KeyOption::File(file("option"));
        assert_eq!(key(&option, &everything).as_deref(), Some("bakch-option"));
        assert_eq!(
            key(&KeyOption::Unsaid, &everything).as_deref(),
            Some("bakch-variable")
        );
        let no_variable = Fake::default()
            .with(FILE_VARIABLE, file("named"))
            .with(SYSTEMD_VARIABLE, temp.path());
        assert_eq!(
            key(&KeyOption::Unsaid, &no_variable).as_deref(),
            Some("bakch-named")
        );
        let systemd = Fake::default().with(SYSTEMD_VARIABLE, temp.path());
        assert_eq!(
            key(&KeyOption::Unsaid, &systemd).as_deref(),
            Some("bakch-bchan-api-key")
        );
        assert_eq!(key(&KeyOption::Unsaid, &Fake::default()), None);
    }

    #[test]
    fn what_is_named_must_be_there() {
        let temp = tempfile::tempdir().unwrap();
        let missing = temp.path().join("missing");
        let environment = Fake::default().with(KEY_VARIABLE, "bakch-1");
        let error = find(&KeyOption::File(missing.clone()), &environment).unwrap_err();
        assert_eq!(CommandError::from(error).kind, Kind::Configuration);
        let named = Fake::default().with(FILE_VARIABLE, missing);
        assert!(find(&KeyOption::Unsaid, &named).is_err());
        let other_credentials = Fake::default().with(SYSTEMD_VARIABLE, temp.path());
        assert_eq!(key(&KeyOption::Unsaid, &other_credentials), None);
    }

    #[test]
    fn a_bad_key_is_not_repeated() {
        let environment = Fake::default().with(KEY_VARIABLE, "half a secret");
        let error = find(&KeyOption::Unsaid, &environment).unwrap_err();
        assert!(!CommandError::from(error).message().contains("secret"));
    }
}
