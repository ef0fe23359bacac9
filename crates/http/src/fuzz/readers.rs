//! The readers of the front, without sockets.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::runtime;

use crate::connection::buffer::Buffer;
use crate::request::body::{Body, Framing};
use crate::request::head;
use crate::request::step::Step;
use crate::upstream::inbox;

/// The head that is passed on for one that has come, if it is.
pub(crate) fn head(data: &[u8]) -> Option<Vec<u8>> {
    let end = head::find_end(data, 0).ok()??;
    let head = head::parse(&data[..end]).ok()?;
    let peer = inbox::Sender {
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, 1)),
        is_probe: false,
    };
    Some(inbox::request_head(&head, inbox::Place::Only(1), peer))
}

/// The content of a chunked body that arrives in pieces, whether it is complete, and the bytes
/// after it.
pub(crate) fn chunked(data: &[u8], piece: usize) -> (Vec<u8>, Option<Vec<u8>>) {
    // Reading from memory needs no more than this.
    let Ok(runtime) = runtime::Builder::new_current_thread().build() else {
        return (Vec::new(), None);
    };
    let mut body = Body::new(Framing::Chunked);
    let mut buffer = Buffer::new();
    let mut content = Vec::new();
    let mut rest = data;
    loop {
        match body.step(&mut buffer) {
            Step::Data(range) => content.extend_from_slice(buffer.slice(range)),
            Step::End => {
                let behind = [buffer.data(), rest].concat();
                return (content, Some(behind));
            }
            Step::Malformed => return (content, None),
            Step::Starved => {
                let (mut now, later) = rest.split_at(piece.min(rest.len()));
                rest = later;
                let capacity = buffer.data().len() + piece;
                let filled = runtime.block_on(buffer.fill(&mut now, capacity));
                if !matches!(filled, Ok(1..)) {
                    return (content, None);
                }
                // What did not fit comes next.
                rest = &data[data.len() - now.len() - rest.len()..];
            }
        }
    }
}
