//! The visits of days as columns for a browser (see the crate of that name): found in the same parts that questions are
//! asked of, and divided by day so that a day's chunk says the same whatever range it is asked for with.

use crate::event::{ENGAGEMENT, PAGEVIEW, UnixSeconds};
use crate::segment::{FAMILY_ATTRIBUTES, Part};
use crate::time::{Buckets, Range, Unit, Zone};
use ::columns::{Builder, DayOf, Linked, Links, PartialVisit, Visit, checksum_of};
use hashbrown::HashMap;
use jiff::ToSpan;
use jiff::civil::Date;

/// Most visits of one object that are written for one range.
pub const VISITS_MAX: usize = 1_000_000;

/// Most days of one range.
pub const DAYS_MAX: usize = 1_000;

/// A day on its way.
#[derive(Clone, Debug)]
struct Day {
    start: i64,
    end: i64,
    slots: Vec<i64>,
    builder: Builder,
    /// The tuples of the part at hand that the day has, and their numbers there.
    tuples: HashMap<(usize, u32), u32>,
    events: HashMap<[u32; 3], u32>,
}

/// The visits of a range of days, as far as parts were added.
#[derive(Clone, Debug)]
pub struct DayColumns {
    days: Vec<Day>,
    /// Visitors, and visits on days, so far.
    visitors: u32,
    visits: usize,
    visits_max: usize,
    linked: Vec<Vec<Link>>,
}

/// A visit on a day of a visitor who comes on several.
#[derive(Clone, Copy, Debug)]
struct Link {
    day: usize,
    /// Its place among the visits that the day was given.
    given: usize,
    same_visit: bool,
}

/// What is looked at of a part.
struct Scan<'a> {
    part: &'a Part,
    pageview: u32,
    engagement: u32,
}

impl DayColumns {
    /// Nothing of the days from one to another yet, of an object that is one of several, and at most so many visits. None
    /// where there are more days than [`DAYS_MAX`].
    pub fn new(
        zone: &Zone,
        (first, last): (Date, Date),
        (shard, shards): (u32, u32),
        visits_max: usize,
    ) -> Option<Self> {
        let mut days = Vec::new();
        let mut date = first;
        while date <= last {
            if days.len() == DAYS_MAX {
                return None;
            }
            days.push(Day::new(zone, date, (shard, shards)));
            date = date.checked_add(1.day()).ok()?;
        }
        Some(Self { days, visitors: 0, visits: 0, visits_max, linked: Vec::new() })
    }

    /// From when to when the days are, in seconds since 1970.
    pub fn span(&self) -> Option<(i64, i64)> {
        let (first, last) = (self.days.first()?, self.days.last()?);
        Some((first.start, last.end - 1))
    }

    /// Whether there are more visits than there may be: what comes further is left out, and nothing is to be made of it.
    pub fn is_too_much(&self) -> bool {
        self.visits > self.visits_max
    }

    /// Number of visits so far, one that crosses midnight on each of its days.
    pub fn visits(&self) -> usize {
        self.visits
    }

    /// Takes in the visits of a part. Where it turns out to be damaged, all that was taken in is worth nothing.
    pub fn add(&mut self, part: &Part) {
        for day in &mut self.days {
            day.tuples.clear();
            day.events.clear();
        }
        let scan = Scan { part, pageview: part.code_of_name(PAGEVIEW), engagement: part.code_of_name(ENGAGEMENT) };
        let visitors = part.visitor_of_visit();
        let mut first = 0;
        for of_visitor in visitors.chunk_by(|left, right| left == right) {
            let visits = first..first + of_visitor.len();
            first = visits.end;
            let moved = of_visitor.first().is_some_and(|visitor| part.is_moved(*visitor));
            if !moved && !self.is_too_much() {
                self.add_visitor(&scan, visits);
            }
        }
    }

