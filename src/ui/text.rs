//! Text that is safe to show. Names come from file systems and servers, which may put anything
//! into them; a terminal must see no control characters but ours.

use std::fmt::Write as _;

use serde::Serialize;

/// Whether a terminal would do something other than show it. Besides control characters these
/// are the ones that reorder or hide the text around them.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One line of text for a terminal: whatever is not plain text is written as an escape.
pub(super) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            clean.extend(c.escape_default());
        } else {
            clean.push(c);
        }
    }
    clean
}

/// A message that may have several lines. All but the first are indented, so that none can pass
/// for a message of its own.
pub(super) fn clean_message(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().map(clean).collect();
    lines.join("\n  ")
}

/// The value as indented JSON with a final newline. Characters that are unsafe in a terminal are
/// escaped; a reader of JSON sees no difference.
pub(super) fn json<T: Serialize>(value: &T) -> serde_json::Result<String> {
    let plain = serde_json::to_string_pretty(value)?;
    // Outside of strings JSON has no such character but the newlines of its layout.
    let is_unsafe = |c: char| c != '\n' && is_unsafe(c);
    let mut text = String::with_capacity(plain.len() + 1);
    for c in plain.chars() {
        if is_unsafe(c) {
            // All of them lie in the first plane, so one escape is enough. Writing to a `String`
            // cannot fail.
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_and_the_rest_is_escaped() {
        assert_eq!(clean("Übersicht 文書"), "Übersicht 文書");
        assert_eq!(clean("a\x1b[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(clean("a\nb\tc\u{7f}"), "a\\nb\\tc\\u{7f}");
        assert_eq!(clean("x\u{9b}31m"), "x\\u{9b}31m");
        assert_eq!(clean("gpj.\u{202e}exe"), "gpj.\\u{202e}exe");
    }

    #[test]
    fn no_line_can_pass_for_a_message_of_its_own() {
        assert_eq!(
            clean_message("one\r\nhint: rm -rf /\x07\n"),
            "one\n  hint: rm -rf /\\u{7}"
        );
    }

    #[test]
    fn json_means_the_same_and_is_safe() {
        let value = serde_json::json!({"name": "a\x1b\u{9b}\u{7f}\u{202e}\nz"});
        let text = json(&value).unwrap();
        assert!(text.ends_with("}\n"));
        assert!(
            !text
                .trim_end()
                .contains(|c: char| c != '\n' && is_unsafe(c)),
            "{text:?}"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }
}
