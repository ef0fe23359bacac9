//! Opening a data folder: locking it, checking the settings, and tidying up after a crash.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::control::COPY_FOLDER;
use crate::durable;
use crate::guard::{SOCKET_FOLDER, TlsError};
use crate::key::{Gate, KeyError};
use crate::layout::{self, Layout};
use crate::lock::DataLock;
use crate::log;
use crate::markers;
use crate::mirror;
use crate::ops;
use crate::private;
use crate::schedule::Schedule;
use crate::state::State;
use crate::store::{self, DataPlace, Sqlite, Store, StoreError};
use crate::sweep;

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another server has the data folder.
    #[error("another server uses {}", data.display())]
    Locked {
        /// The data folder.
        data: PathBuf,
    },
    /// Anybody on the network could use the server.
    #[error("refusing to listen on {listen} without an API key")]
    NoKey {
        /// Where it was to listen.
        listen: SocketAddr,
    },
    /// It has had keys, and has none any more.
    #[error("{} has had API keys, and their files are gone", data.display())]
    KeysGone {
        /// The data folder.
        data: PathBuf,
    },
    /// The key file cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// TLS cannot be spoken.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A folder that the server needs cannot be used.
    #[error("the folder {} cannot be used", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The settings contradict each other.
    #[error("{what}")]
    Settings {
        /// How.
        what: String,
    },
    /// The database is that of another data folder.
    #[error("the database in {} belongs to another data folder", data.display())]
    DatabaseForeign {
        /// The data folder.
        data: PathBuf,
    },
    /// The data folder is not where it was when a server last used it, or its database is another
    /// file.
    #[error("{}", moved(data, before))]
    Moved {
        /// The data folder.
        data: PathBuf,
        /// Where it was.
        before: PathBuf,
    },
    /// The data folder has had a database, and has it no more.
    #[error("the database of {} is missing", data.display())]
    DatabaseLost {
        /// The data folder.
        data: PathBuf,
    },
    /// The database cannot be used.
    #[error("the database in {} cannot be used", data.display())]
    Store {
        /// The data folder.
        data: PathBuf,
        /// Why.
        source: StoreError,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {listen}")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

fn moved(data: &Path, before: &Path) -> String {
    let (data, same) = (data.display(), data == before);
    if same {
        format!("the database in {data} is not the file that a server last used there")
    } else {
        let before = before.display();
        format!("the data folder {data} was moved or copied: a server last used it as {before}")
    }
}

impl StartError {
    /// One line that says what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Locked { .. } => Some("stop it, or use another --data folder".into()),
            Self::NoKey { .. } => {
                Some("make one with `bchan server new-key`, or allow it with --no-auth".into())
            }
            Self::KeysGone { .. } => Some(
                "put apikey.json or keys.json back, make a new key with `bchan server new-key`, or \
                 serve everybody with --no-auth"
                    .into(),
            ),
            Self::DatabaseForeign { .. } => {
                Some("put its own back; the file `instance` beside it has its name".into())
            }
            Self::Moved { .. } => Some(
                "if nothing uses the old one any more, `bchan server check --moved` accepts the \
                 new place; two servers over the same backups destroy them"
                    .into(),
            ),
            Self::DatabaseLost { .. } => Some(
                "put a copy back, or make it anew from the backups with \
                 `bchan server check --repair`"
                    .into(),
            ),
            Self::Key(error) => error.hint(),
            Self::Tls(error) => error.hint(),
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                Some("another program has this port; --listen takes a free one with port 0".into())
            }
            _ => None,
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

/// Everything up to the first request.
pub(crate) fn prepare(
    config: &Config,
    addresses: &[SocketAddr],
) -> Result<(State, DataLock), StartError> {
    let data = folder(&config.data)?;
    let lock = DataLock::acquire(&data)
        .map_err(|source| StartError::Folder {
            path: data.clone(),
            source,
        })?
        .ok_or_else(|| StartError::Locked {
            data: config.data.clone(),
        })?;
    private::tighten(&data).map_err(|source| StartError::Folder {
        path: data.clone(),
        source,
    })?;
    if let Some(log) = &config.log {
        log.open(&data).map_err(|source| StartError::Folder {
            path: log::path(&data),
            source,
        })?;
    }
    let gate = Gate::new(&config.auth, &data)?;
    let meant = matches!(config.auth, crate::Auth::None);
    let beyond = addresses.iter().find(|address| !address.ip().is_loopback());
    if let Some(listen) = beyond
        && gate.is_open()
        && !meant
    {
        return Err(StartError::NoKey { listen: *listen });
    }
    remove_left_overs(&data);
    let broken = |source| StartError::Store {
        data: config.data.clone(),
        source,
    };
    let store = open_store(&data).map_err(broken)??;
    if gate.is_open() && !meant && store.had_keys().map_err(broken)? {
        let data = config.data.clone();
        return Err(StartError::KeysGone { data });
    }
    if gate.is_open() {
        let who = match beyond {
            Some(_) => "everybody who can reach this server",
            None => "every program and user of this machine",
        };
        tracing::warn!(
            "no API key: {who} can read, change and delete all backups; create one with \
             `bchan server new-key`"
        );
    }
    let layout = layout(config, &data, &store)?;
    let schedule = Schedule::new(config.schedule, config.intervals.clone());
    let state = State::new(Box::new(store), layout, gate, schedule, config);
    state.set_place(lock.place());
    state.note_keys().map_err(broken)?;
    if let Err(error) = markers::establish(&state) {
        let message = error.message;
        tracing::error!(message, "directories of backups could not be marked");
    }
    ops::recover(&state).map_err(broken)?;
    if let Err(error) = state.clock.start(&*state.store) {
        tracing::warn!(%error, "trusted time is not written down");
    }
    let stopped = "the server stopped before it was done";
    state.store.fail_unfinished_jobs(stopped).map_err(broken)?;
    sweep::partial_records(&state).map_err(broken)?;
    sweep::left_overs(&state).map_err(broken)?;
    if let Err(error) = mirror::complete(&state) {
        let message = error.message;
        tracing::warn!(message, "records beside the data are incomplete");
    }
    Ok((state, lock))
}

/// Opens the database, or makes one in a folder that never had any. The name of the data folder
/// is in a file of its own: where that is, a missing database is a lost one, and to begin anew with
/// an empty one would hide that.
pub(crate) fn open_store(data: &Path) -> Result<Result<Sqlite, StartError>, StoreError> {
    let known = store::read_instance(data)?;
    if let (Some(_), false) = (&known, store::exists(data)?) {
        let data = data.to_owned();
        return Ok(Err(StartError::DatabaseLost { data }));
    }
    let store = store::open(data)?;
    match known {
        None => store::write_instance(data, store.instance())?,
        Some(known) if known != store.instance() => {
            let data = data.to_owned();
            return Ok(Err(StartError::DatabaseForeign { data }));
        }
        Some(_) => {}
    }
    let now = DataPlace::of(data).map_err(StoreError::Io)?;
    match store.place()? {
        None => {
            store.accept_place(&now)?;
        }
        Some(before) if before.is(&now) => {}
        Some(before) => {
            return Ok(Err(StartError::Moved {
                data: data.to_owned(),
                before: before.path,
            }));
        }
    }
    Ok(Ok(store))
}

fn layout(config: &Config, data: &Path, store: &Sqlite) -> Result<Layout, StartError> {
    let folder = |path: &Path| place(path, data, store);
    let roots = if config.storage_roots.is_empty() {
        vec![folder(&data.join("storage"))?]
    } else {
        config
            .storage_roots
            .iter()
            .map(|root| folder(root))
            .collect::<Result<_, _>>()?
    };
    let bin = config
        .recycle_bin
        .clone()
        .unwrap_or_else(|| data.join("recycle-bin"));
    let bin = folder(&bin)?;
    for root in &roots {
        if root == data || root.starts_with(&bin) {
            let root = root.display();
            let what =
                format!("the storage root {root} must not be the data folder or the recycle bin");
            return Err(StartError::Settings { what });
        }
    }
    Ok(Layout::new(data.to_owned(), roots, bin, store.instance()))
}

/// [`folder`] for a directory of backups. One that was used before and is gone is not made again:
/// it may lie on a disk that is away.
fn place(path: &Path, data: &Path, store: &Sqlite) -> Result<PathBuf, StartError> {
    let fail = |source| StartError::Folder {
        path: path.to_owned(),
        source,
    };
    let wanted = std::path::absolute(path).map_err(fail)?;
    if let Ok(false) = durable::exists(&wanted) {
        let resolved = layout::follow(&wanted).map_err(fail)?;
        let known = store.marker(&layout::name_of(data, &resolved));
        let known = known.map_err(|source| StartError::Store {
            data: data.to_owned(),
            source,
        })?;
        if known.is_some() {
            return Ok(resolved);
        }
    }
    folder(path)
}

/// Makes a folder if need be, and resolves its links.
pub(crate) fn folder(path: &Path) -> Result<PathBuf, StartError> {
    let fail = |source| StartError::Folder {
        path: path.to_owned(),
        source,
    };
    let path = std::path::absolute(path).map_err(fail)?;
    durable::create_dirs(&path).map_err(fail)?;
    let resolved = fs::canonicalize(&path).map_err(fail)?;
    if resolved.to_str().is_none() {
        // The journal and the API write paths as text.
        return Err(fail(io::Error::new(
            io::ErrorKind::InvalidInput,
            "its path is not UTF-8",
        )));
    }
    Ok(resolved)
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
