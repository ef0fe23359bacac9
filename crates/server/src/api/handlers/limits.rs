//! Limits that uploads ask for before their body is read.

use std::io;
use std::sync::Arc;

use bchan_api::Target;

use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Grant;
use bchan_engine::daily_quota::QuotaSlot;
use bchan_http::Request;
use bchan_storage::space::{SpaceGuard, Waiting};

/// Counts an upload against the daily limit of its target. Keys with the right `full` are not
/// counted.
pub(super) fn admit<'a>(
    app: &'a App,
    target: &Target,
    grant: &Grant,
) -> Result<Option<QuotaSlot<'a>>, ApiError> {
    if !grant.only_appends() {
        return Ok(None);
    }
    let engine = &app.engine;
    let key = grant.name.as_deref().unwrap_or_default();
    let seat = engine
        .quota
        .admit(&*engine.store, &engine.clock, target, key)?;
    Ok(Some(seat))
}

/// Ends writing to `room` as soon as the client of a request has gone.
pub(super) fn while_client_waits(room: SpaceGuard, request: &Request) -> SpaceGuard {
    room.for_client(Arc::new(Client(request.caller.clone())))
}

#[derive(Debug)]
struct Client(bchan_http::WaitingClient);

impl Waiting for Client {
    fn check(&self) -> io::Result<()> {
        self.0.check()
    }

    fn check_strictly(&self) -> io::Result<()> {
        self.0.check_strictly()
    }
}
