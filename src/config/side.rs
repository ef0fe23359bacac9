//! Settings for one of two servers that a command talks to.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{Config, Environment, KeySources, ServerChoice, Settings, SettingsError, url};
use crate::global_args::GlobalArgs;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    From,
    To,
}

/// The environment as one side sees it: variables that name a server or a key are about the one
/// server of other commands; each side has its own.
pub(crate) struct SideEnvironment<'a> {
    pub(crate) side: Side,
    pub(crate) environment: &'a dyn Environment,
}

impl Environment for SideEnvironment<'_> {
    fn raw(&self, name: &str) -> Option<OsString> {
        let (key, file) = match self.side {
            Side::From => ("BCHAN_FROM_API_KEY", "BCHAN_FROM_API_KEY_FILE"),
            Side::To => ("BCHAN_TO_API_KEY", "BCHAN_TO_API_KEY_FILE"),
        };
        match name {
            "BCHAN_API_KEY" => self.environment.raw(key),
            "BCHAN_API_KEY_FILE" => self.environment.raw(file),
            "BCHAN_SERVER" | "BCHAN_PROFILE" | "CREDENTIALS_DIRECTORY" => None,
            name => self.environment.raw(name),
        }
    }
}

impl Settings {
    /// Settings for the server that `text` means: a profile, or a server by its address. A key that
    /// is kept for a profile goes to no other server.
    pub(crate) fn of_side(
        options: &GlobalArgs,
        environment: &SideEnvironment<'_>,
        text: &str,
        key_file: Option<PathBuf>,
    ) -> Result<Self, SettingsError> {
        let config = Config::load(options, environment)?;
        let mut options = GlobalArgs {
            server: None,
            local: None,
            host: None,
            port: None,
            profile: None,
            api_key: None,
            api_key_file: key_file,
            ..options.clone()
        };
        let profile = config.profile_for(text);
        let has_profile = profile.is_some();
        if let Some(name) = profile {
            options.profile = Some(name);
        } else {
            options.server = Some(text.to_owned());
        }
        let mut settings = Self::resolve(&options, environment)?;
        if let ServerChoice::Local(_) = settings.server.value {
            let text = text.to_owned();
            return Err(SettingsError::Inside { text });
        }
        if !has_profile {
            settings.key = KeySources {
                file: None,
                command: None,
                beside: None,
                python: false,
                ..settings.key
            };
        }
        Ok(settings)
    }
}

impl Config {
    /// The profile of this name, or the one of the server with this address.
    fn profile_for(&self, text: &str) -> Option<String> {
        let profiles = &self.file.profiles;
        if profiles.contains_key(text) {
            return Some(text.to_owned());
        }
        let url = url::url(text, None).ok()?;
        let mut same = profiles.iter().filter(|(_, profile)| {
            let other = profile.server.as_deref();
            other.is_some_and(|other| url::url(other, None).is_ok_and(|other| other == url))
        });
        same.next().map(|(name, _)| name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Fake;

    const CONFIG: &str = "[profiles.default]
server = \"http://default:1\"
api_key_file = \"/default-key\"
[profiles.old]
server = \"http://old:2\"
api_key_file = \"/old-key\"
";

    #[test]
    fn each_side_has_its_own_server_and_key() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        std::fs::write(&path, CONFIG).unwrap();
        let environment = Fake::default()
            .with("HOME", home.path())
            .with("BCHAN_SERVER", "http://elsewhere:9")
            .with("BCHAN_API_KEY", "bakch-elsewhere")
            .with("BCHAN_TO_API_KEY", "bakch-to");
        let options = GlobalArgs {
            config: Some(path),
            server: Some("http://elsewhere:8".into()),
            ..GlobalArgs::default()
        };
        let resolve = |side, text: &str| {
            let environment = SideEnvironment {
                side,
                environment: &environment,
            };
            let key = environment.text("BCHAN_API_KEY").unwrap();
            let settings = Settings::of_side(&options, &environment, text, None);
            settings.map(|settings| (settings.server.value.to_string(), settings.key.file, key))
        };
        let by_name = resolve(Side::From, "old").unwrap();
        assert_eq!(by_name.0, "http://old:2");
        assert_eq!(by_name.1, Some("/old-key".into()));
        assert_eq!(by_name.2, None);
        assert_eq!(resolve(Side::From, "http://old:2/").unwrap().1, by_name.1);
        // No key of the default profile for a server that is not its own.
        let by_url = resolve(Side::To, "new:3").unwrap();
        assert_eq!(by_url.0, "http://new:3");
        assert_eq!(by_url.1, None);
        assert_eq!(by_url.2.as_deref(), Some("bakch-to"));
        let inside = resolve(Side::To, "local:/x");
        assert!(matches!(inside, Err(SettingsError::Inside { .. })));
    }
}
