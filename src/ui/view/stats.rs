//! How much a server holds.

use bchan_api::Stats;
use serde::Serialize;

use super::{Page, View, clean};

/// The numbers of a server.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct ServerStats(pub(crate) Stats);

impl View for ServerStats {
    fn text(&self, page: &Page) -> String {
        let stats = &self.0;
        let stored = stats
            .total_backups
            .saturating_sub(stats.total_recycled_backups);
        format!(
            "server version:  {}\n\
             targets:         {}\n\
             backups:         {stored} ({})\n\
             recycle bin:     {} ({})\n",
            clean(&stats.program_version),
            stats.total_targets,
            page.size(stats.total_target_size),
            stats.total_recycled_backups,
            page.size(stats.total_recycle_bin_size),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::page::tests::terminal;

    #[test]
    fn what_is_recycled_is_counted_apart() {
        let stats = ServerStats(Stats {
            program_version: "1\x1b".into(),
            total_target_size: 2048,
            total_recycle_bin_size: 1024,
            total_targets: 2,
            total_backups: 5,
            total_recycled_backups: 1,
        });
        let text = stats.text(&terminal(80));
        for says in [
            "1\\u{1b}\n",
            "targets:         2\n",
            "4 (2.0 KiB)",
            "1 (1.0 KiB)",
        ] {
            assert!(text.contains(says), "{says}: {text}");
        }
        assert_eq!(serde_json::to_value(stats).unwrap()["total_backups"], 5);
    }
}
