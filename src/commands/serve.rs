//! `bchan serve`

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use bytesize::ByteSize;
use clap::{Args, ValueEnum};

#[cfg(feature = "server")]
use tracing_subscriber::filter::LevelFilter;

use super::server::storage::StorageArgs;
#[cfg(feature = "server")]
use crate::config::{Environment, ProcessEnvironment};
use crate::context::Context;
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
/// It says where it listens when it is ready, and runs until SIGINT or SIGTERM. Options beat the
/// configuration file. The log goes to standard error and to `log/bchan.log` in the data folder.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan server new-key --data /srv/bchan
  bchan serve --data /srv/bchan --listen 0.0.0.0:5050 --tls-cert cert.pem --tls-key key.pem")]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    storage: StorageArgs,

    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:5050]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,

    /// Certificate to show, in PEM, with those behind it that lead to a root
    ///
    /// The server then speaks HTTPS and nothing else. SIGHUP makes it read certificate and key
    /// anew; when they are not in order, the old ones stay in use.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// Private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// Most connections at a time [default: 1024]
    ///
    /// One more takes the place of a connection that only waits, of the peer that has the most of
    /// them.
    #[arg(long, value_name = "NUMBER")]
    max_connections: Option<NonZeroUsize>,

    /// Free space that uploads never use, as a size or a share of the disk [default: 256MiB]
    #[arg(long, value_name = "SIZE|PERCENT")]
    reserve: Option<String>,

    /// Most bytes that a backup may become when it is unpacked, holes included [default: the size
    /// of the disk]
    #[arg(long, value_name = "SIZE")]
    max_unpacked: Option<ByteSize>,

    /// Most entries of an archive [default: 10000000]
    #[arg(long, value_name = "NUMBER")]
    max_entries: Option<u64>,

    /// Most bytes that may become of one byte of an archive [default: 40000]
    ///
    /// Counted from 64 MiB on, and without the holes of sparse files.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    max_ratio: Option<u64>,

    /// How much to log [env: BCHAN_LOG_LEVEL] [default: info]
    ///
    /// For standard error and for the file alike; --quiet makes only standard error quiet.
    #[arg(long, value_name = "LEVEL", value_enum)]
    log_level: Option<LogLevel>,

    /// Serve anybody who can reach it, without a key
    #[arg(long)]
    no_auth: bool,

    /// Give unpacked files the owners that their archives name; needs root
    #[arg(long)]
    preserve_owner: bool,
}

#[cfg(feature = "server")]
impl LogLevel {
    /// The option beats the environment.
    fn choose(
        option: Option<Self>,
        environment: &dyn Environment,
    ) -> Result<Option<Self>, CommandError> {
        let name = "BCHAN_LOG_LEVEL";
        if option.is_some() {
            return Ok(option);
        }
        let Some(text) = environment.text(name)? else {
            return Ok(None);
        };
        Self::from_str(&text, true).map(Some).map_err(|_| {
            let message = format!("{name} is `{}`, which is no level", text.escape_debug());
            let error = CommandError::new(crate::error::Kind::Configuration, message);
            error.hint("levels are error, warn, info, debug and trace")
        })
    }

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

#[cfg(feature = "server")]
impl ServeArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let level = LogLevel::choose(self.log_level, &ProcessEnvironment)?;
        let level = level.map(LogLevel::filter);
        let url = context.serve(self.config()?, level).await?;
        // Programs that start the server wait for this line.
        context
            .ui
            .print(format!("listening on {url}\n").as_bytes())?;
        loop {
            context.hangup().await;
        }
    }

    fn config(self) -> Result<bchan_server::Config, CommandError> {
        use bchan_server::{Auth, TlsFiles};

        let (mut config, file) = self.storage.resolve()?;
        config.listen = self.listen.or(file.listen).unwrap_or(config.listen);
        let reserve = self.reserve.map(|text| text.parse()).transpose();
        let reserve = reserve.map_err(CommandError::usage)?;
        config.reserve = reserve.or(file.reserve).unwrap_or(config.reserve);
        let unpack = &mut config.unpack;
        let bytes = self.max_unpacked.or(file.max_unpacked);
        unpack.max_bytes = bytes.map(|size| size.as_u64());
        let entries = self.max_entries.or(file.max_entries);
        unpack.max_entries = entries.unwrap_or(unpack.max_entries);
        let ratio = self.max_ratio.or(file.max_ratio);
        unpack.max_ratio = ratio.unwrap_or(unpack.max_ratio);
        config.preserve_owner = self.preserve_owner || file.preserve_owner.unwrap_or(false);
        config.tls = match (
            self.tls_cert.or(file.tls_cert),
            self.tls_key.or(file.tls_key),
        ) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (None, None) => None,
            (cert, _) => {
                let (there, missing) = match cert {
                    Some(_) => ("certificate", "tls-key"),
                    None => ("private key", "tls-cert"),
                };
                let message = format!("the configuration names a {there} but no `{missing}`");
                return Err(CommandError::new(
                    crate::error::Kind::Configuration,
                    message,
                ));
            }
        };
        let most = self.max_connections.or(file.max_connections);
        config.max_connections = most.map_or(config.max_connections, NonZeroUsize::get);
        if self.no_auth || file.no_auth.unwrap_or(false) {
            config.auth = Auth::None;
        }
        Ok(config)
    }
}

#[cfg(not(feature = "server"))]
impl ServeArgs {
    #[expect(clippy::unused_async, reason = "the same shape as with a server")]
    pub(crate) async fn run(self, _: &Context<'_>) -> Result<Exit, CommandError> {
        Err(super::without_server("`bchan serve`"))
    }
}

#[cfg(feature = "server")]
#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: ServeArgs,
    }

    fn config(words: &[&str]) -> bchan_server::Config {
        let words = std::iter::once("serve").chain(words.iter().copied());
        Line::try_parse_from(words).unwrap().args.config().unwrap()
    }

    #[test]
    fn the_log_level_is_said_or_in_the_environment() {
        use crate::config::Fake;
        let choose = |option, text: &str| {
            let environment = Fake::default().with("BCHAN_LOG_LEVEL", text);
            LogLevel::choose(option, &environment).ok()
        };
        let debug = Some(LogLevel::Debug);
        assert_eq!(choose(None, ""), Some(None));
        assert_eq!(choose(None, "Debug"), Some(debug));
        assert_eq!(choose(debug, "warn"), Some(debug));
        assert_eq!(choose(None, "chatty"), None);
    }

    #[test]
    fn options_beat_the_file_beats_the_default() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("server.toml");
        fs::write(
            &path,
            "listen = \"127.0.0.1:1\"\nstorage-roots = [\"/file\"]\n",
        )
        .unwrap();
        let file = path.to_str().unwrap();

        let default = config(&["--data", "/d"]);
        assert_eq!(default.listen, bchan_server::DEFAULT_LISTEN);
        assert!(matches!(default.auth, bchan_server::Auth::KeyFile));

        let from_file = config(&["--data", "/d", "--config", file]);
        assert_eq!(from_file.listen.port(), 1);
        assert_eq!(from_file.storage_roots, [PathBuf::from("/file")]);

        let options = [
            "--data",
            "/d",
            "--config",
            file,
            "--listen",
            "[::1]:2",
            "--no-auth",
        ];
        let both = config(
            &[
                &options[..],
                &["--storage-root", "/a", "--storage-root", "/b"],
            ]
            .concat(),
        );
        assert_eq!(both.listen.port(), 2);
        assert_eq!(both.storage_roots.len(), 2);
        assert!(matches!(both.auth, bchan_server::Auth::None));
    }
}
