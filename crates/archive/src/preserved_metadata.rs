//! Owner, mode, type and attributes recorded as data instead of being applied.
//!
//! A foreign archive must not make devices, nor give files owners, set-id bits, or attributes with
//! a meaning for the system. All this is recorded in attributes of the namespace `user`, which have
//! no such meaning: they stay with the file when it is copied or moved, and are converted back when
//! the tree is packed again. Meanwhile a device or a pipe is an empty file.

use std::ffi::{CStr, CString};

use rustix::fs::{FileType, Stat};

use crate::attributes::Attributes;
use crate::owners::Name;

/// The attribute that says what an entry was.
pub(crate) const STAT: &CStr = c"user.bchan.stat";
/// Prefix of the attributes that record other attributes.
const PREFIX: &[u8] = b"user.bchan.xattr.";
/// Names in here are this module's own.
const OWN: &[u8] = b"user.bchan.";
/// Those that mean nothing to the system.
const HARMLESS: &[u8] = b"user.";
/// Longest name that Linux takes.
const LONGEST: usize = 255;

/// The recorded metadata of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PreservedMetadata {
    pub(crate) kind: FileType,
    pub(crate) mode: u32,
    pub(crate) owner: (u32, u32),
    pub(crate) names: (Option<Name>, Option<Name>),
    /// Major and minor number of a device.
    pub(crate) device: (u32, u32),
}

/// The name that an attribute is kept under; `None` if it is too long.
pub(crate) fn name_of(name: &CStr) -> Option<CString> {
    let bytes = name.to_bytes();
    if bytes.starts_with(HARMLESS) && !bytes.starts_with(OWN) {
        return Some(name.to_owned());
    }
    let kept = [PREFIX, bytes].concat();
    (kept.len() <= LONGEST).then(|| CString::new(kept).ok())?
}

/// The attributes as they were, and what the entry was.
pub(crate) fn restore(found: Attributes) -> (Attributes, Option<PreservedMetadata>) {
    let mut kept = None;
    let mut attributes = Vec::with_capacity(found.len());
    for (name, value) in found {
        let bytes = name.to_bytes();
        if let Some(original) = bytes.strip_prefix(PREFIX) {
            if let Ok(original) = CString::new(original) {
                attributes.push((original, value));
            }
        } else if *name == *STAT {
            kept = PreservedMetadata::decode(&value);
        } else if bytes.starts_with(HARMLESS) && !bytes.starts_with(OWN) {
            attributes.push((name, value));
        }
    }
    attributes.sort();
    (attributes, kept)
}

impl PreservedMetadata {
    /// A line for each: version, kind, mode, owner, names, numbers of the device.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let kind = match self.kind {
            FileType::Directory => 'd',
            FileType::Fifo => 'p',
            FileType::CharacterDevice => 'c',
            FileType::BlockDevice => 'b',
            _ => 'f',
        };
        let (uid, gid) = self.owner;
        let name = |name: &Option<Name>| name.as_deref().unwrap_or_default().replace('\n', "");
        let (user, group) = (name(&self.names.0), name(&self.names.1));
        let (major, minor) = self.device;
        let mode = self.mode & 0o7777;
        format!("1\n{kind}\n{mode:o}\n{uid}\n{gid}\n{user}\n{group}\n{major}\n{minor}").into_bytes()
    }

    fn decode(text: &[u8]) -> Option<Self> {
        let mut lines = std::str::from_utf8(text).ok()?.split('\n');
        if lines.next()? != "1" {
            return None;
        }
        let kind = match lines.next()? {
            "d" => FileType::Directory,
            "p" => FileType::Fifo,
            "c" => FileType::CharacterDevice,
            "b" => FileType::BlockDevice,
            _ => FileType::RegularFile,
        };
        let mode = u32::from_str_radix(lines.next()?, 8).ok()? & 0o7777;
        let owner = (lines.next()?.parse().ok()?, lines.next()?.parse().ok()?);
        let mut name = || Some(lines.next()?.into()).filter(|name: &Name| !name.is_empty());
        let names = (name(), name());
        let device = (lines.next()?.parse().ok()?, lines.next()?.parse().ok()?);
        Some(Self {
            kind,
            mode,
            owner,
            names,
            device,
        })
    }

    /// Makes `stat`, of what lies in the entry's place, the one that it had.
    pub(crate) fn apply(&self, stat: &mut Stat) {
        let found = FileType::from_raw_mode(stat.st_mode);
        let is_placeholder = found == FileType::RegularFile
            && stat.st_size == 0
            && matches!(
                self.kind,
                FileType::Fifo | FileType::CharacterDevice | FileType::BlockDevice
            );
        let kind = if is_placeholder { self.kind } else { found };
        stat.st_mode = kind.as_raw_mode() | self.mode;
        (stat.st_uid, stat.st_gid) = self.owner;
        if is_placeholder {
            stat.st_rdev = fs_device(self.device);
        }
    }
}

fn fs_device((major, minor): (u32, u32)) -> u64 {
    rustix::fs::makedev(major, minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_entry_was_comes_back() {
        let kept = PreservedMetadata {
            kind: FileType::BlockDevice,
            mode: 0o4755,
            owner: (1000, 4_000_000_000),
            names: (Some("me".into()), None),
            device: (8, 1),
        };
        assert_eq!(PreservedMetadata::decode(&kept.encode()), Some(kept));
        for text in [
            "",
            "1",
            "2\nf\n644\n0\n0\n\n\n0\n0",
            "1\nf\n8\n0\n0\n\n\n0\n0",
        ] {
            assert_eq!(PreservedMetadata::decode(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn only_what_means_nothing_is_set_under_its_own_name() {
        let kept = |name: &CStr| name_of(name).unwrap().into_string().unwrap();
        assert_eq!(kept(c"user.a"), "user.a");
        for name in [
            c"security.capability",
            c"trusted.x",
            c"system.posix_acl_access",
            c"user.bchan.stat",
            c"user.bchan.xattr.user.a",
            c"anything",
        ] {
            assert_eq!(
                kept(name),
                format!("user.bchan.xattr.{}", name.to_str().unwrap())
            );
            let (back, stat) = restore(vec![(name_of(name).unwrap(), vec![1])]);
            assert_eq!((back, stat), (vec![(name.to_owned(), vec![1])], None));
        }
        let long = CString::new(format!("trusted.{}", "x".repeat(240))).unwrap();
        assert_eq!(name_of(&long), None);
    }
}
