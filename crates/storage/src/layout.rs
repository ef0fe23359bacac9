//! Paths of everything on disk.
//!
//! A target's location holds its backups under their names, for anyone to restore with `cp`. Beside
//! them, `.bchan/<instance>/` holds uploads that arrive (`staging`) and deleted files (`trash`), so
//! that every step in and out is one rename on one file system, and records of the backups. The
//! recycle bin has the same.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use bchan_catalog::{DirectoryName, Object, ObjectName};
use uuid::Uuid;

use crate::durable;
use crate::error::StorageError;
use crate::name_template::RESERVED;
use crate::partials::Partials;
use crate::sidecar::Sidecar;

pub struct Layout {
    /// Directories under which locations may lie, links resolved.
    roots: Vec<PathBuf>,
    /// Where recycled backups lie.
    bin: PathBuf,
    /// The data folder: no place for backups, but for the storage root that may lie in it.
    data: PathBuf,
    /// Name of the data folder, which keeps two servers that share a disk apart.
    instance: String,
}

impl Layout {
    /// All paths absolute, existing and without links.
    pub fn new(data: PathBuf, roots: Vec<PathBuf>, bin: PathBuf, instance: &str) -> Self {
        Self {
            roots,
            bin,
            data,
            instance: instance.to_owned(),
        }
    }

    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    pub fn bin(&self) -> &Path {
        &self.bin
    }

    /// The server's own folder in a directory that holds backups.
    pub fn own(&self, directory: &Path) -> PathBuf {
        directory.join(RESERVED).join(&self.instance)
    }

    /// Where uploads to `directory` arrive.
    pub fn staging(&self, directory: &Path) -> PathBuf {
        self.own(directory).join("staging")
    }

    /// Where what is deleted from `directory` goes first.
    pub fn trash(&self, directory: &Path) -> PathBuf {
        self.own(directory).join("trash")
    }

    /// Where the records of the backups in `directory` are.
    pub fn sidecar(&self, directory: &Path) -> Sidecar {
        Sidecar::new(&self.own(directory))
    }

    /// Where the files of interrupted uploads to `directory` are.
    pub fn partials(&self, directory: &Path) -> Partials {
        Partials::new(&self.own(directory))
    }

    /// The name of a directory in the catalog. Fails if its path is not UTF-8, as a name must stand
    /// in the database.
    pub fn directory_name(&self, directory: &Path) -> Result<DirectoryName, StorageError> {
        let name = directory.strip_prefix(&self.data).unwrap_or(directory);
        let name = name.to_str().map(DirectoryName::new);
        name.ok_or_else(|| {
            let message = format!("the path {} is not UTF-8", directory.display());
            StorageError::Location(message)
        })
    }

    /// The directory of a name.
    pub fn directory_path(&self, name: &DirectoryName) -> PathBuf {
        self.data.join(name.as_str())
    }

    /// The path of an object.
    pub fn path_of(&self, object: &Object) -> PathBuf {
        let directory = self.directory_path(&object.directory);
        match &object.name {
            ObjectName::Backup(name) => directory.join(name),
            ObjectName::Staged(upload, content) => {
                self.staging(&directory).join(upload).join(content)
            }
            ObjectName::Trash(name) => self.trash(&directory).join(name),
        }
    }

    /// A new name in the trash of a directory.
    pub fn new_trash(directory: &DirectoryName) -> Object {
        let name = ObjectName::Trash(Uuid::new_v4().to_string());
        Object::new(directory.clone(), name)
    }

    /// See [`name_of`].
    pub fn name_of(&self, directory: &Path) -> String {
        name_of(&self.data, directory)
    }

    /// The storage roots that a directory lies in or is, or the recycle bin if it is that.
    pub fn anchors(&self, directory: &Path) -> Vec<&Path> {
        if directory == self.bin {
            return vec![&self.bin];
        }
        let roots = self.roots.iter().map(PathBuf::as_path);
        roots.filter(|root| directory.starts_with(root)).collect()
    }

    /// Returns true if a directory is one of the configured roots.
    pub fn is_root(&self, directory: &Path) -> bool {
        self.roots.iter().any(|root| root == directory)
    }

    /// Returns true if a path lies where backups may lie: below a storage root or in the recycle bin.
    pub fn governs(&self, path: &Path) -> bool {
        let mut homes = self.roots.iter().chain([&self.bin]);
        homes.any(|home| path.starts_with(home))
    }

