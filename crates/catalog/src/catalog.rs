//! The interface of the catalog.

use std::path::Path;

use bchan_api::{JobStatus, SequenceFile, Target, TargetFilter, Time, UploadJob};

use super::error::Result;
use super::records::{
    Present, SavedClock, Sequence, SequencePart, StoredBackup, StoredUpload, UploadKey,
};
use super::types::{BackupRow, Health, OperationId, Progress, TargetSums, Totals};
use crate::journal::Operation;
use crate::object::DirectoryName;

/// The server's memory: targets, backups, jobs, and the journal of what is under way.
///
/// Every call is one transaction that is on disk when it returns.
pub trait Store: Send + Sync {
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
    /// Returns the faults of the database; none if it is sound.
    fn faults(&self) -> Result<Vec<String>>;

    /// Adds a target.
    fn create_target(&self, target: &Target) -> Result<()>;
    /// Fails where [`create_target`](Self::create_target) or an edit to this would.
    fn check_unique(&self, target: &Target) -> Result<()>;
    /// Every location in use, as the targets spell it.
    fn locations(&self) -> Result<Vec<String>>;
    /// Directories that targets have left, or did not get to, and that may hold left-overs.
    fn former_directories(&self) -> Result<Vec<DirectoryName>>;
    /// Forgets one of them, unless an operation in the journal may still leave something there.
    fn forget_directory(&self, directory: &DirectoryName) -> Result<()>;

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
    #[cfg(feature = "adopt")]
    fn adopt(&self, target: Option<&Target>, backups: &[StoredBackup]) -> Result<()>;
    /// All recycled backups, newest first.
    fn recycled(&self) -> Result<Vec<StoredBackup>>;
    /// Ids of the targets that have recycled backups.
    fn targets_in_bin(&self) -> Result<Vec<String>>;
    /// Returns facts about a target's present backups without reading each.
    fn present(&self, target_id: &str) -> Result<Present>;
    /// How many backups keys with only the right to append have added to a target since a trusted
    /// time, deleted ones included, and when the first of these arrived.
    fn appended_since(&self, target_id: &str, since: Time) -> Result<(u64, Option<Time>)>;

    /// Trusted time as it was last written down.
    fn clock(&self) -> Result<Option<SavedClock>>;
    /// Writes trusted time down. The first time, no backup is taken to have arrived later.
    fn save_clock(&self, clock: &SavedClock) -> Result<()>;
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

    /// Every directory with a marker, and the marker's id.
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
    /// When all of the content of a backup was last read; none if it was not since it arrived.
    fn checked_at(&self, id: &str) -> Result<Option<Time>>;
    /// Records that some content of a backup was last read at this time.
    fn set_checked_at(&self, id: &str, at: Time) -> Result<()>;
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
    /// Applies an operation to the records and removes it from the journal, in one transaction. An
    /// operation with a follow-up stays in the journal, as applied.
    fn commit(&self, id: OperationId, operation: &Operation) -> Result<()>;
    /// How far an operation is; none when it is not in the journal any more.
    fn progress(&self, id: OperationId) -> Result<Option<Progress>>;
    /// Removes an operation from the journal that has ended or was undone.
    fn remove_operation(&self, id: OperationId) -> Result<()>;
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
