//! Outcome of packing.

use bchan_archive::PackSummary;

use tempfile::NamedTempFile;

use crate::report::Warning;

/// Outcome of packing.
#[derive(Debug, Default)]
pub struct Produced {
    pub summary: PackSummary,
    /// Hashes of the content.
    pub hashes: Hashes,
    /// Bytes, after compression.
    pub sent: u64,
    pub warnings: Vec<Warning>,
    pub warning_count: u64,
    /// Excluding patterns that have matched nothing.
    pub unmatched: Vec<String>,
    /// The manifest as a file, for the next upload.
    pub(crate) manifest: Option<NamedTempFile>,
}

/// Hashes that a server reports if it has stored the content as it was sent.
#[derive(Debug, Default)]
pub struct Hashes {
    /// Hex SHA-256 of the file as it was sent.
    pub file: String,
    /// Hash of the tree that an archive unpacks to, or of one with nothing but a file that was sent.
    pub tree: String,
    /// Receipt of that tree, where it was packed here.
    pub receipt: Option<String>,
    /// True if it is only the server that knows if it has unpacked what was sent.
    pub may_unpack: bool,
    /// True if links lead out of the tree, which not all servers take for nothing.
    pub leads_out: bool,
}
