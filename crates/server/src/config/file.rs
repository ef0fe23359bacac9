//! Settings in a file.

use std::fmt::Display;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use bytesize::ByteSize;
use serde::{Deserialize, Deserializer};

use super::{JobIntervals, LogLevel, Period};
use bchan_storage::space::Reserve;

/// The settings of a server in a TOML file. Relative paths are relative to the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ConfigFile {
    /// `data = "/srv/bchan"`
    pub data: Option<PathBuf>,
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
    /// `allowed-hosts = ["backup.example.org"]`
    pub allowed_hosts: Vec<String>,
    /// `open-monitoring = true`
    pub open_monitoring: Option<bool>,
    /// `log-level = "info"`
    pub log_level: Option<LogLevel>,
    /// `grace = "30s"`
    pub grace: Option<Period>,
    /// `job-intervals = { recycle_job = "30m" }`
    pub job_intervals: JobIntervals,
}

fn from_text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

/// Errors of configuration files.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        source: io::Error,
    },
    /// It is no TOML, or has settings that do not exist.
    #[error("{} is not a valid configuration: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Description of the fault, with line and column.
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
        let single = [
            &mut file.data,
            &mut file.recycle_bin,
            &mut file.tls_cert,
            &mut file.tls_key,
        ];
        let single = single.into_iter().flatten();
        for path in file.storage_roots.iter_mut().chain(single) {
            *path = base.join(&path);
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn reads_every_setting_and_refuses_strangers() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("server.toml");
        fs::write(
            &path,
            "listen = \"127.0.0.1:7000\"\nstorage-roots = [\"a\", \"/b\"]\nrecycle-bin = \"c\"\n\
             preserve-owner = true\nno-auth = false\nreserve = \"5%\"\ndata = \"d\"\n\
             log-level = \"debug\"\ngrace = \"1m 30s\"\n\
             [job-intervals]\nrecycle_job = \"30m\"\n",
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
        assert_eq!(file.data, Some(temp.path().join("d")));
        assert_eq!(file.log_level, Some(LogLevel::Debug));
        assert_eq!(
            file.grace.map(Duration::from),
            Some(Duration::from_secs(90))
        );
        let half_an_hour = Some(Duration::from_secs(1800));
        assert_eq!(file.job_intervals.get("recycle_job"), half_an_hour);

        for (text, line, word) in [
            ("lisen = \"x\"\n", 1, "lisen"),
            ("grace = \"5s\"\nlog-level = \"chatty\"\n", 2, "chatty"),
            ("\n\ngrace = \"soon\"\n", 3, "soon"),
            (
                "[job-intervals]\nrecycle_job = 60\nnap_job = 60\n",
                3,
                "nap_job",
            ),
            ("[job-intervals]\nrecycle_job = 0\n", 2, "one second"),
            ("max-connections = 0\n", 1, "nonzero"),
        ] {
            fs::write(&path, text).unwrap();
            let message = ConfigFile::load(&path).unwrap_err().to_string();
            let line = format!("line {line}");
            assert!(
                message.contains(word) && message.contains(&line),
                "{message}"
            );
        }
    }
}
