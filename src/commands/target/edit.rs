use bchan_api::{Target, TargetEdit};
use clap::{ArgAction, Args};

use super::WhichTarget;
use super::recycling::{RecyclingArgs, tags};
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::Done;

/// Change a target
///
/// Only the given settings change. The type of a target cannot change.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan target edit docs --recycle-criteria count --recycle-value 10
  bchan target edit docs --alias papers --clear-tags")]
pub(super) struct EditArgs {
    #[command(flatten)]
    which: WhichTarget,

    /// New display name
    #[arg(short, long)]
    name: Option<String>,

    #[command(flatten)]
    recycling: RecyclingArgs,

    /// Remove the minimum number of backups
    #[arg(long, conflicts_with = "min_backups")]
    remove_min_backups: bool,

    /// Daily backups allowed for `append` keys; 0 allows none
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(0..))]
    max_daily_uploads: Option<i64>,

    /// Use the server's default for --max-daily-uploads
    #[arg(long, conflicts_with = "max_daily_uploads")]
    remove_max_daily_uploads: bool,

    /// New folder on the server; existing backups move there
    #[arg(short, long, value_name = "DIR")]
    location: Option<String>,

    /// New file name of backups, with $I for the id, $D for the time, $M for manual or auto
    #[arg(short = 'm', long, value_name = "TEMPLATE")]
    name_template: Option<String>,

    /// Drop backups with the same content as another one
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true", action = ArgAction::Set)]
    deduplicate: Option<bool>,

    /// Toggle deduplication (letter as in the Python client)
    #[arg(short = 'd', long, conflicts_with = "deduplicate")]
    toggle_deduplication: bool,

    /// New short name (letter as in the Python client)
    #[arg(short = 's', long)]
    alias: Option<String>,

    /// Remove the short name
    #[arg(long, conflicts_with = "alias")]
    remove_alias: bool,

    /// New labels, replacing all present ones
    #[arg(long, value_name = "TAG,TAG", value_delimiter = ',')]
    tags: Option<Vec<String>>,

    /// Remove all labels
    #[arg(long, conflicts_with = "tags")]
    clear_tags: bool,
}

impl EditArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        if self.is_empty() {
            return Err(CommandError::usage("nothing to change")
                .hint("`bchan target edit --help` shows what can change"));
        }
        let target = context.target(&self.which.target).await?.target;
        let edit = self.edit(&target)?;
        context
            .client()
            .await?
            .edit_target(&target.id, &edit)
            .await?;
        context
            .ui
            .show(&Done::new(format!("changed target {}", edit.name)))?;
        Ok(Exit::Done)
    }

    fn is_empty(&self) -> bool {
        let Self {
            which: _,
            name,
            recycling,
            remove_min_backups,
            max_daily_uploads,
            remove_max_daily_uploads,
            location,
            name_template,
            deduplicate,
            toggle_deduplication,
            alias,
            remove_alias,
            tags,
            clear_tags,
        } = self;
        let flags = [
            remove_min_backups,
            remove_max_daily_uploads,
            toggle_deduplication,
            remove_alias,
            clear_tags,
        ];
        let texts = [name, location, name_template, alias];
        recycling.is_empty()
            && deduplicate.is_none()
            && tags.is_none()
            && max_daily_uploads.is_none()
            && flags.into_iter().all(|flag| !flag)
            && texts.into_iter().all(Option::is_none)
    }

    /// All settings of the target as they are to be, since the API knows no partial edit.
    fn edit(self, target: &Target) -> Result<TargetEdit, CommandError> {
        let mut edit = TargetEdit::from(target);
        self.recycling.apply(&mut edit)?;
        if self.remove_min_backups {
            edit.min_backups = None;
        }
        if self.max_daily_uploads.is_some() || self.remove_max_daily_uploads {
            edit.max_daily_uploads = Some(self.max_daily_uploads);
        }
        edit.name = self.name.unwrap_or(edit.name);
        edit.location = self.location.unwrap_or(edit.location);
        edit.name_template = self.name_template.unwrap_or(edit.name_template);
        edit.deduplicate = self
            .deduplicate
            .unwrap_or(edit.deduplicate ^ self.toggle_deduplication);
        edit.alias = self.alias.or(edit.alias).filter(|_| !self.remove_alias);
        edit.tags = self.tags.map_or(edit.tags, |given| tags(&given));
        if self.clear_tags {
            edit.tags.clear();
        }
        Ok(edit)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::ui::view::test_target;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: EditArgs,
    }

    fn parse(line: &str) -> EditArgs {
        let words = ["edit", "docs"].into_iter().chain(line.split_whitespace());
        Line::try_parse_from(words).unwrap().args
    }

    fn edited(line: &str) -> TargetEdit {
        parse(line).edit(&test_target()).unwrap()
    }

    #[test]
    fn changes_only_what_is_given() {
        let before = TargetEdit::from(&test_target());
        assert_eq!(
            edited("--name x"),
            TargetEdit {
                name: "x".into(),
                ..before.clone()
            }
        );
        assert_eq!(
            edited("--clear-tags"),
            TargetEdit {
                tags: vec![],
                ..before.clone()
            }
        );
        assert_eq!(
            edited("--remove-alias"),
            TargetEdit {
                alias: None,
                ..before.clone()
            }
        );
        assert_eq!(
            edited("-d"),
            TargetEdit {
                deduplicate: true,
                ..before.clone()
            }
        );
        assert_eq!(
            edited("--deduplicate"),
            TargetEdit {
                deduplicate: true,
                ..before.clone()
            }
        );
        assert_eq!(edited("--deduplicate=false"), before);
        assert_eq!(edited("--tags z").tags, ["z"]);
        let counted = edited("-c count -v 5 --min-backups 2");
        assert_eq!(
            (counted.recycle_value, counted.min_backups),
            (Some(5), Some(2))
        );
        let limited = edited("--max-daily-uploads 7");
        assert_eq!(limited.max_daily_uploads, Some(Some(7)));
        let mut target = test_target();
        target.max_daily_uploads = Some(7);
        let default = parse("--remove-max-daily-uploads").edit(&target).unwrap();
        assert_eq!(default.max_daily_uploads, Some(None));
    }

    #[test]
    fn toggling_twice_changes_nothing() {
        let mut target = test_target();
        target.deduplicate = true;
        assert!(
            !parse("--toggle-deduplication")
                .edit(&target)
                .unwrap()
                .deduplicate
        );
    }

    #[test]
    fn knows_when_there_is_nothing_to_do() {
        assert!(parse("").is_empty());
        for line in [
            "-n x",
            "-v 1",
            "-d",
            "--clear-tags",
            "--tags a",
            "--remove-min-backups",
            "--max-daily-uploads 1",
            "--remove-max-daily-uploads",
        ] {
            assert!(!parse(line).is_empty(), "{line}");
        }
    }
}
