//! Archives that wait for their server: a folder of finished ones, each with what is to be known of
//! it beside it. One is there as a whole or not at all.

mod enqueue;
pub(crate) mod entry;
mod flush;
pub(crate) mod folder;
mod writer;

pub(crate) use self::enqueue::{Wanted, keep};
pub(crate) use self::flush::deliver;
pub use self::folder::Spool;
