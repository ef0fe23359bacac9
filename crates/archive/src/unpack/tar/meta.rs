//! Metadata of an entry, from its header and the records before it.

use std::ffi::CStr;
use std::io;

use rustix::io::Errno;
use tar::Header;

use super::acl::{self, Fault, List};
use super::extension::{self, Extensions};
use super::{Unpacker, number};
use crate::observer::Problem;
use crate::owners::{Name, Numbers};
use crate::unpack::place::{Meta, Placer, to_path};
use crate::unpack::{Result, StoreAttributes, corrupt};

/// Name of a list in a report.
const LIST: &str = "access control list";
/// The attributes that hold the lists of an entry, and of what is made in a directory.
const LISTS: [&CStr; 2] = [c"system.posix_acl_access", c"system.posix_acl_default"];
/// Most unknown keywords of an archive that are reported, and longest part of one.
const MOST_KEYWORDS: usize = 64;
const LONGEST_KEYWORD: usize = 200;

impl Unpacker<'_, '_, '_> {
    /// Metadata of an entry. `lists` is the number of its lists: links have none, and only directories
    /// have two.
    pub(super) fn meta(
        &mut self,
        path: &[u8],
        header: &Header,
        lists: usize,
        extensions: &mut Extensions,
    ) -> Result<Meta> {
        let mut meta = plain(header, extensions)?;
        if self.placer.keeps_attributes() {
            meta.attributes = extensions.take_attributes();
            for (name, text) in LISTS.into_iter().zip(&extensions.lists).take(lists) {
                if let Some(text) = text {
                    self.add_list(path, name, text, &mut meta);
                }
            }
            for what in extensions.lost.iter().filter(|_| lists > 0) {
                lost(&mut self.placer, path, what, Errno::NOTSUP.into());
            }
        }
        Ok(meta)
    }

    /// Adds a list that the archive has as text.
    fn add_list(&mut self, path: &[u8], name: &CStr, text: &[u8], meta: &mut Meta) {
        // Some programs store both, and these are the bytes that the system had.
        if meta.attributes.iter().any(|(known, _)| **known == *name) {
            return;
        }
        let keeps = matches!(self.placer.options.attributes, StoreAttributes::Keep { .. });
        let mut is_guessed = false;
        let mut resolve = |is_user: bool, name: &str, id: Option<u32>| {
            // As for owners: who restores, restores names; who keeps, keeps numbers.
            let look_up = |numbers: &mut Numbers| {
                let name = Name::from(name);
                if is_user {
                    numbers.user(&name)
                } else {
                    numbers.group(&name)
                }
            };
            if let (true, Some(id)) = (keeps, id) {
                return Some(id);
            }
            is_guessed |= keeps;
            look_up(&mut self.placer.numbers).or(id)
        };
        let list = acl::parse(text, &mut resolve);
        if is_guessed && list.is_ok() && !std::mem::replace(&mut self.said_names, true) {
            report(&mut self.placer, path, &Problem::ListOfNames);
        }
        match list {
            // The system makes a mode of it, too.
            Ok(Some(List {
                mode: Some(mode), ..
            })) if name == LISTS[0] => {
                meta.mode = (meta.mode & !0o777) | mode;
            }
            Ok(Some(List { value, .. })) => {
                meta.attributes.push((name.to_owned(), value));
                meta.attributes.sort();
            }
            Ok(None) => {}
            Err(fault) => {
                if let (
                    Fault::Unknown {
                        group: Some(group), ..
                    },
                    true,
                ) = (&fault, name == LISTS[0])
                {
                    // The group's bits of the mode are the most that anyone in the list may do.
                    meta.mode &= !0o070 | (group << 3);
                }
                let error = match fault {
                    Fault::Malformed => io::Error::other("it is malformed"),
                    Fault::Unknown { name, .. } => {
                        let name = name.escape_debug();
                        io::Error::other(format!("`{name}` is not known on this machine"))
                    }
                };
                lost(&mut self.placer, path, LIST, error);
            }
        }
    }

    /// Reports what the records of an entry, or of all, say in a way that is not understood.
    pub(super) fn report(&mut self, path: &[u8], extensions: &Extensions) {
        for keyword in &extensions.malformed {
            let problem = Problem::MalformedRecord { keyword };
            report(&mut self.placer, path, &problem);
        }
        for keyword in &extensions.unknown {
            if self.unknown.len() < MOST_KEYWORDS && self.unknown.insert(keyword.clone()) {
                let keyword = &keyword[..keyword.len().min(LONGEST_KEYWORD)];
                let keyword = keyword.escape_ascii().to_string();
                report(&mut self.placer, path, &Problem::UnknownRecord { keyword });
            }
        }
    }
}

/// Reports a problem, unless an archive is only looked at.
pub(super) fn report(placer: &mut Placer<'_>, path: &[u8], problem: &Problem) {
    if !placer.is_dry() {
        let path = if path.is_empty() { &b"."[..] } else { path };
        placer.observer.problem(to_path(path), problem);
    }
}

/// Reports that something of an entry is lost.
fn lost(placer: &mut Placer<'_>, path: &[u8], what: &'static str, source: io::Error) {
    placer.done.not_restored += 1;
    report(placer, path, &Problem::NotRestored { what, source });
}

/// Metadata without attributes.
fn plain(header: &Header, extensions: &Extensions) -> Result<Meta> {
    let old = header.as_old();
    // Programs for other systems store numbers that are none here.
    let id = |field| number::parse(field).and_then(|id| u32::try_from(id).ok());
    let uid = extensions.uid.or_else(|| id(&old.uid));
    let gid = extensions.gid.or_else(|| id(&old.gid));
    let mode = number::parse(&old.mode).ok_or_else(|| {
        let field = old.mode.escape_ascii();
        corrupt(format!("its mode is no number: {field}"))
    })?;
    let seconds = || number::parse_signed(&old.mtime).map(|seconds| (seconds, 0));
    Ok(Meta {
        mode: u32::try_from(mode & 0o177_777).unwrap_or(0),
        mtime: extensions.mtime.or_else(seconds),
        owner: uid.zip(gid),
        user: extensions
            .user
            .clone()
            .or_else(|| extension::owner_name(header.username_bytes()?)),
        group: extensions
            .group
            .clone()
            .or_else(|| extension::owner_name(header.groupname_bytes()?)),
        attributes: Vec::new(),
    })
}
