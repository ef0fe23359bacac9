//! The manifest of the last backup of the same sources, with the state in which each file was read.
//!
//! Each combination of server, target, sources and options that decide what is recorded has a folder
//! of its own, with one file `<backup id>.mtree.zst`. Nothing depends on it: where it is missing or
//! damaged, everything is sent.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bchan_api::Backup;
use bchan_archive::{
    Increment, Look, Manifest, ManifestIndex, MtreeHeader, PackOptions, Source, read_mtree_zstd,
};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use crate::atomic_file::{self, Access, create_private_dirs};

/// Changes when what is recorded of an entry changes.
const VERSION: u32 = 1;

/// Name of the file with the token of an upload that has not come to its end.
const TOKEN: &str = "token";
/// Name of the manifest of what has arrived of it.
const PARTIAL: &str = "partial";

/// Suffix of the files.
const SUFFIX: &str = ".mtree.zst";

/// A folder that was not used for so long is removed.
const LONGEST_UNUSED: Duration = Duration::from_secs(120 * 24 * 3600);

/// The folder for one combination.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

/// A backup on the server, with its manifest here.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) id: String,
    path: PathBuf,
}

/// The means of an upload to refer to an earlier backup, and to be referred to by the next one.
#[derive(Clone, Debug)]
pub(crate) struct Incremental {
    pub(crate) cache: Cache,
    pub(crate) base: Option<Base>,
    /// Name of what arrives, should the upload be interrupted.
    pub(crate) token: String,
    /// True if an earlier upload with this token may have been interrupted.
    pub(crate) was_begun: bool,
    /// True if the server could not use what it was referred to.
    pub(crate) is_refused: bool,
    /// Manifest of what has arrived of it.
    pub(crate) partial: Option<PathBuf>,
    pub(crate) look: Look,
}

impl Cache {
    /// The one below `folder` for these sources of a target.
    pub(crate) fn new(
        folder: &Path,
        (server, target_id): (&str, &str),
        sources: &[Source],
        options: &PackOptions,
    ) -> Self {
        let machine = rustix::system::uname();
        let mut text = format!(
            "{VERSION}\n{server}\n{target_id}\n{}\n{}\n{:?}\n{}\n{}\n",
            machine.nodename().to_string_lossy(),
            rustix::process::geteuid().as_raw(),
            options.attributes,
            options.owner_names,
            options.special,
        );
        for source in sources {
            // The debug form keeps every byte of a path apart from the separators.
            // Writing into memory does not fail.
            let _ = writeln!(text, "{source:?}");
        }
        let name = hex::encode(&Sha256::digest(text)[..16]);
        Self {
            folder: folder.join(name),
        }
    }

    /// A file that has no name.
    fn temp_file(&self) -> io::Result<File> {
        create_private_dirs(&self.folder)?;
        tempfile::tempfile_in(&self.folder)
    }

    /// The newest of these backups whose manifest is here.
    pub(crate) fn newest(&self, backups: &[Backup]) -> Option<Base> {
        let known = backups.iter().filter_map(|backup| {
            let path = self.path(&backup.id)?;
            path.is_file().then_some((backup, path))
        });
        let sound = known.filter(|(backup, _)| !backup.hash_mismatch);
        let newest = sound.max_by_key(|(backup, _)| backup.created_at)?;
        Some(Base {
            id: newest.0.id.clone(),
            path: newest.1,
        })
    }

