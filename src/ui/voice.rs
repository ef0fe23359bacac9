//! Talk to standard error. Nothing can be done about a standard error that is gone, so failures
//! to write are ignored.

use std::io::{self, Write as _};

use super::text::clean_message;

const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const CYAN: &str = "\x1b[1;36m";
const BOLD: &str = "\x1b[1m";
const RESET: &str = "\x1b[0m";

/// How much is said, and how.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Voice {
    /// Say nothing about what went well.
    pub(super) quiet: bool,
    /// Say more.
    pub(super) verbose: bool,
    /// Use colours.
    pub(super) color: bool,
}

impl Voice {
    pub(super) fn error(self, message: &str) {
        say(&self.line(RED, "error", message));
    }

    pub(super) fn hint(self, message: &str) {
        say(&self.line(CYAN, "hint", message));
    }

    pub(super) fn warn(self, message: &str) {
        say(&self.line(YELLOW, "warning", message));
    }

    pub(super) fn note(self, message: &str) {
        if !self.quiet {
            say(&format!("{}\n", clean_message(message)));
        }
    }

    pub(super) fn verbose(self, message: &str) {
        if self.verbose {
            self.note(message);
        }
    }

    /// A question, ready to be put.
    pub(super) fn question(self, question: &str) -> String {
        format!("{} [y/N] ", self.paint(BOLD, &clean_message(question)))
    }

    /// A question that wants more than a yes or a no.
    pub(super) fn prompt(self, question: &str) -> String {
        format!("{} ", self.paint(BOLD, &clean_message(question)))
    }

    fn line(self, style: &str, label: &str, message: &str) -> String {
        format!(
            "{} {}\n",
            self.paint(style, &format!("{label}:")),
            clean_message(message)
        )
    }

    fn paint(self, style: &str, text: &str) -> String {
        if self.color {
            format!("{style}{text}{RESET}")
        } else {
            text.to_owned()
        }
    }
}

/// One write, so that lines of several processes do not mix.
fn say(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_only_the_label_and_only_when_wanted() {
        let plain = Voice::default();
        assert_eq!(plain.line(RED, "error", "a\x1b[0m"), "error: a\\u{1b}[0m\n");
        let colored = Voice {
            color: true,
            ..plain
        };
        assert_eq!(
            colored.line(RED, "error", "a"),
            "\x1b[1;31merror:\x1b[0m a\n"
        );
    }

    #[test]
    fn questions_default_to_no() {
        assert_eq!(Voice::default().question("Delete it?"), "Delete it? [y/N] ");
        assert_eq!(Voice::default().prompt("Server:"), "Server: ");
    }
}
