//! The interface of a result.

use serde::Serialize;

use crate::ui::page::Page;

/// A number of things, in words.
pub(super) fn count(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// A result that can be written in every format.
pub(crate) trait View: Serialize {
    /// True if it only reports what was done, so that `--quiet` silences it.
    const REPORT: bool = false;

    /// Fields of the JSON whose items are lines of their own in JSON lines. None for what is one
    /// thing.
    const LISTS: &'static [&'static str] = &[];

    /// The text, with a newline at the end of each line.
    fn text(&self, page: &Page) -> String;

    /// Returns the ids that other commands take for this. `None` if no command takes any.
    fn ids(&self) -> Option<Vec<String>> {
        None
    }
}
