//! Segments that are to be written, none larger than it may be.

use super::Sieve;
use crate::event::Event;
use crate::segment::{Bytes, Error, Hashes, Part, Segment, encode};

/// Events that a segment has at most, save where one visitor has more.
pub const SEGMENT_EVENTS: usize = 32_768;

/// Bytes that a segment has at most, save where one visitor has more.
const SEGMENT_BYTES: usize = 1_500_000;

/// Bytes of texts that a segment may be read into.
const TEXT_BYTES: usize = 24 << 20;

/// What is known of a segment without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Time of the earliest event, in seconds since 1970.
    pub first_s: i64,
    /// Time of the latest event.
    pub last_s: i64,
    /// Number of events.
    pub rows: u32,
    /// Number of visitors.
    pub visitors: u32,
    /// Whether any visitor's hash is of one day and still kept.
    pub has_days: bool,
    /// Whether any visitor's hash is of a name.
    pub has_names: bool,
    /// Which hashes visitors may have.
    pub sieve: Sieve,
}

impl Label {
    /// The label of a segment.
    ///
    /// # Errors
    /// Where the hashes cannot be read.
    pub fn of(segment: &Segment) -> Result<Self, Error> {
        let hashes = Part::new(segment.clone()).hashes()?;
        let (first_s, last_s) = segment.span();
        Ok(Self {
            first_s,
            last_s,
            rows: segment.rows() as u32,
            visitors: segment.visitors() as u32,
            has_days: hashes.iter().any(|(_, hash)| hash.is_of_one_day()),
            has_names: hashes.iter().any(|(_, hash)| !hash.is_of_one_day()),
            sieve: Sieve::of(hashes.iter().map(|(_, hash)| *hash)),
        })
    }
}

/// A segment that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its label.
    pub label: Label,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Writes visitors' events as segments, none larger than it may be.
pub(super) fn written(visitors: &[&[Event]], hashes: Hashes) -> Vec<Written> {
    // Who alone has more texts than can be read is no person; what is left over counts as another visitor.
    let visitors: Vec<&[Event]> = visitors.iter().flat_map(|events| readable_pieces(events)).collect();
    let mut segments = Vec::new();
    let mut rest = visitors.as_slice();
    while !rest.is_empty() {
        let (mut events, mut bytes) = (0, 0);
        let fits = |visitor: &&&[Event]| {
            events += visitor.len();
            bytes += visitor.iter().map(text_bytes).sum::<usize>();
            events <= SEGMENT_EVENTS && bytes <= TEXT_BYTES
        };
        let len = rest.iter().take_while(fits).count().max(1);
        let (now, later) = rest.split_at(len.min(rest.len()));
        write_within(now, hashes, &mut segments);
        rest = later;
    }
    segments
}

/// Bytes that an event's texts take when they are read.
fn text_bytes(event: &Event) -> usize {
    let visit = crate::event::VISIT_TEXTS.iter().map(|(_, text)| text(&event.visit).len()).sum::<usize>();
    let props = event.props.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
    let detail = event.detail.as_deref().map_or(0, crate::segment::text_bytes);
    event.name.len() + event.hostname.len() + event.pathname.len() + visit + props + detail
}

/// A visitor's events, in as many pieces as it takes for each to be readable: one, but for a machine's.
fn readable_pieces(events: &[Event]) -> Vec<&[Event]> {
    if events.len() > 1 && events.iter().map(text_bytes).sum::<usize>() > TEXT_BYTES {
        let (earlier, later) = events.split_at(events.len() / 2);
        return [readable_pieces(earlier), readable_pieces(later)].concat();
    }
    vec![events]
}

/// Halves what turns out to be too many bytes.
fn write_within(visitors: &[&[Event]], hashes: Hashes, segments: &mut Vec<Written>) {
    let bytes: Bytes = encode(visitors.iter().copied().flatten(), hashes).into();
    if bytes.len() > SEGMENT_BYTES && visitors.len() > 1 {
        let (left, right) = visitors.split_at(visitors.len() / 2);
        write_within(left, hashes, segments);
        write_within(right, hashes, segments);
        return;
    }
    // What was just written can be read.
    if let Ok(label) = Segment::open(bytes.clone()).and_then(|segment| Label::of(&segment)) {
        segments.push(Written { label, bytes });
    }
}
