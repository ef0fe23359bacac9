//! Making what is uploaded, on threads of its own.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bchan_archive::{
    Compression, Encoder, EntryKind, Manifest, Observer, PackError, PackOptions, PackSummary,
    Problem, Source, Survey,
};
use bchan_client::UploadWriter;

use crate::cache::Incremental;
use crate::error::AgentError;
use crate::floor::ShrinkLimit;
use crate::input::Input;
use crate::prefetch::Incoming;
use crate::produced::{Hashes, Produced};
use crate::progress::Progress;
use crate::report::{MOST_WARNINGS, Warning};
use crate::shrunk::Shrunk;
use crate::spool::entry::Entry;

/// The source of an upload.
#[derive(Clone, Debug)]
pub enum UploadSource {
    /// A file as it is.
    File(PathBuf),
    /// An archive of sources.
    Archive(Arc<Archive>),
    /// An archive from the spool, sent unchanged.
    Kept(Arc<Entry>),
    /// A stream, sent unchanged.
    Stream {
        input: Input,
        name: String,
        allow_empty: bool,
    },
}

/// Keeps going what comes from elsewhere.
pub(crate) type Pump = Pin<Box<dyn Future<Output = Result<(), AgentError>>>>;

/// An archive that is to be made.
#[derive(Debug)]
pub struct Archive {
    pub sources: Vec<Source>,
    pub options: PackOptions,
    pub compression: Compression,
}

impl UploadSource {
    /// Returns true if it can be sent a second time.
    pub fn is_repeatable(&self) -> bool {
        match self {
            Self::File(_) | Self::Archive(_) | Self::Kept(_) => true,
            Self::Stream { input, .. } => input.is_repeatable(),
        }
    }

    /// Returns true if it is a tree that was packed here.
    pub fn is_packed(&self) -> bool {
        match self {
            Self::Archive(_) => true,
            Self::Kept(entry) => entry.about.receipt.is_some(),
            Self::File(_) | Self::Stream { .. } => false,
        }
    }

    /// Hex SHA-256 of what is sent, where that is known before.
    pub fn known_sha256(&self) -> Option<String> {
        match self {
            Self::Kept(entry) => Some(entry.about.sha256.clone()),
            _ => None,
        }
    }

    /// Returns true if it comes from elsewhere.
    pub fn is_stream(&self) -> bool {
        matches!(self, Self::Stream { .. })
    }

    /// Starts the producer of a stream, if there is one. Returns its output once that begins, and a
    /// future that drives it.
    pub async fn begin(&self) -> Result<(Option<Incoming>, Pump), AgentError> {
        let Self::Stream { input, .. } = self else {
            return Ok((None, Box::pin(std::future::pending())));
        };
        let (mut reader, pump) = input.open();
        let mut pump: Pump = Box::pin(pump);
        tokio::select! {
            biased;
            () = reader.fill() => {}
            pumped = &mut pump => {
                pumped?;
                pump = Box::pin(std::future::ready(Ok(())));
            }
        }
        Ok((Some(reader), pump))
    }

    /// Returns the error for an empty source, with the problems that were found on the way.
    pub(crate) fn nothing(&self, found: Listener) -> AgentError {
        match self {
            Self::File(_) | Self::Archive(_) | Self::Kept(_) => found.nothing(),
            Self::Stream { name, .. } => AgentError::NothingCame { name: name.clone() },
        }
    }
}

/// The hashes of what was packed.
fn hashes_of(
    file: [u8; 32],
    packed: Option<Manifest>,
    receipt: Option<String>,
    content: &UploadSource,
) -> Hashes {
    if let UploadSource::Kept(entry) = content {
        return entry.hashes(hex::encode(file));
    }
    let may_unpack = packed.is_none();
    let manifest = packed.unwrap_or_else(|| {
        let mut alone = Manifest::default();
        let name = match content {
            UploadSource::Stream { name, .. } => name.as_bytes(),
            UploadSource::File(path) => path.file_name().unwrap_or_default().as_bytes(),
            UploadSource::Archive(_) | UploadSource::Kept(_) => b"",
        };
        // Sizes are no part of the hash.
        alone.add_file(name, 0, file);
        alone
    });
    Hashes {
        file: hex::encode(file),
        tree: manifest.tree_hash(),
        receipt,
        may_unpack,
        leads_out: manifest.leads_out(),
    }
}

