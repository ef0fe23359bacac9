//! The body of a request on its way in.

use crate::connection::buffer::Buffer;
use crate::request::chunked::ChunkedBody;
use crate::request::step::Step;

/// How a request says where its body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// It has none.
    None,
    /// It has so many bytes.
    Length(u64),
    /// It comes in chunks.
    Chunked,
}

/// How far a body has been read. What is in the buffer and not taken comes next.
pub(crate) enum Body {
    Length(u64),
    Chunked(ChunkedBody),
}

impl Body {
    pub(crate) fn new(framing: Framing) -> Self {
        match framing {
            Framing::None => Self::Length(0),
            Framing::Length(length) => Self::Length(length),
            Framing::Chunked => Self::Chunked(ChunkedBody::new()),
        }
    }

    /// How many bytes are left of it, if it has said so.
    pub(crate) fn left(&self) -> Option<u64> {
        match self {
            Self::Length(left) => Some(*left),
            Self::Chunked(_) => None,
        }
    }

    /// Takes what it can off the buffer.
    pub(crate) fn step(&mut self, buffer: &mut Buffer) -> Step {
        match self {
            Self::Length(0) => Step::End,
            Self::Length(left) => {
                let available = buffer.data().len();
                if available == 0 {
                    return Step::Starved;
                }
                let length = usize::try_from(*left).map_or(available, |left| left.min(available));
                *left -= length as u64;
                Step::Data(buffer.take(length))
            }
            Self::Chunked(chunks) => chunks.step(buffer),
        }
    }

    /// Passes over what has arrived already. Whether that was all of it.
    pub(crate) fn skip_arrived(&mut self, buffer: &mut Buffer) -> bool {
        loop {
            match self.step(buffer) {
                Step::Data(_) => {}
                Step::End => return true,
                Step::Starved | Step::Malformed => return false,
            }
        }
    }
}
