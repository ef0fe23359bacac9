use std::io;

use super::super::super::Properties;
use super::super::bounds::{LONGEST_LINE, LONGEST_PATH};
use super::super::*;
use super::{PLAIN, file, header, index, sample, with_texts};

/// Text without end.
struct Endless(&'static [u8], usize);

impl io::Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        for byte in &mut *out {
            *byte = self.0[self.1 % self.0.len()];
            self.1 += 1;
        }
        Ok(out.len())
    }
}

#[test]
fn nothing_without_bounds_is_held() {
    let text = sample();
    let front = &text[..text.find("./a").unwrap()];
    let read_on = |beginning: &str, endless: &'static str| {
        let text = io::Cursor::new(format!("{front}{beginning}"));
        let text = io::Read::chain(text, Endless(endless.as_bytes(), 0));
        let reader = MtreeReader::new(io::BufReader::new(text)).unwrap();
        reader.last().unwrap().unwrap_err()
    };
    assert!(matches!(read_on("./", "a"), MtreeError::Line(4)));
    let lines = read_on("./a type=fifo mode=0644\n", "#:q 00000000000000000000000\n");
    assert!(matches!(lines, MtreeError::Entry(4)));
    let limits = |max_entries, max_bytes| {
        let limits = MtreeLimits {
            max_entries,
            max_bytes,
        };
        let reader = MtreeReader::with_limits(text.as_bytes(), limits)?;
        reader.collect::<Result<Vec<_>, _>>()
    };
    assert!(matches!(limits(3, u64::MAX), Err(MtreeError::Entries(3))));
    assert!(limits(4, text.len() as u64).is_ok());
    let most = text.len() as u64 - 1;
    assert!(matches!(limits(4, most), Err(MtreeError::Bytes(found)) if found == most));
}

#[test]
fn what_is_too_long_to_be_read_is_not_written() {
    let is_written = |path: usize, value: usize, blocks: usize| {
        let mut manifest = with_texts();
        let attributes = [(c"user.a".into(), vec![1; value])];
        let properties = Properties {
            attributes: &attributes,
            ..PLAIN
        };
        let blocks = vec![1; blocks];
        let extras = Extras {
            blocks: Some(&blocks),
            ..Extras::default()
        };
        manifest.record_with(&vec![b'\n'; path], file(1, 1), &properties, &extras);
        let mut out = Vec::new();
        let is_written = manifest.write_mtree(&header(), &mut out).unwrap();
        if is_written {
            index(&out).unwrap();
        } else {
            assert!(out.is_empty());
        }
        is_written
    };
    assert!(is_written(LONGEST_PATH, 512 << 10, 2 << 20));
    assert!(!is_written(LONGEST_PATH + 1, 0, 0));
    assert!(!is_written(1, LONGEST_LINE / 2, 0));
    assert!(!is_written(1, 0, LONGEST_LINE));
}
