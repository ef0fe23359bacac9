//! The two servers of a migration.

use std::time::Duration;

use bchan_client::Client;

/// Both servers, and what holds for all that happens between them.
pub(super) struct Sides<'a> {
    pub from: &'a Client,
    pub to: &'a Client,
    pub dry_run: bool,
    pub retries: u32,
    pub patience: Duration,
}
