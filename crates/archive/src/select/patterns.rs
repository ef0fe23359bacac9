//! Lists of patterns as gitignore has them.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{Reason, SelectionError, is_stdin};

/// No file of patterns is larger, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// The verdict of a pattern list on an entry.
pub(super) enum Said {
    Nothing,
    Yes(Reason),
    /// A pattern with `!`.
    No,
}

/// Patterns, of which the last one that matches counts.
#[derive(Clone, Debug)]
pub(super) struct Patterns {
    patterns: Gitignore,
}

impl Patterns {
    /// The lines of files, followed by single patterns. None if there is no pattern.
    pub(super) fn new(
        files: &[impl AsRef<Path>],
        alone: &[String],
    ) -> Result<Option<Self>, SelectionError> {
        let mut builder = GitignoreBuilder::new("");
        for file in files {
            add_file(&mut builder, file.as_ref())?;
        }
        for pattern in alone {
            let invalid = |message: String| SelectionError::Pattern {
                pattern: pattern.clone(),
                message,
            };
            if pattern.trim().is_empty() {
                return Err(invalid("it is empty".into()));
            }
            add(&mut builder, None, &literal(pattern)).map_err(invalid)?;
        }
        let built = builder.build();
        let patterns = built.map_err(|error| SelectionError::Pattern {
            pattern: String::new(),
            message: plain(&error),
        })?;
        Ok((!patterns.is_empty()).then_some(Self { patterns }))
    }

    /// Returns the verdict on an entry, by its path below the root. Its parents were asked before.
    pub(super) fn say(&self, path: &Path, is_directory: bool) -> Said {
        match self.patterns.matched(path, is_directory) {
            Match::None => Said::Nothing,
            Match::Whitelist(_) => Said::No,
            Match::Ignore(glob) => Said::Yes(Reason::Pattern {
                pattern: glob.original().replace("[{]", "{").replace("[}]", "}"),
                file: glob.from().map(Path::to_owned),
            }),
        }
    }
}

fn add_file(builder: &mut GitignoreBuilder, path: &Path) -> Result<(), SelectionError> {
    let mut text = Vec::new();
    let read = if is_stdin(path) {
        io::stdin().take(LARGEST).read_to_end(&mut text)
    } else {
        File::open(path).and_then(|file| file.take(LARGEST).read_to_end(&mut text))
    };
    let fail = |source| SelectionError::Read {
        path: path.to_owned(),
        source,
    };
    let length = read.map_err(fail)?;
    if length as u64 == LARGEST {
        return Err(fail(io::ErrorKind::FileTooLarge.into()));
    }
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let invalid = |message: String| SelectionError::Line {
            path: path.to_owned(),
            line: number + 1,
            message,
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = std::str::from_utf8(line).map_err(|_| invalid("it is not UTF-8".into()))?;
        add(builder, Some(path), line).map_err(invalid)?;
    }
    Ok(())
}

fn add(builder: &mut GitignoreBuilder, file: Option<&Path>, line: &str) -> Result<(), String> {
    let added = builder.add_line(file.map(Path::to_owned), &without_braces(line));
    added.map(drop).map_err(|error| plain(&error))
}

/// A pattern that is not a line of a file: nothing in it is a comment, and blanks at its end count.
fn literal(pattern: &str) -> String {
    if pattern.starts_with('#') {
        return format!("\\{pattern}");
    }
    match pattern.strip_suffix(' ') {
        Some(front) if !front.ends_with('\\') => format!("{front}\\ "),
        _ => pattern.to_owned(),
    }
}

/// Braces mean themselves in gitignore, but a choice to the library: they are put into brackets.
fn without_braces(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            '[' => class(rest).unwrap_or(1),
            '{' | '}' => {
                text.extend(['[', c, ']']);
                rest = &rest[1..];
                continue;
            }
            c => c.len_utf8(),
        };
        text.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    text
}

/// Bytes of the brackets, and what is between them, that a text begins with.
fn class(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    if matches!(bytes.get(at), Some(b'!' | b'^')) {
        at += 1;
    }
    if bytes.get(at) == Some(&b']') {
        at += 1;
    }
    loop {
        match bytes.get(at)? {
            b']' => return Some(at + 1),
            b'[' if bytes.get(at + 1) == Some(&b':') => {
                at += text[at + 2..].find(":]").map_or(1, |end| end + 4);
            }
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Formats an error without the pattern itself.
fn plain(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        ignore::Error::WithLineNumber { err, .. } | ignore::Error::WithPath { err, .. } => {
            plain(err)
        }
        other => other.to_string(),
    }
}
