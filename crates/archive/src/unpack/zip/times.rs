//! When an entry of a zip archive was modified.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::fields::{Fields, find};

/// Extra field of Info-ZIP with times in seconds since the epoch.
const EXTENDED: u16 = 0x5455;
/// Extra field of Windows programs, with times in units of 100 ns.
const NTFS: u16 = 0x000a;
/// Extra fields of earlier Unix programs: time of access, time of modification, owner.
const OLD_UNIX: [u16; 2] = [0x5855, 0x000d];

/// Seconds and nanoseconds since the epoch; `None` if the archive does not say or says nonsense.
///
/// `dos` is a date and a time in the form of MS-DOS, which every entry has. They count only if no extra
/// field has the time: they have no zone, and a resolution of two seconds. Programs store their local
/// time there, so it is taken for the local time of this process, as `unzip` does.
pub(super) fn modified(dos: (u16, u16), extras: [&[u8]; 2], zone: &TimeZone) -> Option<(i64, u32)> {
    let ntfs = || find(extras, NTFS, ntfs);
    if let Some(seconds) = find(extras, EXTENDED, |field| extended(field, dos)) {
        let fraction = ntfs().filter(|(same, _)| *same == seconds);
        return Some((seconds, fraction.map_or(0, |(_, nanos)| nanos)));
    }
    let old = || {
        let found = OLD_UNIX.iter().find_map(|kind| find(extras, *kind, old));
        found.map(|seconds| (seconds, 0))
    };
    let local = || Some((local(dos, zone)?, 0));
    ntfs().or_else(old).or_else(local)
}

/// Of the times that the first byte says are there, that of the modification is the first one.
fn extended(field: &[u8], (date, _): (u16, u16)) -> Option<i64> {
    const HAS_MODIFIED: u8 = 1;
    /// The year 2038, from 1980 on.
    const OVERFLOW: u16 = 58;
    let (flags, rest) = field.split_first()?;
    if flags & HAS_MODIFIED == 0 {
        return None;
    }
    let seconds = Fields(rest).long()?;
    // 32 bits with a sign end in 2038. The other date says if it is after that or before 1970.
    let is_late = date >> 9 >= OVERFLOW;
    Some(if is_late {
        seconds.into()
    } else {
        seconds.cast_signed().into()
    })
}

fn ntfs(field: &[u8]) -> Option<(i64, u32)> {
    const TIMES: u16 = 1;
    const PER_SECOND: u64 = 10_000_000;
    /// Seconds from 1601 to 1970.
    const EPOCH: i64 = 11_644_473_600;
    let mut fields = Fields(field);
    fields.long()?;
    let mut times = Fields(super::fields::extra(fields.0, TIMES)?);
    let time = times.double().filter(|time| *time != 0)?;
    let seconds = i64::try_from(time / PER_SECOND).ok()? - EPOCH;
    let nanos = u32::try_from(time % PER_SECOND).ok()? * 100;
    Some((seconds, nanos))
}

fn old(field: &[u8]) -> Option<i64> {
    let mut fields = Fields(field);
    let (_accessed, modified) = (fields.long()?, fields.long()?);
    Some(modified.cast_signed().into())
}

