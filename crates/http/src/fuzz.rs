//! Entry points for fuzzing the parsers of untrusted bytes. Each function panics when an invariant
//! is violated.

#![allow(clippy::missing_panics_doc, reason = "that is what they are for")]

mod readers;

use std::io::{self, Read};

use crate::multipart::Multipart;

/// Reads the head of a request. What is passed on must be one head, and nothing but it.
pub fn head(data: &[u8]) {
    let Some(passed) = readers::head(data) else {
        return;
    };
    let end = memchr::memmem::find(&passed, b"\r\n\r\n");
    assert_eq!(end, Some(passed.len() - 4), "there is one end, at the end");
    let mut slots = [httparse::EMPTY_HEADER; 256];
    let mut request = httparse::Request::new(&mut slots);
    let parsed = request.parse(&passed);
    assert!(
        matches!(parsed, Ok(httparse::Status::Complete(_))),
        "another reader agrees"
    );
    let count = |name: &str| {
        let same = |header: &&httparse::Header<'_>| header.name.eq_ignore_ascii_case(name);
        request.headers.iter().filter(same).count()
    };
    assert_eq!(count("content-length") + count("transfer-encoding"), 0);
    assert_eq!(
        (
            count("connection"),
            count("upstream-id"),
            count("upstream-peer")
        ),
        (1, 1, 1)
    );
    assert!(count("authorization") <= 1);
}

/// Reads a body in chunks, arriving in pieces of this many bytes. However it arrives, it must be
/// the same.
pub fn chunked(data: &[u8], piece: usize) {
    let whole = readers::chunked(data, data.len().max(1));
    let pieces = readers::chunked(data, piece.max(1));
    assert_eq!(whole, pieces);
}

/// Reads a form.
pub fn multipart(data: &[u8]) {
    let Ok(mut form) = Multipart::new(data, "multipart/form-data; boundary=b") else {
        return;
    };
    let mut content = 0;
    while let Ok(Some(mut part)) = form.next_part() {
        match io::copy(&mut part.by_ref(), &mut io::sink()) {
            Ok(count) => content += count,
            Err(_) => break,
        }
    }
    assert!(content <= data.len() as u64, "nothing comes from nowhere");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    /// Requests and forms to begin with.
    const SEEDS: [&[u8]; 6] = [
        b"GET /api/target?page=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n\r\n",
        b"POST /api/target/t/upload HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close, x\r\nX: y\r\n\r\n",
        b"5;a=\"b\"\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
        b"--b\r\nContent-Disposition: form-data; name=\"backup_file\"; filename=\"f\"\r\n\r\ncontent\r\n--b--\r\n",
        b"--b\r\nContent-Disposition: form-data; name=manual\r\n\r\n1\r\n--b\r\nX: y\r\n\r\n\r\n--b--",
    ];

    /// Bytes that are nearly something, or nothing at all.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let telling = prop::sample::select(b"\r\n\0 :;=,-+/0b\"\\\x7f\xff".to_vec());
        let change = (any::<prop::sample::Index>(), telling.clone(), 0..3);
        let changed = (
            prop::sample::select(SEEDS.to_vec()),
            prop::collection::vec(change, 0..8),
        );
        let changed = changed.prop_map(|(seed, changes)| {
            let mut bytes = seed.to_vec();
            for (at, byte, how) in changes {
                let at = at.index(bytes.len());
                match how {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    _ => drop(bytes.remove(at)),
                }
            }
            bytes
        });
        prop_oneof![
            4 => changed,
            1 => prop::collection::vec(any::<u8>(), 0..300),
            1 => prop::collection::vec(telling, 0..100),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn whatever_comes_is_read_in_one_way(bytes in bytes(), piece in 1_usize..20) {
            super::head(&bytes);
            super::chunked(&bytes, piece);
            super::multipart(&bytes);
        }
    }
}
