//! Globs as Python's `fnmatch` understands them: `*` and `?` match slashes, too, and nothing can be
//! escaped but by brackets.
//!
//! Text is compared by code point, where a byte that is not UTF-8 counts as U+DC00 more than itself,
//! as it does in Python.

use crate::manifest::code_points;

/// A glob.
#[derive(Clone, Debug)]
pub(super) struct Glob {
    original: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Any,
    One,
    Literal(u32),
    /// Ranges from first to last, and whether it is everything but these.
    Set(Vec<(u32, u32)>, bool),
}

impl Glob {
    pub(super) fn new(pattern: &str) -> Self {
        let text: Vec<u32> = code_points(pattern.as_bytes()).collect();
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(&c) = text.get(at) {
            at += 1;
            let part = match char::from_u32(c) {
                Some('*') if matches!(parts.last(), Some(Part::Any)) => continue,
                Some('*') => Part::Any,
                Some('?') => Part::One,
                Some('[') => match closing(&text, at) {
                    Some(end) => {
                        let set = set(&text[at..end]);
                        at = end + 1;
                        set
                    }
                    None => Part::Literal(c),
                },
                _ => Part::Literal(c),
            };
            parts.push(part);
        }
        Self {
            original: pattern.to_owned(),
            parts,
        }
    }

    /// The pattern as it was given.
    pub(super) fn original(&self) -> &str {
        &self.original
    }

    /// Returns true if it matches all of a text.
    pub(super) fn matches(&self, text: &[u32]) -> bool {
        let (mut part, mut at) = (0, 0);
        // The last star, and how far its match reaches: only this star has to be retried.
        let mut star = None;
        loop {
            match self.parts.get(part) {
                Some(Part::Any) => {
                    star = Some((part, at));
                    part += 1;
                    continue;
                }
                Some(one) if text.get(at).is_some_and(|c| one.takes(*c)) => {
                    part += 1;
                    at += 1;
                    continue;
                }
                None if at == text.len() => return true,
                _ => {}
            }
            match star {
                Some((after, reached)) if reached < text.len() => {
                    star = Some((after, reached + 1));
                    part = after + 1;
                    at = reached + 1;
                }
                _ => return false,
            }
        }
    }
}

impl Part {
    fn takes(&self, c: u32) -> bool {
        match self {
            Self::Any | Self::One => true,
            Self::Literal(literal) => *literal == c,
            Self::Set(ranges, negated) => {
                ranges
                    .iter()
                    .any(|&(first, last)| (first..=last).contains(&c))
                    != *negated
            }
        }
    }
}

const DASH: u32 = '-' as u32;
const NOT: u32 = '!' as u32;
const CLOSE: u32 = ']' as u32;

/// Where the bracket that was opened before `at` is closed. One that comes first is meant itself.
fn closing(text: &[u32], at: usize) -> Option<usize> {
    let mut from = at;
    if text.get(from) == Some(&NOT) {
        from += 1;
    }
    if text.get(from) == Some(&CLOSE) {
        from += 1;
    }
    let found = text.get(from..)?.iter().position(|c| *c == CLOSE)?;
    Some(from + found)
}

/// Parses the content of brackets. Empty ranges match nothing.
fn set(text: &[u32]) -> Part {
    let (negated, text) = match text.split_first() {
        Some((&NOT, rest)) => (true, rest),
        _ => (false, text),
    };
    // Parts between the dashes that form ranges: a dash at the start, at the end, or right after a
    // range is literal.
    let mut pieces: Vec<Vec<u32>> = Vec::new();
    let mut start = 0;
    let mut from = 1;
    while let Some(found) = text
        .get(from..)
        .and_then(|rest| rest.iter().position(|c| *c == DASH))
    {
        let dash = from + found;
        pieces.push(text[start..dash].to_vec());
        start = dash + 1;
        from = dash + 3;
    }
    let last = &text[start.min(text.len())..];
    match pieces.last_mut() {
        Some(piece) if last.is_empty() => piece.push(DASH),
        _ => pieces.push(last.to_vec()),
    }
    for at in (1..pieces.len()).rev() {
        if pieces[at - 1].last() > pieces[at].first() {
            let right = pieces.remove(at);
            pieces[at - 1].pop();
            pieces[at - 1].extend(&right[1..]);
        }
    }
    let mut ranges = Vec::new();
    let count = pieces.len();
    for (at, piece) in pieces.iter().enumerate() {
        let from = usize::from(at > 0);
        let to = piece.len() - usize::from(at + 1 < count && !piece.is_empty());
        ranges.extend(
            piece
                .get(from..to)
                .unwrap_or_default()
                .iter()
                .map(|c| (*c, *c)),
        );
        if let (Some(first), Some(last)) = (
            piece.last(),
            pieces.get(at + 1).and_then(|next| next.first()),
        ) {
            ranges.push((*first, *last));
        }
    }
    Part::Set(ranges, negated)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use proptest::prelude::*;
    use proptest::strategy::ValueTree as _;

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        let text: Vec<u32> = code_points(text.as_bytes()).collect();
        Glob::new(pattern).matches(&text)
    }

    /// Asks Python about many pairs at once.
    fn python(pairs: &[(String, String)]) -> Option<Vec<bool>> {
        const SCRIPT: &str = "import fnmatch, sys\n\
            lines = sys.stdin.buffer.read().decode().split('\\0')[:-1]\n\
            for p, t in zip(lines[::2], lines[1::2]):\n    \
                print(int(fnmatch.fnmatch(t, p)))\n";
        let mut child = Command::new("python3")
            .args(["-W", "ignore", "-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut stdin = child.stdin.take().unwrap();
        for (pattern, text) in pairs {
            write!(stdin, "{pattern}\0{text}\0").unwrap();
        }
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let lines = String::from_utf8(output.stdout).unwrap();
        Some(lines.lines().map(|line| line == "1").collect())
    }

    #[test]
    fn stars_match_slashes() {
        assert!(matches("*.tmp", "/a/b/c.tmp"));
        assert!(matches("/sub/*", "/sub/dir/file"));
        assert!(!matches("/sub", "/sub/file"));
        assert!(!matches("*.TMP", "/c.tmp"));
        assert!(matches("[!a]*[", "/x["));
    }

    #[test]
    fn it_is_what_python_says() {
        let alphabet = "[]!*?ab-c/\\^&|~é.]";
        let pattern = proptest::collection::vec(0..alphabet.chars().count(), 0..9);
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let pick = |list: Vec<usize>| -> String {
            list.into_iter()
                .filter_map(|at| alphabet.chars().nth(at))
                .collect()
        };
        let mut pairs = Vec::new();
        for _ in 0..30_000 {
            let tree = (pattern.clone(), pattern.clone());
            let (a, b) = tree.new_tree(&mut runner).unwrap().current();
            pairs.push((pick(a), pick(b)));
        }
        let Some(expected) = python(&pairs) else {
            return;
        };
        assert_eq!(expected.len(), pairs.len());
        let mut hits = 0;
        for ((pattern, text), expected) in pairs.iter().zip(expected) {
            assert_eq!(matches(pattern, text), expected, "{pattern:?} {text:?}");
            hits += usize::from(expected);
        }
        assert!(hits > 500, "{hits}");
    }
}
