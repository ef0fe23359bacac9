//! Words as systemd and the shell of cron take them.

use super::ScheduleError;

/// Characters that mean themselves to systemd and to every shell.
fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:,=+@".contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}

/// Text that can stand in a line: no character ends it or does something to a terminal.
pub(super) fn line(text: &str) -> Result<&str, ScheduleError> {
    if text.contains(char::is_control) {
        return Err(ScheduleError::NotText {
            what: text.escape_default().to_string(),
        });
    }
    Ok(text)
}

/// Text of a unit that systemd takes as it is, but for its specifiers. What stands at the end of a line
/// must not go on in the next, or be lost.
pub(super) fn specifiers(text: &str) -> Result<String, ScheduleError> {
    let bare = line(text)?;
    if bare.ends_with('\\') || bare.trim() != bare {
        return Err(ScheduleError::NotText {
            what: format!("`{bare}`"),
        });
    }
    Ok(bare.replace('%', "%%"))
}

/// A word of a list in a unit, such as a path or a variable.
pub(super) fn unit_word(text: &str) -> Result<String, ScheduleError> {
    let text = line(text)?.replace('%', "%%");
    if is_plain(&text) {
        return Ok(text);
    }
    let mut word = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            word.push('\\');
        }
        word.push(c);
    }
    word.push('"');
    Ok(word)
}

/// An argument of a command in a unit, where `$` begins a variable, too.
pub(super) fn unit_argument(text: &str) -> Result<String, ScheduleError> {
    unit_word(&text.replace('$', "$$"))
}

/// A word of a shell's command in a crontab.
///
/// There `%` ends the command unless a backslash is before it. Some crons take that backslash, and one
/// of two in a row, away, others leave them. So `%` stands outside of quotes, where the shell takes
/// what cron has left, and no backslash stands before another.
pub(super) fn cron_word(text: &str) -> Result<String, ScheduleError> {
    let text = line(text)?;
    if is_plain(text) {
        return Ok(text.to_owned());
    }
    let mut word = String::new();
    let mut quoted = false;
    for c in text.chars() {
        let (wants_quotes, piece) = match c {
            '%' => (false, "\\%".to_owned()),
            '\'' => (false, "\"'\"".to_owned()),
            '\\' => {
                if quoted {
                    word.push('\'');
                }
                quoted = false;
                (false, "'\\'".to_owned())
            }
            c => (true, c.to_string()),
        };
        if wants_quotes != quoted {
            word.push('\'');
            quoted = wants_quotes;
        }
        word.push_str(&piece);
    }
    if quoted {
        word.push('\'');
    }
    Ok(if word.is_empty() {
        "''".to_owned()
    } else {
        word
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const ODD: [&str; 10] = [
        "plain",
        "",
        "a b",
        "100%",
        "it's",
        "a\\b\\\\%c\\",
        "$HOME `id` $(id) \"x\"",
        "Übung # 文書",
        "*?[~]{a,b}!;&|<>",
        "%%'%'\\'",
    ];

    #[test]
    fn systemd_s_special_characters_are_taken_for_themselves() {
        assert_eq!(unit_argument("/a/b-c_d.e").unwrap(), "/a/b-c_d.e");
        assert_eq!(unit_argument("a b").unwrap(), "\"a b\"");
        assert_eq!(unit_argument("100%$x").unwrap(), "\"100%%$$x\"");
        assert_eq!(unit_argument("a\"b\\").unwrap(), "\"a\\\"b\\\\\"");
        assert_eq!(unit_argument("").unwrap(), "\"\"");
        assert_eq!(unit_word("$x").unwrap(), "\"$x\"");
        assert_eq!(specifiers("/a b/%c").unwrap(), "/a b/%%c");
        for text in ["a\\", "a ", " a", "a\nb"] {
            assert!(specifiers(text).is_err(), "{text:?}");
        }
        assert!(unit_word("a\nExecStart=/bin/sh").is_err());
        assert!(cron_word("a\n* * * * * sh").is_err());
    }

    /// Simulates cron's reading of a line: all crons treat backslashes, some remove them.
    fn cron(line: &str, takes_away: bool) -> String {
        let mut out = String::new();
        let mut characters = line.chars();
        while let Some(c) = characters.next() {
            match (c, takes_away) {
                ('%', _) => panic!("cron ends the command: {line}"),
                ('\\', _) => match characters.next() {
                    Some(next @ ('%' | '\\')) if takes_away => out.push(next),
                    next => {
                        out.push(c);
                        out.extend(next);
                    }
                },
                (c, _) => out.push(c),
            }
        }
        out
    }

    #[test]
    fn the_shell_of_every_cron_gets_the_word() {
        for text in ODD {
            let word = cron_word(text).unwrap();
            for takes_away in [false, true] {
                let script = format!("printf %s {}", cron(&word, takes_away));
                let output = Command::new("/bin/sh").args(["-c", &script]).output();
                let output = output.unwrap();
                assert_eq!(
                    String::from_utf8_lossy(&output.stdout),
                    text,
                    "{script} {takes_away}"
                );
            }
        }
    }
}
