//! The state of packing.

use std::collections::HashMap;

use super::earlier::Earlier;
use super::options::{PackOptions, PackSummary};
use super::out::Out;
use super::readahead::Clock;
use crate::observer::Observer;
use crate::owners::Names;
use crate::walk::FileKey;

pub(super) struct Packer<'a> {
    pub(super) out: Out,
    pub(super) clock: Clock<'a>,
    pub(super) options: &'a PackOptions,
    pub(super) observer: &'a mut dyn Observer,
    pub(super) summary: PackSummary,
    pub(super) earlier: Option<Earlier>,
    /// Files with several names, and what the first is called.
    pub(super) seen: HashMap<FileKey, Vec<u8>>,
    pub(super) names: Names,
}
