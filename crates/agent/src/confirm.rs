//! Checking that a server has stored what was sent.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use bchan_api::{Accepted, Backup, Feature, Target, TargetType};
use bchan_client::Client;

use crate::error::AgentError;
use crate::produced::Produced;
use crate::unverified::Unverified;

/// The new backup among those that an upload may have become.
pub(crate) struct Verified {
    pub backup: Option<Backup>,
    /// Which of the attempts it is; `None` where nothing was compared.
    pub attempt: Option<usize>,
    /// The reason for which nothing was compared.
    pub unverified: Option<Unverified>,
}

/// How long to look for a backup of which no job tells, at most as long as the server may be silent.
const PATIENCE: Duration = Duration::from_secs(10);
/// First and longest pause between two looks.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Looks for the backup that an upload has become and compares it with what was sent. With
/// `patiently`, that may take a while, for the server may still be at work.
pub(crate) async fn find(
    client: &Client,
    (target, accepted): (&Target, &Accepted),
    before: &HashSet<String>,
    (terms, attempts): (Terms, &[Produced]),
    patiently: bool,
) -> Result<Verified, AgentError> {
    let begun = Instant::now();
    let patience = PATIENCE.min(client.patience());
    let mut pause = PAUSES.0;
    loop {
        let candidates = candidates(client, target, accepted, before).await;
        let mut found = verify(terms, attempts, candidates);
        if let Ok(verified) = &mut found
            && verified.unverified == Some(Unverified::NoBackup)
            && let Some(attempt) = told(attempts, accepted)
        {
            // The server has said so, although it does not show the backup.
            verified.attempt = Some(attempt);
            verified.unverified = None;
        }
        let settled = match &found {
            Ok(verified) => !matches!(
                verified.unverified,
                Some(Unverified::NoBackup | Unverified::NoHash)
            ),
            // A backup that is found may belong to another upload.
            Err(error) => !matches!(error, AgentError::StoredDiffers { .. }),
        };
        if settled || !patiently || begun.elapsed() + pause > patience {
            return found;
        }
        tokio::time::sleep(pause).await;
        pause = pause.mul_f64(1.5).min(PAUSES.1);
    }
}

/// The attempt of which an answer has the receipt.
fn told(attempts: &[Produced], accepted: &Accepted) -> Option<usize> {
    let receipt = accepted.receipt.as_deref()?;
    attempts
        .iter()
        .rposition(|attempt| is_receipt(receipt, attempt) == Some(true))
}

/// Returns true if a receipt is that of an attempt, and none if the attempt has no receipt.
fn is_receipt(receipt: &str, attempt: &Produced) -> Option<bool> {
    let sent = attempt.hashes.receipt.as_deref()?;
    Some(receipt.eq_ignore_ascii_case(sent))
}

/// The backups that an upload may have become, newest first: the one that the server names, or all
/// that were not there before. That they cannot be listed is no failure of the upload.
async fn candidates(
    client: &Client,
    target: &Target,
    accepted: &Accepted,
    before: &HashSet<String>,
) -> Vec<Backup> {
    let Ok(view) = client.target(&target.id).await else {
        return Vec::new();
    };
    let mut backups = view.backups;
    match &accepted.backup_id {
        Some(id) => backups.retain(|backup| backup.id == *id),
        None => backups.retain(|backup| !before.contains(&backup.id)),
    }
    backups
}

/// How the hashes are to be read.
#[derive(Clone, Copy)]
pub(crate) struct Terms {
    kind: TargetType,
    /// True if the server takes links out of the tree for nothing, as this program does.
    same_links: bool,
    /// True if the backup is stored by now, if ever.
    stored: bool,
}

impl Terms {
    /// The limits for uploads that wait for their job, and for those that do not.
    pub(crate) fn of(client: &Client, target: &Target, accepted: &Accepted, waited: bool) -> Self {
        Self {
            kind: target.target_type,
            same_links: client.features().has(Feature::Sha256),
            // A server that names the backup has stored it.
            stored: waited || accepted.backup_id.is_some(),
        }
    }

    fn expected(self, attempt: &Produced) -> &str {
        match self.kind {
            TargetType::Single => &attempt.hashes.file,
            TargetType::Multi => &attempt.hashes.tree,
        }
    }
}

/// Finds the backup that one of the attempts has become. The server may have stored any that was
/// sent to its end; and of the backups, some may be other people's.
fn verify(
    terms: Terms,
    attempts: &[Produced],
    candidates: Vec<Backup>,
) -> Result<Verified, AgentError> {
    let is_of = |backup: &Backup, attempt: &Produced| {
        // Many trees have the same hash, and only one has the receipt.
        let receipt = backup.receipt.as_deref();
        if let Some(is_it) = receipt.and_then(|receipt| is_receipt(receipt, attempt)) {
            return is_it;
        }
        let stored = backup.hash.as_deref();
        stored.is_some_and(|hash| hash.eq_ignore_ascii_case(terms.expected(attempt)))
    };
    for backup in &candidates {
        let attempt = attempts.iter().rposition(|attempt| is_of(backup, attempt));
        if attempt.is_some() {
            if backup.hash_mismatch {
                return Err(AgentError::Broken {
                    backup: backup.id.clone(),
                });
            }
            return Ok(Verified {
                backup: Some(backup.clone()),
                attempt,
                unverified: None,
            });
        }
    }
    let hashless = candidates.iter().any(|backup| backup.hash.is_none());
    let is_tree = terms.kind == TargetType::Multi;
    let leads_out = is_tree && attempts.iter().any(|attempt| attempt.hashes.leads_out);
    let may_unpack = is_tree && attempts.iter().any(|attempt| attempt.hashes.may_unpack);
    let newest = candidates.into_iter().next();
    let unverified = match &newest {
        None => Unverified::NoBackup,
        Some(_) if hashless => Unverified::NoHash,
        Some(_) if !terms.stored => Unverified::NotAwaited,
        Some(_) if may_unpack => Unverified::MayUnpack,
        Some(_) if leads_out && !terms.same_links => Unverified::LeadsOut,
        Some(backup) => {
            return Err(AgentError::StoredDiffers {
                backup: backup.id.clone(),
            });
        }
    };
    Ok(Verified {
        backup: newest,
        attempt: None,
        unverified: Some(unverified),
    })
}

