//! The rows of a chunk as its bytes have them, and how they come to stand by visitor.

use super::{Chunk, Codes, Partial, ROWS, Summary};
use crate::Refused;
use crate::builder::DayOf;
use crate::bytes::Reader;
use crate::layout::{AFTER, AGAIN, BEFORE, BOUNCE, EVENT, MOVED, MULTI, PARTIAL, PLAIN, planes};

/// Rows, and what their order says of them.
type Order = Vec<(u32, u8)>;

/// The columns as a chunk has them, its tuples already those of the table.
#[derive(Default)]
pub(super) struct Wire {
    slots: Vec<u8>,
    families: [Vec<u32>; 3],
    lens: Vec<u32>,
    firsts: Vec<u32>,
    others: Vec<u32>,
    durations: Vec<u32>,
    bounces: Vec<u32>,
    again: Vec<(u32, u32)>,
    moved: Vec<(u32, u8)>,
    partial: Vec<(u32, (u8, u32, u32, u32))>,
    linked: Vec<u32>,
}

impl Wire {
    pub(super) fn read(from: &mut Reader<'_>, slots_len: usize, tuples: &[Vec<u32>]) -> Result<Self, Refused> {
        let mut wire = Self::default();
        wire.fill(from, slots_len, tuples)?;
        Ok(wire)
    }

    fn fill(&mut self, from: &mut Reader<'_>, slots_len: usize, tuples: &[Vec<u32>]) -> Result<(), Refused> {
        let tuples_of = |family: usize| tuples.get(family).map_or(&[][..], Vec::as_slice);
        for (rows, slot) in from.numbers(slots_len)?.into_iter().zip(0u8..) {
            let rows = rows as usize;
            // Each visit takes a byte at least of what follows.
            if rows > from.0.len().saturating_sub(self.slots.len()) {
                return Err(Refused::Damaged);
            }
            self.slots.resize(self.slots.len() + rows, slot);
        }
        let len = self.slots.len();
        for (family, codes) in self.families.iter_mut().enumerate() {
            *codes = read_codes(from, len, tuples_of(family))?;
        }
        self.lens = from.numbers(len)?;
        let mut more = 0usize;
        for len in &self.lens {
            more = more.checked_add((*len as usize).checked_sub(1).ok_or(Refused::Damaged)?).ok_or(Refused::Damaged)?;
        }
        let events = tuples_of(EVENT);
        self.firsts = read_firsts(from, &self.slots, events)?;
        self.others = read_codes(from, more, events)?;
        let event = |number: u32| match number.checked_sub(1) {
            None => Ok(0),
            Some(number) => events.get(number as usize).copied().ok_or(Refused::Damaged),
        };
        let mut lasts: Vec<bool> = self.lens.iter().map(|len| *len > 1).collect();
        read_places(from, len, &mut |from, row| {
            let partial = (from.byte()?, from.number()?, event(from.number()?)?, event(from.number()?)?);
            self.partial.push((row, partial));
            mark(&mut lasts, row);
            Ok(())
        })?;
        self.durations = read_durations(from, &lasts)?;
        read_places(from, len, &mut |_, row| {
            self.bounces.push(row);
            Ok(())
        })?;
        read_places(from, len, &mut |from, row| {
            self.again.push((row, from.number()?));
            Ok(())
        })?;
        read_places(from, len.saturating_add(more), &mut |from, event| {
            self.moved.push((event, from.byte()?));
            Ok(())
        })?;
        read_places(from, len, &mut |_, row| {
            self.linked.push(row);
            Ok(())
        })
    }
}

fn read_codes(from: &mut Reader<'_>, len: usize, known: &[u32]) -> Result<Vec<u32>, Refused> {
    let mut codes = vec![0u32; if len > from.0.len() { return Err(Refused::Damaged) } else { len }];
    for plane in 0..planes(known.len()) {
        let bytes = from.raw(len)?;
        codes.iter_mut().zip(bytes).for_each(|(code, byte)| *code |= u32::from(*byte) << (8 * plane));
    }
    codes.iter_mut().try_for_each(|code| {
        *code = known.get(*code as usize).copied().ok_or(Refused::Damaged)?;
        Ok(())
    })?;
    Ok(codes)
}

