//! Targets, alone and in lists.

use std::fmt::Write as _;

use bchan_api::{Backup, RecycleAction, RecycleCriteria, Target};
use serde::Serialize;

use super::backup;
use super::{Page, View as Render, clean};

/// All targets, or one page of them.
#[derive(Debug, Serialize)]
pub(crate) struct Targets {
    /// In the server's order, which is by name.
    pub(crate) targets: Vec<Target>,
}

/// The same with only what a command needs to name a target.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct CompactTargets(pub(crate) Targets);

/// One target and its backups.
#[derive(Debug, Serialize)]
pub(crate) struct View {
    /// The target.
    pub(crate) target: Target,
    /// Newest first.
    pub(crate) backups: Vec<Backup>,
}

/// A target that has come into being.
#[derive(Debug, Serialize)]
pub(crate) struct CreatedTarget {
    /// UUID.
    pub(crate) id: String,
    /// Name given by the user.
    #[serde(skip)]
    pub(crate) name: String,
    #[serde(skip)]
    pub(crate) alias: Option<String>,
}

const NONE: &str = "No targets found.\n";

impl Render for Targets {
    const LISTS: &'static [&'static str] = &["targets"];

    fn text(&self, page: &Page) -> String {
        if self.targets.is_empty() {
            return NONE.to_owned();
        }
        if !page.is_wide() {
            return self.narrow(page);
        }
        let mut table = page.table(&["name", "alias", "type", "keeps", "location", "id"]);
        for target in &self.targets {
            table.row([
                clean(&target.name),
                clean(target.alias.as_deref().unwrap_or("-")),
                target.target_type.to_string(),
                keeps(target),
                clean(&target.location),
                clean(&target.id),
            ]);
        }
        table.to_string()
    }

    fn ids(&self) -> Option<Vec<String>> {
        Some(
            self.targets
                .iter()
                .map(|target| target.id.clone())
                .collect(),
        )
    }
}

impl Targets {
    /// With the name to use in later commands: the alias or, if there is none, the id.
    fn narrow(&self, page: &Page) -> String {
        let mut table = page
            .table(&["name", "alias or id", "type", "keeps", "location"])
            .whole(1);
        for target in &self.targets {
            table.row([
                clean(&target.name),
                clean(target.handle()),
                target.target_type.to_string(),
                keeps(target),
                clean(&target.location),
            ]);
        }
        table.to_string()
    }
}

impl Render for CompactTargets {
    const LISTS: &'static [&'static str] = Targets::LISTS;

    fn text(&self, _: &Page) -> String {
        if self.0.targets.is_empty() {
            return NONE.to_owned();
        }
        let line =
            |target: &Target| format!("{}  {}\n", clean(target.handle()), clean(&target.name));
        self.0.targets.iter().map(line).collect()
    }

    fn ids(&self) -> Option<Vec<String>> {
        self.0.ids()
    }
}

impl Render for View {
    fn text(&self, page: &Page) -> String {
        let target = &self.target;
        let tags = match target.tags.as_slice() {
            [] => "-".to_owned(),
            tags => tags.join(", "),
        };
        let facts = [
            ("name", clean(&target.name)),
            ("id", clean(&target.id)),
            ("alias", clean(target.alias.as_deref().unwrap_or("-"))),
            ("type", target.target_type.to_string()),
            ("keeps", keeps(target)),
            ("location", clean(&target.location)),
            ("name template", clean(&target.name_template)),
            (
                "deduplicate",
                if target.deduplicate { "yes" } else { "no" }.to_owned(),
            ),
            ("daily uploads", daily_uploads(target)),
            ("tags", clean(&tags)),
        ];
        let mut text = String::new();
        for (name, value) in facts {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "{:<15}{value}", format!("{name}:"));
        }
        text.push('\n');
        if self.backups.is_empty() {
            text.push_str("It has no backups.\n");
        } else {
            text.push_str(&backup::of_target(&self.backups, page));
        }
        text
    }

    fn ids(&self) -> Option<Vec<String>> {
        Some(vec![self.target.id.clone()])
    }
}

impl Render for CreatedTarget {
    const REPORT: bool = true;

