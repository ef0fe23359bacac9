//! What the server remembers. All SQL of the crate is below this folder, behind [`Store`].

mod migrations;
mod place;
mod records;
mod sqlite;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bchan_api::{JobStatus, SequenceFile, Target, TargetFilter, Time, UploadJob};

pub(crate) use self::place::DataPlace;
pub(crate) use self::records::{
    Order, Present, Sent, Sequence, SequencePart, StoredBackup, StoredUpload, UploadKey,
};
pub(crate) use self::sqlite::Sqlite;
use crate::control::Caller;
use crate::durable;
use crate::ops::Operation;
use crate::policy::Clock;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another target has this alias or name template.
    #[error("another target already has the {field} `{value}`")]
    Taken {
        /// Field that must be unique.
        field: &'static str,
        /// Its value in the request.
        value: String,
    },
    /// The disk of the database is full.
    #[error("no space left for the database")]
    Full(#[source] rusqlite::Error),
    /// Anything else that SQLite reports.
    #[error("the database failed")]
    Database(#[source] rusqlite::Error),
    /// A commit has ended with an I/O error, so the change is made or not; or an earlier one has, and
    /// the database could not be opened again since.
    #[error(
        "the database could not be written, and is closed for changes until it can be opened again"
    )]
    Undecided(#[source] rusqlite::Error),
    /// A file beside the database cannot be used.
    #[error("a file of the data folder cannot be used")]
    Io(#[source] io::Error),
    /// A row holds what no version of this program writes.
    #[error("the database holds a broken record: {what}")]
    Broken {
        /// Which, and how.
        what: String,
    },
    /// The server has the database, and could not do what it was asked.
    #[error("the running server has not answered")]
    Server(#[source] io::Error),
    /// A newer program has changed the database.
    #[error("the database has version {found}, this program knows versions up to {known}")]
    TooNew {
        /// Version of the database.
        found: i64,
        /// Newest version known here.
        known: i64,
    },
}

impl StoreError {
    /// Whether the file of the database is damaged.
    pub(crate) fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match self {
            Self::Database(error) => {
                matches!(
                    error.sqlite_error_code(),
                    Some(DatabaseCorrupt | NotADatabase)
                )
            }
            Self::Broken { .. } => true,
            _ => false,
        }
    }
}

impl StoreError {
    /// Whether it is not known if a change was made.
    pub(crate) fn is_undecided(&self) -> bool {
        matches!(self, Self::Undecided(_))
    }

    /// True where a server that starts has the database, or one that stops was asked.
    fn is_passing(&self) -> bool {
        match self {
            Self::Database(error) => {
                error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
            }
            Self::Server(error) => matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof
                    | io::ErrorKind::ConnectionReset
                    | io::ErrorKind::BrokenPipe
            ),
            _ => false,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full(error),
            _ => Self::Database(error),
        }
    }
}

type Result<T> = std::result::Result<T, StoreError>;

/// Number of a journalled operation.
pub(crate) type OperationId = i64;

/// Where the database has a backup: an eighth of what its id takes, of which there may be a
/// million. Once a backup is gone, another may come to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BackupRow(i64);

/// What a look at a backup's content has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// It is what it was. The hash is recorded where there is none yet.
    Sound { hash: String },
    /// It is missing, cannot be read, or is something else.
    Broken,
}

/// How much there is; sizes in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) targets: u64,
    /// With recycled ones.
    pub(crate) backups: u64,
    pub(crate) recycled: u64,
    /// Of backups that are not recycled.
    pub(crate) target_size: u64,
    /// Of recycled ones.
    pub(crate) bin_size: u64,
}

/// How much there is of targets, one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TargetSums {
    /// Number of all targets.
    pub(crate) count: u64,
    /// The oldest targets, oldest first.
    pub(crate) targets: Vec<TargetRow>,
    /// The others together, if there are any.
    pub(crate) others: Option<TargetSum>,
}

/// How much there is of one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TargetRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) sum: TargetSum,
}

