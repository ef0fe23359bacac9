//! How many backups a day keys with only the right to append may add to a target.
//!
//! A day is one of trusted time, and slides: what counts is what arrived within the last one,
//! deleted backups included, and what is being uploaded now. So no jump of the clock opens the gate
//! or keeps it shut.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bchan_api::{Target, Time};

use crate::clock::Timekeeper;
use crate::error::Error;
use crate::policy;
use bchan_catalog::Store;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// Seconds after which an upload may have ended that is under way now.
const MOMENT: u64 = 60;

/// Uploads under way with such keys, by target.
#[derive(Default)]
pub struct Quota(Mutex<HashMap<String, u64>>);

/// Counts an upload for as long as it is under way.
pub struct QuotaSlot<'a> {
    quota: &'a Quota,
    target: String,
}

impl Quota {
    /// Counts an upload with a key that may only append, or refuses it before its body is read.
    /// `key` is the name of the key.
    pub fn admit(
        &self,
        store: &dyn Store,
        clock: &Timekeeper,
        target: &Target,
        key: &str,
    ) -> Result<QuotaSlot<'_>, Error> {
        let limit = policy::daily_uploads(target);
        let now = clock.moment(store)?.trusted.unix_seconds();
        let since = Time::from_unix_seconds(now.saturating_sub(SECONDS_PER_DAY));
        // Held while the database is asked, so that of two at once the second sees the first.
        let mut under_way = self.lock();
        let (stored, first) = store.appended_since(&target.id, since)?;
        let begun = under_way.get(&target.id).copied().unwrap_or(0);
        if stored.saturating_add(begun) < limit {
            *under_way.entry(target.id.clone()).or_default() += 1;
            return Ok(QuotaSlot {
                quota: self,
                target: target.id.clone(),
            });
        }
        let wait = if stored < limit {
            MOMENT
        } else {
            let opens = first.map_or(now, Time::unix_seconds) + SECONDS_PER_DAY;
            u64::try_from(opens - now).unwrap_or(0).max(1)
        };
        tracing::warn!(
            target = target.id,
            key,
            limit,
            "refused an upload: the limit of a day is reached"
        );
        let message = format!(
            "keys with the right `append` may add {limit} backups a day to this target \
             (max_daily_uploads), and have; nothing was stored"
        );
        Err(Error::too_many(message).retry_after(wait))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for QuotaSlot<'_> {
    fn drop(&mut self) {
        let mut under_way = self.quota.lock();
        if let Some(count) = under_way.get_mut(&self.target) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.target);
            }
        }
    }
}