/// The first event of each visit, which ascend within a slot.
fn read_firsts(from: &mut Reader<'_>, slots: &[u8], known: &[u32]) -> Result<Vec<u32>, Refused> {
    let mut firsts = from.numbers(slots.len())?;
    let mut before = (0, 0u32);
    for (first, slot) in firsts.iter_mut().zip(slots) {
        let code = if before.0 == *slot { first.checked_add(before.1).ok_or(Refused::Damaged)? } else { *first };
        before = (*slot, code);
        *first = known.get(code as usize).copied().ok_or(Refused::Damaged)?;
    }
    Ok(firsts)
}

/// The seconds of each visit, 0 of those that do not last.
fn read_durations(from: &mut Reader<'_>, lasts: &[bool]) -> Result<Vec<u32>, Refused> {
    let low = from.raw(lasts.iter().filter(|lasts| **lasts).count())?;
    let mut low = low.iter();
    let mut durations = vec![0; lasts.len()];
    for (duration, _) in durations.iter_mut().zip(lasts).filter(|(_, lasts)| **lasts) {
        let high = from.number()?;
        *duration = high.checked_mul(0x100).ok_or(Refused::Damaged)? | low.next().copied().map_or(0, u32::from);
    }
    Ok(durations)
}

/// Reads what follows each of some ascending places below `len`.
fn read_places<'a>(
    from: &mut Reader<'a>,
    len: usize,
    with: &mut dyn FnMut(&mut Reader<'a>, u32) -> Result<(), Refused>,
) -> Result<(), Refused> {
    let mut place = 0u32;
    for nth in 0..from.count()? {
        let step = from.number()?;
        place = place.checked_add(step).filter(|place| (*place as usize) < len).ok_or(Refused::Damaged)?;
        if nth > 0 && step == 0 {
            return Err(Refused::Damaged);
        }
        with(from, place)?;
    }
    Ok(())
}

impl Wire {
    /// Puts the visits of each visitor beside one another.
    pub(super) fn chunk(self, of: DayOf, has_gaps: bool, checksum: u32, views: &[bool]) -> Result<Chunk, Refused> {
        let len = self.slots.len();
        let (order, [ones, singles, unlinked]) = self.order(len)?;
        let mut here = vec![0u32; len];
        order.iter().zip(0..).for_each(|((row, _), place)| put(&mut here, *row, place));
        let mut others = vec![0u32; len + 1];
        let mut next = 0;
        for (start, len) in others.iter_mut().zip(self.lens.iter().chain([&1])) {
            *start = next;
            next += len - 1;
        }
        let slots = of.hours.len();
        let mut chunk = Chunk {
            of,
            checksum,
            has_gaps,
            ones,
            singles,
            unlinked,
            summary: Summary::default().into(),
            families: std::array::from_fn(|_| Codes::of_capacity(len)),
            flags: Vec::with_capacity(len),
            begins: Vec::new(),
            slots: Vec::with_capacity(len - singles),
            durations: Vec::with_capacity(len - ones),
            long: Vec::new(),
            lens: Vec::with_capacity(len - ones),
            starts: Vec::with_capacity(len.div_ceil(ROWS)),
            many: Vec::new(),
            events: Codes::of_capacity(len + self.others.len()),
            moved: Vec::new(),
            partial: Vec::new(),
            linked: self.linked.iter().map(|row| (*row, get(&here, *row))).collect(),
        };
        let mut marked = vec![false; len];
        self.bounces.iter().for_each(|row| mark(&mut marked, *row));
        let moved_from = |event: u32| self.moved.partition_point(|(place, _)| *place < event);
        for ((row, mut flags), place) in order.into_iter().zip(0u32..) {
            let at = row as usize;
            let (events, slot) = (get(&self.lens, row), self.slots.get(at).copied().unwrap_or(0));
            for (codes, wire) in chunk.families.iter_mut().zip(&self.families) {
                codes.push(get(wire, row));
            }
            let start = get(&others, row);
            let further = self.others.get(start as usize..start as usize + events as usize - 1).unwrap_or_default();
            let first_event = chunk.events.low.len() as u32;
            if (place as usize).is_multiple_of(ROWS) {
                chunk.starts.push(first_event);
            }
            let mut plain = true;
            for event in std::iter::once(get(&self.firsts, row)).chain(further.iter().copied()) {
                chunk.events.push(event);
                plain &= views.get(event as usize).copied().unwrap_or(false);
            }
            // Events of a chunk are counted visit by visit in its own order.
            let event = start + row;
            for (place, by) in
                self.moved.iter().skip(moved_from(event)).take_while(|(place, _)| *place < event + events)
            {
                let to = slot.checked_add(*by).filter(|slot| usize::from(*slot) < slots).ok_or(Refused::Damaged)?;
                chunk.moved.push((first_event + place - event, to));
                flags |= MOVED;
            }
            if let Ok(found) = self.partial.binary_search_by_key(&row, |(row, _)| *row)
                && let Some((_, (when, views, entry, exit))) = self.partial.get(found)
            {
                flags |= PARTIAL | (when & (BEFORE | AFTER));
                chunk.partial.push(Partial { row: place, views: *views, entry: *entry, exit: *exit });
            }
            flags |= if plain { PLAIN } else { 0 };
            let bounced = is(&marked, row) || (events == 1 && flags & PARTIAL == 0);
            flags |= if bounced { BOUNCE } else { 0 };
            chunk.flags.push(flags);
            if place as usize >= singles {
                chunk.slots.push(slot);
            } else if chunk.begins.last().is_none_or(|(_, last)| *last != slot) {
                chunk.begins.push((place, slot));
            }
            if (place as usize) < ones {
                continue;
            }
            let duration = get(&self.durations, row);
            if duration >= u32::from(u16::MAX) {
                chunk.long.push((place, duration));
            }
            if events >= u32::from(u8::MAX) {
                chunk.many.push((place, events));
            }
            chunk.durations.push(u16::try_from(duration).unwrap_or(u16::MAX));
            chunk.lens.push(u8::try_from(events).unwrap_or(u8::MAX));
        }
        Ok(chunk)
    }

