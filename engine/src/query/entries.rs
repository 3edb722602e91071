//! What is counted: whole visits, rows, rows once for each goal they convert, or visits once for each bucket they were
//! active in. Entries stand in the order of visitors, so that distinct ones are told by the last seen.

use super::scan::Scan;
use super::selection::Select;
use crate::time::Buckets;

/// How entries are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// Visits as a whole where they can be, rows where a visit is only partly meant.
    Visits,
    /// Rows, each once.
    Rows,
}

/// In the place of a row where a visit is meant.
pub(super) const WHOLE: u32 = u32::MAX;

/// A list of things to count, as columns.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// The visitor.
    pub(super) visitors: Vec<u32>,
    /// The visit.
    pub(super) visits: Vec<u32>,
    /// The event; [`WHOLE`] where a visit is counted.
    pub(super) rows: Vec<u32>,
    /// The goal converted, where goals are a dimension.
    pub(super) goals: Vec<u32>,
    /// When a visit was active, where it is counted in buckets.
    pub(super) times: Vec<i64>,
    /// Whether the visit ended then, where it is counted in buckets.
    pub(super) ends: Vec<bool>,
}

/// Which rows or visits are kept, where all are if there is nothing to tell.
fn keeps(mask: Option<&Vec<bool>>, place: usize) -> bool {
    mask.is_none_or(|mask| mask.get(place).copied().unwrap_or(false))
}

impl Entries {
    fn push(&mut self, visitor: u32, visit: u32, row: u32) {
        self.visitors.push(visitor);
        self.visits.push(visit);
        self.rows.push(row);
    }

    /// Events, each once.
    pub(super) fn of_rows(scan: &Scan<'_>, select: usize) -> Self {
        let mut entries = Self::default();
        let Some((select, selected)) = scan.select(select) else { return entries };
        let visitors = scan.part.visitor_of_visit();
        for (((rows, visitor), visit), place) in scan.part.rows_of_visits().zip(visitors).zip(0u32..).zip(0..) {
            if keeps(selected.visits.as_ref(), place) {
                entries.push_rows(scan, select, selected.rows.as_ref(), rows, (*visitor, visit));
            }
        }
        entries
    }

    /// The rows of a visit that are meant.
    fn push_rows(
        &mut self,
        scan: &Scan<'_>,
        select: &Select,
        mask: Option<&Vec<bool>>,
        rows: std::ops::Range<usize>,
        (visitor, visit): (u32, u32),
    ) {
        let engagement = scan.engagement().get(rows.clone()).unwrap_or_default();
        let (first_s, last_s) = scan.part.segment().span();
        if select.range.contains(first_s) && select.range.contains(last_s) {
            for (row, engagement) in rows.zip(engagement) {
                if select.wants(*engagement) && keeps(mask, row) {
                    self.push(visitor, visit, row as u32);
                }
            }
            return;
        }
        let times = scan.part.times().get(rows.clone()).unwrap_or_default();
        for ((row, time), engagement) in rows.zip(times).zip(engagement) {
            if select.range.contains(*time) && select.wants(*engagement) && keeps(mask, row) {
                self.push(visitor, visit, row as u32);
            }
        }
    }

    /// Visits as a whole where all their events are in the range and, if there are buckets, in one of them; of other
    /// visits the rows. Only for selections of visits, engagement apart.
    pub(super) fn of_visits(scan: &Scan<'_>, select: usize, buckets: Option<&Buckets>) -> Self {
        let mut entries = Self::default();
        let Some((select, selected)) = scan.select(select) else { return entries };
        let (start, end) = (select.range.start.0, select.range.end.0);
        let visitors = scan.part.visitor_of_visit();
        let mut bucket = Bucket::new(buckets);
        let all = scan.part.totals().iter().zip(visitors).zip(scan.part.first_rows());
        for (((totals, visitor), first_row), visit) in all.zip(0u32..) {
            if totals.events == 0 || totals.end < start || totals.start > end {
                continue;
            }
            if !keeps(selected.visits.as_ref(), visit as usize) {
                continue;
            }
            if totals.start >= start && totals.end <= end && bucket.holds(totals.start, totals.end) {
                entries.push(*visitor, visit, WHOLE);
            } else {
                let next = scan.part.first_rows().get(visit as usize + 1).copied().unwrap_or(*first_row);
                entries.push_rows(scan, select, None, *first_row as usize..next as usize, (*visitor, visit));
            }
        }
        entries
    }

