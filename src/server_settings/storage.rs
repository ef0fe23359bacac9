//! Options for the folders of a server, shared by `bchan serve` and the commands that administer
//! its data folder.

use std::path::PathBuf;

use clap::Args;

/// Options for the folders of the server. They override the environment and the configuration file.
#[derive(Args, Clone, Debug, Default)]
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
