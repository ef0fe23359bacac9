//! The target that a command is about.

use clap::Args;

use crate::complete;

/// The target that a command is about.
#[derive(Args, Debug)]
pub(super) struct WhichTarget {
    /// Id, alias or name of the target
    #[arg(add = complete::targets())]
    pub(super) target: String,
}
