//! Starting a server: settings, keys, data folder, recovery.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::App;
use crate::auth::{Authenticator, KeyError};
use crate::config::{Auth, Config};
use crate::control::COPY_FOLDER;
use crate::log;
use crate::scheduler::Scheduler;
use bchan_catalog::Store as _;
use bchan_engine::Engine;
use bchan_engine::start::data_folder::{self, OpenError};
use bchan_engine::start::recovery;
use bchan_http::{SOCKET_FOLDER, TlsError};
use bchan_storage::data_dir::lock::DataLock;
use bchan_storage::data_dir::private;

/// Errors of starting a server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Everyone on the network could use the server.
    #[error("refusing to listen on {listen} without an API key")]
    NoKey { listen: SocketAddr },
    /// The server has had keys and has none any more.
    #[error("{} has had API keys, and their files are gone", data.display())]
    KeysGone { data: PathBuf },
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("cannot listen on {listen}")]
    Listen {
        listen: SocketAddr,
        source: io::Error,
    },
}

impl StartError {
    /// Returns one line that says what to do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Open(error) => error.hint(),
            Self::NoKey { .. } => {
                Some("make one with `bchan server new-key`, or allow it with --no-auth".into())
            }
            Self::KeysGone { .. } => Some(
                "put apikey.json or keys.json back, make a new key with `bchan server new-key`, or \
                 serve everyone with --no-auth"
                    .into(),
            ),
            Self::Key(error) => error.hint(),
            Self::Tls(error) => error.hint(),
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                Some("another program has this port; --listen takes a free one with port 0".into())
            }
            Self::Listen { .. } => None,
        }
    }
}

/// A connection takes several file descriptors, and the usual limit is low for the sake of programs
/// that know no better.
pub(crate) fn raise_descriptor_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let wanted = Rlimit {
        current: maximum,
        maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, wanted) {
        tracing::debug!(%error, "the limit of file descriptors stays");
    }
}

/// Does everything up to the first request.
pub(crate) fn prepare(
    config: &Config,
    addresses: &[SocketAddr],
) -> Result<(App, DataLock), StartError> {
    let data = data_folder::folder(&config.data)?;
    let lock = data_folder::lock(&data, &config.data)?;
    let unusable = |path: PathBuf| |source| OpenError::Folder { path, source };
    private::tighten(&data, &bchan_catalog::files(&data)).map_err(unusable(data.clone()))?;
    if let Some(log) = &config.log {
        log.open(&data).map_err(unusable(log::path(&data)))?;
    }
    let authenticator = Authenticator::new(&config.auth, &data)?;
    let meant = matches!(config.auth, Auth::None);
    let beyond = addresses.iter().find(|address| !address.ip().is_loopback());
    if let Some(listen) = beyond
        && authenticator.is_open()
        && !meant
    {
        return Err(StartError::NoKey { listen: *listen });
    }
    remove_left_overs(&data);
    let broken = |source| OpenError::Store {
        data: config.data.clone(),
        source,
    };
    let store = data_folder::open_store(&data).map_err(broken)??;
    if authenticator.is_open() && !meant && store.had_keys().map_err(broken)? {
        let data = config.data.clone();
        return Err(StartError::KeysGone { data });
    }
    if authenticator.is_open() {
        let who = match beyond {
            Some(_) => "everyone who can reach this server",
            None => "every program and user of this machine",
        };
        tracing::warn!(
            "no API key: {who} can read, change and delete all backups; create one with \
             `bchan server new-key`"
        );
    }
    let layout = config.storage().prepare(&data, &store)?;
    let scheduler = Arc::new(Scheduler::new(config.schedule, config.intervals.clone()));
    let closed = Arc::clone(&scheduler);
    let engine = Engine::new(Box::new(store), layout, config.into(), move || {
        closed.wake();
    });
    let addresses = addresses.iter().map(SocketAddr::ip).collect();
    let app = App::new(
        engine,
        scheduler,
        authenticator,
        config,
        addresses,
        lock.place(),
    );
    app.note_keys().map_err(broken)?;
    recovery::recover(&app.engine).map_err(broken)?;
    Ok((app, lock))
}

/// Removes the private sockets and the copies of the database that killed processes have left.
fn remove_left_overs(data: &Path) {
    let entries = fs::read_dir(data).into_iter().flatten().flatten();
    let old = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with(SOCKET_FOLDER) || name.starts_with(COPY_FOLDER)
    };
    for entry in entries.filter(old) {
        if let Err(error) = fs::remove_dir_all(entry.path()) {
            tracing::warn!(path = %entry.path().display(), %error, "a left-over stays");
        }
    }
}
