//! The settings of a server, from options, environment and configuration file.

use std::fmt::Display;
use std::num::NonZeroUsize;
use std::str::FromStr;

use bchan_server::{Auth, Config, JobIntervals, Period, Reserve, TlsFiles};
use bytesize::ByteSize;
use clap::ValueEnum as _;
use tracing_subscriber::filter::LevelFilter;

use super::{LogLevel, ServeArgs};
use crate::config::Environment;
use crate::error::{CommandError, Kind};

/// All settings of a server.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) config: Config,
    /// How much is logged, if anybody has said.
    pub(super) level: Option<LevelFilter>,
}

impl ServeArgs {
    pub(super) fn settings(&self, environment: &dyn Environment) -> Result<Settings, CommandError> {
        let args = self.clone();
        let given = Given(environment);
        let (mut config, file) = args.storage.resolve(environment)?;
        let listen = given.setting(args.listen, "BCHAN_LISTEN")?.or(file.listen);
        config.listen = listen.unwrap_or(config.listen);
        let reserve: Option<Reserve> = given.text(args.reserve.as_deref(), "BCHAN_RESERVE")?;
        config.reserve = reserve.or(file.reserve).unwrap_or(config.reserve);
        let unpack = &mut config.unpack;
        let bytes = given.setting(args.max_unpacked, "BCHAN_MAX_UNPACKED")?;
        unpack.max_bytes = bytes
            .or(file.max_unpacked)
            .map(|size: ByteSize| size.as_u64());
        let entries = given.setting(args.max_entries, "BCHAN_MAX_ENTRIES")?;
        unpack.max_entries = entries.or(file.max_entries).unwrap_or(unpack.max_entries);
        let ratio = given.setting(args.max_ratio, "BCHAN_MAX_RATIO")?;
        unpack.max_ratio = ratio.or(file.max_ratio).unwrap_or(unpack.max_ratio);
        if unpack.max_ratio == 0 {
            return Err(broken("max-ratio must be 1 at least"));
        }
        let owner = given.setting(args.preserve_owner, "BCHAN_PRESERVE_OWNER")?;
        config.preserve_owner = owner.or(file.preserve_owner).unwrap_or(false);
        let cert = given.setting(args.tls_cert, "BCHAN_TLS_CERT")?;
        let key = given.setting(args.tls_key, "BCHAN_TLS_KEY")?;
        config.tls = match (cert.or(file.tls_cert), key.or(file.tls_key)) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (None, None) => None,
            (Some(_), None) => return Err(broken("there is a certificate but no `tls-key`")),
            (None, Some(_)) => return Err(broken("there is a private key but no `tls-cert`")),
        };
        let most = given.setting(args.max_connections, "BCHAN_MAX_CONNECTIONS")?;
        let most = most.or(file.max_connections).map(NonZeroUsize::get);
        config.max_connections = most.unwrap_or(config.max_connections);
        let no_auth = given.setting(args.no_auth, "BCHAN_NO_AUTH")?;
        if no_auth.or(file.no_auth).unwrap_or(false) {
            config.auth = Auth::None;
        }
        let hosts: Option<String> = given.variable("BCHAN_ALLOWED_HOST")?;
        config.allowed_hosts = match hosts {
            _ if !args.allowed_hosts.is_empty() => args.allowed_hosts,
            Some(hosts) => hosts
                .split(',')
                .map(|host| host.trim().to_owned())
                .collect(),
            None => file.allowed_hosts,
        };
        let open = given.setting(args.open_monitoring, "BCHAN_OPEN_MONITORING")?;
        config.open_monitoring = open.or(file.open_monitoring).unwrap_or(false);
        let grace: Option<Period> = given.text(args.grace.as_deref(), "BCHAN_GRACE")?;
        config.grace = grace.or(file.grace).map_or(config.grace, Into::into);
        let said = (!args.job_interval.is_empty()).then(|| args.job_interval.join(","));
        // Each of them says something of the jobs that it names, and nothing of the others.
        let said = parse_option::<JobIntervals>(said.as_deref())?.unwrap_or_default();
        let variable: Option<JobIntervals> = given.variable("BCHAN_JOB_INTERVAL")?;
        config.intervals = said.or(variable.unwrap_or_default()).or(file.job_intervals);
        let level = match given.level(args.log_level)? {
            Some(level) => Some(level),
            None => file.log_level.map(LogLevel::from),
        };
        let level = level.map(LogLevel::filter);
        Ok(Settings { config, level })
    }
}

