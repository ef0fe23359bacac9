//! Combining options, environment and configuration file.
//!
//! Every source becomes options of `bchan serve`: the variable of an option is `BCHAN_` and its
//! name, and the keys of the file are in [`super::file`]. So each setting has one parser.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

use clap::{Args as _, Command};

use super::file::{self, Values};
use super::given::GivenSettings;
use super::options::ServerSettings;
use super::parse::parse;
use super::storage::StorageArgs;
use crate::config::Environment;
use crate::error::{CommandError, Kind};

/// The option whose values add up over all sources.
const ADDED_UP: &str = "job-interval";

impl GivenSettings {
    /// All settings: options override the environment, which overrides the file.
    pub(super) fn combine(
        &self,
        environment: &dyn Environment,
    ) -> Result<ServerSettings, CommandError> {
        let command = command();
        let of = |long: &str| {
            let values = self.0.iter().filter(|(name, _)| name == long);
            values.map(|(_, value)| value.clone()).collect::<Vec<_>>()
        };
        let path = of("config")
            .pop()
            .or_else(|| environment.var("BCHAN_SERVER_CONFIG"));
        let mut in_file = match path {
            Some(path) => file::read(Path::new(&path), &command)?,
            None => Values::new(),
        };
        let mut words = Vec::new();
        for long in command.get_arguments().filter_map(clap::Arg::get_long) {
            let options = of(long);
            let from_file = in_file.remove(long).unwrap_or_default();
            let values = if long == ADDED_UP {
                [from_file, variable(long, environment, &command)?, options].concat()
            } else if !options.is_empty() {
                options
            } else {
                let values = variable(long, environment, &command)?;
                if values.is_empty() { from_file } else { values }
            };
            words.extend(values.into_iter().map(|value| (long.to_owned(), value)));
        }
        parse(&command, &words).map_err(|reason| CommandError::new(Kind::Configuration, reason))
    }
}

#[cfg(feature = "import-mariadb")]
impl ServerSettings {
    /// The settings of a file alone.
    pub(super) fn from_file(path: &Path) -> Result<Self, CommandError> {
        let command = command();
        let values = file::read(path, &command)?.into_iter();
        let each = values
            .flat_map(|(long, values)| values.into_iter().map(move |value| (long.clone(), value)));
        let words: Vec<_> = each.collect();
        parse(&command, &words).map_err(|reason| CommandError::new(Kind::Configuration, reason))
    }
}

impl From<StorageArgs> for GivenSettings {
    fn from(args: StorageArgs) -> Self {
        let one = |long: &str, path: Option<_>| path.map(|path| (long.to_owned(), path));
        let roots = args.storage_roots.into_iter();
        let given = roots.map(|root| ("storage-root".to_owned(), root));
        let given = given
            .chain(one("data", args.data))
            .chain(one("recycle-bin", args.recycle_bin))
            .chain(one("config", args.config));
        Self(given.map(|(long, path)| (long, path.into())).collect())
    }
}

fn command() -> Command {
    ServerSettings::augment_args(Command::new("serve").no_binary_name(true))
}

