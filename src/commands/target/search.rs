use bchan_api::{RecycleAction, RecycleCriteria, TargetFilter};
use clap::{Args, ValueEnum};

use super::create::Kind;
use super::list::Shape;
use super::recycling::{action, criteria, tags};
use crate::context::Context;
use crate::error::{CommandError, Exit};

/// Search targets by their properties
///
/// A target must match all options. Text matches any part, ignoring case.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan target search photos
  bchan target search --type single --recycle-criteria age
  bchan target search --tags nightly,db -o id")]
pub(super) struct SearchArgs {
    /// Part of the name
    #[arg(value_name = "NAME", conflicts_with = "name")]
    word: Option<String>,

    /// Same as NAME
    #[arg(short, long)]
    name: Option<String>,

    /// Type of the target: one file or a tree of files per backup (letter as in the Python client)
    #[arg(short = 't', long = "type", value_name = "TYPE", value_enum)]
    kind: Option<Kind>,

    /// Retention criterion (letter as in the Python client)
    #[arg(short = 'c', long, value_name = "CRITERIA", value_parser = criteria())]
    recycle_criteria: Option<RecycleCriteria>,

    /// Action on an old backup (letter as in the Python client)
    #[arg(short = 'a', long, value_name = "ACTION", value_parser = action())]
    recycle_action: Option<RecycleAction>,

    /// Part of the location
    #[arg(short, long, value_name = "DIR")]
    location: Option<String>,

    /// Part of the name template
    #[arg(short = 'm', long, value_name = "TEMPLATE")]
    name_template: Option<String>,

    /// State of deduplication (letter as in the Python client)
    #[arg(short, long, value_name = "STATE", value_enum)]
    deduplicate: Option<Switch>,

    /// Part of the alias (letter as in the Python client)
    #[arg(short = 's', long)]
    alias: Option<String>,

    /// A tag, or several between commas, all of which a target must have
    #[arg(
        long = "tags",
        visible_alias = "tag",
        value_name = "TAG,TAG",
        value_delimiter = ','
    )]
    tags: Vec<String>,

    /// Show only aliases (or ids) and names, one line each
    #[arg(long)]
    compact: bool,

    #[command(flatten)]
    shape: Shape,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    /// They are
    On,
    /// They are not
    Off,
}

impl SearchArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let Self {
            word,
            name,
            kind,
            recycle_criteria,
            recycle_action,
            location,
            name_template,
            deduplicate,
            alias,
            tags: given,
            compact,
            shape,
        } = self;
        let filter = TargetFilter {
            name: word.or(name),
            target_type: kind.map(Kind::target_type),
            recycle_criteria,
            recycle_action,
            location,
            name_template,
            deduplicate: deduplicate.map(|switch| switch == Switch::On),
            alias,
            tags: tags(&given),
        };
        if filter.is_empty() {
            return Err(CommandError::usage("there is nothing to search for")
                .hint("`bchan target list` shows all targets"));
        }
        let targets = context.client().await?.search_targets(&filter).await?;
        shape.show(targets, compact, context)
    }
}
