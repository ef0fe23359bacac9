//! Access control lists: from the text that archives have to the bytes that Linux takes.

use std::str;

/// Version of the format of Linux.
const VERSION: u32 = 2;
/// Tags of entries there.
const USER_OBJ: u16 = 0x01;
const USER: u16 = 0x02;
const GROUP_OBJ: u16 = 0x04;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;
const OTHER: u16 = 0x20;
/// The number of an entry that is of no particular user or group.
const NO_ID: u32 = u32::MAX;
/// Most entries of a list: those that fit into the 64 KiB that Linux allows an attribute.
const MOST: usize = 8191;

/// A list that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct List {
    /// The value of the attribute.
    pub(super) value: Vec<u8>,
    /// The mode that says the same, if one does.
    pub(super) mode: Option<u32>,
}

/// A text that is no list here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Malformed,
    /// It names a user or a group without a number that is not known here.
    Unknown {
        name: String,
        /// Permissions of the owning group, as the last digit of a mode.
        group: Option<u32>,
    },
}

/// Finds the number of a user (`true`) or a group by name, and the number that the text has.
pub(super) type Resolve<'a> = dyn FnMut(bool, &str, Option<u32>) -> Option<u32> + 'a;

/// One line of a list.
struct Line<'a> {
    tag: u16,
    name: &'a str,
    id: Option<u32>,
    permissions: u16,
}

/// Reads the text of a list: entries such as `user::rw-` or `group:name:r--:1000`, separated by commas
/// or lines. `None` if there are none.
pub(super) fn parse(text: &[u8], resolve: &mut Resolve<'_>) -> Result<Option<List>, Fault> {
    let text = str::from_utf8(text).map_err(|_| Fault::Malformed)?;
    let lines = text
        .split([',', '\n'])
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty())
        .map(|line| parse_line(line).ok_or(Fault::Malformed))
        .collect::<Result<Vec<_>, _>>()?;
    if lines.is_empty() {
        return Ok(None);
    }
    if lines.len() > MOST {
        return Err(Fault::Malformed);
    }
    let mut entries = Vec::with_capacity(lines.len());
    for line in &lines {
        let id = match line.tag {
            USER | GROUP => find(line, resolve).ok_or_else(|| Fault::Unknown {
                name: line.name.to_owned(),
                group: permissions_of(&lines, GROUP_OBJ),
            })?,
            _ => NO_ID,
        };
        entries.push((line.tag, id, line.permissions));
    }
    entries.sort_unstable();
    if !is_valid(&entries) {
        return Err(Fault::Malformed);
    }
    let is_plain = entries.len() == 3;
    let mode = entries
        .iter()
        .fold(0, |mode, entry| (mode << 3) | u32::from(entry.2));
    let mut value = VERSION.to_le_bytes().to_vec();
    for (tag, id, permissions) in entries {
        value.extend_from_slice(&tag.to_le_bytes());
        value.extend_from_slice(&permissions.to_le_bytes());
        value.extend_from_slice(&id.to_le_bytes());
    }
    Ok(Some(List {
        value,
        mode: is_plain.then_some(mode),
    }))
}

fn find(line: &Line<'_>, resolve: &mut Resolve<'_>) -> Option<u32> {
    // Users without a name are written as numbers.
    let number = line.name.parse().ok().filter(|id| *id != NO_ID);
    number.or_else(|| resolve(line.tag == USER, line.name, line.id))
}

fn permissions_of(lines: &[Line<'_>], tag: u16) -> Option<u32> {
    let line = lines.iter().find(|line| line.tag == tag)?;
    Some(line.permissions.into())
}

/// Returns true if the system takes these entries, which are in order: the three of the mode once each,
/// no user or group twice, and a mask if there are any.
fn is_valid(entries: &[(u16, u32, u16)]) -> bool {
    let count = |tag| entries.iter().filter(|entry| entry.0 == tag).count();
    let is_named = count(USER) + count(GROUP) > 0;
    let is_repeated = |pair: &[(u16, u32, u16)]| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1);
    [USER_OBJ, GROUP_OBJ, OTHER]
        .iter()
        .all(|tag| count(*tag) == 1)
        && (count(MASK) == 1 || !is_named)
        && !entries.windows(2).any(is_repeated)
}

