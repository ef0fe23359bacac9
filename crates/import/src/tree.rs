//! The size of a tree as the other server counts it, without reading any content.

use std::fs;
use std::io;
use std::path::Path;

/// Sizes of a tree, and whether hashes of both servers can be compared.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Bytes of all files, links not followed: how this server counts.
    pub(crate) bytes: u64,
    /// Bytes of all files and of those that links lead to: how the other one counts.
    pub(crate) with_links: u64,
    /// True if links lead to files out of the tree: the other server's hash counts those.
    pub(crate) leads_out: bool,
}

/// Walks a tree. Links to directories are not followed, dangling ones do not count.
pub(crate) fn survey(root: &Path) -> io::Result<Survey> {
    let mut survey = Survey::default();
    let real = fs::canonicalize(root)?;
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let path = entry.path();
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let bytes = entry.metadata()?.len();
                survey.bytes += bytes;
                survey.with_links += bytes;
            } else if kind.is_symlink()
                && let Ok(meta) = fs::metadata(&path)
                && meta.is_file()
            {
                survey.with_links += meta.len();
                survey.leads_out |= !fs::canonicalize(&path)?.starts_with(&real);
            }
        }
    }
    Ok(survey)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_count_as_the_other_server_counts_them() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().join("root");
        fs::create_dir_all(root.join("deep")).unwrap();
        fs::write(root.join("deep/a"), "12345").unwrap();
        symlink("deep/a", root.join("inside")).unwrap();
        symlink("deep", root.join("folder")).unwrap();
        symlink("nowhere", root.join("dangling")).unwrap();
        let found = survey(&root).unwrap();
        assert_eq!((found.bytes, found.with_links), (5, 10));
        assert!(!found.leads_out);
        fs::write(temp.path().join("out"), "1").unwrap();
        symlink("../out", root.join("out")).unwrap();
        let found = survey(&root).unwrap();
        assert_eq!((found.bytes, found.with_links), (5, 11));
        assert!(found.leads_out);
    }
}
