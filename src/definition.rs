//! The definition of the command line, for everything that commands themselves use.

use std::sync::OnceLock;

use clap::Command;

static DEFINITION: OnceLock<fn() -> Command> = OnceLock::new();

/// Sets the function that makes the definition. Later calls change nothing.
pub(crate) fn set(definition: fn() -> Command) {
    let _ = DEFINITION.set(definition);
}

/// Makes the definition.
pub(crate) fn get() -> Command {
    DEFINITION
        .get()
        .map_or_else(|| Command::new("bchan"), |definition| definition())
}
