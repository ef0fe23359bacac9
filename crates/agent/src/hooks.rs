//! Commands that run around a backup.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Command;

/// A command with its time limit.
#[derive(Clone, Debug)]
pub struct Hook<'a> {
    /// Name in the preset.
    pub name: &'static str,
    /// A program and its arguments. No shell is between.
    pub words: &'a [String],
    pub timeout: Duration,
    /// Additional environment variables.
    pub variables: &'a [(&'static str, String)],
}

/// Errors of running a hook.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    #[error("the {name} hook `{program}` cannot be run")]
    Broken {
        name: &'static str,
        program: String,
        source: io::Error,
    },
    #[error("the {name} hook `{program}` failed ({status})")]
    Failed {
        name: &'static str,
        program: String,
        status: ExitStatus,
    },
    #[error("the {name} hook `{program}` was killed: it was not done after {timeout:?}")]
    TimedOut {
        name: &'static str,
        program: String,
        timeout: Duration,
    },
}

impl Hook<'_> {
    /// Runs it to its end. What it prints goes to standard error: standard output is for results.
    /// Out of time, or dropped, it is killed with all that it has started.
    pub async fn run(&self) -> Result<(), HookError> {
        let Some((program, arguments)) = self.words.split_first() else {
            return Ok(());
        };
        let (name, timeout) = (self.name, self.timeout);
        let broken = |source| HookError::Broken {
            name,
            program: program.clone(),
            source,
        };
        let mut child = Command::new(program)
            .args(arguments)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(io::stderr())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(broken)?;
        let group = Group::of(&child);
        let Ok(status) = tokio::time::timeout(timeout, child.wait()).await else {
            return Err(HookError::TimedOut {
                name,
                program: program.clone(),
                timeout,
            });
        };
        let status = status.map_err(broken)?;
        group.leave();
        if status.success() {
            return Ok(());
        }
        Err(HookError::Failed {
            name,
            program: program.clone(),
            status,
        })
    }
}

/// A process and those that it has started. They are killed when this is dropped.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &tokio::process::Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    /// Its leader has ended by itself. Background processes that it has started may stay.
    fn leave(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Those that are gone need no killing.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
