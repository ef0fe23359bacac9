//! Archives that mean harm, made byte by byte.

pub mod bombs;
pub mod cases;
pub mod methods;
pub mod tar;
pub mod zip;

/// Required outcome for an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is refused, and the message has this text, such as the name of the entry.
    Refused(&'static str),
    /// It is unpacked, and all of it is inside.
    Taken,
}

/// One archive.
#[derive(Clone, Debug)]
pub struct Case {
    /// For people.
    pub name: &'static str,
    /// The archive.
    pub bytes: Vec<u8>,
    pub outcome: Outcome,
}
