//! Telling a broken reader from a broken archive.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

use super::{Result, UnpackError, corrupt};
use crate::Codec;

/// The bytes of a tar archive, decompressed.
pub(super) struct Stream<'a> {
    decoder: Box<dyn Read + 'a>,
    fault: Rc<RefCell<Option<io::Error>>>,
}

/// Remembers what goes wrong below the decoder.
struct Watched<R> {
    inner: R,
    fault: Rc<RefCell<Option<io::Error>>>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.inner.read(out).map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                *self.fault.borrow_mut() = Some(error);
            }
            kind.into()
        })
    }
}

impl<'a> Stream<'a> {
    pub(super) fn new<R: Read + 'a>(codec: Codec, reader: R) -> Result<Self> {
        let fault = Rc::new(RefCell::new(None));
        let watched = Watched {
            inner: reader,
            fault: Rc::clone(&fault),
        };
        match codec.decode(watched) {
            Ok(decoder) => Ok(Self { decoder, fault }),
            Err(error) => Err(corrupt(error.to_string())),
        }
    }

    /// Reads some; 0 at the end.
    pub(super) fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        loop {
            match self.decoder.read(out) {
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(match self.fault.borrow_mut().take() {
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
