//! Making and comparing trees.

mod difference;
mod odd;

pub use difference::difference;
pub use odd::odd;
