//! What is counted of the groups of a selection, part after part.

use super::dimension::Dimension;
use super::entries::{Entries, Shape, WHOLE};
use super::groups::{By, Groups, Numbers};
use super::measure::Measured;
use super::partial::{Reader, Writer};
use super::revenue::{InCurrency, Sum};
use super::scan::Scan;
use super::selection::Kinds;
use crate::bytes::Malformed;
use crate::event::PAGEVIEW;
use crate::segment::{NO_DEPTH, NO_TIME};
use crate::site::Goal;
use hashbrown::HashMap;
use std::rc::Rc;

/// The counts of one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Distinct visitors.
    pub(super) visitors: i64,
    /// Distinct visits.
    pub(super) visits: i64,
    /// Page views.
    pub(super) pageviews: i64,
    /// Events but engagement.
    pub(super) events: i64,
    /// Distinct visits whose bounces, durations and page views count here.
    pub(super) ended: i64,
    /// Those of them that bounced.
    pub(super) bounces: i64,
    /// Their durations, in seconds.
    pub(super) duration_seconds: i64,
    /// Their page views, wherever these happened.
    pub(super) visit_pageviews: i64,
}

/// How far and how long a group's visits read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// Sum over visits of the furthest point they reached, in percent.
    pub(super) depth_sum: i64,
    /// Visits with a scroll depth.
    pub(super) depth_visits: i64,
    /// Engagement, in milliseconds.
    pub(super) time_ms: i64,
    /// Visits with engagement time.
    pub(super) time_visits: i64,
}

impl Counts {
    fn numbers(&mut self) -> [&mut i64; 8] {
        let Self { visitors, visits, pageviews, events, ended, bounces, duration_seconds, visit_pageviews } = self;
        [visitors, visits, pageviews, events, ended, bounces, duration_seconds, visit_pageviews]
    }

    fn write(mut self, out: &mut Writer<'_>) {
        self.numbers().into_iter().for_each(|number| out.signed(*number));
    }

    fn merge(&mut self, from: &mut Reader<'_>) -> Result<(), Malformed> {
        merge(self.numbers(), from)
    }
}

impl Reading {
    fn numbers(&mut self) -> [&mut i64; 4] {
        let Self { depth_sum, depth_visits, time_ms, time_visits } = self;
        [depth_sum, depth_visits, time_ms, time_visits]
    }

    fn write(mut self, out: &mut Writer<'_>) {
        self.numbers().into_iter().for_each(|number| out.signed(*number));
    }

    fn merge(&mut self, from: &mut Reader<'_>) -> Result<(), Malformed> {
        merge(self.numbers(), from)
    }
}

fn merge<const N: usize>(numbers: [&mut i64; N], from: &mut Reader<'_>) -> Result<(), Malformed> {
    for number in numbers {
        *number = number.saturating_add(from.signed()?);
    }
    Ok(())
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Distinct visitors.
    Visitors,
    /// Visitors, page views and events.
    Events,
    /// Visits too, and what is known of them.
    Visits,
    /// Scroll depth and engagement time.
    Reading,
    /// What events of single kinds measure.
    Measures,
}

/// Which entries are counted.
#[derive(Clone, Debug)]
pub(super) enum Of {
    /// Events, or visits as a whole where that is the same.
    Events,
    /// Events, once for each of these goals that they convert.
    Goals(Rc<[usize]>),
    /// Visits, once for each bucket that they were active in.
    Active(By),
}

/// Counting in progress.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    /// The number of the selection.
    pub(super) select: usize,
    /// Which entries.
    pub(super) of: Of,
    /// By what they are grouped.
    pub(super) by: Vec<By>,
    /// What is counted.
    pub(super) what: What,
    /// Whether revenue is summed too, and in which currency for which group.
    pub(super) revenue: Option<InCurrency>,
    groups: Groups,
    /// For each group the visitor it saw last, and how many it saw.
    visitors: Vec<(u32, u32)>,
    /// For each group the visit it saw last.
    last_visits: Vec<u32>,
    counts: Vec<Counts>,
    readings: Vec<GroupReading>,
    measured: Vec<Measured>,
    sums: Vec<Sum>,
}

/// A group's reading, the visits it saw last and how far the last one got.
#[derive(Clone, Copy, Debug, Default)]
struct GroupReading {
    reading: Reading,
    depth_visit: u32,
    depth: u8,
    timed_visit: u32,
}

