//! The manifest file of a backup: `mtree(5)` with lines of comments for what that has no words for.
//!
//! `docs/format.md` describes the format. A [`Manifest`](super::Manifest) that was made with a file of
//! texts writes one; [`MtreeReader`] reads one from one end to the other, and [`ManifestIndex`] finds
//! single entries in one. All of them take a file as hostile until it has been read to its end.

mod bounds;
mod codec;
mod cursor;
mod entry;
mod error;
mod extras;
mod frames;
mod hard_links;
mod header;
mod index;
mod lines;
mod marks;
mod names;
mod order;
mod parse;
mod read;
mod receipt;
#[cfg(test)]
mod tests;
mod texts;
mod write;
mod writer;

pub use self::bounds::MtreeLimits;
pub use self::codec::{read_mtree_zstd, unpack_mtree};
pub use self::entry::{MtreeEntry, MtreeKind};
pub use self::error::MtreeError;
pub(crate) use self::extras::Extras;
pub use self::extras::Seen;
pub use self::header::MtreeHeader;
pub use self::index::{ManifestIndex, MtreeEntries};
pub use self::read::MtreeReader;
pub use self::receipt::{MtreeReceipt, mtree_receipt};
pub(super) use self::texts::Texts;
pub use self::writer::MtreeWriter;
