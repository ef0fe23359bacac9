//! Files that become what they are said to become.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::{Applier, BlockCutter, Blocks, DeltaError, DeltaLimits, Encoder};

const NO_LIMITS: DeltaLimits = DeltaLimits {
    max_bytes: u64::MAX >> 1,
    max_holes: u64::MAX >> 1,
};

/// Content without repetition.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn blocks(content: &[u8]) -> Blocks {
    let mut cutter = BlockCutter::new((content.len() as u64).max(1 << 20)).unwrap();
    for piece in content.chunks(77_777) {
        cutter.push(piece);
    }
    let blocks = cutter.finish();
    assert_eq!(blocks.size(), content.len() as u64);
    assert_eq!(
        Blocks::from_bytes(&blocks.to_bytes()).as_ref(),
        Some(&blocks)
    );
    blocks
}

/// Describes `after` by operations on `before`, and returns them with the bytes that are new.
fn encode(before: &[u8], after: &[u8]) -> (Vec<u8>, u64) {
    let mut operations = Vec::new();
    let mut encoder = Encoder::new(blocks(before));
    for piece in after.chunks(100_001) {
        encoder.push(piece, &mut operations);
    }
    let encoded = encoder.finish(&mut operations);
    assert_eq!(encoded.size, after.len() as u64);
    assert_eq!(encoded.digest, <[u8; 32]>::from(Sha256::digest(after)));
    (operations, encoded.literal)
}

fn file(content: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(content).unwrap();
    file
}

fn content(file: &File) -> Vec<u8> {
    let length = usize::try_from(file.metadata().unwrap().len()).unwrap();
    let mut content = vec![0; length];
    file.read_exact_at(&mut content, 0).unwrap();
    content
}

/// Applies operations in pieces; `is_clone` begins with the earlier content.
fn apply(
    before: &[u8],
    operations: &[u8],
    is_clone: bool,
    piece: usize,
    limits: DeltaLimits,
) -> Result<(Vec<u8>, [u8; 32]), DeltaError> {
    let base = file(before);
    let out = if is_clone { file(before) } else { file(b"") };
    let mut applier = Applier::new(&base, &out, is_clone, limits);
    for piece in operations.chunks(piece) {
        applier.push(piece, &mut ())?;
    }
    let (length, digest) = applier.finish()?;
    let content = content(&out);
    assert_eq!(content.len() as u64, length);
    Ok((content, digest))
}

fn check(before: &[u8], after: &[u8]) -> u64 {
    let (operations, literal) = encode(before, after);
    for (is_clone, piece) in [(false, 1 << 20), (true, 1 << 20), (true, 65_537)] {
        let (found, digest) = apply(before, &operations, is_clone, piece, NO_LIMITS).unwrap();
        assert!(found == after, "clone {is_clone}, pieces of {piece}");
        assert_eq!(digest, <[u8; 32]>::from(Sha256::digest(after)));
    }
    literal
}

#[test]
fn a_few_changes_cost_a_few_blocks() {
    let before = noise(32 << 20, 1);
    assert_eq!(check(&before, &before), 0);
    let mut after = before.clone();
    for (number, at) in [3 << 20, 9 << 20, 17 << 20, 30 << 20]
        .into_iter()
        .enumerate()
    {
        after[at..at + 4096].copy_from_slice(&noise(4096, 99 + number as u64));
    }
    let literal = check(&before, &after);
    assert!(literal <= 4 * 2 * (512 << 10), "{literal}");
    let inserted = [&noise(100, 7)[..], &before].concat();
    let literal = check(&before, &inserted);
    assert!(literal <= 2 * (512 << 10), "{literal}");
    let moved = [&before[16 << 20..], &before[..16 << 20]].concat();
    let literal = check(&before, &moved);
    assert!(literal <= 4 * (512 << 10), "{literal}");
    check(&before, &before[..5 << 20]);
    check(&before[..5 << 20], &before);
    check(&before, b"");
}

#[test]
fn holes_are_made_over_what_a_clone_has() {
    let before = noise(3 << 20, 5);
    let base = blocks(&before);
    let mut operations = Vec::new();
    let mut encoder = Encoder::new(base);
    encoder.push(&before[..1 << 20], &mut operations);
    encoder.hole(1 << 20, &mut operations);
    encoder.push(&before[2 << 20..], &mut operations);
    let encoded = encoder.finish(&mut operations);
    let mut after = before.clone();
    after[1 << 20..2 << 20].fill(0);
    assert_eq!(encoded.digest, <[u8; 32]>::from(Sha256::digest(&after)));
    for is_clone in [false, true] {
        let found = apply(&before, &operations, is_clone, 1000, NO_LIMITS).unwrap();
        assert!(found.0 == after);
    }
    let limits = DeltaLimits {
        max_holes: (1 << 20) - 1,
        ..NO_LIMITS
    };
    let error = apply(&before, &operations, false, 1000, limits);
    assert!(matches!(error, Err(DeltaError::TooManyHoles)));
}

