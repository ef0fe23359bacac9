//! Making a file from an earlier state of it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use rustix::fs::ftruncate;
use sha2::{Digest as _, Sha256};

use super::{leb128, operation};
use crate::observer::Observer;

/// Bytes that are copied at a time.
const BUFFER: usize = 256 * 1024;

/// Errors of operations.
#[derive(Debug)]
pub(crate) enum DeltaError {
    /// The operations are not valid.
    Malformed(&'static str),
    /// They make more than is allowed.
    TooLarge,
    /// They make more holes than is allowed.
    TooManyHoles,
    /// The earlier state cannot be read, or is shorter than they say.
    Base,
    /// The file cannot be written, or the observer has ended the work.
    Write(io::Error),
}

/// Bounds on what operations may make.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeltaLimits {
    /// Most bytes without holes.
    pub(crate) max_bytes: u64,
    /// Most bytes of holes.
    pub(crate) max_holes: u64,
}

/// Carries out operations, which come in pieces of any size.
pub(crate) struct Applier<'a> {
    base: &'a File,
    out: &'a File,
    /// True if the file is a reflink of the base, and has its content where nothing was written.
    is_clone: bool,
    limits: DeltaLimits,
    step: Step,
    hasher: Sha256,
    /// Bytes so far.
    length: u64,
    holes: u64,
    buffer: Vec<u8>,
}

/// The part of an operation that comes next.
enum Step {
    Operation,
    Number {
        operation: u8,
        first: Option<u64>,
        reader: leb128::Reader,
    },
    Literal {
        left: u64,
    },
    Ended,
}

impl<'a> Applier<'a> {
    /// `out` is empty, or a reflink of `base`.
    pub(crate) fn new(base: &'a File, out: &'a File, is_clone: bool, limits: DeltaLimits) -> Self {
        Self {
            base,
            out,
            is_clone,
            limits,
            step: Step::Operation,
            hasher: Sha256::new(),
            length: 0,
            holes: 0,
            buffer: vec![0; BUFFER],
        }
    }

    /// Bytes of holes so far.
    pub(crate) fn holes(&self) -> u64 {
        self.holes
    }

    /// Returns true if the last operation has come.
    pub(crate) fn is_ended(&self) -> bool {
        matches!(self.step, Step::Ended)
    }

    /// Carries out what the next bytes say.
    pub(crate) fn push(
        &mut self,
        mut bytes: &[u8],
        observer: &mut dyn Observer,
    ) -> Result<(), DeltaError> {
        while let Some((&byte, rest)) = bytes.split_first() {
            match &mut self.step {
                Step::Operation => {
                    bytes = rest;
                    self.step = match byte {
                        operation::COPY | operation::LITERAL | operation::HOLE => Step::Number {
                            operation: byte,
                            first: None,
                            reader: leb128::Reader::default(),
                        },
                        operation::END => Step::Ended,
                        _ => return Err(DeltaError::Malformed("an operation is not known")),
                    };
                }
                Step::Number {
                    operation,
                    first,
                    reader,
                } => {
                    bytes = rest;
                    let number = reader.push(byte);
                    let number =
                        number.map_err(|()| DeltaError::Malformed("a number is not valid"))?;
                    let Some(number) = number else { continue };
                    let (operation, first) = (*operation, *first);
                    self.numbers(operation, first, number, observer)?;
                }
                Step::Literal { left } => {
                    let count = usize::try_from(*left)
                        .unwrap_or(usize::MAX)
                        .min(bytes.len());
                    *left -= count as u64;
                    if *left == 0 {
                        self.step = Step::Operation;
                    }
                    let (literal, rest) = bytes.split_at(count);
                    bytes = rest;
                    self.hasher.update(literal);
                    self.write(literal, observer)?;
                }
                Step::Ended => {
                    return Err(DeltaError::Malformed(
                        "something follows the last operation",
                    ));
                }
            }
        }
        Ok(())
    }

