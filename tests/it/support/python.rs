//! The files of a Python server: a folder, a database, and its backups.
//!
//! The statements are this project's own; they make the tables that such a server has at version 14
//! of its schema.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::mariadb::MariaDb;

const SCHEMA: &str = "
    CREATE TABLE schema_versions (version INT NOT NULL,
        applied_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, description TEXT);
    INSERT INTO schema_versions (version) VALUES (8), (13), (14);
    CREATE TABLE targets (id CHAR(36) PRIMARY KEY, name VARCHAR(255), type VARCHAR(6),
        recycle_criteria VARCHAR(5), recycle_value INT, recycle_action VARCHAR(7),
        location VARCHAR(255), name_template VARCHAR(255), deduplicate INT NOT NULL,
        alias VARCHAR(255) UNIQUE, min_backups INT);
    CREATE TABLE backups (id CHAR(36) PRIMARY KEY, target_id CHAR(36) NOT NULL,
        created_at DATETIME, manual INT NOT NULL, is_recycled BOOLEAN NOT NULL DEFAULT FALSE,
        filesize BIGINT UNSIGNED, hash CHAR(64), hash_mismatch BOOLEAN NOT NULL DEFAULT FALSE,
        FOREIGN KEY (target_id) REFERENCES targets (id) ON DELETE CASCADE);
    CREATE TABLE tags (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) UNIQUE NOT NULL);
    CREATE TABLE target_tags (target_id CHAR(36) NOT NULL, tag_id INT NOT NULL,
        PRIMARY KEY (target_id, tag_id),
        FOREIGN KEY (target_id) REFERENCES targets (id) ON DELETE CASCADE,
        FOREIGN KEY (tag_id) REFERENCES tags (id) ON DELETE CASCADE);
    SET FOREIGN_KEY_CHECKS = 0;
";

const PASSWORD: &str = "s/*ecre*/t//x";

/// A key as such a server makes it.
pub(crate) const KEY: &str =
    "bakch-00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// See the module.
pub(crate) struct PythonServer {
    database: Arc<MariaDb>,
    name: String,
    folder: TempDir,
    /// Statements that have not been run yet.
    pending: String,
    number: u32,
}

/// A target of it.
#[derive(Clone)]
pub(crate) struct OldTarget {
    pub(crate) id: String,
    pub(crate) single: bool,
    /// As it is in the database.
    pub(crate) location: String,
    pub(crate) name_template: String,
    pub(crate) alias: Option<String>,
    /// Assignments of further columns.
    pub(crate) more: &'static str,
}

/// A backup of it.
#[derive(Clone, Default)]
pub(crate) struct OldBackup {
    /// Local time.
    pub(crate) created: &'static str,
    pub(crate) manual: bool,
    pub(crate) recycled: bool,
    /// Names and contents; for a single target one of each, whose name is an extension.
    pub(crate) files: Vec<(&'static str, &'static str)>,
    /// Whether the database has hash and size.
    pub(crate) hashed: bool,
    pub(crate) sized: bool,
}

impl PythonServer {
    /// An empty one; none on a machine without MariaDB.
    pub(crate) fn new() -> Option<Self> {
        let database = MariaDb::get()?;
        let name = database.database("bc", PASSWORD);
        database.run(&format!("USE {name};{SCHEMA}"));
        let server = Self {
            database,
            name,
            folder: tempfile::tempdir().unwrap(),
            pending: String::new(),
            number: 0,
        };
        fs::create_dir(server.base()).unwrap();
        server.configure(PASSWORD, server.database.port());
        fs::write(
            server.base().join("apikey.json"),
            format!("{{\"key\": \"{KEY}\"}}"),
        )
        .unwrap();
        Some(server)
    }

    /// Writes its configuration.
    pub(crate) fn configure(&self, password: &str, port: u16) {
        let text = format!(
            "{{\n// What such files have: comments,\n\"db\": {{ \"user\": \"bc\", /* and more */\n\
             \"password\": \"{password}\", \"host\": \"127.0.0.1\", \"port\": {port},\n\
             \"database\": \"{}\" }},\n\"webui_enable\": true, \"page_size\": 10,\n\
             \"recycle_bin_path\": \"./Recycle-bin\" }}\n",
            self.name
        );
        fs::write(self.base().join("config.jsonc"), text).unwrap();
    }

