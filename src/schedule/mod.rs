//! Having presets run by themselves: what systemd and cron are told, as pure functions from a job to
//! text, and the little that touches files and programs.

mod crontab;
mod error;
mod files;
mod hardening;
mod job;
mod quote;
mod system;
mod unit;
mod when;

pub(crate) use self::crontab::{Crontab, lines as cron_lines};
pub(crate) use self::error::ScheduleError;
pub(crate) use self::files::UnitFile;
pub(crate) use self::hardening::{Confinement, Hardening};
pub(crate) use self::job::{Job, Place};
pub(crate) use self::system::{
    check_calendar, has_systemctl, is_foreign, is_running, machine, program, read_crontab,
    systemctl, write_crontab,
};
pub(crate) use self::unit::{Credential, service, timer, unit_name};
pub(crate) use self::when::{CronExpr, Time, When, parse_spread};

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
