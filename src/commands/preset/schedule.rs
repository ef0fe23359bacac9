use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};

use super::unit_paths::unit_paths;
use super::{WhichPreset, schedule_plan};
use crate::config::ProcessEnvironment;
use crate::context::Context;
use crate::error::{CommandError, Exit, Kind};
use crate::schedule::{
    self, CronExpr, Place, ScheduleError, Time, UnitFile, When, check_calendar, parse_spread,
    unit_name,
};
use crate::ui::view::{Done, PlannedSchedule, Scheduled};

/// Schedule a preset with systemd or cron
///
/// Writes a service and a timer for systemd, or a line for the crontab. Scheduled runs use the same
/// --config, --profile and --server as this command, or the values that the environment gives.
/// Scheduling a preset again replaces its schedule.
///
/// systemd treats any non-zero exit as a failure, including incomplete backups (exit code 3):
/// `systemctl --failed` lists the run, and the journal has the reason. cron sends it by mail.
#[derive(Args, Debug)]
#[command(
    group = ArgGroup::new("when")
        .args(["hourly", "daily", "weekly", "calendar", "cron_expr", "remove"])
        .required(true),
    group = ArgGroup::new("place").args(["system", "user", "cron"]),
    after_help = "Examples:
  bchan preset schedule docs --daily 03:00 --spread 1h --now
  bchan preset schedule docs --daily 12:30 --daily 18:00 --dry-run
  bchan preset schedule home --weekly sun 03:00 --system
  bchan preset schedule home --calendar 'Mon..Fri *-*-* 22:00'
  bchan preset schedule docs --cron-expr '*/20 8-18 * * mon-fri'
  bchan preset schedule docs --remove"
)]
pub(super) struct ScheduleArgs {
    #[command(flatten)]
    which: WhichPreset,

    /// Run at the start of each hour
    #[arg(long)]
    hourly: bool,

    /// Run each day at this time; may be repeated
    #[arg(long, value_name = "HH:MM")]
    daily: Vec<Time>,

    /// Run each week on this day (mon, tue, ...) at this time; may be repeated
    #[arg(long, num_args = 2, value_names = ["DAY", "HH:MM"])]
    weekly: Vec<String>,

    /// Run at the calendar times EXPR, see systemd.time(7); may be repeated
    #[arg(long, value_name = "EXPR", conflicts_with = "cron")]
    calendar: Vec<String>,

    /// Run at the times of a cron expression with five fields; implies --cron
    #[arg(long, value_name = "EXPR", conflicts_with_all = ["system", "user", "spread"])]
    cron_expr: Option<CronExpr>,

    /// Remove the schedule
    #[arg(long, conflicts_with_all = [
        "spread", "writable", "no_hardening", "encrypted_credential", "now", "dry_run",
    ])]
    remove: bool,

    /// Use the system's systemd, as root [default for root]
    #[arg(long)]
    system: bool,

    /// Use the user's systemd [default for other users]
    ///
    /// It runs while the user is logged in, and always after `loginctl enable-linger`.
    #[arg(long)]
    user: bool,

    /// Use the user's crontab
    ///
    /// Other lines of the crontab stay as they are. cron skips runs that were due while the machine
    /// was off.
    #[arg(long)]
    cron: bool,

    /// Delay runs by a random time of up to DURATION, such as 45m
    ///
    /// The delay is the same for each run, and differs between machines and presets.
    #[arg(long, value_name = "DURATION", value_parser = parse_spread)]
    spread: Option<Duration>,

    /// Let system services also write to PATH; may be repeated
    ///
    /// By default they can read everything and write only to bchan's own folders.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["cron", "user"])]
    writable: Vec<PathBuf>,

    /// Do not restrict what services may do
    ///
    /// For key commands or hooks that need more than a backup does.
    #[arg(long, conflicts_with_all = ["cron", "writable"])]
    no_hardening: bool,

    /// File with the API key, made by `systemd-creds encrypt --name=bchan-api-key`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cron", "user"])]
    encrypted_credential: Option<PathBuf>,

    /// Enable and start the timer now; otherwise print the commands for it
    #[arg(long, conflicts_with_all = ["cron", "cron_expr"])]
    now: bool,

    /// Print the files that would be written, and write nothing
    #[arg(long, conflicts_with = "now")]
    dry_run: bool,
}

