//! Sidecar records: a copy of each catalog record, stored beside the backup.
//!
//! In every directory that holds backups (a target's location, the recycle bin) the server's own
//! folder `.bchan/<instance>` has a file for each of them, `records/<backup id>.json`, and for each
//! target that has backups there, `targets/<target id>.json`; the recycle bin has all targets. Beside
//! them are the [manifests](crate::manifests) of backups. From the records and the backups
//! themselves, `bchan server check --repair` rebuilds a lost database.
//!
//! A record is written before its backup is moved there and removed after the backup has gone, by
//! journalled steps, so that a crash leaves at most one record too many. The start of a server adds
//! missing records, but never removes unknown ones: the database may be an older copy.
//!
//! The server's own folder also tells a location from the empty mount point of a disk that is away.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use bchan_api::Target;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::durable;
use crate::durable::open;
use crate::listed::ids;
use crate::manifests::Manifests;
use bchan_catalog::StoredBackup;

/// Version of the format of these files.
const VERSION: u32 = 1;

/// Suffix of sidecar files.
const JSON: &str = ".json";

/// Longest file that is read back, in bytes.
const LONGEST: u64 = 1 << 20;

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    version: u32,
    #[serde(flatten)]
    content: T,
}

/// The files of one directory that holds backups.
#[derive(Clone, Debug)]
pub struct Sidecar {
    own: PathBuf,
    records: PathBuf,
    targets: PathBuf,
    manifests: Manifests,
}

impl Sidecar {
    /// That of the server's own folder `own` in a directory.
    pub fn new(own: &Path) -> Self {
        Self {
            own: own.to_owned(),
            records: own.join("records"),
            targets: own.join("targets"),
            manifests: Manifests::new(own),
        }
    }

    fn folders(&self) -> [&Path; 3] {
        [&self.records, &self.targets, self.manifests.folder()]
    }

    pub fn manifests(&self) -> &Manifests {
        &self.manifests
    }

    /// Makes the folders, where they are missing.
    pub fn prepare(&self) -> io::Result<()> {
        for folder in self.folders() {
            durable::create_dirs(folder)?;
            // A link in place of one of these folders would lead what is written elsewhere.
            open::directory(folder)?;
        }
        Ok(())
    }

    /// Returns true if the directory has been used for backups, and its disk is there.
    pub fn is_there(&self) -> io::Result<bool> {
        durable::exists(&self.own)
    }

    pub fn write_record(&self, stored: &StoredBackup) -> io::Result<()> {
        write(&self.records, &stored.backup.id, stored)
    }

    /// Writes many records at the price of a few: the file system is synced once for all of them.
    pub fn write_records(&self, stored: &[StoredBackup]) -> io::Result<()> {
        let mut files = Vec::with_capacity(stored.len());
        for stored in stored {
            let path = file(&self.records, &stored.backup.id);
            files.push((path, text(stored)?));
        }
        durable::write_files(&self.records, &files)
    }

    /// Writes the next record of a backup beside its present one, durably. It becomes valid with
    /// [`update_record`](Self::update_record) and is dropped by
    /// [`drop_staged`](Self::drop_staged), neither of which needs space.
    pub fn stage_record(&self, stored: &StoredBackup) -> io::Result<()> {
        durable::write_partial(&file(&self.records, &stored.backup.id), &text(stored)?)
    }

    /// Makes the record of a backup say what `stored` says, with the staged one if that fits.
    pub fn update_record(&self, stored: &StoredBackup) -> io::Result<()> {
        let path = file(&self.records, &stored.backup.id);
        let says = |path: &Path| read::<StoredBackup>(path).is_ok_and(|found| found == *stored);
        if says(&durable::partial(&path)?) {
            return durable::promote_partial(&path);
        }
        self.drop_staged(&stored.backup.id)?;
        if says(&path) {
            return Ok(());
        }
        self.prepare()?;
        self.write_record(stored)
    }

    /// Removes the staged record of a backup, if there is one.
    pub fn drop_staged(&self, id: &str) -> io::Result<()> {
        durable::remove_file(&durable::partial(&file(&self.records, id))?)
    }

    /// Removes the record of a backup, and its manifest before that.
    pub fn remove_record(&self, id: &str) -> io::Result<()> {
        self.manifests.remove(id)?;
        remove(&self.records, id)
    }

    pub fn has_target(&self, id: &str) -> io::Result<bool> {
        durable::exists(&file(&self.targets, id))
    }

    /// Returns true if the settings of `target` are here as they are now.
    pub fn is_current(&self, target: &Target) -> bool {
        let found = read::<Target>(&file(&self.targets, &target.id));
        found.is_ok_and(|found| found == *target)
    }

    pub fn write_target(&self, target: &Target) -> io::Result<()> {
        write(&self.targets, &target.id, target)
    }

    pub fn remove_target(&self, id: &str) -> io::Result<()> {
        remove(&self.targets, id)
    }

    /// Ids of all backups that have a record.
    pub fn record_ids(&self) -> io::Result<HashSet<String>> {
        Ok(ids(&self.records, JSON)?.into_iter().collect())
    }

    /// The record of one backup.
    pub fn record(&self, id: &str) -> io::Result<StoredBackup> {
        read(&file(&self.records, id))
    }

