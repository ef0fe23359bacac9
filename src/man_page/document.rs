//! A manual page in the roff format.

use roff::{Inline, Roff, bold, italic, roman};

/// A page under construction.
pub(super) struct Document(Roff);

impl Document {
    pub(super) fn new(name: &str, section: &str) -> Self {
        let mut roff = Roff::new();
        let source = concat!("bchan ", env!("CARGO_PKG_VERSION"));
        // Without a date, so that a page changes only with its content.
        let name = name.to_uppercase();
        roff.control("TH", [&*name, section, " ", source, "bchan manual"]);
        // Options must not be hyphenated.
        roff.control("nh", []).control("ad", ["l"]);
        Self(roff)
    }

    pub(super) fn section(&mut self, title: &str) {
        self.0.control("SH", [title]);
    }

    pub(super) fn subsection(&mut self, title: &str) {
        self.0.control("SS", [title]);
    }

    pub(super) fn line(&mut self, inlines: Vec<Inline>) {
        self.0.text(inlines);
    }

    /// Text in paragraphs that are separated by empty lines.
    pub(super) fn paragraphs(&mut self, text: &str) {
        for (number, paragraph) in paragraphs(text).enumerate() {
            if number > 0 {
                self.0.control("PP", []);
            }
            self.0.text(inlines(&paragraph));
        }
    }

    /// An item of a list with its description.
    pub(super) fn item(&mut self, title: Vec<Inline>, text: &str) {
        self.0.control("TP", []).text(title);
        for (number, paragraph) in paragraphs(text).enumerate() {
            if number > 0 {
                self.0.control("IP", []);
            }
            self.0.text(inlines(&paragraph));
        }
    }

    /// Lines that are shown as they are.
    pub(super) fn verbatim<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        self.0
            .control("PP", [])
            .control("nf", [])
            .control("RS", ["4"]);
        for line in lines {
            self.0.text([roman(line)]);
        }
        self.0.control("RE", []).control("fi", []);
    }

    pub(super) fn render(&self) -> String {
        self.0.to_roff()
    }
}

fn paragraphs(text: &str) -> impl Iterator<Item = String> {
    let paragraphs = text.split("\n\n").map(|one| one.replace('\n', " "));
    paragraphs.filter(|one| !one.trim().is_empty())
}

/// Text with what stands between backticks in bold.
fn inlines(text: &str) -> Vec<Inline> {
    let parts = text.split('`').enumerate();
    let inlines = parts.map(|(number, part)| {
        if number % 2 == 1 {
            bold(part)
        } else {
            roman(part)
        }
    });
    inlines.collect()
}

/// References to other pages, such as `bchan(1)`.
pub(super) fn references(pages: &[(String, &str)]) -> Vec<Inline> {
    let mut inlines = Vec::new();
    for (number, (name, section)) in pages.iter().enumerate() {
        let comma = if number > 0 { ", " } else { "" };
        inlines.extend([roman(comma), bold(name), roman(format!("({section})"))]);
    }
    inlines
}

/// The name of an option or argument with its value in italics.
pub(super) fn with_value(name: &str, value: &str) -> Vec<Inline> {
    if value.is_empty() {
        return vec![bold(name)];
    }
    vec![bold(name), italic(value)]
}
