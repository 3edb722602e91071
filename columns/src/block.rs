//! Visits on their way through the passes of a question: a few hundred at a time, so that they stay near.

use crate::chunk::{Chunk, Cursor};
use crate::filter::Tuple;
use crate::layout::{AFTER, BEFORE, BOUNCE, MOVED, PARTIAL, PLAIN};
use crate::tally::OfVisit;

/// Some visits, as columns. A visitor's visits come one after the other, also from block to block.
#[derive(Default)]
pub(crate) struct Block {
    pub(crate) families: [Vec<u32>; 3],
    pub(crate) flags: Vec<u8>,
    /// Numbers that tell visitors and visits apart, from 1 on.
    pub(crate) visitors: Vec<u32>,
    pub(crate) visits: Vec<u32>,
    pub(crate) durations: Vec<u32>,
    /// Page views of the whole visit, and of what of it is in the range.
    pub(crate) all_views: Vec<u32>,
    pub(crate) views: Vec<u32>,
    /// Where each one's events begin, and where those of the last end.
    pub(crate) starts: Vec<u32>,
    pub(crate) events: Vec<u32>,
    /// The tuples of first and last page views, where somebody wants them.
    pub(crate) entries: Vec<u32>,
    pub(crate) exits: Vec<u32>,
    /// The bucket of each visit; of hours the one of each event, and from which to which the visit was active and
    /// whether it ended then.
    pub(crate) buckets: Vec<u32>,
    pub(crate) hours: Vec<u32>,
    pub(crate) active: Vec<(u32, u32, bool)>,
}

/// What is wanted of visits.
#[derive(Clone, Copy)]
pub(crate) struct Wants<'a> {
    /// For each tuple of events whether it is of a page view.
    pub(crate) views: &'a [bool],
    pub(crate) ends: bool,
    pub(crate) hours: bool,
}

/// Which part of a chunk is in the range, and what the buckets of its slots are.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) from_slot: u8,
    pub(crate) to_slot: u8,
    pub(crate) bucket: u32,
    /// Whether a part of the day is left out.
    pub(crate) is_cut: bool,
}

/// The numbers of the visitor and the visit that came last.
#[derive(Clone, Copy, Default)]
pub(crate) struct Last {
    pub(crate) visitor: u32,
    pub(crate) visit: u32,
}

impl Block {
    pub(crate) fn len(&self) -> usize {
        self.flags.len()
    }

    pub(crate) fn clear(&mut self) {
        self.families.iter_mut().for_each(Vec::clear);
        self.flags.clear();
        self.starts.clear();
        self.events.clear();
        let Self { visitors, visits, durations, all_views, views, entries, exits, buckets, hours, .. } = self;
        for column in [visitors, visits, durations, all_views, views, entries, exits, buckets, hours] {
            column.clear();
        }
        self.active.clear();
    }

    /// Takes in some whole visits of a chunk, by their rows in ascending order.
    pub(crate) fn gather(&mut self, chunk: &Chunk, rows: &[u32], window: Window, wants: Wants<'_>, last: Last) {
        self.clear();
        self.buckets.resize(rows.len(), window.bucket);
        for (column, codes) in self.families.iter_mut().zip(&chunk.families) {
            column.extend(rows.iter().map(|row| codes.get(*row as usize)));
        }
        self.flags.extend(rows.iter().map(|row| chunk.flags.get(*row as usize).copied().unwrap_or(0)));
        self.durations.extend(rows.iter().map(|row| chunk.duration(*row as usize)));
        self.visits.extend(rows.iter().map(|row| last.visit + 1 + row));
        let mut before: Option<(usize, u32)> = None;
        for row in rows {
            let row = *row as usize;
            // The first visit of the same visitor says who it is.
            let mut first = row;
            while before.is_none_or(|(before, _)| first > before) && chunk.is_again(first) && first > 0 {
                first -= 1;
            }
            let visitor = before.filter(|(before, _)| *before == first).map_or(first as u32, |(_, visitor)| visitor);
            before = Some((row, visitor));
            self.visitors.push(last.visitor + 1 + visitor);
        }
        let mut cursor = Cursor::new(chunk);
        self.starts.push(0);
        for row in rows {
            let start = cursor.go(*row as usize);
            chunk.events.copy(start, start + chunk.events_of(*row as usize) as usize, &mut self.events);
            self.starts.push(self.events.len() as u32);
        }
        let spans = self.starts.iter().zip(self.starts.iter().skip(1));
        self.views.extend(self.flags.iter().zip(spans).map(|(flags, (start, end))| {
            if flags & PLAIN != 0 { end - start } else { count_views(&self.events, *start, *end, wants.views) }
        }));
        self.all_views.extend_from_slice(&self.views);
        if wants.ends {
            for row in 0..self.flags.len() {
                let (entry, exit) = first_and_last(self.events_of(row), wants.views);
                self.entries.push(entry);
                self.exits.push(exit);
            }
        }
        for (place, row) in rows.iter().enumerate() {
            if self.flags.get(place).is_some_and(|flags| flags & PARTIAL != 0) {
                let (all, entry, exit) = partial(chunk, *row as usize);
                set(&mut self.all_views, place, all);
                set(&mut self.entries, place, entry);
                set(&mut self.exits, place, exit);
            }
        }
    }