    /// Events, once for each of the goals that they convert.
    pub(super) fn of_conversions(scan: &Scan<'_>, select: usize, goals: &[usize]) -> Self {
        let of_rows = Self::of_rows(scan, select);
        let mut entries = Self::default();
        for &goal in goals {
            let converts = scan.conversions(goal);
            for ((visitor, visit), row) in of_rows.visitors.iter().zip(&of_rows.visits).zip(&of_rows.rows) {
                if converts.get(*row as usize).copied().unwrap_or(false) {
                    entries.push(*visitor, *visit, *row);
                }
            }
            entries.goals.resize(entries.rows.len(), goal as u32);
        }
        entries
    }

    /// The visits of events, once for each bucket within the range from their first to their last event.
    pub(super) fn of_active_visits(scan: &Scan<'_>, select: usize, buckets: &Buckets) -> Self {
        let mut entries = Self::default();
        let Some((select, selected)) = scan.select(select) else { return entries };
        let (start, end) = (select.range.start.0, select.range.end.0);
        let rows = scan.part.rows_of_visits().zip(scan.part.totals()).zip(scan.part.visitor_of_visit());
        for (((rows, totals), visitor), visit) in rows.zip(0u32..) {
            let nothing = totals.events == 0 || totals.end < start || totals.start > end;
            if nothing || !keeps(selected.visits.as_ref(), visit as usize) {
                continue;
            }
            let within = totals.start >= start && totals.end <= end;
            if !within || selected.rows.is_some() {
                let mut found = Self::default();
                found.push_rows(scan, select, selected.rows.as_ref(), rows, (*visitor, visit));
                if found.rows.is_empty() {
                    continue;
                }
            }
            let first = buckets.index(totals.start.max(start));
            let last = buckets.index(totals.end.min(end));
            for bucket in first..=last {
                entries.push(*visitor, visit, WHOLE);
                entries.times.push(buckets.start(bucket).max(totals.start).max(start));
                entries.ends.push(bucket == last && totals.end <= end);
            }
        }
        entries
    }

    /// The moment of each entry.
    pub(super) fn moments(&self, scan: &Scan<'_>) -> Vec<i64> {
        if !self.times.is_empty() {
            return self.times.clone();
        }
        let (times, totals) = (scan.part.times(), scan.part.totals());
        let moment = |(row, visit): (&u32, &u32)| match *row {
            WHOLE => totals.get(*visit as usize).map_or(0, |totals| totals.start),
            row => times.get(row as usize).copied().unwrap_or(0),
        };
        self.rows.iter().zip(&self.visits).map(moment).collect()
    }
}

/// The bucket that was asked for last: moments mostly follow one another.
pub(super) struct Bucket<'a> {
    buckets: Option<&'a Buckets>,
    index: usize,
    start: i64,
    end: i64,
}

impl<'a> Bucket<'a> {
    pub(super) fn new(buckets: Option<&'a Buckets>) -> Self {
        Self { buckets, index: 0, start: i64::MAX, end: i64::MIN }
    }

    /// The number of the bucket of a moment.
    pub(super) fn index(&mut self, time: i64) -> u32 {
        if let Some(buckets) = self.buckets
            && (time < self.start || time >= self.end)
        {
            self.index = buckets.index(time);
            (self.start, self.end) = (buckets.start(self.index), buckets.start(self.index + 1));
        }
        self.index as u32
    }

    /// Whether two moments are in one bucket.
    fn holds(&mut self, start: i64, end: i64) -> bool {
        if self.buckets.is_none() {
            return true;
        }
        self.index(start);
        end < self.end
    }
}
