//! Texts in tar headers and extension records.

/// Reads a decimal number without a sign.
pub(super) fn parse<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    // `FromStr` takes a sign, which no number here may have.
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text)
        .ok()
        .filter(|_| digits)?
        .parse()
        .ok()
}

/// Cuts a text off at its first NUL.
pub(super) fn until_nul(mut text: Vec<u8>) -> Vec<u8> {
    let end = text
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(text.len());
    text.truncate(end);
    text
}
