//! The visits of chunks on their way through the passes of a question.

use crate::block::{Block, Last, Wants, Window};
use crate::chunk::{Chunk, Names, ROWS};
use crate::filter::keeps;
use crate::layout::{AGAIN, PARTIAL};
use crate::links::Links;
use crate::pass::Pass;
use crate::question::Inexact;
use crate::singles::{screen, select};

/// For each row of a chunk whether links list it; empty where they list none.
pub(super) fn rows_of(links: &Links, chunk: &Chunk) -> Vec<bool> {
    let Some(place) = links.chunks.iter().position(|(day, _)| *day == chunk.of.day) else { return Vec::new() };
    let mut listed = vec![false; chunk.len()];
    for visit in links.visitors.iter().flatten().filter(|visit| visit.chunk as usize == place) {
        if let Some(is) = row_here(chunk, visit.row).and_then(|row| listed.get_mut(row as usize)) {
            *is = true;
        }
    }
    listed
}

/// Where a row of the chunk's bytes is in memory.
fn row_here(chunk: &Chunk, row: u32) -> Option<u32> {
    let found = chunk.linked.binary_search_by_key(&row, |(there, _)| *there).ok()?;
    chunk.linked.get(found).map(|(_, here)| *here)
}

/// The visits of chunks on their way through the passes.
pub(super) struct Scan<'a> {
    pub(super) wants: Wants<'a>,
    pub(super) last: Last,
    pub(super) block: Block,
    pub(super) passes: &'a mut [Pass],
}

impl Scan<'_> {
    fn count(&mut self) {
        let Self { block, passes, wants, .. } = self;
        passes.iter_mut().for_each(|pass| pass.count(block, true, wants.views));
    }

    /// Counts a chunk whose visits count as they are, but those that are `skipped`.
    pub(super) fn blockwise(&mut self, chunk: &Chunk, window: Window, skipped: &[bool], names: &Names) {
        let Self { block, passes, wants, last } = self;
        let mut rows = Vec::new();
        for pass in passes.iter_mut() {
            let from = if pass.keeps_all() {
                pass.add_summary(chunk, window, names);
                chunk.unlinked
            } else {
                pass.count_singles(chunk, window.bucket, last.visitor, wants.views)
            };
            for (start, end) in chunk.blocks(from, chunk.len()) {
                select(&pass.kept, chunk, (start, end), &mut rows);
                if !skipped.is_empty() {
                    rows.retain(|row| !keeps(skipped, *row));
                }
                screen(&pass.kept, chunk, &mut rows);
                if !rows.is_empty() {
                    block.gather(chunk, &rows, window, *wants, *last);
                    pass.count(block, false, wants.views);
                }
            }
        }
        last.visitor += chunk.len() as u32;
        last.visit += chunk.len() as u32;
    }

    /// Counts a chunk visit by visit, event by event.
    pub(super) fn piecewise(&mut self, chunk: &Chunk, window: Window, skipped: &[bool]) -> Result<(), Inexact> {
        self.block.clear();
        let mut event = 0;
        for row in 0..chunk.len() {
            let is_again = chunk.flags.get(row).is_some_and(|flags| flags & AGAIN != 0);
            self.last.visitor += u32::from(!is_again);
            self.last.visit += 1;
            if !keeps(skipped, row as u32) {
                self.piece(chunk, (row, event), window)?;
            }
            event += chunk.events_of(row) as usize;
            if self.block.len() == ROWS {
                self.count();
                self.block.clear();
            }
        }
        self.count();
        Ok(())
    }

    /// Takes one visit into the block.
    fn piece(&mut self, chunk: &Chunk, (row, event): (usize, usize), window: Window) -> Result<(), Inexact> {
        let taken = self.block.push(chunk, (row, event), window, self.wants, self.last);
        let goes_beyond = chunk.flags.get(row).is_some_and(|flags| flags & PARTIAL != 0);
        if !taken && self.wants.hours && goes_beyond {
            // The visit is active in hours of the range by events that are left out.
            return Err(Inexact::Hours);
        }
        Ok(())
    }

    /// Counts the visitors who come on several days.
    pub(super) fn linked(&mut self, links: &Links, chunks: &[Chunk], windows: &[Window]) -> Result<(), Inexact> {
        let places: Vec<Option<(&Chunk, Window, Vec<u32>)>> = links
            .chunks
            .iter()
            .map(|(day, _)| {
                let mut own = chunks.iter().zip(windows);
                let (chunk, window) = own.find(|(chunk, _)| chunk.of.day == *day && chunk.of.shard == links.shard)?;
                Some((chunk, *window, first_events(chunk)))
            })
            .collect();
        self.block.clear();
        for visits in &links.visitors {
            self.last.visitor += 1;
            for visit in visits {
                self.last.visit += u32::from(!visit.same_visit);
                let Some(Some((chunk, window, events))) = places.get(visit.chunk as usize) else { continue };
                let Some(row) = row_here(chunk, visit.row) else { continue };
                let found = chunk.linked.binary_search_by_key(&visit.row, |(there, _)| *there).unwrap_or(0);
                let event = events.get(found).copied().unwrap_or(0) as usize;
                self.piece(chunk, (row as usize, event), *window)?;
                if self.block.len() == ROWS {
                    self.count();
                    self.block.clear();
                }
            }
        }
        self.count();
        Ok(())
    }
}

/// Where the events of the linked visits of a chunk begin.
fn first_events(chunk: &Chunk) -> Vec<u32> {
    let mut starts = Vec::with_capacity(chunk.len());
    let mut event = 0;
    for row in 0..chunk.len() {
        starts.push(event);
        event += chunk.events_of(row);
    }
    chunk.linked.iter().map(|(_, here)| starts.get(*here as usize).copied().unwrap_or(0)).collect()
}
