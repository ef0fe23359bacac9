//! Import of a Python server: its targets, backups and key, with the files where they are.
//!
//! Each target is imported with its backups in one transaction, so that an interrupted import leaves
//! whole targets; another run imports the rest. Records that exist are not changed. Backups that
//! cannot be trusted to be whole are left out or marked as broken, and reported.
//!
//! The crate lies above the server, whose configuration file it writes. It knows neither the client
//! nor clap. Begin reading with `importer.rs`.

mod dir_cache;
mod error;
mod importer;
mod installation;
mod mariadb;
mod matcher;
mod report;
mod server_toml;
mod storage_plan;
mod target;
mod tree;
mod zone;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use self::dir_cache::DirCache;
pub use self::error::ImportError;
use self::importer::Importer;
use self::installation::{Installation, Key, absolute};
use self::mariadb::Old;
use self::matcher::Matcher;
pub use self::report::{Counts, Effect, ImportFinding, ImportObserver, ImportReport};
use self::storage_plan::{Inputs, StoragePlan};
use self::zone::Zone;
use bchan_catalog::{Sqlite, Store as _};
use bchan_engine::Limits;
use bchan_engine::ops;
use bchan_engine::start::data_folder::{self, OpenError, StoragePaths};
use bchan_server::Config;
use bchan_server::{Adopted, adopt_key as adopt, key_path};
use bchan_storage::data_dir::lock::DataLock;
use bchan_storage::durable;

/// Options of an import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The folder of the other server, or its `config.jsonc`.
    pub from: PathBuf,
    /// This server's data folder.
    pub data: PathBuf,
    /// Storage roots that must do; when there are none, those of the settings, and what is needed
    /// beside them.
    pub storage_roots: Vec<PathBuf>,
    /// A recycle bin that must do; otherwise that of the settings, or the other server's.
    pub recycle_bin: Option<PathBuf>,
    /// The configuration file to write what is new into; made if need be.
    pub settings: PathBuf,
    /// Storage roots that the configuration file has.
    pub configured_roots: Vec<PathBuf>,
    /// The recycle bin that the configuration file has.
    pub configured_bin: Option<PathBuf>,
    /// Name of the time zone that the other server was in; that of this machine when absent.
    pub timezone: Option<String>,
    /// True if every backup is read and compared with its hash.
    pub verify: bool,
    /// True if nothing is written.
    pub dry_run: bool,
}

/// Takes over what another server has. This one must not run.
pub fn import(
    options: &ImportOptions,
    observer: &mut dyn ImportObserver,
) -> Result<ImportReport, ImportError> {
    let installation = Installation::read(&options.from)?;
    let zone = Zone::choose(options.timezone.as_deref())?;
    let absolute_data = std::path::absolute(&options.data).unwrap_or_else(|_| options.data.clone());
    if storage_plan::real(&absolute_data) == installation.base {
        let data = options.data.clone();
        return Err(ImportError::SameFolder { data });
    }
    let old = mariadb::read(&installation.login)?;
    let ImportData {
        data,
        store,
        _lock,
        _copy,
    } = ImportData::open(options)?;
    let known = Inputs {
        data: &data,
        base: &installation.base,
        roots: &options.storage_roots,
        bin: options.recycle_bin.as_deref(),
        configured_roots: &options.configured_roots,
        configured_bin: options.configured_bin.as_deref(),
        has_recycled: !store.recycled()?.is_empty(),
    };
    let locations = new_locations(&store, &old, &installation.base)?;
    let places = storage_plan::choose(&known, &locations, &installation.recycle_bin);
    if !options.dry_run && !places.news.is_empty() {
        server_toml::write(&options.settings, &places.news)?;
    }
    let storage = StoragePaths {
        roots: places.roots.clone(),
        bin: Some(places.bin.clone()),
    };
    let state = storage
        .resolve(&data)
        .engine(Limits::from(&Config::new(&data)), store);
    if !options.dry_run {
        ops::recover(&state)?;
    }
    let mut work = Importer::new(
        &state,
        &installation,
        options.dry_run,
        Matcher {
            zone,
            verify: options.verify,
            dir_cache: DirCache::default(),
            bytes_read: 0,
            done: 0,
            of: old.backups.len() as u64,
            observer,
        },
    )?;
    work.key(adopt_key(&installation.key, &data, options.dry_run)?);
    work.all(&old)?;
    let mut report = work.finish();
    describe(&mut report, options, &data, places);
    Ok(report)
}

