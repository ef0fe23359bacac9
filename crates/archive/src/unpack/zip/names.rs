//! The names of a zip archive's entries.

use super::host::is_dos;

/// Says that a name is UTF-8.
const UTF_8: u16 = 1 << 11;
/// The characters of code page 437 from 128 on.
const HIGH: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧\
    ╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// The name of an entry with `/` between folders. `unicode` is the one of an extra field.
///
/// Names without a declared encoding are kept byte for byte where a Unix program has made them, or where
/// they are UTF-8, which some programs write without saying so. Others are in code page 437.
pub(super) fn name(raw: &[u8], unicode: Option<&[u8]>, flags: u16, host: u8) -> Vec<u8> {
    let is_plain = flags & UTF_8 != 0 || !is_dos(host) || std::str::from_utf8(raw).is_ok();
    let mut name = match unicode {
        Some(name) => name.to_vec(),
        None if is_plain => raw.to_vec(),
        None => from_437(raw),
    };
    // Some programs for Windows use its separator. With both in a name, `\` is a character like others.
    if is_dos(host) && !name.contains(&b'/') {
        for byte in &mut name {
            if *byte == b'\\' {
                *byte = b'/';
            }
        }
    }
    name
}

fn from_437(raw: &[u8]) -> Vec<u8> {
    let high: Vec<char> = HIGH.chars().collect();
    let decode = |byte: &u8| match byte.checked_sub(128) {
        Some(place) => high.get(usize::from(place)).copied().unwrap_or_default(),
        None => char::from(*byte),
    };
    let text: String = raw.iter().map(decode).collect();
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOS: u8 = 0;
    const UNIX: u8 = 3;

    #[test]
    fn code_page_437_has_128_more_characters() {
        assert_eq!(HIGH.chars().count(), 128);
        let all: Vec<u8> = (128..=255).collect();
        assert_eq!(from_437(&all), HIGH.as_bytes());
        assert_eq!(from_437(b"M\x81ller\xe1.txt"), "Müllerß.txt".as_bytes());
    }

    #[test]
    fn the_program_and_its_flags_say_how_a_name_is_encoded() {
        let (german, utf_8) = (b"M\x81ller", "Müller".as_bytes());
        assert_eq!(name(german, None, 0, DOS), utf_8);
        assert_eq!(name(german, None, 0, UNIX), german);
        assert_eq!(name(german, Some(utf_8), 0, UNIX), utf_8);
        for host in [DOS, UNIX] {
            assert_eq!(name(utf_8, None, UTF_8, host), utf_8);
            assert_eq!(name(utf_8, None, 0, host), utf_8);
        }
    }

    #[test]
    fn backslashes_separate_folders_only_in_names_from_dos() {
        for host in [0, 6, 10, 11, 14] {
            assert_eq!(name(b"a\\b\\c", None, 0, host), b"a/b/c", "{host}");
            assert_eq!(name(b"a\\", None, 0, host), b"a/", "{host}");
            assert_eq!(name(b"a/b\\c", None, 0, host), b"a/b\\c", "{host}");
        }
        for host in [UNIX, 19] {
            assert_eq!(name(b"a\\b", None, 0, host), b"a\\b", "{host}");
        }
    }
}
