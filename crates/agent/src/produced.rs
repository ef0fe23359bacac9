//! What packing has produced.

use bchan_archive::PackSummary;

use crate::report::Warning;

/// What was sent.
#[derive(Debug, Default)]
pub struct Produced {
    pub summary: PackSummary,
    /// What it hashes to.
    pub hashes: Hashes,
    /// Bytes, after compression.
    pub sent: u64,
    pub warnings: Vec<Warning>,
    pub warning_count: u64,
}

/// What a server that stores the content as it was sent says of it.
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
