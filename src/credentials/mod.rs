//! Where the API key comes from.

mod command;
mod error;
mod file;
mod found;
mod keyring;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bchan_api::ApiKey;

use crate::config::{Environment, KeyOption, KeySources, PYTHON_KEYRING as PYTHON};
use crate::error::{CommandError, Kind};

pub(crate) use self::error::CredentialError;
use self::error::KEY_VARIABLE;
pub(crate) use self::file::{parse, write as write_file};
pub(crate) use self::found::Found;
pub(crate) use self::keyring::{Keyring, KeyringError, SessionKeyring};

/// The service under which the keyring knows our keys; the user is the server's address.
const SERVICE: &str = "bchan";

/// Names a file with the key.
const FILE_VARIABLE: &str = "BCHAN_API_KEY_FILE";
/// Names the folder in which systemd puts a service's credentials.
const SYSTEMD_VARIABLE: &str = "CREDENTIALS_DIRECTORY";
/// Name of the systemd credential.
const SYSTEMD_NAME: &str = "bchan-api-key";

/// Result of the search for a key.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// The key, if there is one. A server may need none.
    pub(crate) found: Option<Found>,
    /// The error of the keyring, if no other place had a key.
    pub(crate) keyring: Option<KeyringError>,
}

impl From<Found> for Search {
    fn from(found: Found) -> Self {
        Self {
            found: Some(found),
            keyring: None,
        }
    }
}

/// Finds the key: the option, the variable, the file that a variable names, the systemd
/// credential, the profile's file or command, the keyring, the file beside the configuration, in
/// this order.
///
/// # Errors
///
/// A key that the user named must exist. Falling back to another key would hide the mistake.
pub(crate) async fn find(
    sources: &KeySources,
    environment: &dyn Environment,
    keyring: &Arc<dyn Keyring>,
) -> Result<Search, CredentialError> {
    if let Some(found) = named(sources, environment)? {
        return Ok(found.into());
    }
    if let Some(command) = &sources.command {
        return Ok(command::run(command).await?.into());
    }
    let asked = in_keyring(sources, keyring).await;
    if let Ok(Some(found)) = asked {
        return Ok(found.into());
    }
    let beside = match &sources.beside {
        Some(path) => unless_missing(file::read(path, file::Owner::User))?,
        None => None,
    };
    Ok(Search {
        keyring: asked.err().filter(|_| beside.is_none()),
        found: beside,
    })
}

/// Reads the key that the user, the environment or the profile names.
fn named(
    sources: &KeySources,
    environment: &dyn Environment,
) -> Result<Option<Found>, CredentialError> {
    match &sources.option {
        KeyOption::Key(key) => {
            let warning = "--api-key shows the key in the list of processes; \
                           use --api-key-file or BCHAN_API_KEY";
            return Ok(Some(Found {
                key: key.clone(),
                place: "--api-key".to_owned(),
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
            place: KEY_VARIABLE.to_owned(),
            warnings: Vec::new(),
        }));
    }
    if let Some(path) = environment.var(FILE_VARIABLE) {
        return file::read(&PathBuf::from(path), file::Owner::User).map(Some);
    }
    if let Some(folder) = environment.var(SYSTEMD_VARIABLE) {
        let path = PathBuf::from(folder).join(SYSTEMD_NAME);
        // A service may have other credentials and no key.
        let found = unless_missing(file::read(&path, file::Owner::System))?;
        if found.is_some() {
            return Ok(found);
        }
    }
    let file = sources.file.as_deref();
    file.map(|path| file::read(path, file::Owner::User))
        .transpose()
}

/// Where the key would be for a run that has none of this one's environment, and no keyring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lasting {
    /// In a file that only the command line or the environment of this run names.
    Named(PathBuf),
    /// In a file that the configuration leads to.
    Configured(PathBuf),
    /// With the profile's command.
    Command,
    /// Nowhere.
    Nowhere,
}