    fn add_visitor(&mut self, scan: &Scan<'_>, visits: std::ops::Range<usize>) {
        let Some((from, to)) = self.span() else { return };
        let totals = scan.part.totals().get(visits.clone()).unwrap_or_default();
        if totals.iter().all(|totals| totals.events == 0 || totals.start > to || totals.end < from) {
            return;
        }
        let mut links = Vec::new();
        let mut elsewhere = false;
        let mut pieces = Vec::new();
        for (visit, totals) in visits.zip(totals).filter(|(_, totals)| totals.events > 0) {
            elsewhere |= totals.start < from || totals.end > to;
            let mut same_visit = false;
            for day in self.day_of(totals.start)..=self.day_of(totals.end) {
                let Some(bounds) = self.days.get_mut(day) else { continue };
                let rows = scan.rows(visit, bounds.start, bounds.end);
                if totals.start < bounds.start && totals.end >= bounds.end && rows.is_empty() {
                    bounds.builder.gap();
                }
                if !rows.is_empty() {
                    pieces.push((visit, day, rows));
                    links.push(Link { day, given: 0, same_visit });
                    same_visit = true;
                }
            }
        }
        let days = |links: &[Link]| links.first().is_some_and(|first| links.iter().any(|link| link.day != first.day));
        let several = days(&links);
        let linked = elsewhere || several;
        self.visitors += 1;
        for ((visit, day, rows), link) in pieces.into_iter().zip(&mut links) {
            let visitor = self.visitors;
            let Some(day) = self.days.get_mut(day) else { continue };
            link.given = day.builder.visits();
            day.add(scan, visit, visitor, linked, &rows);
            self.visits += 1;
        }
        if several {
            self.linked.push(links);
        }
    }

    /// The place of the day of a moment; of moments outside of the range the nearest.
    fn day_of(&self, time: i64) -> usize {
        self.days.partition_point(|day| day.start <= time).saturating_sub(1)
    }

    /// The chunks of the days and their links, each with its length in front, as `docs/columns-format.md` describes.
    pub fn finish(self) -> Vec<u8> {
        let (Some(first), Some(last)) = (self.days.first(), self.days.last()) else { return Vec::new() };
        let of = first.builder.of().clone();
        let mut links =
            Links { days: (of.day, last.builder.of().day), shard: of.shard, shards: of.shards, ..Links::default() };
        let mut out = Vec::new();
        let mut rows = Vec::with_capacity(self.days.len());
        for day in self.days {
            let number = day.builder.of().day;
            let written = day.builder.finish();
            links.chunks.push((number, checksum_of(&written.bytes)));
            rows.push(written.rows);
            push_frame(&mut out, &written.bytes);
        }
        let linked = |link: &Link| Linked {
            chunk: link.day as u32,
            row: rows.get(link.day).and_then(|rows| rows.get(link.given)).copied().unwrap_or(u32::MAX),
            same_visit: link.same_visit,
        };
        links.visitors = self.linked.iter().map(|visits| visits.iter().map(linked).collect()).collect();
        // In the order of their visits, so that nothing is told by another.
        links
            .visitors
            .sort_unstable_by_key(|visits: &Vec<Linked>| visits.first().map(|first| (first.chunk, first.row)));
        push_frame(&mut out, &links.write());
        out
    }
}

fn push_frame(out: &mut Vec<u8>, chunk: &[u8]) {
    out.extend((chunk.len() as u32).to_le_bytes());
    out.extend_from_slice(chunk);
}

impl Day {
    fn new(zone: &Zone, date: Date, (shard, shards): (u32, u32)) -> Self {
        let start = zone.start_of_day(date).0;
        let end = date.checked_add(1.day()).map_or(i64::MAX, |next| zone.start_of_day(next).0);
        let hours = Range { start: UnixSeconds(start), end: UnixSeconds(end - 1) };
        let buckets = if start < end { Buckets::of(&hours, Unit::Hour, zone) } else { None };
        let len = buckets.as_ref().map_or(0, Buckets::len);
        let slots: Vec<i64> = (0..len).filter_map(|slot| buckets.as_ref().map(|buckets| buckets.start(slot))).collect();
        let hour = |slot: usize| {
            let label = buckets.as_ref().map_or("", |buckets| buckets.label(slot));
            label.get(11..13).and_then(|hour| hour.parse().ok()).unwrap_or(0)
        };
        let slot = |time: i64| slots.partition_point(|start| *start < time) as u8;
        let epoch = Date::constant(1970, 1, 1);
        let of = DayOf {
            day: date.since(epoch).map_or(0, |span| span.get_days()),
            shard,
            shards,
            hours: (0..len).map(hour).collect(),
            from_slot: slot(zone.range_start(date).0),
            to_slot: slot(zone.range_end(date).0.saturating_add(1)),
        };
        Self { start, end, slots, builder: Builder::new(of), tuples: HashMap::new(), events: HashMap::new() }
    }