    /// The directory that a target's `location` means: absolute, under a storage root even after
    /// links are followed. It need not exist yet.
    pub fn resolve(&self, location: &str) -> Result<PathBuf, StorageError> {
        let refuse = |what: &str| StorageError::Location(format!("location {what}"));
        if location.trim().is_empty() {
            return Err(refuse("must not be blank"));
        }
        if location.chars().any(char::is_control) {
            return Err(refuse("must not contain control characters"));
        }
        let path = Path::new(location);
        if path.components().any(|part| part == Component::ParentDir) {
            return Err(refuse("must not contain `..`"));
        }
        require_not_reserved(path)?;
        if path.as_os_str().len() > 3000 || path.components().any(|p| p.as_os_str().len() > 255) {
            return Err(refuse("is too long"));
        }
        let path = self.join(location);
        let resolved = resolve_links(&path)?;
        require_not_reserved(&resolved)?;
        if !self.roots.iter().any(|root| resolved.starts_with(root)) {
            let roots: Vec<_> = self
                .roots
                .iter()
                .map(|root| root.display().to_string())
                .collect();
            let roots = roots.join(", ");
            return Err(refuse(&format!(
                "must lie under a storage root of the server ({roots})"
            )));
        }
        if resolved.starts_with(&self.bin) {
            return Err(refuse("must not lie in the recycle bin"));
        }
        let in_root_in_data = |root: &PathBuf| {
            root != &self.data && root.starts_with(&self.data) && resolved.starts_with(root)
        };
        if resolved.starts_with(&self.data) && !self.roots.iter().any(in_root_in_data) {
            return Err(refuse("must not lie in the server's data folder"));
        }
        Ok(resolved)
    }

    /// Every directory that a location leads through, links resolved, and last the one that it means.
    /// Fails if one of them is the server's own or lies in the recycle bin.
    pub fn way(&self, location: &str) -> Result<Vec<PathBuf>, StorageError> {
        let resolved = self.resolve(location)?;
        let mut way = Vec::new();
        let mut place = PathBuf::new();
        for part in self.join(location).components() {
            let next = place.join(part);
            if !durable::exists(&next).unwrap_or(false) {
                // Nor is there anything of the rest.
                break;
            }
            place = resolve_links(&next)?;
            require_not_reserved(&place)?;
            if place.starts_with(&self.bin) {
                let message = "location must not lead through the recycle bin";
                return Err(StorageError::Location(message.to_owned()));
            }
            way.push(place.clone());
        }
        way.push(resolved);
        Ok(way)
    }

    fn join(&self, location: &str) -> PathBuf {
        // Joining an absolute path replaces what was there before.
        let root = self.roots.first().map_or(Path::new(""), PathBuf::as_path);
        root.join(location)
    }
}

fn require_not_reserved(path: &Path) -> Result<(), StorageError> {
    if path.iter().any(|part| part == OsStr::new(RESERVED)) {
        let message = "location must not lead into the server's own folders";
        return Err(StorageError::Location(message.to_owned()));
    }
    Ok(())
}

fn resolve_links(path: &Path) -> Result<PathBuf, StorageError> {
    let refuse = |what: &str| StorageError::Location(format!("location {what}"));
    follow(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => refuse("leads through a link to nowhere"),
        io::ErrorKind::NotADirectory => refuse("leads through something that is no directory"),
        _ => StorageError::io("reading the location")(error),
    })
}

/// A directory as the database names it: by its path below the data folder if it lies there, so
/// that a copy of the data folder does not refer to the original.
pub fn name_of(data: &Path, directory: &Path) -> String {
    let name = directory.strip_prefix(data).unwrap_or(directory);
    // Paths of the database are text, as the API's are.
    name.to_string_lossy().into_owned()
}

/// Returns true if a text that was read from somewhere is the name of one thing in a directory.
pub fn is_name(text: &str) -> bool {
    let mut components = Path::new(text).components();
    let one = matches!(components.next(), Some(Component::Normal(name)) if name == text);
    one && components.next().is_none() && text != RESERVED
}

