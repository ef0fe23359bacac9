//! The spool: a folder of archives that wait for their server, each with a description beside it.
//! An entry is there completely or not at all.

mod enqueue;
pub(crate) mod entry;
mod flush;
pub(crate) mod folder;
mod writer;

pub(crate) use self::enqueue::{Wanted, keep};
pub(crate) use self::flush::deliver;
pub use self::folder::Spool;
