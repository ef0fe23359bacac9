//! Trees that are as odd as real ones, and comparisons that overlook nothing; for tests only.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::missing_panics_doc, reason = "that is how tests fail")]

pub mod hostile;
pub mod openapi;
pub mod tree;
