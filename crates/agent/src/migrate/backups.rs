//! The backups of one target, oldest first.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bchan_api::{Accepted, Backup, Feature, Target, TargetType};
use bchan_client::{Client, Error};
use tokio::time::Instant;

use super::progress_log::MigrationLog;
use super::report::{MigrateReport, TargetReport};
use super::sides::Sides;
use super::transfer::{Fault, Transfer};
use crate::error::AgentError;
use crate::job::{JobOutcome, wait_for_job};
use crate::pause::pause;
use crate::progress::Progress;

/// First and longest pause between two looks for a backup that should appear.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Takes over the backups of one target.
pub(super) struct Backups<'a> {
    pub sides: &'a Sides<'a>,
    pub ledger: &'a mut MigrationLog,
    pub report: &'a mut MigrateReport,
    /// As the source knows it.
    pub target: &'a Target,
    /// Its id there.
    pub to_target: &'a str,
    pub counts: TargetReport,
    /// Backups of the destination that were not matched yet.
    pub free: Vec<Backup>,
    /// Ids of all backups there.
    pub known: HashSet<String>,
    pub progress: &'a Arc<dyn Progress>,
}

/// Outcome for one backup.
enum Fate {
    /// Stored, and whether it is known to be the same.
    Taken {
        to: Backup,
        verified: bool,
    },
    LeftOut(String),
}

