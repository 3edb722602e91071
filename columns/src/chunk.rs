//! The visits of a day in memory, and how they are read from a chunk: its texts and tuples here, its rows in `wire`.

mod wire;

use crate::Refused;
use crate::builder::DayOf;
use crate::bytes::{Reader, unzigzag};
use crate::dimension::Dimension;
use crate::layout::{AGAIN, DAY_MAX, DOMAINS, EVENT, FAMILIES, NAME, PAGEVIEW, SLOTS_MAX};
use crate::tally::Counts;
use crate::texts::{Texts, Tuples};
use std::cell::RefCell;
use wire::Wire;

/// Visits that are looked at together, so that they stay near.
pub(crate) const ROWS: usize = 1024;

/// Every text and tuple of a table.
pub(crate) struct Names {
    pub(crate) texts: [Texts; DOMAINS],
    pub(crate) tuples: [Tuples; 4],
    /// For each tuple of events whether it is of a page view.
    pub(crate) views: Vec<bool>,
    /// Makes the letters of a text small.
    pub(crate) lower: fn(&str) -> String,
}

/// Codes, in two bytes each as long as that is enough.
pub(crate) struct Codes {
    low: Vec<u16>,
    high: Vec<u8>,
}

/// A visit that has events on other days.
pub(crate) struct Partial {
    pub(crate) row: u32,
    pub(crate) views: u32,
    pub(crate) entry: u32,
    pub(crate) exit: u32,
}

/// Texts, and how many visitors have each.
type Visitors = Vec<(u32, u32)>;

/// Counts of all visits of a chunk whose visitors come on no other day.
#[derive(Default)]
pub(crate) struct Summary {
    pub(crate) range: Option<Counts>,
    /// Of a dimension the texts and how many visitors have them; whether visits of page views alone are left out.
    pub(crate) lists: Vec<(Dimension, bool, Visitors)>,
}

/// The visits of a day as one object has them, a visitor's one after the other. In front are those of visitors who have no
/// other visit, which need no telling apart; at the end those of visitors who come on other days.
pub(crate) struct Chunk {
    pub(crate) of: DayOf,
    pub(crate) checksum: u32,
    pub(crate) has_gaps: bool,
    /// The end of visits that are a visitor's only one and have a single event: they do not last, and bounced.
    pub(crate) ones: usize,
    /// The end of visits that are a visitor's only one, all of them within the day.
    pub(crate) singles: usize,
    /// The end of visits of visitors who come on no other day.
    pub(crate) unlinked: usize,
    /// What was counted without filters.
    pub(crate) summary: RefCell<Summary>,
    pub(crate) families: [Codes; 3],
    pub(crate) flags: Vec<u8>,
    /// Visits that are a visitor's only one stand by the slots of their first events: where each slot begins.
    begins: Vec<(u32, u8)>,
    /// The slots of the first events of all others, from the end of `singles` on.
    slots: Vec<u8>,
    /// From the end of `ones` on.
    durations: Vec<u16>,
    /// Durations that two bytes do not hold, by row.
    long: Vec<(u32, u32)>,
    /// Numbers of events, from the end of `ones` on.
    lens: Vec<u8>,
    /// Where the events of each [`ROWS`]th visit begin.
    starts: Vec<u32>,
    /// Numbers that a byte does not hold, by row.
    many: Vec<(u32, u32)>,
    pub(crate) events: Codes,
    /// Events that are not in the slot of their visit, by their places, and their slots.
    pub(crate) moved: Vec<(u32, u8)>,
    pub(crate) partial: Vec<Partial>,
    /// Visits of visitors who have others on other days: where the chunk has them, and where they are here.
    pub(crate) linked: Vec<(u32, u32)>,
}

impl Names {
    pub(crate) fn new(lower: fn(&str) -> String) -> Self {
        let tuples = FAMILIES.map(|domains| Tuples::of_width(domains.len()));
        let mut names = Self { texts: std::array::from_fn(|_| Texts::default()), tuples, views: Vec::new(), lower };
        // The tuple of no event at all is the first, for visits without page views.
        let _ = names.tuple(EVENT, &[0; 3]);
        names
    }

