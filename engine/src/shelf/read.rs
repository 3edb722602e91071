//! How segments are read: by whoever knows where they are.

use super::SegmentId;
use crate::event::VisitorHash;
use crate::segment::Bytes;

/// Reads a segment's bytes.
pub trait ReadSegment {
    /// Why that may fail, save that the segment is damaged.
    type Error;
    /// The bytes of a segment.
    fn read(&mut self, id: SegmentId) -> Result<Bytes, Self::Error>;
    /// The bytes of a segment that somebody is about to leave.
    fn read_to_leave(&mut self, id: SegmentId) -> Result<Bytes, Self::Error> {
        self.read(id)
    }
    /// The hashes of a segment's visitors with their places, where they are at hand without its bytes.
    fn hashes(&mut self, _id: SegmentId) -> Result<Option<Vec<(u32, VisitorHash)>>, Self::Error> {
        Ok(None)
    }
}

impl<E, F: FnMut(SegmentId) -> Result<Bytes, E>> ReadSegment for F {
    type Error = E;
    fn read(&mut self, id: SegmentId) -> Result<Bytes, E> {
        self(id)
    }
}
