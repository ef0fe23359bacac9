//! The parser against forms as real clients write them, and against a naive one.

use std::io::{self, Read};

use proptest::prelude::*;

use super::form::{BUFFER, LONGEST_HEAD, MOST_PARTS};
use super::{Multipart, MultipartError};

/// Gives at most so many bytes at a time, in turn, and fails at the end if told to.
struct Pieces<'a> {
    rest: &'a [u8],
    sizes: std::iter::Cycle<std::vec::IntoIter<usize>>,
    fails: bool,
}

impl<'a> Pieces<'a> {
    fn new(rest: &'a [u8], sizes: Vec<usize>) -> Self {
        let sizes = sizes.into_iter().cycle();
        Self {
            rest,
            sizes,
            fails: false,
        }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() && self.fails {
            return Err(io::Error::new(io::ErrorKind::ConnectionReset, "gone"));
        }
        let size = self
            .sizes
            .next()
            .unwrap()
            .min(self.rest.len())
            .min(out.len());
        out[..size].copy_from_slice(&self.rest[..size]);
        self.rest = &self.rest[size..];
        Ok(size)
    }
}

type Parts = Vec<(String, Option<String>, Vec<u8>)>;

fn parse(reader: impl Read, boundary: &str) -> Result<Parts, MultipartError> {
    let content_type = format!("multipart/form-data; boundary=\"{boundary}\"");
    let mut form = Multipart::new(reader, &content_type)?;
    let mut parts = Vec::new();
    while let Some(part) = form.next_part()? {
        let mut content = Vec::new();
        let mut piece = [0; 7777];
        loop {
            match part.form.read_content(&mut piece)? {
                0 => break,
                length => content.extend_from_slice(&piece[..length]),
            }
        }
        parts.push((part.name.clone(), part.file_name.clone(), content));
    }
    Ok(parts)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// The same over the whole body at once, without any state.
fn parse_naively(body: &[u8], boundary: &str) -> Option<Parts> {
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    let body = [b"\r\n", body].concat();
    let next = |from: usize| -> Option<usize> {
        let mut at = from;
        loop {
            at += find(&body[at..], &delimiter)?;
            match body.get(at + delimiter.len()..at + delimiter.len() + 2)? {
                b"\r\n" | b"--" | [b' ' | b'\t', _] => return Some(at),
                _ => at += 1,
            }
        }
    };
    let mut parts = Vec::new();
    let mut at = next(0)? + delimiter.len();
    while !body[at..].starts_with(b"--") {
        let start = at + find(&body[at..], b"\r\n\r\n")? + 4;
        let head = String::from_utf8(body[at..start].to_vec()).ok()?;
        let name = head.split("name=\"").nth(1)?.split('"').next()?.to_owned();
        let file = head
            .split("filename=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let end = next(start)?;
        parts.push((name, file.map(str::to_owned), body[start..end].to_vec()));
        at = end + delimiter.len();
    }
    Some(parts)
}

fn write(parts: &Parts, boundary: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file
            .as_ref()
            .map(|file| format!("; filename=\"{file}\""))
            .unwrap_or_default();
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{file}");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    body
}

fn simple(content: &[u8]) -> Vec<u8> {
    write(&vec![("f".into(), Some("x".into()), content.to_vec())], "B")
}

#[test]
fn curl_requests_reqwest_and_browsers() {
    let curl = "--------------------------d74496d66958873e\r\n\
        Content-Disposition: form-data; name=\"manual\"\r\n\r\n1\r\n\
        --------------------------d74496d66958873e\r\n\
        Content-Disposition: form-data; name=\"backup_file\"; filename=\"a.txt\"\r\n\
        Content-Type: text/plain\r\n\r\nhello\n\r\n\
        --------------------------d74496d66958873e--\r\n";
    let requests = "--0f21\r\nContent-Disposition: form-data; name=\"manual\"\r\n\r\n1\r\n\
        --0f21\r\nContent-Disposition: form-data; name=\"backup_file\"; filename=\"a.txt\"\r\n\r\n\
        hello\n\r\n--0f21--\r\n";
    let reqwest = "--00a1-b2\r\ncontent-disposition: form-data; name=\"manual\"\r\n\r\n1\r\n\
        --00a1-b2\r\ncontent-disposition: form-data; name=\"backup_file\"; \
        filename*=utf-8''a.txt\r\ncontent-type: application/octet-stream\r\n\r\nhello\n\r\n\
        --00a1-b2--\r\n";
    let browser = "------WebKitFormBoundaryA\r\nContent-Disposition: form-data; name=\"manual\"\r\n\
        \r\n1\r\n------WebKitFormBoundaryA\r\n\
        Content-Disposition: form-data; name=\"backup_file\"; filename=\"a.txt\"\r\n\
        Content-Type: text/plain\r\n\r\nhello\n\r\n------WebKitFormBoundaryA--\r\n";
    for (body, boundary) in [
        (curl, "------------------------d74496d66958873e"),
        (requests, "0f21"),
        (reqwest, "00a1-b2"),
        (browser, "----WebKitFormBoundaryA"),
    ] {
        let expected: Parts = vec![
            ("manual".into(), None, b"1".to_vec()),
            (
                "backup_file".into(),
                Some("a.txt".into()),
                b"hello\n".to_vec(),
            ),
        ];
        assert_eq!(
            parse(body.as_bytes(), boundary).unwrap(),
            expected,
            "{body}"
        );
    }
}

#[test]
fn every_cut_before_the_closing_delimiter_is_an_error() {
    let body = simple(b"some\r\n--content\r\n");
    let whole = body.len() - "\r\n".len();
    for cut in 0..whole {
        let error = parse(&body[..cut], "B").unwrap_err();
        assert!(matches!(error, MultipartError::Truncated), "{cut}: {error}");
    }
    assert_eq!(parse(&body[..whole], "B").unwrap().len(), 1);
}

#[test]
fn an_error_of_the_body_comes_through_even_behind_the_closing_delimiter() {
    let body = simple(b"content");
    for cut in [3, 60, body.len()] {
        let mut pieces = Pieces::new(&body[..cut], vec![11]);
        pieces.fails = true;
        let Err(MultipartError::Read { source }) = parse(pieces, "B") else {
            panic!("cut at {cut}");
        };
        assert_eq!(source.kind(), io::ErrorKind::ConnectionReset);
    }
}

#[test]
fn a_part_reads_as_an_error_where_it_is_cut() {
    let body = simple(&vec![7; 3 * BUFFER]);
    let mut form = Multipart::new(&body[..2 * BUFFER], "multipart/form-data; boundary=B").unwrap();
    let mut part = form.next_part().unwrap().unwrap();
    let error = io::copy(&mut part, &mut io::sink()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    let again = io::copy(&mut part, &mut io::sink()).unwrap_err();
    assert_eq!(again.kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn unread_parts_are_passed_over() {
    let parts: Parts = (0..5)
        .map(|n| (n.to_string(), None, vec![n; BUFFER]))
        .collect();
    let body = write(&parts, "B");
    let mut form = Multipart::new(&*body, "multipart/form-data; boundary=B").unwrap();
    let mut names = Vec::new();
    while let Some(mut part) = form.next_part().unwrap() {
        names.push(part.name.clone());
        part.read_exact(&mut [0; 100]).unwrap();
    }
    assert_eq!(names, ["0", "1", "2", "3", "4"]);
    assert!(form.next_part().unwrap().is_none());
}

#[test]
fn preamble_padding_and_epilogue_are_not_content() {
    let body = b"to be ignored\r\n--B \t\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\
        x\r\n--B--\r\nand this\r\n--B\r\n";
    assert_eq!(
        parse(&body[..], "B").unwrap(),
        [("a".into(), None, b"x".to_vec())]
    );
}

#[test]
fn oversized_heads_and_parts_are_refused() {
    let long = "x".repeat(LONGEST_HEAD);
    let head = format!("--B\r\nContent-Disposition: form-data; name=\"a\"\r\nX: {long}");
    let many = write(&vec![("a".into(), None, vec![]); MOST_PARTS + 1], "B");
    let mut epilogue = simple(b"");
    epilogue.resize(1 << 20, b'x');
    for body in [head.as_bytes(), &many, &epilogue] {
        let error = parse(body, "B").unwrap_err();
        assert!(matches!(error, MultipartError::TooLarge { .. }), "{error}");
    }
    let error = parse(io::repeat(b'x'), "B").unwrap_err();
    assert!(matches!(error, MultipartError::Malformed(_)), "{error}");
}

#[test]
fn a_field_has_a_longest_value() {
    let body = simple(b"12345");
    let text = |max| {
        let mut form = Multipart::new(&*body, "multipart/form-data; boundary=B").unwrap();
        form.next_part().unwrap().unwrap().text(max)
    };
    assert_eq!(text(5).unwrap(), "12345");
    assert!(matches!(text(4), Err(MultipartError::TooLarge { .. })));
}

#[test]
fn malformed_heads_are_refused() {
    for head in [
        "",
        "Content-Type: text/plain",
        "Content-Disposition form-data",
        "Content-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"",
        "Content-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64",
    ] {
        let body = format!("--B\r\n{head}\r\n\r\nx\r\n--B--\r\n");
        let error = parse(body.as_bytes(), "B").unwrap_err();
        assert!(
            matches!(error, MultipartError::Malformed(_)),
            "{head}: {error}"
        );
    }
    let merged = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n--B\r\n\
        Content-Disposition: form-data; name=\"b\"\r\n\r\nx\r\n--B--\r\n";
    let error = parse(merged.as_bytes(), "B").unwrap_err();
    assert!(matches!(error, MultipartError::Malformed(_)), "{error}");
}

/// Content made of the pieces that delimiters are made of.
fn tricky() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\r\n--B".to_vec()),
        Just(b"\r\n--".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"--B--".to_vec()),
        Just(b"\r\n--Bx".to_vec()),
        Just(b"\r\n--B-x".to_vec()),
        Just(b"B".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..20),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn agrees_with_the_naive_parser_however_reads_are_split(
        contents in proptest::collection::vec(tricky(), 0..4),
        sizes in proptest::collection::vec(1_usize..40, 1..5),
    ) {
        let parts = contents.into_iter().map(|content| ("f".to_owned(), None, content)).collect();
        let body = write(&parts, "B");
        let expected = parse_naively(&body, "B");
        let found = parse(Pieces::new(&body, sizes), "B");
        match (found, expected) {
            (Ok(found), Some(expected)) => prop_assert_eq!(found, expected),
            // Content that is itself a delimiter breaks the form, in words that differ.
            (Err(_), None) | (Err(MultipartError::Malformed(_)), Some(_)) => {}
            (found, expected) => prop_assert!(false, "{:?} {:?}", found, expected),
        }
    }

    #[test]
    fn gives_back_what_was_written_across_the_buffer(
        length in BUFFER - 200..BUFFER + 200,
        sizes in proptest::collection::vec(1_usize..BUFFER, 1..4),
    ) {
        let near = b"\r\n--A\r\n--".iter().cycle().copied();
        let content: Vec<u8> = near.take(length).collect();
        let parts: Parts = vec![("f".into(), Some("x".into()), content), ("g".into(), None, vec![])];
        let found = parse(Pieces::new(&write(&parts, "B"), sizes), "B").unwrap();
        prop_assert_eq!(found, parts);
    }
}