/// How much there is; sizes in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TargetSum {
    /// Backups that are not recycled.
    pub(crate) present: u64,
    pub(crate) recycled: u64,
    /// Of backups that are not recycled.
    pub(crate) size: u64,
    pub(crate) recycled_size: u64,
    /// Backups that are marked as broken, recycled or not.
    pub(crate) unhealthy: u64,
    /// When the newest backup was made; of several targets, of the one where that is longest ago.
    pub(crate) newest: Option<Time>,
}

/// How far an operation in the journal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Its effects may have happened, or some of them; the records are as before.
    Begun,
    /// The records have changed; something may be left over on the disk.
    Applied,
}

/// The server's memory: targets, backups, jobs, and the journal of what is under way.
///
/// Every call is one transaction that is on disk when it returns.
pub(crate) trait Store: Send + Sync {
    /// Random name of this data folder, the same for its whole life.
    fn instance(&self) -> &str;

    /// A number that is another one after every change, before the change is answered. What was read
    /// since it was asked for is true until then.
    fn version(&self) -> u64;

    /// Up to `limit` targets by name, after the first `offset`.
    fn targets(&self, offset: u64, limit: u64) -> Result<Vec<Target>>;
    /// All targets with what a filter asks for, by name.
    fn search_targets(&self, filter: &TargetFilter) -> Result<Vec<Target>>;
    /// The target with this id or alias.
    fn target(&self, id_or_alias: &str) -> Result<Option<Target>>;
    /// What is wrong with the database itself; nothing in a sound one.
    fn faults(&self) -> Result<Vec<String>>;

    /// Adds a target.
    fn create_target(&self, target: &Target) -> Result<()>;
    /// Fails where [`create_target`](Self::create_target) or an edit to this would.
    fn check_unique(&self, target: &Target) -> Result<()>;
    /// Every location in use, as the targets spell it.
    fn locations(&self) -> Result<Vec<String>>;
    /// Directories that targets have left, or did not get to, and that may hold left-overs.
    fn former_homes(&self) -> Result<Vec<PathBuf>>;
    /// Forgets one of them, unless an operation in the journal may still leave something there.
    fn forget_home(&self, home: &Path) -> Result<()>;

    /// All backups of a target, last arrived first.
    fn backups(&self, target_id: &str) -> Result<Vec<StoredBackup>>;
    /// One backup.
    fn backup(&self, id: &str) -> Result<Option<StoredBackup>>;
    /// The number that the next backup of a target gets.
    fn next_number(&self, target_id: &str) -> Result<i64>;
    /// Adds a backup whose record was found beside the data. One without an order is taken for
    /// older than all that have one.
    fn add_backup(&self, backup: &StoredBackup) -> Result<()>;
    /// Adds backups that another server has made, with their target where that is new, too. They
    /// get an order by their times, before all that have arrived here since.
    #[cfg(feature = "import-mariadb")]
    fn adopt(&self, target: Option<&Target>, backups: &[StoredBackup]) -> Result<()>;
    /// All recycled backups, newest first.
    fn recycled(&self) -> Result<Vec<StoredBackup>>;
    /// Ids of the targets that have recycled backups.
    fn targets_in_bin(&self) -> Result<Vec<String>>;
    /// What can be said of a target's backups that are not recycled without reading each.
    fn present(&self, target_id: &str) -> Result<Present>;
    /// How many backups keys with only the right to append have added to a target since a trusted
    /// time, deleted ones included, and when the first of these arrived.
    fn appended_since(&self, target_id: &str, since: Time) -> Result<(u64, Option<Time>)>;

    /// Trusted time as it was last written down.
    fn clock(&self) -> Result<Option<Clock>>;
    /// Writes trusted time down. The first time, no backup is taken to have arrived later.
    fn save_clock(&self, clock: &Clock) -> Result<()>;
    /// The latest trusted time at which any backup has arrived.
    fn last_arrival(&self) -> Result<Option<Time>>;

    /// How much there is; with `only`, of these targets.
    fn totals(&self, only: Option<&[String]>) -> Result<Totals>;

