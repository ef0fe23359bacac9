//! Manifest files: what is read is written again as it was, and found again in an index.

#![no_main]

use bchan_archive::{ManifestIndex, MtreeLimits, MtreeReader, MtreeWriter};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = MtreeLimits {
        max_entries: 1000,
        max_bytes: 1 << 20,
    };
    let Ok(reader) = MtreeReader::with_limits(data, limits) else {
        return;
    };
    let header = reader.header().clone();
    let Ok(entries) = reader.collect::<Result<Vec<_>, _>>() else {
        return;
    };
    let mut writer = MtreeWriter::new(Vec::new(), &header).unwrap();
    for entry in &entries {
        writer.add(entry).unwrap();
    }
    let written = writer.finish().unwrap();
    let again = MtreeReader::with_limits(&*written, limits).unwrap();
    assert!(again.map(Result::unwrap).eq(entries.iter().cloned()));
    let temp = tempfile::tempfile().unwrap();
    if let Ok(index) = ManifestIndex::open(data, temp) {
        for entry in &entries {
            assert_eq!(index.entry(&entry.path).unwrap().as_ref(), Some(entry));
        }
    }
});
