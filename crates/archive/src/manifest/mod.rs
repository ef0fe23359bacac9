//! The entries of a tree, and the hash of all of them.
//!
//! The hash is SHA-256 over every file: directories in the order of their paths, in each the files
//! in the order of their names, and of each file first its path relative to the root, then the
//! lower-case hex SHA-256 of its content. Symbolic links count as the files that they lead to;
//! those that lead to a directory, out of the tree or nowhere do not count. (The reference server
//! follows links out of the tree and fails on those that lead nowhere; following them would put
//! files of the server into its answers. So the hash of a tree with links that [lead
//! out](Manifest::leads_out) may be another one there.) Paths are fed as the bytes that they are on disk, and
//! compared as the reference compares them: by code point, where a byte that is not UTF-8 counts
//! as U+DC00 more than itself.

mod entries;
mod escape;
mod folders;
mod index;
mod links;
mod listing;
mod mtree;
mod order;
mod receipt;
#[cfg(test)]
mod receipt_tests;
mod record;
mod records;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
mod text;
mod tree_hash;

pub use self::entries::Manifest;
pub(crate) use self::mtree::Extras;
pub use self::mtree::{
    ManifestIndex, MtreeEntries, MtreeEntry, MtreeError, MtreeHeader, MtreeKind, MtreeLimits,
    MtreeReader, MtreeReceipt, MtreeWriter, Seen, mtree_receipt, read_mtree_zstd, unpack_mtree,
};
pub(crate) use self::order::code_points;
pub use self::receipt::Receipt;
pub(crate) use self::text::{Kind, Properties};
