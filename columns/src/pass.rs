//! One pass over visits: what filters keep of them, counted for the range, for its buckets and for lists.

use crate::block::{Block, at};
use crate::chunk::Names;
use crate::dimension::{Dimension, Place};
use crate::filter::{Filter, Kept};
use crate::layout::{EVENT, MULTI, PLAIN, place_of};
use crate::tally::{Counts, Tally, Visitors};

/// A list on its way.
pub(crate) struct Listing {
    pub(crate) dimension: Dimension,
    pub(crate) place: Place,
    /// The text of each tuple.
    pub(crate) texts: Vec<u32>,
    /// Whether visits of page views alone add nothing that is asked for.
    pub(crate) skips_plain: bool,
    pub(crate) visitors: Visitors,
    /// All counts, where more than visitors is asked for.
    pub(crate) tally: Option<Tally>,
}

/// What is counted of what the same filters keep.
pub(crate) struct Pass {
    pub(crate) filters: Vec<Filter>,
    pub(crate) kept: Kept,
    may_keep_views: bool,
    /// The range, where it is asked for.
    pub(crate) range: Option<Tally>,
    /// Its buckets.
    pub(crate) series: Option<Tally>,
    /// How visits are counted in buckets.
    pub(crate) over: Over,
    pub(crate) lists: Vec<Listing>,
    /// Visits of visitors with a single one, by tuple: enough for all lists of a family.
    pub(crate) families: [Option<Vec<u32>>; 4],
    chosen: Vec<Chosen>,
}

/// How visits are counted in buckets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// In that of their day.
    Days,
    /// In each hour that they have an event in.
    Hours,
    /// In each hour from their first to their last event.
    ActiveHours,
}

/// A visit that is kept, and how many page views and events of it are.
#[derive(Clone, Copy)]
struct Chosen {
    row: u32,
    views: u32,
    events: u32,
}

impl Listing {
    pub(crate) fn new(dimension: Dimension, full: bool, skips_plain: bool, names: &Names) -> Self {
        let place = dimension.place();
        let (family, within) = place_of(dimension.domain());
        let texts = names.tuples.get(family).map(|tuples| tuples.at(within).collect()).unwrap_or_default();
        let groups = names.texts.get(dimension.domain()).map_or(0, crate::texts::Texts::len);
        let (visitors, tally) =
            if full { (Visitors::new(0), Some(Tally::new(groups))) } else { (Visitors::new(groups), None) };
        Self { dimension, place, texts, skips_plain, visitors, tally }
    }

    /// The counts of each text.
    pub(crate) fn counts(&self, text: usize) -> Counts {
        match &self.tally {
            Some(tally) => tally.counts(text),
            None => Counts { visitors: self.visitors.seen(text), ..Counts::default() },
        }
    }

    /// Number of texts.
    pub(crate) fn len(&self) -> usize {
        self.tally.as_ref().map_or(self.visitors.len(), Tally::len)
    }

    /// Which tuples the pass counts alone for visitors with a single visit.
    fn shares(&self) -> Option<usize> {
        match self.place {
            Place::Family(family) if self.tally.is_none() => Some(family),
            Place::Event if self.tally.is_none() => Some(EVENT),
            _ => None,
        }
    }
}

impl Pass {
    pub(crate) fn new(filters: Vec<Filter>, names: &Names) -> Self {
        let kept = Kept::of(&filters, names);
        Self {
            may_keep_views: kept.may_keep_views(&names.views),
            filters,
            kept,
            range: None,
            series: None,
            over: Over::Days,
            lists: Vec::new(),
            families: [None, None, None, None],
            chosen: Vec::new(),
        }
    }

    pub(crate) fn is_of(&self, filters: &[Filter]) -> bool {
        self.filters == filters
    }

    /// Counts the range too, and so many buckets.
    pub(crate) fn count_range(&mut self, buckets: usize, over: Over) {
        self.range = Some(Tally::new(1));
        self.series = (buckets > 0).then(|| Tally::new(buckets));
        self.over = over;
    }

    /// Counts a list too; its place among the pass's lists.
    pub(crate) fn count_list(&mut self, listing: Listing, names: &Names) -> usize {
        if let Some(family) = listing.shares() {
            let len = names.tuples.get(family).map_or(0, crate::texts::Tuples::len);
            if let Some(counts) = self.families.get_mut(family) {
                counts.get_or_insert_with(|| vec![0; len]);
            }
        }
        self.lists.push(listing);
        self.lists.len() - 1
    }

    /// Whether the tuples of first and last page views are looked at.
    pub(crate) fn looks_at_ends(&self) -> bool {
        let ends = |list: &Listing| matches!(list.place, Place::Entry | Place::Exit);
        self.kept.looks_at_ends() || self.lists.iter().any(ends)
    }

