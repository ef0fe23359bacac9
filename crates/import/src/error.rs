//! Errors of an import.

use std::io;
use std::path::PathBuf;

use bchan_catalog::StoreError;
use bchan_engine::Error;
use bchan_engine::start::data_folder::OpenError;
use bchan_server::KeyError;

/// See the variants. What is wrong with single targets and backups is no error but a finding.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A file of the other server cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        source: io::Error,
    },
    /// The other server's configuration cannot be understood.
    #[error("{} cannot be used: {what}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// Description of the fault, without the invalid value.
        what: String,
    },
    /// The database is not there.
    #[error("cannot reach the database at {address}")]
    Unreachable {
        /// Where it should be.
        address: String,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database does not let one in.
    #[error("the database at {address} refuses: {message}")]
    Refused {
        /// Where it is.
        address: String,
        message: String,
    },
    /// The database is not that of a Backup-chan server, or of another version.
    #[error("unsupported database: {what}")]
    Schema {
        /// How it differs.
        what: String,
    },
    /// The database failed otherwise.
    #[error("reading the database failed")]
    Database {
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is no such time zone, or that of this machine is unknown.
    #[error("{}", name.as_deref().map_or_else(
        || "the time zone of this machine is unknown".to_owned(),
        |name| format!("there is no time zone `{}`", name.escape_debug())
    ))]
    Zone {
        /// Its name, if one was given.
        name: Option<String>,
        source: jiff::Error,
    },
    /// Both servers would share a folder.
    #[error("{} is the folder of the other server", data.display())]
    SameFolder {
        /// The folder.
        data: PathBuf,
    },
    /// The configuration file cannot be changed.
    #[error("{} cannot be written: {what}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        what: String,
    },
    /// The data folder cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The key cannot be kept.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Anything else, on the disk or in the server's own database.
    #[error("{message}")]
    Failed { message: String },
}

impl ImportError {
    /// One line that says what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unreadable { path, .. } if path.ends_with("config.jsonc") => {
                "--from names the folder of the Python server, or its config.jsonc"
            }
            Self::Unreachable { .. } => "the database must run; the Python server need not",
            Self::Refused { .. } => {
                "user, password and database are those of `db` in the Python server's config.jsonc"
            }
            Self::Schema { .. } => {
                "bring it to the newest version with the Python server's migrate.py first"
            }
            Self::Zone { .. } => "--timezone takes names like Europe/Berlin or UTC",
            Self::SameFolder { .. } => "give this server a folder of its own with --data",
            Self::Open(OpenError::Locked { .. }) => {
                return Some("an import needs the data folder for itself: stop the server".into());
            }
            Self::Open(error) => return error.hint(),
            Self::Key(error) => return error.hint(),
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl From<Error> for ImportError {
    fn from(error: Error) -> Self {
        let message = error.message;
        Self::Failed { message }
    }
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        Error::from(error).into()
    }
}
