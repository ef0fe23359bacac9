//! The log of a server in files below its data folder: one that grows, and some that are full.

mod mask;
mod tail;

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub use self::mask::Masked;
pub(crate) use self::mask::mask_text;
pub(crate) use self::tail::tail;

/// Folder of the log in the data folder.
const FOLDER: &str = "log";
/// The file that grows; older ones have a number after it, the oldest the largest.
const FILE: &str = "bchan.log";
/// Size at which a file is full, in bytes.
const FULL: u64 = 8 * 1024 * 1024;
/// Full files that are kept.
const KEPT: u32 = 3;

/// The log file of a server, for a subscriber that writes each event of this process as one line
/// with one call.
///
/// Events before the data folder is opened, and of a server that does not start, are not written to
/// it.
#[derive(Clone, Debug, Default)]
pub struct LogFile {
    open: Arc<Mutex<Option<Open>>>,
}

#[derive(Debug)]
struct Open {
    folder: PathBuf,
    file: File,
    size: u64,
    /// True if the last line has no end: the disk was full, or the process was killed.
    torn: bool,
}

/// Where the log of a data folder is.
pub(crate) fn path(data: &Path) -> PathBuf {
    data.join(FOLDER).join(FILE)
}

impl LogFile {
    /// Begins to write below a data folder.
    pub(crate) fn open(&self, data: &Path) -> io::Result<()> {
        let folder = data.join(FOLDER);
        match DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let open = Open::append(folder)?;
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(open);
        Ok(())
    }
}

/// Nothing here may cause another event, which would wait for itself.
impl Write for LogFile {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = &mut *open {
            open.write_line(event)?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Open {
    fn append(folder: PathBuf) -> io::Result<Self> {
        let mut file = File::options()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(folder.join(FILE))?;
        let size = file.seek(SeekFrom::End(0))?;
        let mut last = [b'\n'];
        if size > 0 {
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
        }
        Ok(Self {
            folder,
            file,
            size,
            torn: last != [b'\n'],
        })
    }

    fn write_line(&mut self, event: &[u8]) -> io::Result<()> {
        let line = line(event, self.torn);
        let added = line.len() as u64;
        // A file that cannot be put aside grows on: events matter more than its size.
        if self.size > 0 && self.size + added > FULL && self.rotate().is_ok() {
            self.size = 0;
        }
        self.torn = true;
        self.file.write_all(&line)?;
        self.torn = false;
        self.size += added;
        Ok(())
    }

    /// Puts the full file aside, and the oldest away.
    fn rotate(&mut self) -> io::Result<()> {
        let name = |number: u32| match number {
            0 => self.folder.join(FILE),
            number => self.folder.join(format!("{FILE}.{number}")),
        };
        for number in (0..KEPT).rev() {
            match fs::rename(name(number), name(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        *self = Self::append(self.folder.clone())?;
        Ok(())
    }
}

/// An event as one line, whatever names of files and messages of others are in it.
fn line(event: &[u8], torn: bool) -> Vec<u8> {
    let event = mask::mask(event.strip_suffix(b"\n").unwrap_or(event));
    let mut line = Vec::with_capacity(event.len() + 2);
    if torn {
        line.push(b'\n');
    }
    for byte in event {
        match byte {
            0..0x20 | 0x7f => line.extend(byte.escape_ascii()),
            _ => line.push(byte),
        }
    }
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn read(data: &Path, name: &str) -> String {
        fs::read_to_string(data.join(FOLDER).join(name)).unwrap_or_default()
    }

    #[test]
    fn events_are_lines_of_a_private_file() {
        let data = tempfile::tempdir().unwrap();
        let mut log = LogFile::default();
        log.write_all(b"too early\n").unwrap();
        log.open(data.path()).unwrap();
        log.clone()
            .write_all(b"one\nERROR forged\x1b[2J\n")
            .unwrap();
        log.write_all("zwei \u{e4}\n".as_bytes()).unwrap();
        assert_eq!(
            read(data.path(), FILE),
            "one\\nERROR forged\\x1b[2J\nzwei \u{e4}\n"
        );
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let file = path(data.path());
        assert_eq!(
            (mode(&file), mode(&data.path().join(FOLDER))),
            (0o600, 0o700)
        );
    }

    #[test]
    fn a_torn_line_stays_alone() {
        let data = tempfile::tempdir().unwrap();
        let mut log = LogFile::default();
        log.open(data.path()).unwrap();
        fs::write(path(data.path()), "half a li").unwrap();
        log.open(data.path()).unwrap();
        log.write_all(b"one\n").unwrap();
        log.write_all(b"two\n").unwrap();
        assert_eq!(read(data.path(), FILE), "half a li\none\ntwo\n");
    }

    #[test]
    fn full_files_are_put_aside_and_old_ones_away() {
        let data = tempfile::tempdir().unwrap();
        let mut log = LogFile::default();
        log.open(data.path()).unwrap();
        let half = "x".repeat(usize::try_from(FULL / 2).unwrap() - 3);
        let mut events = 0..;
        for number in events.by_ref().take(9) {
            log.write_all(format!("{number}{half}\n").as_bytes())
                .unwrap();
        }
        // Also those that were there before this process.
        log.open(data.path()).unwrap();
        for number in events.take(3) {
            log.write_all(format!("{number:x}{half}\n").as_bytes())
                .unwrap();
        }
        let first = |name: &str| {
            let text = read(data.path(), name);
            let lines = text.lines().map(|line| line[..1].to_owned());
            lines.collect::<Vec<_>>().concat()
        };
        let files = fs::read_dir(data.path().join(FOLDER)).unwrap().count();
        assert_eq!(files, 4);
        assert_eq!(
            [FILE, "bchan.log.1", "bchan.log.2", "bchan.log.3"].map(first),
            ["ab", "89", "67", "45"]
        );
    }

    #[test]
    fn what_cannot_be_put_aside_grows_on() {
        let data = tempfile::tempdir().unwrap();
        let mut log = LogFile::default();
        log.open(data.path()).unwrap();
        fs::create_dir(data.path().join("log/bchan.log.2")).unwrap();
        fs::create_dir_all(data.path().join("log/bchan.log.3/in the way")).unwrap();
        let half = vec![b'x'; usize::try_from(FULL / 2).unwrap()];
        for _ in 0..3 {
            log.write_all(&half).unwrap();
        }
        assert_eq!(read(data.path(), FILE).lines().count(), 3);
    }
}