impl ScheduleArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let place = self.place()?;
        if self.remove {
            return remove(context, place, &self.which.name);
        }
        let when = self.when()?;
        let name = self.which.name.clone();
        let known = context.preset(&name)?;
        if let Some(profile) = &known.preset.profile {
            context.prefer_profile(profile.clone());
        }
        let wishes = schedule_plan::Wishes {
            place,
            when,
            spread: self.spread,
            writable: self.writable,
            hardening: !self.no_hardening,
            encrypted: self.encrypted_credential,
        };
        let mut plan = schedule_plan::plan(context, &name, &known.preset, wishes).await?;
        plan.view.dry_run = self.dry_run;
        if self.dry_run {
            context.ui.show(&PlannedSchedule(plan.view))?;
            return Ok(Exit::Done);
        }
        match place {
            Place::Cron => {
                let before = schedule::read_crontab()?;
                let after = before.with(&name, &plan.view.crontab);
                if after != before {
                    schedule::write_crontab(&after)?;
                }
            }
            Place::System | Place::User => UnitFile::write_all(&plan.files)?,
        }
        if self.now {
            plan.view.next.clear();
            let tell = |words: &Vec<String>| schedule::systemctl(words);
            plan.commands.iter().try_for_each(tell).map_err(|error| {
                CommandError::from(error).hint("the units are written, and do not run yet")
            })?;
        }
        let next = plan.view.next.join(" && ");
        context.ui.show(&Scheduled(plan.view))?;
        if !next.is_empty() {
            context.ui.hint(&format!("begin with `{next}`"));
        }
        if place == Place::User {
            context
                .ui
                .hint("`loginctl enable-linger` lets it run while you are not logged in, too");
        }
        Ok(Exit::Done)
    }

    /// Returns the scheduler to use.
    fn place(&self) -> Result<Place, CommandError> {
        let place = if self.cron || self.cron_expr.is_some() {
            Place::Cron
        } else if self.system {
            Place::System
        } else if self.user {
            Place::User
        } else {
            let place = if is_root() {
                Place::System
            } else {
                Place::User
            };
            if !self.dry_run && !schedule::has_systemctl() {
                let message = "there is no systemd on this machine";
                return Err(CommandError::failed(message).hint("--cron uses the crontab"));
            }
            place
        };
        let only_system = [
            ("--writable", !self.writable.is_empty()),
            (
                "--encrypted-credential",
                self.encrypted_credential.is_some(),
            ),
        ];
        let given = only_system.into_iter().find(|(_, given)| *given);
        match given {
            Some((option, _)) if place != Place::System => Err(CommandError::usage(format!(
                "{option} is for runs of the machine's systemd only"
            ))
            .hint("--system chooses it")),
            _ => Ok(place),
        }
    }

    fn when(&self) -> Result<When, CommandError> {
        if let Some(expression) = &self.cron_expr {
            return Ok(When::Cron(expression.clone()));
        }
        if !self.calendar.is_empty() {
            self.calendar
                .iter()
                .try_for_each(|text| check_calendar(text))?;
            return Ok(When::Calendar(self.calendar.clone()));
        }
        if !self.weekly.is_empty() {
            let parse = |pair: &[String]| Ok((pair[0].parse()?, pair[1].parse()?));
            // Each takes two words, so there are always pairs.
            let times = self.weekly.chunks_exact(2).map(parse);
            let times: Result<Vec<_>, ScheduleError> = times.collect();
            return Ok(When::Weekly(times?));
        }
        if self.daily.is_empty() {
            return Ok(When::Hourly);
        }
        Ok(When::Daily(self.daily.clone()))
    }
}

/// The preset itself may be gone already.
fn remove(context: &Context<'_>, place: Place, preset: &str) -> Result<Exit, CommandError> {
    let removed = match place {
        Place::Cron => {
            let before = schedule::read_crontab()?;
            let after = before.without(preset);
            if after == before {
                false
            } else {
                schedule::write_crontab(&after)?;
                true
            }
        }
        Place::System | Place::User => remove_units(context, place, preset)?,
    };
    if !removed {
        let message = format!("preset `{preset}` has no schedule there");
        return Err(CommandError::new(Kind::NotFound, message)
            .hint("--system, --user and --cron say where to look"));
    }
    let message = format!("preset {preset} is no longer scheduled");
    context.ui.show(&Done::new(message))?;
    Ok(Exit::Done)
}

fn remove_units(context: &Context<'_>, place: Place, preset: &str) -> Result<bool, CommandError> {
    let present = UnitFile::present(&unit_paths(place, preset)?)?;
    if present.is_empty() {
        return Ok(false);
    }
    let running = schedule::is_running(place, &ProcessEnvironment);
    let tell = |words: Vec<String>| {
        if let Err(error) = schedule::systemctl(&words) {
            // What is asked for is that no file is left; what runs until then has to be known.
            context.ui.warn(&CommandError::from(error).message());
        }
    };
    if running {
        let timer = format!("{}.timer", unit_name(preset)?);
        tell(schedule_plan::disable(place, &timer));
    }
    UnitFile::disable(&present)?;
    // The timer first: without a service it would only fail.
    for path in present.iter().rev() {
        UnitFile::remove(path)?;
    }
    if running {
        tell(schedule_plan::reload(place));
    }
    Ok(true)
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
