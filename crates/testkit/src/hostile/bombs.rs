//! Archives that are small and become large.

use std::io::Write;

use super::methods;
use super::tar::{Tar, kind, octal};
use super::zip::Zip;

/// Bytes that the compressed ones become: more than where ratios begin to count.
pub const SIZE: usize = 160 << 20;

/// One file of zeros in every compression, by name.
#[must_use]
pub fn compressed() -> Vec<(&'static str, Vec<u8>)> {
    let tar = Tar::default()
        .raw(kind::FILE, "bomb", "", &octal(SIZE as u64), &[], |_| ())
        .cut();
    // Content, end mark, and what rounds it up.
    let zeros = vec![0; SIZE + 10_240];
    let write = |writer: &mut dyn Write| {
        writer.write_all(&tar).unwrap();
        writer.write_all(&zeros).unwrap();
    };
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    write(&mut gzip);
    let mut zstd = zstd::Encoder::new(Vec::new(), 1).unwrap();
    write(&mut zstd);
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 0);
    write(&mut xz);
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    write(&mut bzip2);
    let zip = Zip::default().entry("bomb", 0o100_644, &zeros[..SIZE]);
    let mut bombs = vec![
        ("gzip", gzip.finish().unwrap()),
        ("zstd", zstd.finish().unwrap()),
        ("xz", xz.finish().unwrap()),
        ("bzip2", bzip2.finish().unwrap()),
        ("zip", zip.finish()),
    ];
    bombs.extend(methods::archives("bomb", &zeros[..SIZE]));
    bombs
}

/// A file of 4 EiB that is nothing but a hole, in both formats that are in use.
#[must_use]
pub fn holes() -> Vec<(&'static str, Vec<u8>)> {
    let records = "GNU.sparse.size=4611686018427387904\nGNU.sparse.numblocks=0\nGNU.sparse.map=";
    let pax = Tar::default()
        .pax(kind::PAX, records)
        .entry(kind::FILE, "bomb", "", b"")
        .finish();
    let old = Tar::default()
        .raw(kind::SPARSE, "bomb", "", &octal(0), &[], |header| {
            // One piece of nothing at the end, and the size, in binary.
            let size = (1_u64 << 62).to_be_bytes();
            for at in [386, 483] {
                header[at] = 0x80;
                header[at + 4..at + 12].copy_from_slice(&size);
            }
            header[398..410].copy_from_slice(&octal(0));
        })
        .finish();
    vec![("a hole in PAX", pax), ("a hole in old GNU", old)]
}

/// A file that is nothing but a hole of so many bytes.
#[must_use]
pub fn hole(size: u64) -> Vec<u8> {
    let records = format!("GNU.sparse.size={size}\nGNU.sparse.numblocks=0\nGNU.sparse.map=");
    Tar::default()
        .pax(kind::PAX, &records)
        .entry(kind::FILE, "hole", "", b"")
        .finish()
}

/// An archive, compressed, of so many directories with half a megabyte of attributes each, which differ
/// from one to the next. `prefix` is what their names begin with.
#[must_use]
pub fn attributes(directories: usize, prefix: &str) -> Vec<u8> {
    let mut zstd = zstd::Encoder::new(Vec::new(), 1).unwrap();
    for number in 0..directories {
        let text = "x".repeat(60_000);
        let record = |of| format!("SCHILY.xattr.{prefix}.{of}={number}{text}\n");
        let records = (0..8).map(record).collect::<Vec<_>>().concat();
        let tar = Tar::default().pax(kind::PAX, &records);
        let tar = tar.directory(&format!("{number}")).cut();
        zstd.write_all(&tar).unwrap();
    }
    zstd.write_all(&[0; 1024]).unwrap();
    zstd.finish().unwrap()
}

/// An archive of files whose paths are as long and as deep as they may be, each below other
/// directories than the one before.
#[must_use]
pub fn deep(files: usize) -> Vec<u8> {
    let mut zstd = zstd::Encoder::new(Vec::new(), 1).unwrap();
    for number in 0..files {
        let path = format!("{number}/{}f", "x/".repeat(32_000));
        let tar = Tar::default().entry(kind::LONG_NAME, "long", "", path.as_bytes());
        zstd.write_all(&tar.file("short").cut()).unwrap();
    }
    zstd.write_all(&[0; 1024]).unwrap();
    zstd.finish().unwrap()
}

/// An archive of a million empty files, compressed.
#[must_use]
pub fn million() -> Vec<u8> {
    let one = Tar::default().entry(kind::FILE, "0000000", "", b"").cut();
    let mut zstd = zstd::Encoder::new(Vec::new(), 1).unwrap();
    for number in 0..1_000_000 {
        let name = format!("{number:07}");
        let mut block = one.clone();
        block[..7].copy_from_slice(name.as_bytes());
        block[148..156].copy_from_slice(b"        ");
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        zstd.write_all(&block).unwrap();
    }
    zstd.write_all(&[0; 1024]).unwrap();
    zstd.finish().unwrap()
}
