//! Answers a question: checks that the table can, goes over the visits of its days once, and puts the counts into words.

mod scan;

use crate::block::{Block, Last, Wants, Window};
use crate::chunk::Chunk;
use crate::date;
use crate::dimension::Dimension;
use crate::filter::{Filter, passes};
use crate::layout::{NAME, PAGEVIEW, SLOTS_MAX};
use crate::links::Links;
use crate::pass::{Listing, Over, Pass};
use crate::question::{Answer, Figures, Inexact, List, Point, Question, Row, Rows, Unit};
use crate::table::Table;
use scan::{Scan, rows_of};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Where the counts of a list are: a pass and a place among its lists.
type At = (usize, usize);

/// A list and where its counts are.
struct Counted<'q> {
    list: &'q List,
    main: At,
    bounces: At,
    durations: At,
    /// Which texts the list is narrowed to.
    only: Option<Vec<bool>>,
}

/// The passes of a question, each filter once.
struct Passes<'t> {
    table: &'t Table,
    all: Vec<Pass>,
}

impl Table {
    /// Answers a question exactly as the edge would, or says why it cannot.
    ///
    /// # Errors
    /// What is missing for an exact answer.
    pub fn answer(&self, question: &Question) -> Result<Answer<'_>, Inexact> {
        let chunks = self.of_days(question.days);
        check_loaded(question, chunks)?;
        let (windows, labels) = windows(question, chunks);
        let mut passes = Passes { table: self, all: Vec::new() };
        let tests_events = question.filters.iter().any(|filter| {
            [Dimension::Page, Dimension::Hostname, Dimension::Name].iter().any(|dimension| filter.tests(*dimension))
        });
        let over = match question.unit {
            Some(Unit::Hour) if tests_events => Over::Hours,
            Some(Unit::Hour) => Over::ActiveHours,
            _ => Over::Days,
        };
        let main = passes.of(question.filters.clone());
        passes.count_range(main, labels.len(), over);
        let bounces = if question.filters.iter().any(|filter| filter.tests(Dimension::Page)) {
            let bounces = passes.of(by_entry(&question.filters));
            passes.count_range(bounces, labels.len(), if over == Over::Days { over } else { Over::Hours });
            bounces
        } else {
            main
        };
        let lists: Vec<Counted<'_>> = question.lists.iter().map(|list| passes.list(&question.filters, list)).collect();
        self.scan(question, chunks, &windows, &mut passes.all)?;
        passes.all.iter_mut().for_each(Pass::finish);
        let of = |pass: usize| passes.all.get(pass);
        let figures = |bucket: Option<usize>| {
            let counts = |pass: usize| {
                let tally =
                    of(pass).and_then(|pass| if bucket.is_some() { pass.series.as_ref() } else { pass.range.as_ref() });
                tally.map(|tally| tally.counts(bucket.unwrap_or(0))).unwrap_or_default()
            };
            let counts_of_main = counts(main);
            counts_of_main.figures(&counts(bounces), &counts_of_main)
        };
        let series = labels.into_iter().enumerate();
        let series = series.map(|(bucket, label)| Point { label, figures: figures(Some(bucket)) }).collect();
        let lists = lists.iter().map(|counted| self.rows(&passes.all, counted)).collect();
        Ok(Answer { headline: figures(None), series, lists })
    }

    /// The links of an object for a question, where its visitors come on several of the days.
    fn links_of(&self, question: &Question, chunks: &[Chunk], shard: u32) -> Result<Option<&Links>, Inexact> {
        let (first, last) = question.days;
        let own = || chunks.iter().filter(|chunk| chunk.of.shard == shard);
        if own().count() < 2 || own().all(|chunk| chunk.linked.is_empty()) {
            return Ok(None);
        }
        // All chunks have to be those that the links were written with: one from before may not know of who came since.
        let fits = |links: &&Links| {
            let sum = |day: i32| links.chunks.iter().find(|(other, _)| *other == day).map(|(_, sum)| *sum);
            let covers = links.days.0 <= first && links.days.1 >= last;
            links.shard == shard && covers && own().all(|chunk| sum(chunk.of.day) == Some(chunk.checksum))
        };
        self.links.iter().find(fits).map(Some).ok_or(Inexact::NotLinked)
    }

    fn scan(
        &self,
        question: &Question,
        chunks: &[Chunk],
        windows: &[Window],
        passes: &mut [Pass],
    ) -> Result<(), Inexact> {
        let shards = chunks.iter().map(|chunk| chunk.of.shard + 1).max().unwrap_or(0);
        let mut links = Vec::with_capacity(shards as usize);
        for shard in 0..shards {
            links.push(self.links_of(question, chunks, shard)?);
        }
        let hours = question.unit == Some(Unit::Hour);
        let ends = passes.iter().any(Pass::looks_at_ends);
        let wants = Wants { ends, hours, views: &self.names.views };
        let mut scan = Scan { wants, last: Last::default(), block: Block::default(), passes };
        for (chunk, window) in chunks.iter().zip(windows) {
            let linked = links.get(chunk.of.shard as usize).copied().flatten();
            let skipped = linked.map(|links| rows_of(links, chunk)).unwrap_or_default();
            if window.is_cut || hours {
                scan.piecewise(chunk, *window, &skipped)?;
            } else {
                scan.blockwise(chunk, *window, &skipped, &self.names);
            }
        }
        for links in links.into_iter().flatten() {
            scan.linked(links, chunks, windows)?;
        }
        Ok(())
    }

    fn rows(&self, passes: &[Pass], counted: &Counted<'_>) -> Rows<'_> {
        let Counted { list, main, bounces, durations, only } = counted;
        let listing = |(pass, place): At| passes.get(pass).and_then(|pass| pass.lists.get(place));
        let counts = |at: At, text: usize| listing(at).map(|list| list.counts(text)).unwrap_or_default();
        let texts = self.names.texts.get(list.dimension.domain());
        let name = |text: u32| match texts.map_or("", |texts| texts.text(text)) {
            "" => list.dimension.blank(),
            name => name,
        };
        let is_in = |text: usize| only.as_ref().is_none_or(|only| only.get(text).copied().unwrap_or(false));
        // The rows to show, the last of them on top: small code, and as quick as to sort them all later.
        let mut found: BinaryHeap<(Reverse<u32>, u32, &str, u32)> = BinaryHeap::new();
        let (mut total, end) = (0, list.offset.saturating_add(list.limit));
        for text in (0..listing(*main).map_or(0, Listing::len)).filter(|text| is_in(*text)) {
            let visitors = counts(*main, text).visitors;
            if visitors == 0 {
                continue;
            }
            total += 1;
            if found.len() >= end && found.peek().is_none_or(|(Reverse(fewest), ..)| visitors < *fewest) {
                continue;
            }
            let name = name(text as u32);
            let city = if list.dimension.is_city() { name.parse().unwrap_or(0) } else { 0 };
            found.push((Reverse(visitors), city, name, text as u32));
            if found.len() > end {
                found.pop();
            }
        }
        let found = found.into_sorted_vec();
        let rows = found.into_iter().skip(list.offset).map(|(_, _, name, text)| {
            let at = |place: At| counts(place, text as usize);
            let figures = at(*main).figures(&at(*bounces), &at(*durations));
            Row {
                name,
                figures: if list.full { figures } else { Figures { visitors: figures.visitors, ..Figures::default() } },
            }
        });
        Rows { total, rows: rows.collect() }
    }
}

