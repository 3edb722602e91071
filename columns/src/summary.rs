//! What is counted of a chunk without filters, once: the page shows it again and again, and it is the slowest to count.

use crate::block::{Block, Last, Wants, Window};
use crate::chunk::{Chunk, Names};
use crate::pass::{Listing, Over, Pass};

impl Pass {
    /// Whether it counts all visits, so that summaries tell what it finds.
    pub(crate) fn keeps_all(&self) -> bool {
        self.filters.is_empty() && self.over == Over::Days && self.lists.iter().all(|list| list.tally.is_none())
    }

    /// Adds the visits of a chunk whose visitors come on no other day.
    pub(crate) fn add_summary(&mut self, chunk: &Chunk, window: Window, names: &Names) {
        self.complete(chunk, names);
        let summary = chunk.summary.borrow();
        if let (Some(range), Some(counts)) = (&mut self.range, &summary.range) {
            range.add(0, counts);
            if let Some(days) = &mut self.series {
                days.add(window.bucket, counts);
            }
        }
        for list in &mut self.lists {
            let known = summary.lists.iter().find(|(of, skips, _)| (*of, *skips) == (list.dimension, list.skips_plain));
            for (text, visitors) in known.map(|(.., known)| known).into_iter().flatten() {
                list.visitors.add_others(*text, *visitors);
            }
        }
    }

    /// Counts what a chunk's summary lacks.
    fn complete(&self, chunk: &Chunk, names: &Names) {
        let mut summary = chunk.summary.borrow_mut();
        let mut pass = Self::new(Vec::new(), names);
        if summary.range.is_none() {
            pass.count_range(0, Over::Days);
        }
        for list in &self.lists {
            let key = (list.dimension, list.skips_plain);
            if !summary.lists.iter().any(|(of, skips, _)| (*of, *skips) == key) {
                pass.count_list(Listing::new(list.dimension, false, list.skips_plain, names), names);
            }
        }
        if pass.range.is_none() && pass.lists.is_empty() {
            return;
        }
        let from = pass.count_singles(chunk, 0, 0, &names.views);
        let (mut block, last) = (Block::default(), Last::default());
        let window = Window { from_slot: 0, to_slot: 0, bucket: 0, is_cut: false };
        let wants = Wants { views: &names.views, ends: pass.looks_at_ends(), hours: false };
        for (start, end) in chunk.blocks(from, chunk.unlinked) {
            let rows: Vec<u32> = (start as u32..end as u32).collect();
            block.gather(chunk, &rows, window, wants, last);
            pass.count(&block, false, &names.views);
        }
        pass.finish();
        if let Some(range) = &pass.range {
            summary.range = Some(range.counts(0));
        }
        for list in &pass.lists {
            let texts = (0..list.len()).map(|text| (text as u32, list.counts(text).visitors));
            let counts = texts.filter(|(_, visitors)| *visitors > 0).collect();
            summary.lists.push((list.dimension, list.skips_plain, counts));
        }
    }
}
