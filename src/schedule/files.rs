//! Unit files. Foreign ones are never touched.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::ScheduleError;
use super::unit::MARKER;
use bchan_agent::atomic_file::{self, Access};

/// The folder of links to the timers that are enabled.
const WANTS: &str = "timers.target.wants";

/// A file that systemd reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnitFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    pub(crate) content: String,
}

impl UnitFile {
    /// Writes the files, none if one of them would replace a file that is not ours.
    pub(crate) fn write_all(files: &[Self]) -> Result<(), ScheduleError> {
        for file in files {
            is_ours(&file.path)?;
        }
        for Self { path, content } in files {
            atomic_file::write(path, content.as_bytes(), Access::Public).map_err(|source| {
                ScheduleError::Write {
                    path: path.clone(),
                    source,
                }
            })?;
        }
        Ok(())
    }

    /// Those of the files that are there, unless one is not ours.
    pub(crate) fn present(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ScheduleError> {
        let mut present = Vec::new();
        for path in paths {
            if is_ours(path)? {
                present.push(path.clone());
            }
        }
        Ok(present)
    }

    /// Removes the links by which timers are enabled, where no systemd runs that has done so.
    pub(crate) fn disable(paths: &[PathBuf]) -> Result<(), ScheduleError> {
        for path in paths {
            let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
                continue;
            };
            let link = folder.join(WANTS).join(name);
            if fs::symlink_metadata(&link).is_ok_and(|found| found.is_symlink()) {
                Self::remove(&link)?;
            }
        }
        Ok(())
    }

    /// Removes a file.
    pub(crate) fn remove(path: &Path) -> Result<(), ScheduleError> {
        fs::remove_file(path).map_err(|source| ScheduleError::Remove {
            path: path.to_owned(),
            source,
        })
    }
}

/// Returns true if there is a file, which must be ours.
fn is_ours(path: &Path) -> Result<bool, ScheduleError> {
    let foreign = || ScheduleError::Foreign {
        path: path.to_owned(),
    };
    let mut start = vec![0; MARKER.len() + 1];
    let mut read = || -> io::Result<bool> {
        // A pipe or a device is not a unit file and might block.
        if !fs::metadata(path)?.is_file() {
            return Ok(false);
        }
        File::open(path)?.read_exact(&mut start)?;
        Ok(true)
    };
    match read() {
        Ok(true) if start == format!("{MARKER}\n").as_bytes() => Ok(true),
        Ok(_) => Err(foreign()),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(foreign()),
        // A link that leads nowhere is foreign, too.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if fs::symlink_metadata(path).is_ok() {
                Err(foreign())
            } else {
                Ok(false)
            }
        }
        Err(source) => Err(ScheduleError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_files_of_ours_are_replaced_and_removed() {
        let temp = tempfile::tempdir().unwrap();
        let at = |name: &str| temp.path().join(name);
        let file = |name: &str| UnitFile {
            path: at(name),
            content: format!("{MARKER}\n[Unit]\n"),
        };
        let files = [file("sub/a.service"), file("sub/a.timer")];
        let paths = files.clone().map(|file| file.path);
        assert!(UnitFile::present(&paths).unwrap().is_empty());
        UnitFile::write_all(&files).unwrap();
        UnitFile::write_all(&files).unwrap();
        assert_eq!(UnitFile::present(&paths).unwrap(), paths);

        fs::write(at("theirs"), "[Unit]\nDescription=something of theirs\n").unwrap();
        fs::write(at("short"), "").unwrap();
        symlink("/dev/null", at("masked")).unwrap();
        symlink("/nonexistent/x", at("dangling")).unwrap();
        fs::create_dir(at("folder")).unwrap();
        for name in ["theirs", "short", "masked", "dangling", "folder"] {
            let both = [file("new"), file(name)];
            let error = UnitFile::write_all(&both).unwrap_err();
            assert!(matches!(error, ScheduleError::Foreign { .. }), "{name}");
            assert!(!at("new").exists());
            assert!(UnitFile::present(&[at(name)]).is_err(), "{name}");
        }
        fs::create_dir(at("sub").join(WANTS)).unwrap();
        let link = at("sub").join(WANTS).join("a.timer");
        symlink(&paths[1], &link).unwrap();
        UnitFile::disable(&paths).unwrap();
        assert!(fs::symlink_metadata(&link).is_err());
        for path in &paths {
            UnitFile::remove(path).unwrap();
        }
        assert!(UnitFile::present(&paths).unwrap().is_empty());
    }
}
