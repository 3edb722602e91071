//! Events at rest: an immutable blob of columns, visitor by visitor and visit by visit.
//!
//! `docs/segment-format.md` describes every byte. [`encode`] writes a segment, [`Segment`] opens one and hands out its
//! columns, each checked by its checksum, and [`Part`] decodes just those that a question needs.

mod codes;
mod days;
mod details;
mod events;
mod layout;
mod order;
mod packed;
mod part;
mod sparse;
mod texts;
mod write;

#[cfg(test)]
mod tests;

use crate::bytes::{Malformed, Reader};
pub use days::{Days, are_same, join};
pub(crate) use details::text_bytes;
pub use events::Nameless;
use layout::FAMILIES_LEN;
pub(crate) use layout::{CITY, FAMILY_ATTRIBUTES, family_of};
pub use order::VISIT_GAP_SECONDS;
pub use part::Part;
pub(crate) use part::{Coded, DetailField, NO_DEPTH, NO_TIME};
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
pub(crate) use texts::Texts;
pub use write::{Hashes, encode};

/// A segment's bytes, for as many as look at them.
pub type Bytes = Rc<Vec<u8>>;

/// The version that this build writes.
pub const VERSION: u8 = 1;

/// Why bytes are not a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// A version that this build does not read.
    UnknownVersion,
    /// Damaged or cut short.
    Damaged,
}

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::UnknownVersion => "the segment was written by a newer version",
            Self::Damaged => "the segment is damaged",
        })
    }
}

impl std::error::Error for Error {}

impl From<Malformed> for Error {
    fn from(_: Malformed) -> Self {
        Self::Damaged
    }
}

/// A segment whose header has been read and found whole.
#[derive(Clone, Debug)]
pub struct Segment {
    bytes: Bytes,
    rows: usize,
    visits: usize,
    visitors: usize,
    first_s: i64,
    last_s: i64,
    tuples: [usize; FAMILIES_LEN],
    columns: Rc<BTreeMap<u8, (Range<usize>, u32)>>,
}

impl Segment {
    /// Opens a segment.
    pub fn open(bytes: Bytes) -> Result<Self, Error> {
        let mut from = Reader::new(&bytes);
        if from.raw(layout::MAGIC.len())? != layout::MAGIC {
            return Err(Error::Damaged);
        }
        if from.byte()? != VERSION {
            return Err(Error::UnknownVersion);
        }
        let header = from.run()?;
        if crc32fast::hash(header) != u32::from_le_bytes(from.array()?) {
            return Err(Error::Damaged);
        }
        let mut start = bytes.len() - from.len();
        let mut from = Reader::new(header);
        let (rows, visits, visitors) = (from.narrow()?, from.narrow()?, from.narrow()?);
        let first_s = from.signed()?;
        let last_s = first_s.wrapping_add(from.number()? as i64);
        let mut tuples = [0; FAMILIES_LEN];
        for count in &mut tuples {
            *count = from.narrow()?;
        }
        let mut columns = BTreeMap::new();
        for _ in 0..from.count()? {
            let number = from.byte()?;
            let length: usize = from.narrow()?;
            let checksum = u32::from_le_bytes(from.array()?);
            let end = start.checked_add(length).filter(|end| *end <= bytes.len()).ok_or(Error::Damaged)?;
            columns.insert(number, (start..end, checksum));
            start = end;
        }
        let counts_fit = rows <= packed::COUNT_MAX && visits <= rows && visitors <= visits;
        if !counts_fit || start != bytes.len() || tuples.iter().any(|count| *count > rows) {
            return Err(Error::Damaged);
        }
        Ok(Self { rows, visits, visitors, first_s, last_s, tuples, columns: columns.into(), bytes: bytes.clone() })
    }

    /// A segment whose checksums are made right first, for tests of what they would hide.
    #[cfg(test)]
    fn open_unchecked(mut bytes: Vec<u8>) -> Option<Self> {
        let mut from = Reader::new(bytes.get(layout::MAGIC.len() + 1..)?);
        let header = from.run().ok()?.to_vec();
        let place = bytes.len() - from.len();
        bytes.get_mut(place..place + 4)?.copy_from_slice(&crc32fast::hash(&header).to_le_bytes());
        let mut segment = Self::open(bytes.into()).ok()?;
        for (range, checksum) in Rc::make_mut(&mut segment.columns).values_mut() {
            *checksum = crc32fast::hash(segment.bytes.get(range.clone())?);
        }
        Some(segment)
    }

    fn bytes_len(&self) -> usize {
        self.bytes.len()
    }

    /// Number of events.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of visits.
    pub fn visits(&self) -> usize {
        self.visits
    }

    /// Number of visitors.
    pub fn visitors(&self) -> usize {
        self.visitors
    }

    /// Time of the earliest and of the latest event, in seconds since 1970.
    pub fn span(&self) -> (i64, i64) {
        (self.first_s, self.last_s)
    }

    /// Bytes of each column by its number in the format.
    pub fn column_bytes(&self) -> impl Iterator<Item = (u8, usize)> {
        self.columns.iter().map(|(number, (range, _))| (*number, range.len()))
    }

    /// Bytes of the whole.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Never: a segment has a header.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether every column is what its checksum says.
    pub fn check(&self) -> Result<(), Error> {
        self.columns.keys().try_for_each(|number| self.column(*number).map(|_| ()))
    }

    /// The bytes of a column, none where it is left out.
    fn column(&self, number: u8) -> Result<&[u8], Error> {
        let Some((range, checksum)) = self.columns.get(&number) else { return Ok(&[]) };
        let bytes = self.bytes.get(range.clone()).unwrap_or_default();
        if crc32fast::hash(bytes) == *checksum { Ok(bytes) } else { Err(Error::Damaged) }
    }

    /// A column of `len` codes, of which only some may be wanted, with its texts.
    fn coded(&self, number: u8, len: usize, places: Option<&[u32]>) -> Result<(Vec<u32>, Texts), Error> {
        let column = self.column(number)?;
        if column.is_empty() {
            return Ok((vec![0; places.map_or(len, <[u32]>::len)], Texts::default()));
        }
        let mut from = Reader::new(column);
        let codes = from.run()?;
        let codes = match places {
            None => packed::unpack(codes, len)?,
            Some(places) => packed::pick(codes, len, places)?,
        };
        Ok((codes, texts::read(from.raw(from.len())?)?))
    }
}