/// Says where the key would be for a run that has none of this one's environment. Files must hold one.
pub(crate) fn lasting(
    sources: &KeySources,
    environment: &dyn Environment,
) -> Result<Lasting, CredentialError> {
    let named = match &sources.option {
        KeyOption::File(path) => Some(path.clone()),
        KeyOption::Key(_) => None,
        KeyOption::Unsaid => environment.var(FILE_VARIABLE).map(PathBuf::from),
    };
    if let Some(path) = named {
        file::read(&path, file::Owner::User)?;
        return Ok(Lasting::Named(path));
    }
    if let Some(path) = &sources.file {
        file::read(path, file::Owner::User)?;
        return Ok(Lasting::Configured(path.clone()));
    }
    if sources.command.is_some() {
        return Ok(Lasting::Command);
    }
    match &sources.beside {
        Some(path) if unless_missing(file::read(path, file::Owner::User))?.is_some() => {
            Ok(Lasting::Configured(path.clone()))
        }
        _ => Ok(Lasting::Nowhere),
    }
}

/// A file that may be missing, but not be wrong.
fn unless_missing(read: Result<Found, CredentialError>) -> Result<Option<Found>, CredentialError> {
    match read {
        Err(CredentialError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(None)
        }
        read => read.map(Some),
    }
}

/// The key that the keyring has for the server, or the Python client's one.
async fn in_keyring(
    sources: &KeySources,
    keyring: &Arc<dyn Keyring>,
) -> Result<Option<Found>, KeyringError> {
    let (server, python) = (sources.server.clone(), sources.python);
    let look = move |keyring: &dyn Keyring| {
        let ours = keyring.get(SERVICE, &server)?;
        match ours {
            None if python => keyring.get(PYTHON.0, PYTHON.1),
            ours => Ok(ours),
        }
    };
    let secret = keyring::ask(keyring, look).await?;
    // A text that cannot be a key was not stored by this program.
    let key = secret.and_then(|secret| secret.parse().ok());
    Ok(key.map(|key| Found {
        key,
        place: "keyring".to_owned(),
        warnings: Vec::new(),
    }))
}

/// The Python client's one key, in the keyring.
pub(crate) async fn of_python(keyring: &Arc<dyn Keyring>) -> Result<Option<ApiKey>, KeyringError> {
    let secret = keyring::ask(keyring, |keyring| keyring.get(PYTHON.0, PYTHON.1)).await?;
    // Without authentication it keeps an empty one.
    Ok(secret.and_then(|secret| secret.parse().ok()))
}

/// Keeps the key of a server in the keyring.
pub(crate) async fn remember(
    keyring: &Arc<dyn Keyring>,
    server: &str,
    key: &ApiKey,
) -> Result<(), KeyringError> {
    let (server, key) = (server.to_owned(), key.clone());
    keyring::ask(keyring, move |keyring| {
        keyring.set(SERVICE, &server, key.expose())
    })
    .await
}

/// Forgets the key of a server in the keyring; says whether there was one.
pub(crate) async fn forget(keyring: &Arc<dyn Keyring>, server: &str) -> Result<bool, KeyringError> {
    let server = server.to_owned();
    keyring::ask(keyring, move |keyring| keyring.delete(SERVICE, &server)).await
}

/// The ways to provide a key without a keyring, for a cron job for example.
pub(crate) const WAYS_OUT: &str = "without a keyring, keep the key in a file (`bchan login \
    --file`, --api-key-file), in a systemd credential named bchan-api-key, or let the profile's \
    api_key_command print it";

impl From<CredentialError> for CommandError {
    fn from(error: CredentialError) -> Self {
        let hint = match &error {
            CredentialError::Exposed { path } => Some(format!(
                "run `chmod 600 {}`, and make a new key if others may have read it; a group may \
                 read a file of root's (mode 0440)",
                quote(path)
            )),
            _ => None,
        };
        Self::new(Kind::Configuration, error).maybe_hint(hint)
    }
}

