//! What is counted in a group of entries.

use super::entries::Entries;
use super::groups::Groups;
use crate::table::{ENGAGEMENT, NO_ENGAGEMENT_TIME, NO_SCROLL_DEPTH, PAGEVIEW, Table};

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

/// Which counts are wanted besides visitors, page views and events. Whole visits lie far apart in memory, so they are
/// looked up only where something is asked about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// No more.
    Events,
    /// Visits, and what is known of them.
    Visits,
}

/// Counts each group. Distinct visitors and visits are told by the group that saw them last, so that counting takes
/// one step for each entry and no set.
pub(super) fn count(table: &Table, entries: &Entries, groups: &Groups, depth: Depth) -> Vec<Counts> {
    let mut tally = Tally {
        table,
        entries,
        pageview: table.name.dictionary.code(PAGEVIEW),
        engagement: table.name.dictionary.code(ENGAGEMENT),
        visitor_seen: vec![0; table.visitors_len()],
        visit_seen: vec![0; if depth == Depth::Visits { table.visits.all.len() } else { 0 }],
    };
    groups.entries().zip(1u32..).map(|(members, group)| tally.group(members, group)).collect()
}

/// Counting in progress: what the groups so far have seen.
struct Tally<'a> {
    table: &'a Table,
    entries: &'a Entries,
    pageview: Option<u32>,
    engagement: Option<u32>,
    visitor_seen: Vec<u32>,
    visit_seen: Vec<u32>,
}

impl Tally<'_> {
    fn group(&mut self, members: &[u32], group: u32) -> Counts {
        let mut counts = Counts::default();
        for &entry in members {
            let entry = entry as usize;
            let visit = self.entries.visits.get(entry).copied().unwrap_or(u32::MAX);
            let visitor = match self.entries.rows.get(entry) {
                Some(row) => {
                    let name = self.table.name.codes.get(*row as usize).copied();
                    counts.pageviews += i64::from(name == self.pageview);
                    counts.events += i64::from(name != self.engagement);
                    self.table.visitor.get(*row as usize).copied()
                }
                None => self.table.visits.all.get(visit as usize).map(|visit| visit.visitor),
            };
            counts.visitors +=
                i64::from(visitor.is_some_and(|visitor| is_first(&mut self.visitor_seen, visitor, group)));
            if is_first(&mut self.visit_seen, visit, group) {
                self.visit(&mut counts, visit, self.entries.ends.get(entry).copied().unwrap_or(true));
            }
        }
        counts
    }

    fn visit(&self, counts: &mut Counts, number: u32, ends: bool) {
        let Some(visit) = self.table.visits.all.get(number as usize) else { return };
        counts.visits += 1;
        if ends {
            counts.ended += 1;
            counts.bounces += i64::from(visit.is_bounce());
            counts.duration_seconds = counts.duration_seconds.saturating_add(visit.duration_seconds());
            counts.visit_pageviews += i64::from(visit.pageviews);
        }
    }
}

/// Whether a group sees this for the first time.
fn is_first(seen: &mut [u32], index: u32, group: u32) -> bool {
    seen.get_mut(index as usize).is_some_and(|last| std::mem::replace(last, group) != group)
}

/// Distinct visitors of rows.
pub(super) fn visitors(table: &Table, rows: &[u32]) -> i64 {
    let mut seen = vec![false; table.visitors_len()];
    let mut first = |row: &u32| {
        let visitor = table.visitor.get(*row as usize).copied().unwrap_or(u32::MAX);
        seen.get_mut(visitor as usize).is_some_and(|seen| !std::mem::replace(seen, true))
    };
    rows.iter().filter(|row| first(row)).count() as i64
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

/// Reads the engagement events of each group.
pub(super) fn read(table: &Table, entries: &Entries, groups: &Groups) -> Vec<Reading> {
    // For each visit the group that saw it last, and how it stands there.
    let mut depth_of = vec![(0u32, 0u8); table.visits.all.len()];
    let mut timed = vec![0u32; table.visits.all.len()];
    let read_group = |(members, group): (&[u32], u32)| {
        let mut reading = Reading::default();
        for &entry in members {
            let row = entries.rows.get(entry as usize).map_or(usize::MAX, |row| *row as usize);
            let visit = entries.visits.get(entry as usize).map_or(usize::MAX, |visit| *visit as usize);
            let depth = table.scroll_depth.get(row).copied().unwrap_or(NO_SCROLL_DEPTH);
            if let Some(best) = depth_of.get_mut(visit).filter(|_| depth != NO_SCROLL_DEPTH) {
                if best.0 != group {
                    *best = (group, 0);
                    reading.depth_visits += 1;
                }
                reading.depth_sum += i64::from(depth.saturating_sub(best.1));
                best.1 = best.1.max(depth);
            }
            let time_ms = table.engagement_time_ms.get(row).copied().unwrap_or(NO_ENGAGEMENT_TIME);
            if let Some(last) = timed.get_mut(visit).filter(|_| time_ms != NO_ENGAGEMENT_TIME) {
                reading.time_visits += i64::from(std::mem::replace(last, group) != group);
                reading.time_ms += i64::from(time_ms);
            }
        }
        reading
    };
    groups.entries().zip(1u32..).map(read_group).collect()
}
