//! Sizes and offsets in tar headers.

/// Bytes of a block.
pub(super) const BLOCK: usize = 512;

/// Reads a field of octal digits or, where its highest bit is set, of big-endian binary. A blank field
/// is 0. `None` for anything else: a negative number, one that does not fit into 64 bits, or text.
///
/// The `tar` crate drops the upper bytes of a binary number, so that a size of 2^64 + 4 reads as 4.
pub(super) fn parse(field: &[u8]) -> Option<u64> {
    let (first, rest) = field.split_first()?;
    if first & 0x80 != 0 {
        return rest
            .iter()
            .try_fold(u64::from(first & 0x7f), |value, byte| {
                value.checked_mul(256)?.checked_add(u64::from(*byte))
            });
    }
    if field.iter().all(|byte| matches!(byte, 0 | b' ')) {
        return Some(0);
    }
    // Some programs end the field before this one with a NUL that is the first byte of this one.
    let field = if *first == 0 { rest } else { field };
    let end = field.iter().position(|byte| *byte == 0);
    let digits = field[..end.unwrap_or(field.len())].trim_ascii();
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 8)?;
        value.checked_mul(8)?.checked_add(u64::from(digit))
    })
}

/// Reads a field that may be negative, as times before 1970 are.
pub(super) fn parse_signed(field: &[u8]) -> Option<i64> {
    let Some((0xff, rest)) = field.split_first() else {
        return parse(field).and_then(|value| i64::try_from(value).ok());
    };
    rest.iter().try_fold(-1_i64, |value, byte| {
        value.checked_mul(256)?.checked_add(i64::from(*byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_of_64_bits_are_read() {
        assert_eq!(parse(b"00000000017\0"), Some(15));
        assert_eq!(parse(b"      17    "), Some(15));
        assert_eq!(parse(b"777777777777"), Some((1 << 36) - 1));
        assert_eq!(parse(b"\x80\0\0\0\0\0\0\0\0\0\x01\x02"), Some(258));
        let most = [0x80, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255];
        assert_eq!(parse(&most), Some(u64::MAX));
        assert_eq!(parse(b"\x000000017\0"), Some(15));
        assert_eq!(parse(b"\0\0\0\0\0\0\0\0\0\0\0\0"), Some(0));
        assert_eq!(parse(b"            "), Some(0));
        assert_eq!(parse(b"       \0"), Some(0));
        for field in [
            &b"\x80\0\0\x01\0\0\0\0\0\0\0\x04"[..],
            b"\x81\0\0\0\0\0\0\0\0\0\0\x04",
            &[0xff; 12],
            b"\0\0\0\0\0\0\0\0\0\0\x31\0",
            b"     \x000017",
            b"+0000000004\0",
            b"-0000000004\0",
            b"00000000008\0",
            b"4 4\0\0\0\0\0\0\0\0\0",
            b"",
        ] {
            assert_eq!(parse(field), None, "{}", field.escape_ascii());
        }
    }

    #[test]
    fn numbers_below_zero_are_read_where_they_may_be() {
        assert_eq!(parse_signed(b"00000000017\0"), Some(15));
        assert_eq!(parse_signed(&[0xff; 12]), Some(-1));
        assert_eq!(
            parse_signed(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\0"),
            Some(-512)
        );
        assert_eq!(parse_signed(b"\xff\0\0\0\0\0\0\0\0\0\0\0"), None);
    }
}
