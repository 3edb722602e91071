//! What is read from disk or out of files: records of the journal, segments, exports.

use engine::event::Event;
use engine::journal;
use engine::query::{Kind, answer};
use engine::segment::{Days, Hashes, Nameless, Part, Segment, encode};
use engine::site::SiteSettings;
use export::parquet::{Reader as ParquetReader, Writer as ParquetWriter};
use serde_json::json;

/// Events are the same after they were written down and read, in each of the ways that they are kept.
pub(crate) fn round_trip(events: &[Event]) {
    assert_eq!(journal::decode(&journal::encode(events)).as_deref(), Ok(events));
    let Ok(segment) = Segment::open(encode(events, Hashes::Keep).into()) else {
        panic!("a segment that was just written")
    };
    let read = Part::new(segment).events(|_| true, &mut Nameless::default());
    assert_eq!(read.map(|read| read.len()), Ok(events.len()));
}

/// A record of the journal.
pub(crate) fn journal(bytes: &[u8]) {
    if let Ok(events) = journal::decode(bytes) {
        round_trip(&events);
    }
}

/// A segment, its checksums made right, as damage before they were made would leave it.
pub(crate) fn segment(bytes: &[u8]) {
    let _ = Segment::open(bytes.to_vec().into());
    let Some(mended) = mended(bytes) else { return };
    let Ok(segment) = Segment::open(mended.into()) else { return };
    let _ = segment.check();
    let _ = Days::of(&segment, |number| number);
    let part = Part::new(segment);
    let _ = (part.hashes(), part.events(|_| true, &mut Nameless::default()));
    let about = json!({ "site_id": "x", "date_range": "all", "metrics": ["visitors", "bounce_rate", "events"],
        "dimensions": ["visit:source", "event:page"], "filters": [["contains", "event:page", ["a"]]] });
    let now = engine::event::UnixSeconds(1_768_478_400);
    let _ = answer(Kind::Query, &[part], &SiteSettings::default(), now, &about);
}

/// The bytes of a segment with the checksums that they should have; none where there is no place for them. See
/// `docs/segment-format.md`.
fn mended(bytes: &[u8]) -> Option<Vec<u8>> {
    const START: usize = 5;
    let mut out = bytes.to_vec();
    let (header_bytes, after_length) = number(bytes, START)?;
    let header_end = after_length.checked_add(header_bytes)?;
    let body = header_end.checked_add(4).filter(|start| *start <= bytes.len())?;
    // Rows, visits, visitors, the first moment, the span, and the tuples of three families.
    let mut at = after_length;
    for _ in 0..8 {
        (_, at) = number(bytes, at)?;
    }
    let (columns, mut at) = number(bytes, at)?;
    let mut start = body;
    for _ in 0..columns.min(256) {
        let (length, checksum_at) = number(bytes, at.checked_add(1)?)?;
        let end = start.checked_add(length)?;
        let checksum = crc32fast::hash(bytes.get(start..end)?);
        at = checksum_at.checked_add(4).filter(|at| *at <= header_end)?;
        out.get_mut(checksum_at..at)?.copy_from_slice(&checksum.to_le_bytes());
        start = end;
    }
    let checksum = crc32fast::hash(out.get(after_length..header_end)?);
    out.get_mut(header_end..body)?.copy_from_slice(&checksum.to_le_bytes());
    Some(out)
}

/// A number in base 128, lowest bits first, and where what follows begins.
fn number(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut value = 0u64;
    for (place, byte) in bytes.get(from..)?.iter().enumerate().take(10) {
        value |= u64::from(byte & 127).checked_shl(place as u32 * 7)?;
        if byte & 128 == 0 {
            return Some((usize::try_from(value).ok()?, from + place + 1));
        }
    }
    None
}

/// A table of events as CSV, in pieces of a length that the first byte says; what was read is written and read the same.
pub(crate) fn csv(bytes: &[u8]) {
    use export::csv::{Reader, Row, chunk, header};
    let Some((piece, table)) = bytes.split_first() else { return };
    let read = |table: &[u8], piece: usize| -> Option<Vec<Row>> {
        let mut reader = Reader::default();
        let mut rows = Vec::new();
        for piece in table.chunks(piece) {
            rows.extend(reader.feed(piece).ok()?.into_iter().flatten());
        }
        rows.extend(reader.end().ok()?.into_iter().flatten());
        Some(rows)
    };
    let Some(rows) = read(table, usize::from(*piece).max(1)) else { return };
    assert_eq!(read(table, table.len().max(1)).as_ref(), Some(&rows), "pieces may end anywhere");
    for row in rows.iter().filter(|row| !row.visitor.is_empty()) {
        let written = [header(), chunk(std::slice::from_ref(&row.event), &|_| row.visitor.clone())].concat();
        assert_eq!(read(&written, 7), Some(vec![row.clone()]), "{}", String::from_utf8_lossy(&written));
    }
}

/// A file of Parquet.
pub(crate) fn parquet(bytes: &[u8]) {
    let Ok(reader) = ParquetReader::new(bytes.to_vec()) else { return };
    for group in 0..reader.groups().min(4) {
        let Ok(events) = reader.group(group) else { continue };
        let written = ParquetWriter::new().and_then(|mut writer| {
            let mut file = writer.group(&events)?;
            file.append(&mut writer.finish()?);
            Ok(file)
        });
        let Ok(written) = written else { panic!("events that were read can be written") };
        let again = ParquetReader::new(written).and_then(|reader| reader.group(0));
        assert!(events.is_empty() || again.is_ok_and(|again| again == events));
    }
}
