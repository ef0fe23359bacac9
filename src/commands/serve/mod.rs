//! `bchan serve`

#[cfg(feature = "server")]
mod run;
#[cfg(feature = "server")]
mod settings;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use bytesize::ByteSize;
use clap::{Args, ValueEnum};

use super::server::storage::StorageArgs;
#[cfg(not(feature = "server"))]
use crate::context::Context;
#[cfg(not(feature = "server"))]
use crate::error::{CommandError, Exit};

/// How much a server logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogLevel {
    /// What went wrong
    Error,
    /// And what is odd
    Warn,
    /// And what has changed
    Info,
    /// And every request
    Debug,
    /// And all there is
    Trace,
}

/// Run the server
///
/// It says where it listens when it is ready, and runs until SIGINT or SIGTERM. Then it takes no new
/// connections, and what is under way has --grace to end; uploads that have not ended by then leave
/// nothing behind. The log goes to standard error and to `log/bchan.log` in the data folder.
///
/// Options beat variables of the environment, these beat the configuration file.
///
/// SIGHUP makes it read the configuration file anew, and take up what it says of tls-cert and
/// tls-key (whose files it reads in any case), max-connections, reserve, max-unpacked, max-entries,
/// max-ratio, preserve-owner, job-intervals, grace and log-level: all of it, or nothing when
/// something is not in order, which is in the log then. Everything else needs a restart; if it has
/// changed, the log says so. Keys are taken up at once, without a signal.
///
/// GET /healthz answers 200 when the database, the key files and every storage root answer, and 503
/// otherwise, saying what does not; with ?live it looks at nothing but the server itself. GET
/// /metrics has what Prometheus wants to know, for whoever has a key (see --open-monitoring). From
/// the server's own machine /healthz needs no key, and then says only whether all is well.
///
/// Under systemd it says when it is ready, reloads and stops, keeps a watchdog awake for as long as
/// it answers, and takes sockets that systemd listens on; --listen then means nothing.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  bchan server new-key --data /srv/bchan
  bchan serve --data /srv/bchan --listen 0.0.0.0:5050 --tls-cert cert.pem --tls-key key.pem
  bchan serve --config /etc/bchan/server.toml")]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    storage: StorageArgs,

    /// Address and port to listen on; port 0 takes a free one [env: BCHAN_LISTEN]
    /// [default: 127.0.0.1:5050]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,

    /// Certificate to show, in PEM, with those behind it that lead to a root [env: BCHAN_TLS_CERT]
    ///
    /// The server then speaks HTTPS and nothing else. SIGHUP makes it read certificate and key
    /// anew; when they are not in order, the old ones stay in use.
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,

    /// Private key of the certificate, in PEM [env: BCHAN_TLS_KEY]
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,

    /// Most connections at a time [env: BCHAN_MAX_CONNECTIONS] [default: 1024]
    ///
    /// One more takes the place of a connection that only waits, of the peer that has the most of
    /// them.
    #[arg(long, value_name = "NUMBER")]
    max_connections: Option<NonZeroUsize>,

    /// Free space that uploads never use, as a size or a share of the disk [env: BCHAN_RESERVE]
    /// [default: 256MiB]
    #[arg(long, value_name = "SIZE|PERCENT")]
    reserve: Option<String>,

    /// Most bytes that a backup may become when it is unpacked, holes included
    /// [env: BCHAN_MAX_UNPACKED] [default: the size of the disk]
    #[arg(long, value_name = "SIZE")]
    max_unpacked: Option<ByteSize>,

    /// Most entries of an archive [env: BCHAN_MAX_ENTRIES] [default: 10000000]
    #[arg(long, value_name = "NUMBER")]
    max_entries: Option<u64>,

    /// Most bytes that may become of one byte of an archive [env: BCHAN_MAX_RATIO] [default: 40000]
    ///
    /// Counted from 64 MiB on. Holes of sparse files count from 64 GiB on.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    max_ratio: Option<u64>,

    /// How long requests under way may take to end when the server is told to stop
    /// [env: BCHAN_GRACE] [default: 30s]
    ///
    /// A number of seconds, or such as `90s`, `5m`, `1h 30m`.
    #[arg(long, value_name = "TIME")]
    grace: Option<String>,

    /// How often a scheduled job runs, such as `recycle_job=30m`; may be given several times
    /// [env: BCHAN_JOB_INTERVAL]
    ///
    /// In the variable, commas are between several. `bchan job list` shows the jobs and their
    /// intervals.
    #[arg(long, value_name = "NAME=TIME")]
    job_interval: Vec<String>,

    /// How much to log [env: BCHAN_LOG_LEVEL] [default: info]
    ///
    /// For standard error and for the file alike; --quiet makes only standard error quiet.
    #[arg(long, value_name = "LEVEL", value_enum)]
    log_level: Option<LogLevel>,

    /// Serve anybody who can reach it, without a key [env: BCHAN_NO_AUTH] [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    no_auth: Option<bool>,

    /// Name that the server is known by, beside its addresses; may be given several times
    /// [env: BCHAN_ALLOWED_HOST]
    ///
    /// A server without keys answers to no names but these and localhost, so that no web page can
    /// reach it under a name of its own. In the variable, commas are between several.
    #[arg(long = "allowed-host", value_name = "NAME")]
    allowed_hosts: Vec<String>,

    /// Show /metrics and the details of /healthz to every user of the server's own machine, without
    /// a key [env: BCHAN_OPEN_MONITORING] [default: false]
    ///
    /// Not where a proxy on this machine passes requests on: only some proxies say that they do.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    open_monitoring: Option<bool>,

    /// Give unpacked files the owners that their archives name; needs root
    /// [env: BCHAN_PRESERVE_OWNER] [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    preserve_owner: Option<bool>,
}

#[cfg(not(feature = "server"))]
impl ServeArgs {
    #[expect(clippy::unused_async, reason = "the same shape as with a server")]
    pub(crate) async fn run(self, _: &Context<'_>) -> Result<Exit, CommandError> {
        Err(super::without_server("`bchan serve`"))
    }
}
