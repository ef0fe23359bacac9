//! Which entries of a tree belong into an archive.

mod absolute;
mod error;
mod fnmatch;
mod list;
mod patterns;
mod reason;
mod rules;
mod seen;
mod selection;

pub use self::error::SelectionError;
use self::list::Separator;
pub use self::reason::Reason;
pub use self::rules::Rules;
pub(crate) use self::rules::{Mount, Subject, Verdict};
pub use self::selection::Selection;
use self::selection::is_stdin;
use crate::Source;

impl Selection {
    /// Reads the files of patterns, and makes sense of all patterns.
    pub fn rules(&self) -> Result<Rules, SelectionError> {
        Rules::new(self)
    }

    /// Reads the lists of further paths. Each goes under its own path, as tar has it: without what
    /// leads upwards or to the root. They are in order, and each is there once.
    pub fn listed(&self) -> Result<Vec<Source>, SelectionError> {
        let lines = self.files_from.iter().map(|path| (path, Separator::Line));
        let zeros = self.files_from0.iter().map(|path| (path, Separator::Nul));
        list::read(lines.chain(zeros))
    }
}