/// Errors of producing the content of an upload.
#[derive(Debug)]
pub(crate) enum ProduceError {
    Pack(PackError),
    /// There is nothing, for this reason.
    Empty(Box<AgentError>),
    /// There is too little of it.
    Shrunk(Shrunk),
}

impl From<PackError> for ProduceError {
    fn from(error: PackError) -> Self {
        Self::Pack(error)
    }
}

/// Writes content to an upload, to its end. On failure the upload is aborted, and it is one, too,
/// when there is less than the floor.
pub(crate) fn produce(
    content: &UploadSource,
    feed: Option<Incoming>,
    writer: impl Sink,
    progress: Arc<dyn Progress>,
    (floor, incremental): (Option<ShrinkLimit>, Option<&Incremental>),
) -> Result<Produced, ProduceError> {
    let mut counting = Counting { writer, count: 0 };
    let mut listener = Listener::new(progress);
    let (mut summary, counting) = match (content, feed) {
        (UploadSource::Kept(entry), _) => {
            let path = entry.archive();
            let summary = copy_file(&path, entry.open(), &mut counting, &mut listener)?;
            let changed = summary.changed;
            let summary = PackSummary {
                changed,
                ..entry.about.amount.summary()
            };
            (summary, counting)
        }
        (UploadSource::File(path), _) => {
            let summary = copy_file(path, File::open(path), &mut counting, &mut listener)?;
            (summary, counting)
        }
        (
            UploadSource::Stream {
                name, allow_empty, ..
            },
            Some(mut feed),
        ) => {
            let path = Path::new(name);
            let bytes = copy(&mut feed, path, &mut counting, &mut listener)?;
            if bytes == 0 && !allow_empty {
                return Err(ProduceError::Empty(Box::new(content.nothing(listener))));
            }
            let files = 1;
            let summary = PackSummary {
                files,
                bytes,
                ..PackSummary::default()
            };
            (summary, counting)
        }
        (UploadSource::Stream { .. }, None) => {
            return Err(ProduceError::Empty(Box::new(content.nothing(listener))));
        }
        (UploadSource::Archive(archive), _) => {
            let fail = |source| PackError::Write { source };
            let encoder = Encoder::new(counting, archive.compression).map_err(fail)?;
            let increment = incremental.and_then(Incremental::begin);
            let (sources, options) = (&archive.sources, &archive.options);
            let packed =
                bchan_archive::pack_increment(sources, encoder, options, increment, &mut listener);
            let (summary, encoder) = match packed {
                Err(PackError::Empty) => {
                    return Err(ProduceError::Empty(Box::new(content.nothing(listener))));
                }
                packed => packed?,
            };
            (summary, encoder.finish().map_err(fail)?)
        }
    };
    if let Some(floor) = floor {
        let checked = floor.check(summary.entries(), summary.bytes);
        checked.map_err(ProduceError::Shrunk)?;
    }
    let sent = counting.count;
    let receipt = match content {
        UploadSource::Kept(entry) => entry.about.receipt.clone(),
        _ => summary
            .manifest
            .as_ref()
            .and_then(Manifest::receipt)
            .map(|receipt| receipt.hex()),
    };
    let file = counting
        .writer
        .finish(receipt.as_deref())
        .map_err(|source| PackError::Write { source })?;
    // While the server does its part.
    let manifest = incremental.zip(summary.manifest.as_mut());
    let manifest = manifest.and_then(|(incremental, manifest)| incremental.write(manifest));
    let hashes = hashes_of(file, summary.manifest.take(), receipt, content);
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
        unmatched: match content {
            UploadSource::Archive(archive) => archive.options.rules.unmatched(),
            _ => Vec::new(),
        },
        manifest,
    })
}

/// Sends one file in exactly the bytes that it has when they are read.
fn copy_file(
    path: &Path,
    opened: io::Result<File>,
    out: &mut impl Write,
    listener: &mut Listener,
) -> Result<PackSummary, PackError> {
    let fail = |source| PackError::Source {
        path: path.to_owned(),
        source,
    };
    let mut file = opened.map_err(fail)?;
    let before = file.metadata().map_err(fail)?;
    let mut summary = PackSummary {
        files: 1,
        bytes: copy(&mut file, path, out, listener)?,
        ..PackSummary::default()
    };
    let after = file.metadata().map_err(fail)?;
    if before.len() != after.len() || before.modified().ok() != after.modified().ok() {
        summary.changed = 1;
        listener.problem(path, &Problem::Modified);
    }
    Ok(summary)
}

