//! The text of an entry, in the words of `mtree(5)`: see [`super::receipt`].

use std::ffi::CString;
use std::io::Write as _;

use super::escape::{escape, push_hex};

/// Properties of an entry beside its path and its kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Properties<'a> {
    pub(crate) mode: u32,
    /// Seconds and nanoseconds since the epoch.
    pub(crate) mtime: Option<(i64, u32)>,
    pub(crate) owner: Option<(u32, u32)>,
    pub(crate) user: Option<&'a str>,
    pub(crate) group: Option<&'a str>,
    /// In any order; of two with the same name, the later one counts.
    pub(crate) attributes: &'a [(CString, Vec<u8>)],
}

/// Kind of an entry, with what only that kind has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind<'a> {
    File {
        size: u64,
        digest: [u8; 32],
    },
    Directory,
    /// A symbolic link, with its target.
    Link(&'a [u8]),
    Fifo,
    /// A device that is read and written in blocks, with its major and minor number.
    Block((u32, u32)),
    /// Any other device.
    Character((u32, u32)),
}

/// The text of an entry.
pub(super) fn text(kind: Kind<'_>, properties: &Properties<'_>) -> Vec<u8> {
    let mut text = Vec::with_capacity(256);
    write(&mut text, kind, properties);
    text
}

/// Adds the text of an entry.
pub(super) fn write(out: &mut Vec<u8>, kind: Kind<'_>, properties: &Properties<'_>) {
    // Writing into memory does not fail.
    let _ = try_write(out, kind, properties);
}

fn try_write(
    out: &mut Vec<u8>,
    kind: Kind<'_>,
    properties: &Properties<'_>,
) -> std::io::Result<()> {
    let name = match kind {
        Kind::File { .. } => "file",
        Kind::Directory => "dir",
        Kind::Link(_) => "link",
        Kind::Fifo => "fifo",
        Kind::Block(_) => "block",
        Kind::Character(_) => "char",
    };
    write!(out, "type={name}")?;
    if let Kind::File { size, .. } = kind {
        write!(out, " size={size}")?;
    }
    if !matches!(kind, Kind::Link(_)) {
        write!(out, " mode={:04o}", properties.mode & 0o7777)?;
        if let Some((uid, gid)) = properties.owner {
            write!(out, " uid={uid} gid={gid}")?;
        }
        for (word, name) in [("uname", properties.user), ("gname", properties.group)] {
            if let Some(name) = name {
                write!(out, " {word}=")?;
                escape(out, name.as_bytes());
            }
        }
    }
    if let Some((seconds, nanoseconds)) = properties.mtime {
        write!(out, " time={seconds}.{nanoseconds:09}")?;
    }
    match kind {
        Kind::File { digest, .. } => {
            out.extend_from_slice(b" sha256digest=");
            push_hex(out, &digest);
        }
        Kind::Link(target) => {
            out.extend_from_slice(b" link=");
            escape(out, target);
        }
        _ => {}
    }
    out.push(b'\n');
    let mut attributes: Vec<_> = properties.attributes.iter().collect();
    // Stable, so that of several with one name the last stays the last.
    attributes.sort_by(|a, b| a.0.cmp(&b.0));
    for (at, (name, value)) in attributes.iter().enumerate() {
        let is_overridden = attributes.get(at + 1).is_some_and(|next| next.0 == *name);
        if !is_overridden {
            out.extend_from_slice(b"#:x ");
            escape(out, name.to_bytes());
            out.push(b'=');
            push_hex(out, value);
            out.push(b'\n');
        }
    }
    if let Kind::Block((major, minor)) | Kind::Character((major, minor)) = kind {
        writeln!(out, "#:d {major},{minor}")?;
    }
    Ok(())
}
