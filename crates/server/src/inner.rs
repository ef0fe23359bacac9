//! What benchmarks measure alone. Nobody else has any use for it, and it may change at any time.

use std::io::{self, Read};

use bchan_api::{Backup, Target, Time};

use crate::multipart::Multipart;
use crate::policy;

/// Reads a form to its end, and gives the bytes of its parts.
pub fn read_form(body: impl Read, content_type: &str) -> io::Result<u64> {
    let mut form = Multipart::new(body, content_type)?;
    let mut content = 0;
    while let Some(mut part) = form.next_part()? {
        content += io::copy(&mut part, &mut io::sink())?;
    }
    Ok(content)
}

/// How many backups a target's rule calls old.
#[must_use]
pub fn old(target: &Target, backups: &[Backup], now: Time) -> usize {
    policy::old(target, backups, now).len()
}

/// How many backups hold nothing that another does not hold, too.
#[must_use]
pub fn duplicates(target: &Target, backups: &[Backup]) -> usize {
    policy::duplicates(target, backups).len()
}
