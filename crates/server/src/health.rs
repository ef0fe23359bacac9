//! Whether all that the server needs is there and answers.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bchan_api::{HealthCheck, HealthSubject};
use rustix::fs::{Access, StatVfsMountFlags};

use crate::ask::{Asker, Question};
use crate::error::chain;
use crate::layout::Layout;
use crate::room::Room;
use crate::state::State;

/// How long something may take to answer. More than a busy disk needs, less than whoever watches
/// the server waits.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Whom to ask.
pub(crate) struct Doctor {
    database: Asker<Result<(), String>>,
    places: Vec<(HealthSubject, PathBuf, Asker<Found>)>,
    /// Whether everything was well when last asked.
    was_well: AtomicBool,
}

/// What asking a place has shown.
type Found = (Option<Disk>, Option<String>);

/// A file system; sizes in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Disk {
    pub(crate) size: u64,
    pub(crate) free: u64,
    /// Without the reserve.
    pub(crate) available: u64,
}

/// A place that backups lie in.
pub(crate) struct Place {
    pub(crate) subject: HealthSubject,
    pub(crate) path: PathBuf,
    /// Unknown if it does not answer.
    pub(crate) disk: Option<Disk>,
    /// What is wrong with it.
    pub(crate) trouble: Option<String>,
}

/// A place that was asked.
pub(crate) struct AskedPlace {
    subject: HealthSubject,
    path: PathBuf,
    question: Question<Found>,
}

impl Doctor {
    pub(crate) fn new(layout: &Layout) -> Self {
        let roots = layout.roots().iter();
        let roots = roots.map(|root| (HealthSubject::Storage, root.clone()));
        let bin = (HealthSubject::RecycleBin, layout.bin().to_owned());
        let places = roots.chain([bin]);
        Self {
            database: Asker::default(),
            places: places
                .map(|(subject, path)| (subject, path, Asker::default()))
                .collect(),
            was_well: AtomicBool::new(true),
        }
    }
}

impl AskedPlace {
    /// What it has answered.
    pub(crate) fn answer(&self, deadline: Instant) -> Place {
        let (disk, trouble) = match self.question.answer(deadline) {
            Ok(found) => found,
            Err(silence) => (None, Some(silence.to_string())),
        };
        Place {
            subject: self.subject,
            path: self.path.clone(),
            disk,
            trouble,
        }
    }
}

/// Asks every place that backups lie in.
pub(crate) fn ask_places(state: &Arc<State>) -> Vec<AskedPlace> {
    let ask = |(subject, path, asker): &(HealthSubject, PathBuf, Asker<Found>)| {
        let (state, place) = (Arc::clone(state), path.clone());
        let question = asker.ask(move || {
            let disk = measure(&state, &place);
            let trouble = match &disk {
                Ok(_) => examine(&state, &place).err(),
                Err(error) => Some(error.to_string()),
            };
            (disk.ok(), trouble)
        });
        AskedPlace {
            subject: *subject,
            path: path.clone(),
            question,
        }
    };
    state.doctor.places.iter().map(ask).collect()
}

/// Asks everything that the server needs, and waits until all have answered or had their time.
pub(crate) fn check(state: &Arc<State>) -> Vec<HealthCheck> {
    let database = {
        let asked = Arc::clone(state);
        let ask = move || {
            asked.require_place()?;
            let answer = asked.store.ping().and_then(|()| asked.store.try_write());
            answer.map_err(|error| chain(&error))
        };
        state.doctor.database.ask(ask)
    };
    let places = ask_places(state);
    let deadline = Instant::now() + PATIENCE;
    let answer = database.answer(deadline);
    let database = answer.unwrap_or_else(|silence| Err(silence.to_string()));
    let entry = |name, path: Option<&Path>, trouble: Option<String>| HealthCheck {
        name,
        path: path.map(|path| path.display().to_string()),
        ok: trouble.is_none(),
        message: trouble,
    };
    let keys = state.gate.usable().err().map(|error| chain(&error));
    let mut checks = vec![
        entry(HealthSubject::Database, None, database.err()),
        entry(HealthSubject::Keys, None, keys),
    ];
    for place in places {
        let place = place.answer(deadline);
        checks.push(entry(place.subject, Some(&place.path), place.trouble));
    }
    report(state, &checks);
    checks
}

/// Tells the log when it has changed: those who ask do so all the time.
fn report(state: &State, checks: &[HealthCheck]) {
    let well = checks.iter().all(|check| check.ok);
    if state.doctor.was_well.swap(well, Ordering::Relaxed) == well {
        return;
    }
    if well {
        tracing::info!("all that the server needs answers again");
    }
    for check in checks.iter().filter(|check| !check.ok) {
        let (name, path) = (
            check.name.as_str(),
            check.path.as_deref().unwrap_or_default(),
        );
        let message = check.message.as_deref().unwrap_or_default();
        tracing::error!(
            name,
            path,
            message,
            "something that the server needs does not answer"
        );
    }
}

fn measure(state: &State, place: &Path) -> io::Result<Disk> {
    let room = Room::new(place, state.limits().reserve);
    Ok(Disk {
        size: room.total()?,
        free: room.free()?,
        available: room.available()?,
    })
}

/// Whether backups can be put into a place, and those that should be below it are.
fn examine(state: &State, place: &Path) -> Result<(), String> {
    if !fs::metadata(place)
        .map_err(|error| error.to_string())?
        .is_dir()
    {
        return Err("it is no directory".to_owned());
    }
    let stat = rustix::fs::statvfs(place).map_err(|error| error.to_string())?;
    if stat.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Err("its file system is read-only".to_owned());
    }
    rustix::fs::access(place, Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|error| format!("nothing can be put there: {error}"))?;
    // What the database cannot tell is for its own check to say.
    if state.store.ping().is_err() {
        return Ok(());
    }
    let require = |home: &Path| state.require_disk(home).map_err(|error| error.message);
    require(place)?;
    if place == state.layout.bin() {
        return Ok(());
    }
    // Of the others, none was ever used.
    let marked = state.store.markers().unwrap_or_default();
    let marked: HashSet<String> = marked.into_iter().map(|(name, _)| name).collect();
    let in_use = state.store.locations_in_use().unwrap_or_default();
    let in_use: HashSet<String> = in_use.into_iter().collect();
    for location in state.store.locations().unwrap_or_default() {
        let Ok(home) = state.layout.resolve(&location) else {
            continue;
        };
        let used = in_use.contains(&location) || marked.contains(&state.layout.name_of(&home));
        if used && home.starts_with(place) {
            require(&home)?;
        }
    }
    Ok(())
}
