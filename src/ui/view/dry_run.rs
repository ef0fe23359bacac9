//! The report of a dry run.

use std::fmt::Write as _;

use bchan_archive::EntryKind;
use serde::Serialize;

use super::transfer::amount;
use super::{Page, View, Warning, clean};
use bchan_agent::{self, Amount, Listing};

/// The entries that an upload would send.
#[derive(Debug, Serialize)]
pub(crate) struct DryRun {
    /// Entries that would be stored.
    pub(crate) entries: Vec<Entry>,
    /// Entries that the rules leave out; only with `--verbose`.
    pub(crate) excluded: Vec<Excluded>,
    /// Entries that the rules leave out, without what lies below them.
    pub(crate) excluded_count: u64,
    /// Files among them; a hard link counts as a file.
    pub(crate) files: u64,
    /// Bytes of their content.
    pub(crate) bytes: u64,
    /// Problems with entries.
    pub(crate) warnings: Vec<Warning>,
}

/// An entry that would be stored.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) path: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// Bytes of content; a second name of a file has none.
    pub(crate) size: u64,
}

/// An entry that would not.
#[derive(Debug, Serialize)]
pub(crate) struct Excluded {
    pub(crate) path: String,
    pub(crate) reason: String,
}

impl DryRun {
    pub(crate) fn new(
        listing: Listing,
        warnings: impl FnOnce(Vec<bchan_agent::Warning>) -> Vec<Warning>,
    ) -> Self {
        let entry = |found: bchan_agent::Listed| Entry {
            path: found.path.to_string_lossy().into_owned(),
            kind: kind(found.kind),
            size: found.size,
        };
        let excluded = |left: bchan_agent::Left| Excluded {
            path: left.path.to_string_lossy().into_owned(),
            reason: left.reason,
        };
        Self {
            files: listing
                .entries
                .iter()
                .filter(|entry| entry.kind == EntryKind::File)
                .count() as u64,
            entries: listing.entries.into_iter().map(entry).collect(),
            excluded: listing.left.into_iter().map(excluded).collect(),
            excluded_count: listing.left_count,
            bytes: listing.bytes,
            warnings: warnings(listing.warnings),
        }
    }
}

/// Returns the name of a kind of entry for programs.
const fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "file",
        EntryKind::Directory => "directory",
        EntryKind::Link => "symlink",
        EntryKind::Fifo => "fifo",
        EntryKind::BlockDevice => "block-device",
        EntryKind::CharacterDevice => "character-device",
        EntryKind::Socket => "socket",
        EntryKind::Other => "other",
    }
}

impl View for DryRun {
    const LISTS: &'static [&'static str] = &["entries", "excluded"];

    fn text(&self, page: &Page) -> String {
        let sizes: Vec<String> = self.entries.iter().map(|e| page.size(e.size)).collect();
        let width = sizes.iter().map(String::len).max().unwrap_or(0);
        // Writing to a `String` cannot fail.
        let mut text = String::new();
        for (entry, size) in self.entries.iter().zip(&sizes) {
            let (path, end) = match entry.kind {
                "directory" if !entry.path.ends_with('/') => (clean(&entry.path), "/"),
                _ => (clean(&entry.path), ""),
            };
            let _ = writeln!(text, "{size:>width$}  {path}{end}");
        }
        for Excluded { path, reason } in &self.excluded {
            let (path, reason) = (clean(path), clean(reason));
            let _ = writeln!(text, "{:>width$}  {path}: {reason}", "-");
        }
        let what = amount(
            Amount {
                entries: self.entries.len() as u64,
                files: self.files,
                bytes: self.bytes,
            },
            page,
        );
        let left = match self.excluded_count {
            0 => String::new(),
            count => format!(", and leave out {count}"),
        };
        let _ = writeln!(text, "would store {what}{left}");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::page::tests::{script, terminal};

    fn dry_run() -> DryRun {
        DryRun {
            entries: vec![
                Entry {
                    path: "a".into(),
                    kind: "directory",
                    size: 0,
                },
                Entry {
                    path: "a/b\n".into(),
                    kind: "file",
                    size: 2048,
                },
            ],
            excluded: vec![Excluded {
                path: "a/c".into(),
                reason: "matches `c`".into(),
            }],
            excluded_count: 1,
            files: 1,
            bytes: 2048,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn lists_what_goes_and_what_stays() {
        assert_eq!(
            dry_run().text(&terminal(80)),
            "    0 B  a/\n2.0 KiB  a/b\\n\n      -  a/c: matches `c`\n\
             would store 2 entries (1 file), 2.0 KiB, and leave out 1\n"
        );
        assert!(dry_run().text(&script()).contains("2.0 KiB  a/b"));
    }

    #[test]
    fn json_has_the_documented_names() {
        let value = serde_json::to_value(dry_run()).unwrap();
        let expected = serde_json::json!({
            "entries": [
                {"path": "a", "type": "directory", "size": 0},
                {"path": "a/b\n", "type": "file", "size": 2048}
            ],
            "excluded": [{"path": "a/c", "reason": "matches `c`"}],
            "excluded_count": 1, "files": 1, "bytes": 2048, "warnings": []
        });
        assert_eq!(value, expected);
    }
}
