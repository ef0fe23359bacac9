//! Changes of large files against an earlier state.
//!
//! The client cuts a file into [`Blocks`] where its content says so, and remembers length and id of
//! each. The next state of the file is described by operations on the earlier one: the bytes of
//! blocks that are known are copied, all others are sent. Only the client compares blocks; the
//! server copies by offset, and the digest of the result shows whether it has made the same file.

mod apply;
mod blocks;
mod cutter;
mod encode;
mod leb128;
mod operation;
#[cfg(test)]
mod tests;

pub(crate) use self::apply::{Applier, DeltaError, DeltaLimits};
pub(crate) use self::blocks::{BlockCutter, Blocks};
pub(crate) use self::cutter::SMALLEST;
pub(crate) use self::encode::Encoder;
