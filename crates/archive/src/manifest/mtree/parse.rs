//! Reading the lines of an entry. They may be in any order and form that says the same: a reader
//! compares them with those that the entry is written as.

use std::cmp::Ordering;
use std::ffi::CString;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::escape::unescape;
use super::entry::{MtreeEntry, MtreeKind};
use super::extras::Seen;
use super::names::is_name;
use super::order::compare;

type Result<T> = std::result::Result<T, &'static str>;

/// The words of the first line.
#[derive(Default)]
struct Words<'a> {
    kind: &'a [u8],
    size: Option<u64>,
    mode: Option<u32>,
    uid: Option<u32>,
    gid: Option<u32>,
    user: Option<String>,
    group: Option<String>,
    mtime: Option<(i64, u32)>,
    digest: Option<[u8; 32]>,
    target: Option<Vec<u8>>,
}

/// The path in the first line of an entry.
pub(super) fn path(lines: &[u8]) -> Result<Vec<u8>> {
    let end = lines.iter().position(|byte| *byte == b' ');
    name(&lines[..end.unwrap_or(0)])
}

/// Reads all lines of an entry, each with its end. Returns what is wrong with them otherwise.
pub(super) fn entry(lines: &[u8]) -> Result<MtreeEntry> {
    let mut lines = lines.split(|byte| *byte == b'\n');
    let mut line = lines.next().unwrap_or_default().split(|byte| *byte == b' ');
    let path = name(line.next().unwrap_or_default())?;
    let mut words = Words::default();
    for word in line {
        words.take(word)?;
    }
    let mut entry = MtreeEntry {
        path,
        kind: MtreeKind::Directory,
        mode: words.mode.unwrap_or(0),
        mtime: words.mtime,
        owner: words.uid.zip(words.gid),
        names: (words.user.take(), words.group.take()),
        attributes: Vec::new(),
        hard_link_of: None,
        problem: None,
        seen: None,
        blocks: None,
    };
    let mut device = None;
    for line in lines {
        match line.split_at_checked(4) {
            Some((b"#:d ", numbers)) => {
                let mut numbers = numbers.split(|byte| *byte == b',').map(number);
                device = numbers.next().flatten().zip(numbers.next().flatten());
            }
            Some((mark, value)) => entry.take(mark, value)?,
            None if line.is_empty() => {}
            None => return Err("it is not known"),
        }
    }
    entry.kind = words.kind(device)?;
    Ok(entry)
}

impl Words<'_> {
    fn kind(self, device: Option<(u32, u32)>) -> Result<MtreeKind> {
        let missing = "it lacks what entries of its type have";
        Ok(match self.kind {
            b"file" => MtreeKind::File {
                size: self.size.ok_or(missing)?,
                digest: self.digest.ok_or(missing)?,
            },
            b"dir" => MtreeKind::Directory,
            b"link" => MtreeKind::Link {
                target: self.target.ok_or(missing)?,
            },
            b"fifo" => MtreeKind::Fifo,
            b"block" => device.map(|(a, b)| MtreeKind::Block(a, b)).ok_or(missing)?,
            b"char" => device
                .map(|(a, b)| MtreeKind::Character(a, b))
                .ok_or(missing)?,
            _ => return Err("its type is not known"),
        })
    }
}

impl<'a> Words<'a> {
    fn take(&mut self, word: &'a [u8]) -> Result<()> {
        let at = word.iter().position(|byte| *byte == b'=');
        let (key, value) = word.split_at(at.map_or(0, |at| at + 1));
        match key {
            b"type=" => self.kind = value,
            b"size=" => self.size = number(value),
            b"mode=" => self.mode = text(value).and_then(|text| u32::from_str_radix(text, 8).ok()),
            b"uid=" => self.uid = number(value),
            b"gid=" => self.gid = number(value),
            b"uname=" => self.user = plain(value),
            b"gname=" => self.group = plain(value),
            b"time=" => self.mtime = time(value),
            b"sha256digest=" => {
                let mut digest = [0; 32];
                let is_hex = hex::decode_to_slice(value, &mut digest).is_ok();
                self.digest = is_hex.then_some(digest);
            }
            b"link=" => self.target = unescape(value),
            _ => return Err("it has a keyword that is not known"),
        }
        Ok(())
    }
}

impl MtreeEntry {
    fn take(&mut self, mark: &[u8], value: &[u8]) -> Result<()> {
        match mark {
            b"#:x " => {
                let invalid = "an attribute is not valid";
                let at = value.iter().position(|byte| *byte == b'=').ok_or(invalid)?;
                let name = unescape(&value[..at]).ok_or(invalid)?;
                let name = CString::new(name).map_err(|_| invalid)?;
                let value = hex::decode(&value[at + 1..]).map_err(|_| invalid)?;
                self.attributes.push((name, value));
            }
            b"#:l " => {
                let first = name(value)?;
                if compare(&first, &self.path) != Ordering::Less {
                    return Err("its first name does not come before");
                }
                self.hard_link_of = Some(first);
            }
            b"#:p " => self.problem = plain(value),
            b"#:s " => self.seen = seen(value),
            b"#:b " => self.blocks = STANDARD.decode(value).ok(),
            _ => return Err("it is not known"),
        }
        Ok(())
    }
}

fn name(word: &[u8]) -> Result<Vec<u8>> {
    let path = word.strip_prefix(b"./").and_then(unescape);
    path.filter(|path| is_name(path))
        .ok_or("its path is not valid")
}

fn text(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value).ok()
}

fn number<T: FromStr>(value: &[u8]) -> Option<T> {
    text(value)?.parse().ok()
}

fn plain(value: &[u8]) -> Option<String> {
    String::from_utf8(unescape(value)?).ok()
}

/// Reads seconds and nine digits of nanoseconds.
fn time(value: &[u8]) -> Option<(i64, u32)> {
    let (seconds, fraction) = text(value)?.split_once('.')?;
    (fraction.len() == 9).then_some((seconds.parse().ok()?, fraction.parse().ok()?))
}

fn seen(value: &[u8]) -> Option<Seen> {
    let mut words = value.split(|byte| *byte == b' ');
    Some(Seen {
        inode: number(words.next()?.strip_prefix(b"ino=")?)?,
        ctime: time(words.next()?.strip_prefix(b"ctime=")?)?,
        is_trusted: words.next()? == b"trusted=1",
    })
}