    /// The rows of the chunk, a visitor's one after the other, with what that says of them, and the ends of those that are
    /// apart from the others.
    fn order(&self, len: usize) -> Result<(Order, [usize; 3]), Refused> {
        const NONE: u32 = u32::MAX;
        let mut next = vec![NONE; len];
        let mut is_again = vec![false; len];
        for (row, back) in &self.again {
            let before = row.checked_sub(*back).filter(|before| before < row).ok_or(Refused::Damaged)?;
            if get(&next, before) != NONE {
                return Err(Refused::Damaged);
            }
            put(&mut next, before, *row);
            mark(&mut is_again, *row);
        }
        let mut apart = vec![false; len];
        self.partial.iter().for_each(|(row, _)| mark(&mut apart, *row));
        let mut linked = vec![false; len];
        self.linked.iter().for_each(|row| mark(&mut linked, *row));
        // What two bytes do not tell is left to the ways that are made for everything.
        let wide = |codes: &[u32]| codes.iter().any(|code| *code > u32::from(u16::MAX));
        let is_wide = self.families.iter().chain([&self.firsts, &self.others]).any(|codes| wide(codes));
        let mut orders: [Order; 4] = std::array::from_fn(|_| Vec::new());
        for first in is_again.iter().zip(0u32..).filter(|(again, _)| !**again).map(|(_, row)| row) {
            let mut row = get(&next, first);
            let several = if row == NONE { 0 } else { MULTI };
            let class = match get(&self.lens, first) {
                _ if is(&linked, first) => 3,
                _ if several != 0 || is(&apart, first) || is_wide => 2,
                1 => 0,
                events if events < u32::from(u8::MAX) => 1,
                _ => 2,
            };
            let Some(order) = orders.get_mut(class) else { continue };
            order.push((first, several));
            while row != NONE {
                order.push((row, AGAIN | MULTI));
                row = get(&next, row);
            }
        }
        let mut end = 0;
        let ends = orders.each_ref().map(|order| {
            end += order.len();
            end
        });
        let [ones, singles, unlinked, _] = ends;
        Ok((orders.concat(), [ones, singles, unlinked]))
    }
}

fn get(list: &[u32], place: u32) -> u32 {
    list.get(place as usize).copied().unwrap_or(0)
}

fn put(list: &mut [u32], place: u32, value: u32) {
    if let Some(slot) = list.get_mut(place as usize) {
        *slot = value;
    }
}

fn is(marks: &[bool], place: u32) -> bool {
    marks.get(place as usize).copied().unwrap_or(false)
}

fn mark(marks: &mut [bool], place: u32) {
    if let Some(slot) = marks.get_mut(place as usize) {
        *slot = true;
    }
}