    fn slot(&self, time: i64) -> u8 {
        self.slots.partition_point(|start| *start <= time).saturating_sub(1) as u8
    }

    /// Takes in a visit with its rows of the day.
    fn add(&mut self, scan: &Scan<'_>, visit: usize, visitor: u32, linked: bool, rows: &[usize]) {
        let Some(totals) = scan.part.totals().get(visit) else { return };
        let mut tuples = [0; 3];
        for (family, tuple) in tuples.iter_mut().enumerate() {
            *tuple = self.tuple(scan.part, family, visit);
        }
        let (before, after) = (totals.start < self.start, totals.end >= self.end);
        let partial = (before || after).then(|| PartialVisit {
            before,
            after,
            pageviews: totals.pageviews,
            entry: scan.view(visit, true).map(|row| self.event(scan.part, row)),
            exit: scan.view(visit, false).map(|row| self.event(scan.part, row)),
        });
        let times = scan.part.times();
        let mut events = Vec::with_capacity(rows.len());
        for row in rows {
            let time = times.get(*row).copied().unwrap_or(self.start);
            events.push((self.event(scan.part, *row), self.slot(time)));
        }
        let duration_s = u32::try_from(totals.duration_seconds()).unwrap_or(u32::MAX);
        let visit = Visit { tuples, visitor, duration_s, is_bounce: totals.is_bounce(), linked, partial };
        self.builder.visit(visit, events);
    }

    /// The tuple of a visit's family, in the numbers of the day.
    fn tuple(&mut self, part: &Part, family: usize, visit: usize) -> u32 {
        let tuple = part.tuples(family).get(visit).copied().unwrap_or(0);
        let Self { tuples, builder, .. } = self;
        *tuples.entry((family, tuple)).or_insert_with(|| {
            let attributes = FAMILY_ATTRIBUTES.get(family).copied().unwrap_or_default();
            let text = |attribute: &usize| {
                let (codes, texts) = part.attribute(*attribute)?;
                codes.get(tuple as usize).map(|code| texts.text(*code))
            };
            let texts: Vec<&str> = attributes.iter().map(|attribute| text(attribute).unwrap_or_default()).collect();
            builder.tuple(family, &texts)
        })
    }

    /// The tuple of an event, in the numbers of the day.
    fn event(&mut self, part: &Part, row: usize) -> u32 {
        let columns = [part.names(), part.hostnames(), part.pages()];
        let key = columns.map(|(codes, _)| codes.get(row).copied().unwrap_or(0));
        let Self { events, builder, .. } = self;
        *events.entry(key).or_insert_with(|| {
            let [name, host, page] = columns;
            let [name_code, host_code, page_code] = key;
            builder.tuple(3, &[name.1.text(name_code), host.1.text(host_code), page.1.text(page_code)])
        })
    }
}

impl Scan<'_> {
    fn rows_of(&self, visit: usize) -> std::ops::Range<usize> {
        let starts = self.part.first_rows();
        let at = |visit: usize| starts.get(visit).map_or(0, |row| *row as usize);
        at(visit)..at(visit + 1)
    }

    /// The rows of a visit from one moment to before another that are no engagement.
    fn rows(&self, visit: usize, from: i64, to: i64) -> Vec<usize> {
        let (names, times) = (&self.part.names().0, self.part.times());
        let is = |row: &usize| {
            names.get(*row) != Some(&self.engagement) && times.get(*row).is_some_and(|time| (from..to).contains(time))
        };
        self.rows_of(visit).filter(is).collect()
    }

    /// The row of a visit's first or last page view.
    fn view(&self, visit: usize, first: bool) -> Option<usize> {
        let names = &self.part.names().0;
        let mut rows = self.rows_of(visit);
        let is = |row: &usize| names.get(*row) == Some(&self.pageview);
        if first { rows.find(is) } else { rows.rfind(is) }
    }
}
