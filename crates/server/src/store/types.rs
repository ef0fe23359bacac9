//! Values that the catalog returns.

use bchan_api::Time;

/// Number of a journalled operation.
pub(crate) type OperationId = i64;

/// Where the database has a backup: an eighth of what its id takes, of which there may be a
/// million. Once a backup is gone, another may come to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BackupRow(pub(super) i64);

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
