//! The output medium: a terminal for people or a pipe for scripts.

use std::fmt::Display;
use std::io::{self, IsTerminal as _};

use bchan_api::Time;
use bytesize::ByteSize;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};
use jiff::tz::TimeZone;
use terminal_size::{Width, terminal_size_of};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Columns of a terminal that has room for one id and something beside it.
const NARROW: u16 = 70;

/// Columns of a terminal that has room for everything.
const WIDE: u16 = 120;

/// The facts that decide how a result is written.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// People get relative times, scripts exact ones.
    human: bool,
    /// Columns that a table may take; none where lines may be as long as they like.
    width: Option<u16>,
    /// The time that relative ones are relative to.
    now: Time,
    /// The zone of times that people read.
    zone: TimeZone,
}

impl Page {
    /// The page that standard output is.
    pub(super) fn of_stdout() -> Self {
        let human = io::stdout().is_terminal();
        let width = || terminal_size_of(io::stdout()).map(|(Width(width), _)| width);
        Self {
            human,
            width: human.then(width).flatten(),
            now: Time::now(),
            zone: TimeZone::system(),
        }
    }

    /// A number of bytes, rounded: exact ones are in JSON.
    #[expect(clippy::unused_self, reason = "like all that is written")]
    pub(crate) fn size(&self, bytes: u64) -> String {
        human_size(bytes)
    }

    /// A point in time.
    pub(crate) fn time(&self, time: Time) -> String {
        if self.human {
            self.relative(time)
        } else {
            time.to_string()
        }
    }

    /// A length of time, rounded.
    #[expect(clippy::unused_self, reason = "like all that is written")]
    pub(crate) fn seconds(&self, seconds: u64) -> String {
        human_duration(i64::try_from(seconds).unwrap_or(i64::MAX))
    }

    fn relative(&self, time: Time) -> String {
        let ago = self.now.unix_seconds().saturating_sub(time.unix_seconds());
        match ago {
            // Backups of one day must be told apart.
            _ if ago.saturating_abs() >= DAY => {
                let local = time.timestamp().to_zoned_datetime(self.zone.clone());
                local.strftime("%Y-%m-%d %H:%M").to_string()
            }
            ..0 => format!("in {}", human_duration(-ago)),
            0..10 => "just now".to_owned(),
            10.. => format!("{} ago", human_duration(ago)),
        }
    }

    /// A table of these columns.
    pub(crate) fn table(&self, columns: &[&str]) -> PageTable {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(columns.iter().map(|name| Cell::new(name.to_uppercase())));
        match self.width {
            Some(width) => {
                table.set_content_arrangement(ContentArrangement::Dynamic);
                table.set_width(width);
            }
            None => {
                table.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        PageTable {
            table,
            // A narrower terminal has no room for whole ids.
            keeps_whole: self.width.is_some_and(|width| width >= NARROW),
        }
    }

    /// Returns true if there is room for everything that only programs want to know.
    pub(crate) fn is_wide(&self) -> bool {
        self.width.is_none_or(|width| width >= WIDE)
    }
}

/// A table under construction.
pub(crate) struct PageTable {
    table: Table,
    keeps_whole: bool,
}

impl PageTable {
    /// Adds a row. Its texts must have been made harmless.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.table.add_row(cells);
    }

    /// Keeps what is in a column in one piece, where there is room for that: people copy it.
    pub(crate) fn whole(mut self, column: usize) -> Self {
        if let (true, Some(column)) = (self.keeps_whole, self.table.column_mut(column)) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        self
    }

    /// Puts the numbers of a column under each other.
    pub(crate) fn right(mut self, column: usize) -> Self {
        if let Some(column) = self.table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        self
    }
}

/// Lines without blanks at their ends, and without the blank before the first column.
impl Display for PageTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in self.table.lines() {
            let line = line.trim_end();
            writeln!(f, "{}", line.strip_prefix(' ').unwrap_or(line))?;
        }
        Ok(())
    }
}

/// Bytes, rounded, in binary units.
pub(super) fn human_size(bytes: u64) -> String {
    ByteSize::b(bytes).display().iec().to_string()
}

fn human_duration(seconds: i64) -> String {
    match seconds {
        ..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        // A limit of 26 hours is not one of a day.
        _ if seconds < 2 * DAY => format!("{} h", seconds / HOUR),
        _ => format!("{} days", seconds / DAY),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A page that is no terminal, at a fixed time.
    pub(crate) fn script() -> Page {
        Page {
            human: false,
            width: None,
            now: Time::from_unix_seconds(1_752_238_637),
            zone: TimeZone::fixed(jiff::tz::offset(2)),
        }
    }

    /// A terminal of this width, at a fixed time.
    pub(crate) fn terminal(width: u16) -> Page {
        Page {
            human: true,
            width: Some(width),
            ..script()
        }
    }

    #[test]
    fn numbers_are_rounded_and_times_are_relative_at_a_terminal() {
        for page in [terminal(80), script()] {
            assert_eq!(page.size(1_536), "1.5 KiB");
            assert_eq!(page.seconds(7_200), "2 h");
            assert_eq!(page.seconds(26 * 3_600), "26 h");
        }
        let now = script().now;
        assert_eq!(script().time(now), "2025-07-11T12:57:17+00:00");
        assert_eq!(terminal(80).time(now), "just now");
    }

    #[test]
    fn times_are_relative_within_a_day_and_local_beyond() {
        let page = terminal(80);
        let at = |ago: i64| page.time(Time::from_unix_seconds(page.now.unix_seconds() - ago));
        assert_eq!(at(59), "59 s ago");
        assert_eq!(at(3 * HOUR + 59 * MINUTE), "3 h ago");
        assert_eq!(at(DAY - 1), "23 h ago");
        assert_eq!(at(DAY), "2025-07-10 14:57");
        assert_eq!(at(30 * DAY), "2025-06-11 14:57");
        assert_eq!(at(-90), "in 1 min");
        assert_eq!(at(-365 * DAY), "2026-07-11 14:57");
        assert_eq!(
            page.time(Time::from_unix_seconds(i64::MIN))
                .split('-')
                .count(),
            4
        );
    }

    #[test]
    fn a_table_fits_the_terminal_and_keeps_every_word() {
        for width in [40, 60, 200] {
            let mut table = terminal(width).table(&["name", "location"]);
            table.row([
                "documents of the family".into(),
                "a/very/long/path/".repeat(6),
            ]);
            let text = table.to_string();
            let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(longest <= usize::from(width), "{width}: {longest}\n{text}");
            assert!(text.contains("family"), "{text}");
        }
    }

    #[test]
    fn an_id_stays_in_one_piece_where_there_is_room() {
        let id = "5e2f6a0c-8f7f-4d0e-9a53-2f8b6a1c7d90";
        for width in [70, 80, 120] {
            let mut table = terminal(width).table(&["id", "location"]).whole(0);
            table.row([id.into(), "a/very/long/path/".repeat(6)]);
            let text = table.to_string();
            assert!(text.contains(id), "{text}");
            let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(longest <= usize::from(width), "{text}");
        }
    }

    #[test]
    fn a_table_for_scripts_has_one_line_for_each_row() {
        let mut table = script().table(&["name", "size"]).right(1);
        table.row(["x".repeat(300), "1".into()]);
        table.row(["y".into(), "22".into()]);
        let text = table.to_string();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines[0].starts_with("NAME") && lines[2].starts_with('y'));
        assert!(
            lines.iter().all(|line| line.trim_end() == *line),
            "{text:?}"
        );
        assert!(lines[1].ends_with(" 1") && lines[2].ends_with("22"));
    }
}
