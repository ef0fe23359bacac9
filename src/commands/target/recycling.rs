//! Options that `create` and `edit` share.

use bchan_api::{RecycleAction, RecycleCriteria, TargetEdit};
use clap::{Args, builder::PossibleValuesParser, builder::TypedValueParser as _};

use crate::error::CommandError;

/// Options for retention.
#[derive(Args, Debug, Default)]
pub(super) struct RecyclingArgs {
    /// Retention criterion: `count` of newer backups, `age` in days, or none (letter as in the Python client)
    #[arg(short = 'c', long, value_name = "CRITERIA", value_parser = criteria())]
    recycle_criteria: Option<RecycleCriteria>,

    /// Number of backups or days, for the criterion
    #[arg(short = 'v', long, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(0..), allow_negative_numbers = true)]
    recycle_value: Option<i64>,

    /// Action on an old backup: recycle or delete it (letter as in the Python client)
    #[arg(short = 'a', long, value_name = "ACTION", value_parser = action())]
    recycle_action: Option<RecycleAction>,

    /// Number of backups that retention by age always keeps
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(0..))]
    min_backups: Option<i64>,
}

impl RecyclingArgs {
    /// Returns true if no option is given.
    pub(super) const fn is_empty(&self) -> bool {
        self.recycle_criteria.is_none()
            && self.recycle_value.is_none()
            && self.recycle_action.is_none()
            && self.min_backups.is_none()
    }

    /// Changes what is given, and checks that the whole makes sense.
    pub(super) fn apply(&self, settings: &mut TargetEdit) -> Result<(), CommandError> {
        let criteria = self.recycle_criteria.unwrap_or(settings.recycle_criteria);
        if self.recycle_value.is_some() && criteria == RecycleCriteria::None {
            return Err(CommandError::usage(
                "--recycle-value needs --recycle-criteria count or age",
            ));
        }
        if let Some(criteria) = self.recycle_criteria {
            // A number of days is no number of backups.
            if criteria != settings.recycle_criteria {
                settings.recycle_value = None;
            }
            settings.recycle_criteria = criteria;
        }
        settings.recycle_value = self.recycle_value.or(settings.recycle_value);
        settings.recycle_action = self.recycle_action.unwrap_or(settings.recycle_action);
        settings.min_backups = self.min_backups.or(settings.min_backups);
        match settings.recycle_criteria {
            criteria @ (RecycleCriteria::Count | RecycleCriteria::Age)
                if settings.recycle_value.is_none() =>
            {
                let message = format!("recycling by {criteria} needs --recycle-value");
                Err(CommandError::usage(message))
            }
            _ => Ok(()),
        }
    }
}

/// A criteria by its word in the API.
pub(super) fn criteria() -> impl clap::builder::TypedValueParser<Value = RecycleCriteria> {
    let names = RecycleCriteria::ALL
        .iter()
        .map(|criteria| criteria.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<RecycleCriteria>())
}

/// An action by its word in the API.
pub(super) fn action() -> impl clap::builder::TypedValueParser<Value = RecycleAction> {
    let names = RecycleAction::ALL.iter().map(|action| action.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<RecycleAction>())
}

/// Tags as they are given: separated by commas, with blanks around them, perhaps none at all.
pub(super) fn tags(given: &[String]) -> Vec<String> {
    let tags = given.iter().map(|tag| tag.trim().to_owned());
    tags.filter(|tag| !tag.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::view::test_target;

    fn settings() -> TargetEdit {
        TargetEdit::from(&test_target())
    }

    #[test]
    fn a_criteria_needs_its_value() {
        let age = RecyclingArgs {
            recycle_criteria: Some(RecycleCriteria::Age),
            ..RecyclingArgs::default()
        };
        let error = age.apply(&mut settings()).unwrap_err();
        assert_eq!(error.message(), "recycling by age needs --recycle-value");

        let mut changed = settings();
        RecyclingArgs {
            recycle_value: Some(30),
            ..age
        }
        .apply(&mut changed)
        .unwrap();
        assert_eq!(changed.recycle_criteria, RecycleCriteria::Age);
        assert_eq!(changed.recycle_value, Some(30));
    }

    #[test]
    fn the_value_of_another_criteria_does_not_linger() {
        let mut by_days = settings();
        by_days.recycle_criteria = RecycleCriteria::Age;
        by_days.recycle_value = Some(365);
        let to_count = RecyclingArgs {
            recycle_criteria: Some(RecycleCriteria::Count),
            ..RecyclingArgs::default()
        };
        assert!(to_count.apply(&mut by_days).is_err());
    }

    #[test]
    fn empty_tags_are_none() {
        assert_eq!(tags(&["a".into(), " b ".into(), String::new()]), ["a", "b"]);
    }
}
