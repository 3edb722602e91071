//! Which visits of several days are one visitor's, and which days' events are one visit's: a chunk that belongs to a
//! range of days, since each day's own chunk does not know of the others.

use crate::Refused;
use crate::builder::head;
use crate::bytes::{Reader, push_number, unzigzag, zigzag};
use crate::layout::LINKS;

/// What belongs together on the days of a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The first and the last day, in days since 1970.
    pub days: (i32, i32),
    /// Of the objects that share the site's visitors, which one this is.
    pub shard: u32,
    /// How many objects share them.
    pub shards: u32,
    /// The days whose chunks are meant, ascending, and the checksums of the chunks' contents.
    pub chunks: Vec<(i32, u32)>,
    /// The visitors who come on several of the days.
    pub visitors: Vec<Vec<Linked>>,
}

/// A visit of a visitor who comes on several days, one after the other in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linked {
    /// The place of the visit's day among the chunks.
    pub chunk: u32,
    /// The row of the visit in the chunk.
    pub row: u32,
    /// Whether it is the visit before, which goes on.
    pub same_visit: bool,
}

/// The checksum of a chunk's content, as the chunk has it; 0 where it is none.
pub fn checksum_of(chunk: &[u8]) -> u32 {
    let mut from = Reader(chunk.get(6..).unwrap_or_default());
    from.word().unwrap_or(0)
}

impl Links {
    /// The chunk.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let (first, last) = self.days;
        push_number(&mut out, zigzag(first));
        push_number(&mut out, last.abs_diff(first));
        push_number(&mut out, self.shard);
        push_number(&mut out, self.shards);
        push_number(&mut out, self.chunks.len() as u32);
        for (day, checksum) in &self.chunks {
            push_number(&mut out, day.abs_diff(first));
            out.extend(checksum.to_le_bytes());
        }
        push_number(&mut out, self.visitors.len() as u32);
        for visits in &self.visitors {
            push_number(&mut out, visits.len() as u32);
            for visit in visits {
                push_number(&mut out, visit.chunk << 1 | u32::from(visit.same_visit));
                push_number(&mut out, visit.row);
            }
        }
        let mut bytes = Vec::with_capacity(out.len() + 10);
        head(&mut bytes, LINKS, &out);
        bytes
    }

    /// Reads the content of a chunk.
    pub(crate) fn read(content: &[u8]) -> Result<Self, Refused> {
        let mut from = Reader(content);
        let first = unzigzag(from.number()?);
        let day = |from: &mut Reader<'_>| first.checked_add_unsigned(from.number()?).ok_or(Refused::Damaged);
        let last = day(&mut from)?;
        let (shard, shards) = (from.number()?, from.number()?);
        let chunks =
            (0..from.count()?).map(|_| Ok((day(&mut from)?, from.word()?))).collect::<Result<Vec<_>, Refused>>()?;
        let mut visitors = Vec::new();
        for _ in 0..from.count()? {
            let mut visits = Vec::new();
            for _ in 0..from.count()? {
                let (chunk, row) = (from.number()?, from.number()?);
                visits.push(Linked { chunk: chunk >> 1, row, same_visit: chunk & 1 == 1 });
            }
            visitors.push(visits);
        }
        let in_order = chunks.windows(2).all(|pair| matches!(pair, [(left, _), (right, _)] if left < right));
        let known = visitors.iter().flatten().all(|visit| (visit.chunk as usize) < chunks.len());
        if !from.0.is_empty() || !in_order || !known || shard >= shards {
            return Err(Refused::Damaged);
        }
        Ok(Self { days: (first, last), shard, shards, chunks, visitors })
    }
}
