//! Visits of visitors who have no other: most of a day's. Each adds one to whatever it has, so nobody has to be told apart.

use crate::chunk::{Chunk, Cursor};
use crate::dimension::Place;
use crate::filter::{Kept, keeps};
use crate::layout::{BOUNCE, EVENT, PARTIAL, PLAIN};
use crate::pass::{Listing, Over, Pass, one_more};
use crate::tally::Counts;

/// Finds the visits from one row to before another whose tuples the filters keep.
pub(crate) fn select(kept: &Kept, chunk: &Chunk, (start, end): (usize, usize), rows: &mut Vec<u32>) {
    rows.clear();
    rows.extend(start as u32..end as u32);
    for (kept, codes) in kept.families.iter().zip(&chunk.families) {
        let Some(kept) = kept else { continue };
        match codes.narrow().get(start..end) {
            Some(narrow) if rows.len() == narrow.len() => {
                let mut len = 0;
                for (row, code) in (start as u32..).zip(narrow) {
                    put(rows, &mut len, row, keeps(kept, u32::from(*code)));
                }
                rows.truncate(len);
            }
            _ => retain(rows, |row| keeps(kept, codes.get(row as usize))),
        }
    }
}

/// Writes a row down, to be written over if it is not kept: no branch depends on what filters say.
fn put(rows: &mut [u32], len: &mut usize, row: u32, is_kept: bool) {
    if let Some(slot) = rows.get_mut(*len) {
        *slot = row;
    }
    *len += usize::from(is_kept);
}

fn retain(rows: &mut Vec<u32>, is_kept: impl Fn(u32) -> bool) {
    let mut len = 0;
    for place in 0..rows.len() {
        let row = rows.get(place).copied().unwrap_or(0);
        put(rows, &mut len, row, is_kept(row));
    }
    rows.truncate(len);
}

/// Leaves out visits none of whose events the filters keep, without looking at much else of them.
pub(crate) fn screen(kept: &Kept, chunk: &Chunk, rows: &mut Vec<u32>) {
    let events = chunk.events.narrow();
    if events.is_empty() || !(kept.looks_at_ends() || kept.is_of_events()) {
        return;
    }
    let mut cursor = Cursor::new(chunk);
    rows.retain(|row| {
        let start = cursor.go(*row as usize);
        let own = events.get(start..start + chunk.events_of(*row as usize) as usize).unwrap_or_default();
        chunk.flags.get(*row as usize).is_some_and(|flags| flags & PARTIAL != 0)
            || kept.may_keep(own.iter().copied().map(u32::from))
    });
}

fn code(codes: &[u16], place: usize) -> u32 {
    codes.get(place).copied().map_or(0, u32::from)
}

impl Pass {
    /// Counts the visits of a chunk whose visitors have no other in it and come on no other day; where the others begin.
    pub(crate) fn count_singles(&mut self, chunk: &Chunk, bucket: u32, last: u32, views: &[bool]) -> usize {
        if self.kept.is_joined() || self.lists.iter().any(|list| list.tally.is_some()) {
            return 0;
        }
        let mut counts = Counts::default();
        let mut rows = Vec::new();
        for (start, end) in chunk.blocks(0, chunk.ones) {
            select(&self.kept, chunk, (start, end), &mut rows);
            self.count_ones(chunk, &mut rows, views, &mut counts);
        }
        let mut cursor = Cursor::new(chunk);
        for (start, end) in chunk.blocks(chunk.ones, chunk.singles) {
            select(&self.kept, chunk, (start, end), &mut rows);
            self.count_events_of(chunk, &mut rows, (&mut cursor, last), views, &mut counts);
            self.count_families(chunk, &rows);
            counts.visits += rows.len() as u32;
        }
        (counts.visitors, counts.ended) = (counts.visits, counts.visits);
        if let Some(range) = &mut self.range {
            range.add(0, &counts);
        }
        if let Some(days) = self.series.as_mut().filter(|_| self.over == Over::Days) {
            days.add(bucket, &counts);
        }
        chunk.singles
    }

    fn count_families(&mut self, chunk: &Chunk, rows: &[u32]) {
        for (counts, codes) in self.families.iter_mut().zip(&chunk.families) {
            let (Some(counts), codes) = (counts, codes.narrow()) else { continue };
            for row in rows {
                one_more(counts, code(codes, *row as usize));
            }
        }
    }

