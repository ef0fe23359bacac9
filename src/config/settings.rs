//! The settings of one run, and the configuration file that they come from.

use std::path::{Path, PathBuf};

use bchan_agent::{Compress, Look};
use bchan_api::ApiKey;
use bchan_archive::Size;

use super::environment::Environment;
use super::error::SettingsError;
use super::file::{self, ConfigFile, Profile};
use super::origin::{Origin, Sourced};
use super::preset::{KnownPreset, Presets};
use super::server::ServerChoice;
use super::{paths, python};
use crate::global_args::GlobalArgs;

/// The default profile.
pub(crate) const DEFAULT_PROFILE: &str = "default";

const DEFAULT_RETRIES: u32 = 3;
const DEFAULT_TIMEOUT: u64 = 30;

/// Settings of one run. For each, an option beats the environment, which beats the profile, which
/// beats the default.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The configuration file.
    pub(crate) config: Config,
    /// The profile in use, if the file has it.
    pub(crate) profile: Option<String>,
    /// Which server to talk to.
    pub(crate) server: Sourced<ServerChoice>,
    /// Where to look for the key.
    pub(crate) key: KeySources,
    /// Certificates in PEM that alone are trusted.
    pub(crate) ca: Option<Sourced<PathBuf>>,
    /// How often to try again after a temporary failure.
    pub(crate) retries: Sourced<u32>,
    /// How many seconds the server may be silent.
    pub(crate) timeout: Sourced<u64>,
    /// Patterns of what no backup takes, before those of the run.
    pub(crate) exclude: Vec<String>,
    /// How archives are compressed, unless a run says otherwise.
    pub(crate) compression: Option<Compress>,
    /// True if every backup sends everything.
    pub(crate) full: bool,
    /// When a file counts as unchanged.
    pub(crate) look: Look,
    /// Percent of the last backup below which a backup counts as collapsed.
    pub(crate) shrink_threshold: Option<u8>,
    /// Where backups wait while the server is away.
    pub(crate) spool: Option<PathBuf>,
    /// Most bytes that wait there.
    pub(crate) spool_limit: Option<Size>,
}

/// A configuration file and what it says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    /// Where it is, or would be; none where there is no home.
    pub(crate) path: Option<PathBuf>,
    /// True if it exists.
    pub(crate) exists: bool,
    pub(crate) file: ConfigFile,
}

/// Where to look for the key, besides the environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySources {
    pub(crate) option: KeyOption,
    /// The profile's file.
    pub(crate) file: Option<PathBuf>,
    /// The profile's program and its arguments.
    pub(crate) command: Option<Vec<String>>,
    /// The server, by which the keyring knows the key.
    pub(crate) server: String,
    /// True if the Python client's key in the keyring is meant for this server, too.
    pub(crate) python: bool,
    /// The file beside the configuration.
    pub(crate) beside: Option<PathBuf>,
}

/// The key options of the command line.
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

impl Config {
    /// Reads the file that is named, or the one at the usual place if it is there.
    pub(crate) fn load(
        options: &GlobalArgs,
        environment: &dyn Environment,
    ) -> Result<Self, SettingsError> {
        let config = Self::load_if_there(options, environment)?;
        match &config.path {
            Some(path) if !config.exists && is_named(options, environment) => {
                Err(SettingsError::NoFile { path: path.clone() })
            }
            _ => Ok(config),
        }
    }

    /// Reads the same file, which may still have to be made.
    pub(crate) fn load_if_there(
        options: &GlobalArgs,
        environment: &dyn Environment,
    ) -> Result<Self, SettingsError> {
        let Some(path) = Self::place(options, environment) else {
            return Ok(Self::default());
        };
        let text = file::read(&path)?;
        Ok(Self {
            exists: text.is_some(),
            file: ConfigFile::parse(&path, text.as_deref().unwrap_or(""))?,
            path: Some(path),
        })
    }

    /// Where the file is, or would be.
    pub(crate) fn place(options: &GlobalArgs, environment: &dyn Environment) -> Option<PathBuf> {
        let named = options.config.clone();
        let named = named.or_else(|| environment.var("BCHAN_CONFIG").map(PathBuf::from));
        named.or_else(|| paths::config_file(environment))
    }