/// The values of an option's variable, each checked.
fn variable(
    long: &str,
    environment: &dyn Environment,
    command: &Command,
) -> Result<Vec<OsString>, CommandError> {
    let name = format!("BCHAN_{}", long.to_uppercase().replace('-', "_"));
    let Some(text) = environment.var(&name).filter(|_| long != "config") else {
        return Ok(Vec::new());
    };
    let values: Vec<OsString> = match long {
        "storage-root" => std::env::split_paths(&text).map(Into::into).collect(),
        "allowed-host" | ADDED_UP => {
            let each = text.as_bytes().split(|byte| *byte == b',');
            each.map(|value| OsString::from_vec(value.trim_ascii().to_vec()))
                .collect()
        }
        _ => vec![text],
    };
    for value in &values {
        let one = [(long.to_owned(), value.clone())];
        parse(command, &one).map_err(|reason| {
            let value = value.display().to_string();
            let value = value.escape_debug();
            let message = format!("{name} is `{value}`, which cannot be used: {reason}");
            CommandError::new(Kind::Configuration, message)
        })?;
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::time::Duration;

    use bchan_server::Auth;
    use clap::Parser;

    use super::super::server::Settings;
    use super::*;
    use crate::config::Fake;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: GivenSettings,
    }

    fn settings(words: &[&str], environment: Fake) -> Result<Settings, CommandError> {
        let environment = environment.with("HOME", "/h");
        let words = std::iter::once("serve").chain(words.iter().copied());
        Line::try_parse_from(words)
            .unwrap()
            .args
            .resolve(&environment)
    }

    /// A line for each setting of a server.
    fn list(settings: &Settings) -> Vec<String> {
        let Settings { config, level } = settings;
        let mut lines: Vec<_> = format!("{config:#?}").lines().map(str::to_owned).collect();
        lines.push(format!("{level:?}"));
        lines
    }

    /// Every option, with a value for the option, one for the variable and one for the file.
    const ALL: [(&str, [&str; 3]); 19] = [
        ("data", ["/d1", "/d2", "/d3"]),
        ("storage-root", ["/s1", "/s2", "/s3"]),
        ("recycle-bin", ["/r1", "/r2", "/r3"]),
        ("listen", ["[::1]:1", "[::1]:2", "[::1]:3"]),
        ("tls-cert", ["/c1", "/c2", "/c3"]),
        ("tls-key", ["/k1", "/k2", "/k3"]),
        ("max-connections", ["1", "2", "3"]),
        ("reserve", ["1%", "2%", "3%"]),
        ("max-unpacked", ["1KiB", "2KiB", "3KiB"]),
        ("max-entries", ["1", "2", "3"]),
        ("max-ratio", ["1", "2", "3"]),
        ("grace", ["1s", "2s", "3s"]),
        (
            "job-interval",
            ["recycle_job=1m", "recycle_job=2m", "recycle_job=3m"],
        ),
        ("log-level", ["error", "warn", "debug"]),
        ("share", ["copy", "reflink", "auto"]),
        ("no-auth", ["false", "true", "false"]),
        ("allowed-host", ["a.example", "b.example", "c.example"]),
        ("open-monitoring", ["true", "false", "true"]),
        ("preserve-owner", ["true", "false", "true"]),
    ];

    fn option(name: &str, value: &str) -> String {
        format!("--{name}={value}")
    }

    fn variable(name: &str) -> &'static str {
        format!("BCHAN_{}", name.to_uppercase().replace('-', "_")).leak()
    }

    fn line(name: &str, value: &str) -> String {
        match name {
            "storage-root" | "allowed-host" => format!("{name}s = [\"{value}\"]"),
            "job-interval" => {
                let (job, time) = value.split_once('=').unwrap();
                format!("job-intervals = {{ {job} = \"{time}\" }}")
            }
            _ if value.parse::<u64>().is_ok() || value.parse::<bool>().is_ok() => {
                format!("{name} = {value}")
            }
            _ => format!("{name} = \"{value}\""),
        }
    }

    #[test]
    fn options_beat_the_environment_beats_the_file_for_every_setting() {
        let command = <Line as clap::CommandFactory>::command();
        let options = command.get_arguments().filter_map(|arg| arg.get_long());
        let mut options: Vec<_> = options.filter(|name| *name != "config").collect();
        let mut all: Vec<_> = ALL.iter().map(|(name, _)| *name).collect();
        options.sort_unstable();
        all.sort_unstable();
        assert_eq!(options, all, "every option is tried here");

        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("server.toml");
        let file: Vec<_> = ALL
            .iter()
            .map(|(name, values)| line(name, values[2]))
            .collect();
        fs::write(&path, file.join("\n")).unwrap();
        let config = format!("--config={}", path.display());
        let words = |upto: usize| {
            let some = ALL[..upto]
                .iter()
                .map(|(name, values)| option(name, values[0]));
            some.chain([config.clone()]).collect::<Vec<_>>()
        };
        let fake = |upto: usize| {
            let some = ALL[..upto].iter();
            some.fold(Fake::default(), |fake, (name, values)| {
                fake.with(variable(name), values[1])
            })
        };
        let of = |options: usize, variables: usize| {
            let words = words(options);
            let words: Vec<_> = words.iter().map(String::as_str).collect();
            list(&settings(&words, fake(variables)).unwrap())
        };
        let full = ALL.len();
        // One more variable, or one more option, changes something each time, and nothing that a
        // variable says matters where there is an option.
        for (n, (name, _)) in ALL.iter().enumerate() {
            assert_ne!(of(0, n), of(0, n + 1), "{name}: variable beats file");
            assert_ne!(
                of(n, full),
                of(n + 1, full),
                "{name}: option beats variable"
            );
        }
        assert_eq!(of(full, 0), of(full, full));
        assert_ne!(of(0, 0), list(&settings(&[], Fake::default()).unwrap()));
    }

    #[test]
    fn defaults_and_the_variable_of_the_file() {
        let default = settings(&[], Fake::default()).unwrap();
        assert_eq!(default.config.listen, bchan_server::DEFAULT_LISTEN);
        assert_eq!(default.config.data, PathBuf::from("/h/.local/share/bchan"));
        assert_eq!(default.config.grace, bchan_server::DEFAULT_GRACE);
        assert!(matches!(default.config.auth, Auth::KeyFile) && default.level.is_none());

        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("server.toml");
        fs::write(&path, "grace = 7\ndata = \"d\"\n").unwrap();
        let named = Fake::default().with("BCHAN_SERVER_CONFIG", &path);
        let named = settings(&[], named).unwrap().config;
        assert_eq!(named.grace, Duration::from_secs(7));
        assert_eq!(named.data, temp.path().join("d"));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (name, text) in [
            ("BCHAN_LISTEN", "here"),
            ("BCHAN_GRACE", "soon"),
            ("BCHAN_LOG_LEVEL", "chatty"),
            ("BCHAN_NO_AUTH", "maybe"),
            ("BCHAN_JOB_INTERVAL", "nap_job=5"),
            ("BCHAN_MAX_CONNECTIONS", "0"),
        ] {
            let error = settings(&[], Fake::default().with(name, text)).unwrap_err();
            assert_eq!(error.kind, Kind::Configuration, "{name}");
            let message = error.message();
            assert!(
                message.contains(name) && message.contains(text),
                "{message}"
            );
        }
        for words in [
            ["serve", "--grace", "soon"],
            ["serve", "--job-interval", "nap_job=5"],
        ] {
            assert!(Line::try_parse_from(words).is_err(), "{words:?}");
        }
        for (words, missing) in [
            (["--tls-cert", "x"], "`tls-key`"),
            (["--tls-key", "x"], "`tls-cert`"),
        ] {
            let error = settings(&words, Fake::default()).unwrap_err();
            assert!(error.message().contains(missing), "{}", error.message());
        }
        // An empty variable says nothing.
        assert!(settings(&[], Fake::default().with("BCHAN_GRACE", "")).is_ok());
    }

    #[test]
    fn faults_in_the_file_are_reported_with_their_line() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("server.toml");
        for (text, line, word) in [
            ("lisen = \"x\"\n", 1, "lisen"),
            ("config = \"x\"\n", 1, "config"),
            (
                "grace = \"5s\"\nlog-level = \"chatty\"\n",
                2,
                "error, warn, info",
            ),
            ("\n\ngrace = \"soon\"\n", 3, "soon"),
            (
                "[job-intervals]\nrecycle_job = 60\nnap_job = 60\n",
                3,
                "nap_job",
            ),
            ("[job-intervals]\nrecycle_job = 0\n", 2, "one second"),
            ("max-connections = 0\n", 1, "at least 1"),
            ("storage-roots = \"/a\"\n", 1, "a list"),
            ("grace = [1]\n", 1, "a text"),
            ("grace = 1.5\n", 1, "a text"),
            ("grace = \n", 1, "TOML"),
        ] {
            fs::write(&path, text).unwrap();
            let fake = Fake::default().with("BCHAN_SERVER_CONFIG", &path);
            let error = settings(&[], fake).unwrap_err();
            assert_eq!(error.kind, Kind::Configuration, "{text}");
            let message = error.message();
            let line = format!("line {line}");
            assert!(
                message.contains(word) && message.contains(&line),
                "{message}"
            );
        }
    }

    #[test]
    fn every_setting_is_in_the_sample_file() {
        let sample = include_str!("../../packaging/server.toml");
        let keys = sample.lines().filter_map(|line| line.strip_prefix('#'));
        let enabled: Vec<_> = keys
            .filter(|line| line.starts_with('[') || line.contains(" = "))
            .filter(|line| !line.starts_with(' '))
            .collect();
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("server.toml");
        fs::write(&path, enabled.join("\n")).unwrap();
        let values = file::read(&path, &command()).unwrap();
        let command = command();
        let options = command.get_arguments().filter_map(clap::Arg::get_long);
        for option in options.filter(|option| *option != "config") {
            assert!(values.contains_key(option), "{option} is missing");
        }
    }
}
