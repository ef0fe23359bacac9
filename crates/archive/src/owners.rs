//! Users and groups by name and number.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use nix::unistd::{Gid, Group, Uid, User};

/// A name as archives have it.
pub(crate) type Name = Arc<str>;

/// Looks names up, each once. What the system does not know has none.
#[derive(Debug, Default)]
pub(crate) struct Names {
    users: HashMap<u32, Option<Name>>,
    groups: HashMap<u32, Option<Name>>,
}

impl Names {
    pub(crate) fn user(&mut self, uid: u32) -> Option<Name> {
        let find = || User::from_uid(Uid::from_raw(uid)).ok().flatten();
        look_up(&mut self.users, uid, || find().map(|user| user.name.into()))
    }

    pub(crate) fn group(&mut self, gid: u32) -> Option<Name> {
        let find = || Group::from_gid(Gid::from_raw(gid)).ok().flatten();
        look_up(&mut self.groups, gid, || {
            find().map(|group| group.name.into())
        })
    }
}

/// Looks numbers up, each once.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    users: HashMap<Name, Option<u32>>,
    groups: HashMap<Name, Option<u32>>,
}

impl Numbers {
    pub(crate) fn user(&mut self, name: &Name) -> Option<u32> {
        look_up(&mut self.users, Name::clone(name), || {
            let user = User::from_name(name).ok().flatten()?;
            Some(user.uid.as_raw())
        })
    }

    pub(crate) fn group(&mut self, name: &Name) -> Option<u32> {
        look_up(&mut self.groups, Name::clone(name), || {
            let group = Group::from_name(name).ok().flatten()?;
            Some(group.gid.as_raw())
        })
    }
}

fn look_up<K: Eq + Hash, V: Clone>(
    known: &mut HashMap<K, V>,
    key: K,
    find: impl FnOnce() -> V,
) -> V {
    /// A stranger's archive may name any number of them.
    const MOST: usize = 10_000;
    if known.len() > MOST {
        known.clear();
    }
    known.entry(key).or_insert_with(find).clone()
}