    /// How much there is of each target, or of these, with no more than `most` of them by name.
    fn target_sums(&self, only: Option<&[String]>, most: usize) -> Result<TargetSums>;
    /// Every location in which backups should lie that are not recycled, as the targets spell it.
    fn locations_in_use(&self) -> Result<Vec<String>>;
    /// Fails if the database cannot be read from the disk as it is now.
    fn ping(&self) -> Result<()>;
    /// Fails if the database cannot be written; writes once a second at most.
    fn try_write(&self) -> Result<()>;
    /// Writes a consistent copy to the new or empty file `to`, and returns its size in bytes.
    fn copy_to(&self, to: &Path) -> Result<u64>;

    /// True once the server has had an API key in a file.
    fn had_keys(&self) -> Result<bool>;
    /// Records that it has one.
    fn note_keys(&self) -> Result<()>;

    /// Every directory with a marker, and the marker's id. See [`markers`](crate::markers).
    fn markers(&self) -> Result<Vec<(String, String)>>;
    /// The id of the marker that a directory must have; none if it was never used.
    fn marker(&self, directory: &str) -> Result<Option<String>>;
    /// Records the id of a directory's marker.
    fn remember_marker(&self, directory: &str, id: &str) -> Result<()>;
    /// Forgets the marker of a directory that is not used any more.
    fn forget_marker(&self, directory: &str) -> Result<()>;

    /// Every backup, those first whose content was never compared with its hash, then those for
    /// which that is longest ago.
    fn least_recently_checked(&self) -> Result<Vec<BackupRow>>;
    /// One of them, as it is now.
    fn backup_in(&self, row: BackupRow) -> Result<Option<StoredBackup>>;
    /// Records what a look at the content has shown, unless the backup has gone or moved since it
    /// was read as `seen`; says whether it was recorded.
    fn set_health(&self, seen: &StoredBackup, health: &Health) -> Result<bool>;
    /// The same for the bytes of the content.
    fn set_filesize(&self, seen: &StoredBackup, bytes: u64) -> Result<bool>;

    /// The upload that was stored under this key, unless its backup is gone or marked as broken.
    fn upload(&self, key: &UploadKey) -> Result<Option<StoredUpload>>;

    /// All sequential uploads under way.
    fn sequences(&self) -> Result<Vec<Sequence>>;
    /// The one to a target.
    fn sequence(&self, target_id: &str) -> Result<Option<Sequence>>;
    /// Begins one with all files that will come.
    fn begin_sequence(&self, sequence: &Sequence, files: &[SequenceFile]) -> Result<()>;
    /// Files of one, in the order of its list: `count` at most, from a number on.
    fn sequence_files(&self, id: &str, from: u64, count: u64) -> Result<Vec<SequencePart>>;
    /// One file of one.
    fn sequence_file(&self, id: &str, path: &str, name: &str) -> Result<Option<SequencePart>>;
    /// Records the content of a file that has arrived, at a trusted time.
    fn arrived(&self, id: &str, part: &SequencePart, now: Time) -> Result<()>;
    /// Something has happened to one, at a trusted time.
    fn touch_sequence(&self, id: &str, now: Time) -> Result<()>;
    /// Ends one without a backup.
    fn end_sequence(&self, id: &str) -> Result<()>;

    /// Opens the database again after a commit that ended with an I/O error, so that what is read
    /// afterwards is on the disk. Does nothing if there was none.
    fn settle(&self) -> Result<()>;
    /// Writes down an operation before its first effect.
    fn begin(&self, operation: &Operation) -> Result<OperationId>;
    /// Applies an operation to the records and strikes it from the journal, in one step. One that
    /// has something to follow up stays in the journal, as applied.
    fn commit(&self, id: OperationId, operation: &Operation) -> Result<()>;
    /// How far an operation is; none when it is not in the journal any more.
    fn progress(&self, id: OperationId) -> Result<Option<Progress>>;
    /// Strikes an operation that is over, or whose effects were undone.
    fn strike(&self, id: OperationId) -> Result<()>;
    /// Operations in the journal, oldest first.
    fn pending(&self) -> Result<Vec<(OperationId, Operation, Progress)>>;

