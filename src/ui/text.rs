//! Text that is safe to show. Names come from file systems and servers, which may put anything
//! into them; a terminal must see no control characters but ours.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use bchan_agent::characters::is_unsafe;

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

/// Version of the shapes. New fields do not change it; whatever could break a reader does.
const JSON_FORMAT: u64 = 1;

/// The value as indented JSON with a final newline. Characters that are unsafe in a terminal are
/// escaped; a reader of JSON sees no difference.
pub(super) fn json<T: Serialize>(value: &T) -> serde_json::Result<String> {
    let text = serde_json::to_string_pretty(&versioned(value)?)?;
    Ok(escape_json(&text) + "\n")
}

/// The items of the value's lists, each on a line of its own; where it has no lists, the value on
/// one line.
pub(super) fn json_lines<T: Serialize>(value: &T, lists: &[&str]) -> serde_json::Result<String> {
    let value = versioned(value)?;
    let items: Vec<&Value> = match lists {
        [] => vec![&value],
        lists => {
            let lists = lists.iter().filter_map(|list| value[*list].as_array());
            lists.flatten().collect()
        }
    };
    let line = |item: &Value| Ok(escape_json(&serde_json::to_string(item)?) + "\n");
    items.into_iter().map(line).collect()
}

/// The value, with the version of its shape in front of everything else.
fn versioned<T: Serialize>(value: &T) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(value)?;
    if let Value::Object(fields) = &mut value {
        fields.shift_insert(0, "format".to_owned(), JSON_FORMAT.into());
    }
    Ok(value)
}

/// Outside of strings JSON has no unsafe character but the newlines of its layout.
fn escape_json(plain: &str) -> String {
    let is_unsafe = |c: char| c != '\n' && is_unsafe(c);
    let mut text = String::with_capacity(plain.len());
    for c in plain.chars() {
        if is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a `String` cannot fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(c);
        }
    }
    text
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
        for hidden in [
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200d}',
            '\u{2060}',
            '\u{2066}',
            '\u{3164}',
            '\u{feff}',
            '\u{e0041}',
        ] {
            let shown = clean(&format!("a{hidden}b"));
            assert_eq!(shown, format!("a{}b", hidden.escape_unicode()));
        }
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
        let value =
            serde_json::json!({"format": 1, "name": "a\x1b\u{9b}\u{7f}\u{202e}\u{e0041}\nz"});
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

    #[test]
    fn lists_have_a_line_for_each_item_and_all_else_has_one() {
        let value = serde_json::json!({"z": [{"b": "\n", "a": 0.1}, 2], "y": [18_446_744_073_709_551_615_u64]});
        let lines = |lists: &[&str]| json_lines(&value, lists).unwrap();
        assert_eq!(
            lines(&["z", "y"]),
            "{\"b\":\"\\n\",\"a\":0.1}\n2\n18446744073709551615\n"
        );
        assert_eq!(lines(&["none"]), "");
        assert!(lines(&[]).starts_with(r#"{"format":1,"z":[{"b""#));
        assert_eq!(lines(&[]).matches('\n').count(), 1);
    }
}
