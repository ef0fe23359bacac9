//! The parts of a schedule.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::unit_paths::unit_paths;
use crate::config::{Preset, ProcessEnvironment, cache_dir, state_dir};
use crate::context::Context;
use crate::context::carried::{Carried, absolute, text};
use crate::credentials::{Lasting, WAYS_OUT};
use crate::error::CommandError;
use crate::schedule::{
    self, Confinement, Credential, Hardening, Job, Place, UnitFile, When, cron_lines,
};
use crate::ui::view::{Schedule, ScheduleFile};

/// Options of the command line.
pub(super) struct Wishes {
    pub(super) place: Place,
    pub(super) when: When,
    pub(super) spread: Option<Duration>,
    pub(super) writable: Vec<PathBuf>,
    pub(super) hardening: bool,
    pub(super) encrypted: Option<PathBuf>,
}

/// A schedule that can be made.
pub(super) struct Plan {
    /// The service and the timer; none for cron.
    pub(super) files: Vec<UnitFile>,
    /// Arguments for `systemctl` afterwards.
    pub(super) commands: Vec<Vec<String>>,
    /// The same for people and programs, and the lines of the crontab.
    pub(super) view: Schedule,
}

/// Puts a schedule together. Nothing is written yet.
pub(super) async fn plan(
    context: &Context<'_>,
    name: &str,
    preset: &Preset,
    wishes: Wishes,
) -> Result<Plan, CommandError> {
    let carried = context.carried().await?;
    let settings = context.settings().await?;
    if carried.key == Lasting::Nowhere && wishes.encrypted.is_none() {
        let message = "no file and no command has the API key, and a run by itself may find no \
                       keyring open";
        context.ui.mild_warning(message);
        context.ui.hint(WAYS_OUT);
    }
    let place = wishes.place;
    let job = job(name, place, &carried)?;
    let (mut files, mut crontab, mut commands) = (Vec::new(), Vec::new(), Vec::new());
    if place == Place::Cron {
        let machine = schedule::machine();
        crontab = cron_lines(&job, &wishes.when, wishes.spread, &machine)?;
    } else {
        let [service, timer] = unit_paths(place, name)?;
        // The user's own systemd can read no more than the run itself, and older ones hand over nothing.
        let credential = match place {
            Place::System => credential(&carried.key, wishes.encrypted.as_deref())?,
            Place::User | Place::Cron => None,
        };
        let confinement = if wishes.hardening {
            if preset.unattended.has_hooks() {
                context.ui.mild_warning(
                    "the commands around the backup are shut in like the run itself; --writable \
                     PATH and --no-hardening let them out",
                );
            }
            let spool = preset.unattended.spool.clone();
            let spool = spool.or_else(|| settings.spool.clone());
            Confinement::Hardened(hardening(preset, &carried, &wishes.writable, spool)?)
        } else {
            Confinement::Nothing
        };
        files.push(UnitFile {
            path: service,
            content: schedule::service(&job, place, credential.as_ref(), &confinement)?,
        });
        files.push(UnitFile {
            path: timer,
            content: schedule::timer(&job, &wishes.when, wishes.spread)?,
        });
        let unit = format!("{}.timer", schedule::unit_name(name)?);
        commands = vec![reload(place), systemctl(place, &["enable", "--now", &unit])];
    }
    let shown = files.iter().map(|file| ScheduleFile {
        path: file.path.to_string_lossy().into_owned(),
        content: file.content.clone(),
    });
    let view = Schedule {
        preset: name.to_owned(),
        place: place.name(),
        dry_run: false,
        files: shown.collect(),
        crontab,
        next: commands.iter().map(|words| in_shell(words)).collect(),
    };
    Ok(Plan {
        files,
        commands,
        view,
    })
}

fn job(name: &str, place: Place, carried: &Carried) -> Result<Job, CommandError> {
    let mut job = Job {
        preset: name.to_owned(),
        program: schedule::program().map_err(CommandError::failed)?,
        options: carried.options.clone(),
        variables: carried.variables.clone(),
    };
    if place == Place::System {
        // The machine's systemd sets none for root.
        let home = ("HOME".to_owned(), text(&carried.home)?);
        job.variables.insert(0, home);
    }
    if let (Place::Cron | Place::User, Lasting::Named(path)) = (place, &carried.key) {
        let path = text(&absolute(path)?)?;
        job.options.extend(["--api-key-file".to_owned(), path]);
    }
    Ok(job)
}

fn credential(key: &Lasting, encrypted: Option<&Path>) -> Result<Option<Credential>, CommandError> {
    let (path, encrypted) = match (encrypted, key) {
        (Some(path), _) => (path, true),
        (None, Lasting::Named(path) | Lasting::Configured(path)) => (path.as_path(), false),
        (None, Lasting::Command | Lasting::Nowhere) => return Ok(None),
    };
    let path = absolute(path)?;
    Ok(Some(Credential { path, encrypted }))
}

fn hardening(
    preset: &Preset,
    carried: &Carried,
    writable: &[PathBuf],
    spool: Option<PathBuf>,
) -> Result<Hardening, CommandError> {
    let mut writable: Vec<PathBuf> = writable
        .iter()
        .map(|path| absolute(path))
        .collect::<Result<_, _>>()?;
    writable.extend(carried.local.clone());
    let own: Vec<PathBuf> = [
        state_dir(&ProcessEnvironment),
        cache_dir(&ProcessEnvironment),
        spool.map(|spool| absolute(&spool)).transpose()?,
    ]
    .into_iter()
    .flatten()
    .collect();
    // A link leads to where the files are.
    let behind = preset.paths.iter().map(|path| path.canonicalize());
    let sources = preset.paths.iter().cloned().chain(behind.flatten());
    Ok(Hardening {
        sources: (!preset.selection.has_lists()).then(|| sources.collect()),
        foreign: own.iter().any(|folder| schedule::is_foreign(folder)),
        own,
        writable,
        stores: carried.local.is_some(),
    })
}

fn systemctl(place: Place, words: &[&str]) -> Vec<String> {
    let user = (place == Place::User).then_some("--user");
    let words = user.into_iter().chain(words.iter().copied());
    words.map(str::to_owned).collect()
}

/// Has systemd read what has changed.
pub(super) fn reload(place: Place) -> Vec<String> {
    systemctl(place, &["daemon-reload"])
}

/// Has systemd stop a timer and forget it.
pub(super) fn disable(place: Place, timer: &str) -> Vec<String> {
    systemctl(place, &["disable", "--now", timer])
}

/// A command for people to type. Names of units have no quotes in them.
fn in_shell(words: &[String]) -> String {
    let mut line = "systemctl".to_owned();
    for word in words {
        line.push(' ');
        if word.contains('\\') {
            line.push('\'');
            line.push_str(word);
            line.push('\'');
        } else {
            line.push_str(word);
        }
    }
    line
}