    fn tuple(&mut self, family: usize, codes: &[u32]) -> Result<u32, Refused> {
        let tuple = self.tuples.get_mut(family).ok_or(Refused::Damaged)?.code(codes)?;
        if family == EVENT && tuple as usize == self.views.len() {
            let name = codes.first().copied().unwrap_or(0);
            self.views.push(self.texts.get(NAME).is_some_and(|names| names.text(name) == PAGEVIEW));
        }
        Ok(tuple)
    }
}

impl Codes {
    fn of_capacity(len: usize) -> Self {
        Self { low: Vec::with_capacity(len), high: Vec::new() }
    }

    /// The codes, where two bytes are enough for all of them.
    pub(crate) fn narrow(&self) -> &[u16] {
        if self.high.is_empty() { &self.low } else { &[] }
    }

    pub(crate) fn push(&mut self, code: u32) {
        if code > 0xffff && self.high.is_empty() {
            self.high.resize(self.low.len(), 0);
        }
        self.low.push(code as u16);
        if code > 0xffff || !self.high.is_empty() {
            self.high.push((code >> 16) as u8);
        }
    }

    pub(crate) fn get(&self, place: usize) -> u32 {
        let high = self.high.get(place).copied().map_or(0, u32::from);
        high << 16 | self.low.get(place).copied().map_or(0, u32::from)
    }

    /// Appends the codes from one place to before another.
    pub(crate) fn copy(&self, start: usize, end: usize, out: &mut Vec<u32>) {
        let from = out.len();
        out.extend(self.low.get(start..end).unwrap_or_default().iter().map(|low| u32::from(*low)));
        let high = self.high.get(start..end).unwrap_or_default();
        out.iter_mut().skip(from).zip(high).for_each(|(code, high)| *code |= u32::from(*high) << 16);
    }

    fn memory(&self) -> usize {
        self.low.capacity() * 2 + self.high.capacity()
    }
}

fn by_row(list: &[(u32, u32)], row: usize) -> u32 {
    list.binary_search_by_key(&(row as u32), |(row, _)| *row).ok().and_then(|at| list.get(at)).map_or(0, |(_, n)| *n)
}

impl Chunk {
    /// Number of visits.
    pub(crate) fn len(&self) -> usize {
        self.flags.len()
    }

    pub(crate) fn duration(&self, row: usize) -> u32 {
        match row.checked_sub(self.ones).and_then(|place| self.durations.get(place)) {
            Some(&u16::MAX) => by_row(&self.long, row),
            Some(duration) => u32::from(*duration),
            None => 0,
        }
    }

    pub(crate) fn events_of(&self, row: usize) -> u32 {
        match row.checked_sub(self.ones).map(|place| self.lens.get(place)) {
            None => 1,
            Some(Some(&u8::MAX)) => by_row(&self.many, row),
            Some(Some(len)) => u32::from(*len),
            Some(None) => 0,
        }
    }

    /// The slot of a visit's first event.
    pub(crate) fn slot(&self, row: usize) -> u8 {
        let slot = if let Some(place) = row.checked_sub(self.singles) {
            self.slots.get(place)
        } else {
            let after = self.begins.partition_point(|(begin, _)| *begin as usize <= row);
            after.checked_sub(1).and_then(|place| self.begins.get(place)).map(|(_, slot)| slot)
        };
        slot.copied().unwrap_or(0)
    }

    /// Whether a visit is of the visitor of the one before it.
    pub(crate) fn is_again(&self, row: usize) -> bool {
        self.flags.get(row).is_some_and(|flags| flags & AGAIN != 0)
    }

    /// Rows from one to before another, a few hundred at a time and no visitor in two of them.
    pub(crate) fn blocks(&self, from: usize, to: usize) -> impl Iterator<Item = (usize, usize)> {
        let mut next = from;
        std::iter::from_fn(move || {
            let start = next;
            next = (start + ROWS).min(to);
            while next < to && self.is_again(next) {
                next += 1;
            }
            (start < to).then_some((start, next))
        })
    }

    /// About how much memory it takes, in bytes.
    pub(crate) fn memory(&self) -> usize {
        let Self {
            families,
            flags,
            begins,
            slots,
            durations,
            long,
            lens,
            starts,
            many,
            events,
            moved,
            partial,
            linked,
            ..
        } = self;
        families.iter().map(Codes::memory).sum::<usize>()
            + flags.capacity()
            + slots.capacity()
            + durations.capacity() * 2
            + lens.capacity()
            + starts.capacity() * 4
            + events.memory()
            + (begins.capacity() + long.capacity() + many.capacity() + moved.capacity() + linked.capacity()) * 8
            + partial.capacity() * size_of::<Partial>()
    }

