//! A server of its own for each test, and ways to talk to it.

mod described;
mod http;
mod identity;
#[cfg(feature = "import-mariadb")]
mod mariadb;
mod program;
#[cfg(feature = "import-mariadb")]
pub(crate) mod python;
mod server;

pub(crate) use self::http::{Answer, Form, Http};
pub(crate) use self::identity::Identity;
pub(crate) use self::program::{Output, Program};
pub(crate) use self::server::{TestServer, assert_no_leftovers_below};
