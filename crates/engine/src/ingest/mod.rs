//! Receiving an upload: from its files to a complete, durable backup in a staging folder.

mod from_body;
mod place;

use std::io::{self, Read};

use bchan_api::TargetType;
use bchan_archive::{Bases, MtreeHeader, UnpackOptions};
use sha2::{Digest as _, Sha256};

pub use self::from_body::from_body;
use self::place::{Placed, place_plain, place_single, place_tree};
use crate::error::Error;
use bchan_catalog::Sent;
use bchan_storage::digest::{Digest, Hashing, hex_digest};
use bchan_storage::space::SpaceGuard;
use bchan_storage::staging::Staging;

/// A received backup in its staging folder, not published yet.
pub struct ReceivedBackup {
    /// True if a person started the upload.
    pub manual: bool,
    /// Extension of the uploaded file, with its dot; empty for trees.
    pub extension: String,
    /// Bytes of content.
    pub filesize: u64,
    /// Hex SHA-256 of the file or the tree.
    pub hash: String,
    /// Receipt of the tree, where the client has sent the same.
    pub receipt: Option<String>,
    /// True if the stored files must result in that receipt.
    pub reproducible: bool,
    /// Digests of the upload, where it came in one request.
    pub sent: Option<Sent>,
    /// Messages about metadata that could not be stored.
    pub warnings: Vec<String>,
}

/// Takes the files of one upload.
pub struct Receiver<'a, 'b> {
    kind: TargetType,
    pub options: UnpackOptions,
    bases: &'a mut Bases<'b>,
    staging: &'a Staging,
    room: &'a mut SpaceGuard,
    placed: Placed,
    digests: Vec<String>,
}

impl<'a, 'b> Receiver<'a, 'b> {
    /// The archive may refer to files of `bases`.
    pub fn new(
        kind: TargetType,
        options: UnpackOptions,
        bases: &'a mut Bases<'b>,
        staging: &'a Staging,
        room: &'a mut SpaceGuard,
    ) -> Result<Self, Error> {
        Ok(Self {
            kind,
            options,
            bases,
            staging,
            room,
            placed: Placed::new(kind, staging)?,
            digests: Vec::new(),
        })
    }

    /// Reads one file to its end and stores it, unpacked if it is an archive of a tree.
    pub fn file(&mut self, file: impl Read + Send, name: &str) -> Result<(), Error> {
        let mut file = Hashing::new(file);
        let Self {
            staging,
            room,
            placed,
            options,
            bases,
            ..
        } = self;
        match self.kind {
            TargetType::Single if placed.parts > 0 => {
                return Err(Error::invalid(
                    "a single-file target takes exactly one file",
                ));
            }
            TargetType::Single => place_single(&mut file, name, staging, room, placed)?,
            TargetType::Multi => {
                place_tree(&mut file, name, (options, bases), staging, room, placed)?;
            }
        }
        placed.parts += 1;
        // Unpacking may have stopped at the end of the archive.
        io::copy(&mut file, &mut io::sink()).map_err(|error| from_body(&error))?;
        self.digests.push(hex_digest(file.finish()));
        Ok(())
    }

    pub fn has_files(&self) -> bool {
        self.placed.parts > 0
    }

    /// Hex SHA-256 of the last file as it was sent.
    pub fn last_digest(&self) -> Option<&str> {
        self.digests.last().map(String::as_str)
    }

    /// Writes the manifest of what has arrived of an archive that ended early, and returns the bytes of
    /// its files; none if nothing of it can be used.
    pub fn interrupted(&mut self) -> Option<u64> {
        let bytes = self.placed.arrived().filter(|bytes| *bytes > 0)?;
        let header = MtreeHeader {
            is_rebuilt: false,
            stored_as: self.options.stored_as().to_owned(),
            receipt: None,
        };
        let written = self.placed.write_manifest(&header, self.staging);
        written.ok().map(|()| bytes)
    }

    /// Makes the content durable, unless its receipt differs from the one that the client sent.
    pub fn finish(
        mut self,
        manual: bool,
        expected_receipt: Option<String>,
    ) -> Result<ReceivedBackup, Error> {
        let content = self.placed.content(self.kind, self.staging)?;
        if expected_receipt.is_some() && expected_receipt != content.receipt {
            return Err(Error::invalid(
                "what arrived is not what was sent: its receipt differs; nothing was stored",
            ));
        }
        if self.kind == TargetType::Multi {
            let header = MtreeHeader {
                is_rebuilt: false,
                stored_as: self.options.stored_as().to_owned(),
                receipt: content.receipt_digest,
            };
            self.placed.write_manifest(&header, self.staging)?;
        }
        self.staging.sync(self.kind)?;
        Ok(ReceivedBackup {
            manual,
            extension: content.extension,
            filesize: content.filesize,
            hash: content.hash,
            reproducible: content.reproducible && expected_receipt.is_some(),
            receipt: expected_receipt,
            sent: Some(Sent {
                sha256: digest_of_all(self.digests),
                receipt: content.receipt,
            }),
            warnings: self.room.warnings(),
        })
    }
}

/// Returns the digest of the only file, or the digest of the digests of several.
fn digest_of_all(digests: Vec<String>) -> String {
    match <[String; 1]>::try_from(digests) {
        Ok([only]) => only,
        Err(several) => hex_digest(Sha256::digest(several.join("\n")).into()),
    }
}

/// Size and digest of a file that was stored unchanged.
pub struct PlacedFile {
    /// In bytes.
    pub size: u64,
    /// SHA-256.
    pub digest: Digest,
}

/// Stores one file in `staging` unchanged. Its name in the folder is not durable yet.
pub fn place_one(
    file: impl Read + Send,
    staging: &Staging,
    room: &mut SpaceGuard,
) -> Result<PlacedFile, Error> {
    let (digest, size) = place_plain(&mut Hashing::new(file), staging, room)?;
    Ok(PlacedFile { size, digest })
}
