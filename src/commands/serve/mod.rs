//! `bchan serve`

#[cfg(feature = "server")]
mod run;

#[cfg(not(feature = "server"))]
use crate::context::Context;
#[cfg(not(feature = "server"))]
use crate::error::{CommandError, Exit};
pub(crate) use crate::server_settings::GivenSettings as ServeArgs;

#[cfg(not(feature = "server"))]
impl ServeArgs {
    #[expect(clippy::unused_async, reason = "the same shape as with a server")]
    pub(crate) async fn run(self, _: &Context<'_>) -> Result<Exit, CommandError> {
        Err(super::without_server("`bchan serve`"))
    }
}