/// Whether all of the days is in the table.
fn check_loaded(question: &Question, chunks: &[Chunk]) -> Result<(), Inexact> {
    let (first, last) = question.days;
    let mut day = first;
    for of_day in chunks.chunk_by(|left, right| left.of.day == right.of.day) {
        let complete =
            of_day.first().is_some_and(|chunk| chunk.of.day == day && chunk.of.shards as usize == of_day.len());
        if !complete {
            return Err(Inexact::NotLoaded);
        }
        day += 1;
    }
    if i64::from(day) != i64::from(last) + 1 || last < first {
        return Err(Inexact::NotLoaded);
    }
    if chunks.iter().all(|chunk| chunk.of.hours.is_empty()) {
        return Err(Inexact::NoDay);
    }
    if question.unit == Some(Unit::Hour) && chunks.iter().any(|chunk| chunk.has_gaps) {
        return Err(Inexact::Hours);
    }
    Ok(())
}

/// Filters that mean the page that a visit began on where they say the page.
fn by_entry(filters: &[Filter]) -> Vec<Filter> {
    filters.iter().map(|filter| filter.with(Dimension::Page, Dimension::EntryPage)).collect()
}

impl Passes<'_> {
    /// The pass of filters, new if they are.
    fn of(&mut self, filters: Vec<Filter>) -> usize {
        if let Some(known) = self.all.iter().position(|pass| pass.is_of(&filters)) {
            return known;
        }
        self.all.push(Pass::new(filters, &self.table.names));
        self.all.len() - 1
    }

    fn count_range(&mut self, pass: usize, buckets: usize, over: Over) {
        if let Some(pass) = self.all.get_mut(pass) {
            pass.count_range(buckets, over);
        }
    }

    fn listing(&mut self, pass: usize, dimension: Dimension, full: bool, skips_plain: bool) -> At {
        let names = &self.table.names;
        let listing = Listing::new(dimension, full, skips_plain, names);
        (pass, self.all.get_mut(pass).map_or(0, |pass| pass.count_list(listing, names)))
    }

    fn list<'q>(&mut self, filters: &[Filter], list: &'q List) -> Counted<'q> {
        let names = &self.table.names;
        let mut filters = filters.to_vec();
        // To narrow a list by its own values is to leave out rows, but that durations of pages stand under entry pages.
        let own = |filter: &Filter| match filter {
            Filter::Test { operator, dimension, values, case_sensitive } if *dimension == list.dimension => {
                Some(passes(names, *dimension, *operator, values, *case_sensitive))
            }
            _ => None,
        };
        let only = if list.full && list.dimension == Dimension::Page {
            None
        } else {
            list.filters.iter().map(own).collect::<Option<Vec<_>>>()
        };
        let only = only.filter(|only| !only.is_empty()).map(|tests| {
            let mut kept = Vec::new();
            for test in tests {
                if kept.is_empty() {
                    kept = test;
                } else {
                    kept.iter_mut().zip(test).for_each(|(kept, test)| *kept &= test);
                }
            }
            kept
        });
        if only.is_none() {
            filters.extend_from_slice(&list.filters);
        }
        let pageview =
            names.texts.get(NAME).and_then(|texts| (0..texts.len() as u32).find(|code| texts.text(*code) == PAGEVIEW));
        let skips_plain = list.dimension == Dimension::Name
            && only
                .as_ref()
                .zip(pageview)
                .is_some_and(|(only, code)| !only.get(code as usize).copied().unwrap_or(false));
        let hosts: Vec<Filter> = filters.iter().filter(|filter| is_of_host(filter)).cloned().collect();
        let mut require = |host| filters.extend(hosts.iter().map(|filter| filter.with(Dimension::Hostname, host)));
        if list.dimension.is_of_acquisition() {
            require(Dimension::EntryHostname);
        }
        if list.dimension == Dimension::ExitPage {
            require(Dimension::ExitHostname);
        }
        let main = self.of(filters.clone());
        let main = self.listing(main, list.dimension, list.full, skips_plain);
        let (mut bounces, mut durations) = (main, main);
        let by_page = list.dimension == Dimension::Page;
        let began = if by_page { Dimension::EntryPage } else { list.dimension };
        if list.full && by_page {
            durations = self.listing(main.0, began, true, false);
        }
        if list.full && (by_page || filters.iter().any(|filter| filter.tests(Dimension::Page))) {
            let pass = self.of(by_entry(&filters));
            bounces = self.listing(pass, began, true, false);
        }
        Counted { list, main, bounces, durations, only }
    }
}

