//! The counterparts of targets.

use bchan_api::{Features, NewTarget, Target, TargetEdit};
use bchan_client::{Client, Error};

use super::progress_log::MigrationLog;
use crate::target_name;

/// The counterpart of a target on the other server.
pub(super) enum Counterpart {
    /// This one, which is there already.
    There(Target),
    /// None yet.
    Missing(Box<NewTarget>),
    /// Something else is in its place.
    Clash(String),
}

/// Finds the counterpart of a target: the one of an earlier run, or one that is the same.
pub(super) fn find(
    target: &Target,
    there: &[Target],
    ledger: &MigrationLog,
    location: Option<&str>,
) -> Counterpart {
    let known = ledger.target(&target.id);
    if let Some(known) = there.iter().find(|other| Some(other.id.as_str()) == known) {
        return Counterpart::There(known.clone());
    }
    let same_alias = |other: &&Target| target.alias.is_some() && other.alias == target.alias;
    let same_template = |other: &&Target| other.name_template == target.name_template;
    let by_alias = there.iter().find(same_alias);
    let other = by_alias.or_else(|| there.iter().find(same_template));
    match other {
        None => Counterpart::Missing(Box::new(counterpart(target, location))),
        Some(other) if is_same(target, other) => Counterpart::There(other.clone()),
        Some(other) => {
            let (what, value) = match (&target.alias, by_alias) {
                (Some(alias), Some(_)) => ("alias", alias),
                _ => ("name template", &target.name_template),
            };
            Counterpart::Clash(format!(
                "its {what} `{value}` is that of another target there, `{}`, which differs in \
                 name, type, alias or name template",
                other.name
            ))
        }
    }
}

/// Returns true if two targets are one for people and for their backups' names.
fn is_same(target: &Target, other: &Target) -> bool {
    target.name == other.name
        && target.target_type == other.target_type
        && target.alias == other.alias
        && target.name_template == other.name_template
}

/// The same target in a folder of its own: a path of one server means nothing to another.
fn counterpart(target: &Target, location: Option<&str>) -> NewTarget {
    let folder = target_name::folder(target.alias.as_deref().unwrap_or(&target.name));
    let mut settings = TargetEdit::from(target);
    settings.location = match location {
        Some(location) => format!("{}/{folder}", location.trim_end_matches('/')),
        None => folder,
    };
    NewTarget {
        backup_type: target.target_type,
        settings,
    }
}

/// Makes a target.
pub(super) async fn create(to: &Client, new: &NewTarget) -> Result<Target, Error> {
    let mut new = new.clone();
    if to.features() == Features::default() {
        // The reference server fails without a value; zero means the same.
        new.settings.min_backups = new.settings.min_backups.or(Some(0));
        new.settings.max_daily_uploads = None;
    }
    let id = to.create_target(&new).await?;
    Ok(to.target(&id).await?.target)
}