#[cfg(test)]
mod tests {
    use bchan_api::Time;

    use super::*;
    use crate::produced::Hashes;

    const TERMS: Terms = Terms {
        kind: TargetType::Multi,
        same_links: false,
        stored: true,
    };

    fn backup(id: &str, hash: Option<&str>) -> Backup {
        Backup {
            id: id.to_owned(),
            target_id: "t".to_owned(),
            created_at: Time::from_unix_seconds(1),
            manual: true,
            is_recycled: false,
            filesize: 1,
            hash: hash.map(str::to_owned),
            hash_mismatch: false,
            receipt: None,
            reproducible: false,
        }
    }

    fn sent(tree: &str) -> Produced {
        Produced {
            hashes: Hashes {
                file: "file".to_owned(),
                tree: tree.to_owned(),
                ..Hashes::default()
            },
            ..Produced::default()
        }
    }

    fn found(terms: Terms, sent: &[Produced], backups: &[Backup]) -> Result<Verified, AgentError> {
        verify(terms, sent, backups.to_vec())
    }

    #[test]
    fn the_backup_with_the_hash_is_the_one() {
        let others = [backup("x", Some("other")), backup("y", Some("TREE"))];
        let verified = found(TERMS, &[sent("first"), sent("tree")], &others).unwrap();
        assert_eq!(verified.backup.unwrap().id, "y");
        assert_eq!((verified.attempt, verified.unverified), (Some(1), None));
        let single = Terms {
            kind: TargetType::Single,
            ..TERMS
        };
        assert!(found(single, &[sent("tree")], &others[1..]).is_err());
        assert!(found(single, &[sent("tree")], &[backup("z", Some("file"))]).is_ok());
    }

    #[test]
    fn a_receipt_counts_more_than_a_hash() {
        let with = |receipt: &str| {
            let mut sent = sent("tree");
            sent.hashes.receipt = Some(receipt.to_owned());
            sent
        };
        let mut stored = backup("x", Some("tree"));
        stored.receipt = Some("R".to_owned());
        let found = |sent: Produced| found(TERMS, &[sent], std::slice::from_ref(&stored));
        assert_eq!(found(with("r")).unwrap().attempt, Some(0));
        assert!(matches!(
            found(with("other")),
            Err(AgentError::StoredDiffers { .. })
        ));
        // Without one on this side, there is the hash.
        assert_eq!(found(sent("tree")).unwrap().attempt, Some(0));
    }

    #[test]
    fn an_attempt_before_the_last_may_be_what_is_stored() {
        let sent = [sent("before"), sent("after")];
        let verified = found(TERMS, &sent, &[backup("x", Some("before"))]).unwrap();
        assert_eq!(verified.attempt, Some(0));
    }

    #[test]
    fn other_content_and_broken_content_are_failures() {
        let differs = found(TERMS, &[sent("tree")], &[backup("x", Some("other"))]);
        assert!(matches!(
            differs,
            Err(AgentError::StoredDiffers { backup }) if backup == "x"
        ));
        let mut broken = backup("x", Some("tree"));
        broken.hash_mismatch = true;
        let broken = found(TERMS, &[sent("tree")], &[broken]);
        assert!(matches!(broken, Err(AgentError::Broken { .. })));
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        let why = |terms: Terms, sent: Produced, backups: &[Backup]| {
            found(terms, &[sent], backups).map(|verified| verified.unverified)
        };
        let other = [backup("x", Some("other"))];
        let none = [backup("x", Some("other")), backup("y", None)];
        assert_eq!(
            why(TERMS, sent("t"), &[]).unwrap(),
            Some(Unverified::NoBackup)
        );
        assert_eq!(
            why(TERMS, sent("t"), &none).unwrap(),
            Some(Unverified::NoHash)
        );
        let mut as_it_is = sent("t");
        as_it_is.hashes.may_unpack = true;
        assert_eq!(
            why(TERMS, as_it_is, &other).unwrap(),
            Some(Unverified::MayUnpack)
        );
        let early = Terms {
            stored: false,
            ..TERMS
        };
        assert_eq!(
            why(early, sent("t"), &other).unwrap(),
            Some(Unverified::NotAwaited)
        );
        let out = || {
            let mut sent = sent("t");
            sent.hashes.leads_out = true;
            sent
        };
        assert_eq!(
            why(TERMS, out(), &other).unwrap(),
            Some(Unverified::LeadsOut)
        );
        let ours = Terms {
            same_links: true,
            ..TERMS
        };
        assert!(why(ours, out(), &other).is_err());
    }
}