fn is_of_host(filter: &Filter) -> bool {
    matches!(filter, Filter::Test { dimension: Dimension::Hostname, .. })
}

/// What of each chunk is in the range and in which bucket, and the buckets' labels.
fn windows(question: &Question, chunks: &[Chunk]) -> (Vec<Window>, Vec<String>) {
    let (first_day, last_day) = question.days;
    let first = chunks.iter().find(|chunk| !chunk.of.hours.is_empty()).map_or(first_day, |chunk| chunk.of.day);
    let mut labels: Vec<String> = Vec::new();
    let mut windows: Vec<Window> = Vec::with_capacity(chunks.len());
    let mut before: Option<(i32, i32)> = None;
    let mut bucket = 0;
    for Chunk { of, .. } in chunks {
        let slots = of.hours.len().min(SLOTS_MAX) as u8;
        let from_slot = if of.day == first_day { of.from_slot.min(slots) } else { 0 };
        let to_slot = if of.day == last_day { of.to_slot.min(slots) } else { slots };
        let is_cut = from_slot > 0 || to_slot < slots;
        if let Some(unit) = question.unit
            && before.is_none_or(|(day, _)| day != of.day)
            && from_slot < to_slot
        {
            let begin = date::begin(of.day, unit);
            if unit == Unit::Hour {
                bucket = labels.len() as u32;
                let hours = of.hours.iter().skip(from_slot.into()).take((to_slot - from_slot).into());
                labels.extend(hours.map(|hour| date::label_of_hour(of.day, *hour)));
            } else if before.is_none_or(|(_, begun)| begun != begin) {
                bucket = labels.len() as u32;
                labels.push(date::label(if unit == Unit::Week { begin.max(first) } else { begin }));
            }
            before = Some((of.day, begin));
        }
        windows.push(Window { from_slot, to_slot, bucket, is_cut });
    }
    (windows, labels)
}
