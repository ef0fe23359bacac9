//! Changes of files and records together.
//!
//! [`execute()`] writes an operation into the journal, moves files, changes the records in one
//! transaction, removes what has no place any more, and strikes the operation from the journal.
//!
//! An operation whose transaction has not been committed is undone: at once when it fails, else as
//! soon as the disk allows, at the latest by the next start. Until then its target is closed, so that
//! no later change can be based on files that are about to move back. Undoing only renames and
//! deletes, because what has failed may be a full disk. An operation that was committed is followed
//! up: that can be repeated, at any time, and looks at the records as they are then.

mod copies;
mod decide;
mod effects;
mod error;
mod execute;
mod finish;

pub use self::decide::{decide, decide_all, recover};
pub use self::effects::tidy;
pub use self::execute::execute;
