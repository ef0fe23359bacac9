//! Which server a command talks to.

use std::path::PathBuf;

use super::python::PythonConfig;
use super::url::url;
use super::{Environment, Origin, SettingsError, Sourced, data_dir};
use crate::global_args::GlobalArgs;

/// Where a server listens unless told otherwise.
const DEFAULT_HOST: &str = "127.0.0.1";
/// The variable that names the server.
const VARIABLE: &str = "BCHAN_SERVER";

/// Prefix of a value that selects an embedded server.
const LOCAL: &str = "local:";

/// A server to talk to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ServerChoice {
    /// One at this URL.
    Remote(String),
    /// One inside this program, over this data folder.
    Local(PathBuf),
}

impl ServerChoice {
    /// The server, by options, the environment, the profile's wish, the Python client's
    /// configuration, and the default.
    pub(super) fn resolve(
        options: &GlobalArgs,
        environment: &dyn Environment,
        profile: Option<&str>,
        python: Option<&PythonConfig>,
    ) -> Result<Sourced<Self>, SettingsError> {
        let given = [
            ("--server", options.server.is_some()),
            ("--local", options.local.is_some()),
            ("--host", options.host.is_some()),
            ("--port", options.port.is_some()),
        ];
        let given: Vec<_> = given
            .iter()
            .filter(|(_, is)| *is)
            .map(|(name, _)| *name)
            .collect();
        if let [first, second, ..] = given[..]
            && (first, second) != ("--host", "--port")
        {
            return Err(SettingsError::Conflict { first, second });
        }

        if let Some(local) = &options.local {
            let server = Self::local(local.clone(), environment)?;
            return Ok(Origin::Option.of(server));
        }
        if options.host.is_some() || options.port.is_some() {
            let host = options
                .host
                .as_deref()
                .or(python.map(|python| &*python.host));
            let port = options.port.or(python.map(|python| python.port));
            let server = url(host.unwrap_or(DEFAULT_HOST), port)?;
            return Ok(Origin::Option.of(Self::Remote(server)));
        }
        if let Some(text) = &options.server {
            return Ok(Origin::Option.of(Self::parse(text, environment)?));
        }
        if let Some(text) = environment.text(VARIABLE)? {
            return Ok(Origin::Environment(VARIABLE).of(Self::parse(&text, environment)?));
        }
        if let Some(text) = profile {
            return Ok(Origin::Profile.of(Self::parse(text, environment)?));
        }
        if let Some(python) = python {
            let server = url(&python.host, Some(python.port))?;
            return Ok(Origin::Python.of(Self::Remote(server)));
        }
        Ok(Origin::Default.of(Self::Remote(url(DEFAULT_HOST, None)?)))
    }

    /// The server that the command line names, if it names one; `host` and `port` stand for the
    /// options of the same names.
    pub(crate) fn given(
        options: &GlobalArgs,
        host: Option<&str>,
        port: Option<u16>,
        environment: &dyn Environment,
    ) -> Result<Option<Self>, SettingsError> {
        let mut options = options.clone();
        options.host = host.map(str::to_owned).or(options.host);
        options.port = port.or(options.port);
        let server = Self::resolve(&options, environment, None, None)?;
        Ok((server.origin != Origin::Default).then_some(server.value))
    }

    /// Parses a server as users write it.
    pub(crate) fn parse(text: &str, environment: &dyn Environment) -> Result<Self, SettingsError> {
        match text.strip_prefix(LOCAL) {
            Some("") => Self::local(None, environment),
            Some(dir) => Self::local(Some(dir.into()), environment),
            None => url(text, None).map(Self::Remote),
        }
    }

    fn local(dir: Option<PathBuf>, environment: &dyn Environment) -> Result<Self, SettingsError> {
        dir.map_or_else(|| data_dir(environment), Ok)
            .map(Self::Local)
    }
}