/// A path as a shell takes it for the name of a file.
fn quote(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if text.starts_with('-') {
        format!("./{text}")
    } else {
        text.into_owned()
    };
    shlex::try_quote(&text).map_or_else(|_| text.clone(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::keyring::tests::Memory;
    use super::*;
    use crate::config::Fake;

    fn wait<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(work)
    }

    fn search(sources: &KeySources, environment: &Fake) -> Result<Search, CredentialError> {
        wait(find(sources, environment, &Memory::missing()))
    }

    fn key(sources: &KeySources, environment: &Fake) -> Option<String> {
        let found = search(sources, environment).unwrap().found;
        found.map(|found| found.key.expose().to_owned())
    }

    fn option(option: KeyOption) -> KeySources {
        KeySources {
            option,
            ..KeySources::default()
        }
    }

    fn write(folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        super::write_file(&path, &format!("bakch-{name}").parse().unwrap()).unwrap();
        path
    }

    #[test]
    fn the_documented_order_holds() {
        let temp = tempfile::tempdir().unwrap();
        let file = |name: &str| write(temp.path(), name);
        file("bchan-api-key");
        let sources = KeySources {
            option: KeyOption::File(file("option")),
            file: Some(file("profile")),
            command: None,
            server: "http://s:1".into(),
            python: true,
            beside: Some(file("beside")),
        };
        let everything = Fake::default()
            .with(KEY_VARIABLE, "bakch-variable")
            .with(FILE_VARIABLE, file("named"))
            .with(SYSTEMD_VARIABLE, temp.path());
        assert_eq!(key(&sources, &everything).as_deref(), Some("bakch-option"));
        let sources = KeySources {
            option: KeyOption::Unsaid,
            ..sources
        };
        assert_eq!(
            key(&sources, &everything).as_deref(),
            Some("bakch-variable")
        );
        let no_variable = Fake::default()
            .with(FILE_VARIABLE, file("named"))
            .with(SYSTEMD_VARIABLE, temp.path());
        assert_eq!(key(&sources, &no_variable).as_deref(), Some("bakch-named"));
        let systemd = Fake::default().with(SYSTEMD_VARIABLE, temp.path());
        assert_eq!(
            key(&sources, &systemd).as_deref(),
            Some("bakch-bchan-api-key")
        );
        let nothing = Fake::default();
        assert_eq!(key(&sources, &nothing).as_deref(), Some("bakch-profile"));
        let command = ["echo", "bakch-command"].map(str::to_owned).to_vec();
        let sources = KeySources {
            file: None,
            command: Some(command),
            ..sources
        };
        assert_eq!(key(&sources, &nothing).as_deref(), Some("bakch-command"));

        let sources = KeySources {
            command: None,
            ..sources
        };
        let keyring = Memory::empty();
        let found = || {
            wait(find(&sources, &nothing, &keyring))
                .unwrap()
                .found
                .unwrap()
        };
        assert_eq!(found().key.expose(), "bakch-beside");
        keyring.set(PYTHON.0, PYTHON.1, "bakch-python").unwrap();
        assert_eq!(found().key.expose(), "bakch-python");
        let ours: ApiKey = "bakch-keyring".parse().unwrap();
        wait(remember(&keyring, "http://s:1", &ours)).unwrap();
        assert_eq!(found().key.expose(), "bakch-keyring");
        assert!(wait(forget(&keyring, "http://s:1")).unwrap());
        assert!(!wait(forget(&keyring, "http://s:1")).unwrap());
        assert_eq!(found().key.expose(), "bakch-python");

        assert_eq!(key(&KeySources::default(), &nothing), None);
    }

    #[test]
    fn keys_go_only_to_the_server_that_they_are_for() {
        let keyring = Memory::empty();
        keyring.set(PYTHON.0, PYTHON.1, "bakch-python").unwrap();
        let ours: ApiKey = "bakch-ours".parse().unwrap();
        wait(remember(&keyring, "http://s:1", &ours)).unwrap();
        let elsewhere = KeySources {
            server: "http://elsewhere:1".into(),
            ..KeySources::default()
        };
        let found = wait(find(&elsewhere, &Fake::default(), &keyring)).unwrap();
        assert!(found.found.is_none() && found.keyring.is_none());
    }

    #[test]
    fn a_missing_keyring_is_told_only_when_there_is_no_key() {
        let temp = tempfile::tempdir().unwrap();
        let nothing = search(&KeySources::default(), &Fake::default()).unwrap();
        assert_eq!(
            nothing.keyring.unwrap().to_string(),
            "no keyring is available"
        );
        let sources = KeySources {
            beside: Some(write(temp.path(), "beside")),
            ..KeySources::default()
        };
        assert!(
            search(&sources, &Fake::default())
                .unwrap()
                .keyring
                .is_none()
        );
    }

    #[test]
    fn what_is_named_must_be_there() {
        let temp = tempfile::tempdir().unwrap();
        let missing = temp.path().join("missing");
        let environment = Fake::default().with(KEY_VARIABLE, "bakch-1");
        let sources = option(KeyOption::File(missing.clone()));
        let error = search(&sources, &environment).unwrap_err();
        assert_eq!(CommandError::from(error).kind, Kind::Configuration);
        let named = Fake::default().with(FILE_VARIABLE, missing.clone());
        assert!(search(&KeySources::default(), &named).is_err());
        let profile = KeySources {
            file: Some(missing.clone()),
            ..KeySources::default()
        };
        assert!(search(&profile, &Fake::default()).is_err());
        let other_credentials = Fake::default().with(SYSTEMD_VARIABLE, temp.path());
        assert_eq!(key(&KeySources::default(), &other_credentials), None);
        // Only files that were not named may be missing.
        let beside = KeySources {
            beside: Some(missing),
            ..KeySources::default()
        };
        assert_eq!(key(&beside, &Fake::default()), None);
    }

    #[test]
    fn a_later_run_finds_files_and_commands() {
        let temp = tempfile::tempdir().unwrap();
        let file = |name: &str| write(temp.path(), name);
        let nothing = Fake::default();
        let place = |sources: &KeySources, environment| lasting(sources, environment).unwrap();
        let sources = KeySources {
            option: KeyOption::File(file("option")),
            file: Some(file("profile")),
            beside: Some(file("beside")),
            ..KeySources::default()
        };
        let named = Fake::default()
            .with(FILE_VARIABLE, file("named"))
            .with(KEY_VARIABLE, "bakch-variable");
        assert_eq!(place(&sources, &named), Lasting::Named(file("option")));
        let sources = KeySources {
            option: KeyOption::Unsaid,
            ..sources
        };
        assert_eq!(place(&sources, &named), Lasting::Named(file("named")));
        assert_eq!(
            place(&sources, &nothing),
            Lasting::Configured(file("profile"))
        );
        let sources = KeySources {
            file: None,
            command: Some(vec!["pass".to_owned()]),
            ..sources
        };
        assert_eq!(place(&sources, &nothing), Lasting::Command);
        let sources = KeySources {
            command: None,
            ..sources
        };
        assert_eq!(
            place(&sources, &nothing),
            Lasting::Configured(file("beside"))
        );
        let variable = Fake::default().with(KEY_VARIABLE, "bakch-variable");
        let none = KeySources::default();
        assert_eq!(place(&none, &variable), Lasting::Nowhere);
        assert!(lasting(&option(KeyOption::File("/nonexistent".into())), &nothing).is_err());
    }

    #[test]
    fn a_bad_key_is_not_repeated() {
        let environment = Fake::default().with(KEY_VARIABLE, "half a secret");
        let error = search(&KeySources::default(), &environment).unwrap_err();
        assert!(!CommandError::from(error).message().contains("secret"));
    }
}
