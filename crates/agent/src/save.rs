//! Writing a download as one file.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use bchan_api::TargetType;
use bchan_archive::UnpackError;
use tempfile::NamedTempFile;

use crate::amount::Amount;
use crate::error::AgentError;
use crate::hashing::Hashing;
use crate::prefetch::Incoming;
use crate::progress::Progress;
use crate::received::{Found, Written};
use crate::receiving::{check, copy, name_of};
use crate::{part, verify_archive};

/// Writes a download under its name into a directory. The name is there only when all is.
pub(crate) fn save(
    reader: Incoming,
    directory: &Path,
    found: &Found,
    progress: &Arc<dyn Progress>,
) -> Result<Written, AgentError> {
    let path = directory.join(name_of(found));
    match fs::create_dir(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(AgentError::io("creating", directory)(error));
        }
        _ => {}
    }
    if fs::symlink_metadata(&path).is_ok() {
        return Err(AgentError::Exists { path });
    }
    part::sweep(directory);
    let mut file = new_part(directory).map_err(AgentError::io("creating a file in", directory))?;
    progress.entry(&path);
    let (bytes, checked) = write_checked(reader, file.as_file_mut(), &path, found, progress)?;
    file.as_file()
        .sync_all()
        .map_err(AgentError::io("writing", &path))?;
    file.persist_noclobber(&path)
        .map_err(|failure| match failure.error.kind() {
            io::ErrorKind::AlreadyExists => AgentError::Exists { path: path.clone() },
            _ => AgentError::io("creating", &path)(failure.error),
        })?;
    Ok(Written {
        path,
        compared: checked.compared,
        attributes: checked.attributes,
        amount: Amount::of_file(bytes),
        not_restored: 0,
        warnings: Vec::new(),
    })
}

/// Writes a download into an open file, such as a pipe. It is checked like any other, but the reader of
/// a pipe has it by then: only the outcome tells whether it is whole.
pub(crate) fn pass_on(
    reader: Incoming,
    mut out: &File,
    found: &Found,
    progress: &Arc<dyn Progress>,
) -> Result<Written, AgentError> {
    let path = Path::new("standard output");
    progress.entry(path);
    let (bytes, checked) = write_checked(reader, &mut out, path, found, progress)?;
    Ok(Written {
        path: path.to_owned(),
        compared: checked.compared,
        attributes: checked.attributes,
        amount: Amount::of_file(bytes),
        not_restored: 0,
        warnings: Vec::new(),
    })
}

/// Writes everything, and checks it on the way. Returns its length in bytes.
fn write_checked(
    reader: Incoming,
    out: &mut (dyn Write + Send),
    path: &Path,
    found: &Found,
    progress: &Arc<dyn Progress>,
) -> Result<(u64, Checked), AgentError> {
    if found.target.target_type == TargetType::Multi {
        return write_tree(reader, out, path, found, progress);
    }
    let mut reader = Hashing::new(reader, found);
    let bytes = copy(&mut reader, out, path, &**progress)?;
    let digest = reader.digest();
    let compared = digest.map_or(Ok(false), |digest| check(found, &digest))?;
    let checked = Checked {
        compared,
        ..Checked::default()
    };
    Ok((bytes, checked))
}

/// The checks that a download has passed.
#[derive(Default)]
struct Checked {
    compared: bool,
    attributes: bool,
}

/// Writes an archive down, and checks it on the way: its end, and its content against the hash and
/// the receipt that the server has. An archive of which this program does not read everything is
/// kept unchecked. Returns its length in bytes.
fn write_tree(
    reader: Incoming,
    file: &mut (dyn Write + Send),
    path: &Path,
    found: &Found,
    progress: &Arc<dyn Progress>,
) -> Result<(u64, Checked), AgentError> {
    let mut tee = Tee {
        reader,
        file,
        bytes: 0,
        fault: None,
    };
    let examined = verify_archive::examine(&mut tee, found, progress);
    let checked = match examined {
        Ok(written) => Ok(Checked {
            compared: written.compared,
            attributes: written.attributes,
        }),
        Err(AgentError::Unpack(
            UnpackError::Refused { .. }
            | UnpackError::Unsupported { .. }
            | UnpackError::Limit { .. },
        )) => Ok(Checked::default()),
        Err(error) => Err(error),
    };
    // The end of an archive is not always the end of what comes.
    let rest = match checked {
        Ok(_) => copy(&mut tee, &mut io::sink(), path, &()).map(drop),
        Err(_) => Ok(()),
    };
    if let Some(fault) = tee.fault {
        return Err(AgentError::io("writing", path)(fault));
    }
    let checked = checked?;
    rest?;
    Ok((tee.bytes, checked))
}

/// A reader that writes down what is read.
struct Tee<'a> {
    reader: Incoming,
    file: &'a mut (dyn Write + Send),
    bytes: u64,
    /// The error of writing, which ends reading as well.
    fault: Option<io::Error>,
}

impl Read for Tee<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(out)?;
        if let Err(error) = self.file.write_all(&out[..count]) {
            self.fault = Some(error);
            return Err(io::ErrorKind::Other.into());
        }
        self.bytes += count as u64;
        Ok(count)
    }
}

fn new_part(directory: &Path) -> io::Result<NamedTempFile> {
    loop {
        let file = tempfile::Builder::new()
            .prefix(part::PREFIX)
            .suffix(part::SUFFIX)
            .tempfile_in(directory)?;
        if part::claim(file.as_file())? {
            return Ok(file);
        }
    }
}