    /// Reads the content of a chunk.
    pub(crate) fn read(content: &[u8], checksum: u32, names: &mut Names) -> Result<Self, Refused> {
        let mut from = Reader(content);
        let (of, has_gaps) = read_day(&mut from)?;
        let texts = names.texts.iter_mut().map(|texts| read_texts(&mut from, texts)).collect::<Result<Vec<_>, _>>()?;
        let mut tuples = Vec::with_capacity(FAMILIES.len());
        for (family, domains) in FAMILIES.iter().enumerate() {
            tuples.push(read_tuples(&mut from, family, domains, &texts, names)?);
        }
        let wire = Wire::read(&mut from, of.hours.len(), &tuples)?;
        if !from.0.is_empty() {
            return Err(Refused::Damaged);
        }
        wire.chunk(of, has_gaps, checksum, &names.views)
    }
}

fn read_day(from: &mut Reader<'_>) -> Result<(DayOf, bool), Refused> {
    let day = unzigzag(from.number()?);
    let (shard, shards, gaps) = (from.number()?, from.number()?, from.number()?);
    let slots = from.count()?;
    let hours = from.raw(slots)?.to_vec();
    let (from_slot, to_slot) = (from.byte()?, from.byte()?);
    let fits = day.unsigned_abs() <= DAY_MAX && slots <= SLOTS_MAX && usize::from(to_slot) <= slots;
    if !fits || from_slot > to_slot || shard >= shards || shards > 0xffff || hours.iter().any(|hour| *hour > 23) {
        return Err(Refused::Damaged);
    }
    Ok((DayOf { day, shard, shards, hours, from_slot, to_slot }, gaps != 0))
}

/// The codes here of the texts of a chunk, the empty one first.
fn read_texts(from: &mut Reader<'_>, texts: &mut Texts) -> Result<Vec<u32>, Refused> {
    let len = from.count()?;
    let lens = from.numbers(len)?;
    let mut codes = Vec::with_capacity(len + 1);
    codes.push(0);
    for len in lens {
        let text = std::str::from_utf8(from.raw(len as usize)?).map_err(|_| Refused::Damaged)?;
        codes.push(texts.code(text)?);
    }
    Ok(codes)
}

/// The codes here of the tuples of a chunk.
fn read_tuples(
    from: &mut Reader<'_>,
    family: usize,
    domains: &[usize],
    texts: &[Vec<u32>],
    names: &mut Names,
) -> Result<Vec<u32>, Refused> {
    let len = from.count()?;
    let mut columns: Vec<Vec<u32>> = Vec::with_capacity(domains.len());
    for domain in domains {
        let known = texts.get(*domain).ok_or(Refused::Damaged)?;
        let mut code = 0i32;
        let mut column = Vec::with_capacity(len);
        for delta in from.numbers(len)? {
            code = code.wrapping_add(unzigzag(delta));
            column.push(known.get(code as usize).copied().ok_or(Refused::Damaged)?);
        }
        columns.push(column);
    }
    let mut key = vec![0; domains.len()];
    let mut codes = Vec::with_capacity(len);
    for tuple in 0..len {
        for (slot, column) in key.iter_mut().zip(&columns) {
            *slot = column.get(tuple).copied().unwrap_or(0);
        }
        codes.push(names.tuple(family, &key)?);
    }
    Ok(codes)
}

/// Finds where the events of visits begin, which are asked for in ascending order.
pub(crate) struct Cursor<'a> {
    chunk: &'a Chunk,
    row: usize,
    event: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(chunk: &'a Chunk) -> Self {
        Self { chunk, row: 0, event: 0 }
    }

    /// Where the events of a visit begin.
    pub(crate) fn go(&mut self, row: usize) -> usize {
        let mark = row / ROWS;
        if self.row < mark * ROWS {
            self.row = mark * ROWS;
            self.event = self.chunk.starts.get(mark).map_or(0, |event| *event as usize);
        }
        for row in self.row..row {
            self.event += self.chunk.events_of(row) as usize;
        }
        self.row = row;
        self.event
    }
}