impl Tally {
    /// Nothing counted yet.
    pub(super) fn new(select: usize, of: Of, by: Vec<By>, what: What) -> Self {
        Self {
            select,
            of,
            by,
            what,
            revenue: None,
            groups: Groups::default(),
            visitors: Vec::new(),
            last_visits: Vec::new(),
            counts: Vec::new(),
            readings: Vec::new(),
            measured: Vec::new(),
            sums: Vec::new(),
        }
    }

    /// The same with nothing counted.
    pub(super) fn nothing(&self) -> Self {
        Self { revenue: self.revenue, ..Self::new(self.select, self.of.clone(), self.by.clone(), self.what) }
    }

    /// Counts a part.
    pub(super) fn add(&mut self, scan: &Scan<'_>) {
        let entries = self.entries(scan);
        let numbers = self.groups.numbers(scan, &entries, &self.by);
        self.resize(self.groups.keys.len());
        match &numbers {
            Numbers::One => self.add_entries(scan, &entries, |_, _| 0),
            Numbers::Visits(codes, groups) => {
                let at = |codes: &[u32], place: u32| codes.get(place as usize).copied().unwrap_or(0);
                self.add_entries(scan, &entries, |_, visit| at(groups, at(codes, visit)));
            }
            Numbers::Each(numbers) => {
                self.add_entries(scan, &entries, |entry, _| numbers.get(entry).copied().unwrap_or(0));
            }
        }
    }

    /// Makes room for so many groups.
    fn resize(&mut self, len: usize) {
        self.visitors.resize(len, (0, 0));
        match self.what {
            What::Visitors => {}
            What::Events => self.counts.resize(len, Counts::default()),
            What::Visits => {
                self.counts.resize(len, Counts::default());
                self.last_visits.resize(len, 0);
            }
            What::Reading => self.readings.resize(len, GroupReading::default()),
            What::Measures => self.measured.resize(len, Measured::default()),
        }
    }

    fn entries(&self, scan: &Scan<'_>) -> Rc<Entries> {
        match &self.of {
            Of::Goals(goals) => Rc::new(Entries::of_conversions(scan, self.select, goals)),
            Of::Active(by) => match &by.buckets {
                Some(buckets) => Rc::new(Entries::of_active_visits(scan, self.select, buckets)),
                None => Rc::default(),
            },
            Of::Events => {
                let counts_visits = scan
                    .select(self.select)
                    .is_some_and(|(select, selected)| select.kinds == Kinds::Counted && selected.rows.is_none());
                let mut times = self.by.iter().filter_map(|by| by.buckets.as_ref().map(|buckets| (by, buckets)));
                let (time, more) = (times.next(), times.next().is_some());
                let of_rows = self.revenue.is_some() || self.what == What::Measures;
                let whole = counts_visits && !more && !of_rows && self.by.iter().all(By::is_of_visits);
                if whole {
                    let unit = time.and_then(|(by, _)| match by.dimension {
                        Dimension::TimeUnit(unit) => Some(unit),
                        _ => None,
                    });
                    let buckets = time.map(|(_, buckets)| &**buckets);
                    scan.entries(self.select, Shape::Visits, unit, || Entries::of_visits(scan, self.select, buckets))
                } else {
                    scan.entries(self.select, Shape::Rows, None, || Entries::of_rows(scan, self.select))
                }
            }
        }
    }

    /// Counts entries. Distinct visitors and visits are told by the one that a group saw last, so that counting takes
    /// one step for each entry and no set.
    fn add_entries(&mut self, scan: &Scan<'_>, entries: &Entries, group: impl Fn(usize, u32) -> u32) {
        match self.what {
            What::Visitors => self.add_visitors(scan, entries, &group),
            What::Events => {
                self.add_visitors(scan, entries, &group);
                self.add_events(scan, entries, &group);
            }
            What::Visits => {
                self.add_visitors(scan, entries, &group);
                self.add_events(scan, entries, &group);
                self.add_visits(scan, entries, &group);
            }
            What::Reading => self.add_readings(scan, entries, &group),
            What::Measures => {
                let times = scan.part.times();
                for ((row, visit), entry) in entries.rows.iter().zip(&entries.visits).zip(0..) {
                    if let Some(measured) = self.measured.get_mut(group(entry, *visit) as usize) {
                        measured.add(scan.measures(), *row, times.get(*row as usize).copied().unwrap_or(0));
                    }
                }
            }
        }
        if let Some(currency) = &self.revenue {
            let currency = *currency;
            self.add_revenue(scan, entries, currency, &group);
        }
    }

