//! Heads of requests, and bodies in chunks. The first byte says how the body arrives.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    bchan_http::fuzz::head(data);
    if let Some((piece, body)) = data.split_first() {
        bchan_http::fuzz::chunked(body, usize::from(*piece));
    }
});
