use bchan_api::Target;
use bchan_client::Error;
use clap::{Args, ValueEnum};

use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::{CompactTargets, TargetOverview, TargetOverviews, Targets};

/// List targets
///
/// Without options, all targets are listed by name.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan target list
  bchan target list --backups
  bchan target list --tag nightly --sort location
  bchan target list --tag old -o id | xargs -r -n 1 bchan target delete --yes")]
pub(super) struct ListArgs {
    /// Show only this page of the server's list, from 1
    #[arg(short, long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    page: Option<u32>,

    /// Show all pages (the default)
    #[arg(long, conflicts_with = "page")]
    all: bool,

    /// Show only targets with this tag; with several tags, all are required
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,

    /// Show only aliases (or ids) and names, one line each (letter as in the Python client)
    #[arg(short, long)]
    compact: bool,

    /// Also show the number, size and newest of the backups
    ///
    /// The server is asked once for each target.
    #[arg(long, conflicts_with = "compact")]
    backups: bool,

    #[command(flatten)]
    shape: Shape,
}

/// How a list of targets is shown.
#[derive(Args, Debug)]
pub(super) struct Shape {
    /// Order of the list
    #[arg(long, value_name = "KEY", value_enum)]
    sort: Option<SortKey>,
}

/// Sort keys of a list of targets.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum SortKey {
    /// By name, whatever its case
    Name,
    /// By alias; those without one come last
    Alias,
    /// By type, then by name
    Type,
    /// By the place of the backups on the server
    Location,
}

impl ListArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let client = context.client().await?;
        let mut targets = match self.page {
            Some(page) => client.targets(page).await?,
            None => client.all_targets().await?,
        };
        targets.retain(|target| self.tags.iter().all(|tag| target.tags.contains(tag)));
        if self.backups {
            self.shape.sort(&mut targets);
            return overview(targets, context).await;
        }
        self.shape.show(targets, self.compact, context)
    }
}

/// Shows targets with what is stored in them.
async fn overview(targets: Vec<Target>, context: &Context<'_>) -> Result<Exit, CommandError> {
    let client = context.client().await?;
    let mut rows = Vec::with_capacity(targets.len());
    for target in targets {
        match client.target(&target.id).await {
            Ok(view) => rows.push(TargetOverview::of(view)),
            // It was deleted since.
            Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    context.ui.show(&TargetOverviews { targets: rows })?;
    Ok(Exit::Done)
}

impl Shape {
    fn sort(&self, targets: &mut [Target]) {
        if let Some(key) = self.sort {
            sort(targets, key);
        }
    }

    /// Shows targets as they are wanted.
    pub(super) fn show(
        self,
        mut targets: Vec<Target>,
        compact: bool,
        context: &Context<'_>,
    ) -> Result<Exit, CommandError> {
        self.sort(&mut targets);
        let targets = Targets { targets };
        if compact {
            context.ui.show(&CompactTargets(targets))?;
        } else {
            context.ui.show(&targets)?;
        }
        Ok(Exit::Done)
    }
}

fn sort(targets: &mut [Target], key: SortKey) {
    let name = |target: &Target| target.name.to_lowercase();
    match key {
        SortKey::Name => targets.sort_by_cached_key(name),
        SortKey::Alias => targets.sort_by_cached_key(|target| {
            let alias = target.alias.as_ref().map(|alias| alias.to_lowercase());
            (alias.is_none(), alias, name(target))
        }),
        SortKey::Type => {
            targets.sort_by_cached_key(|target| (target.target_type.as_str(), name(target)));
        }
        SortKey::Location => targets.sort_by(|a, b| a.location.cmp(&b.location)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::view::test_target;

    #[test]
    fn sorts_as_people_do() {
        let target = |name: &str, alias: Option<&str>, location: &str| Target {
            name: name.into(),
            alias: alias.map(Into::into),
            location: location.into(),
            ..test_target()
        };
        let mut targets = vec![
            target("b", None, "/x"),
            target("C", Some("Y"), "/a"),
            target("a", Some("z"), "/m"),
        ];
        let mut order = |key| {
            sort(&mut targets, key);
            targets
                .iter()
                .map(|target| target.name.as_str())
                .collect::<String>()
        };
        assert_eq!(order(SortKey::Name), "abC");
        assert_eq!(order(SortKey::Alias), "Cab");
        assert_eq!(order(SortKey::Location), "Cab");
        assert_eq!(order(SortKey::Type), "abC");
    }
}
