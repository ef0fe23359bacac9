//! A scheduled run.

use std::path::PathBuf;

use super::error::ScheduleError;

/// The scheduler that starts the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The systemd of the machine, as root.
    System,
    /// The systemd of the user.
    User,
    /// The user's crontab.
    Cron,
}

impl Place {
    /// The option that chooses it, without its hyphens.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Cron => "cron",
        }
    }
}

/// A scheduled run of a preset.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// The preset.
    pub(crate) preset: String,
    /// The program.
    pub(crate) program: PathBuf,
    /// Options that go before the command, so that the run is as this one would be.
    pub(crate) options: Vec<String>,
    /// Variables of the environment, for the same reason.
    pub(crate) variables: Vec<(String, String)>,
}

impl Job {
    /// The arguments of the program.
    pub(super) fn arguments(&self) -> Vec<String> {
        let mut words = vec!["--quiet".to_owned()];
        words.extend(self.options.iter().cloned());
        words.extend(["preset", "upload", "--automatic"].map(str::to_owned));
        // Without this, such a name would be an option.
        if self.preset.starts_with('-') {
            words.push("--".to_owned());
        }
        words.push(self.preset.clone());
        words
    }

    /// The program as text: systemd and cron read UTF-8.
    pub(super) fn program(&self) -> Result<&str, ScheduleError> {
        let text = self.program.to_str();
        text.ok_or_else(|| ScheduleError::NotText {
            what: self.program.display().to_string(),
        })
    }
}