impl std::fmt::Display for ServerChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Remote(url) => f.write_str(url),
            Self::Local(data) => write!(f, "{LOCAL}{}", data.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Fake;

    fn options(server: Option<&str>, host: Option<&str>, port: Option<u16>) -> GlobalArgs {
        GlobalArgs {
            server: server.map(str::to_owned),
            host: host.map(str::to_owned),
            port,
            ..GlobalArgs::default()
        }
    }

    fn resolve(options: &GlobalArgs, environment: &Fake) -> Result<ServerChoice, SettingsError> {
        let sourced = ServerChoice::resolve(options, environment, None, None)?;
        Ok(sourced.value)
    }

    fn remote(options: &GlobalArgs, environment: &Fake) -> String {
        match resolve(options, environment).unwrap() {
            ServerChoice::Remote(url) => url,
            ServerChoice::Local(dir) => panic!("local: {}", dir.display()),
        }
    }

    #[test]
    fn an_option_beats_the_environment_beats_the_default() {
        let none = Fake::default();
        let environment = Fake::default().with("BCHAN_SERVER", "http://env:1");
        assert_eq!(
            remote(&options(None, None, None), &none),
            "http://127.0.0.1:5050"
        );
        assert_eq!(
            remote(&options(None, None, None), &environment),
            "http://env:1"
        );
        assert_eq!(
            remote(&options(Some("http://o:2"), None, None), &environment),
            "http://o:2"
        );
        assert_eq!(
            remote(&options(None, None, Some(3)), &environment),
            "http://127.0.0.1:3"
        );
    }

    #[test]
    fn files_come_after_the_environment() {
        let python = PythonConfig {
            host: "https://py".into(),
            port: 7,
        };
        let with = |options: &GlobalArgs, environment: &Fake, profile| {
            let found = ServerChoice::resolve(options, environment, profile, Some(&python));
            let found = found.unwrap();
            (found.value.to_string(), found.origin)
        };
        let none = options(None, None, None);
        let nothing = Fake::default();
        let environment = Fake::default().with("BCHAN_SERVER", "http://env:1");
        let profile = Some("http://profile:2");
        let expected = ("http://env:1".into(), Origin::Environment("BCHAN_SERVER"));
        assert_eq!(with(&none, &environment, profile), expected);
        let expected = ("http://profile:2".into(), Origin::Profile);
        assert_eq!(with(&none, &nothing, profile), expected);
        let expected = ("https://py:7".into(), Origin::Python);
        assert_eq!(with(&none, &nothing, None), expected);
        // The Python client's own options replace half of its configuration.
        let other_host = options(None, Some("other"), None);
        let expected = ("http://other:7".into(), Origin::Option);
        assert_eq!(with(&other_host, &nothing, None), expected);
    }

    #[test]
    fn completes_what_is_left_out() {
        for (text, port, expected) in [
            ("example.org", None, "http://example.org:5050"),
            ("example.org:80", None, "http://example.org:80"),
            ("https://example.org", None, "https://example.org"),
            ("https://example.org/bc/", None, "https://example.org/bc"),
            ("http://example.org", Some(5000), "http://example.org:5000"),
            ("::1", None, "http://[::1]:5050"),
            ("[::1]:7", None, "http://[::1]:7"),
        ] {
            assert_eq!(url(text, port).unwrap(), expected, "{text}");
        }
        for text in ["", "ftp://x", "http://", "a b", "x\ny"] {
            assert!(url(text, None).is_err(), "{text:?}");
        }
    }

    #[test]
    fn local_takes_a_folder_or_the_default() {
        let environment = Fake::default().with("HOME", "/h");
        let resolve = |options| resolve(&options, &environment).unwrap();
        let default = ServerChoice::Local("/h/.local/share/bchan".into());
        assert_eq!(resolve(options(Some("local:"), None, None)), default);
        let local = GlobalArgs {
            local: Some(None),
            ..GlobalArgs::default()
        };
        assert_eq!(resolve(local), default);
        let here = ServerChoice::Local("/d".into());
        assert_eq!(resolve(options(Some("local:/d"), None, None)), here);
    }

    #[test]
    fn two_servers_are_one_too_many() {
        let both = GlobalArgs {
            local: Some(None),
            ..options(Some("x"), None, None)
        };
        let error = resolve(&both, &Fake::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "--server and --local cannot be used together"
        );
        let three = options(Some("x"), Some("h"), Some(1));
        assert!(resolve(&three, &Fake::default()).is_err());
        assert!(resolve(&options(None, Some("h"), Some(1)), &Fake::default()).is_ok());
    }
}