    /// Gives the file its length. Returns that and the digest of all of it.
    pub(crate) fn finish(self) -> Result<(u64, [u8; 32]), DeltaError> {
        if !self.is_ended() {
            return Err(DeltaError::Malformed("the last operation is missing"));
        }
        let cut = ftruncate(self.out, self.length);
        cut.map_err(|error| DeltaError::Write(error.into()))?;
        Ok((self.length, self.hasher.finalize().into()))
    }

    /// Goes on after a number.
    fn numbers(
        &mut self,
        operation: u8,
        first: Option<u64>,
        number: u64,
        observer: &mut dyn Observer,
    ) -> Result<(), DeltaError> {
        if operation == operation::COPY && first.is_none() {
            self.step = Step::Number {
                operation,
                first: Some(number),
                reader: leb128::Reader::default(),
            };
            return Ok(());
        }
        if number == 0 {
            return Err(DeltaError::Malformed("an operation makes nothing"));
        }
        self.step = Step::Operation;
        let length = self.length.checked_add(number);
        let length = length.filter(|length| i64::try_from(*length).is_ok());
        let length = length.ok_or(DeltaError::TooLarge)?;
        if operation == operation::HOLE {
            if number > self.limits.max_holes - self.holes {
                return Err(DeltaError::TooManyHoles);
            }
            return self.hole(number, observer);
        }
        if length - self.holes > self.limits.max_bytes {
            return Err(DeltaError::TooLarge);
        }
        if let Some(offset) = first {
            return self.copy(offset, number, observer);
        }
        self.step = Step::Literal { left: number };
        Ok(())
    }

    fn copy(
        &mut self,
        offset: u64,
        length: u64,
        observer: &mut dyn Observer,
    ) -> Result<(), DeltaError> {
        if offset.checked_add(length).is_none() {
            return Err(DeltaError::Base);
        }
        let (mut at, end) = (offset, offset + length);
        let mut buffer = std::mem::take(&mut self.buffer);
        while at < end {
            let wanted = usize::try_from(end - at).unwrap_or(BUFFER).min(BUFFER);
            let count = match self.base.read_at(&mut buffer[..wanted], at) {
                Ok(0) => return Err(DeltaError::Base),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return Err(DeltaError::Base),
            };
            self.hasher.update(&buffer[..count]);
            if self.is_clone && at == self.length {
                observer.proceed(0).map_err(DeltaError::Write)?;
                self.length += count as u64;
            } else {
                self.write(&buffer[..count], observer)?;
            }
            observer.bytes(count as u64);
            at += count as u64;
        }
        self.buffer = buffer;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8], observer: &mut dyn Observer) -> Result<(), DeltaError> {
        let asked = observer.proceed(bytes.len() as u64);
        let written = asked.and_then(|()| self.out.write_all_at(bytes, self.length));
        written.map_err(DeltaError::Write)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn hole(&mut self, length: u64, observer: &mut dyn Observer) -> Result<(), DeltaError> {
        static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
        let is_empty = !self.is_clone || punch(self.out, self.length, length);
        let mut left = length;
        while left > 0 {
            let count = usize::try_from(left).unwrap_or(usize::MAX).min(ZEROS.len());
            self.hasher.update(&ZEROS[..count]);
            if is_empty {
                observer.proceed(0).map_err(DeltaError::Write)?;
                self.length += count as u64;
            } else {
                self.write(&ZEROS[..count], observer)?;
            }
            left -= count as u64;
        }
        self.holes += length;
        Ok(())
    }
}

/// Makes a hole of what a file has, and says whether that has worked.
#[cfg(target_os = "linux")]
fn punch(file: &File, offset: u64, length: u64) -> bool {
    use rustix::fs::{FallocateFlags, fallocate};

    let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
    fallocate(file, flags, offset, length).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn punch(_file: &File, _offset: u64, _length: u64) -> bool {
    false
}