/// `None` if there is no such day or time. A time that clocks showed twice is taken for the first one.
fn local((date, time): (u16, u16), zone: &TimeZone) -> Option<i64> {
    let bits = |of: u16, from: u16, count: u16| of >> from & ((1 << count) - 1);
    let short = |value: u16| i8::try_from(value).ok();
    let year = i16::try_from(1980 + bits(date, 9, 7)).ok()?;
    let (month, day) = (short(bits(date, 5, 4))?, short(bits(date, 0, 5))?);
    let (hour, minute) = (short(bits(time, 11, 5))?, short(bits(time, 5, 6))?);
    let second = short(bits(time, 0, 5) * 2)?;
    let shown = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let instant = zone.to_ambiguous_timestamp(shown).compatible().ok()?;
    Some(instant.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-07-01 12:34:56.
    const DOS: (u16, u16) = (date(2024, 7, 1), time(12, 34, 56));
    /// The same in UTC.
    const SECONDS: u32 = 1_719_837_296;

    const fn date(year: u16, month: u16, day: u16) -> u16 {
        (year - 1980) << 9 | month << 5 | day
    }

    const fn time(hour: u16, minute: u16, second: u16) -> u16 {
        hour << 11 | minute << 5 | (second / 2)
    }

    fn field(kind: u16, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap();
        [&kind.to_le_bytes(), &length.to_le_bytes(), content].concat()
    }

    fn extended_field(flags: u8, seconds: u32) -> Vec<u8> {
        field(0x5455, &[&[flags][..], &seconds.to_le_bytes()].concat())
    }

    fn ntfs_field(time: u64) -> Vec<u8> {
        let times = [time, 1, 1].map(u64::to_le_bytes).concat();
        field(0x000a, &[&[0; 4][..], &field(1, &times)].concat())
    }

    fn found(local: &[u8], central: &[u8]) -> Option<(i64, u32)> {
        modified(DOS, [local, central], &TimeZone::UTC)
    }

    #[test]
    fn extra_fields_count_before_the_dos_time() {
        let dos = Some((SECONDS.into(), 0));
        assert_eq!(found(b"", b""), dos);
        assert_eq!(found(&extended_field(1, 5), b""), Some((5, 0)));
        assert_eq!(found(b"", &extended_field(3, 5)), Some((5, 0)));
        // The fields of both headers may differ; the local one has all times.
        let (local, central) = (extended_field(7, 5), extended_field(7, 6));
        assert_eq!(found(&local, &central), Some((5, 0)));
        for kind in [0x5855, 0x000d] {
            let times = field(kind, &[9, 0, 0, 0, 7, 0, 0, 0]);
            assert_eq!(found(&times, b""), Some((7, 0)), "{kind:x}");
            let both = [times, extended_field(1, 5)].concat();
            assert_eq!(found(&both, b""), Some((5, 0)), "{kind:x}");
        }
    }

    #[test]
    fn an_extra_field_without_the_time_is_ignored() {
        let dos = Some((SECONDS.into(), 0));
        for ignored in [
            field(0x5455, b""),
            extended_field(2, 5),
            extended_field(0, 5),
            field(0x5455, &[1, 0, 0]),
            field(0x5855, &[1; 7]),
            field(0x000d, b""),
            field(0x000a, b""),
            field(0x000a, &[0; 4]),
            field(0x000a, &[0, 0, 0, 0, 1, 0, 24, 0]),
            ntfs_field(0),
        ] {
            assert_eq!(found(&ignored, b""), dos, "{ignored:?}");
            assert_eq!(found(b"", &ignored), dos, "{ignored:?}");
            let other = extended_field(1, 5);
            assert_eq!(found(&ignored, &other), Some((5, 0)), "{ignored:?}");
        }
    }

    #[test]
    fn ntfs_times_have_fractions() {
        let time = (u64::from(SECONDS) + 11_644_473_600) * 10_000_000 + 1_234_567;
        let exact = Some((SECONDS.into(), 123_456_700));
        assert_eq!(found(b"", &ntfs_field(time)), exact);
        let same = extended_field(1, SECONDS);
        assert_eq!(found(&same, &ntfs_field(time)), exact);
        let other = extended_field(1, SECONDS + 1);
        let seconds = i64::from(SECONDS) + 1;
        assert_eq!(found(&other, &ntfs_field(time)), Some((seconds, 0)));
        assert_eq!(found(&ntfs_field(1), b""), Some((-11_644_473_600, 100)));
        assert!(found(&ntfs_field(u64::MAX), b"").is_some());
    }

    #[test]
    fn the_dos_date_says_what_the_highest_bit_means() {
        let field = extended_field(1, u32::MAX);
        assert_eq!(found(&field, b""), Some((-1, 0)));
        let late = (date(2039, 7, 1), 0);
        let found = modified(late, [&field, b""], &TimeZone::UTC);
        assert_eq!(found, Some((u32::MAX.into(), 0)));
    }

    #[test]
    fn dos_times_are_local_ones() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let found = |dos| modified(dos, [b"", b""], &zone);
        assert_eq!(found(DOS), Some((i64::from(SECONDS) - 7200, 0)));
        let winter = found((date(2024, 1, 1), 0));
        assert_eq!(winter, Some((1_704_067_200 - 3600, 0)));
        // Clocks showed this time twice on the one day, and skipped it on the other one.
        let half_past_two = time(2, 30, 0);
        let twice = found((date(2024, 10, 27), half_past_two));
        assert_eq!(twice, Some((1_729_989_000, 0)));
        assert!(found((date(2024, 3, 31), half_past_two)).is_some());
    }

    #[test]
    fn days_that_do_not_exist_are_no_times() {
        let found = |dos| modified(dos, [b"", b""], &TimeZone::UTC);
        for dos in [
            (0, 0),
            (date(2024, 13, 1), 0),
            (date(2023, 2, 29), 0),
            (DOS.0, time(24, 0, 0)),
            (DOS.0, time(0, 60, 0)),
            (DOS.0, time(0, 0, 62)),
        ] {
            assert_eq!(found(dos), None, "{dos:?}");
        }
        assert!(found((date(2024, 2, 29), 0)).is_some());
    }
}
