//! The log of a server.

use serde::Serialize;

use super::{Page, View, clean};

/// The text of a log, or its end.
#[derive(Debug, Serialize)]
pub(crate) struct ServerLog {
    /// Lines, oldest first.
    pub(crate) log: String,
}

impl View for ServerLog {
    fn text(&self, _: &Page) -> String {
        let lines = self.log.lines();
        lines.map(|line| clean(line) + "\n").collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::page::tests::script;

    #[test]
    fn lines_stay_lines_and_escapes_stay_away() {
        let log = ServerLog {
            log: "one\ntwo\x1b[2J".into(),
        };
        assert_eq!(log.text(&script()), "one\ntwo\\u{1b}[2J\n");
    }
}