#[test]
fn hostile_operations_are_refused() {
    let before = noise(1000, 3);
    let limits = DeltaLimits {
        max_bytes: 5000,
        max_holes: 5000,
    };
    let apply = |operations: &[u8]| apply(&before, operations, false, 3, limits).map(drop);
    assert!(matches!(apply(b"L\x01xE"), Ok(())));
    let malformed: [&[u8]; 11] = [
        b"",
        b"L\x01x",
        b"L\x02xE",
        b"X",
        b"EE",
        b"E\0",
        b"L\0E",
        b"Z\0E",
        b"C\0\0E",
        b"L\x81\0xE",
        b"L\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    ];
    for operations in malformed {
        let outcome = apply(operations);
        let text = operations.escape_ascii().to_string();
        assert!(
            matches!(outcome, Err(DeltaError::Malformed(_))),
            "{text}: {outcome:?}"
        );
    }
    // Beyond the end of the base, and beyond all numbers.
    for operations in [
        &b"C\0\xe9\x07E"[..],
        b"C\xe9\x07\x01E",
        b"C\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01E",
    ] {
        assert!(matches!(apply(operations), Err(DeltaError::Base)));
    }
    let mut bomb = Vec::new();
    for _ in 0..6 {
        bomb.extend_from_slice(b"C\0\xe8\x07");
    }
    assert!(matches!(apply(&bomb), Err(DeltaError::TooLarge)));
    let huge = b"L\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
    assert!(matches!(apply(huge), Err(DeltaError::TooLarge)));
    assert!(matches!(apply(b"Z\x89\x27"), Err(DeltaError::TooManyHoles)));
}

#[test]
fn blocks_of_another_form_are_not_read() {
    let good = blocks(&noise(2 << 20, 9)).to_bytes();
    for end in 1..good.len() {
        if let Some(read) = Blocks::from_bytes(&good[..end]) {
            assert_eq!(read.to_bytes(), &good[..end]);
        }
    }
    for bad in [&[][..], &[1], &[2, 17], &[1, 5], &[1, 99], &[1, 17, 0]] {
        assert_eq!(Blocks::from_bytes(bad), None, "{bad:?}");
    }
    assert!(BlockCutter::new((1 << 20) - 1).is_none());
    assert!(BlockCutter::new(u64::MAX).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_edits_come_out_as_they_were_made(
        edits in prop::collection::vec((0..3_u8, 0..3_000_000_usize, 1..200_000_usize), 0..6),
        piece in 1_000..300_000_usize,
    ) {
        let before = noise(3 << 20, 11);
        let mut after = before.clone();
        for (number, (kind, at, length)) in edits.into_iter().enumerate() {
            let at = at.min(after.len());
            let end = (at + length).min(after.len());
            let new = noise(length, 1000 + number as u64);
            match kind {
                0 => drop(after.splice(at..at, new)),
                1 => drop(after.drain(at..end)),
                _ => after[at..end].copy_from_slice(&new[..end - at]),
            }
        }
        let (operations, _) = encode(&before, &after);
        for is_clone in [false, true] {
            let found = apply(&before, &operations, is_clone, piece, NO_LIMITS).unwrap();
            prop_assert!(found.0 == after);
        }
    }

    #[test]
    fn damaged_operations_never_pass_for_the_file(at in 0..400_usize, flip in 1..=255_u8) {
        let before = noise(300, 13);
        let mut operations = b"C\0\xac\x02L\x20".to_vec();
        operations.extend_from_slice(&noise(32, 17));
        operations.extend_from_slice(b"Z\x05E");
        let (good, digest) = apply(&before, &operations, false, 7, NO_LIMITS).unwrap();
        let at = at % operations.len();
        operations[at] ^= flip;
        let limits = DeltaLimits { max_bytes: 1 << 20, max_holes: 1 << 20 };
        if let Ok((found, other)) = apply(&before, &operations, false, 7, limits) {
            prop_assert_eq!(found == good, other == digest);
        }
    }
}
