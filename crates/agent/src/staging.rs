//! The place of a restored tree, and the hidden directory in which it is made.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{
    Access, AtFlags, Dir, Mode, OFlags, RenameFlags, accessat, mkdirat, openat, renameat,
    renameat_with,
};
use rustix::io::Errno;

use crate::error::AgentError;
use crate::part;

const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// Name of the tree in a staging directory.
const CONTENT: &str = "content";

/// A folder that every new file system of the ext family has.
const LOST_AND_FOUND: &str = "lost+found";

/// The directory that a tree is restored to.
pub(crate) struct Place {
    /// The directory itself if it exists, or the one that it will lie in.
    folder: File,
    folder_path: PathBuf,
    path: PathBuf,
    /// Its name, if it does not exist.
    new: Option<OsString>,
}

impl Place {
    /// Finds the place of a directory that is empty or does not exist. The directory above must
    /// exist. A link is followed once; from then on, the directory that it led to is used.
    pub(crate) fn find(path: &Path) -> Result<Self, AgentError> {
        let full = std::path::absolute(path).map_err(AgentError::io("finding", path))?;
        let own = rustix::process::geteuid().as_raw();
        let link = fs::symlink_metadata(&full)
            .is_ok_and(|meta| meta.is_symlink() && ![own, 0].contains(&meta.uid()));
        if link {
            return Err(refuse(path, "it is a symbolic link of another user"));
        }
        let (folder_path, full, new) = match fs::canonicalize(&full) {
            Ok(existing) => (existing.clone(), existing, None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let (Some(parent), Some(name)) = (full.parent(), full.file_name()) else {
                    return Err(AgentError::io("creating", path)(error));
                };
                if fs::symlink_metadata(&full).is_ok() {
                    return Err(refuse(path, "it is a symbolic link to nothing"));
                }
                let parent = fs::canonicalize(parent);
                let parent = parent.map_err(AgentError::io("creating", path))?;
                let full = parent.join(name);
                (parent, full, Some(name.to_owned()))
            }
            Err(error) => return Err(AgentError::io("reading", path)(error)),
        };
        if !folder_path.is_dir() {
            return Err(refuse(path, "it is not a folder"));
        }
        let folder = bchan_archive::open_dir(&folder_path);
        let folder = File::from(folder.map_err(AgentError::io("reading", &folder_path))?);
        let place = Self {
            folder,
            folder_path,
            path: full,
            new,
        };
        if place.new.is_none() {
            place.check_existing()?;
        }
        let may_write = accessat(
            &place.folder,
            c".",
            Access::WRITE_OK | Access::EXEC_OK,
            AtFlags::EACCESS,
        );
        may_write
            .map_err(|error| AgentError::io("writing to", &place.folder_path)(error.into()))?;
        Ok(place)
    }

    /// The directory, or the one that it will lie in.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder_path
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The owner of a directory and all users who may write to it could replace restored files.
    fn check_existing(&self) -> Result<(), AgentError> {
        let meta = self.folder.metadata();
        let meta: Metadata = meta.map_err(AgentError::io("reading", &self.path))?;
        if ![rustix::process::geteuid().as_raw(), 0].contains(&meta.uid()) {
            return Err(refuse(&self.path, "it belongs to another user"));
        }
        if meta.mode() & 0o002 != 0 {
            return Err(refuse(&self.path, "every user can write to it"));
        }
        let names = self.names(&self.folder);
        let is_other = |name: &OsString| {
            let bytes = name.as_encoded_bytes();
            // Another run may be at work, or a part of one that was killed waits to be removed.
            let is_part = bytes.starts_with(part::PREFIX.as_bytes())
                && bytes.ends_with(part::SUFFIX.as_bytes());
            !is_part && name != LOST_AND_FOUND
        };
        if names?.iter().any(is_other) {
            return Err(AgentError::NotEmpty {
                path: self.path.clone(),
            });
        }
        Ok(())
    }

    fn names(&self, directory: &File) -> Result<Vec<OsString>, AgentError> {
        let fail = |error: Errno| AgentError::io("reading", &self.path)(error.into());
        let mut names = Vec::new();
        for entry in Dir::read_from(directory).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                names.push(OsStr::from_bytes(name).to_owned());
            }
        }
        Ok(names)
    }
}

fn refuse(path: &Path, why: &'static str) -> AgentError {
    AgentError::UnsafeFolder {
        path: path.to_owned(),
        why,
    }
}

/// A hidden directory, for its owner alone, that goes with all that is in it, however deep. All is
/// done by open directories: others may be able to rename what lies beside it.
pub(crate) struct Staging<'a> {
    place: &'a Place,
    name: OsString,
    directory: File,
    /// The directory to unpack into.
    pub content: File,
}

impl<'a> Staging<'a> {
    pub(crate) fn create(place: &'a Place) -> Result<Self, AgentError> {
        let fail = |error: Errno| {
            AgentError::io("creating a directory in", &place.folder_path)(error.into())
        };
        loop {
            let id = uuid::Uuid::new_v4().simple();
            let name = OsString::from(format!("{}{id}{}", part::PREFIX, part::SUFFIX));
            mkdirat(&place.folder, &name, Mode::RWXU).map_err(fail)?;
            let directory = openat(&place.folder, &name, DIRECTORY, Mode::empty());
            let directory = File::from(directory.map_err(fail)?);
            let mode = Mode::from_raw_mode(0o777);
            let content = mkdirat(&directory, CONTENT, mode)
                .and_then(|()| openat(&directory, CONTENT, DIRECTORY, Mode::empty()));
            let staging = Self {
                place,
                name,
                content: File::from(content.map_err(fail)?),
                directory,
            };
            let claimed = part::claim(&staging.directory);
            if claimed.map_err(AgentError::io("locking", &place.folder_path))? {
                return Ok(staging);
            }
        }
    }

    /// Moves the tree to its place. A new directory appears at once; an existing one is filled
    /// entry by entry, and keeps its owner and its mode.
    pub(crate) fn publish(self) -> Result<(), AgentError> {
        let path = &self.place.path;
        sync(&self.content).map_err(AgentError::io("writing", path))?;
        let folder = &self.place.folder;
        let moved = |outcome: Result<(), Errno>| {
            outcome.map_err(|error| match error {
                Errno::NOTEMPTY | Errno::EXIST | Errno::ISDIR | Errno::NOTDIR => {
                    AgentError::NotEmpty { path: path.clone() }
                }
                error => AgentError::io("creating", path)(error.into()),
            })
        };
        if let Some(name) = &self.place.new {
            moved(renameat(&self.directory, CONTENT, folder, name))?;
        } else {
            self.place.check_existing()?;
            for name in self.place.names(&self.content)? {
                // Another run may fill the directory, too. The folder of a new file system is empty,
                // and only an empty one is replaced.
                moved(if name == LOST_AND_FOUND {
                    renameat(&self.content, &name, folder, &name)
                } else {
                    renameat_with(&self.content, &name, folder, &name, RenameFlags::NOREPLACE)
                })?;
            }
        }
        folder.sync_all().map_err(AgentError::io("writing", path))
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        // What cannot be removed is hidden and says by its name what it is.
        let _ = bchan_archive::remove_tree(self.place.folder.as_fd(), &self.name);
    }
}

/// Makes everything on the file system of an open directory durable.
fn sync(directory: &File) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::fs::syncfs(directory)?;
    #[cfg(not(target_os = "linux"))]
    {
        let _ = directory;
        rustix::fs::sync();
    }
    Ok(())
}
