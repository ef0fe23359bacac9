//! The metadata of an entry.

use rustix::fs::Stat;

use crate::attributes::Attributes;
use crate::manifest::Properties;
use crate::owners::Name;

pub(crate) struct Node {
    pub(super) stat: Stat,
    /// Names of user and group.
    pub(super) names: (Option<Name>, Option<Name>),
    pub(super) attributes: Attributes,
}

impl Node {
    /// Returns what the archive says of it.
    pub(super) fn properties(&self) -> Properties<'_> {
        let stat = &self.stat;
        Properties {
            mode: stat.st_mode,
            mtime: Some((
                stat.st_mtime,
                u32::try_from(stat.st_mtime_nsec).unwrap_or(0),
            )),
            owner: Some((stat.st_uid, stat.st_gid)),
            user: self.names.0.as_deref(),
            group: self.names.1.as_deref(),
            attributes: &self.attributes,
        }
    }
}
