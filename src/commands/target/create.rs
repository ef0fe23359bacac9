use bchan_api::{Features, NewTarget, TargetType};
use bchan_client::Error;
use clap::{Args, ValueEnum};

use super::recycling::{RecyclingArgs, tags};
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::CreatedTarget;

/// Create a target
///
/// Only the name is required. By default a target takes folders, keeps every backup, and has a
/// folder named after itself in the server's storage.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan target create --name docs
  bchan target create --name db --type single --recycle-criteria age --recycle-value 30 \\
      --min-backups 3 --location databases/shop --name-template 'db-$D'")]
pub(super) struct CreateArgs {
    /// Display name
    #[arg(short, long)]
    name: String,

    /// Type of the target: one file or a tree of files per backup (letter as in the Python client)
    #[arg(
        short = 't',
        long = "type",
        value_name = "TYPE",
        value_enum,
        default_value_t
    )]
    kind: Kind,

    #[command(flatten)]
    recycling: RecyclingArgs,

    /// Folder on the server; relative to the server's storage [default: from the name]
    #[arg(short, long, value_name = "DIR")]
    location: Option<String>,

    /// File name of a backup, with $I for its id, $D for the time, $M for manual or auto
    /// [default: from the name]
    #[arg(short = 'm', long, value_name = "TEMPLATE")]
    name_template: Option<String>,

    /// Drop backups with the same content as another one (letter as in the Python client)
    #[arg(short, long)]
    deduplicate: bool,

    /// Daily backups allowed for `append` keys; 0 allows none [default: 150]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(0..))]
    max_daily_uploads: Option<i64>,

    /// Short name, usable instead of the id; '' for none [default: the name, if no other target has
    /// it] (letter as in the Python client)
    #[arg(short = 's', long)]
    alias: Option<String>,

    /// Labels
    #[arg(long, value_name = "TAG,TAG", value_delimiter = ',')]
    tags: Vec<String>,
}

/// The types of targets, for the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// One file, stored as it is
    Single,
    /// A folder
    #[default]
    Multi,
}

impl CreateArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let client = context.client().await?;
        let targets = client.all_targets().await?;
        let is_taken = targets.iter().any(|target| target.name == self.name);
        let mut new = self.target(client.features())?;
        let settings = &mut new.settings;
        if let (None, Some(alias)) = (&self.alias, &settings.alias)
            && targets
                .iter()
                .any(|target| target.handle() == alias || target.id == *alias)
        {
            settings.alias = None;
        }
        let created = client.create_target(&new).await;
        let id = created.map_err(|error| {
            // Some servers make it first and fail then.
            let unclear = matches!(
                error,
                Error::ServerFault { .. } | Error::ConnectionLost { .. } | Error::TimedOut { .. }
            );
            let hint = if unclear {
                Some("it may have been made all the same: `bchan target list` shows it".to_owned())
            } else {
                let name = &self.name;
                is_taken.then(|| format!("there is a target called `{name}`; choose another name"))
            };
            CommandError::from(error).maybe_hint(hint)
        })?;
        context.ui.show(&CreatedTarget {
            id,
            name: new.settings.name,
            alias: new.settings.alias,
        })?;
        Ok(Exit::Done)
    }

    fn target(&self, features: Features) -> Result<NewTarget, CommandError> {
        let mut new = bchan_agent::new_target(&self.name, features);
        new.backup_type = self.kind.target_type();
        let settings = &mut new.settings;
        if let Some(location) = &self.location {
            settings.location.clone_from(location);
        }
        if let Some(template) = &self.name_template {
            settings.name_template.clone_from(template);
        }
        if let Some(alias) = &self.alias {
            settings.alias = Some(alias.clone()).filter(|alias| !alias.is_empty());
        }
        settings.deduplicate = self.deduplicate;
        settings.max_daily_uploads = self.max_daily_uploads.map(Some);
        settings.tags = tags(&self.tags);
        self.recycling.apply(settings)?;
        Ok(new)
    }
}

impl Kind {
    /// The word of the API.
    pub(super) const fn target_type(self) -> TargetType {
        match self {
            Self::Single => TargetType::Single,
            Self::Multi => TargetType::Multi,
        }
    }
}

#[cfg(test)]
mod tests {
    use bchan_api::{RecycleAction, RecycleCriteria};
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: CreateArgs,
    }

    fn parse(line: &str) -> Result<NewTarget, CommandError> {
        let words = std::iter::once("create").chain(line.split(' '));
        Line::try_parse_from(words)
            .unwrap()
            .args
            .target(Features::default())
    }

    #[test]
    fn a_name_is_enough() {
        let target = parse("--name docs").unwrap();
        assert_eq!(target.backup_type, TargetType::Multi);
        let settings = target.settings;
        assert_eq!(settings.location, "docs");
        assert_eq!(settings.name_template, "docs-$D-$I");
        assert_eq!(settings.recycle_criteria, RecycleCriteria::None);
        assert_eq!(settings.alias.as_deref(), Some("docs"));
        assert!(settings.tags.is_empty());
    }

    #[test]
    fn takes_the_short_options_of_the_python_program() {
        let line = "-n db -t single -c age -v 30 -a delete -l /srv/db -m db-$I -d -s d \
                    --min-backups 3 --max-daily-uploads 4 --tags a,b";
        let target = parse(line).unwrap();
        assert_eq!(target.backup_type, TargetType::Single);
        let settings = target.settings;
        assert_eq!(settings.recycle_criteria, RecycleCriteria::Age);
        assert_eq!(settings.recycle_value, Some(30));
        assert_eq!(settings.recycle_action, RecycleAction::Delete);
        assert_eq!(
            (settings.location.as_str(), settings.deduplicate),
            ("/srv/db", true)
        );
        assert_eq!(
            (settings.name_template.as_str(), settings.min_backups),
            ("db-$I", Some(3))
        );
        assert_eq!(settings.max_daily_uploads, Some(Some(4)));
        assert_eq!(
            (settings.alias.as_deref(), settings.tags.len()),
            (Some("d"), 2)
        );
    }

    #[test]
    fn a_criteria_without_its_value_is_wrong_usage() {
        let error = parse("--name x --recycle-criteria count").unwrap_err();
        assert_eq!(error.kind, crate::error::Kind::Usage);
    }
}
