//! What is counted: rows, rows once for each goal they convert, or visits once for each bucket they were active in.

use super::dimension::Dimension;
use super::selection::{Selector, sparse};
use crate::table::Table;
use crate::time::{Buckets, Range};

/// A list of things to count, as columns.
#[derive(Default)]
pub(super) struct Entries {
    /// The event, empty where visits are counted.
    pub(super) rows: Vec<u32>,
    /// The visit.
    pub(super) visits: Vec<u32>,
    /// The goal converted, where goals are a dimension.
    goals: Vec<u32>,
    /// When a visit was active, where visits are counted.
    times: Vec<i64>,
    /// Whether the visit ended then, where visits are counted.
    pub(super) ends: Vec<bool>,
}

impl Entries {
    /// Events, each once.
    pub(super) fn of_rows(table: &Table, rows: Vec<u32>) -> Self {
        Self { visits: rows.iter().map(|row| at(&table.visit, *row)).collect(), rows, ..Self::default() }
    }

    /// Events, once for each of the goals that they convert.
    pub(super) fn of_conversions(selector: &Selector<'_>, rows: &[u32], goals: &[usize]) -> Self {
        let mut entries = Self::default();
        for &goal in goals {
            let converts = selector.conversions(goal);
            let converting = rows.iter().filter(|row| converts.get(**row as usize).copied().unwrap_or(false));
            entries.rows.extend(converting);
            entries.goals.resize(entries.rows.len(), goal as u32);
        }
        entries.visits = entries.rows.iter().map(|row| at(&selector.table.visit, *row)).collect();
        entries
    }

    /// The visits of these events, once for each bucket within the range from their first to their last event.
    pub(super) fn of_active_visits(table: &Table, rows: &[u32], buckets: &Buckets, range: &Range) -> Self {
        let mut entries = Self::default();
        let mut seen = vec![false; table.visits.all.len()];
        for row in rows {
            let number = at(&table.visit, *row);
            let Some(seen) = seen.get_mut(number as usize) else { continue };
            if std::mem::replace(seen, true) {
                continue;
            }
            let Some(visit) = table.visits.all.get(number as usize) else { continue };
            let first = buckets.index(visit.start.max(range.start.0));
            let last = buckets.index(visit.end.min(range.end.0));
            for bucket in first..=last {
                entries.visits.push(number);
                entries.times.push(buckets.start(bucket).max(visit.start).max(range.start.0));
                entries.ends.push(bucket == last && visit.end <= range.end.0);
            }
        }
        entries
    }

    /// Number of entries.
    pub(super) fn len(&self) -> usize {
        self.visits.len()
    }

    /// The code of each entry's value in a dimension; `buckets` are those of the dimension if it is one of time.
    pub(super) fn codes(&self, table: &Table, dimension: &Dimension, buckets: Option<&Buckets>) -> Vec<u32> {
        let by_row = |codes: &[u32]| self.rows.iter().map(|row| at(codes, *row)).collect();
        let visits = || self.visits.iter().map(|visit| table.visits.all.get(*visit as usize));
        match dimension {
            Dimension::Goal => self.goals.clone(),
            Dimension::Page => by_row(&table.page.codes),
            Dimension::Hostname => by_row(&table.hostname.codes),
            Dimension::Name => by_row(&table.name.codes),
            Dimension::Prop(_) | Dimension::Detail(_) => match sparse(table, dimension) {
                Some(column) => by_row(&column.dense(table.len())),
                None => vec![0; self.len()],
            },
            Dimension::Visit(attribute) => {
                let codes = table.visits.attributes.get(*attribute).map_or(&[][..], |codes| codes);
                self.visits.iter().map(|visit| at(codes, *visit)).collect()
            }
            Dimension::EntryPage => visits().map(|visit| visit.map_or(0, |visit| visit.entry_page)).collect(),
            Dimension::EntryHostname => visits().map(|visit| visit.map_or(0, |visit| visit.entry_hostname)).collect(),
            Dimension::ExitPage => visits().map(|visit| visit.map_or(0, |visit| visit.exit_page)).collect(),
            Dimension::ExitHostname => visits().map(|visit| visit.map_or(0, |visit| visit.exit_hostname)).collect(),
            Dimension::Time | Dimension::TimeUnit(_) => match buckets {
                Some(buckets) => self.buckets(table, buckets),
                None => vec![0; self.len()],
            },
        }
    }

    fn buckets(&self, table: &Table, buckets: &Buckets) -> Vec<u32> {
        // Events mostly follow one another in time, so the last bucket is tried first.
        let (mut last, mut start, mut end) = (0, i64::MAX, i64::MIN);
        let mut find = |time: i64| {
            if time < start || time >= end {
                last = buckets.index(time);
                (start, end) = (buckets.start(last), buckets.start(last + 1));
            }
            last as u32
        };
        if self.times.is_empty() {
            self.rows.iter().map(|row| find(table.time.get(*row as usize).copied().unwrap_or_default())).collect()
        } else {
            self.times.iter().map(|time| find(*time)).collect()
        }
    }
}

fn at(codes: &[u32], index: u32) -> u32 {
    codes.get(index as usize).copied().unwrap_or_default()
}