fn parse_line(line: &str) -> Option<Line<'_>> {
    let line = line.strip_prefix("default:").unwrap_or(line);
    let mut fields = line.split(':').map(str::trim);
    let tag = fields.next()?;
    let mut name = fields.next()?;
    let permissions = match fields.next() {
        Some(permissions) => permissions,
        // Short for the two that never have a name.
        None if matches!(tag, "mask" | "m" | "other" | "o") => std::mem::take(&mut name),
        None => return None,
    };
    let tag = match (tag, name.is_empty()) {
        ("user" | "u", true) => USER_OBJ,
        ("user" | "u", false) => USER,
        ("group" | "g", true) => GROUP_OBJ,
        ("group" | "g", false) => GROUP,
        ("mask" | "m", true) => MASK,
        ("other" | "o", true) => OTHER,
        _ => return None,
    };
    let id = match fields.next() {
        Some(text) => Some(text.parse().ok().filter(|id| *id != NO_ID)?),
        None => None,
    };
    let permissions = permissions.bytes().try_fold(0, |bits, byte| match byte {
        b'r' => Some(bits | 4),
        b'w' => Some(bits | 2),
        b'x' => Some(bits | 1),
        b'-' => Some(bits),
        _ => None,
    })?;
    fields.next().is_none().then_some(Line {
        tag,
        name,
        id,
        permissions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a text where the user `ann` has the number 7, and texts have the last word.
    fn read(text: &str) -> Result<Option<List>, Fault> {
        parse(text.as_bytes(), &mut |is_user, name, id| {
            id.or((is_user && name == "ann").then_some(7))
        })
    }

    fn value(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let mut value = vec![2, 0, 0, 0];
        for (tag, permissions, id) in entries {
            value.extend_from_slice(&tag.to_le_bytes());
            value.extend_from_slice(&permissions.to_le_bytes());
            value.extend_from_slice(&id.to_le_bytes());
        }
        value
    }

    #[test]
    fn entries_of_all_programs_are_read() {
        let expected = value(&[
            (1, 6, NO_ID),
            (2, 6, 7),
            (2, 4, 1234),
            (4, 0, NO_ID),
            (8, 1, 5),
            (16, 6, NO_ID),
            (32, 4, NO_ID),
        ]);
        for text in [
            // GNU tar, bsdtar, star.
            "user::rw-\nuser:ann:rw-\nuser:1234:r--\t#effective:r--\ngroup::---\ngroup:5:--x\nmask::rw-\nother::r--\n",
            "user::rw-,group::---,other::r--,user:x:rw-:7,user:1234:r--,group:y:--x:5,mask::rw-",
            "u::rw-,u:ann:rw-:7,u:1234:r--:1234,g::---,g:y:--x:5,m:rw-,o:r--",
        ] {
            let found = read(text).unwrap().unwrap();
            assert_eq!(
                (found.value, found.mode),
                (expected.clone(), None),
                "{text}"
            );
        }
    }

    #[test]
    fn a_list_that_says_no_more_than_a_mode_is_a_mode() {
        let text = "user::rw-\ngroup::r--\nother::---\n";
        let found = read(text).unwrap().unwrap();
        assert_eq!(found.mode, Some(0o640));
        assert_eq!(
            found.value,
            value(&[(1, 6, NO_ID), (4, 4, NO_ID), (32, 0, NO_ID)])
        );
        assert_eq!(read(""), Ok(None));
    }

    #[test]
    fn a_list_that_the_system_would_refuse_is_malformed() {
        for text in [
            "user::rw-,group::r--",
            "user::rw-,group::r--,other::r--,other::r--",
            "user::rw-,user:5:r--,group::r--,other::r--",
            "user::rw-,user:5:r--,user:5:rw-,group::r--,mask::r--,other::r--",
            "user::rw-,user:5:rq-,group::r--,mask::r--,other::r--",
            "user::rw-,user:a:r--:x,group::r--,mask::r--,other::r--",
            "user::rw-,nobody::r--,group::r--,other::r--",
            "user",
        ] {
            assert_eq!(read(text), Err(Fault::Malformed), "{text}");
        }
        let many: Vec<_> = (0..9000).map(|id| format!("user:{id}:r--")).collect();
        let text = format!(
            "user::r--,group::r--,mask::r--,other::r--,{}",
            many.join(",")
        );
        assert_eq!(read(&text), Err(Fault::Malformed));
    }

    #[test]
    fn a_name_that_is_not_known_is_named() {
        let unknown = Err(Fault::Unknown {
            name: "bob".into(),
            group: Some(1),
        });
        let text = "user::rw-,user:bob:r--,group::--x,mask::r--,other::r--";
        assert_eq!(read(text), unknown);
    }
}
