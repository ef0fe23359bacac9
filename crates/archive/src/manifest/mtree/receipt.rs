//! The receipt of what a manifest file lists.

use std::io::BufRead;

use sha2::{Digest as _, Sha256};

use super::super::escape::push_hex;
use super::entry::{MtreeEntry, push_path};
use super::error::MtreeError;
use super::read::MtreeReader;

/// Computes the [receipt](super::super::Receipt) of entries that are given in the order of a manifest
/// file.
#[derive(Clone, Debug, Default)]
pub struct MtreeReceipt {
    hasher: Sha256,
    text: Vec<u8>,
    line: Vec<u8>,
}

impl MtreeReceipt {
    /// Adds the next entry.
    pub fn add(&mut self, entry: &MtreeEntry) {
        self.text.clear();
        entry.write_text(&mut self.text);
        self.line.clear();
        push_path(&mut self.line, &entry.path);
        self.line.push(b' ');
        push_hex(&mut self.line, &Sha256::digest(&self.text));
        if let Some(first) = &entry.hard_link_of {
            self.line.push(b' ');
            push_path(&mut self.line, first);
        }
        self.line.push(b'\n');
        self.hasher.update(&self.line);
    }

    /// The receipt of all entries.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        self.hasher.finalize().into()
    }
}

/// Reads a manifest file to its end and computes the receipt of its entries. For a file that was
/// written while a backup was received, it is that of its [header](MtreeReader::header).
pub fn mtree_receipt<R: BufRead>(reader: &mut MtreeReader<R>) -> Result<[u8; 32], MtreeError> {
    let mut receipt = MtreeReceipt::default();
    for entry in reader {
        receipt.add(&entry?);
    }
    Ok(receipt.finish())
}
