mod desk;
mod front;
pub(crate) mod message;
pub(crate) mod tiny_http;

pub(crate) use self::front::Front;
pub(crate) use self::message::{Body, Exchange, Handler, Headers, Request, Response};
pub(crate) use crate::guard::GuardConfig;
