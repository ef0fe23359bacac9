//! Where backups of both servers may lie together.
//!
//! The other server lets a target lie anywhere; this one wants storage roots around them. Nothing
//! is moved, so the roots come to the targets: each location that no root covers becomes one, and
//! where several lie side by side, the folder around them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The state before an import.
pub(crate) struct Inputs<'a> {
    /// The data folder.
    pub(crate) data: &'a Path,
    /// The other server's folder.
    pub(crate) base: &'a Path,
    /// Roots that the user requires.
    pub(crate) roots: &'a [PathBuf],
    /// The recycle bin that the user requires.
    pub(crate) bin: Option<&'a Path>,
    /// Roots of the configuration file.
    pub(crate) configured_roots: &'a [PathBuf],
    /// The recycle bin of the configuration file.
    pub(crate) configured_bin: Option<&'a Path>,
    /// True if there are recycled backups here already, which cannot move.
    pub(crate) has_recycled: bool,
}

/// Where everything lies from now on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StoragePlan {
    /// The first is for relative locations.
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) bin: PathBuf,
    /// Required changes of the configuration file.
    pub(crate) news: ConfigChanges,
}

/// Changes to a configuration file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ConfigChanges {
    /// Roots to add to those that are there.
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) bin: Option<PathBuf>,
}

impl ConfigChanges {
    pub(crate) fn is_empty(&self) -> bool {
        self.roots.is_empty() && self.bin.is_none()
    }
}

/// A path without links as far as it exists.
pub(crate) fn real(path: &Path) -> PathBuf {
    let mut missing = Vec::new();
    let mut existing = path;
    loop {
        if let Ok(mut found) = fs::canonicalize(existing) {
            found.extend(missing.iter().rev());
            return found;
        }
        let (Some(name), Some(parent)) = (existing.file_name(), existing.parent()) else {
            return path.to_owned();
        };
        missing.push(name);
        existing = parent;
    }
}

/// Chooses the places for new targets at `locations` and for what lies in the other server's
/// recycle bin.
pub(crate) fn choose(known: &Inputs<'_>, locations: &[PathBuf], other_bin: &Path) -> StoragePlan {
    let (bin, new_bin) = choose_bin(known, other_bin);
    if !known.roots.is_empty() {
        return StoragePlan {
            roots: known.roots.iter().map(|root| real(root)).collect(),
            bin,
            news: ConfigChanges {
                roots: Vec::new(),
                bin: new_bin,
            },
        };
    }
    let default = known.data.join("storage");
    let mut roots = known.configured_roots.to_vec();
    let unsaid = roots.is_empty();
    if unsaid {
        roots.push(default);
    }
    let covered: Vec<_> = roots.iter().map(|root| real(root)).collect();
    let locations: Vec<_> = locations
        .iter()
        .map(|location| real(location))
        .filter(|location| !covered.iter().any(|root| location.starts_with(root)))
        .filter(|location| !location.starts_with(&bin) && !location.starts_with(known.data))
        .collect();
    let added = around(&locations, &[known.data, known.base]);
    let news = ConfigChanges {
        // A file that names some names all.
        roots: match (&added[..], unsaid) {
            ([], _) => Vec::new(),
            (_, true) => [&roots[..], &added[..]].concat(),
            (_, false) => added.clone(),
        },
        bin: new_bin,
    };
    roots.extend(added);
    StoragePlan { roots, bin, news }
}

fn choose_bin(known: &Inputs<'_>, other: &Path) -> (PathBuf, Option<PathBuf>) {
    let said = known.bin.or(known.configured_bin);
    if let Some(said) = said {
        return (real(said), None);
    }
    let default = real(&known.data.join("recycle-bin"));
    let other = real(other);
    if known.has_recycled || other == default {
        (default, None)
    } else {
        (other.clone(), Some(other))
    }
}