    /// Counts visits with one event, which is in the place of its visit.
    fn count_ones(&mut self, chunk: &Chunk, rows: &mut Vec<u32>, views: &[bool], counts: &mut Counts) {
        let events = chunk.events.narrow();
        let event = |row: &u32| code(events, *row as usize);
        let Kept { events: of_event, entry, exit, .. } = &self.kept;
        if let Some(kept) = of_event {
            retain(rows, |row| keeps(kept, event(&row)));
        }
        let end = |row: &u32| Some(event(row)).filter(|event| keeps(views, *event)).unwrap_or(0);
        for kept in [entry, exit].into_iter().flatten() {
            retain(rows, |row| keeps(kept, end(&row)));
        }
        let visits = rows.len() as u32;
        let seen = rows.iter().filter(|row| keeps(views, event(row))).count() as u32;
        counts.visits += visits;
        counts.events += visits;
        counts.bounces += visits;
        counts.views += seen;
        counts.visit_views += u64::from(seen);
        self.count_families(chunk, rows);
        if let Some(Some(counts)) = self.families.get_mut(EVENT) {
            for row in &*rows {
                one_more(counts, event(row));
            }
        }
        for list in self.lists.iter_mut().filter(|list| matches!(list.place, Place::Entry | Place::Exit)) {
            for row in &*rows {
                list.see_one(end(row));
            }
        }
    }

    /// Counts all that follows from the events of visits, and leaves those out of which none is kept.
    fn count_events_of(
        &mut self,
        chunk: &Chunk,
        rows: &mut Vec<u32>,
        (cursor, last): (&mut Cursor<'_>, u32),
        views: &[bool],
        counts: &mut Counts,
    ) {
        let (events, tests) = (chunk.events.narrow(), self.kept.events.as_deref());
        let (by_entry, by_exit) = (self.kept.entry.as_deref(), self.kept.exit.as_deref());
        let is_kept = |event: u32| tests.is_none_or(|tests| keeps(tests, event));
        let mut len = 0;
        for place in 0..rows.len() {
            let row = rows.get(place).copied().unwrap_or(0);
            let start = cursor.go(row as usize);
            let own = events.get(start..start + chunk.events_of(row as usize) as usize).unwrap_or_default();
            let own = || own.iter().copied().map(u32::from);
            let kept = || own().filter(|event| is_kept(*event));
            let flags = chunk.flags.get(row as usize).copied().unwrap_or(0);
            let is_plain = flags & PLAIN != 0;
            let entry = || own().find(|event| keeps(views, *event)).unwrap_or(0);
            let exit = || own().rfind(|event| keeps(views, *event)).unwrap_or(0);
            let mut of_kept = if tests.is_none() { own().len() } else { kept().count() } as u32;
            if by_entry.is_some_and(|kept| !keeps(kept, entry())) || by_exit.is_some_and(|kept| !keeps(kept, exit())) {
                of_kept = 0;
            }
            put(rows, &mut len, row, of_kept > 0);
            if of_kept == 0 {
                continue;
            }
            let seen = |all: usize, views: usize| if is_plain { all } else { views } as u32;
            let all_views = seen(own().len(), own().filter(|event| keeps(views, *event)).count());
            counts.visit_views += u64::from(all_views);
            counts.views += match tests {
                None => all_views,
                Some(_) => kept().filter(|event| keeps(views, *event)).count() as u32,
            };
            counts.events += of_kept;
            counts.bounces += u32::from(flags & BOUNCE != 0);
            counts.duration_s += u64::from(chunk.duration(row as usize));
            for list in &mut self.lists {
                match list.place {
                    Place::Family(_) => {}
                    Place::Event if list.skips_plain && is_plain => {}
                    Place::Event => kept().for_each(|event| list.see_event(event, last + 1 + row)),
                    Place::Entry => list.see_one(entry()),
                    Place::Exit => list.see_one(exit()),
                }
            }
        }
        rows.truncate(len);
    }
}

impl Listing {
    fn text(&self, tuple: u32) -> u32 {
        self.texts.get(tuple as usize).copied().unwrap_or(0)
    }

    /// Counts a visitor who is not seen again.
    fn see_one(&mut self, tuple: u32) {
        self.visitors.add_others(self.text(tuple), 1);
    }

    /// Counts a visitor of whom other events may be seen.
    fn see_event(&mut self, tuple: u32, visitor: u32) {
        self.visitors.add(self.text(tuple), visitor);
    }
}
