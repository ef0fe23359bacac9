//! Having presets run by themselves: what systemd and cron are told, as pure functions from a job to
//! text, and the little that touches files and programs.

mod crontab;
mod error;
mod files;
mod hardening;
mod quote;
mod system;
mod unit;
mod when;

use std::path::PathBuf;

pub(crate) use self::crontab::{Crontab, lines as cron_lines};
pub(crate) use self::error::ScheduleError;
pub(crate) use self::files::UnitFile;
pub(crate) use self::hardening::{Confinement, Hardening};
pub(crate) use self::system::{
    check_calendar, has_systemctl, is_foreign, is_running, machine, program, read_crontab,
    systemctl, write_crontab,
};
pub(crate) use self::unit::{Credential, service, timer, unit_name};
pub(crate) use self::when::{CronExpr, Time, When, parse_spread};

/// Who starts the runs.
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

/// What is run for a preset, whoever starts it.
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
    fn arguments(&self) -> Vec<String> {
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

    /// The program as text: whoever is told of it reads UTF-8.
    fn program(&self) -> Result<&str, ScheduleError> {
        let text = self.program.to_str();
        text.ok_or_else(|| ScheduleError::NotText {
            what: self.program.display().to_string(),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A job for a preset of this name.
    pub(crate) fn job(preset: &str) -> Job {
        Job {
            preset: preset.to_owned(),
            program: "/usr/bin/bchan".into(),
            options: Vec::new(),
            variables: Vec::new(),
        }
    }

    #[test]
    fn a_name_is_never_an_option() {
        let words = |name| job(name).arguments().join(" ");
        assert_eq!(words("docs"), "--quiet preset upload --automatic docs");
        assert_eq!(words("-y"), "--quiet preset upload --automatic -- -y");
    }
}
