//! How many workers each key may use for requests that take long.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Grant;
use super::fingerprint::Fingerprint;
use bchan_http::ClientNet;
use bchan_http::DEFAULT_WORKERS;

/// Most of a key with a name.
const NAMED: usize = DEFAULT_WORKERS / 4;

/// Most of the key without a name, which may be that of all clients, and of a peer where no key is
/// needed.
const MAIN: usize = DEFAULT_WORKERS / 2;

/// A key, or a peer without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Holder {
    Key(Fingerprint),
    ClientNet(ClientNet),
}

/// Counts long requests under way.
#[derive(Debug, Default)]
pub(crate) struct Shares {
    held: Mutex<HashMap<Holder, usize>>,
}

/// One long request under way; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Share {
    home: Arc<Shares>,
    holder: Holder,
}

impl Shares {
    /// Counts one more, unless the key, or the peer without one, has its share already.
    pub(crate) fn take(self: &Arc<Self>, grant: &Grant, peer: IpAddr) -> Option<Share> {
        let most = match grant.name {
            Some(_) => NAMED,
            None => MAIN,
        };
        let holder = match grant.key {
            Some(key) => Holder::Key(key),
            None => Holder::ClientNet(peer.into()),
        };
        let mut held = self.held();
        let count = held.entry(holder).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        drop(held);
        Some(Share {
            home: Arc::clone(self),
            holder,
        })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Holder, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.home.held();
        if let Some(count) = held.get_mut(&self.holder) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_holder_has_its_own_share() {
        let shares = Arc::new(Shares::default());
        let named = |key: u8| {
            let mut grant = Grant::main([key; 32]);
            grant.name = Some("agent".into());
            grant
        };
        let (one, other): (IpAddr, IpAddr) =
            ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for (grant, from, most) in [
            (named(1), one, NAMED),
            // The same key from elsewhere has no more.
            (named(1), other, 0),
            (named(2), one, NAMED),
            (Grant::main([3; 32]), one, MAIN),
            (Grant::ALL, one, MAIN),
            (Grant::ALL, other, MAIN),
        ] {
            let taken = std::iter::from_fn(|| shares.take(&grant, from));
            assert_eq!(taken.map(std::mem::forget).count(), most, "{grant:?}");
        }
    }

    #[test]
    fn what_has_ended_is_forgotten() {
        let shares = Arc::new(Shares::default());
        let peer = "192.0.2.1".parse().unwrap();
        for _ in 0..3 {
            let taken: Vec<_> = std::iter::from_fn(|| shares.take(&Grant::ALL, peer)).collect();
            assert_eq!(taken.len(), MAIN);
        }
        assert!(shares.held().is_empty());
    }
}
