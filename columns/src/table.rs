//! The chunks of a site's days in memory.

use crate::builder::DayOf;
use crate::bytes::{Reader, checksum};
use crate::chunk::{Chunk, Names};
use crate::layout::{DAY, LINKS, MAGIC, VERSION};
use crate::links::Links;

/// Why bytes are not taken in. The table is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A version that this build does not read.
    UnknownVersion,
    /// Damaged or cut short.
    Damaged,
    /// More texts than a table holds.
    TooMuch,
}

impl Refused {
    /// The reason, machine-readable.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownVersion => "unknown_version",
            Self::Damaged => "damaged_columns",
            Self::TooMuch => "too_many_texts",
        }
    }
}

/// The visits of some days.
pub struct Table {
    pub(crate) names: Names,
    /// By day and object.
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) links: Vec<Links>,
}

impl Default for Table {
    fn default() -> Self {
        Self::new()
    }
}

impl Table {
    /// A table without visits.
    pub fn new() -> Self {
        Self::lowering_by(str::to_lowercase)
    }

    /// A table without visits in a place that makes the letters of texts small in its own way, so that the code for all
    /// the letters of the world is not there twice.
    pub fn lowering_by(lower: fn(&str) -> String) -> Self {
        Self { names: Names::new(lower), chunks: Vec::new(), links: Vec::new() }
    }

    /// Takes in the answer of `GET /api/v2/columns`: chunks, each with its length in front. What comes again takes the
    /// place of what was there.
    ///
    /// # Errors
    /// Bytes that are no such answer. Chunks before the wrong one stay in the table.
    pub fn add_stream(&mut self, stream: &[u8]) -> Result<(), Refused> {
        let mut from = Reader(stream);
        while !from.0.is_empty() {
            let length = from.word()? as usize;
            self.add(from.raw(length)?)?;
        }
        Ok(())
    }

    /// Takes in a chunk.
    ///
    /// # Errors
    /// Bytes that are no chunk, or not the one that was written.
    pub fn add(&mut self, chunk: &[u8]) -> Result<(), Refused> {
        let mut from = Reader(chunk);
        if from.raw(MAGIC.len())? != MAGIC {
            return Err(Refused::Damaged);
        }
        let (version, kind, sum) = (from.byte()?, from.byte()?, from.word()?);
        if version != VERSION {
            return Err(Refused::UnknownVersion);
        }
        if checksum(from.0) != sum {
            return Err(Refused::Damaged);
        }
        match kind {
            DAY => {
                let chunk = Chunk::read(from.0, sum, &mut self.names)?;
                self.put(chunk);
            }
            LINKS => {
                let links = Links::read(from.0)?;
                let key = |links: &Links| (links.days, links.shard, links.shards);
                self.links.retain(|other| key(other) != key(&links));
                self.links.push(links);
            }
            _ => return Err(Refused::UnknownVersion),
        }
        Ok(())
    }

    fn put(&mut self, chunk: Chunk) {
        let key = |chunk: &Chunk| (chunk.of.day, chunk.of.shard);
        // Where the site has another number of objects by now, what is left of before is of no use.
        let DayOf { day, shards, .. } = chunk.of;
        self.chunks.retain(|other| other.of.day != day || (other.of.shards == shards && key(other) != key(&chunk)));
        let place = self.chunks.partition_point(|other| key(other) < key(&chunk));
        self.chunks.insert(place, chunk);
    }

    /// Takes a day out of the table.
    pub fn remove(&mut self, day: i32) {
        self.chunks.retain(|chunk| chunk.of.day != day);
    }

    /// Whether all of a day is in the table.
    pub fn has(&self, day: i32) -> bool {
        let of_day = self.of_days((day, day));
        of_day.first().is_some_and(|first| first.of.shards as usize == of_day.len())
    }

    /// The first and the last day of which anything is in the table.
    pub fn days(&self) -> Option<(i32, i32)> {
        self.chunks.first().zip(self.chunks.last()).map(|(first, last)| (first.of.day, last.of.day))
    }

    /// Number of visits, one that crosses midnight on each of its days.
    pub fn visits(&self) -> usize {
        self.chunks.iter().map(Chunk::len).sum()
    }

    /// About how much memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        self.chunks.iter().map(Chunk::memory).sum::<usize>()
            + self.names.texts.iter().map(crate::texts::Texts::memory).sum::<usize>()
            + self.names.tuples.iter().map(crate::texts::Tuples::memory).sum::<usize>()
            + self.names.views.capacity()
    }

    /// The chunks of days.
    pub(crate) fn of_days(&self, (first, last): (i32, i32)) -> &[Chunk] {
        let start = self.chunks.partition_point(|chunk| chunk.of.day < first);
        let end = self.chunks.partition_point(|chunk| chunk.of.day <= last);
        self.chunks.get(start..end).unwrap_or_default()
    }
}
