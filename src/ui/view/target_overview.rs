//! Targets with what is stored in them.

use bchan_api::{Target, TargetView, Time};
use serde::Serialize;

use super::{Page, View, clean};

/// A list of targets with what is stored in each.
#[derive(Debug, Serialize)]
pub(crate) struct TargetOverviews {
    pub(crate) targets: Vec<TargetOverview>,
}

/// A target, and its backups outside the recycle bin in numbers.
#[derive(Debug, Serialize)]
pub(crate) struct TargetOverview {
    #[serde(flatten)]
    target: Target,
    /// Number of backups.
    backup_count: usize,
    /// Bytes of content of all of them.
    backup_bytes: u64,
    /// Time of the newest; none if there is none.
    newest_backup: Option<Time>,
}

impl TargetOverview {
    pub(crate) fn of(view: TargetView) -> Self {
        let stored = view.backups.iter().filter(|backup| !backup.is_recycled);
        Self {
            backup_count: stored.clone().count(),
            backup_bytes: stored
                .clone()
                .fold(0, |sum, backup| sum.saturating_add(backup.filesize)),
            // They come newest first.
            newest_backup: stored.clone().next().map(|backup| backup.created_at),
            target: view.target,
        }
    }
}

impl View for TargetOverviews {
    const LISTS: &'static [&'static str] = &["targets"];

    fn text(&self, page: &Page) -> String {
        if self.targets.is_empty() {
            return "No targets found.\n".to_owned();
        }
        let columns = ["name", "alias or id", "newest backup", "backups", "size"];
        let mut table = page.table(&columns).whole(1).right(3).right(4);
        for row in &self.targets {
            let newest = row.newest_backup;
            table.row([
                clean(&row.target.name),
                clean(row.target.handle()),
                newest.map_or_else(|| "never".to_owned(), |time| page.time(time)),
                row.backup_count.to_string(),
                page.size(row.backup_bytes),
            ]);
        }
        table.to_string()
    }

    fn ids(&self) -> Option<Vec<String>> {
        let ids = self.targets.iter().map(|row| row.target.id.clone());
        Some(ids.collect())
    }
}
