//! Making what is uploaded, on threads of its own.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bchan_archive::{
    Compression, Encoder, Manifest, Observer, PackError, PackOptions, PackSummary, Problem, Source,
};
use bchan_client::UploadWriter;

use super::{MOST_WARNINGS, Progress, Warning};

/// What is sent.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A file as it is.
    File(PathBuf),
    /// An archive of sources.
    Archive(Vec<Source>, Compression),
}

/// What was sent.
#[derive(Debug, Default)]
pub(super) struct Produced {
    pub(super) summary: PackSummary,
    /// What it hashes to.
    pub(super) hashes: Hashes,
    /// Bytes, after compression.
    pub(super) sent: u64,
    pub(super) warnings: Vec<Warning>,
    pub(super) warning_count: u64,
}

/// What a server that stores the content as it was sent says of it.
#[derive(Debug, Default)]
pub(super) struct Hashes {
    /// Hex SHA-256 of the file as it was sent.
    pub(super) file: String,
    /// Hash of the tree that an archive unpacks to.
    pub(super) tree: Option<String>,
    /// Whether links lead out of the tree, which not all servers take for nothing.
    pub(super) leads_out: bool,
}

/// Writes content to an upload, to its end. On failure the upload is aborted.
pub(super) fn produce(
    content: &Content,
    writer: UploadWriter,
    progress: Arc<dyn Progress>,
) -> Result<Produced, PackError> {
    let mut counting = Counting { writer, count: 0 };
    let mut listener = Listener {
        progress,
        warnings: Vec::new(),
        count: 0,
    };
    let (mut summary, counting) = match content {
        Content::File(path) => {
            let summary = copy(path, &mut counting, &mut listener)?;
            (summary, counting)
        }
        Content::Archive(sources, compression) => {
            let fail = |source| PackError::Write { source };
            let encoder = Encoder::new(counting, *compression).map_err(fail)?;
            let options = PackOptions {
                manifest: true,
                ..PackOptions::default()
            };
            let (summary, encoder) =
                bchan_archive::pack(sources, encoder, &options, &mut listener)?;
            (summary, encoder.finish().map_err(fail)?)
        }
    };
    let sent = counting.count;
    let file = counting
        .writer
        .finish()
        .map_err(|source| PackError::Write { source })?;
    // While the server does its part.
    let manifest = summary.manifest.take();
    let hashes = Hashes {
        file,
        tree: manifest.as_ref().map(Manifest::tree_hash),
        leads_out: manifest.is_some_and(|manifest| manifest.leads_out()),
    };
    let Listener {
        warnings,
        count: warning_count,
        ..
    } = listener;
    Ok(Produced {
        summary,
        hashes,
        sent,
        warnings,
        warning_count,
    })
}

/// Sends one file in exactly the bytes that it has when they are read.
fn copy(
    path: &Path,
    out: &mut impl Write,
    listener: &mut Listener,
) -> Result<PackSummary, PackError> {
    let fail = |source| PackError::Source {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(fail)?;
    let before = file.metadata().map_err(fail)?;
    listener.entry(path, before.len());
    let mut buffer = vec![0; 256 * 1024];
    let mut summary = PackSummary {
        files: 1,
        ..PackSummary::default()
    };
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // There is nothing to fill a plain file up with that would not be a lie.
            Err(error) => return Err(fail(error)),
        };
        out.write_all(&buffer[..count])
            .map_err(|source| PackError::Write { source })?;
        listener.bytes(count as u64);
        summary.bytes += count as u64;
    }
    let after = file.metadata().map_err(fail)?;
    if before.len() != after.len() || before.modified().ok() != after.modified().ok() {
        summary.changed = 1;
        listener.problem(path, &Problem::Modified);
    }
    Ok(summary)
}

/// Counts ahead, for as long as nobody says to stop.
pub(super) fn count_ahead(content: &Content, stop: &AtomicBool, progress: &dyn Progress) {
    let sources = match content {
        Content::File(path) => vec![Source::Entry {
            path: path.clone(),
            name: path.into(),
        }],
        Content::Archive(sources, _) => sources.clone(),
    };
    let totals = bchan_archive::measure(&sources, stop, &mut |totals| {
        progress.total(totals.files, totals.bytes, false);
    });
    if !stop.load(Ordering::Relaxed) {
        progress.total(totals.files, totals.bytes, true);
    }
}

struct Counting {
    writer: UploadWriter,
    count: u64,
}

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.writer.write(bytes)?;
        self.count += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Passes events on, and keeps the problems.
pub(super) struct Listener {
    pub(super) progress: Arc<dyn Progress>,
    pub(super) warnings: Vec<Warning>,
    pub(super) count: u64,
}

impl Observer for Listener {
    fn entry(&mut self, path: &Path, _size: u64) {
        self.progress.entry(path);
    }

    fn bytes(&mut self, count: u64) {
        self.progress.bytes(count);
    }

    fn problem(&mut self, path: &Path, problem: &Problem) {
        self.progress.problem(path, problem);
        self.count += 1;
        if self.warnings.len() < MOST_WARNINGS {
            self.warnings.push(Warning {
                path: path.to_owned(),
                problem: problem.to_string(),
            });
        }
    }
}