    /// All presets, as they are to be run. Those of the file come before the Python client's of the
    /// same name.
    pub(crate) fn presets(&self, environment: &dyn Environment) -> Result<Presets, SettingsError> {
        let folder = paths::python_dir(environment);
        let python = folder.as_deref().map(python::presets).transpose()?;
        let python = python.unwrap_or_default().into_iter();
        let mut presets: Presets = python
            .map(|(name, preset)| {
                (
                    name,
                    KnownPreset {
                        preset,
                        python: true,
                    },
                )
            })
            .collect();
        let folder = self.path.as_deref().and_then(Path::parent);
        for (name, preset) in &self.file.presets {
            let preset = preset
                .clone()
                .resolved(folder.unwrap_or(Path::new("")), environment);
            let known = KnownPreset {
                preset,
                python: false,
            };
            presets.insert(name.clone(), known);
        }
        Ok(presets)
    }

    /// The name of the profile that a run uses, whether there is such a profile or not.
    pub(crate) fn profile_name(
        &self,
        options: &GlobalArgs,
        environment: &dyn Environment,
    ) -> Result<String, SettingsError> {
        let named = named_profile(options, environment)?;
        let named = named.or_else(|| self.file.default_profile.clone());
        Ok(named.unwrap_or_else(|| DEFAULT_PROFILE.to_owned()))
    }

    /// The profile that a run uses, by its name.
    pub(super) fn profile(
        &self,
        options: &GlobalArgs,
        environment: &dyn Environment,
    ) -> Result<Option<(String, &Profile)>, SettingsError> {
        let named = named_profile(options, environment)?.is_some();
        let name = self.profile_name(options, environment)?;
        match self.file.profiles.get(&name) {
            Some(profile) => Ok(Some((name, profile))),
            None if named || self.file.default_profile.is_some() => Err(SettingsError::NoProfile {
                name,
                known: self.file.profiles.keys().cloned().collect(),
            }),
            None => Ok(None),
        }
    }

    /// A path in the file: below the home folder, or from the file's own folder.
    pub(super) fn path_in(&self, path: &Path, environment: &dyn Environment) -> PathBuf {
        let path = paths::expand(path, paths::home_dir(environment).as_deref());
        let folder = self.path.as_deref().and_then(Path::parent);
        folder.map_or_else(|| path.clone(), |folder| folder.join(&path))
    }
}

impl Settings {
    /// Puts the settings together.
    pub(crate) fn resolve(
        options: &GlobalArgs,
        environment: &dyn Environment,
    ) -> Result<Self, SettingsError> {
        let config = Config::load(options, environment)?;
        let found = config.profile(options, environment)?;
        let (name, profile) = found.map_or_else(Default::default, |(name, profile)| {
            (Some(name), profile.clone())
        });
        let python = match paths::python_dir(environment) {
            Some(folder) if !config.exists => python::config(&folder)?,
            _ => None,
        };
        let wish = profile.server.as_deref();
        let server = ServerChoice::resolve(options, environment, wish, python.as_ref())?;
        let key = KeySources {
            option: key_option(options)?,
            file: profile
                .api_key_file
                .map(|path| config.path_in(&path, environment)),
            command: profile.api_key_command,
            server: server.value.to_string(),
            // The Python client sends its one key to whatever --host names.
            python: server.origin == Origin::Python || options.host.is_some() && python.is_some(),
            beside: config
                .path
                .as_deref()
                .map(|path| key_file(path, name.as_deref())),
        };
        let profile_name = name;
        let variable = environment.var("BCHAN_CA_CERT").map(PathBuf::from);
        let ca = profile
            .ca_cert
            .map(|path| config.path_in(&path, environment));
        let spool = profile.spool;
        let spool = spool.map(|path| config.path_in(&path, environment));
        Ok(Self {
            config,
            profile: profile_name,
            server,
            key,
            ca: Sourced::first([
                (Origin::Option, options.ca_cert.clone()),
                (Origin::Environment("BCHAN_CA_CERT"), variable),
                (Origin::Profile, ca),
            ]),
            retries: Sourced::first([
                (Origin::Option, options.retries),
                (Origin::Profile, profile.retries),
            ])
            .unwrap_or(Origin::Default.of(DEFAULT_RETRIES)),
            timeout: Sourced::first([
                (Origin::Option, options.timeout),
                (Origin::Profile, profile.timeout),
            ])
            .unwrap_or(Origin::Default.of(DEFAULT_TIMEOUT)),
            exclude: profile.exclude,
            compression: profile.compression,
            full: profile.full,
            look: Look {
                reads_all: profile.checksum,
                ignores_ctime: profile.ignore_ctime,
                ignores_inode: profile.ignore_inode,
            },
            shrink_threshold: profile.shrink_threshold,
            spool,
            spool_limit: profile.spool_limit,
        })
    }
}

/// Returns true if the configuration file was named.
fn is_named(options: &GlobalArgs, environment: &dyn Environment) -> bool {
    options.config.is_some() || environment.var("BCHAN_CONFIG").is_some()
}