    pub(crate) fn port(&self) -> u16 {
        self.database.port()
    }

    /// A folder for whatever the test needs.
    pub(crate) fn home(&self) -> &Path {
        self.folder.path()
    }

    /// The folder that it is started in.
    pub(crate) fn base(&self) -> PathBuf {
        self.home().join("python")
    }

    pub(crate) fn bin(&self) -> PathBuf {
        self.base().join("Recycle-bin")
    }

    /// Runs a statement now.
    pub(crate) fn sql(&mut self, statement: &str) {
        let pending = std::mem::take(&mut self.pending);
        let name = &self.name;
        let all = format!("USE {name}; SET FOREIGN_KEY_CHECKS = 0;\n{pending}\n{statement};");
        self.database.run(&all);
    }

    fn id(&mut self) -> String {
        self.number += 1;
        format!("00000000-0000-4000-8000-{:012}", self.number)
    }

    /// A target without backups; what it has beside is for the test to change.
    pub(crate) fn new_target(&mut self, name: &str, single: bool) -> OldTarget {
        OldTarget {
            id: self.id(),
            single,
            location: self.home().join("store").join(name).display().to_string(),
            name_template: format!("{name}-$I"),
            alias: Some(name.to_owned()),
            more: "",
        }
    }

    /// Puts a target into the database, with the tags `all` and its own name template.
    pub(crate) fn add_target(&mut self, target: &OldTarget) {
        let kind = if target.single { "single" } else { "multi" };
        let alias = target.alias.as_ref();
        let alias = alias.map_or_else(|| "NULL".to_owned(), |alias| format!("'{alias}'"));
        let name = target.alias.as_deref().unwrap_or("Nameless");
        let (id, location, template) = (&target.id, &target.location, &target.name_template);
        let more = target.more;
        write!(
            self.pending,
            "INSERT INTO targets VALUES ('{id}', 'Target {name} \u{e4}\u{1f600}', '{kind}', 'none', NULL,
                'recycle', '{location}', '{template}', 0, {alias}, NULL);
             INSERT IGNORE INTO tags (name) VALUES ('all'), ('tag-{kind}');
             INSERT INTO target_tags SELECT '{id}', id FROM tags WHERE name IN ('all', 'tag-{kind}');
             {more}\n"
        )
        .unwrap();
    }

    /// Puts a backup into the database and its files where they belong; gives its id and place.
    pub(crate) fn add_backup(
        &mut self,
        target: &OldTarget,
        backup: &OldBackup,
    ) -> (String, PathBuf) {
        let id = self.id();
        let home = if backup.recycled {
            self.bin()
        } else {
            self.base().join(&target.location)
        };
        let created = backup.created.replace(' ', "T");
        let manual = if backup.manual { "manual" } else { "auto" };
        let mut name = target
            .name_template
            .replace("$I", &id)
            .replace("$D", &created)
            .replace("$M", manual);
        if target.single {
            name += backup.files[0].0;
        }
        let place = home.join(name);
        let mut bytes = 0;
        let mut tree = Sha256::new();
        for (name, content) in &backup.files {
            let path = if target.single {
                place.clone()
            } else {
                place.join(name)
            };
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
            bytes += content.len();
            tree.update(name.as_bytes());
            tree.update(hex::encode(Sha256::digest(content.as_bytes())).as_bytes());
        }
        let hash = match (backup.hashed, target.single) {
            (false, _) => "''".to_owned(),
            (true, true) => {
                format!(
                    "'{}'",
                    hex::encode(Sha256::digest(backup.files[0].1.as_bytes()))
                )
            }
            (true, false) => format!("'{}'", hex::encode(tree.finalize())),
        };
        let size = if backup.sized { bytes } else { 0 };
        let (of, at) = (&target.id, backup.created);
        let (manual, recycled) = (u8::from(backup.manual), u8::from(backup.recycled));
        writeln!(
            self.pending,
            "INSERT INTO backups VALUES ('{id}', '{of}', '{at}', {manual}, {recycled}, {size}, {hash}, 0);"
        )
        .unwrap();
        (id, place)
    }
}
