//! Keeping keys out of the log, wherever somebody has put one by mistake: in a path, say.

use std::io::{self, Write};

/// What the keys of this project begin with; hex digits follow.
const PREFIX: &[u8] = b"bakch-";

/// Digits of a key that may be told, as many as other programs call keys by.
const TOLD: usize = 4;

/// Writes what comes without the keys in it. Each write must be of whole events.
#[derive(Clone, Debug)]
pub struct Masked<W>(pub W);

impl<W: Write> Write for Masked<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(&mask(event))?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A text with stars in the place of all but the first digits of each key.
pub(super) fn mask(text: &[u8]) -> Vec<u8> {
    let mut masked = text.to_vec();
    for start in memchr::memmem::find_iter(text, PREFIX) {
        let digits = masked.iter_mut().skip(start + PREFIX.len());
        let digits = digits.take_while(|digit| digit.is_ascii_hexdigit());
        digits.skip(TOLD).for_each(|digit| *digit = b'*');
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_key_no_more_than_its_beginning_is_left() {
        for (text, left) in [
            ("", ""),
            ("no key, bakch- neither", "no key, bakch- neither"),
            ("bakch-0123456789abcdef!", "bakch-0123************!"),
            ("a bakch-AbCdE0 bakch-12345", "a bakch-AbCd** bakch-1234*"),
            ("bakch-bakch-00000", "bakch-bakch-0000*"),
        ] {
            let mut out = Vec::new();
            Masked(&mut out).write_all(text.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), left);
        }
    }
}
