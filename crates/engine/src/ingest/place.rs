//! Putting a file part where it belongs: unpacked, or as it is.

use std::fs::File;
use std::io::{Read, Write as _};
use std::os::fd::AsFd as _;
use std::path::Path;

use bchan_api::TargetType;
use bchan_archive::{
    Bases, Codec, Kind, Limit, Manifest, MtreeHeader, Observer as _, Problem, UnpackError,
    UnpackOptions, Unpacked, Writeback,
};
use rustix::fs::{Mode, OFlags, openat};

use super::from_body::from_body;
use crate::error::{self, Error, is_out_of_space};
use bchan_storage::digest::{Digest, Hashing, hex_digest};
use bchan_storage::name_template;
use bchan_storage::space::SpaceGuard;
use bchan_storage::staging::Staging;

/// State of the parts that have arrived.
pub(super) struct Placed {
    /// File parts.
    pub(super) parts: usize,
    manifest: Manifest,
    /// True if everything that was unpacked is kept as it was.
    kept: bool,
    /// True if the archive ended early, and was sound so far.
    cut: bool,
    single: Option<Content>,
}

/// Facts about a backup's content.
pub(super) struct Content {
    pub(super) extension: String,
    pub(super) filesize: u64,
    pub(super) hash: String,
    /// Receipt of the tree, where it has one.
    pub(super) receipt: Option<String>,
    /// The same in bytes.
    pub(super) receipt_digest: Option<[u8; 32]>,
    /// True if what is stored must come to that receipt.
    pub(super) reproducible: bool,
}

impl Placed {
    /// That of no part.
    pub(super) fn new(kind: TargetType, staging: &Staging) -> Result<Self, Error> {
        Ok(Self {
            parts: 0,
            manifest: match kind {
                TargetType::Single => Manifest::default(),
                TargetType::Multi => Manifest::with_texts(staging.spool()?),
            },
            kept: false,
            cut: false,
            single: None,
        })
    }

    /// Writes the manifest file of a tree, if everything that stands in it is known. It becomes
    /// durable with the content.
    pub(super) fn write_manifest(
        &mut self,
        header: &MtreeHeader,
        staging: &Staging,
    ) -> Result<(), Error> {
        let file = staging.create_manifest()?;
        let is_written = self.manifest.write_mtree_zstd(header, file);
        let fail = |error| Error::from_io("writing the backup's manifest", error);
        let is_written = is_written.map_err(fail)?;
        if !is_written {
            staging.remove_manifest()?;
        }
        Ok(())
    }

    /// Bytes of the files that have arrived of an archive that ended early.
    pub(super) fn arrived(&self) -> Option<u64> {
        self.cut.then(|| self.manifest.bytes())
    }

    /// Sums up.
    pub(super) fn content(
        &mut self,
        kind: TargetType,
        staging: &Staging,
    ) -> Result<Content, Error> {
        match (kind, self.single.take()) {
            (TargetType::Single, Some(content)) => Ok(content),
            (TargetType::Single, None) => Err(Error::invalid("no file arrived")),
            (TargetType::Multi, _) => {
                // An archive without entries leaves a backup that is an empty folder.
                staging.open_tree()?;
                let receipt = self.manifest.receipt();
                Ok(Content {
                    extension: String::new(),
                    filesize: self.manifest.bytes(),
                    hash: self.manifest.tree_hash(),
                    receipt: receipt.map(|receipt| receipt.hex()),
                    receipt_digest: receipt.map(|receipt| receipt.sha256),
                    reproducible: self.kept && receipt.is_some_and(|receipt| receipt.is_closed),
                })
            }
        }
    }
}

/// Stores the file of a single target as it is.
pub(super) fn place_single<R: Read + Send>(
    part: &mut Hashing<R>,
    name: &str,
    staging: &Staging,
    room: &mut SpaceGuard,
    placed: &mut Placed,
) -> Result<(), Error> {
    let (digest, filesize) = place_plain(part, staging, room)?;
    let extension = name_template::extension(base_name(name)).to_owned();
    placed.single = Some(Content {
        extension,
        filesize,
        hash: hex_digest(digest),
        receipt: None,
        receipt_digest: None,
        reproducible: false,
    });
    Ok(())
}

/// Makes a part the one file in `staging`.
pub(super) fn place_plain<R: Read + Send>(
    part: &mut Hashing<R>,
    staging: &Staging,
    room: &mut SpaceGuard,
) -> Result<(Digest, u64), Error> {
    created(room)?;
    let file = staging.create_file()?;
    let file = copy(&mut *part, file, room)?;
    staging.sync_file(&file)?;
    Ok(part.so_far())
}