/// Sends everything that a reader has, and returns its length in bytes.
fn copy(
    reader: &mut (impl Read + Send),
    path: &Path,
    out: &mut impl Write,
    listener: &mut Listener,
) -> Result<u64, PackError> {
    listener.entry(path, 0);
    // There is nothing to fill a plain file up with that would not be a lie.
    let fail = |source| PackError::Source {
        path: path.to_owned(),
        source,
    };
    let copied = bchan_archive::read_ahead(reader, |ahead| {
        let mut length = 0;
        loop {
            let bytes = ahead.next_block().map_err(fail)?;
            if bytes.is_empty() {
                return Ok(length);
            }
            out.write_all(bytes)
                .map_err(|source| PackError::Write { source })?;
            listener.bytes(bytes.len() as u64);
            length += bytes.len() as u64;
        }
    });
    copied.map_err(fail)?
}

/// Counts ahead until it is stopped.
pub(crate) fn count_ahead(content: &UploadSource, stop: &AtomicBool, progress: &dyn Progress) {
    let archive = match content {
        UploadSource::Archive(archive) => archive,
        UploadSource::File(path) => {
            if let Ok(meta) = path.metadata() {
                progress.total(1, meta.len(), true);
            }
            return;
        }
        UploadSource::Kept(entry) => {
            progress.total(1, entry.about.size, true);
            return;
        }
        UploadSource::Stream { .. } => return,
    };
    let mut counter = Counter {
        stop,
        progress,
        files: 0,
        bytes: 0,
    };
    let options = Survey {
        rules: archive.options.rules.clone(),
        special: archive.options.special,
        ..Survey::default()
    };
    // An error ends it; the totals are an estimate in any case, and packing will complain.
    let _ = bchan_archive::survey(&archive.sources, &options, &mut counter);
    let Counter { files, bytes, .. } = counter;
    if !stop.load(Ordering::Relaxed) {
        progress.total(files, bytes, true);
    }
}

/// Counts what a survey finds.
struct Counter<'a> {
    stop: &'a AtomicBool,
    progress: &'a dyn Progress,
    files: u64,
    bytes: u64,
}

impl Observer for Counter<'_> {
    fn proceed(&mut self, _count: u64) -> io::Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        Ok(())
    }

    fn found(&mut self, _path: &Path, kind: EntryKind, size: u64) {
        self.bytes += size;
        self.files += u64::from(kind != EntryKind::Directory);
        if self.files.is_multiple_of(1000) {
            self.progress.total(self.files, self.bytes, false);
        }
    }
}

/// Where content is written to.
pub(crate) trait Sink: Write + Send {
    /// Ends it well, with the receipt of what was packed, and gives the SHA-256 of everything.
    fn finish(self, receipt: Option<&str>) -> io::Result<[u8; 32]>;
}

impl Sink for UploadWriter {
    fn finish(self, receipt: Option<&str>) -> io::Result<[u8; 32]> {
        Self::finish(self, receipt)
    }
}

struct Counting<W> {
    writer: W,
    count: u64,
}

impl<W: Write> Write for Counting<W> {
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
pub(crate) struct Listener {
    pub progress: Arc<dyn Progress>,
    pub warnings: Vec<Warning>,
    pub count: u64,
}

impl Listener {
    pub(crate) fn new(progress: Arc<dyn Progress>) -> Self {
        Self {
            progress,
            warnings: Vec::new(),
            count: 0,
        }
    }

    /// Returns the error for a source of which nothing is left.
    pub(crate) fn nothing(self) -> AgentError {
        AgentError::NothingLeft {
            warnings: self.warnings,
            warning_count: self.count,
        }
    }
}

impl Observer for Listener {
    fn entry(&mut self, path: &Path, _size: u64) {
        self.progress.entry(path);
    }

    fn bytes(&mut self, count: u64) {
        self.progress.bytes(count);
    }

    fn problem(&mut self, path: &Path, problem: &Problem) {
        self.count += 1;
        if self.warnings.len() < MOST_WARNINGS {
            self.warnings.push(Warning {
                path: path.to_owned(),
                problem: problem.to_string(),
            });
        }
    }
}