    fn add_visitors(&mut self, scan: &Scan<'_>, entries: &Entries, group: &impl Fn(usize, u32) -> u32) {
        // Numbers begin with 1, since 0 is nobody.
        let first = scan.first_visitor + 1;
        for ((visitor, visit), entry) in entries.visitors.iter().zip(&entries.visits).zip(0..) {
            if let Some((last, seen)) = self.visitors.get_mut(group(entry, *visit) as usize) {
                let visitor = first + visitor;
                *seen += u32::from(*last != visitor);
                *last = visitor;
            }
        }
    }

    fn add_events(&mut self, scan: &Scan<'_>, entries: &Entries, group: &impl Fn(usize, u32) -> u32) {
        let (pageview, names, engagement) = (scan.part.code_of_name(PAGEVIEW), &scan.part.names().0, scan.engagement());
        let totals = scan.part.totals();
        let counted = matches!(self.of, Of::Active(_));
        for ((row, visit), entry) in entries.rows.iter().zip(&entries.visits).zip(0..) {
            let Some(counts) = self.counts.get_mut(group(entry, *visit) as usize) else { continue };
            if *row == WHOLE {
                if let Some(totals) = totals.get(*visit as usize).filter(|_| !counted) {
                    counts.pageviews += i64::from(totals.pageviews);
                    counts.events += i64::from(totals.events);
                }
            } else {
                let place = *row as usize;
                counts.pageviews += i64::from(names.get(place) == Some(&pageview));
                counts.events += i64::from(engagement.get(place) == Some(&false));
            }
        }
    }

    fn add_visits(&mut self, scan: &Scan<'_>, entries: &Entries, group: &impl Fn(usize, u32) -> u32) {
        let totals = scan.part.totals();
        let first = scan.first_visit + 1;
        for (visit, entry) in entries.visits.iter().zip(0..) {
            let group = group(entry, *visit) as usize;
            let (Some(counts), Some(last)) = (self.counts.get_mut(group), self.last_visits.get_mut(group)) else {
                continue;
            };
            if std::mem::replace(last, first + visit) == first + visit {
                continue;
            }
            let Some(totals) = totals.get(*visit as usize) else { continue };
            counts.visits += 1;
            if entries.ends.get(entry).copied().unwrap_or(true) {
                counts.ended += 1;
                counts.bounces += i64::from(totals.is_bounce());
                counts.duration_seconds = counts.duration_seconds.saturating_add(totals.duration_seconds());
                counts.visit_pageviews += i64::from(totals.pageviews);
            }
        }
    }

    fn add_readings(&mut self, scan: &Scan<'_>, entries: &Entries, group: &impl Fn(usize, u32) -> u32) {
        let (depths, times) = (scan.part.depths(), scan.part.engagement_times());
        for ((row, visit), entry) in entries.rows.iter().zip(&entries.visits).zip(0..) {
            let Some(read) = self.readings.get_mut(group(entry, *visit) as usize) else { continue };
            let visit = scan.first_visit + 1 + visit;
            let depth = depths.get(*row as usize).copied().unwrap_or(NO_DEPTH);
            if depth != NO_DEPTH {
                if std::mem::replace(&mut read.depth_visit, visit) != visit {
                    read.depth = 0;
                    read.reading.depth_visits += 1;
                }
                read.reading.depth_sum += i64::from(depth.saturating_sub(read.depth));
                read.depth = read.depth.max(depth);
            }
            let time_ms = times.get(*row as usize).copied().unwrap_or(NO_TIME);
            if time_ms != NO_TIME {
                read.reading.time_visits += i64::from(std::mem::replace(&mut read.timed_visit, visit) != visit);
                read.reading.time_ms += i64::from(time_ms);
            }
        }
    }

    fn add_revenue(
        &mut self,
        scan: &Scan<'_>,
        entries: &Entries,
        currency: InCurrency,
        group: &impl Fn(usize, u32) -> u32,
    ) {
        self.resize_sums(scan.goals, currency);
        let revenues = scan.part.revenues();
        if revenues.is_empty() {
            return;
        }
        for ((row, visit), entry) in entries.rows.iter().zip(&entries.visits).zip(0..) {
            let found = revenues.binary_search_by_key(row, |(row, _)| *row).ok().and_then(|place| revenues.get(place));
            if let (Some((_, revenue)), Some(sum)) = (found, self.sums.get_mut(group(entry, *visit) as usize)) {
                sum.add(*revenue);
            }
        }
    }