    /// Counts the visits of a block. `apart` says that each may be of a visitor who was in a block before, or of another
    /// bucket than the one before it.
    pub(crate) fn count(&mut self, block: &Block, apart: bool, views: &[bool]) {
        self.choose(block, views);
        let mut chosen = std::mem::take(&mut self.chosen);
        let is_several =
            |chosen: &Chosen| apart || block.flags.get(chosen.row as usize).is_some_and(|flags| flags & MULTI != 0);
        // Visits of visitors with a single one need no telling apart.
        let singles = partition(&mut chosen, |chosen| !is_several(chosen));
        let (single, several) = chosen.split_at(singles);
        self.count_range_of(block, single, several);
        if self.series.is_some() && self.over != Over::Days {
            self.count_hours(block, &chosen, views);
        }
        let of_events = self.kept.is_of_events();
        for (family, counts) in self.families.iter_mut().enumerate() {
            let Some(counts) = counts else { continue };
            match block.families.get(family) {
                Some(tuples) => single.iter().for_each(|chosen| one_more(counts, at(tuples, chosen.row as usize))),
                // Of a visit with one event that event is the one that is kept.
                None => single.iter().for_each(|chosen| {
                    if let [event] = block.events_of(chosen.row as usize) {
                        one_more(counts, *event);
                    }
                }),
            }
        }
        let kept = &self.kept;
        for list in &mut self.lists {
            if list.tally.is_some() {
                list.count_all(block, &chosen, kept, views);
                continue;
            }
            match list.place {
                Place::Family(family) => {
                    let Some(tuples) = block.families.get(family) else { continue };
                    list.see(block, several, tuples);
                }
                Place::Entry => list.see(block, &chosen, &block.entries),
                Place::Exit => list.see(block, &chosen, &block.exits),
                Place::Event => {
                    list.see_events(block, single, 2, of_events.then_some(kept));
                    list.see_events(block, several, 1, of_events.then_some(kept));
                }
            }
        }
        self.chosen = chosen;
    }

    /// Finds the visits that the filters keep.
    fn choose(&mut self, block: &Block, views: &[bool]) {
        let Self { kept, chosen, .. } = self;
        chosen.clear();
        let all = 0..block.len() as u32;
        let whole = |row: u32| {
            let events = at(&block.starts, row as usize + 1) - at(&block.starts, row as usize);
            Chosen { row, views: at(&block.views, row as usize), events }
        };
        let mut families = kept
            .families
            .iter()
            .zip(&block.families)
            .filter_map(|(kept, tuples)| kept.as_ref().map(|kept| (kept, tuples)));
        let keeps = |kept: &[bool], tuples: &[u32], row: u32| {
            kept.get(at(tuples, row as usize) as usize).copied().unwrap_or(false)
        };
        match families.next() {
            Some((kept, tuples)) => chosen.extend(all.filter(|row| keeps(kept, tuples, *row)).map(whole)),
            None => chosen.extend(all.map(whole)),
        }
        for (kept, tuples) in families {
            chosen.retain(|chosen| keeps(kept, tuples, chosen.row));
        }
        if kept.looks_at_ends() {
            chosen.retain(|chosen| kept.keeps_visit(&block.tuple(chosen.row as usize)));
        }
        if kept.is_of_events() {
            for chosen in chosen.iter_mut() {
                let row = chosen.row as usize;
                (chosen.views, chosen.events) = (0, 0);
                if !self.may_keep_views && block.flags.get(row).is_some_and(|flags| flags & PLAIN != 0) {
                    continue;
                }
                let mut tuple = block.tuple(row);
                for event in block.events_of(row) {
                    tuple.event = *event;
                    if kept.keeps_event(&tuple) {
                        chosen.events += 1;
                        chosen.views += u32::from(views.get(*event as usize).copied().unwrap_or(false));
                    }
                }
            }
            chosen.retain(|chosen| chosen.events > 0);
        }
    }

    /// Counts visits in the range and in the buckets of their days.
    fn count_range_of(&mut self, block: &Block, single: &[Chosen], several: &[Chosen]) {
        let Some(range) = &mut self.range else { return };
        let days = if self.over == Over::Days { self.series.as_mut() } else { None };
        let mut counts = Counts::default();
        for chosen in single {
            let of = block.of_visit(chosen.row as usize);
            counts.views += chosen.views;
            counts.events += chosen.events;
            counts.bounces += u32::from(of.bounced);
            counts.duration_s += u64::from(of.duration_s);
            counts.visit_views += u64::from(of.views);
        }
        let visits = single.len() as u32;
        (counts.visitors, counts.visits, counts.ended) = (visits, visits, visits);
        range.add(0, &counts);
        let mut days = days;
        if let Some(days) = &mut days {
            days.add(at(&block.buckets, 0), &counts);
        }
        for chosen in several {
            let of = block.of_visit(chosen.row as usize);
            range.add_visit(0, &of, true);
            range.add_events(0, chosen.views, chosen.events);
            if let Some(days) = &mut days {
                let bucket = at(&block.buckets, chosen.row as usize);
                days.add_visit(bucket, &of, true);
                days.add_events(bucket, chosen.views, chosen.events);
            }
        }
    }

