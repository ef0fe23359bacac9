//! Where a server keeps its things: the options that `bchan serve` and the commands that look after
//! its data folder share.

use std::path::PathBuf;

use clap::Args;

/// Options that say where things lie. They beat the configuration file.
#[derive(Args, Debug)]
pub(crate) struct StorageArgs {
    /// Folder of the database, the key and, unless told otherwise, the backups
    /// [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,

    /// Folder under which targets may lie; may be given several times
    /// [default: storage in the data folder]
    #[arg(long = "storage-root", value_name = "DIR")]
    pub(crate) storage_roots: Vec<PathBuf>,

    /// Folder of recycled backups [default: recycle-bin in the data folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) recycle_bin: Option<PathBuf>,

    /// Configuration file in TOML: listen, storage-roots, recycle-bin, reserve, preserve-owner,
    /// no-auth
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[cfg(feature = "server")]
impl StorageArgs {
    /// The settings that these are, and the file that the others are taken from.
    pub(crate) fn resolve(
        self,
    ) -> Result<(bchan_server::Config, bchan_server::ConfigFile), crate::error::CommandError> {
        use bchan_server::{Config, ConfigFile};

        let file = self.config.as_deref().map(ConfigFile::load).transpose()?;
        let file = file.unwrap_or_default();
        let mut config = Config::new(super::data_folder(self.data)?);
        config.storage_roots = if self.storage_roots.is_empty() {
            file.storage_roots.clone()
        } else {
            self.storage_roots
        };
        config.recycle_bin = self.recycle_bin.or_else(|| file.recycle_bin.clone());
        Ok((config, file))
    }
}
