//! Names of several sources in one archive: each has one of its own.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{self, Component, Path, PathBuf};

use crate::Source;

/// Two different files or directories would have the same path in the archive.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} and {} would both be `{}` in the backup", one.display(), other.display(), name.display()
)]
pub struct NameConflict {
    pub name: PathBuf,
    pub one: PathBuf,
    pub other: PathBuf,
}

/// Combines named paths and listed ones to the sources of one archive.
///
/// A named path is stored under its last component. Named paths that would share a place in the
/// archive with another source are stored under their whole path instead, without the leading
/// slash. A path that lies in another source stays a source of its own, after the other, because
/// the rules may leave it out of that. Fails if different files still share a place.
pub fn combine(paths: Vec<Source>, listed: Vec<Source>) -> Result<Vec<Source>, NameConflict> {
    let mut sources = paths;
    sources.extend(listed);
    loop {
        let mut order: Vec<usize> = (0..sources.len()).collect();
        order.sort_by(|a, b| sources[*a].name().cmp(sources[*b].name()));
        let Found {
            conflicts,
            repeated,
            nested,
        } = compare(&sources, &order);
        if conflicts.is_empty() {
            if nested {
                sources.sort_by(|a, b| a.name().cmp(b.name()));
                sources.dedup_by(|later, first| later.name() == first.name());
            } else if !repeated.is_empty() {
                let mut at = 0..;
                sources.retain(|_| at.next().is_some_and(|at| !repeated.contains(&at)));
            }
            return Ok(sources);
        }
        let mut renamed = false;
        for &(one, other) in &conflicts {
            renamed |= sources[one].take_whole_name();
            renamed |= sources[other].take_whole_name();
        }
        if let Some(&(one, other)) = conflicts.first()
            && !renamed
        {
            let (one, other) = (&sources[one], &sources[other]);
            return Err(NameConflict {
                name: other.name().to_owned(),
                one: one.path().to_owned(),
                other: other.path().to_owned(),
            });
        }
    }
}

/// Pairs of sources that share a place in the archive, by their positions.
struct Found {
    /// Different files share a place.
    conflicts: Vec<(usize, usize)>,
    /// Sources that are another one once more.
    repeated: Vec<usize>,
    /// True if a source lies in another one.
    nested: bool,
}

fn compare(sources: &[Source], order: &[usize]) -> Found {
    let mut found = Found {
        conflicts: Vec::new(),
        repeated: Vec::new(),
        nested: false,
    };
    // The sources that the one at hand lies in.
    let mut above: Vec<usize> = Vec::new();
    for &at in order {
        let name = sources[at].name();
        while above
            .pop_if(|up| !name.starts_with(sources[*up].name()))
            .is_some()
        {}
        if let Some(&up) = above.last() {
            if !is_same(&sources[up], &sources[at]) {
                found.conflicts.push((up, at));
            } else if sources[up].name() == name {
                found.repeated.push(up.max(at));
            } else {
                found.nested = true;
            }
        }
        above.push(at);
    }
    found
}

/// Returns true if a source is what lies at its name in the source above it.
fn is_same(above: &Source, source: &Source) -> bool {
    let Ok(below) = source.name().strip_prefix(above.name()) else {
        return false;
    };
    let there = if below.as_os_str().is_empty() {
        above.path().to_owned()
    } else {
        above.path().join(below)
    };
    if path::absolute(&there).ok() == path::absolute(source.path()).ok() {
        return true;
    }
    let identity = |path: &Path| {
        let meta = fs::symlink_metadata(path).ok()?;
        Some((meta.dev(), meta.ino()))
    };
    identity(&there).is_some_and(|found| identity(source.path()) == Some(found))
}

impl Source {
    /// Its path in the archive; empty for a source whose content is at the top level.
    #[must_use]
    pub fn name(&self) -> &Path {
        match self {
            Self::Entry { name, .. } | Self::Listed { name, .. } => name,
            Self::Contents { .. } | Self::Opened { .. } => Path::new(""),
        }
    }