/// Resolves the links of the part of `path` that exists and appends the rest.
pub fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut missing = Vec::new();
    let mut existing = path;
    loop {
        match fs::canonicalize(existing) {
            Ok(mut resolved) => {
                resolved.extend(missing.iter().rev());
                return Ok(resolved);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match fs::symlink_metadata(existing) {
                    // What a dangling link leads to is unknown, which is not to be missing.
                    Ok(meta) if meta.is_symlink() => return Err(error),
                    // Another process has made it just now.
                    Ok(_) => continue,
                    Err(_) => {}
                }
                match (existing.file_name(), existing.parent()) {
                    (Some(name), Some(parent)) => {
                        missing.push(name);
                        existing = parent;
                    }
                    _ => return Err(error),
                }
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    use super::*;

    fn layout(base: &Path) -> Layout {
        for dir in ["data/storage", "data/bin", "other", "outside"] {
            fs::create_dir_all(base.join(dir)).unwrap();
        }
        let roots = vec![base.join("data/storage"), base.join("other")];
        Layout::new(base.join("data"), roots, base.join("data/bin"), "i")
    }

    #[test]
    fn names_are_single() {
        for text in ["a", "a b", "..a", "ä"] {
            assert!(is_name(text), "{text}");
        }
        for text in ["", ".", "..", "a/b", "/a", "a/", "../a", RESERVED] {
            assert!(!is_name(text), "{text}");
        }
    }

    #[test]
    fn objects_have_paths_in_their_directories() {
        let base = Path::new("/b");
        let (data, roots) = (base.join("data"), vec![base.join("data/s"), base.join("o")]);
        let layout = Layout::new(data, roots, base.join("data/bin"), "i");
        for (directory, name) in [("/b/data/s/x", "s/x"), ("/b/o/x", "/b/o/x")] {
            let directory = Path::new(directory);
            let named = layout.directory_name(directory).unwrap();
            assert_eq!(named.as_str(), name);
            assert_eq!(layout.directory_path(&named), directory);
            let path = |name| layout.path_of(&Object::new(named.clone(), name));
            assert_eq!(path(ObjectName::Backup("a".into())), directory.join("a"));
            let staged = ObjectName::Staged("u".into(), "content".into());
            assert_eq!(path(staged), directory.join(".bchan/i/staging/u/content"));
            let trash = layout.path_of(&Layout::new_trash(&named));
            assert_eq!(trash.parent().unwrap(), directory.join(".bchan/i/trash"));
        }
        let odd = Path::new(OsStr::from_bytes(b"/b/o/\xff"));
        assert!(matches!(
            layout.directory_name(odd),
            Err(StorageError::Location(_))
        ));
    }

    #[test]
    fn locations_stay_under_the_roots() {
        let temp = tempfile::tempdir().unwrap();
        let base = fs::canonicalize(temp.path()).unwrap();
        let layout = layout(&base);
        symlink(base.join("outside"), base.join("other/escape")).unwrap();
        symlink(base.join("nowhere"), base.join("other/dangling")).unwrap();
        symlink(base.join("other"), base.join("data/storage/inside")).unwrap();

        let ok = |location: &str| layout.resolve(location).unwrap();
        assert_eq!(ok("docs/2025"), base.join("data/storage/docs/2025"));
        assert_eq!(ok("."), base.join("data/storage"));
        assert_eq!(
            ok(base.join("other/x").to_str().unwrap()),
            base.join("other/x")
        );
        assert_eq!(ok("inside/x"), base.join("other/x"));

        let escapes = [
            "other/escape/x",
            "other/dangling/x",
            "outside",
            "data",
            "data/bin/x",
            "datax",
        ];
        for location in escapes.map(|path| base.join(path).to_str().unwrap().to_owned()) {
            assert!(layout.resolve(&location).is_err(), "{location}");
        }
        // A link in a backup, say, that leads into the server's own folder.
        let trash = base.join("data/storage/.bchan/i/trash/x");
        fs::create_dir_all(&trash).unwrap();
        fs::create_dir_all(base.join("data/storage/t/backup")).unwrap();
        symlink(&trash, base.join("data/storage/t/backup/in")).unwrap();
        symlink(base.join("other"), trash.join("out")).unwrap();
        for location in ["t/backup/in", "t/backup/in/new"] {
            let error = layout.resolve(location).unwrap_err();
            assert!(matches!(error, StorageError::Location(_)), "{location}");
        }
        assert_eq!(ok("t/backup/in/out/new"), base.join("other/new"));
        let error = layout.way("t/backup/in/out/new").unwrap_err();
        assert!(matches!(error, StorageError::Location(_)));
        let way = layout.way("inside/x/y").unwrap();
        assert!(way.contains(&base.join("other")), "{way:?}");
        assert_eq!(way.last(), Some(&base.join("other/x/y")));

        for location in [
            "",
            " ",
            "a/../..",
            "..",
            "a\n",
            "/",
            ".bchan/x",
            &"x/".repeat(2000),
        ] {
            let error = layout.resolve(location).unwrap_err();
            assert!(matches!(error, StorageError::Location(_)), "{location}");
        }
    }
}
