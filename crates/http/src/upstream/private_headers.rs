//! Headers between the front and the upstream. No client can send them, because the front removes
//! every header that begins like them.

/// Prefix of all headers of the front.
const PREFIX: &str = "upstream-";

/// Number of a request that is the first of its connection.
pub(crate) const ID: &str = "upstream-id";

/// Number of a request whose connection may carry another one after it.
pub(crate) const LANE: &str = "upstream-lane";

/// Address of the client.
pub(crate) const PEER: &str = "upstream-peer";

/// In a request, that it is the server's own probe.
pub(crate) const PROBE: &str = "upstream-probe";

/// In a request, the length that the client declared; in a response, the one that the handler
/// promised. Absent where it is not known.
pub(crate) const LENGTH: &str = "upstream-length";

/// In a request, that there is a body; in a response, that a handler has made it.
pub(crate) const BODY: &str = "upstream-body";

/// In a response, how many milliseconds it has to wait.
pub(crate) const DELAY: &str = "upstream-delay";

/// Returns true if a header is private to the front and the upstream server. Names are in lower
/// case.
pub(crate) fn is_private(name: &str) -> bool {
    name.starts_with(PREFIX) || name == "connection" || name == "expect"
}
