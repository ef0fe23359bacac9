//! One step of reading a body.

use std::ops::Range;

/// The next step with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// These bytes of the buffer are content. They count as taken.
    Data(Range<usize>),
    /// More has to be read.
    Starved,
    /// It is complete.
    End,
    /// It never can be.
    Malformed,
}