    /// Adds a job and gives its number. `status` is `Idle` or `Running`; `target` is the id of the
    /// only target that it concerns, if there is one.
    fn create_job(&self, name: &str, status: JobStatus, target: Option<&str>) -> Result<i64>;
    /// Marks a job as running from now on.
    fn start_job(&self, id: i64) -> Result<()>;
    /// Says something about a job that has not ended, which stays unless it fails.
    fn note_job(&self, id: i64, message: &str) -> Result<()>;
    /// Ends a job, with the reason when it failed.
    fn end_job(&self, id: i64, failure: Option<&str>) -> Result<()>;
    /// Ends every job that is not ended: they belong to a process that is gone.
    fn fail_unfinished_jobs(&self, failure: &str) -> Result<()>;
    /// The most recent jobs, newest last; with `only`, those that concern one of these targets and
    /// no other.
    fn jobs(&self, only: Option<&[String]>) -> Result<Vec<UploadJob>>;

    /// When a scheduled job is due, if that was ever decided.
    fn next_run(&self, name: &str) -> Result<Option<Time>>;
    /// Decides when a scheduled job is due.
    fn set_next_run(&self, name: &str, at: Time) -> Result<()>;
}

/// File of the database in a data folder.
const DATABASE: &str = "bchan.db";
/// File with the name of the data folder, for when there is no database to ask.
const INSTANCE: &str = "instance";

/// Opens the database in a data folder, making or upgrading it as needed.
pub(crate) fn open(data: &Path) -> Result<Sqlite> {
    Sqlite::open(&data.join(DATABASE))
}

/// Makes a database for a data folder that has lost its own, and is called so.
pub(crate) fn create(data: &Path, instance: &str) -> Result<Sqlite> {
    let store = open(data)?;
    store.rename(instance)
}

/// Whether a data folder has a database. An empty file is none: systems leave such when they crash.
pub(crate) fn exists(data: &Path) -> Result<bool> {
    match fs::metadata(data.join(DATABASE)) {
        Ok(meta) => Ok(meta.len() > 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::Io(error)),
    }
}

/// The files that a database consists of.
pub(crate) fn files(data: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| data.join(format!("{DATABASE}{suffix}")))
}

/// Writes a consistent copy of the database of a data folder to `to`, whether a server runs or not,
/// and returns its size in bytes.
pub(crate) fn copy(data: &Path, to: &Path) -> Result<u64> {
    ask_or(
        data,
        |server| server.copy_database(to),
        |database| sqlite::copy(database, to),
    )
}

/// The id of the target with this id or alias, whether a server runs or not.
pub(crate) fn find_target(data: &Path, id_or_alias: &str) -> Result<Option<String>> {
    ask_or(
        data,
        |server| server.find_target(id_or_alias),
        |database| sqlite::find_target(database, id_or_alias),
    )
}

/// Asks the server that runs over a data folder, or else looks into the database.
fn ask_or<T>(
    data: &Path,
    ask: impl Fn(Caller) -> io::Result<T>,
    look: impl Fn(&Path) -> Result<T>,
) -> Result<T> {
    /// How long a server may have the database before it takes requests or after it takes none.
    const PATIENCE: Duration = Duration::from_secs(30);

    let started = Instant::now();
    loop {
        let outcome = match Caller::connect(data) {
            Some(server) => ask(server).map_err(StoreError::Server),
            None => look(&data.join(DATABASE)),
        };
        match outcome {
            Err(error) if error.is_passing() && started.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(50));
            }
            other => return other,
        }
    }
}

/// The name of a data folder, as its file has it.
pub(crate) fn read_instance(data: &Path) -> Result<Option<String>> {
    match fs::read_to_string(data.join(INSTANCE)) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::Io(error)),
    }
}

/// Writes the file with the name of a data folder.
pub(crate) fn write_instance(data: &Path, instance: &str) -> Result<()> {
    let text = format!("{instance}\n");
    durable::write_file(&data.join(INSTANCE), text.as_bytes()).map_err(StoreError::Io)
}