/// The profile that the command line or the environment names.
fn named_profile(
    options: &GlobalArgs,
    environment: &dyn Environment,
) -> Result<Option<String>, SettingsError> {
    match &options.profile {
        Some(name) => Ok(Some(name.clone())),
        None => environment.text("BCHAN_PROFILE"),
    }
}

/// The file beside the configuration that may hold the key of a profile.
fn key_file(config: &Path, profile: Option<&str>) -> PathBuf {
    let name = match profile {
        None | Some(DEFAULT_PROFILE) => "api-key".to_owned(),
        // A name may hold anything, and this is a name of a file.
        Some(name) => format!("api-key-{}", name.replace(['/', '\0'], "_")),
    };
    config.with_file_name(name)
}

fn key_option(options: &GlobalArgs) -> Result<KeyOption, SettingsError> {
    match (&options.api_key, &options.api_key_file) {
        (Some(_), Some(_)) => Err(SettingsError::Conflict {
            first: "--api-key",
            second: "--api-key-file",
        }),
        (Some(key), None) => {
            let key = key.parse();
            key.map(KeyOption::Key)
                .map_err(|source| SettingsError::Key { source })
        }
        (None, Some(path)) => Ok(KeyOption::File(path.clone())),
        (None, None) => Ok(KeyOption::Unsaid),
    }
}

#[cfg(test)]
mod tests {
    use super::super::environment::tests::Fake;
    use super::*;
    use crate::error::{CommandError, Kind};

    fn in_home(home: &std::path::Path) -> Fake {
        Fake::default().with("HOME", home)
    }

    fn write(home: &std::path::Path, path: &str, text: &str) -> PathBuf {
        let path = home.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    const CONFIG: &str = "default_profile = \"home\"
[profiles.home]
server = \"http://home:1\"
retries = 9
ca_cert = \"ca.pem\"
[profiles.work]
server = \"http://work:2\"
api_key_file = \"~/work-key\"
";

    #[test]
    fn a_profile_fills_what_is_not_said() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), ".config/bchan/config.toml", CONFIG);
        let environment = in_home(home.path());
        let options = GlobalArgs::default();
        let settings = Settings::resolve(&options, &environment).unwrap();
        assert_eq!(settings.server.value.to_string(), "http://home:1");
        assert_eq!(settings.retries.value, 9);
        assert_eq!(settings.timeout, Origin::Default.of(30));
        let beside = home.path().join(".config/bchan/ca.pem");
        assert_eq!(settings.ca, Some(Origin::Profile.of(beside)));

        let options = GlobalArgs {
            retries: Some(1),
            ..options
        };
        let environment = environment.with("BCHAN_PROFILE", "work");
        let settings = Settings::resolve(&options, &environment).unwrap();
        assert_eq!(settings.server.value.to_string(), "http://work:2");
        assert_eq!(settings.retries, Origin::Option.of(1));
        assert_eq!(settings.key.file, Some(home.path().join("work-key")));
    }

    #[test]
    fn what_is_named_must_be_there() {
        let home = tempfile::tempdir().unwrap();
        let named = write(home.path(), "named.toml", CONFIG);
        let options = |config: Option<&str>, profile: Option<&str>| GlobalArgs {
            config: config.map(|name| home.path().join(name)),
            profile: profile.map(str::to_owned),
            ..GlobalArgs::default()
        };
        let environment = in_home(home.path()).with("BCHAN_CONFIG", named);
        let resolve = |options| Settings::resolve(&options, &environment);
        assert!(resolve(options(None, Some("work"))).is_ok());
        let error = CommandError::from(resolve(options(None, Some("wrok"))).unwrap_err());
        assert!(error.hints[0].contains("`work`"), "{:?}", error.hints);
        let error = resolve(options(Some("missing.toml"), None)).unwrap_err();
        assert!(matches!(error, SettingsError::NoFile { .. }), "{error}");
    }

    #[test]
    fn the_python_configuration_counts_only_without_one_of_ours() {
        let home = tempfile::tempdir().unwrap();
        let python = "{\"host\": \"py\", \"port\": 5}";
        write(home.path(), ".config/backupchan/config.json", python);
        let environment = in_home(home.path());
        let resolve = || Settings::resolve(&GlobalArgs::default(), &environment).unwrap();
        let settings = resolve();
        assert_eq!(settings.server.value.to_string(), "http://py:5");
        assert!(settings.key.python);
        write(home.path(), ".config/bchan/config.toml", "");
        let settings = resolve();
        assert_eq!(settings.server.origin, Origin::Default);
        assert!(!settings.key.python);
    }

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