    /// All records, by file, in the order in which the backups of each target arrived; those that
    /// cannot be read as errors.
    pub fn records(&self) -> io::Result<Vec<(PathBuf, io::Result<StoredBackup>)>> {
        let mut records = read_all::<StoredBackup>(&self.records)?;
        // Where there is no number yet, and two have the same time, the file that was written later
        // belongs to the later one.
        records.sort_by_cached_key(|(path, found)| {
            let written = fs::metadata(path).and_then(|meta| meta.modified()).ok();
            let place = found
                .as_ref()
                .ok()
                .map(|stored| (stored.order.number, stored.backup.created_at));
            (place, written)
        });
        Ok(records)
    }

    /// All targets, by file; those that cannot be read as errors.
    pub fn targets(&self) -> io::Result<Vec<(PathBuf, io::Result<Target>)>> {
        read_all(&self.targets)
    }

    /// Removes files that a crash has left half-written. No other writer may be active.
    pub fn sweep(&self) -> io::Result<()> {
        for folder in self.folders() {
            let entries = match fs::read_dir(folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                other => other?,
            };
            for entry in entries {
                let name = entry?.file_name();
                if name.as_encoded_bytes().starts_with(b".") {
                    durable::remove_file(&folder.join(name))?;
                }
            }
        }
        Ok(())
    }

    /// Removes the folders if they are empty.
    pub fn tidy(&self) {
        for folder in self.folders() {
            // It may hold something, or be gone already.
            let _ = fs::remove_dir(folder);
        }
    }
}

fn file(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}{JSON}"))
}

fn write<T: Serialize>(folder: &Path, id: &str, content: &T) -> io::Result<()> {
    durable::write_file(&file(folder, id), &text(content)?)
}

fn text<T: Serialize>(content: &T) -> io::Result<Vec<u8>> {
    let version = VERSION;
    Ok(serde_json::to_vec_pretty(&Versioned { version, content })?)
}

fn remove(folder: &Path, id: &str) -> io::Result<()> {
    let path = file(folder, id);
    durable::remove_file(&durable::partial(&path)?)?;
    durable::remove_file(&path)
}

fn read_all<T: DeserializeOwned>(folder: &Path) -> io::Result<Vec<(PathBuf, io::Result<T>)>> {
    let with_content = |id: String| {
        let path = file(folder, &id);
        let content = read(&path);
        (path, content)
    };
    Ok(ids(folder, JSON)?.into_iter().map(with_content).collect())
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    let mut text = Vec::new();
    let file = open::file(path)?;
    file.take(LONGEST + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is too long"));
    }
    let Versioned { version, content } = serde_json::from_slice(&text)?;
    if version == VERSION {
        Ok(content)
    } else {
        let message = format!("it has version {version}, this program knows version {VERSION}");
        Err(io::Error::new(io::ErrorKind::InvalidData, message))
    }
}

#[cfg(test)]
mod tests {
    use bchan_api::{Backup, Time};

    use super::*;
    use bchan_catalog::Order;

    #[test]
    fn records_come_back_as_they_were() {
        let temp = tempfile::tempdir().unwrap();
        let sidecar = Sidecar::new(&temp.path().join("own"));
        assert!(!sidecar.is_there().unwrap());
        assert!(sidecar.record_ids().unwrap().is_empty());
        sidecar.prepare().unwrap();
        assert!(sidecar.is_there().unwrap());
        let stored = StoredBackup {
            backup: Backup {
                id: "b".into(),
                target_id: "t".into(),
                created_at: Time::from_unix_seconds(5),
                manual: true,
                is_recycled: false,
                filesize: 7,
                hash: Some("h".into()),
                hash_mismatch: false,
                receipt: Some("r".into()),
                reproducible: true,
            },
            extension: ".gz".into(),
            file_name: "b.gz".into(),
            order: Order {
                number: 3,
                at: Some(Time::from_unix_seconds(6)),
                appended: Some(Time::from_unix_seconds(6)),
            },
        };
        sidecar.write_record(&stored).unwrap();
        assert_eq!(sidecar.record_ids().unwrap(), HashSet::from(["b".into()]));
        let (path, found) = sidecar.records().unwrap().pop().unwrap();
        assert_eq!(found.unwrap(), stored);
        let newer = fs::read_to_string(&path).unwrap();
        fs::write(&path, newer.replace("\"version\": 1", "\"version\": 2")).unwrap();
        assert!(sidecar.records().unwrap()[0].1.is_err());
        sidecar.remove_record("b").unwrap();
        sidecar.remove_record("b").unwrap();
        let many = |number: usize| {
            let mut stored = stored.clone();
            stored.backup.id = format!("b{number}");
            stored
        };
        for count in [1, 40] {
            let many: Vec<_> = (0..count).map(many).collect();
            sidecar.write_records(&many).unwrap();
            let found = sidecar.records().unwrap();
            let found: HashSet<_> = found
                .into_iter()
                .map(|(_, it)| it.unwrap().backup.id)
                .collect();
            assert_eq!(found.len(), count);
            assert_eq!(sidecar.record("b0").unwrap(), many[0]);
        }
        for number in 0..40 {
            sidecar.remove_record(&format!("b{number}")).unwrap();
        }
        assert!(sidecar.records().unwrap().is_empty());
    }
}
