//! Unpacking archives into an open directory, and nowhere else.
//!
//! Every name is taken apart into components; `..`, absolute names and empty ones are refused.
//! Each component is opened relative to the one before without following links, so that nothing
//! an archive holds, and no race, can lead out of the directory.

mod base;
mod data;
mod error;
mod limits;
mod options;
mod parents;
mod place;
mod properties;
mod read;
mod share;
mod sharing;
mod special;
mod tar;
mod zip;

pub use self::base::{BaseTree, Bases};
pub use self::error::UnpackError;
use self::error::{Result, corrupt, show, unsupported};
pub use self::limits::{Limit, Limits};
pub use self::options::{Share, StoreAttributes, UnpackOptions, Unpacked};
pub use self::tar::{examine_tar, unpack_increment, unpack_tar};
pub use self::zip::unpack_zip;
