//! Functions for benchmarks. They may change at any time.

use std::io::{self, Read};

use bchan_api::{Backup, Target, Time};

use bchan_catalog::{Order, StoredBackup};
use bchan_engine::policy::{self, Moment};
use bchan_http::multipart::Multipart;

/// Reads a form to its end, and gives the bytes of its parts.
pub fn read_form(body: impl Read, content_type: &str) -> io::Result<u64> {
    let mut form = Multipart::new(body, content_type)?;
    let mut content = 0;
    while let Some(mut part) = form.next_part()? {
        content += io::copy(&mut part, &mut io::sink())?;
    }
    Ok(content)
}

/// The backups of a target, in the order in which they arrived.
pub struct Backups(Vec<StoredBackup>);

impl FromIterator<Backup> for Backups {
    fn from_iter<I: IntoIterator<Item = Backup>>(backups: I) -> Self {
        let stored = |(number, backup): (i64, Backup)| StoredBackup {
            order: Order {
                number,
                at: Some(backup.created_at),
                appended: None,
            },
            backup,
            extension: String::new(),
            file_name: String::new(),
        };
        Self((1..).zip(backups).map(stored).collect())
    }
}

/// How many backups a target's rule calls old.
#[must_use]
pub fn old(target: &Target, backups: &Backups, now: Time) -> usize {
    let now = Moment {
        wall: now,
        trusted: now,
    };
    policy::old(target, &backups.0, now).len()
}

/// How many backups hold nothing that another does not hold, too.
#[must_use]
pub fn duplicates(target: &Target, backups: &Backups) -> usize {
    policy::duplicates(target, &backups.0).len()
}
