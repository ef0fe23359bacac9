//! Patterns that are written as absolute paths. In gitignore a leading slash stands for the path
//! that was named; a pattern whose beginning is that path itself means what lies below it.

use std::fs;
use std::path::{self, Component, Path, PathBuf};

use super::fnmatch::Glob;
use super::{Selection, SelectionError};
use crate::manifest::code_points;

/// Returns a pattern from the named path on, if its beginning is that path; empty if all of it is.
pub(super) fn below(pattern: &str, named: &Path) -> Option<String> {
    let (negation, anchored) = split(pattern)?;
    let mut parts = anchored.trim_end_matches('/').split('/');
    for component in named.components() {
        let Component::Normal(name) = component else {
            continue;
        };
        let part = parts.next().filter(|part| *part != "**")?;
        let text: Vec<u32> = code_points(name.as_encoded_bytes()).collect();
        let is_name = part.replace('\\', "").as_bytes() == name.as_encoded_bytes();
        if !is_name && !Glob::new(part).matches(&text) {
            return None;
        }
    }
    let rest: Vec<&str> = parts.collect();
    if rest.is_empty() {
        return Some(String::new());
    }
    let end = if anchored.ends_with('/') { "/" } else { "" };
    Some(format!("{negation}/{}{end}", rest.join("/")))
}

/// Splits a pattern with a leading slash into its negation and what follows the slash.
fn split(pattern: &str) -> Option<(&str, &str)> {
    let (negation, text) = match pattern.strip_prefix('!') {
        Some(text) => ("!", text),
        None => ("", pattern),
    };
    Some((negation, text.strip_prefix('/')?))
}

impl Selection {
    /// Fails for a pattern that excludes a path of this machine which no named path leads to: it
    /// would match nothing. Patterns that may match later pass.
    pub fn check_absolute(&self, paths: &[PathBuf]) -> Result<(), SelectionError> {
        // What a list names is known later.
        if self.has_lists() {
            return Ok(());
        }
        let named: Vec<PathBuf> = paths
            .iter()
            .filter_map(|path| path::absolute(path).ok())
            .collect();
        for pattern in &self.exclude {
            let wrong = |message: &str| SelectionError::Pattern {
                pattern: pattern.clone(),
                message: message.to_owned(),
            };
            let Some((_, anchored)) = split(pattern) else {
                continue;
            };
            let first = Path::new(anchored.split('/').next().unwrap_or_default());
            let starts_below = named
                .iter()
                .any(|path| fs::symlink_metadata(path.join(first)).is_ok());
            if starts_below || first.as_os_str().is_empty() {
                continue;
            }
            let is_there = || fs::symlink_metadata(Path::new("/").join(first)).is_ok();
            match named.iter().find_map(|path| below(pattern, path)) {
                Some(rest) if rest.is_empty() => {
                    return Err(wrong("it is a path that is backed up itself"));
                }
                None if is_there() => return Err(wrong("nothing that is backed up lies there")),
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_goes_on_from_the_named_path() {
        let named = Path::new("/home/me");
        let rest = |pattern: &str| below(pattern, named);
        assert_eq!(rest("/home/me/secret").as_deref(), Some("/secret"));
        assert_eq!(rest("!/home/me/a/*.b/").as_deref(), Some("!/a/*.b/"));
        assert_eq!(rest("/home/*/secret").as_deref(), Some("/secret"));
        assert_eq!(rest("/home/m\\e/x").as_deref(), Some("/x"));
        assert_eq!(rest("/home/me/").as_deref(), Some(""));
        for other in [
            "secret",
            "/home",
            "/home/you/x",
            "/**/me/x",
            "/me/x",
            "home/me/x",
        ] {
            assert_eq!(rest(other), None, "{other}");
        }
        assert_eq!(below("/a/b", Path::new("/")).as_deref(), Some("/a/b"));
    }

    #[test]
    fn a_pattern_that_can_match_nothing_is_an_error() {
        let temp = tempfile::tempdir().unwrap();
        let named = temp.path().join("named");
        fs::create_dir_all(named.join("etc")).unwrap();
        let check = |pattern: &str| {
            let selection = Selection {
                exclude: vec![pattern.to_owned()],
                ..Selection::default()
            };
            let checked = selection.check_absolute(std::slice::from_ref(&named));
            checked.err().map(|error| error.to_string())
        };
        let below = |rest: &str| format!("{}{rest}", named.display());
        for fine in [
            "*.tmp",
            "/etc/x",
            "/later/x",
            &below("/x"),
            &below("/y/"),
            "!/later",
        ] {
            assert_eq!(check(fine), None, "{fine}");
        }
        for (pattern, reason) in [
            ("/usr/lib", "nothing that is backed up lies there"),
            (&*below(""), "it is a path that is backed up itself"),
        ] {
            let error = check(pattern).unwrap();
            assert!(error.contains(reason), "{error}");
        }
    }
}
