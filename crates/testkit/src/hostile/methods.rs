//! Data of zip archives that is compressed in other ways than by deflate.

use std::io::Write as _;

use super::zip::Zip;
use super::{Case, Outcome};

/// Numbers of methods with names for people.
const NAMES: [(u16, &str); 6] = [
    (0, "zip: stored"),
    (12, "zip: bzip2"),
    (14, "zip: LZMA"),
    (20, "zip: zstd under its earlier number"),
    (93, "zip: zstd"),
    (95, "zip: xz"),
];
/// LZMA data ends with a mark.
const END_MARK: u16 = 2;

/// Numbers of methods with what each makes of the content.
#[must_use]
pub fn compressed(content: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let data = |method| match method {
        12 => {
            let level = bzip2::Compression::fast();
            let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), level);
            bzip2.write_all(content).unwrap();
            bzip2.finish().unwrap()
        }
        14 => lzma(content, DICTIONARY),
        20 | 93 => zstd::encode_all(content, 3).unwrap(),
        95 => {
            let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 0);
            xz.write_all(content).unwrap();
            xz.finish().unwrap()
        }
        _ => content.to_vec(),
    };
    NAMES.map(|(method, _)| (method, data(method))).into()
}

/// Bytes of the dictionary that LZMA data really needs.
const DICTIONARY: u32 = 1 << 20;

/// LZMA data with an end mark and the header that it has in zip archives, which asks for a dictionary of
/// so many bytes.
#[must_use]
pub fn lzma(content: &[u8], dictionary: u32) -> Vec<u8> {
    let mut options = liblzma::stream::LzmaOptions::new_preset(0).unwrap();
    options.dict_size(DICTIONARY);
    let stream = liblzma::stream::Stream::new_lzma_encoder(&options).unwrap();
    let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
    encoder.write_all(content).unwrap();
    let alone = encoder.finish().unwrap();
    let mut data = vec![9, 20, 5, 0, alone[0]];
    data.extend_from_slice(&dictionary.to_le_bytes());
    data.extend_from_slice(&alone[13..]);
    data
}

/// An archive of one file for each method, but for those that store the content as it is.
#[must_use]
pub fn archives(name: &str, content: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let archive = |(method, data): (u16, Vec<u8>)| {
        let (_, title) = NAMES.into_iter().find(|(number, _)| *number == method)?;
        let zip = Zip::default().compressed(name, (method, &data), content, |claim| {
            claim.flags = if method == 14 { END_MARK } else { 0 };
        });
        Some((title, zip.finish()))
    };
    let of = compressed(content);
    of.into_iter().skip(1).filter_map(archive).collect()
}

/// The cases.
pub(super) fn all() -> Vec<Case> {
    let content = "content ".repeat(100);
    let case = |(name, bytes)| Case {
        name,
        bytes,
        outcome: Outcome::Taken,
    };
    let archives = archives("f", content.as_bytes());
    archives.into_iter().map(case).collect()
}
