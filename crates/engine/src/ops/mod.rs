//! Changes of files and records together.
//!
//! [`execute()`] writes an operation into the journal, moves files, changes the records in one
//! transaction, removes what is not needed any more, and removes the operation from the journal.
//!
//! An operation whose transaction was not committed is undone: at once when it fails, otherwise as
//! soon as the disk allows, at the latest by the next start. Until then its target is closed, so
//! that no later change builds on files that are about to move back. Undoing only renames and
//! deletes, because a full disk may be the cause of the failure. An operation that was committed is
//! followed up: that can be repeated at any time and uses the records as they are then.

mod copies;
mod decide;
mod effects;
mod error;
mod execute;
mod finish;

pub use self::decide::{decide, decide_all, recover};
pub use self::effects::tidy;
pub use self::execute::execute;
