//! Lists of backups.

use std::collections::HashMap;

use bchan_api::Backup;
use serde::Serialize;

use super::{Page, View, clean};

/// The content of the recycle bin.
#[derive(Debug, Serialize)]
pub(crate) struct RecycleBin {
    /// Newest first.
    pub(crate) backups: Vec<Backup>,
    /// Aliases or names of targets by their ids, as far as they are known.
    #[serde(skip)]
    pub(crate) targets: HashMap<String, String>,
}

impl View for RecycleBin {
    const LISTS: &'static [&'static str] = &["backups"];

    fn text(&self, page: &Page) -> String {
        if self.backups.is_empty() {
            return "The recycle bin is empty.\n".to_owned();
        }
        let mut table = page
            .table(&["backup", "target", "created", "size"])
            .right(3)
            .whole(0);
        for backup in &self.backups {
            table.row([
                clean(&backup.id),
                clean(
                    self.targets
                        .get(&backup.target_id)
                        .unwrap_or(&backup.target_id),
                ),
                page.time(backup.created_at),
                page.size(backup.filesize),
            ]);
        }
        table.to_string()
    }

    fn ids(&self) -> Option<Vec<String>> {
        Some(ids(&self.backups))
    }
}

/// The backups of a target.
#[derive(Debug, Serialize)]
pub(crate) struct Backups {
    /// Newest first.
    pub(crate) backups: Vec<Backup>,
}

impl View for Backups {
    const LISTS: &'static [&'static str] = &["backups"];

    fn text(&self, page: &Page) -> String {
        if self.backups.is_empty() {
            return "There are no backups.\n".to_owned();
        }
        of_target(&self.backups, page)
    }

    fn ids(&self) -> Option<Vec<String>> {
        Some(ids(&self.backups))
    }
}

fn ids(backups: &[Backup]) -> Vec<String> {
    backups.iter().map(|backup| backup.id.clone()).collect()
}

/// The backups of one target.
pub(super) fn of_target(backups: &[Backup], page: &Page) -> String {
    let mut table = page
        .table(&["backup", "created", "size", "by", "state"])
        .right(2)
        .whole(0);
    for backup in backups {
        table.row([
            clean(&backup.id),
            page.time(backup.created_at),
            page.size(backup.filesize),
            if backup.manual { "hand" } else { "schedule" }.to_owned(),
            state(backup).to_owned(),
        ]);
    }
    table.to_string()
}

fn state(backup: &Backup) -> &'static str {
    match (backup.hash_mismatch, backup.is_recycled) {
        (true, true) => "damaged, recycled",
        (true, false) => "damaged",
        (false, true) => "recycled",
        (false, false) => "stored",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::page::tests::{script, terminal};
    use bchan_api::Time;

    fn backup() -> Backup {
        Backup {
            id: "0c9a\x1b[31m".into(),
            target_id: "t".into(),
            created_at: Time::from_unix_seconds(1_752_231_437),
            manual: true,
            is_recycled: false,
            filesize: 4096,
            hash: None,
            hash_mismatch: false,
            receipt: None,
            reproducible: false,
        }
    }

    #[test]
    fn scripts_get_exact_times_and_nobody_gets_escapes() {
        let bin = RecycleBin {
            backups: vec![backup()],
            targets: HashMap::new(),
        };
        let text = bin.text(&script());
        assert!(
            text.contains("2025-07-11T10:57:17+00:00") && text.contains("4.0 KiB"),
            "{text}"
        );
        let text = bin.text(&terminal(80));
        assert!(
            text.contains("2 h ago") && text.contains("4.0 KiB"),
            "{text}"
        );
        assert!(!text.contains('\x1b'), "{text:?}");
    }

    #[test]
    fn a_damaged_backup_stands_out() {
        let damaged = Backup {
            hash_mismatch: true,
            is_recycled: true,
            ..backup()
        };
        assert!(of_target(&[damaged], &script()).contains("damaged, recycled"));
        assert!(of_target(&[backup()], &script()).contains("stored"));
    }
}
