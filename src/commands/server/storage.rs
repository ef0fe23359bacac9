//! Where a server keeps its things: the options that `bchan serve` and the commands that look after
//! its data folder share.

use std::path::PathBuf;

use clap::Args;

#[cfg(feature = "server")]
use crate::config::{DATA_VARIABLE, Environment, data_dir};

/// Options for the folders of the server. They override the environment and the configuration file.
#[derive(Args, Clone, Debug)]
pub(crate) struct StorageArgs {
    /// Folder of the database, the keys and, by default, the backups [env: BCHAN_DATA] [default:
    /// $XDG_DATA_HOME/bchan or ~/.local/share/bchan]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,

    /// Folder that targets may be below; may be repeated [env: BCHAN_STORAGE_ROOT] [default:
    /// storage in the data folder]
    ///
    /// Separate several with colons in the variable.
    #[arg(long = "storage-root", value_name = "DIR")]
    pub(crate) storage_roots: Vec<PathBuf>,

    /// Folder of recycled backups [env: BCHAN_RECYCLE_BIN] [default: recycle-bin in the data folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) recycle_bin: Option<PathBuf>,

    /// Configuration file of the server, in TOML [env: BCHAN_SERVER_CONFIG]
    ///
    /// It may have every option of `bchan serve` under the option's name, with `storage-roots`,
    /// `allowed-hosts` and `job-intervals` for options that may be repeated. Relative paths are
    /// relative to the file. Unknown settings are errors.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[cfg(feature = "server")]
impl StorageArgs {
    /// The settings that these are, and the file that the others are taken from.
    pub(crate) fn resolve(
        self,
        environment: &dyn Environment,
    ) -> Result<(bchan_server::Config, bchan_server::ConfigFile), crate::error::CommandError> {
        use bchan_server::{Config, ConfigFile};

        let path = |option: Option<PathBuf>, variable| {
            option.or_else(|| environment.var(variable).map(PathBuf::from))
        };
        let file = path(self.config, "BCHAN_SERVER_CONFIG");
        let file = file.as_deref().map(ConfigFile::load).transpose()?;
        let file = file.unwrap_or_default();
        let data = path(self.data, DATA_VARIABLE).or_else(|| file.data.clone());
        let mut config = Config::new(data.map_or_else(|| data_dir(environment), Ok)?);
        config.storage_roots = match environment.var("BCHAN_STORAGE_ROOT") {
            _ if !self.storage_roots.is_empty() => self.storage_roots,
            Some(roots) => std::env::split_paths(&roots).collect(),
            None => file.storage_roots.clone(),
        };
        config.recycle_bin = path(self.recycle_bin, "BCHAN_RECYCLE_BIN");
        config.recycle_bin = config.recycle_bin.or_else(|| file.recycle_bin.clone());
        Ok((config, file))
    }
}
