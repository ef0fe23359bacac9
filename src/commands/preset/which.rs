//! The preset that a command is about.

use clap::Args;

use crate::complete;

/// The preset that a command is about.
#[derive(Args, Debug)]
pub(super) struct WhichPreset {
    /// Name of the preset
    #[arg(add = complete::presets())]
    pub(super) name: String,
}
