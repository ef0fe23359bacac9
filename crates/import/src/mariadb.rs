//! The database of a Python server. It is read in one transaction that can change nothing.

use std::path::Path;
use std::time::Duration;

use mysql::prelude::{FromValue, Queryable as _};
use mysql::{AccessMode, Conn, Error, OptsBuilder, Row, TxOpts};

use crate::error::ImportError;
use crate::installation::Login;

/// Versions of the schema that are understood. The step to 14 adds two columns to backups, and at
/// first did not note itself.
const VERSIONS: std::ops::RangeInclusive<i64> = 13..=14;

/// Longest time until the database answers.
const CONNECTING: Duration = Duration::from_secs(10);
const ANSWERING: Duration = Duration::from_secs(300);

/// Where `localhost` is, for the libraries that other programs use: a socket, whatever the port.
const SOCKETS: [&str; 4] = [
    "/run/mysqld/mysqld.sock",
    "/var/run/mysqld/mysqld.sock",
    "/var/lib/mysql/mysql.sock",
    "/tmp/mysql.sock",
];

/// A row of `targets` with the tags; nothing in it is checked yet.
pub(crate) struct OldTarget {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) target_type: Option<String>,
    pub(crate) recycle_criteria: Option<String>,
    pub(crate) recycle_value: Option<i64>,
    pub(crate) recycle_action: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) name_template: Option<String>,
    pub(crate) deduplicate: bool,
    pub(crate) alias: Option<String>,
    pub(crate) min_backups: Option<i64>,
    pub(crate) tags: Vec<String>,
}

/// A row of `backups`; nothing in it is checked yet.
pub(crate) struct OldBackup {
    pub(crate) id: String,
    pub(crate) target_id: String,
    /// Local time of that server, as the database writes it.
    pub(crate) created_at: Option<String>,
    pub(crate) manual: bool,
    pub(crate) is_recycled: bool,
    /// Zero when that server has not counted yet.
    pub(crate) filesize: u64,
    pub(crate) hash: Option<String>,
    pub(crate) hash_mismatch: bool,
}

/// The content of the database.
pub(crate) struct Old {
    /// By name.
    pub(crate) targets: Vec<OldTarget>,
    /// Oldest first.
    pub(crate) backups: Vec<OldBackup>,
    /// Links between a target and a tag of which one does not exist.
    pub(crate) dangling_tags: u64,
}

/// Reads everything.
pub(crate) fn read(login: &Login) -> Result<Old, ImportError> {
    let mut connection = connect(login)?;
    read_all(&mut connection).map_err(|error| failed(login, error))?
}

fn connect(login: &Login) -> Result<Conn, ImportError> {
    let options = || {
        OptsBuilder::new()
            .user(Some(&login.user))
            .pass(login.password.expose())
            .db_name(Some(&login.database))
            .prefer_socket(false)
            .tcp_connect_timeout(Some(CONNECTING))
            .read_timeout(Some(ANSWERING))
            .write_timeout(Some(ANSWERING))
    };
    if login.host == "localhost"
        && let Some(socket) = SOCKETS.iter().find(|path| Path::new(path).exists())
    {
        match Conn::new(options().socket(Some(*socket))) {
            Ok(connection) => return Ok(connection),
            Err(Error::MySqlError(error)) => {
                return Err(failed(login, Error::MySqlError(error)));
            }
            // It may be a left-over.
            Err(error) => tracing::debug!(socket, %error, "no connection"),
        }
    }
    let host = Some(login.host.as_str());
    let tcp = options().ip_or_hostname(host).tcp_port(login.port);
    Conn::new(tcp).map_err(|error| failed(login, error))
}

/// Maps a database error. The numbers are documented by MariaDB.
fn failed(login: &Login, error: Error) -> ImportError {
    let address = format!("{}:{}", login.host, login.port);
    match &error {
        Error::IoError(_) | Error::CodecError(_) | Error::DriverError(_) => {
            let source = Box::new(error);
            ImportError::Unreachable { address, source }
        }
        Error::MySqlError(refused) if matches!(refused.code, 1044 | 1045 | 1049 | 1698) => {
            let message = refused.message.clone();
            ImportError::Refused { address, message }
        }
        Error::MySqlError(missing) if matches!(missing.code, 1054 | 1146) => {
            let what = missing.message.clone();
            ImportError::Schema { what }
        }
        _ => ImportError::Database {
            source: Box::new(error),
        },
    }
}

