//! Keeps keys out of the log and of answers if a client has put one in the wrong place, such as a
//! path.

use std::io::{self, Write};
use std::ops::Range;

/// Prefix of the keys of this project; hex digits follow.
const PREFIX: &[u8] = b"bakch-";

/// Hex digits of a key, which may come without its prefix.
const DIGITS: usize = 64;

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

/// The same of a text.
pub(crate) fn mask_text(text: &str) -> String {
    // Only whole characters are replaced.
    String::from_utf8_lossy(&mask(text.as_bytes())).into_owned()
}

/// A text with stars in the place of all but the first digits of each key: hex digits after the
/// prefix, or as many as a key has, each as it is or percent-encoded, however often.
pub(super) fn mask(text: &[u8]) -> Vec<u8> {
    let mut masked = Vec::with_capacity(text.len());
    // Where the text begins that is not copied yet.
    let mut copied = 0;
    let mut prefix = 0;
    let mut digits: Vec<Range<usize>> = Vec::new();
    let mut is_key = false;
    let mut at = 0;
    loop {
        let (byte, length) = character(&text[at..]);
        let digit = byte.is_some_and(|byte| byte.is_ascii_hexdigit());
        if digit && (digits.is_empty() || digits.last().is_some_and(|last| last.end == at)) {
            is_key |= digits.is_empty() && prefix == PREFIX.len();
            digits.push(at..at + length);
        } else {
            if is_key || digits.len() >= DIGITS {
                for digit in digits.iter().skip(TOLD) {
                    masked.extend_from_slice(&text[copied..digit.start]);
                    masked.push(b'*');
                    copied = digit.end;
                }
            }
            digits.clear();
            is_key = false;
        }
        let Some(byte) = byte else {
            masked.extend_from_slice(&text[copied..]);
            return masked;
        };
        let byte = byte.to_ascii_lowercase();
        prefix = match prefix {
            matched if PREFIX.get(matched) == Some(&byte) => matched + 1,
            _ => usize::from(byte == PREFIX[0]),
        };
        at += length;
    }
}

/// The first character, decoded, and how many bytes it takes.
fn character(text: &[u8]) -> (Option<u8>, usize) {
    let Some((&first, rest)) = text.split_first() else {
        return (None, 0);
    };
    let hex = |at: usize| {
        let pair = rest
            .get(at..at + 2)
            .and_then(|pair| std::str::from_utf8(pair).ok())?;
        let is_hex = pair.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| u8::from_str_radix(pair, 16).ok()).flatten()
    };
    if first != b'%' {
        return (Some(first), 1);
    }
    // `%25` is a percent sign that may itself begin an encoded character.
    let mut at = 0;
    while hex(at) == Some(b'%') && hex(at + 2).is_some() {
        at += 2;
    }
    hex(at).map_or((Some(first), 1), |byte| (Some(byte), at + 3))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn masked(text: &str) -> String {
        let mut out = Vec::new();
        Masked(&mut out).write_all(text.as_bytes()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn of_a_key_no_more_than_its_beginning_is_left() {
        for (text, left) in [
            ("", ""),
            ("no key, bakch- neither", "no key, bakch- neither"),
            ("bakch-0123456789abcdef!", "bakch-0123************!"),
            ("a bakch-AbCdE0 bakch-12345", "a bakch-AbCd** bakch-1234*"),
            ("bakch-bakch-00000", "bakch-bakch-0000*"),
            ("babakch-00000", "babakch-0000*"),
            ("b%61kch%2D0%31234x", "b%61kch%2D0%3123*x"),
            ("b%2561kch-012345", "b%2561kch-0123**"),
            ("100%25 of %2", "100%25 of %2"),
        ] {
            assert_eq!(masked(text), left);
        }
    }

    #[test]
    fn digits_without_the_prefix_are_a_key_when_they_are_as_many() {
        let key = "0123456789abcdef".repeat(4);
        let left = format!("0123{}", "*".repeat(60));
        assert_eq!(masked(&key), left);
        assert_eq!(
            masked(&format!("/{key}?x={key}.")),
            format!("/{left}?x={left}.")
        );
        assert_eq!(masked(&key[1..]), key[1..]);
        // Not those of a UUID.
        let id = "01234567-89ab-cdef-0123-456789abcdef ".repeat(3);
        assert_eq!(masked(&id), id);
        assert_eq!(masked("ä".repeat(40).as_str()), "ä".repeat(40));
    }

    proptest! {
        #[test]
        fn however_a_key_is_encoded_it_is_masked(
            digits in "[0-9a-f]{64}",
            prefix in any::<bool>(),
            encode in proptest::collection::vec(0..4_u8, 70),
            around in "[g-z/? ]{0,10}",
        ) {
            let key = format!("{}{digits}", if prefix { "bakch-" } else { "" });
            let mut text = around.clone();
            for (byte, encode) in key.bytes().zip(encode) {
                match encode {
                    0 => write!(text, "%{byte:02x}").unwrap(),
                    1 => write!(text, "%{byte:02X}").unwrap(),
                    2 => write!(text, "%25{byte:02x}").unwrap(),
                    _ => text.push(char::from(byte)),
                }
            }
            let mut decoded = format!("{}{around}", masked(&text));
            for _ in 0..2 {
                let once = percent_encoding::percent_decode_str(&decoded).decode_utf8_lossy();
                decoded = once.into_owned();
            }
            let told = digits[..TOLD].to_owned() + &"*".repeat(DIGITS - TOLD);
            prop_assert!(decoded.contains(&told), "{decoded}");
        }
    }
}