    /// Where the manifest of a backup is, if its id can be the name of a file.
    fn path(&self, id: &str) -> Option<PathBuf> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let is_name = !id.is_empty() && id.len() <= 200 && id.chars().all(plain);
        is_name.then(|| self.folder.join(format!("{id}{SUFFIX}")))
    }

    /// The token of the last upload if that has not come to its end, or else a new one that is
    /// remembered; and whether it is an old one.
    pub(crate) fn token(&self) -> io::Result<(String, bool)> {
        let path = self.folder.join(TOKEN);
        let is_token =
            |text: &String| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let Some(token) = fs::read_to_string(&path).ok().filter(is_token) {
            return Ok((token, true));
        }
        let token = uuid::Uuid::new_v4().simple().to_string();
        create_private_dirs(&self.folder)?;
        atomic_file::write(&path, token.as_bytes(), Access::Private)?;
        Ok((token, false))
    }

    /// Keeps the manifest of what has arrived of an interrupted upload.
    pub(crate) fn keep_partial(&self, manifest: NamedTempFile) -> io::Result<PathBuf> {
        let path = self.folder.join(PARTIAL);
        manifest.persist(&path).map_err(|error| error.error)?;
        Ok(path)
    }

    /// A file for a manifest that comes from the server.
    pub(crate) fn create(&self) -> io::Result<NamedTempFile> {
        create_private_dirs(&self.folder)?;
        NamedTempFile::new_in(&self.folder)
    }

    /// Makes a file the only manifest in the folder.
    pub(crate) fn keep(&self, id: &str, manifest: NamedTempFile) -> io::Result<Option<Base>> {
        let Some(path) = self.path(id) else {
            return Ok(None);
        };
        // A machine that stops now must not leave a file that only looks whole; a damaged one is
        // noticed when it is read, and so needs no sync.
        manifest.persist(&path).map_err(|error| error.error)?;
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.path() != path {
                fs::remove_file(entry.path())?;
            }
        }
        self.remove_unused();
        let id = id.to_owned();
        Ok(Some(Base { id, path }))
    }

    /// Removes folders of other combinations that were not used for long.
    fn remove_unused(&self) {
        let siblings = self.folder.parent().map(fs::read_dir);
        for entry in siblings.into_iter().flatten().flatten().flatten() {
            let modified = entry.metadata().and_then(|meta| meta.modified());
            let age =
                modified.map(|time| SystemTime::now().duration_since(time).unwrap_or_default());
            if age.is_ok_and(|age| age > LONGEST_UNUSED) && entry.path() != self.folder {
                // What stays is found again by the next run.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

fn index(path: &Path, temp: File) -> Option<ManifestIndex> {
    let file = File::open(path).ok()?;
    let reader = read_mtree_zstd(file).ok()?;
    ManifestIndex::from_reader(reader, temp).ok()
}

impl Incremental {
    /// The header that names what the upload refers to.
    pub(crate) fn named(&self) -> Option<String> {
        let base = self.base.as_ref().map(|base| format!("b={}", base.id));
        let partial = self.partial.as_ref().map(|_| format!("p={}", self.token));
        let named: Vec<_> = [base, partial].into_iter().flatten().collect();
        (!named.is_empty()).then(|| named.join(", "))
    }

    /// Refers to nothing from here on. Returns true if it did.
    pub(crate) fn give_up(&mut self) -> bool {
        self.is_refused = true;
        let named = self.named().is_some();
        (self.base, self.partial) = (None, None);
        named
    }

    /// The increment for packing; none if no file can be made here.
    pub(crate) fn begin(&self) -> Option<Increment> {
        let begun = SystemTime::now();
        let texts = self.cache.temp_file().ok()?;
        let temp = self.cache.temp_file().ok()?;
        let other = self.cache.temp_file().ok()?;
        Some(Increment {
            texts,
            previous: self.base.as_ref().and_then(|base| index(&base.path, temp)),
            partial: self.partial.as_ref().and_then(|path| index(path, other)),
            look: self.look,
            begun,
        })
    }

    /// Writes the manifest of what was packed; none if there is none, or there is no room for it.
    pub(crate) fn write(&self, manifest: &mut Manifest) -> Option<NamedTempFile> {
        let receipt = manifest.receipt()?;
        let header = MtreeHeader {
            receipt: Some(receipt.sha256),
            ..MtreeHeader::default()
        };
        let file = self.cache.create().ok()?;
        let is_written = manifest.write_mtree_zstd(&header, file.as_file());
        is_written
            .is_ok_and(|is_written| is_written)
            .then_some(file)
    }
}