    fn text(&self, _: &Page) -> String {
        let alias = self.alias.as_ref().filter(|alias| **alias != self.name);
        let alias = alias.map_or(String::new(), |alias| format!(", alias {}", clean(alias)));
        format!(
            "created target {}{alias} ({})\n",
            clean(&self.name),
            clean(&self.id)
        )
    }

    fn ids(&self) -> Option<Vec<String>> {
        Some(vec![self.id.clone()])
    }
}

/// How many backups a day come in by keys that only append.
fn daily_uploads(target: &Target) -> String {
    target.max_daily_uploads.map_or_else(
        || "the server's default for append keys".to_owned(),
        |most| format!("at most {most} by append keys"),
    )
}

/// Describes the retention of a target in a few words.
fn keeps(target: &Target) -> String {
    let value = target.recycle_value.unwrap_or(0);
    let kept = match (target.recycle_criteria, target.min_backups) {
        (RecycleCriteria::None, _) => return "everything".to_owned(),
        (RecycleCriteria::Count, _) => format!("newest {value}"),
        (RecycleCriteria::Age, None) => format!("{value} days"),
        (RecycleCriteria::Age, Some(least)) => format!("{value} days, at least {least}"),
    };
    match target.recycle_action {
        RecycleAction::Recycle => kept,
        RecycleAction::Delete => format!("{kept}, deletes"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ui::page::tests::{script, terminal};
    use bchan_api::TargetType;

    pub(crate) fn target() -> Target {
        Target {
            id: "5e2f6a0c-8f7f-4d0e-9a53-2f8b6a1c7d90".into(),
            name: "Documents\x1b]0;x\x07".into(),
            target_type: TargetType::Multi,
            recycle_criteria: RecycleCriteria::None,
            recycle_value: None,
            recycle_action: RecycleAction::Recycle,
            location: "docs".into(),
            name_template: "docs-$I".into(),
            deduplicate: false,
            alias: Some("docs".into()),
            min_backups: None,
            max_daily_uploads: None,
            tags: vec!["a".into(), "b".into()],
        }
    }

    #[test]
    fn says_what_is_kept() {
        let with = |criteria, value, action, least| {
            keeps(&Target {
                recycle_criteria: criteria,
                recycle_value: value,
                recycle_action: action,
                min_backups: least,
                ..target()
            })
        };
        assert_eq!(keeps(&target()), "everything");
        let count = with(
            RecycleCriteria::Count,
            Some(5),
            RecycleAction::Recycle,
            None,
        );
        assert_eq!(count, "newest 5");
        let age = with(
            RecycleCriteria::Age,
            Some(30),
            RecycleAction::Delete,
            Some(3),
        );
        assert_eq!(age, "30 days, at least 3, deletes");
    }

    #[test]
    fn lists_are_safe_and_fit() {
        let list = Targets {
            targets: vec![target()],
        };
        for width in [60, 80, 120] {
            let text = list.text(&terminal(width));
            assert!(!text.contains(['\x1b', '\x07']), "{text:?}");
            assert!(
                text.lines()
                    .all(|line| line.chars().count() <= width.into()),
                "{text}"
            );
        }
        assert_eq!(list.text(&script()).lines().count(), 2);
        let compact = CompactTargets(list).text(&script());
        assert!(compact.starts_with("docs  Documents\\u{1b}"), "{compact}");
    }

    #[test]
    fn json_has_the_shape_of_the_api() {
        let list = serde_json::to_value(Targets {
            targets: vec![target()],
        })
        .unwrap();
        assert_eq!(list["targets"][0]["target_type"], "multi");
        let compact = CompactTargets(Targets {
            targets: vec![target()],
        });
        assert_eq!(serde_json::to_value(compact).unwrap(), list);
        let view = View {
            target: target(),
            backups: vec![],
        };
        let value = serde_json::to_value(&view).unwrap();
        assert_eq!(value["backups"], serde_json::json!([]));
        assert!(view.text(&script()).contains("It has no backups."));
        let created = CreatedTarget {
            id: "1".into(),
            name: "n".into(),
            alias: None,
        };
        assert_eq!(
            serde_json::to_value(created).unwrap(),
            serde_json::json!({"id": "1"})
        );
    }
}