    fn count_hours(&mut self, block: &Block, chosen: &[Chosen], views: &[bool]) {
        let Some(hours) = &mut self.series else { return };
        for chosen in chosen {
            let row = chosen.row as usize;
            let of = block.of_visit(row);
            if self.over == Over::ActiveHours
                && let Some((first, last, ended)) = block.active.get(row)
            {
                (*first..=*last).for_each(|hour| hours.add_visit(hour, &of, *ended && hour == *last));
            }
            let mut tuple = block.tuple(row);
            for (event, hour) in block.events_of(row).iter().zip(block.hours_of(row)) {
                tuple.event = *event;
                if self.kept.keeps_event(&tuple) {
                    if self.over == Over::Hours {
                        hours.add_visit(*hour, &of, true);
                    }
                    hours.add_events(*hour, u32::from(views.get(*event as usize).copied().unwrap_or(false)), 1);
                }
            }
        }
    }

    /// Adds what was counted by tuple to the lists.
    pub(crate) fn finish(&mut self) {
        for list in &mut self.lists {
            let counts = list.shares().and_then(|family| self.families.get(family)?.as_ref());
            for (text, count) in list.texts.iter().zip(counts.into_iter().flatten()) {
                list.visitors.add_others(*text, *count);
            }
        }
    }
}

impl Listing {
    /// Counts the visitors of visits by a tuple of theirs.
    fn see(&mut self, block: &Block, chosen: &[Chosen], tuples: &[u32]) {
        for chosen in chosen {
            let row = chosen.row as usize;
            self.visitors.add(at(&self.texts, at(tuples, row) as usize), at(&block.visitors, row));
        }
    }

    /// Counts the visitors of events, of visits with so many events at least.
    fn see_events(&mut self, block: &Block, chosen: &[Chosen], events_min: usize, kept: Option<&Kept>) {
        for chosen in chosen {
            let row = chosen.row as usize;
            let events = block.events_of(row);
            if events.len() < events_min
                || (self.skips_plain && block.flags.get(row).is_some_and(|flags| flags & PLAIN != 0))
            {
                continue;
            }
            let visitor = at(&block.visitors, row);
            match kept {
                None => events.iter().for_each(|event| self.visitors.add(at(&self.texts, *event as usize), visitor)),
                Some(kept) => {
                    let mut tuple = block.tuple(row);
                    for event in events {
                        tuple.event = *event;
                        if kept.keeps_event(&tuple) {
                            self.visitors.add(at(&self.texts, *event as usize), visitor);
                        }
                    }
                }
            }
        }
    }

    /// Counts everything.
    fn count_all(&mut self, block: &Block, chosen: &[Chosen], kept: &Kept, views: &[bool]) {
        let Self { texts, tally: Some(tally), place, .. } = self else { return };
        for chosen in chosen {
            let row = chosen.row as usize;
            let (of, mut tuple) = (block.of_visit(row), block.tuple(row));
            let of_visit = match place {
                Place::Family(family) => tuple.families.get(*family).copied().unwrap_or(0),
                Place::Entry => tuple.entry,
                Place::Exit => tuple.exit,
                Place::Event => {
                    for event in block.events_of(row) {
                        tuple.event = *event;
                        if kept.keeps_event(&tuple) {
                            let text = at(texts, *event as usize);
                            tally.add_visit(text, &of, true);
                            let is_view = views.get(*event as usize).copied().unwrap_or(false);
                            tally.add_events(text, u32::from(is_view), 1);
                        }
                    }
                    continue;
                }
            };
            let text = at(texts, of_visit as usize);
            tally.add_visit(text, &of, true);
            tally.add_events(text, chosen.views, chosen.events);
        }
    }
}

pub(crate) fn one_more(counts: &mut [u32], place: u32) {
    if let Some(count) = counts.get_mut(place as usize) {
        *count += 1;
    }
}

/// Puts what `is` in front, each part in its order where that matters: the others keep theirs. How much `is`.
fn partition(chosen: &mut Vec<Chosen>, is: impl Fn(&Chosen) -> bool) -> usize {
    let others: Vec<Chosen> = chosen.iter().filter(|chosen| !is(chosen)).copied().collect();
    if others.is_empty() {
        return chosen.len();
    }
    chosen.retain(|chosen| is(chosen));
    let singles = chosen.len();
    chosen.extend(others);
    singles
}