fn read_all(connection: &mut Conn) -> mysql::Result<Result<Old, ImportError>> {
    let options = TxOpts::default()
        .set_with_consistent_snapshot(true)
        .set_access_mode(Some(AccessMode::ReadOnly));
    let mut database = connection.start_transaction(options)?;
    let version: Option<Option<i64>> =
        database.query_first("SELECT MAX(version) FROM schema_versions")?;
    let version = version.flatten().unwrap_or(0);
    if !VERSIONS.contains(&version) {
        let what = format!(
            "its schema has version {version}; this program knows {} and {}",
            VERSIONS.start(),
            VERSIONS.end()
        );
        return Ok(Err(ImportError::Schema { what }));
    }
    let rows: Vec<Row> = database.query("SELECT * FROM targets ORDER BY name, id")?;
    let mut targets = Vec::with_capacity(rows.len());
    for row in rows {
        targets.push(target(&row)?);
    }
    let tags: Vec<(String, String)> = database.query(
        "SELECT link.target_id, tag.name FROM target_tags AS link \
         JOIN tags AS tag ON tag.id = link.tag_id ORDER BY link.target_id, tag.id",
    )?;
    let mut dangling: u64 = database
        .query_first(
            "SELECT COUNT(*) FROM target_tags AS link \
             LEFT JOIN tags AS tag ON tag.id = link.tag_id WHERE tag.id IS NULL",
        )?
        .unwrap_or(0);
    let mut position = std::collections::HashMap::with_capacity(targets.len());
    for (at, target) in targets.iter().enumerate() {
        position.insert(target.id.clone(), at);
    }
    for (target, tag) in tags {
        match position.get(&target) {
            Some(&at) => targets[at].tags.push(tag),
            None => dangling += 1,
        }
    }
    let mut backups = Vec::new();
    let rows = database.query_iter("SELECT * FROM backups ORDER BY created_at, id")?;
    for row in rows {
        backups.push(backup(&row?)?);
    }
    Ok(Ok(Old {
        targets,
        backups,
        dangling_tags: dangling,
    }))
}

/// A column by its name; one that is missing is null.
fn column<T: FromValue>(row: &Row, name: &str) -> mysql::Result<Option<T>> {
    let wrong = || Error::FromRowError(row.clone());
    let value: Option<Result<Option<T>, _>> = row.get_opt(name);
    value.transpose().map(Option::flatten).map_err(|_| wrong())
}

fn id(row: &Row, name: &str) -> mysql::Result<String> {
    column(row, name)?.ok_or_else(|| Error::FromRowError(row.clone()))
}

fn flag(row: &Row, name: &str) -> mysql::Result<bool> {
    Ok(column::<i64>(row, name)?.is_some_and(|value| value != 0))
}

fn target(row: &Row) -> mysql::Result<OldTarget> {
    Ok(OldTarget {
        id: id(row, "id")?,
        name: column(row, "name")?,
        target_type: column(row, "type")?,
        recycle_criteria: column(row, "recycle_criteria")?,
        recycle_value: column(row, "recycle_value")?,
        recycle_action: column(row, "recycle_action")?,
        location: column(row, "location")?,
        name_template: column(row, "name_template")?,
        deduplicate: flag(row, "deduplicate")?,
        alias: column(row, "alias")?,
        min_backups: column(row, "min_backups")?,
        tags: Vec::new(),
    })
}

fn backup(row: &Row) -> mysql::Result<OldBackup> {
    Ok(OldBackup {
        id: id(row, "id")?,
        target_id: id(row, "target_id")?,
        created_at: column(row, "created_at")?,
        manual: flag(row, "manual")?,
        is_recycled: flag(row, "is_recycled")?,
        filesize: column(row, "filesize")?.unwrap_or(0),
        hash: column(row, "hash")?,
        hash_mismatch: flag(row, "hash_mismatch")?,
    })
}
