//! The programs that know of schedules: `systemctl`, `systemd-analyze` and `crontab`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{Crontab, Place, ScheduleError};
use crate::config::Environment;

/// Returns true if there is a systemd that schedules could be for.
pub(crate) fn has_systemctl() -> bool {
    run("systemctl", &["--version"], None).is_ok()
}

/// Returns true if the systemd of a place runs, so that it can be told of units.
pub(crate) fn is_running(place: Place, environment: &dyn Environment) -> bool {
    let folder = match place {
        Place::System => Some(PathBuf::from("/run/systemd/system")),
        Place::User => {
            let folder = environment.var("XDG_RUNTIME_DIR").map(PathBuf::from);
            folder.map(|folder| folder.join("systemd"))
        }
        Place::Cron => None,
    };
    folder.is_some_and(|folder| folder.is_dir())
}

/// Runs `systemctl`.
pub(crate) fn systemctl(words: &[String]) -> Result<(), ScheduleError> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = run("systemctl", &words, None)?;
    succeeded("systemctl", &words, &output)
}

/// Has systemd validate an expression. Without its program the expression is accepted.
pub(crate) fn check_calendar(expression: &str) -> Result<(), ScheduleError> {
    let Ok(output) = run("systemd-analyze", &["calendar", "--", expression], None) else {
        return Ok(());
    };
    if output.status.success() {
        return Ok(());
    }
    Err(ScheduleError::Nonsense {
        what: "the calendar expression",
        text: expression.to_owned(),
        why: said(&output),
    })
}

/// The user's crontab; empty if there is none.
pub(crate) fn read_crontab() -> Result<Crontab, ScheduleError> {
    let output = run("crontab", &["-l"], None)?;
    if output.status.success() {
        return Ok(Crontab(output.stdout));
    }
    // Whatever else went wrong, there may be one, and it must not be lost.
    let message = said(&output).to_lowercase();
    let none = message.contains("no crontab for") || message.contains("no such file");
    if none && output.stdout.is_empty() {
        return Ok(Crontab(Vec::new()));
    }
    succeeded("crontab", &["-l"], &output)?;
    Ok(Crontab(Vec::new()))
}

/// Puts another crontab in the place of the user's, as a whole.
pub(crate) fn write_crontab(crontab: &Crontab) -> Result<(), ScheduleError> {
    let output = run("crontab", &["-"], Some(&crontab.0))?;
    succeeded("crontab", &["-"], &output)
}

/// Returns a name that identifies this machine.
pub(crate) fn machine() -> String {
    let id = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
    if id.trim().is_empty() {
        let name = rustix::system::uname();
        return name.nodename().to_string_lossy().into_owned();
    }
    id.trim().to_owned()
}

/// The path by which the program is to be started: the one that it was started by, if that still leads
/// to it, for a link may outlive what it leads to.
pub(crate) fn program() -> io::Result<PathBuf> {
    let exact = std::env::current_exe()?;
    let called = std::env::args_os().next().map(PathBuf::from);
    let candidates: Vec<PathBuf> = match called {
        Some(called) if called.components().count() > 1 => {
            std::path::absolute(called).into_iter().collect()
        }
        Some(called) => {
            let folders = std::env::var_os("PATH").unwrap_or_default();
            let folders = std::env::split_paths(&folders).filter(|folder| folder.is_absolute());
            folders.map(|folder| folder.join(&called)).collect()
        }
        None => Vec::new(),
    };
    let is_it = |path: &PathBuf| path.canonicalize().is_ok_and(|path| path == exact);
    let found = candidates.into_iter().find(is_it);
    // What has been replaced while it ran has no path any more.
    let path = found.unwrap_or(exact);
    if path.is_file() {
        Ok(path)
    } else {
        Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!("the program is not at {} any more", path.display()),
        ))
    }
}

/// Returns true if a folder, or the nearest one above it that is there, belongs to another user than root.
#[cfg(unix)]
pub(crate) fn is_foreign(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let mut metadata = folder.ancestors().filter_map(|path| path.metadata().ok());
    metadata.next().is_some_and(|metadata| metadata.uid() != 0)
}

/// Elsewhere there is no systemd.
#[cfg(not(unix))]
pub(crate) fn is_foreign(_: &Path) -> bool {
    false
}

fn run(
    program: &'static str,
    words: &[&str],
    input: Option<&[u8]>,
) -> Result<Output, ScheduleError> {
    let start = || {
        let mut child = Command::new(program)
            .args(words)
            // Messages are read, and shown among ours.
            .env("LC_ALL", "C")
            .stdin(if input.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let written = match (child.stdin.take(), input) {
            (Some(mut stdin), Some(input)) => stdin.write_all(input),
            _ => Ok(()),
        };
        let output = child.wait_with_output()?;
        // A program that ends early usually prints the reason. If not, report what it has not read.
        if output.status.success() {
            written?;
        }
        Ok(output)
    };
    start().map_err(|source| ScheduleError::Start { program, source })
}

fn succeeded(program: &str, words: &[&str], output: &Output) -> Result<(), ScheduleError> {
    if output.status.success() {
        return Ok(());
    }
    let message = said(output);
    Err(ScheduleError::Program {
        command: format!("{program} {}", words.join(" ")),
        message: if message.is_empty() {
            output.status.to_string()
        } else {
            message
        },
    })
}

/// Returns the error output of a program.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}
