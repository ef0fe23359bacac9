//! Packing, unpacking and hashing of backups: synchronous, over [`Read`](std::io::Read) and
//! [`Write`](std::io::Write), with no idea of networks or terminals.
//!
//! Trees are walked, and archives are placed, relative to open directories: paths may be longer
//! than the system takes at once, and no symbolic link is ever followed.

mod ahead;
mod attributes;
mod combine;
mod compare;
mod compress;
mod delta;
mod detect;
mod gzip;
mod holes;
mod manifest;
mod observer;
mod open;
mod own_data;
mod owners;
mod pack;
mod pack_error;
mod pipeline;
mod preserved_metadata;
mod select;
mod size;
mod source;
mod survey;
mod tar_header;
mod tour;
mod tree;
mod unpack;
mod walk;
mod writeback;

pub use ahead::{Ahead, read_ahead};
pub use combine::{NameConflict, combine};
pub use compare::{Comparison, Likeness, compare};
pub use compress::{Compression, Encoder};
pub use detect::{Codec, Kind, Replay, detect};
pub use manifest::{
    Manifest, ManifestIndex, MtreeEntries, MtreeEntry, MtreeError, MtreeHeader, MtreeKind,
    MtreeLimits, MtreeReader, MtreeReceipt, MtreeWriter, Receipt, Seen, mtree_receipt,
    read_mtree_zstd, unpack_mtree,
};
pub use observer::{ENTRY, EntryKind, Observer, Problem};
pub use own_data::own_data_above;
pub use pack::{
    Amount, Increment, KeepAttributes, Look, PackError, PackOptions, PackSummary, pack,
    pack_increment,
};
pub use select::{Reason, Rules, Selection, SelectionError};
pub use size::{InvalidSize, Size};
pub use source::{Opened, Source};
pub use survey::{Survey, survey};
pub use tree::{hash_tree, open_dir, remove_tree, size_tree};
pub use unpack::{
    BaseTree, Bases, Limit, Limits, Share, StoreAttributes, UnpackError, UnpackOptions, Unpacked,
    examine_tar, unpack_increment, unpack_tar, unpack_zip,
};
pub use writeback::Writeback;
