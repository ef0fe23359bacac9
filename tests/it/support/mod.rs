//! A server of its own for each test, and ways to talk to it.

mod described;
mod documented;
mod http;
mod identity;
mod program;
mod server;

pub(crate) use self::documented::DocumentedServer;
pub(crate) use self::http::{Answer, Form, Http};
pub(crate) use self::identity::Identity;
pub(crate) use self::program::{Output, Program};
pub(crate) use self::server::{TestServer, assert_no_leftovers_below};
