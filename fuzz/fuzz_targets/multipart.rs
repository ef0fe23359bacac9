//! Forms, with the boundary `b`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| bchan_http::fuzz::multipart(data));
