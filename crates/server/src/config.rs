//! The settings of a server.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use bchan_api::ApiKey;
pub use bchan_archive::Share;

use crate::intervals::JobIntervals;
use crate::log::LogFile;
use bchan_engine::Limits;
pub(crate) use bchan_engine::UnpackLimits;
use bchan_engine::start::data_folder::StoragePaths;
use bchan_http::{DEFAULT_CONNECTIONS, TlsFiles};
use bchan_storage::space::Reserve;

/// Where a server listens unless told otherwise.
pub const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 5050);

/// How long requests under way may take to end, once the server is told to stop, unless told
/// otherwise.
pub const DEFAULT_GRACE: Duration = Duration::from_secs(30);

/// Settings of one server.
#[derive(Clone, Debug)]
pub struct Config {
    /// Folder of the database, the key and, unless told otherwise, the backups. Made when missing.
    pub data: PathBuf,
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The certificate to show and its key; connections are not encrypted without.
    pub tls: Option<TlsFiles>,
    /// Most connections at a time.
    pub max_connections: usize,
    /// Directories under which targets' locations may lie; a relative location is taken under the
    /// first. Empty means `storage` in the data folder. Missing ones are made.
    pub storage_roots: Vec<PathBuf>,
    /// Where recycled backups lie; `recycle-bin` in the data folder when absent.
    pub recycle_bin: Option<PathBuf>,
    pub auth: Auth,
    /// Names that the server is known by. Without keys, it answers to no others but addresses and
    /// `localhost`.
    pub allowed_hosts: Vec<String>,
    /// True if the server's own machine needs no key for `/metrics` and for all of `/healthz`.
    pub open_monitoring: bool,
    /// Limits for unpacking archives.
    pub unpack: UnpackLimits,
    /// True if unpacked files get the owners that their archive names. Needs root.
    pub preserve_owner: bool,
    /// How files are made that an earlier backup has.
    pub share: Share,
    /// Free space that uploads never use.
    pub reserve: Reserve,
    /// True if scheduled jobs run on their intervals; they can be forced to run in any case.
    pub schedule: bool,
    /// How often they run, where that is not as usual.
    pub intervals: JobIntervals,
    /// How long requests under way may take to end once the server is told to stop.
    pub grace: Duration,
    /// The log file, if there is one. It is opened once the data folder is locked.
    pub log: Option<LogFile>,
}

/// Authentication of requests.
#[derive(Clone, Debug, Default)]
pub enum Auth {
    /// The key in the data folder's `apikey.json`. Without that file every request is allowed, so
    /// the server refuses to listen beyond this machine.
    #[default]
    KeyFile,
    /// Everyone who can reach the server.
    None,
    /// A key that is in no file.
    Key(ApiKey),
}

impl Config {
    /// The defaults over a data folder.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: DEFAULT_LISTEN,
            tls: None,
            max_connections: DEFAULT_CONNECTIONS,
            storage_roots: Vec::new(),
            recycle_bin: None,
            auth: Auth::default(),
            allowed_hosts: Vec::new(),
            open_monitoring: false,
            unpack: UnpackLimits::default(),
            preserve_owner: false,
            share: Share::default(),
            reserve: Reserve::default(),
            schedule: true,
            intervals: JobIntervals::default(),
            grace: DEFAULT_GRACE,
            log: None,
        }
    }
}

impl Config {
    pub(crate) fn storage(&self) -> StoragePaths {
        StoragePaths {
            roots: self.storage_roots.clone(),
            bin: self.recycle_bin.clone(),
        }
    }
}

impl From<&Config> for Limits {
    fn from(config: &Config) -> Self {
        Self {
            preserve_owner: config.preserve_owner,
            share: config.share,
            unpack: config.unpack,
            reserve: config.reserve,
        }
    }
}
