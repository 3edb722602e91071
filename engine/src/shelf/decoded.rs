//! Segments whose columns are decoded, kept for the next question as far as there is memory for them.

use super::SegmentId;
use crate::segment::Part;
use std::collections::BTreeMap;

/// Memory that they may take together, in bytes: an isolate has 128 MB for everything.
const BYTES_MAX: usize = 24 << 20;

/// Decoded segments, those of the latest events in preference: a question that runs through more than there is room for
/// would otherwise drop each just before it comes to it again.
#[derive(Default)]
pub(super) struct Decoded {
    /// By the time of the last event.
    parts: BTreeMap<(i64, SegmentId), (Part, usize)>,
    places: BTreeMap<SegmentId, i64>,
    bytes: usize,
}

impl std::fmt::Debug for Decoded {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Decoded")
            .field("segments", &self.places)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl Decoded {
    /// Whether a segment is not there, and would stay if it were.
    pub(super) fn could_hold(&self, id: SegmentId) -> bool {
        !self.places.contains_key(&id) && self.bytes < BYTES_MAX - BYTES_MAX / 16
    }

    /// Takes a segment out.
    pub(super) fn take(&mut self, id: SegmentId) -> Option<Part> {
        let last_s = self.places.remove(&id)?;
        let (part, bytes) = self.parts.remove(&(last_s, id))?;
        self.bytes -= bytes;
        Some(part)
    }

    /// Puts a segment in, with what has been decoded of it by now.
    pub(super) fn put(&mut self, id: SegmentId, part: Part) {
        let (last_s, bytes) = (part.segment().span().1, part.memory());
        self.places.insert(id, last_s);
        self.parts.insert((last_s, id), (part, bytes));
        self.bytes += bytes;
        while self.bytes > BYTES_MAX {
            let Some(((_, earliest), (_, bytes))) = self.parts.pop_first() else { return };
            self.places.remove(&earliest);
            self.bytes -= bytes;
        }
    }
}
