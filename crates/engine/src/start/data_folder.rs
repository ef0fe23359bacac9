//! Opening a data folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::engine::Engine;
use crate::limits::Limits;
use bchan_catalog::{DataPlace, Sqlite, Store, StoreError};
use bchan_storage::data_dir;
use bchan_storage::data_dir::lock::DataLock;
use bchan_storage::durable;
use bchan_storage::layout::{self, Layout};

/// Errors of opening a data folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another server has the data folder.
    #[error("another server uses {}", data.display())]
    Locked { data: PathBuf },
    #[error("the folder {} cannot be used", path.display())]
    Folder { path: PathBuf, source: io::Error },
    /// The settings contradict each other.
    #[error("{what}")]
    Settings { what: String },
    #[error("the database in {} belongs to another data folder", data.display())]
    DatabaseForeign { data: PathBuf },
    /// The data folder is not where it was when a server last used it, or its database is another
    /// file.
    #[error("{}", moved(data, before))]
    Moved { data: PathBuf, before: PathBuf },
    /// The data folder has had a database, and has it no more.
    #[error("the database of {} is missing", data.display())]
    DatabaseLost { data: PathBuf },
    #[error("the database in {} cannot be used", data.display())]
    Store { data: PathBuf, source: StoreError },
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

impl OpenError {
    /// Returns one line that says what to do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Locked { .. } => Some("stop it, or use another --data folder".into()),
            Self::DatabaseForeign { .. } => {
                Some("put its own back; the file `instance` beside it has its name".into())
            }
            Self::Moved { .. } => Some(
                "if nothing uses the old one any more, `bchan server check --moved` accepts the \
                 new place; two servers over the same backups destroy them"
                    .into(),
            ),
            Self::DatabaseLost { .. } => Some(
                "put a copy back, or rebuild it from the backups with \
                 `bchan server check --repair`"
                    .into(),
            ),
            _ => None,
        }
    }
}

/// The directories of backups as the settings name them.
#[derive(Clone, Debug, Default)]
pub struct StoragePaths {
    /// Empty for the folder `storage` in the data folder.
    pub roots: Vec<PathBuf>,
    /// By default the folder `recycle-bin` in the data folder.
    pub bin: Option<PathBuf>,
}

impl StoragePaths {
    fn roots(&self, data: &Path) -> Vec<PathBuf> {
        if self.roots.is_empty() {
            vec![data.join("storage")]
        } else {
            self.roots.clone()
        }
    }

    fn bin(&self, data: &Path) -> PathBuf {
        self.bin.clone().unwrap_or_else(|| data.join("recycle-bin"))
    }

    /// Makes the directories where they are missing.
    pub fn prepare(&self, data: &Path, store: &Sqlite) -> Result<Layout, OpenError> {
        let roots = self.roots(data);
        let roots = roots.iter().map(|root| prepare(root, data, store));
        let roots = roots.collect::<Result<Vec<_>, _>>()?;
        let bin = prepare(&self.bin(data), data, store)?;
        for root in &roots {
            if root == data || root.starts_with(&bin) {
                let root = root.display();
                let what = format!(
                    "the storage root {root} must not be the data folder or the recycle bin"
                );
                return Err(OpenError::Settings { what });
            }
        }
        Ok(Layout::new(data.to_owned(), roots, bin, store.instance()))
    }

    /// Resolves the directories without making any: a missing one may be on a disk that is away.
    pub fn resolve(&self, data: &Path) -> Places {
        let existing = |path: &Path| {
            fs::canonicalize(path)
                .or_else(|_| std::path::absolute(path))
                .unwrap_or_else(|_| path.to_owned())
        };
        Places {
            data: data.to_owned(),
            roots: self.roots(data).iter().map(|root| existing(root)).collect(),
            bin: existing(&self.bin(data)),
        }
    }
}

/// The directories of backups while no server runs.
pub struct Places {
    pub data: PathBuf,
    pub roots: Vec<PathBuf>,
    pub bin: PathBuf,
}

impl Places {
    /// An engine to work with while no server runs.
    pub fn engine(&self, limits: Limits, store: Sqlite) -> Engine {
        let instance = store.instance().to_owned();
        let (roots, bin) = (self.roots.clone(), self.bin.clone());
        let layout = Layout::new(self.data.clone(), roots, bin, &instance);
        Engine::new(Box::new(store), layout, limits, || {})
    }
}

/// Locks a data folder, which the user called `named`.
pub fn lock(data: &Path, named: &Path) -> Result<DataLock, OpenError> {
    let lock = DataLock::acquire(data).map_err(|source| OpenError::Folder {
        path: data.to_owned(),
        source,
    })?;
    lock.ok_or_else(|| OpenError::Locked {
        data: named.to_owned(),
    })
}

/// Opens the database, or makes one in a folder that never had any. The name of the data folder is
/// in a file of its own: where that file is, a missing database is a lost one, and starting with an
/// empty database would hide that.
pub fn open_store(data: &Path) -> Result<Result<Sqlite, OpenError>, StoreError> {
    let known = data_dir::read_instance(data).map_err(StoreError::Io)?;
    if let (Some(_), false) = (&known, bchan_catalog::exists(data)?) {
        let data = data.to_owned();
        return Ok(Err(OpenError::DatabaseLost { data }));
    }
    let store = bchan_catalog::open(data)?;
    match known {
        None => data_dir::write_instance(data, store.instance()).map_err(StoreError::Io)?,
        Some(known) if known != store.instance() => {
            let data = data.to_owned();
            return Ok(Err(OpenError::DatabaseForeign { data }));
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
            return Ok(Err(OpenError::Moved {
                data: data.to_owned(),
                before: before.path,
            }));
        }
    }
    Ok(Ok(store))
}

/// [`folder`] for a directory of backups. One that was used before and is gone is not made again:
/// it may lie on a disk that is away.
fn prepare(path: &Path, data: &Path, store: &Sqlite) -> Result<PathBuf, OpenError> {
    let fail = |source| OpenError::Folder {
        path: path.to_owned(),
        source,
    };
    let wanted = std::path::absolute(path).map_err(fail)?;
    if let Ok(false) = durable::exists(&wanted) {
        let resolved = layout::follow(&wanted).map_err(fail)?;
        let known = store.marker(&layout::name_of(data, &resolved));
        let known = known.map_err(|source| OpenError::Store {
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
pub fn folder(path: &Path) -> Result<PathBuf, OpenError> {
    let fail = |source| OpenError::Folder {
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
