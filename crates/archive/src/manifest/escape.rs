//! Values in lines of text.

/// Adds a value so that it holds nothing that separates values.
pub(super) fn escape(out: &mut Vec<u8>, value: &[u8]) {
    for &byte in value {
        if byte.is_ascii_graphic() && !b"\\#=*?[".contains(&byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(&[
                b'\\',
                b'0' + (byte >> 6),
                b'0' + (byte >> 3 & 7),
                b'0' + (byte & 7),
            ]);
        }
    }
}

/// Gives back what [`escape`] was given; none where a backslash does not begin an escape.
pub(super) fn unescape(value: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let (before, escaped) = rest.split_at(at);
        plain.extend_from_slice(before);
        let [_, digits @ ..] = escaped.get(..4)? else {
            return None;
        };
        let mut byte = 0_u16;
        for digit in digits {
            if !(b'0'..=b'7').contains(digit) {
                return None;
            }
            byte = byte * 8 + u16::from(digit - b'0');
        }
        plain.push(u8::try_from(byte).ok()?);
        rest = &escaped[4..];
    }
    plain.extend_from_slice(rest);
    Some(plain)
}

/// Adds bytes in lower-case hex.
pub(super) fn push_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.reserve(2 * bytes.len());
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        let all: Vec<u8> = (0..=255).collect();
        let mut escaped = Vec::new();
        escape(&mut escaped, &all);
        assert!(escaped.iter().all(u8::is_ascii_graphic));
        assert_eq!(unescape(&escaped), Some(all));
        for broken in [&b"\\"[..], b"\\0", b"a\\04", b"\\400", b"\\08a", b"\\n"] {
            assert_eq!(unescape(broken), None);
        }
    }
}
