//! Reading the metadata of an entry.

use std::os::fd::BorrowedFd;

use rustix::fs::{FileType, Stat};
use rustix::io::Errno;

use super::metadata::Node;
use super::options::KeepAttributes;
use super::packer::Packer;
use crate::attributes::{self, Attributes};
use crate::observer::Problem;
use crate::preserved_metadata;
use crate::tour::{At, Place, SourceVisitor as _};
use crate::walk::file_type;

impl Packer<'_> {
    /// Everything about an open file or directory.
    pub(super) fn open_node(&mut self, place: Place<'_>, fd: BorrowedFd<'_>, stat: &Stat) -> Node {
        let force = self.options.force_readable && file_type(stat) == FileType::RegularFile;
        let found = match self.options.attributes {
            KeepAttributes::None => Ok(Vec::new()),
            _ => attributes::of_open(fd, force),
        };
        self.node(place, stat, found)
    }

    /// Everything about what cannot be opened.
    pub(super) fn closed_node(&mut self, place: Place<'_>, at: At<'_>, stat: &Stat) -> Node {
        let found = match (at, self.options.attributes) {
            (At::In(dir, name), KeepAttributes::All) => attributes::of_entry(dir, name),
            _ => Ok(Vec::new()),
        };
        self.node(place, stat, found)
    }

    pub(super) fn node(
        &mut self,
        place: Place<'_>,
        stat: &Stat,
        found: Result<Attributes, Errno>,
    ) -> Node {
        let found = found.unwrap_or_else(|error| {
            let source = error.into();
            self.problem(place.path, &Problem::AttributesLost { source });
            Vec::new()
        });
        let mut node = Node {
            stat: *stat,
            names: (None, None),
            attributes: found,
        };
        match self.options.attributes {
            KeepAttributes::Stored { own_owners } => {
                let (attributes, kept) =
                    preserved_metadata::restore(std::mem::take(&mut node.attributes));
                node.attributes = attributes;
                match kept {
                    Some(kept) => {
                        kept.apply(&mut node.stat);
                        if self.options.own_modes {
                            keep_changed_mode(&mut node.stat, stat);
                        }
                        node.names = kept.names;
                    }
                    // The owner on disk is the server, not the owner that was archived.
                    None if !own_owners => (node.stat.st_uid, node.stat.st_gid) = (0, 0),
                    None => {}
                }
            }
            KeepAttributes::User => {
                let is_user = |name: &std::ffi::CStr| name.to_bytes().starts_with(b"user.");
                node.attributes.retain(|(name, _)| is_user(name));
            }
            KeepAttributes::None | KeepAttributes::All => {}
        }
        let looks = matches!(
            self.options.attributes,
            KeepAttributes::None | KeepAttributes::All
        );
        if looks && self.options.owner_names {
            node.names.0 = self.names.user(stat.st_uid);
            node.names.1 = self.names.group(stat.st_gid);
        }
        if !node.attributes.is_empty() {
            self.summary.attributed += 1;
        }
        node
    }
}

/// Takes the mode on disk where it is another than the one that was kept, but for the bits that are
/// only ever kept.
fn keep_changed_mode(kept: &mut Stat, found: &Stat) {
    const PLAIN: u32 = 0o777;
    let (was, is) = (kept.st_mode & PLAIN, found.st_mode & PLAIN);
    // Reading by force adds these bits for a moment, here or in another thread.
    let opened = match file_type(found) {
        FileType::Directory => 0o500,
        _ => 0o400,
    };
    if is & was != was || is & !was & !opened != 0 {
        kept.st_mode = kept.st_mode & !PLAIN | is;
    }
}
