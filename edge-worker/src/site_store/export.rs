//! The object's side of an export: a piece of it at a time.

use super::{Site, platform, schema};
use engine::event::{Event, VisitorHash};
use engine::shelf::Piece;
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
    /// Columns for DuckDB, `ClickHouse` and their kind. The object gives journal records, the worker makes the file.
    Parquet,
}

impl Format {
    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Ndjson, Self::Csv, Self::Parquet].into_iter().find(|format| format.name() == name)
    }

    /// Its name, which also ends the names of files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// Its media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// What comes before the first event.
    pub fn begin(self) -> Vec<u8> {
        match self {
            Self::Ndjson | Self::Parquet => Vec::new(),
            Self::Csv => csv::header(),
        }
    }

    /// Writes events; for Parquet, whose file the worker makes of all of them, as a journal record.
    pub fn write(self, events: &[Event]) -> Vec<u8> {
        match self {
            Self::Ndjson => ndjson::chunk(events, &visitor_text),
            Self::Csv => csv::chunk(events, &visitor_text),
            Self::Parquet => engine::journal::encode(events),
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
    pub(super) async fn damaged_segments(&self) -> Result<usize> {
        let always = (i64::MIN, i64::MAX);
        let damaged = self.with_segments(always, |reader| self.shelf()?.check(reader)).await?;
        if damaged > 0 {
            platform::console_error!("export: {} damaged segments are left out", damaged);
        }
        Ok(damaged)
    }

    /// A piece of an export; see [`engine::shelf::Shelf::export`]. What turns out to be damaged only now ends the export:
    /// its beginning did not say so.
    pub(super) async fn export(&self, from_s: i64, since_s: i64) -> Result<Piece> {
        let digest = |bytes: &[u8]| {
            let [first, ..] = *blake3::hash(bytes).as_bytes().as_chunks::<8>().0 else { return 0 };
            u64::from_le_bytes(first)
        };
        let span = (from_s.max(since_s), i64::MAX);
        let damaged = self.shelf()?.damaged();
        let piece = self.with_segments(span, |reader| self.shelf()?.export(from_s, since_s, digest, reader)).await?;
        if self.shelf()?.damaged() > damaged {
            return Err(schema::corrupt("segments"));
        }
        Ok(piece)
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
