//! Lists of patterns as gitignore has them.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{Reason, SelectionError, absolute, is_stdin};

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
    library: Gitignore,
    lines: Arc<[Line]>,
    /// Patterns as they were given, by what stands for them below one named path.
    given: HashMap<String, String>,
}

/// A pattern, and the file that it is from.
#[derive(Clone, Debug)]
struct Line {
    file: Option<PathBuf>,
    text: String,
}

impl Patterns {
    /// The lines of files, followed by single patterns. None if there is no pattern.
    pub(super) fn new(
        files: &[impl AsRef<Path>],
        alone: &[String],
    ) -> Result<Option<Self>, SelectionError> {
        let mut builder = Builder::default();
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
            builder.add(None, literal(pattern)).map_err(invalid)?;
        }
        let patterns = builder.build()?;
        Ok((!patterns.library.is_empty()).then_some(patterns))
    }

    /// Returns the patterns for what lies below one named path, if they are others there.
    pub(super) fn at(&self, named: &Path) -> Result<Option<Self>, SelectionError> {
        let below = |line: &Line| {
            let rest = absolute::below(&line.text, named);
            rest.filter(|rest| !rest.is_empty() && *rest != line.text)
        };
        if self.lines.iter().all(|line| below(line).is_none()) {
            return Ok(None);
        }
        let mut builder = Builder::default();
        let mut given = HashMap::new();
        for line in self.lines.iter() {
            let text = below(line).unwrap_or_else(|| line.text.clone());
            let invalid = |message: String| SelectionError::Pattern {
                pattern: line.text.clone(),
                message,
            };
            if text != line.text {
                given.insert(text.clone(), line.text.clone());
            }
            builder.add(line.file.clone(), text).map_err(invalid)?;
        }
        let patterns = builder.build()?;
        Ok(Some(Self { given, ..patterns }))
    }

    /// The patterns that are not lines of files, as they were given.
    pub(super) fn alone(&self) -> impl Iterator<Item = &str> {
        let alone = self.lines.iter().filter(|line| line.file.is_none());
        alone.map(|line| &*line.text)
    }

    /// Returns the verdict on an entry, by its path below the root. Its parents were asked before.
    pub(super) fn say(&self, path: &Path, is_directory: bool) -> Said {
        match self.library.matched(path, is_directory) {
            Match::None => Said::Nothing,
            Match::Whitelist(_) => Said::No,
            Match::Ignore(glob) => {
                let pattern = glob.original().replace("[{]", "{").replace("[}]", "}");
                Said::Yes(Reason::Pattern {
                    pattern: self.given.get(&pattern).cloned().unwrap_or(pattern),
                    file: glob.from().map(Path::to_owned),
                })
            }
        }
    }
}

/// Patterns under construction.
#[derive(Default)]
struct Builder {
    lines: Vec<Line>,
    /// None until the first line.
    library: Option<GitignoreBuilder>,
}

impl Builder {
    fn add(&mut self, file: Option<PathBuf>, text: String) -> Result<(), String> {
        let library = self
            .library
            .get_or_insert_with(|| GitignoreBuilder::new(""));
        // Of a comment nothing is read.
        let line = if text.starts_with('#') {
            String::new()
        } else {
            without_braces(&text)?
        };
        let added = library.add_line(file.clone(), &line);
        added.map_err(|error| plain(&error))?;
        self.lines.push(Line { file, text });
        Ok(())
    }

    fn build(self) -> Result<Patterns, SelectionError> {
        let library = self
            .library
            .map_or_else(|| Ok(Gitignore::empty()), |library| library.build());
        let library = library.map_err(|error| SelectionError::Pattern {
            pattern: String::new(),
            message: plain(&error),
        })?;
        Ok(Patterns {
            library,
            lines: self.lines.into(),
            given: HashMap::new(),
        })
    }
}

fn add_file(builder: &mut Builder, path: &Path) -> Result<(), SelectionError> {
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
        builder
            .add(Some(path.to_owned()), line.to_owned())
            .map_err(invalid)?;
    }
    Ok(())
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
///
/// # Errors
///
/// A bracket that is not closed, which the library takes for itself.
fn without_braces(line: &str) -> Result<String, String> {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            '[' => {
                class(rest).ok_or("a bracket is not closed; `\\[` means the character itself")?
            }
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
    Ok(text)
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
