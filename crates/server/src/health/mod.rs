//! Health checks.

mod checker;
mod hang_guard;

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use bchan_api::{HealthCheck, HealthSubject};
use rustix::fs::{Access, StatVfsMountFlags};

use self::checker::Found;
pub(crate) use self::checker::{AskedPlace, Disk, HealthChecker, PATIENCE, Place};
use crate::app::App;
use crate::health::hang_guard::HangGuard;
use bchan_engine::chain;
use bchan_storage::space::SpaceGuard;

/// Asks every place that backups lie in.
pub(crate) fn ask_places(app: &Arc<App>) -> Vec<AskedPlace> {
    let ask = |(subject, path, asker): &(HealthSubject, PathBuf, HangGuard<Found>)| {
        let (app, place) = (Arc::clone(app), path.clone());
        let question = asker.ask(move || {
            let disk = measure(&app, &place);
            let trouble = match &disk {
                Ok(_) => examine(&app, &place).err(),
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
    app.health.places.iter().map(ask).collect()
}

/// Asks everything that the server needs, and waits until all have answered or had their time.
pub(crate) fn check(app: &Arc<App>) -> Vec<HealthCheck> {
    let database = {
        let asked = Arc::clone(app);
        let ask = move || {
            asked.require_place()?;
            let answer = asked
                .engine
                .store
                .ping()
                .and_then(|()| asked.engine.store.try_write());
            answer.map_err(|error| chain(&error))
        };
        app.health.database.ask(ask)
    };
    let places = ask_places(app);
    let deadline = Instant::now() + PATIENCE;
    let answer = database.answer(deadline);
    let database = answer.unwrap_or_else(|silence| Err(silence.to_string()));
    let entry = |name, path: Option<&Path>, trouble: Option<String>| HealthCheck {
        name,
        path: path.map(|path| path.display().to_string()),
        ok: trouble.is_none(),
        message: trouble,
    };
    let keys = app.authenticator.usable().err().map(|error| chain(&error));
    let mut checks = vec![
        entry(HealthSubject::Database, None, database.err()),
        entry(HealthSubject::Keys, None, keys),
    ];
    for place in places {
        let place = place.answer(deadline);
        checks.push(entry(place.subject, Some(&place.path), place.trouble));
    }
    report(app, &checks);
    checks
}

/// Logs changes of the verdict only: monitors ask all the time.
fn report(app: &App, checks: &[HealthCheck]) {
    let well = checks.iter().all(|check| check.ok);
    if app.health.was_well.swap(well, Ordering::Relaxed) == well {
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

fn measure(app: &App, place: &Path) -> io::Result<Disk> {
    let room = SpaceGuard::new(place, app.engine.limits().reserve);
    Ok(Disk {
        size: room.total()?,
        free: room.free()?,
        available: room.available()?,
    })
}

/// Returns true if backups can be put into a place, and those that should be below it are.
fn examine(app: &App, place: &Path) -> Result<(), String> {
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
    if app.engine.store.ping().is_err() {
        return Ok(());
    }
    let require = |home: &Path| app.engine.require_disk(home).map_err(|error| error.message);
    require(place)?;
    if place == app.engine.layout.bin() {
        return Ok(());
    }
    // Of the others, none was ever used.
    let marked = app.engine.store.markers().unwrap_or_default();
    let marked: HashSet<String> = marked.into_iter().map(|(name, _)| name).collect();
    let in_use = app.engine.store.locations_in_use().unwrap_or_default();
    let in_use: HashSet<String> = in_use.into_iter().collect();
    for location in app.engine.store.locations().unwrap_or_default() {
        let Ok(home) = app.engine.layout.resolve(&location) else {
            continue;
        };
        let used = in_use.contains(&location) || marked.contains(&app.engine.layout.name_of(&home));
        if used && home.starts_with(place) {
            require(&home)?;
        }
    }
    Ok(())
}
