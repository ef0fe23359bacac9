//! Names that come from elsewhere.

use bchan_api::{Features, NewTarget, RecycleAction, RecycleCriteria, TargetEdit, TargetType};

use crate::characters::is_unsafe;

/// Longest file name that is taken over, in bytes.
const LONGEST: usize = 200;

/// A server's name for a file as one harmless component of a path; `None` when nothing is left.
pub(crate) fn file_name(proposed: &str) -> Option<String> {
    let last = proposed.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !is_unsafe(*c)).collect();
    // A colon means another host to `tar`, `scp` and `rsync`, and some file systems have none.
    let plain = plain.replace(':', "-");
    // Neither hidden, nor an option where a shell replaces `*` by the names in a folder.
    let mut name = plain.trim().trim_start_matches(['.', '-']).to_owned();
    while name.len() > LONGEST {
        name.pop();
    }
    (!name.is_empty()).then_some(name)
}

/// A new target of this name, which keeps everything until its settings are changed. Its alias is
/// its name.
pub fn new_target(name: &str, features: Features) -> NewTarget {
    let folder = folder(name);
    NewTarget {
        backup_type: TargetType::Multi,
        settings: TargetEdit {
            name: name.to_owned(),
            recycle_criteria: RecycleCriteria::None,
            recycle_value: None,
            recycle_action: RecycleAction::Recycle,
            location: folder.clone(),
            // Two backups of one second must not share a name, which this project's server sees to.
            name_template: if features == Features::default() {
                format!("{folder}-$D-$I")
            } else {
                format!("{folder}-$D")
            },
            deduplicate: false,
            alias: Some(name.to_owned()),
            min_backups: None,
            max_daily_uploads: None,
            tags: Vec::new(),
        },
    }
}

/// A folder for what has this name.
pub(crate) fn folder(name: &str) -> String {
    let fine = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let folder: String = name
        .chars()
        .take(60)
        .map(|c| if fine(c) { c } else { '_' })
        .collect();
    match folder.trim_start_matches('.') {
        "" => "backups".to_owned(),
        folder => folder.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_servers_stay_one_harmless_component() {
        let cases = [
            ("a.tar.gz", Some("a.tar.gz")),
            ("../../.bashrc", Some("bashrc")),
            ("/etc/passwd", Some("passwd")),
            ("C:\\x\\y.txt", Some("y.txt")),
            ("\u{1b}[31mred", Some("[31mred")),
            ("-rf", Some("rf")),
            (".-.x", Some("x")),
            ("invoice\u{202e}fdp.exe", Some("invoicefdp.exe")),
            ("a\u{61c}\u{200b}b", Some("ab")),
            ("..", None),
            (
                "a-2025-07-11T12:57:17.tar",
                Some("a-2025-07-11T12-57-17.tar"),
            ),
            ("a/", None),
            ("", None),
        ];
        for (proposed, expected) in cases {
            assert_eq!(file_name(proposed).as_deref(), expected, "{proposed:?}");
        }
        assert!(file_name(&"ö".repeat(300)).unwrap().len() <= LONGEST);
    }

    #[test]
    fn a_created_target_lies_in_a_folder_of_its_own() {
        let target = new_target("../my docs", Features::default());
        assert_eq!(target.settings.location, "_my_docs");
        assert_eq!(target.settings.name_template, "_my_docs-$D-$I");
        assert_eq!(
            new_target("...", Features::default()).settings.location,
            "backups"
        );
    }
}
