//! Kind, mode and owner of a zip archive's entries, which depend on the system that an archive was
//! made on.

use rustix::fs::FileType;

use super::fields::{Fields, find};

/// The bits of a mode that say what it is the mode of.
const TYPE: u32 = 0o170_000;
/// Extra fields with numbers of the owner and the group: of any length, of 16 bits, and of 16 bits
/// after two times.
const OWNER: u16 = 0x7875;
const SHORT_OWNER: u16 = 0x7855;
const OLD_UNIX: [u16; 2] = [0x5855, 0x000d];

/// Returns true if an archive was made on MS-DOS, OS/2 or Windows. Of the numbers for Windows, the format
/// has one, and Info-ZIP another.
pub(super) fn is_dos(host: u8) -> bool {
    matches!(host, 0 | 6 | 10 | 11 | 14)
}

/// Kind and mode of an entry. `attributes` are those of the directory, of which Unix programs have the mode in
/// the upper half, and others the attributes of MS-DOS in the lower one.
pub(super) fn node(host: u8, attributes: u32, name: &[u8]) -> (FileType, u32) {
    const DIRECTORY: u32 = 0x10;
    let unix = unix_mode(host, attributes);
    let named = unix.map(|mode| FileType::from_raw_mode(mode & TYPE));
    let is_directory = match named {
        _ if name.ends_with(b"/") => true,
        Some(kind) => kind == FileType::Directory,
        None => is_dos(host) && attributes & DIRECTORY != 0,
    };
    if is_directory {
        let mode = match unix {
            Some(mode) if named == Some(FileType::Directory) => mode,
            // That of a file, so that nobody could look into it.
            Some(mode) => mode | 0o111,
            // Windows lets everybody write to a read-only folder.
            None => 0o755,
        };
        return (FileType::Directory, mode & 0o7777);
    }
    let Some(mode) = unix else {
        let mode = if is_read_only(host, attributes) {
            0o444
        } else {
            0o644
        };
        return (FileType::RegularFile, mode);
    };
    let kind = match mode & TYPE {
        // Python's `zipfile`, for one, leaves the kind out.
        0 => FileType::RegularFile,
        kind => FileType::from_raw_mode(kind),
    };
    (kind, mode & 0o7777)
}

fn is_read_only(host: u8, attributes: u32) -> bool {
    is_dos(host) && attributes & 1 != 0
}

/// The mode, if the program that made the entry has stored one.
fn unix_mode(host: u8, attributes: u32) -> Option<u32> {
    let mode = attributes >> 16;
    if !is_dos(host) {
        return Some(mode).filter(|mode| *mode != 0);
    }
    // Windows itself has more attributes here, such as those of files that are in a cloud.
    let owner = if is_read_only(host, attributes) {
        0o400
    } else {
        0o600
    };
    let is_mode = match mode & TYPE {
        0 => mode & 0o600 == owner,
        kind => matches!(
            FileType::from_raw_mode(kind),
            FileType::RegularFile | FileType::Directory | FileType::Symlink
        ),
    };
    is_mode.then_some(mode)
}

/// Numbers of the owner and the group, if the archive has them.
pub(super) fn owner(extras: [&[u8]; 2]) -> Option<(u32, u32)> {
    let old = |field: &[u8]| shorts(field.get(8..)?);
    find(extras, OWNER, any_length)
        .or_else(|| find(extras, SHORT_OWNER, shorts))
        .or_else(|| OLD_UNIX.iter().find_map(|kind| find(extras, *kind, old)))
}

fn shorts(field: &[u8]) -> Option<(u32, u32)> {
    let mut fields = Fields(field);
    Some((fields.short()?.into(), fields.short()?.into()))
}

/// Version, length of the owner's number, the number, and the same of the group.
fn any_length(field: &[u8]) -> Option<(u32, u32)> {
    fn number(field: &[u8]) -> Option<(u32, &[u8])> {
        let (length, rest) = field.split_first()?;
        let (bytes, rest) = rest.split_at_checked((*length).into())?;
        let more = bytes.get(4..).unwrap_or_default();
        if bytes.is_empty() || more.iter().any(|byte| *byte != 0) {
            return None;
        }
        let value = bytes.iter().take(4).rev();
        Some((
            value.fold(0, |value, byte| value << 8 | u32::from(*byte)),
            rest,
        ))
    }
    let (1, rest) = field
        .split_first()
        .map(|(version, rest)| (*version, rest))?
    else {
        return None;
    };
    let (uid, rest) = number(rest)?;
    let (gid, _) = number(rest)?;
    Some((uid, gid))
}
