//! Numbers and extra fields of a zip archive.

/// Extra field with what does not fit into 32 bits.
const ZIP64: u16 = 1;

/// Little-endian numbers, one after the other.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl Fields<'_> {
    fn next<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn short(&mut self) -> Option<u16> {
        self.next().map(u16::from_le_bytes)
    }

    pub(super) fn long(&mut self) -> Option<u32> {
        self.next().map(u32::from_le_bytes)
    }

    pub(super) fn double(&mut self) -> Option<u64> {
        self.next().map(u64::from_le_bytes)
    }
}

/// The first extra field of this kind. What is no field ends the search: some programs align data by
/// bytes that are none.
pub(super) fn extra(fields: &[u8], wanted: u16) -> Option<&[u8]> {
    let mut fields = fields;
    loop {
        let mut head = Fields(fields);
        let (kind, length) = (head.short()?, head.short()?);
        let field = head.0.get(..length.into())?;
        if kind == wanted {
            return Some(field);
        }
        fields = &head.0[usize::from(length)..];
    }
}

/// The value of an extra field of this kind in one of these lists, of which the first one that has it
/// counts.
pub(super) fn find<'a, T>(
    lists: [&'a [u8]; 2],
    wanted: u16,
    parse: impl Fn(&'a [u8]) -> Option<T>,
) -> Option<T> {
    let parse = |list| extra(list, wanted).and_then(&parse);
    lists.into_iter().find_map(parse)
}

/// Puts in, for each of these numbers that is all ones in 32 bits, the one that an extra field has in
/// its place. `None` if a field has too few.
pub(super) fn zip64<const N: usize>(fields: &[u8], numbers: [&mut u64; N]) -> Option<()> {
    let Some(field) = extra(fields, ZIP64) else {
        return Some(());
    };
    let mut field = Fields(field);
    for number in numbers {
        if *number == u64::from(u32::MAX) {
            *number = field.double()?;
        }
    }
    Some(())
}