/// Settings that the administrator gave outside the file.
struct Given<'a>(&'a dyn Environment);

impl Given<'_> {
    /// The option, or what the variable says.
    fn setting<T: FromStr<Err: Display>>(
        &self,
        option: Option<T>,
        variable: &'static str,
    ) -> Result<Option<T>, CommandError> {
        match option {
            Some(value) => Ok(Some(value)),
            None => self.variable(variable),
        }
    }

    /// The same where the option is a text.
    fn text<T: FromStr<Err: Display>>(
        &self,
        option: Option<&str>,
        variable: &'static str,
    ) -> Result<Option<T>, CommandError> {
        self.setting(parse_option(option)?, variable)
    }

    fn variable<T: FromStr<Err: Display>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, CommandError> {
        let Some(text) = self.0.text(name)? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|error| {
            let text = text.escape_debug();
            broken(format!("{name} is `{text}`, which cannot be used: {error}"))
        })
    }

    fn level(&self, option: Option<LogLevel>) -> Result<Option<LogLevel>, CommandError> {
        let name = "BCHAN_LOG_LEVEL";
        if option.is_some() {
            return Ok(option);
        }
        let Some(text) = self.0.text(name)? else {
            return Ok(None);
        };
        LogLevel::from_str(&text, true).map(Some).map_err(|_| {
            let error = broken(format!(
                "{name} is `{}`, which is no level",
                text.escape_debug()
            ));
            error.hint("levels are error, warn, info, debug and trace")
        })
    }
}

fn parse_option<T: FromStr<Err: Display>>(text: Option<&str>) -> Result<Option<T>, CommandError> {
    let parsed = text.map(|text| text.parse().map_err(|error: T::Err| error.to_string()));
    parsed.transpose().map_err(CommandError::usage)
}

fn broken(message: impl Into<String>) -> CommandError {
    CommandError::new(Kind::Configuration, message.into())
}

impl LogLevel {
    fn filter(self) -> LevelFilter {
        match self {
            Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
            Self::Trace => LevelFilter::TRACE,
        }
    }
}

impl From<bchan_server::LogLevel> for LogLevel {
    fn from(level: bchan_server::LogLevel) -> Self {
        match level {
            bchan_server::LogLevel::Error => Self::Error,
            bchan_server::LogLevel::Warn => Self::Warn,
            bchan_server::LogLevel::Info => Self::Info,
            bchan_server::LogLevel::Debug => Self::Debug,
            bchan_server::LogLevel::Trace => Self::Trace,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::time::Duration;

    use clap::Parser;

    use super::*;
    use crate::config::Fake;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: ServeArgs,
    }

    fn settings(words: &[&str], environment: Fake) -> Result<Settings, CommandError> {
        let environment = environment.with("HOME", "/h");
        let words = std::iter::once("serve").chain(words.iter().copied());
        Line::try_parse_from(words)
            .unwrap()
            .args
            .settings(&environment)
    }

    /// A line for each setting of a server.
    fn list(settings: &Settings) -> Vec<String> {
        let Settings { config, level } = settings;
        let mut lines: Vec<_> = format!("{config:#?}").lines().map(str::to_owned).collect();
        lines.push(format!("{level:?}"));
        lines
    }

    /// Every option, with a value for the option, one for the variable and one for the file.
    const ALL: [(&str, [&str; 3]); 18] = [
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
        for words in [["--grace", "soon"], ["--job-interval", "nap_job=5"]] {
            let error = settings(&words, Fake::default()).unwrap_err();
            assert_eq!(error.kind, Kind::Usage, "{words:?}");
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
}
