//! Adding backups that another server has made.

use bchan_api::Time;
use rusqlite::{Connection, params};

use super::arrivals::{date, next_number};
use crate::error::Result;
use crate::records::StoredBackup;

/// Adds backups of another server by their times. Those that are older than some that are here
/// get the number of the one before them, so that none that is here changes its own.
pub(super) fn adopt(connection: &Connection, backups: &[StoredBackup]) -> Result<()> {
    let mut backups = backups.to_vec();
    backups.sort_by_key(|stored| stored.backup.created_at);
    let sql = "SELECT max(number), max(number) = (SELECT max(number) FROM backups \
        WHERE target_id = ?1) FROM backups WHERE target_id = ?1 AND arrived <= ?2";
    for mut stored in backups {
        let target = stored.backup.target_id.clone();
        date(connection, &mut stored)?;
        let at = stored.order.at.map(Time::unix_seconds);
        let mut statement = connection.prepare_cached(sql)?;
        let (before, is_last) = statement.query_row(params![target, at], |row| {
            let (before, is_last): (Option<i64>, Option<bool>) = (row.get(0)?, row.get(1)?);
            Ok((before, is_last == Some(true)))
        })?;
        let next = next_number(connection, &target)?;
        stored.order.number = match before {
            Some(_) if is_last => next,
            Some(before) => before,
            // The first one of all, or older than all.
            None if next == 1 => next,
            None => 0,
        };
        super::backups::insert(connection, &stored)?;
    }
    Ok(())
}
