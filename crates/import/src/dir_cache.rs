//! The files of the other server's backups.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bchan_api::TargetType;

/// Names in directories, each directory read once.
#[derive(Default)]
pub(crate) struct DirCache {
    names: HashMap<PathBuf, BTreeSet<String>>,
}

/// Content found in the place of a backup.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The backup, with the part of its name that the template does not say.
    Here {
        file_name: String,
        extension: String,
    },
    /// Nothing.
    Missing,
    /// Something that cannot be a backup of this kind.
    Other { what: &'static str, path: PathBuf },
    /// Several files, each of which could be meant.
    Several { names: Vec<String> },
}

impl DirCache {
    /// Returns true if there is nothing at all in a directory, or no directory.
    pub(crate) fn is_empty(&mut self, directory: &Path) -> io::Result<bool> {
        let names = self.names(directory)?;
        Ok(names.iter().all(|name| name == "lost+found"))
    }

    /// Finds the backup that its template calls `base`. The name of a single file ends with the
    /// extension of the uploaded file, which no table has.
    pub(crate) fn find(
        &mut self,
        directory: &Path,
        base: &str,
        kind: TargetType,
    ) -> io::Result<Found> {
        match kind {
            TargetType::Multi => match state(&directory.join(base))? {
                State::Directory => Ok(here(base, "")),
                State::Missing => Ok(Found::Missing),
                State::File => other("a file, not a folder", directory, base),
                State::Other => other("neither file nor folder", directory, base),
            },
            TargetType::Single => self.find_single(directory, base),
        }
    }

    fn find_single(&mut self, directory: &Path, base: &str) -> io::Result<Found> {
        let names = self.names(directory)?;
        let start = names.range(base.to_owned()..);
        let begins = start.take_while(|name| name.starts_with(base));
        let rests: Vec<String> = begins
            .map(|name| name[base.len()..].to_owned())
            .filter(|rest| rest.is_empty() || rest.starts_with('.'))
            .collect();
        let (mut files, mut strange) = (Vec::new(), None);
        for rest in rests {
            match state(&directory.join(format!("{base}{rest}")))? {
                State::File => files.push(rest),
                State::Missing => {}
                State::Directory => strange = Some((rest, "a folder, not a file")),
                State::Other => strange = Some((rest, "neither file nor folder")),
            }
        }
        // That server looks for one suffix at most. Longer ones are its own mistake with templates
        // that have a dot.
        let usual = |rest: &&String| rest.matches('.').count() <= 1;
        if files.iter().any(|rest| usual(&rest)) {
            files.retain(|rest| usual(&rest));
        }
        match (&files[..], strange) {
            ([rest], _) => Ok(here(base, rest)),
            ([], None) => Ok(Found::Missing),
            ([], Some((rest, what))) => other(what, directory, &format!("{base}{rest}")),
            (several, _) => Ok(Found::Several {
                names: several.iter().map(|rest| format!("{base}{rest}")).collect(),
            }),
        }
    }

    fn names(&mut self, directory: &Path) -> io::Result<&BTreeSet<String>> {
        if !self.names.contains_key(directory) {
            let mut names = BTreeSet::new();
            match fs::read_dir(directory) {
                Ok(entries) => {
                    for entry in entries {
                        // No template makes a name that is not text.
                        names.extend(entry?.file_name().into_string());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            self.names.insert(directory.to_owned(), names);
        }
        Ok(&self.names[directory])
    }
}

fn here(base: &str, extension: &str) -> Found {
    Found::Here {
        file_name: format!("{base}{extension}"),
        extension: extension.to_owned(),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "reads well where it is used")]
fn other(what: &'static str, directory: &Path, name: &str) -> io::Result<Found> {
    let path = directory.join(name);
    Ok(Found::Other { what, path })
}

enum State {
    File,
    Directory,
    Other,
    Missing,
}

/// A link is neither: it may lead out of the storage roots.
fn state(path: &Path) -> io::Result<State> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => Ok(State::File),
        Ok(meta) if meta.is_dir() => Ok(State::Directory),
        Ok(_) => Ok(State::Other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(State::Missing),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(names: &[&str], base: &str, kind: TargetType) -> Found {
        let temp = tempfile::tempdir().unwrap();
        for name in names {
            match name.strip_suffix('/') {
                Some(folder) => fs::create_dir(temp.path().join(folder)).unwrap(),
                None => fs::write(temp.path().join(name), "x").unwrap(),
            }
        }
        let mut found = DirCache::default().find(temp.path(), base, kind).unwrap();
        if let Found::Other { path, .. } = &mut found {
            *path = path.file_name().unwrap().into();
        }
        found
    }

    #[test]
    fn files_are_found_with_their_extensions() {
        let single = |names: &[&str]| find(names, "a.b", TargetType::Single);
        assert_eq!(single(&["a.b", "a.bc", "a.c"]), here("a.b", ""));
        assert_eq!(single(&["a.b.gz", "a.bc.gz"]), here("a.b", ".gz"));
        assert_eq!(single(&["a.b.b.gz"]), here("a.b", ".b.gz"));
        assert_eq!(single(&["a.b.b.gz", "a.b.gz"]), here("a.b", ".gz"));
        assert_eq!(single(&["a.bc"]), Found::Missing);
        assert!(matches!(single(&["a.b/"]), Found::Other { .. }));
        assert!(matches!(single(&["a.b.x", "a.b.y"]), Found::Several { .. }));
    }

    #[test]
    fn trees_have_their_very_name() {
        let multi = |names: &[&str]| find(names, "a", TargetType::Multi);
        assert_eq!(multi(&["a/", "a.x/"]), here("a", ""));
        assert_eq!(multi(&["a.x/"]), Found::Missing);
        assert!(matches!(multi(&["a"]), Found::Other { .. }));
    }
}