    /// Takes in one visit of a chunk whose events begin there, as far as it is in the window; whether anything of it is.
    pub(crate) fn push(
        &mut self,
        chunk: &Chunk,
        (row, first_event): (usize, usize),
        window: Window,
        wants: Wants<'_>,
        last: Last,
    ) -> bool {
        let views = wants.views;
        let len = chunk.events_of(row) as usize;
        let flags = chunk.flags.get(row).copied().unwrap_or(0);
        let slot = chunk.slot(row);
        let start = self.events.len();
        chunk.events.copy(first_event, first_event + len, &mut self.events);
        let all = self.events.get(start..).unwrap_or_default();
        let own_views = count_views(all, 0, all.len() as u32, views);
        let (entry, exit) = first_and_last(all, views);
        let (all_views, entry, exit) =
            if flags & PARTIAL == 0 { (own_views, entry, exit) } else { partial(chunk, row) };
        let mut slots = vec![slot; len];
        if flags & MOVED != 0 {
            let first = chunk.moved.partition_point(|(place, _)| (*place as usize) < first_event);
            let moved = chunk.moved.iter().skip(first).take_while(|(place, _)| (*place as usize) < first_event + len);
            moved.for_each(|(place, to)| {
                slots.iter_mut().skip(*place as usize - first_event).take(1).for_each(|slot| *slot = *to);
            });
        }
        let latest = slots.iter().copied().max().unwrap_or(slot);
        let inside = |slot: &u8| (window.from_slot..window.to_slot).contains(slot);
        let mut kept = start;
        for (slot, event) in slots.iter().zip(start..) {
            if inside(slot) {
                self.events.swap(kept, event);
                kept += 1;
                self.hours.push(window.bucket + u32::from(slot - window.from_slot));
            }
        }
        self.events.truncate(kept);
        if kept == start {
            return false;
        }
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.starts.push(kept as u32);
        for (column, codes) in self.families.iter_mut().zip(&chunk.families) {
            column.push(codes.get(row));
        }
        self.flags.push(flags);
        self.visitors.push(last.visitor);
        self.visits.push(last.visit);
        self.durations.push(chunk.duration(row));
        self.all_views.push(all_views);
        self.views.push(count_views(&self.events, start as u32, kept as u32, views));
        self.entries.push(entry);
        self.exits.push(exit);
        self.buckets.push(window.bucket);
        if wants.hours {
            let first = if flags & BEFORE != 0 { window.from_slot } else { slot.max(window.from_slot) };
            let goes_on = flags & AFTER != 0 || latest >= window.to_slot;
            let end = if goes_on { window.to_slot - 1 } else { latest };
            let bucket = |slot: u8| window.bucket + u32::from(slot.saturating_sub(window.from_slot));
            self.active.push((bucket(first), bucket(end), !goes_on));
        }
        true
    }

    pub(crate) fn events_of(&self, row: usize) -> &[u32] {
        let (start, end) = self.span(row);
        self.events.get(start..end).unwrap_or_default()
    }

    pub(crate) fn hours_of(&self, row: usize) -> &[u32] {
        let (start, end) = self.span(row);
        self.hours.get(start..end).unwrap_or_default()
    }

    fn span(&self, row: usize) -> (usize, usize) {
        (at(&self.starts, row) as usize, at(&self.starts, row + 1) as usize)
    }

    /// What tests look at, for an event of no kind.
    pub(crate) fn tuple(&self, row: usize) -> Tuple {
        let [source, tech, geo] = &self.families;
        Tuple {
            families: [at(source, row), at(tech, row), at(geo, row)],
            entry: at(&self.entries, row),
            exit: at(&self.exits, row),
            event: 0,
        }
    }

    pub(crate) fn of_visit(&self, row: usize) -> OfVisit {
        OfVisit {
            visitor: at(&self.visitors, row),
            visit: at(&self.visits, row),
            bounced: self.flags.get(row).is_some_and(|flags| flags & BOUNCE != 0),
            duration_s: at(&self.durations, row),
            views: at(&self.all_views, row),
        }
    }
}

pub(crate) fn at(list: &[u32], place: usize) -> u32 {
    list.get(place).copied().unwrap_or(0)
}

fn set(list: &mut [u32], place: usize, value: u32) {
    if let Some(slot) = list.get_mut(place) {
        *slot = value;
    }
}

fn partial(chunk: &Chunk, row: usize) -> (u32, u32, u32) {
    let found = chunk.partial.binary_search_by_key(&(row as u32), |partial| partial.row);
    let partial = found.ok().and_then(|place| chunk.partial.get(place));
    partial.map_or((0, 0, 0), |partial| (partial.views, partial.entry, partial.exit))
}

fn is_view(views: &[bool], event: u32) -> bool {
    views.get(event as usize).copied().unwrap_or(false)
}

fn count_views(events: &[u32], start: u32, end: u32, views: &[bool]) -> u32 {
    let events = events.get(start as usize..end as usize).unwrap_or_default();
    events.iter().filter(|event| is_view(views, **event)).count() as u32
}

fn first_and_last(events: &[u32], views: &[bool]) -> (u32, u32) {
    let first = events.iter().find(|event| is_view(views, **event));
    let last = events.iter().rfind(|event| is_view(views, **event));
    (first.copied().unwrap_or(0), last.copied().unwrap_or(0))
}
