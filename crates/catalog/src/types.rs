//! Values that the catalog returns.

use bchan_api::Time;

/// Number of a journalled operation.
pub type OperationId = i64;

/// Where the database has a backup: an eighth of what its id takes, of which there may be a
/// million. Once a backup is gone, another may come to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupRow(pub(super) i64);

/// Result of reading a backup's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// The content is sound. The hash is recorded if there is none yet.
    Sound { hash: String },
    /// It is missing, cannot be read, or is something else.
    Broken,
}

/// How much there is; sizes in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub targets: u64,
    /// With recycled ones.
    pub backups: u64,
    pub recycled: u64,
    /// Of backups that are not recycled.
    pub target_size: u64,
    /// Of recycled ones.
    pub bin_size: u64,
}

/// How much there is of targets, one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetSums {
    /// Number of all targets.
    pub count: u64,
    /// The oldest targets, oldest first.
    pub targets: Vec<TargetRow>,
    /// The others together, if there are any.
    pub others: Option<TargetSum>,
}

/// How much there is of one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetRow {
    pub id: String,
    pub name: String,
    pub sum: TargetSum,
}

/// How much there is; sizes in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TargetSum {
    /// Backups that are not recycled.
    pub present: u64,
    pub recycled: u64,
    /// Of backups that are not recycled.
    pub size: u64,
    pub recycled_size: u64,
    /// Backups that are marked as broken, recycled or not.
    pub unhealthy: u64,
    /// When the newest backup was made; of several targets, of the one where that is longest ago.
    pub newest: Option<Time>,
}

/// How far an operation in the journal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Its effects may have happened, or some of them; the records are as before.
    Begun,
    /// The records have changed; something may be left over on the disk.
    Applied,
}
