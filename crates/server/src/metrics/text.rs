//! Prometheus's text format, version 0.0.4.
//!
//! The crates for it write `OpenMetrics`, which the linter of that format does not like, or come with
//! locks and registries of their own for what is counted here anyway.

use std::fmt::Write as _;

/// Media type of the format.
pub(crate) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Type of a metric family.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// It only grows while the server runs.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Counts by size.
    Histogram,
}

/// A text under construction.
#[derive(Default)]
pub(super) struct Text(String);

/// Samples of one name.
pub(super) struct Family<'a> {
    text: &'a mut String,
    name: &'static str,
}

/// A number as the format has it.
pub(super) trait Number: Copy {
    fn write(self, text: &mut String);
}

impl Number for u64 {
    fn write(self, text: &mut String) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{self}");
    }
}

impl Number for i64 {
    fn write(self, text: &mut String) {
        let _ = write!(text, "{self}");
    }
}

impl Number for bool {
    fn write(self, text: &mut String) {
        text.push(if self { '1' } else { '0' });
    }
}

impl Number for f64 {
    fn write(self, text: &mut String) {
        if self.is_infinite() {
            text.push_str(if self > 0.0 { "+Inf" } else { "-Inf" });
        } else if self.is_nan() {
            text.push_str("NaN");
        } else {
            let _ = write!(text, "{self}");
        }
    }
}

impl Text {
    /// Begins a family; all of its samples have to follow.
    pub(super) fn family(
        &mut self,
        kind: Kind,
        name: &'static str,
        help: &'static str,
    ) -> Family<'_> {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let text = &mut self.0;
        let _ = write!(text, "# HELP {name} ");
        escape(text, help, false);
        let _ = writeln!(text, "\n# TYPE {name} {kind}");
        Family { text, name }
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

impl Family<'_> {
    /// A sample with these labels.
    pub(super) fn sample(&mut self, labels: &[(&str, &str)], value: impl Number) -> &mut Self {
        self.suffixed("", labels, value)
    }

    /// A sample whose name has a suffix, as those of histograms have.
    pub(super) fn suffixed(
        &mut self,
        suffix: &str,
        labels: &[(&str, &str)],
        value: impl Number,
    ) -> &mut Self {
        self.text.push_str(self.name);
        self.text.push_str(suffix);
        for (at, (name, value)) in labels.iter().enumerate() {
            self.text.push(if at == 0 { '{' } else { ',' });
            self.text.push_str(name);
            self.text.push_str("=\"");
            escape(self.text, value, true);
            self.text.push('"');
        }
        if !labels.is_empty() {
            self.text.push('}');
        }
        self.text.push(' ');
        value.write(self.text);
        self.text.push('\n');
        self
    }
}

/// Appends a text so that it stays on its line and within its quotes.
fn escape(text: &mut String, value: &str, quoted: bool) {
    for c in value.chars() {
        match c {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '"' if quoted => text.push_str("\\\""),
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn writes_what_the_format_wants() {
        let mut text = Text::default();
        text.family(Kind::Gauge, "a", "one \\ two\n\"three\"")
            .sample(&[], 7_u64)
            .sample(&[("x", "q\"\\\n\u{e4}"), ("y", "")], 0.25);
        text.family(Kind::Histogram, "b", "h")
            .suffixed("_bucket", &[("le", "+Inf")], -3_i64)
            .suffixed("_sum", &[], f64::INFINITY);
        text.family(Kind::Counter, "c_total", "c").sample(&[], true);
        assert_eq!(
            text.finish(),
            "# HELP a one \\\\ two\\n\"three\"\n# TYPE a gauge\na 7\n\
             a{x=\"q\\\"\\\\\\n\u{e4}\",y=\"\"} 0.25\n\
             # HELP b h\n# TYPE b histogram\nb_bucket{le=\"+Inf\"} -3\nb_sum +Inf\n\
             # HELP c_total c\n# TYPE c_total counter\nc_total 1\n"
        );
    }

    /// Undoes the escapes as a reader does.
    fn unescape(text: &str) -> String {
        let mut out = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match (c, c == '\\') {
                (_, true) => match chars.next().unwrap() {
                    'n' => out.push('\n'),
                    c => out.push(c),
                },
                (c, _) => out.push(c),
            }
        }
        out
    }

    proptest! {
        #[test]
        fn any_label_is_one_line_and_comes_back(value in ".{0,40}|[\\\\\"\n]{0,8}") {
            let mut text = Text::default();
            text.family(Kind::Gauge, "a", "h").sample(&[("x", &value)], 1_u64);
            let text = text.finish();
            let line = text.split('\n').nth(2).unwrap();
            let quoted = line.strip_prefix("a{x=\"").unwrap().strip_suffix("\"} 1").unwrap();
            let escaped = quoted.replace("\\\\", "").replace("\\\"", "");
            prop_assert!(!escaped.contains('"'));
            prop_assert_eq!(unescape(quoted), value);
        }
    }
}