/// The database of an import: the real one, or a copy for a dry run.
struct ImportData {
    data: PathBuf,
    store: Sqlite,
    _lock: Option<DataLock>,
    _copy: Option<TempDir>,
}

impl ImportData {
    fn open(options: &ImportOptions) -> Result<Self, ImportError> {
        if options.dry_run {
            Self::look(options)
        } else {
            let data = data_folder::folder(&options.data)?;
            let lock = Some(lock(options, &data)?);
            let store = data_folder::open_store(&data).map_err(|source| OpenError::Store {
                data: data.clone(),
                source,
            })??;
            Ok(Self {
                data,
                store,
                _lock: lock,
                _copy: None,
            })
        }
    }

    /// A copy of the database, or an empty one, in a folder that goes away.
    fn look(options: &ImportOptions) -> Result<Self, ImportError> {
        let fail = |path: &Path| {
            let path = path.to_owned();
            move |source| ImportError::Unreadable { path, source }
        };
        let data = std::path::absolute(&options.data).map_err(fail(&options.data))?;
        let data = storage_plan::real(&data);
        let copy = tempfile::tempdir().map_err(fail(&std::env::temp_dir()))?;
        let mut held = None;
        if durable::exists(&data.join("lock")).map_err(fail(&data))? {
            held = Some(lock(options, &data)?);
        }
        if bchan_catalog::exists(&data)? {
            for (from, to) in bchan_catalog::files(&data)
                .iter()
                .zip(bchan_catalog::files(copy.path()))
            {
                if durable::exists(from).map_err(fail(from))? {
                    fs::copy(from, to).map_err(fail(from))?;
                }
            }
        }
        Ok(Self {
            store: bchan_catalog::open(copy.path())?,
            data,
            _lock: held,
            _copy: Some(copy),
        })
    }
}

fn lock(options: &ImportOptions, data: &Path) -> Result<DataLock, OpenError> {
    data_folder::lock(data, &options.data)
}

/// Where the targets lie that are not known here yet.
fn new_locations(store: &Sqlite, old: &Old, base: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let mut locations = Vec::new();
    for target in &old.targets {
        let known = store.target(&target.id)?;
        if let (None, Some(location)) = (known, target.location.as_deref()) {
            locations.push(absolute(base, location));
        }
    }
    Ok(locations)
}

/// Takes over the key and returns messages about it.
fn adopt_key(key: &Key, data: &Path, look: bool) -> Result<Vec<String>, ImportError> {
    let (key, exposed) = match key {
        Key::None => {
            let note = "the other server asks for no key; `bchan server new-key` makes one";
            let has_one = key_path(data).exists();
            return Ok((!has_one).then(|| note.to_owned()).into_iter().collect());
        }
        Key::Broken => {
            let note = "the other server's apikey.json holds no key, and is left out";
            return Ok(vec![note.to_owned()]);
        }
        Key::Found { key, exposed } => (key, *exposed),
    };
    let mut notes = Vec::new();
    match adopt(data, key, look)? {
        Adopted::New if exposed => notes.push(
            "the key is the other server's, where other users of the machine could read it; \
             `bchan server new-key --overwrite` makes a new one"
                .to_owned(),
        ),
        Adopted::New | Adopted::Already => {}
        Adopted::Other => notes.push(
            "this server has a key of its own, which stays: the other server's opens nothing here"
                .to_owned(),
        ),
    }
    Ok(notes)
}

fn describe(report: &mut ImportReport, options: &ImportOptions, data: &Path, places: StoragePlan) {
    report.dry_run = options.dry_run;
    let mut words = vec!["bchan serve --data".to_owned(), quoted(data)];
    let mut say = |option: &str, path: &Path| words.extend([option.to_owned(), quoted(path)]);
    for root in &options.storage_roots {
        say("--storage-root", root);
    }
    if let Some(bin) = &options.recycle_bin {
        say("--recycle-bin", bin);
    }
    let written = !places.news.is_empty();
    if written || durable::exists(&options.settings).unwrap_or(false) {
        say("--config", &options.settings);
    }
    report.settings = (written && !options.dry_run).then(|| options.settings.clone());
    report.serve = words.join(" ");
    report.storage_roots = places.roots;
    report.recycle_bin = places.bin;
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
