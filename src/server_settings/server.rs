//! The settings as the server takes them.

use bchan_server::{Auth, Config, JobIntervals, Share, TlsFiles};
use tracing_subscriber::filter::LevelFilter;

use super::given::GivenSettings;
use super::options::{LogLevel, ServerSettings, ShareMode};
use super::storage::StorageArgs;
use crate::config::{Environment, data_dir};
use crate::error::{CommandError, Kind};

/// All settings of a server.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    /// The log level, if it was set.
    pub(crate) level: Option<LevelFilter>,
}

impl GivenSettings {
    /// Adds the environment, the configuration file and the defaults.
    pub(crate) fn resolve(&self, environment: &dyn Environment) -> Result<Settings, CommandError> {
        self.combine(environment)?.with_defaults(environment)
    }
}

impl ServerSettings {
    fn with_defaults(self, environment: &dyn Environment) -> Result<Settings, CommandError> {
        let storage = self.storage;
        let data = storage.data.map_or_else(|| data_dir(environment), Ok)?;
        let default = Config::new(data);
        let mut unpack = default.unpack;
        unpack.max_bytes = self.max_unpacked.map(|size| size.0);
        unpack.max_entries = self.max_entries.unwrap_or(unpack.max_entries);
        unpack.max_ratio = self.max_ratio.map_or(unpack.max_ratio, Into::into);
        let tls = match (self.tls_cert, self.tls_key) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (None, None) => None,
            (Some(_), None) => return Err(broken("there is a certificate but no `tls-key`")),
            (None, Some(_)) => return Err(broken("there is a private key but no `tls-cert`")),
        };
        let intervals = self
            .job_interval
            .into_iter()
            .map(|one| (one.job, one.interval));
        let config = Config {
            listen: self.listen.unwrap_or(default.listen),
            tls,
            max_connections: self
                .max_connections
                .map_or(default.max_connections, Into::into),
            storage_roots: storage.storage_roots,
            recycle_bin: storage.recycle_bin,
            auth: match self.no_auth {
                Some(true) => Auth::None,
                _ => default.auth,
            },
            allowed_hosts: self.allowed_hosts,
            open_monitoring: self.open_monitoring.unwrap_or(default.open_monitoring),
            unpack,
            preserve_owner: self.preserve_owner.unwrap_or(default.preserve_owner),
            share: self.share.map_or(default.share, ShareMode::share),
            reserve: self.reserve.unwrap_or(default.reserve),
            intervals: JobIntervals::new(intervals),
            grace: self.grace.unwrap_or(default.grace),
            ..default
        };
        let level = self.log_level.map(LogLevel::filter);
        Ok(Settings { config, level })
    }
}

impl StorageArgs {
    /// Adds the environment, the configuration file and the defaults.
    pub(crate) fn resolve(self, environment: &dyn Environment) -> Result<Config, CommandError> {
        let settings = GivenSettings::from(self).resolve(environment)?;
        Ok(settings.config)
    }

    /// The folders that a configuration file names.
    #[cfg(feature = "import-mariadb")]
    pub(crate) fn from_file(path: &std::path::Path) -> Result<Self, CommandError> {
        Ok(ServerSettings::from_file(path)?.storage)
    }
}

impl ShareMode {
    fn share(self) -> Share {
        match self {
            Self::Auto => Share::Auto,
            Self::Reflink => Share::Reflink,
            Self::Hardlink => Share::Hardlink,
            Self::Copy => Share::Copy,
        }
    }
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

fn broken(message: &str) -> CommandError {
    CommandError::new(Kind::Configuration, message)
}
