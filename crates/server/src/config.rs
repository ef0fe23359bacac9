//! What an administrator decides: in code, or in a file.

use std::fmt::Display;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use bchan_api::ApiKey;
use bytesize::ByteSize;
use serde::{Deserialize, Deserializer};

use crate::guard::{DEFAULT_CONNECTIONS, TlsFiles};
use crate::log::LogFile;
use crate::room::Reserve;

/// Where a server listens unless told otherwise.
pub const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 5050);

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
    /// Who may use the server.
    pub auth: Auth,
    /// What archives may ask for.
    pub unpack: UnpackLimits,
    /// Whether unpacked files get the owners that their archive names. Needs root.
    pub preserve_owner: bool,
    /// Free space that uploads never use.
    pub reserve: Reserve,
    /// Whether scheduled jobs run on their intervals; they can be forced to run in any case.
    pub schedule: bool,
    /// What events are written to, if anything; the server opens it when the folder is its own.
    pub log: Option<LogFile>,
}

/// What archives may ask for when they are unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnpackLimits {
    /// Most bytes of content of one backup, with those of holes; the size of the file system when
    /// absent.
    pub max_bytes: Option<u64>,
    /// Most entries of one archive.
    pub max_entries: u64,
    /// Most bytes that may become of one that has arrived.
    pub max_ratio: u64,
}

impl Default for UnpackLimits {
    fn default() -> Self {
        Self {
            max_bytes: None,
            max_entries: 10_000_000,
            // zstd makes 32,768 zeros of a byte, and those may be somebody's disk.
            max_ratio: 40_000,
        }
    }
}

/// Who may use the server.
#[derive(Clone, Debug, Default)]
pub enum Auth {
    /// Whoever has the key in the data folder's `apikey.json`. Without that file anybody may, so
    /// the server refuses to listen beyond this machine.
    #[default]
    KeyFile,
    /// Anybody who can reach it.
    None,
    /// Whoever has this key, which is in no file.
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
            unpack: UnpackLimits::default(),
            preserve_owner: false,
            reserve: Reserve::default(),
            schedule: true,
            log: None,
        }
    }
}

/// The same settings in a TOML file. Relative paths are relative to the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ConfigFile {
    /// `listen = "127.0.0.1:5050"`
    pub listen: Option<SocketAddr>,
    /// `tls-cert = "cert.pem"`, the certificate and behind it those that lead to a root
    pub tls_cert: Option<PathBuf>,
    /// `tls-key = "key.pem"`
    pub tls_key: Option<PathBuf>,
    /// `max-connections = 1024`
    pub max_connections: Option<NonZeroUsize>,
    /// `storage-roots = ["/srv/backups"]`
    pub storage_roots: Vec<PathBuf>,
    /// `recycle-bin = "/srv/recycled"`
    pub recycle_bin: Option<PathBuf>,
    /// `max-unpacked = "500GiB"`
    #[serde(deserialize_with = "from_text")]
    pub max_unpacked: Option<ByteSize>,
    /// `max-entries = 10000000`
    pub max_entries: Option<u64>,
    /// `max-ratio = 40000`
    pub max_ratio: Option<u64>,
    /// `preserve-owner = true`
    pub preserve_owner: Option<bool>,
    /// `reserve = "512MiB"` or `reserve = "5%"`
    #[serde(deserialize_with = "from_text")]
    pub reserve: Option<Reserve>,
    /// `no-auth = true`
    pub no_auth: Option<bool>,
}

fn from_text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

/// Why a configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no TOML, or has settings that do not exist.
    #[error("{} is not a valid configuration: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        message: String,
    },
}

impl ConfigFile {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        let mut file: Self = toml::from_str(&text).map_err(|error| ConfigError::Invalid {
            path: path.to_owned(),
            message: error.to_string().trim_end().to_owned(),
        })?;
        let base = path.parent().unwrap_or(Path::new("."));
        let single = [&mut file.recycle_bin, &mut file.tls_cert, &mut file.tls_key];
        let single = single.into_iter().flatten();
        for path in file.storage_roots.iter_mut().chain(single) {
            *path = base.join(&path);
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_setting_and_refuses_strangers() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("server.toml");
        fs::write(
            &path,
            "listen = \"127.0.0.1:7000\"\nstorage-roots = [\"a\", \"/b\"]\nrecycle-bin = \"c\"\n\
             preserve-owner = true\nno-auth = false\nreserve = \"5%\"\n",
        )
        .unwrap();
        let file = ConfigFile::load(&path).unwrap();
        assert_eq!(file.listen, Some("127.0.0.1:7000".parse().unwrap()));
        assert_eq!(
            file.storage_roots,
            [temp.path().join("a"), PathBuf::from("/b")]
        );
        assert_eq!(file.recycle_bin, Some(temp.path().join("c")));
        assert_eq!(
            (file.preserve_owner, file.no_auth),
            (Some(true), Some(false))
        );

        assert_eq!(file.reserve, Some(Reserve::Percent(5)));

        fs::write(&path, "lisen = \"x\"\n").unwrap();
        let message = ConfigFile::load(&path).unwrap_err().to_string();
        assert!(
            message.contains("lisen") && message.contains("line 1"),
            "{message}"
        );
    }
}
