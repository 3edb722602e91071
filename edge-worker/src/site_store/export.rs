//! The object's side of an export: a piece of it at a time.

use super::shelving::read_segment;
use super::{Site, schema};
use engine::event::{Event, VisitorHash};
use export::{csv, ndjson, visitor};
use worker::Result;

/// In front of the hash of a visitor who came out of an export.
const EXPORTED: &str = "passerby:";

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object per line, as the import reads them.
    Ndjson,
    /// A header and a row per event, safe to open in a spreadsheet.
    Csv,
}

impl Format {
    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Ndjson, Self::Csv].into_iter().find(|format| format.name() == name)
    }

    /// Its name, which also ends the names of files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }

    /// Its media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    /// What comes before the first event.
    pub fn begin(self) -> Vec<u8> {
        match self {
            Self::Ndjson => Vec::new(),
            Self::Csv => csv::header(),
        }
    }

    fn write(self, events: &[Event]) -> Vec<u8> {
        match self {
            Self::Ndjson => ndjson::chunk(events, &visitor_text),
            Self::Csv => csv::chunk(events, &visitor_text),
        }
    }
}

fn visitor_text(hash: VisitorHash) -> String {
    format!("{EXPORTED}{}", visitor::hex(hash))
}

/// The hash of a visitor who came out of an export, where the name that an importer gives says so.
pub fn exported_visitor(name: &str) -> Option<VisitorHash> {
    visitor::from_hex(name.strip_prefix(EXPORTED)?).map(|hash| VisitorHash::of_name(hash.0))
}

impl Site {
    /// How many segments cannot be read. All are read to know.
    pub(super) fn damaged_segments(&self) -> Result<usize> {
        let sql = self.storage.sql();
        let damaged = self.shelf()?.check(&mut |id| read_segment(&sql, id))?;
        if damaged > 0 {
            worker::console_error!("export: {} damaged segments are left out", damaged);
        }
        Ok(damaged)
    }

    /// A piece of an export and where the next begins; see [`engine::shelf::Shelf::export`]. What turns out to be damaged
    /// only now ends the export: its beginning did not say so.
    pub(super) fn export(&self, format: Format, from_s: i64, since_s: i64) -> Result<(Vec<u8>, Option<i64>)> {
        let sql = self.storage.sql();
        let digest = |bytes: &[u8]| {
            let [first, ..] = *blake3::hash(bytes).as_bytes().as_chunks::<8>().0 else { return 0 };
            u64::from_le_bytes(first)
        };
        let mut events = self.shelf()?;
        let damaged = events.damaged();
        let piece = events.export(from_s, since_s, digest, &mut |id| read_segment(&sql, id))?;
        if events.damaged() > damaged {
            return Err(schema::corrupt("segments"));
        }
        Ok((format.write(&piece.events), piece.next_s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_keep_their_hashes_from_export_to_import() {
        let hash = VisitorHash::of_name(0xfeed_0000_1234_5678);
        assert_eq!(exported_visitor(&visitor_text(hash)), Some(hash));
        for other in ["anna", "passerby:", "passerby:anna", "feed000012345678"] {
            assert_eq!(exported_visitor(other), None, "{other}");
        }
    }
}
