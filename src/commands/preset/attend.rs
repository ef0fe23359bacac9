//! A run of a preset with all that goes on around it: hooks, and the monitor.

use std::time::Duration;

use bchan_api::Time;
use bchan_client::{Monitor, Ping};

use crate::commands::backup::upload::{Ended, unless_interrupted, upload};
use crate::config::{Length, UnattendedOptions};
use crate::context::Context;
use crate::error::{CommandError, Exit, Kind};
use bchan_agent::{Hook, LastRun, RunEnd, RunGuard, UploadOptions};

/// Default for the time that a hook may take.
const HOOK_TIMEOUT: Duration = Duration::from_secs(60 * 60);

type Variables = Vec<(&'static str, String)>;

/// Hooks and monitoring around a run.
pub(super) struct Attendance<'a, 'b> {
    pub(super) context: &'a Context<'b>,
    pub(super) preset: &'a str,
    pub(super) options: &'a UnattendedOptions,
    pub(super) guard: &'a RunGuard,
}

impl Attendance<'_, '_> {
    /// Runs the hooks around an upload, and tells the monitor. A signal ends the upload and not
    /// what comes after it; a second one ends everything.
    pub(super) async fn upload(self, options: UploadOptions) -> Result<Exit, CommandError> {
        let signals = self.context.signals();
        let begun = Time::now();
        let monitor = self.monitor();
        self.tell(monitor.as_ref(), Ping::Start, "").await;
        let mut variables = vec![
            ("BCHAN_PRESET", self.preset.to_owned()),
            ("BCHAN_TARGET", options.target.clone()),
        ];
        let mut lease = None;
        let outcome = {
            let work = self.guard.within(async {
                let bar = self.context.ui.bar();
                let taken = self.guard.lease(&options.target, &*bar.progress()).await;
                drop(bar);
                lease = Some(taken?);
                self.record(&LastRun { begun, end: None });
                if let Err(error) = self
                    .hook(
                        "before",
                        UnattendedOptions::hook(self.options.before.as_ref()),
                        &variables,
                    )
                    .await
                {
                    return Err(error.hint("nothing was sent"));
                }
                Box::pin(upload(self.context, options, self.guard)).await
            });
            unless_interrupted(self.context.ui, signals, self.guard, work).await
        };
        // Only with a target that was made is there a client already.
        if outcome.is_err()
            && self.guard.created.get().is_some()
            && let Ok(client) = self.context.client().await
        {
            bchan_agent::remove_created(client, self.guard).await;
        }
        let (exit, summary) = describe(&outcome, &mut variables);
        let is_good = exit == Exit::Done;
        let (name, words) = if is_good {
            (
                "on_success",
                UnattendedOptions::hook(self.options.on_success.as_ref()),
            )
        } else {
            (
                "on_failure",
                UnattendedOptions::hook(self.options.on_failure.as_ref()),
            )
        };
        self.late_hook(name, words, &variables).await;
        // Of a run that another one has kept away, that one's hooks are under way.
        if lease.is_some() {
            self.late_hook(
                "after",
                UnattendedOptions::hook(self.options.after.as_ref()),
                &variables,
            )
            .await;
        }
        // A run that another one has kept away says nothing about the preset.
        if lease.is_some() {
            let end = RunEnd {
                at: Time::now(),
                exit: exit as u8,
                message: summary.clone(),
            };
            self.record(&LastRun {
                begun,
                end: Some(end),
            });
        }
        drop(lease);
        let ping = if is_good {
            Ping::Success
        } else {
            Ping::Exit(exit as u8)
        };
        self.tell(monitor.as_ref(), ping, &summary).await;
        outcome.map(|ended| ended.exit)
    }

    /// Keeps for `bchan preset status` what the run has come to.
    fn record(&self, run: &LastRun) {
        let Some(state) = &self.guard.state else {
            return;
        };
        if let Err(error) = state.keep_run(self.preset, run) {
            let message = format!("the outcome cannot be kept for `preset status`: {error}");
            self.context.ui.warn(&message);
        }
    }

    async fn hook(
        &self,
        name: &'static str,
        words: &[String],
        variables: &Variables,
    ) -> Result<(), CommandError> {
        let timeout = self.options.hook_timeout;
        let hook = Hook {
            name,
            words,
            timeout: timeout.map_or(HOOK_TIMEOUT, |Length(length)| length),
            variables,
        };
        hook.run().await.map_err(CommandError::failed)
    }

    /// One that comes too late to change what has become of the backup.
    async fn late_hook(&self, name: &'static str, words: &[String], variables: &Variables) {
        if let Err(error) = self.hook(name, words, variables).await {
            self.context.ui.warn(&error.message());
        }
    }

    fn monitor(&self) -> Option<Monitor> {
        let url = self.options.ping.as_ref()?;
        match Monitor::new(url, concat!("bchan/", env!("CARGO_PKG_VERSION"))) {
            Ok(monitor) => Some(monitor),
            Err(error) => {
                self.warn_of_monitor(error);
                None
            }
        }
    }

    async fn tell(&self, monitor: Option<&Monitor>, ping: Ping, summary: &str) {
        let Some(monitor) = monitor else { return };
        if let Err(error) = monitor.tell(ping, summary).await {
            self.warn_of_monitor(error);
        }
    }

    fn warn_of_monitor(&self, error: bchan_client::PingError) {
        let error = CommandError::failed(error);
        let message = format!("the monitor was not told: {}", error.message());
        self.context.ui.warn(&message);
    }
}

/// The exit code and a sentence for it; for the hooks, in variables, too.
fn describe(outcome: &Result<Ended, CommandError>, variables: &mut Variables) -> (Exit, String) {
    let (exit, status, summary) = match outcome {
        Ok(ended) => (ended.exit, ended.status, ended.summary.clone()),
        Err(error) => (error.kind.exit(), status(error.kind), error.message()),
    };
    let ended = outcome.as_ref().ok();
    let id = ended.and_then(|ended| ended.backup_id.clone());
    let amount = ended.map(|ended| ended.amount).unwrap_or_default();
    variables.extend([
        ("BCHAN_EXIT_CODE", (exit as u8).to_string()),
        ("BCHAN_STATUS", status.to_owned()),
        ("BCHAN_BACKUP_ID", id.unwrap_or_default()),
        ("BCHAN_FILES", amount.files.to_string()),
        ("BCHAN_BYTES", amount.bytes.to_string()),
    ]);
    (exit, summary)
}

fn status(kind: Kind) -> &'static str {
    match kind {
        Kind::Shrunk => "shrunk",
        Kind::Busy => "busy",
        Kind::Temporary => "temporary",
        Kind::Interrupted(_) => "interrupted",
        _ => "failed",
    }
}