    /// Writes the groups in which something was found.
    pub(super) fn write(&self, out: &mut Writer<'_>) {
        let found: Vec<usize> = (0..self.groups.keys.len()).filter(|place| self.found(*place)).collect();
        out.number(found.len() as u64);
        for place in found {
            let key = self.groups.keys.get(place).map(Vec::as_slice).unwrap_or_default();
            self.by.iter().zip(key).for_each(|(by, code)| by.write(*code, out));
            let seen = self.visitors.get(place).map_or(0, |(_, seen)| *seen);
            out.number(seen.into());
            self.counts.get(place).iter().for_each(|counts| counts.write(out));
            self.readings.get(place).iter().for_each(|read| read.reading.write(out));
            self.measured.get(place).iter().for_each(|measured| measured.write(out));
            if self.revenue.is_some() {
                self.sums.get(place).copied().unwrap_or_default().write(out);
            }
        }
    }

    /// Adds what was counted of other visitors.
    pub(super) fn merge(&mut self, goals: &[Goal], from: &mut Reader<'_>) -> Result<(), Malformed> {
        for _ in 0..from.count()? {
            let key = self.by.iter().map(|by| by.read(from)).collect::<Result<Vec<u32>, _>>()?;
            let place = self.groups.of_key(&key) as usize;
            self.resize(self.groups.keys.len());
            let seen: u32 = from.narrow()?;
            if let Some((_, all)) = self.visitors.get_mut(place) {
                *all = all.saturating_add(seen);
            }
            self.counts.get_mut(place).map_or(Ok(()), |counts| counts.merge(from))?;
            self.readings.get_mut(place).map_or(Ok(()), |read| read.reading.merge(from))?;
            self.measured.get_mut(place).map_or(Ok(()), |measured| measured.merge(from))?;
            if let Some(currency) = self.revenue {
                self.resize_sums(goals, currency);
                self.sums.get_mut(place).map_or(Ok(()), |sum| sum.merge(from))?;
            }
        }
        Ok(())
    }

    fn resize_sums(&mut self, goals: &[Goal], currency: InCurrency) {
        let keys = self.groups.keys.iter().skip(self.sums.len());
        self.sums.extend(keys.map(|key| Sum::new(currency.of(goals, key))));
    }

    fn found(&self, place: usize) -> bool {
        let of_visitors = self.visitors.get(place).is_some_and(|(_, seen)| *seen > 0);
        let of_readings = self.readings.get(place).is_some_and(|read| read.reading != Reading::default());
        of_visitors || of_readings || self.measured.get(place).is_some_and(|measured| !measured.is_empty())
    }

    /// The counts of each group in which something was found.
    pub(super) fn counts(&self) -> HashMap<Vec<u32>, Counts> {
        let found = |((_, seen), place): (&(u32, u32), usize)| {
            let counts = self.counts.get(place).copied().unwrap_or_default();
            (*seen > 0).then(|| (self.key(place), Counts { visitors: i64::from(*seen), ..counts }))
        };
        let mut counts: HashMap<_, _> = self.visitors.iter().zip(0..).filter_map(found).collect();
        if self.by.is_empty() {
            // Without dimensions there is one group, even of nothing.
            counts.entry(Vec::new()).or_default();
        }
        counts
    }

    /// How each group's visits read.
    pub(super) fn readings(&self) -> HashMap<Vec<u32>, Reading> {
        self.readings.iter().zip(0..).map(|(read, place)| (self.key(place), read.reading)).collect()
    }

    /// What each group's events measured.
    pub(super) fn measured(&self) -> HashMap<Vec<u32>, Measured> {
        self.measured.iter().zip(0..).map(|(measured, place)| (self.key(place), measured.clone())).collect()
    }

    /// What each group's conversions brought.
    pub(super) fn revenues(&self) -> HashMap<Vec<u32>, Sum> {
        self.sums.iter().zip(0..).map(|(sum, place)| (self.key(place), *sum)).collect()
    }

    /// Distinct visitors of all groups together, where there is one.
    pub(super) fn visitors(&self) -> i64 {
        self.visitors.first().map_or(0, |(_, seen)| i64::from(*seen))
    }

    fn key(&self, place: usize) -> Vec<u32> {
        self.groups.keys.get(place).cloned().unwrap_or_default()
    }
}