    /// Stores a named path under its whole path. Returns false if that is its name already.
    fn take_whole_name(&mut self) -> bool {
        let Self::Entry { path, name } = self else {
            return false;
        };
        let whole = path::absolute(&*path).unwrap_or_else(|_| path.clone());
        let whole = name_of(&whole);
        if *name == whole {
            return false;
        }
        *name = whole;
        true
    }
}

/// A path without what leads to the root or upwards, as tar stores it.
pub(crate) fn name_of(path: &Path) -> PathBuf {
    let mut name = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => name.push(part),
            Component::ParentDir => name.clear(),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str) -> Source {
        Source::from_path(Path::new(path)).unwrap()
    }

    fn listed(path: &str) -> Source {
        Source::Listed {
            path: path.into(),
            name: name_of(Path::new(path)),
        }
    }

    fn names(sources: &[Source]) -> Vec<&str> {
        sources
            .iter()
            .map(|source| source.name().to_str().unwrap())
            .collect()
    }

    #[test]
    fn names_are_those_that_tar_gives() {
        for (path, expected) in [
            ("/home/me/x", "home/me/x"),
            ("./a//b/", "a/b"),
            ("../../a/b", "a/b"),
            ("a/../b", "b"),
            (".", ""),
            ("/", ""),
        ] {
            assert_eq!(name_of(Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn named_paths_that_would_share_a_place_get_their_whole_path() {
        for (paths, expected) in [
            (&["/x/a", "/x/b"][..], &["a", "b"][..]),
            (&["/etc", "/usr/local/etc"], &["etc", "usr/local/etc"]),
            (&["/x/etc", "/y/etc", "/z"], &["x/etc", "y/etc", "z"]),
            // The first round makes a second conflict.
            (
                &["/x/usr", "/usr/etc", "/etc"],
                &["x/usr", "usr/etc", "etc"],
            ),
            // A folder and one in it, of one name.
            (&["/x/a", "/x/a/b/a"], &["x/a", "x/a/b/a"]),
            (&["/x/a/b/a", "/x/a"], &["x/a", "x/a/b/a"]),
            // The same twice.
            (&["/x/a", "/x/a", "/x/b"], &["a", "b"]),
            (&["/x/a", "/x//a/"], &["a"]),
        ] {
            let paths = paths.iter().map(|path| named(path)).collect();
            assert_eq!(names(&combine(paths, Vec::new()).unwrap()), expected);
        }
    }

    #[test]
    fn listed_paths_keep_their_names_and_different_files_have_different_ones() {
        let both = combine(vec![named("/x/etc")], vec![listed("/etc/hostname")]).unwrap();
        assert_eq!(names(&both), ["x/etc", "etc/hostname"]);
        let nested = combine(Vec::new(), vec![listed("/a/b/c"), listed("/a/b")]).unwrap();
        assert_eq!(names(&nested), ["a/b", "a/b/c"]);
        for (one, other, name) in [
            ("a", "/a/b", "a/b"),
            ("a/b", "/a/b", "a/b"),
            ("../x/y", "x/y", "x/y"),
        ] {
            let error = combine(Vec::new(), vec![listed(one), listed(other)]).unwrap_err();
            assert_eq!(error.name, Path::new(name));
            assert_eq!(
                (&*error.one, &*error.other),
                (Path::new(one), Path::new(other))
            );
        }
        // The same file by another spelling is no conflict.
        let temp = tempfile::tempdir().unwrap();
        fs::write(temp.path().join("f"), "").unwrap();
        let file = temp.path().join("f");
        let whole = listed(file.to_str().unwrap());
        let spelled = Source::Listed {
            path: temp
                .path()
                .join("../")
                .join(temp.path().file_name().unwrap())
                .join("f"),
            name: whole.name().to_owned(),
        };
        assert_eq!(combine(Vec::new(), vec![whole, spelled]).unwrap().len(), 1);
    }
}