/// Puts a file part into the tree of a multi target. An archive that comes first is unpacked; its
/// content decides, not its name. Whatever follows goes beside it as it is.
pub(super) fn place_tree<R: Read + Send>(
    part: &mut Hashing<R>,
    name: &str,
    (options, bases): (&UnpackOptions, &mut Bases<'_>),
    staging: &Staging,
    room: &mut SpaceGuard,
    placed: &mut Placed,
) -> Result<(), Error> {
    let tree = staging.open_tree()?;
    if placed.parts > 0 {
        return put(part, name, &tree, room, placed);
    }
    let (kind, mut replay) = bchan_archive::detect(part).map_err(|error| from_body(&error))?;
    let manifest = &mut placed.manifest;
    let unpacked = match kind {
        Kind::Tar(codec) => {
            let into = tree.as_fd();
            bchan_archive::unpack_increment(codec, replay, bases, into, options, manifest, room)
        }
        Kind::Zip => {
            created(room)?;
            let spool = staging.spool()?;
            let spool = copy(&mut replay, spool, room)?;
            bchan_archive::unpack_zip(&spool, tree.as_fd(), options, manifest, room)
        }
        Kind::Unread(reason) => {
            let name = base_name(name);
            room.problem(Path::new(name), &Problem::NotUnpacked { reason });
            return put(&mut replay, name, &tree, room, placed);
        }
        Kind::Other => return put(&mut replay, name, &tree, room, placed),
    };
    placed.cut = matches!(unpacked, Err(UnpackError::Read { .. }));
    let done = unpacked.map_err(from_unpack)?;
    if kind == Kind::Tar(Codec::None) && done == Unpacked::default() {
        // A file of zeros would look the same.
        room.problem(Path::new(base_name(name)), &Problem::NoEntries);
    }
    if done.reused_files > 0 {
        let (files, bytes) = (done.reused_files, done.reused_bytes);
        tracing::info!(files, bytes, "an upload refers to an earlier backup");
    }
    placed.kept = done.not_restored == 0 && done.altered == 0;
    Ok(())
}

/// Puts a file into the root of the tree under its own name.
fn put(
    reader: &mut (dyn Read + Send),
    name: &str,
    tree: &impl std::os::fd::AsFd,
    room: &mut SpaceGuard,
    placed: &mut Placed,
) -> Result<(), Error> {
    let name = base_name(name);
    let name = if name.is_empty() { "backup_file" } else { name };
    if name == "." || name == ".." || name.len() > 255 || name.contains('\0') {
        let name = name.escape_debug();
        return Err(Error::invalid(format!(
            "`{name}` cannot be the name of a file"
        )));
    }
    created(room)?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mode = Mode::RUSR | Mode::WUSR;
    let file = openat(tree, name, flags, mode).map_err(|error| match error {
        rustix::io::Errno::EXIST => {
            let name = name.escape_debug();
            Error::invalid(format!("two files of the upload are called `{name}`"))
        }
        error => Error::from_io("creating a file of the backup", error.into()),
    })?;
    let mut reader = Hashing::new(reader);
    copy(&mut reader, File::from(file), room)?;
    let (digest, length) = reader.so_far();
    let manifest = &mut placed.manifest;
    manifest.record_file(name.as_bytes(), mode.as_raw_mode(), length, digest);
    Ok(())
}

/// Asks for one more file.
fn created(room: &mut SpaceGuard) -> Result<(), Error> {
    let asked = room.entries(1);
    asked.map_err(|error| Error::from_io("creating a file of the backup", error))
}

/// The last component of what a client calls its file.
fn base_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

/// Copies everything, telling faults of the client from those of the disk.
fn copy<R: Read + Send>(reader: R, mut file: File, room: &mut SpaceGuard) -> Result<File, Error> {
    let copied = bchan_archive::read_ahead(reader, |ahead| {
        let (mut writeback, mut length) = (Writeback::default(), 0);
        loop {
            let bytes = ahead.next_block().map_err(|error| from_body(&error))?;
            if bytes.is_empty() {
                return Ok(file);
            }
            room.proceed(bytes.len() as u64)
                .and_then(|()| file.write_all(bytes))
                .map_err(|error| Error::from_io("writing the backup", error))?;
            length += bytes.len() as u64;
            writeback.reached(&file, length);
        }
    });
    copied.map_err(|error| Error::from_io("receiving the backup", error))?
}

fn from_unpack(fault: UnpackError) -> Error {
    match &fault {
        UnpackError::Read { source } => from_body(source),
        UnpackError::Write { source, .. } if is_out_of_space(source) => Error::out_of_space(),
        UnpackError::Write { source, .. }
            if source.kind() == std::io::ErrorKind::ConnectionAborted =>
        {
            Error::unavailable(format!(
                "the upload was given up, nothing was stored: {source}"
            ))
        }
        UnpackError::Write { .. } => Error::internal("unpacking the archive failed"),
        UnpackError::Limit { limit, .. } => {
            let option = match limit {
                Limit::Bytes(_) => "; --max-unpacked of the server allows more",
                Limit::Entries(_) => "; --max-entries of the server allows more",
                Limit::Ratio(_) | Limit::Holes(_) => "; --max-ratio of the server allows more",
                _ => "",
            };
            Error::too_large(format!("{fault}{option}"))
        }
        UnpackError::Base { .. } => Error::new(
            error::Kind::Base,
            "the earlier backup does not have what this upload refers to; send all of it",
        ),
        _ => Error::invalid(fault.to_string()),
    }
    .caused_by(fault)
}