/// The fewest folders around all locations that are not too wide, nor around what is no place for
/// backups.
fn around(locations: &[PathBuf], others: &[&Path]) -> Vec<PathBuf> {
    let mut by_parent: BTreeMap<&Path, Vec<&PathBuf>> = BTreeMap::new();
    for location in locations {
        if let Some(parent) = location.parent() {
            let siblings = by_parent.entry(parent).or_default();
            if !siblings.contains(&location) {
                siblings.push(location);
            }
        }
    }
    let mut roots: Vec<PathBuf> = Vec::new();
    for (parent, siblings) in by_parent {
        // `/srv` is shared with other programs, `/srv/backups` is a folder for backups.
        let narrow = parent.components().count() > 2
            && !others.iter().any(|other| other.starts_with(parent));
        if siblings.len() > 1 && narrow {
            roots.push(parent.to_owned());
        } else {
            roots.extend(siblings.into_iter().cloned());
        }
    }
    roots.sort();
    let mut fewest: Vec<PathBuf> = Vec::new();
    for root in roots {
        if !fewest.iter().any(|wider| root.starts_with(wider)) {
            fewest.push(root);
        }
    }
    fewest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(texts: &[&str]) -> Vec<PathBuf> {
        texts.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn roots_are_as_narrow_as_they_can_be() {
        let roots = |texts: &[&str]| {
            around(
                &paths(texts),
                &[Path::new("/x/data"), Path::new("/y/z/old")],
            )
        };
        assert_eq!(roots(&["/x/one"]), paths(&["/x/one"]));
        assert_eq!(roots(&["/x/b/one", "/x/b/two"]), paths(&["/x/b"]));
        assert_eq!(
            roots(&["/x/b/one", "/x/b/two", "/x/b/one/deep"]),
            paths(&["/x/b"])
        );
        // Not the root directory, none of its folders, and none with the data folder in it.
        assert_eq!(roots(&["/one", "/two"]), paths(&["/one", "/two"]));
        assert_eq!(roots(&["/x/one", "/x/two"]), paths(&["/x/one", "/x/two"]));
        assert_eq!(roots(&["/y/one", "/y/two"]), paths(&["/y/one", "/y/two"]));
        let inside = ["/y/z/old/one", "/y/z/old/two"];
        assert_eq!(roots(&inside), paths(&inside));
        assert_eq!(roots(&["/x/b/one", "/x/b/one"]), paths(&["/x/b/one"]));
    }

    fn known<'a>(configured_roots: &'a [PathBuf], roots: &'a [PathBuf]) -> Inputs<'a> {
        Inputs {
            data: Path::new("/nowhere/data"),
            base: Path::new("/nowhere/python"),
            roots,
            bin: None,
            configured_roots,
            configured_bin: None,
            has_recycled: false,
        }
    }

    #[test]
    fn the_file_learns_what_it_does_not_say() {
        let places = choose(&known(&[], &[]), &paths(&["/n/b/one"]), Path::new("/n/bin"));
        let all = paths(&["/nowhere/data/storage", "/n/b/one"]);
        assert_eq!((&places.roots, &places.news.roots), (&all, &all));
        assert_eq!(places.news.bin, Some("/n/bin".into()));

        let roots = paths(&["/n/first"]);
        let configured = Inputs {
            configured_bin: Some(Path::new("/n/mine")),
            ..known(&roots, &[])
        };
        let locations = paths(&["/n/first/deep", "/n/b/one", "/n/mine/inside"]);
        let places = choose(&configured, &locations, Path::new("/n/bin"));
        assert_eq!(places.roots, paths(&["/n/first", "/n/b/one"]));
        assert_eq!(places.news.roots, paths(&["/n/b/one"]));
        assert_eq!(
            (places.bin, places.news.bin),
            (PathBuf::from("/n/mine"), None)
        );
        let again = choose(&configured, &paths(&["/n/first/x"]), Path::new("/"));
        assert!(again.news.is_empty());
    }

    #[test]
    fn what_somebody_insists_on_stays() {
        let roots = paths(&["/n/only"]);
        let mut known = known(&[], &roots);
        known.has_recycled = true;
        let places = choose(&known, &paths(&["/n/b/one"]), Path::new("/n/bin"));
        assert_eq!(places.roots, roots);
        assert_eq!(places.bin, Path::new("/nowhere/data/recycle-bin"));
        assert!(places.news.is_empty());
    }
}
