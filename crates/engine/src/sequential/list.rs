//! Checking the list that a sequential upload begins with.

use std::collections::HashSet;

use bchan_api::SequenceFile;

use crate::error::Error;

/// Longest path of a file in its backup, in bytes.
const LONGEST_PATH: usize = 2048;

/// Where a file lies in its backup, relative to the root. The path starts with `/`, which is the
/// root; nothing may lead anywhere else.
pub(super) fn place(path: &str, name: &str) -> Result<String, Error> {
    let refuse = |what: &str| {
        let (path, name) = (path.escape_debug(), name.escape_debug());
        Err(Error::invalid(format!(
            "the file `{name}` in `{path}` is refused: {what}"
        )))
    };
    let Some(directory) = path.strip_prefix('/') else {
        return refuse("its path does not start with a slash");
    };
    // A slash at the end says nothing, but two that are all of it have an empty part between them.
    let stripped = directory.strip_suffix('/');
    let directory = stripped
        .filter(|rest| !rest.is_empty())
        .unwrap_or(directory);
    let parents = directory.split('/').filter(|_| !directory.is_empty());
    for part in parents.chain([name]) {
        match part {
            "" => return refuse("a part of its path is empty"),
            "." | ".." => return refuse("its path leads elsewhere"),
            part if part.contains('\0') => return refuse("its path holds a NUL"),
            part if part.contains('/') => return refuse("its name holds a slash"),
            part if part.len() > 255 => return refuse("a part of its path is too long"),
            _ => {}
        }
    }
    let place = if directory.is_empty() {
        name.to_owned()
    } else {
        format!("{directory}/{name}")
    };
    if place.len() > LONGEST_PATH {
        return refuse("its path is too long");
    }
    Ok(place)
}

/// Checks that all files of a list can lie beside each other.
pub(super) fn check(files: &[SequenceFile]) -> Result<(), Error> {
    let mut places = HashSet::with_capacity(files.len());
    for file in files {
        let place = place(&file.path, &file.name)?;
        if let Some(doubled) = places.replace(place) {
            let doubled = doubled.escape_debug();
            return Err(Error::invalid(format!(
                "the file `{doubled}` is in the list twice"
            )));
        }
    }
    for place in &places {
        let mut parent = &place[..];
        while let Some((above, _)) = parent.rsplit_once('/') {
            if places.contains(above) {
                let above = above.escape_debug();
                return Err(Error::invalid(format!(
                    "`{above}` is in the list as a file and as a directory"
                )));
            }
            parent = above;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::Kind;

    fn list(files: &[(&str, &str)]) -> Result<(), Kind> {
        let files: Vec<_> = files
            .iter()
            .map(|(path, name)| SequenceFile {
                path: (*path).to_owned(),
                name: (*name).to_owned(),
                uploaded: false,
            })
            .collect();
        check(&files).map_err(|error| error.kind)
    }

    #[test]
    fn files_lie_where_the_client_says() {
        assert_eq!(place("/", "a").unwrap(), "a");
        assert_eq!(place("/a/b", "c d").unwrap(), "a/b/c d");
        assert_eq!(place("/a/", "ä").unwrap(), "a/ä");
        assert_eq!(list(&[("/", "a"), ("/a b", "a"), ("/x/a", "a")]), Ok(()));
        assert_eq!(list(&[]), Ok(()));
    }

    #[test]
    fn hostile_lists_are_refused() {
        let long = "x".repeat(256);
        let deep = "/x".repeat(2000);
        for (path, name) in [
            ("", "a"),
            ("a", "a"),
            ("/..", "a"),
            ("/a/../..", "b"),
            ("/./a", "b"),
            ("//", "a"),
            ("//a", "b"),
            ("/a//b", "c"),
            ("/", ""),
            ("/", "."),
            ("/", ".."),
            ("/", "a/b"),
            ("/", "../a"),
            ("/", "/etc/passwd"),
            ("/", "a\0"),
            ("/a\0", "b"),
            ("/", &long),
            (&deep, "a"),
        ] {
            assert_eq!(
                list(&[(path, name)]),
                Err(Kind::Invalid),
                "{path:?} {name:?}"
            );
        }
        assert_eq!(list(&[("/", "a"), ("/", "a")]), Err(Kind::Invalid), "twice");
        assert_eq!(
            list(&[("/a", "b"), ("/a/", "b")]),
            Err(Kind::Invalid),
            "twice, spelt differently"
        );
        assert_eq!(
            list(&[("/", "a"), ("/a/b", "c")]),
            Err(Kind::Invalid),
            "a file and a directory"
        );
    }

    proptest! {
        #[test]
        fn no_place_leads_out(path in ".{0,30}", name in ".{0,20}") {
            if let Ok(place) = place(&path, &name) {
                let parts: Vec<_> = std::path::Path::new(&place).components().collect();
                let normal = |part: &std::path::Component<'_>| {
                    matches!(part, std::path::Component::Normal(_))
                };
                prop_assert!(!parts.is_empty() && parts.iter().all(normal));
            }
        }
    }
}
