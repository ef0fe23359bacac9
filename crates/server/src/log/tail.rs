//! Reading the end of the log.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// Most that is read, in bytes.
const MOST: u64 = 4 * 1024 * 1024;

/// The last lines of a log, as many as fit; nothing if there is no log.
pub(crate) fn tail(path: &Path, lines: Option<u64>) -> io::Result<String> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    let start = file.metadata()?.len().saturating_sub(MOST);
    // With the byte before, which tells whether a line begins here.
    let before = start.min(1);
    file.seek(SeekFrom::Start(start - before))?;
    let mut bytes = Vec::new();
    file.take(MOST + before).read_to_end(&mut bytes)?;
    let mut rest = &bytes[..];
    if before > 0 {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        rest = &rest[end..];
    }
    if let Some(lines) = lines {
        rest = last(rest, lines);
    }
    Ok(String::from_utf8_lossy(rest).into_owned())
}

fn last(text: &[u8], lines: u64) -> &[u8] {
    let Some(wanted) = usize::try_from(lines).ok().and_then(|n| n.checked_sub(1)) else {
        return text;
    };
    let body = text.strip_suffix(b"\n").unwrap_or(text);
    let start = memchr::memrchr_iter(b'\n', body).nth(wanted);
    &text[start.map_or(0, |end| end + 1)..]
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn gives_the_last_lines() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("log");
        assert_eq!(tail(&path, None).unwrap(), "");
        fs::write(&path, "").unwrap();
        assert_eq!(tail(&path, Some(3)).unwrap(), "");
        for text in ["a\nb\n\nc\n", "a\nb\n\nc"] {
            fs::write(&path, text).unwrap();
            let end = &text[5..];
            assert_eq!(tail(&path, None).unwrap(), text);
            assert_eq!(tail(&path, Some(1)).unwrap(), end);
            assert_eq!(tail(&path, Some(3)).unwrap(), format!("b\n\n{end}"));
            for lines in [4, 5, u64::MAX] {
                assert_eq!(tail(&path, Some(lines)).unwrap(), text, "{lines}");
            }
        }
    }

    #[test]
    fn gives_no_more_than_it_may_and_only_whole_lines() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("log");
        let most = usize::try_from(MOST).unwrap();
        let line = format!("{}\n", "\u{e4}".repeat(500));
        let text = line.repeat(most / line.len() + 2);
        fs::write(&path, &text).unwrap();
        let found = tail(&path, None).unwrap();
        assert_eq!(found.len(), most / line.len() * line.len());
        assert!(found == text[text.len() - found.len()..]);
        for spare in [0, 1] {
            fs::write(&path, "\n".repeat(most + spare)).unwrap();
            assert_eq!(tail(&path, None).unwrap().len(), most);
        }
        // A line that begins just where the bound is stays.
        let text = format!("x\n{}\n{}", "y".repeat(most - 3), "z\n");
        assert_eq!(text.len(), most + 2);
        fs::write(&path, &text).unwrap();
        assert!(tail(&path, None).unwrap() == text[2..]);
        fs::write(&path, format!("x{text}")).unwrap();
        assert!(tail(&path, None).unwrap() == text[2..]);
        // Of one long line, there is no whole one.
        fs::write(&path, "x".repeat(most + 10)).unwrap();
        assert_eq!(tail(&path, None).unwrap(), "");
    }
}
