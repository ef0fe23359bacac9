//! Asking again for what a request may do.

use std::sync::Arc;

use bchan_api::Endpoint;

use super::denied::Denied;
use super::{Authenticator, Grant};
use bchan_http::Request;

/// The rights of a key when a request began. A body may take hours to arrive, and the key may be
/// revoked meanwhile.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    authenticator: Arc<Authenticator>,
    grant: Grant,
    endpoint: Endpoint,
}

impl Pass {
    pub(crate) fn new(
        authenticator: &Arc<Authenticator>,
        grant: &Grant,
        endpoint: Endpoint,
    ) -> Self {
        Self {
            authenticator: Arc::clone(authenticator),
            grant: grant.clone(),
            endpoint,
        }
    }

    /// Keeps this with a request, for [`recheck`].
    pub(crate) fn attach(self, request: &mut Request) {
        request.extension = Some(Box::new(self));
    }

    /// Fails if the key is not good for the same any more.
    pub(crate) fn check(&self) -> Result<(), Denied> {
        let now = self.authenticator.find(self.grant.key)?;
        now.check(self.endpoint)?;
        if now.key.is_some() && now != self.grant {
            let message = "the rights of the key have changed; nothing was stored";
            return Err(Denied::forbidden(message));
        }
        Ok(())
    }
}

/// Fails if the key of a request has been revoked or changed since the request began. To be called
/// before anything is stored or changed.
pub(crate) fn recheck(request: &Request) -> Result<(), Denied> {
    let extension = request.extension.as_ref();
    let pass = extension.and_then(|extension| extension.downcast_ref::<Pass>());
    pass.map_or(Ok(()), Pass::check)
}

#[cfg(test)]
mod tests {
    use super::super::{Rights, new_key, new_named_key, revoke_key};
    use super::*;
    use crate::config::Auth;

    #[test]
    fn a_key_that_was_revoked_passes_no_more() {
        let temp = tempfile::tempdir().unwrap();
        let data = temp.path();
        let authenticator = Arc::new(Authenticator::new(&Auth::KeyFile, data).unwrap());
        let status = |pass: &Pass| pass.check().map_err(|error| error.name());
        let nobody = Pass::new(&authenticator, &Grant::ALL, Endpoint::Upload);
        assert_eq!(status(&nobody), Ok(()));

        let main = new_key(data, false).unwrap();
        assert_eq!(status(&nobody), Err("no key"), "now there is a key");
        let pass = |key: &bchan_api::ApiKey| {
            let shown = format!("Bearer {}", key.expose());
            let grant = authenticator.check(Some(&shown)).unwrap();
            Pass::new(&authenticator, &grant, Endpoint::Upload)
        };
        let (main, agent) = (
            pass(&main),
            pass(&new_named_key(data, "agent", Rights::Append, &[]).unwrap()),
        );
        assert_eq!((status(&main), status(&agent)), (Ok(()), Ok(())));
        revoke_key(data, "agent").unwrap();
        assert_eq!((status(&main), status(&agent)), (Ok(()), Err("forbidden")));
        // Another key of the same name is another key.
        new_named_key(data, "agent", Rights::Append, &[]).unwrap();
        assert_eq!(status(&agent), Err("forbidden"));
        new_key(data, true).unwrap();
        assert_eq!(status(&main), Err("forbidden"));
    }
}
