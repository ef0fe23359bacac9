//! The options of `bchan serve`: the one declaration of its settings. The environment variables and
//! the keys of the configuration file follow from it; see [`super::layers`].

use std::net::SocketAddr;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use bchan_archive::Size;
use clap::{Args, ValueEnum};

use super::storage::StorageArgs;
use super::values;

/// How files are made that an earlier backup has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ShareMode {
    /// Hard links where all metadata is the same, or else reflinks, or else copies
    Auto,
    /// Reflinks or copies
    Reflink,
    /// Hard links or copies
    Hardlink,
    /// Copies
    Copy,
}

/// How much a server logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogLevel {
    /// Errors
    Error,
    /// Errors and warnings
    Warn,
    /// Also changes
    Info,
    /// Also every request
    Debug,
    /// Everything
    Trace,
}

/// Run the server
///
/// It prints its address when it is ready and runs until SIGINT or SIGTERM. Then it accepts no new
/// connections, and running requests have --grace to finish; unfinished uploads are discarded. The
/// log goes to standard error and to `log/bchan.log` in the data folder.
///
/// Options override environment variables, which override the configuration file.
///
/// On SIGHUP the server reloads the configuration file and applies tls-cert and tls-key (whose
/// files it reads in any case), max-connections, reserve, max-unpacked, max-entries, max-ratio,
/// preserve-owner, share, job-intervals, grace and log-level. If anything is invalid, nothing changes, and
/// the log has the reason. Other changes need a restart; the log names them. Changed keys apply at
/// once, without a signal.
///
/// GET /healthz returns 200 if the database, the key files and every storage root respond, and
/// otherwise 503 with the failing component; with ?live it checks only the server itself. GET
/// /metrics has metrics for Prometheus and requires a key (see --open-monitoring). From the
/// server's own machine /healthz needs no key, and then returns only the verdict.
///
/// Under systemd the server reports readiness, reloads and stops, feeds the watchdog as long as it
/// responds, and uses sockets passed by systemd; --listen is then ignored.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan server new-key --data /srv/bchan
  bchan serve --data /srv/bchan --listen 0.0.0.0:5050 --tls-cert cert.pem --tls-key key.pem
  bchan serve --config /etc/bchan/server.toml")]
pub(crate) struct ServerSettings {
    #[command(flatten)]
    pub(super) storage: StorageArgs,

    /// Address and port to listen on; port 0 picks a free one [env: BCHAN_LISTEN] [default:
    /// 127.0.0.1:5050]
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = values::listen)]
    pub(super) listen: Option<SocketAddr>,

    /// TLS certificate chain, in PEM, leaf first [env: BCHAN_TLS_CERT]
    ///
    /// The server then accepts HTTPS only. SIGHUP reloads certificate and key; if they are invalid,
    /// the old ones stay in use.
    #[arg(long, value_name = "FILE")]
    pub(super) tls_cert: Option<PathBuf>,

    /// Private key of the certificate, in PEM [env: BCHAN_TLS_KEY]
    #[arg(long, value_name = "FILE")]
    pub(super) tls_key: Option<PathBuf>,

    /// Largest number of connections [env: BCHAN_MAX_CONNECTIONS] [default: 1024]
    ///
    /// At the limit, a new connection evicts an idle one of the client that has the most
    /// connections.
    #[arg(long, value_name = "NUMBER", value_parser = values::positive::<NonZeroUsize>)]
    pub(super) max_connections: Option<NonZeroUsize>,

    /// Free space that uploads never use, as a size or a share of the disk [env: BCHAN_RESERVE]
    /// [default: 256MiB]
    #[arg(long, value_name = "SIZE|PERCENT")]
    pub(super) reserve: Option<values::Reserve>,

    /// Largest size of an unpacked backup, holes included [env: BCHAN_MAX_UNPACKED] [default: the
    /// size of the disk]
    #[arg(long, value_name = "SIZE", value_parser = values::size)]
    pub(super) max_unpacked: Option<Size>,

    /// Largest number of entries of an archive [env: BCHAN_MAX_ENTRIES] [default: 10000000]
    #[arg(long, value_name = "NUMBER", value_parser = values::number)]
    pub(super) max_entries: Option<u64>,

    /// Maximum expansion ratio of an archive [env: BCHAN_MAX_RATIO] [default: 40000]
    ///
    /// Checked from 64 MiB on. Holes of sparse files count from 64 GiB on.
    #[arg(long, value_name = "NUMBER", value_parser = values::positive::<NonZeroU64>)]
    pub(super) max_ratio: Option<NonZeroU64>,

    /// Time for running requests to finish when the server stops [env: BCHAN_GRACE] [default: 30s]
    ///
    /// A number of seconds, or a time such as `90s`, `5m`, `1h 30m`.
    #[arg(long, value_name = "TIME", value_parser = values::seconds)]
    pub(super) grace: Option<Duration>,

    /// Interval of a scheduled job, such as `recycle_job=30m`; may be repeated [env:
    /// BCHAN_JOB_INTERVAL]
    ///
    /// Separate several with commas in the variable. `bchan job list` shows the jobs and their
    /// intervals.
    #[arg(long, value_name = "NAME=TIME")]
    pub(super) job_interval: Vec<values::JobInterval>,

    /// Log level [env: BCHAN_LOG_LEVEL] [default: info]
    ///
    /// For standard error and the log file; --quiet affects only standard error.
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub(super) log_level: Option<LogLevel>,

    /// Allow requests without a key [env: BCHAN_NO_AUTH] [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    pub(super) no_auth: Option<bool>,

    /// Host name of the server, besides its addresses; may be repeated [env: BCHAN_ALLOWED_HOST]
    ///
    /// A server without keys answers only to these names and localhost, so that web pages cannot
    /// reach it under names of their own. Separate several with commas in the variable.
    #[arg(long = "allowed-host", value_name = "NAME")]
    pub(super) allowed_hosts: Vec<String>,

    /// Allow /metrics and full /healthz without a key on the server's own machine [env:
    /// BCHAN_OPEN_MONITORING] [default: false]
    ///
    /// Do not use this behind a proxy on the same machine: not every proxy marks the requests that
    /// it forwards.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    pub(super) open_monitoring: Option<bool>,

    /// Give unpacked files the owners named in the archive; needs root [env: BCHAN_PRESERVE_OWNER]
    /// [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    pub(super) preserve_owner: Option<bool>,

    /// Way in which a backup shares unchanged files with the one before it [env: BCHAN_SHARE]
    /// [default: auto]
    ///
    /// One damaged sector of the disk damages every backup that shares the file. With `copy`, each
    /// backup has files of its own, and takes its full size on the disk.
    #[arg(long, value_name = "WAY", value_enum)]
    pub(super) share: Option<ShareMode>,
}
