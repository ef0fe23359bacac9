//! Writing the manifest file of what was recorded.

use std::io::{self, Write};

use super::super::Manifest;
use super::super::listing::Listing;
use super::super::records::Content;
use super::bounds::LONGEST_PATH;
use super::header::MtreeHeader;
use super::texts::TextReader;
use super::writer::write_end;

impl Manifest {
    /// Writes the manifest file of all entries, uncompressed. Returns false, and has written
    /// nothing, if there can be none: the manifest was not made by [`with_texts`](Self::with_texts),
    /// has [no receipt](Self::receipt), or has an entry that is longer than readers take.
    ///
    /// Fails as writing to `out` does, and with the first error of the file of texts.
    ///
    /// It takes 16 bytes of memory for each entry while it runs, and 8 more if there are hard links.
    pub fn write_mtree(&mut self, header: &MtreeHeader, out: &mut impl Write) -> io::Result<bool> {
        let mut texts = std::mem::take(&mut self.texts);
        let is_written = match texts.read()? {
            Some(texts) => self.write_texts(header, texts, out)?,
            None => false,
        };
        self.texts = texts;
        Ok(is_written)
    }

    fn write_texts(
        &self,
        header: &MtreeHeader,
        mut texts: TextReader<'_>,
        out: &mut impl Write,
    ) -> io::Result<bool> {
        let Some(mut listing) = Listing::new(self).filter(|listing| self.fits(listing)) else {
            return Ok(false);
        };
        header.write(out)?;
        let mut lines = Vec::new();
        while let Some(entry) = listing.next() {
            let is_second = entry.first.is_some();
            let (text, extras) = texts.get(entry.source.offset, is_second)?;
            lines.clear();
            self.push_path(&mut lines, entry.at);
            lines.push(b' ');
            lines.extend_from_slice(text);
            match entry.first {
                Some(first) => {
                    lines.extend_from_slice(b"#:l ");
                    self.push_path(&mut lines, first);
                    lines.push(b'\n');
                }
                None => lines.extend_from_slice(extras),
            }
            out.write_all(&lines)?;
        }
        write_end(out, listing.places().len() as u64)?;
        Ok(true)
    }

    /// Returns true if readers take the paths of all entries, and no directory has a second name.
    fn fits(&self, listing: &Listing<'_>) -> bool {
        listing.places().iter().all(|&(folder, place)| {
            let record = self.records.read(listing.origin(place));
            let length = self.folders.path(folder).len() + self.records.name(place).len();
            let is_directory = matches!(record.content, Content::Directory);
            length <= LONGEST_PATH && !(is_directory && listing.origin(place) != place)
        })
    }
}