impl Backups<'_> {
    pub(super) async fn all(
        mut self,
        mut backups: Vec<Backup>,
    ) -> Result<TargetReport, AgentError> {
        // They come newest first.
        backups.reverse();
        for backup in &backups {
            self.one(backup).await?;
        }
        Ok(self.counts)
    }

    async fn one(&mut self, backup: &Backup) -> Result<(), AgentError> {
        if let Some(to) = self.ledger.stored(&backup.id, self.to_target) {
            let to = to.to_owned();
            self.counts.present += 1;
            return self.settle(backup, &to).await;
        }
        if backup.hash_mismatch {
            self.leave_out(backup, "the source says that it is broken".to_owned());
            return Ok(());
        }
        if let Some(at) = self.recognise(backup) {
            let to = self.free.remove(at);
            self.counts.present += 1;
            self.ledger
                .note_stored(&backup.id, self.to_target, &to.id)?;
            return self.settle(backup, &to.id).await;
        }
        if let Some(message) = self.doubt(backup) {
            self.leave_out(backup, message);
            return Ok(());
        }
        if self.sides.dry_run {
            self.counts.taken += 1;
            self.counts.bytes += backup.filesize;
            return Ok(());
        }
        match self.send(backup).await? {
            Fate::LeftOut(message) => self.leave_out(backup, message),
            Fate::Taken { to, verified } => {
                self.ledger
                    .note_stored(&backup.id, self.to_target, &to.id)?;
                self.counts.taken += 1;
                self.counts.verified += u64::from(verified);
                self.counts.bytes += backup.filesize;
                self.settle(backup, &to.id).await?;
            }
        }
        Ok(())
    }

    fn leave_out(&mut self, backup: &Backup, message: String) {
        self.counts.left_out += 1;
        self.report.find(self.target, Some(&backup.id), message);
    }

    /// A backup there with the same content that no other one is known to be.
    fn recognise(&self, backup: &Backup) -> Option<usize> {
        let hash = backup.hash.as_deref()?;
        let same = |other: &Backup| {
            let other_hash = other.hash.as_deref().unwrap_or_default();
            other_hash.eq_ignore_ascii_case(hash)
                && other.manual == backup.manual
                && !other.hash_mismatch
        };
        self.free.iter().position(same)
    }

    /// Returns the reason for which a backup that was sent once, with an unknown outcome, may
    /// already be stored under an unknown name. Servers of this project find it by the name of the
    /// upload.
    fn doubt(&self, backup: &Backup) -> Option<String> {
        let ours = self.sides.to.features().has(Feature::Sha256);
        if ours || !self.ledger.is_open(&backup.id) {
            return None;
        }
        let strange = |other: &&Backup| !self.ledger.was_before(&self.target.id, &other.id);
        let strange: Vec<_> = self.free.iter().filter(strange).collect();
        let ids: Vec<_> = strange.iter().map(|other| other.id.as_str()).collect();
        (!ids.is_empty()).then(|| {
            format!(
                "an interrupted run may have stored it as {}; delete that, and run again",
                ids.join(" or ")
            )
        })
    }

    /// Gives a backup that is there the state that it has here.
    async fn settle(&mut self, backup: &Backup, to: &str) -> Result<(), AgentError> {
        if self.sides.dry_run || self.ledger.is_done(&backup.id) {
            return Ok(());
        }
        if backup.is_recycled {
            match self.sides.to.set_recycled(to, true).await {
                // It was changed on the destination on purpose.
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(Fault::Destination(error).into()),
            }
        }
        self.ledger.note_done(&backup.id)
    }

    async fn send(&mut self, backup: &Backup) -> Result<Fate, AgentError> {
        let Sides { from, to, .. } = self.sides;
        let key = self.ledger.note_sending(&backup.id, self.to_target)?;
        let transfer = Transfer {
            from,
            to,
            target: self.target,
            backup,
            to_target: self.to_target,
            key,
        };
        let ours = to.features().has(Feature::Sha256);
        let mut attempt = 0;
        let accepted = loop {
            let fault = match transfer.run(self.progress).await {
                Ok(accepted) => break accepted,
                Err(fault) => fault,
            };
            // A server that does not know the upload's name might store it twice.
            let harmless = match &fault {
                Fault::Source(_) | Fault::Destination(Error::Unreachable { .. }) => true,
                _ => ours,
            };
            if let Fault::Source(error) | Fault::Destination(error) = &fault
                && fault.is_temporary()
                && harmless
                && attempt < self.sides.retries
            {
                attempt += 1;
                let wait = pause(attempt, error);
                self.progress.retrying(attempt, error, wait);
                tokio::time::sleep(wait).await;
                continue;
            }
            return self.give_up(backup, fault);
        };
        self.confirm(backup, &accepted).await
    }

    /// Reports a permanent fault: of this backup, or of the whole migration.
    fn give_up(&mut self, backup: &Backup, fault: Fault) -> Result<Fate, AgentError> {
        // Where an answer was lost, the next run asks with the same name, or looks first.
        let refused = match &fault {
            Fault::Source(_)
            | Fault::UploadSource(_)
            | Fault::Destination(Error::Unreachable { .. }) => true,
            Fault::Destination(error) => !error.is_temporary(),
            Fault::Thread => false,
        };
        if refused {
            self.ledger.note_refused(&backup.id)?;
        }
        let message = match &fault {
            Fault::UploadSource(what) => what.clone(),
            Fault::Source(error) | Fault::Destination(error) if !concerns_all(error) => {
                let side = if matches!(fault, Fault::Source(_)) {
                    "downloading"
                } else {
                    "uploading"
                };
                format!("{side} it failed: {error}")
            }
            _ => return Err(fault.into()),
        };
        Ok(Fate::LeftOut(message))
    }

    /// Sees to it that what the server has taken is a backup, and the right one.
    async fn confirm(&mut self, backup: &Backup, accepted: &Accepted) -> Result<Fate, AgentError> {
        let to = self.sides.to;
        let outcome = match wait_for_job(to, accepted.job_id).await {
            Ok(outcome) => outcome,
            Err(AgentError::JobFailed { message }) => {
                self.ledger.note_refused(&backup.id)?;
                let message = format!("the server took it and then failed to store it: {message}");
                return Ok(Fate::LeftOut(message));
            }
            Err(AgentError::Client(error)) => return Err(Fault::Destination(error).into()),
            Err(error) => return Err(error),
        };
        let patience = match outcome {
            JobOutcome::Finished => Duration::ZERO,
            JobOutcome::Unknown => self.sides.patience,
        };
        let found = self.appeared(backup, accepted, patience).await?;
        let Some(stored) = found else {
            let message = "the server has taken it, and does not show it; another run looks again";
            return Ok(Fate::LeftOut(message.to_owned()));
        };
        self.known.insert(stored.id.clone());
        let differs = match (&backup.hash, &stored.hash) {
            (Some(here), Some(there)) => !here.eq_ignore_ascii_case(there),
            _ => {
                self.target.target_type == TargetType::Single
                    && backup.filesize != 0
                    && stored.filesize != 0
                    && backup.filesize != stored.filesize
            }
        };
        if differs {
            // A backup that the server does not attribute to this upload may belong to another one.
            let is_sure = accepted.backup_id.is_some();
            return self.take_back(backup, &stored, is_sure).await;
        }
        let verified = backup.hash.is_some() && stored.hash.is_some();
        let to = stored;
        Ok(Fate::Taken { to, verified })
    }

    /// The new backup, once it is there. Servers that do not say which it is may have got others
    /// meanwhile: then it is the one with the right hash, or the only one.
    async fn appeared(
        &self,
        backup: &Backup,
        accepted: &Accepted,
        patience: Duration,
    ) -> Result<Option<Backup>, AgentError> {
        let deadline = Instant::now() + patience;
        let mut wait = PAUSES.0;
        let same = |new: &Backup| {
            let hash = backup.hash.as_deref().zip(new.hash.as_deref());
            hash.is_some_and(|(here, there)| here.eq_ignore_ascii_case(there))
        };
        loop {
            let view = self.sides.to.target(self.to_target).await;
            let view = view.map_err(Fault::Destination)?;
            let mut new = view.backups;
            new.retain(|new| match &accepted.backup_id {
                Some(id) => new.id == *id,
                None => !self.known.contains(&new.id),
            });
            if let Some(at) = new.iter().position(same) {
                return Ok(Some(new.swap_remove(at)));
            }
            let is_late = Instant::now() >= deadline;
            if let [only] = &new[..]
                && (is_late || backup.hash.is_none() || only.hash.is_some())
            {
                return Ok(new.pop());
            }
            if is_late {
                return Ok(None);
            }
            tokio::time::sleep(wait).await;
            wait = wait.mul_f64(1.5).min(PAUSES.1);
        }
    }

    /// Removes what has become something else on its way, if it is sure to be that.
    async fn take_back(
        &mut self,
        backup: &Backup,
        stored: &Backup,
        is_sure: bool,
    ) -> Result<Fate, AgentError> {
        let mut message = "what arrived is not what its hash says".to_owned();
        let both_ours = [self.sides.from, self.sides.to]
            .iter()
            .all(|client: &&Client| client.features().has(Feature::Sha256));
        if !both_ours && self.target.target_type == TargetType::Multi {
            message += " (servers count links that lead out of a backup differently)";
        }
        if !is_sure {
            let id = &stored.id;
            message = format!("{message}; if {id} is what arrived, delete it, and run again");
            return Ok(Fate::LeftOut(message));
        }
        match self.sides.to.delete_backup(&stored.id, true).await {
            Ok(()) | Err(Error::NotFound { .. }) => {
                self.ledger.note_refused(&backup.id)?;
                message += ", and was removed again";
            }
            Err(error) => {
                message = format!("{message}; removing {} failed: {error}", stored.id);
            }
        }
        Ok(Fate::LeftOut(message))
    }
}

/// Returns true if it is no use to go on with the next backup.
fn concerns_all(error: &Error) -> bool {
    error.is_temporary()
        || matches!(
            error,
            Error::Unauthorized
                | Error::Forbidden { .. }
                | Error::Untrusted { .. }
                | Error::Redirected { .. }
        )
}
