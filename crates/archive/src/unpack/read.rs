//! Telling a broken reader from a broken archive.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::rc::Rc;

use super::{Limit, Limits, Result, UnpackError, corrupt};
use crate::Codec;

/// The bytes of a tar archive, decompressed.
pub(super) struct Stream<'a> {
    decoder: Box<dyn Read + 'a>,
    below: Rc<Below>,
    limits: Limits,
    /// Bytes that were given out.
    unpacked: u64,
}

/// What happens below the decoder.
#[derive(Default)]
struct Below {
    fault: RefCell<Option<io::Error>>,
    /// Bytes that have arrived.
    arrived: Cell<u64>,
}

struct Watched<R> {
    inner: R,
    below: Rc<Below>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out).map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                *self.below.fault.borrow_mut() = Some(error);
            }
            io::Error::from(kind)
        });
        let count = *read.as_ref().unwrap_or(&0);
        self.below.arrived.update(|sum| sum + count as u64);
        read
    }
}

impl<'a> Stream<'a> {
    pub(super) fn new<R: Read + 'a>(codec: Codec, reader: R, limits: Limits) -> Result<Self> {
        let below = Rc::new(Below::default());
        let watched = Watched {
            inner: reader,
            below: Rc::clone(&below),
        };
        match codec.decode(watched) {
            Ok(decoder) => Ok(Self {
                decoder,
                below,
                limits,
                unpacked: 0,
            }),
            Err(error) => Err(corrupt(error.to_string())),
        }
    }

    /// Reads some; 0 at the end.
    pub(super) fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        loop {
            match self.decoder.read(out) {
                Ok(count) => {
                    self.unpacked += count as u64;
                    if self.limits.is_bomb(self.below.arrived.get(), self.unpacked) {
                        let limit = Limit::Ratio(self.limits.max_ratio);
                        let entry = String::new();
                        return Err(UnpackError::Limit { limit, entry });
                    }
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(match self.below.fault.borrow_mut().take() {
                        Some(source) => UnpackError::Read { source },
                        None => corrupt(error.to_string()),
                    });
                }
            }
        }
    }

    /// Fills `out`; says whether there was anything at all. An end in the middle is an error.
    pub(super) fn fill(&mut self, out: &mut [u8]) -> Result<bool> {
        let mut filled = 0;
        while filled < out.len() {
            match self.read(&mut out[filled..])? {
                0 if filled == 0 => return Ok(false),
                0 => return Err(corrupt("it is cut off")),
                count => filled += count,
            }
        }
        Ok(true)
    }
}
