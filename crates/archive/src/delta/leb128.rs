//! Numbers of any size in groups of seven bits, the lowest first.

/// Most bytes of a number of 64 bits.
const LONGEST: u32 = 10;

pub(super) fn write(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or(0);
        number >>= 7;
        if number == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

/// A number that is read byte by byte.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reader {
    number: u64,
    bytes: u32,
}

impl Reader {
    /// Takes the next byte, and gives the number at its end. Fails if it has more than 64 bits, or
    /// more bytes than it needs.
    pub(super) fn push(&mut self, byte: u8) -> Result<Option<u64>, ()> {
        let bits = u64::from(byte & 0x7f);
        let shift = 7 * self.bytes;
        if self.bytes + 1 == LONGEST && bits > 1 {
            return Err(());
        }
        self.number |= bits << shift;
        self.bytes += 1;
        if byte & 0x80 != 0 {
            return if self.bytes == LONGEST {
                Err(())
            } else {
                Ok(None)
            };
        }
        if bits == 0 && self.bytes > 1 {
            return Err(());
        }
        Ok(Some(self.number))
    }
}

/// Takes a number from the beginning of a text.
pub(super) fn take(text: &mut &[u8]) -> Option<u64> {
    let mut reader = Reader::default();
    loop {
        let (&byte, rest) = text.split_first()?;
        *text = rest;
        if let Some(number) = reader.push(byte).ok()? {
            return Some(number);
        }
    }
}
