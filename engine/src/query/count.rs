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

/// Counts each group. Distinct visitors and visits are told by the group that saw them last, so that counting takes
/// one step for each entry and no set.
pub(super) fn count(table: &Table, entries: &Entries, groups: &Groups) -> Vec<Counts> {
    let pageview = table.name.dictionary.code(PAGEVIEW);
    let engagement = table.name.dictionary.code(ENGAGEMENT);
    let mut visitor_seen = vec![0u32; table.visitors_len()];
    let mut visit_seen = vec![0u32; table.visits.all.len()];
    let first = |seen: &mut Vec<u32>, index: u32, group: u32| {
        seen.get_mut(index as usize).is_some_and(|last| std::mem::replace(last, group) != group)
    };
    let count_group = |(members, group): (&[u32], u32)| {
        let mut counts = Counts::default();
        for &entry in members {
            let entry = entry as usize;
            if let Some(row) = entries.rows.get(entry) {
                let name = table.name.codes.get(*row as usize).copied();
                counts.pageviews += i64::from(name == pageview);
                counts.events += i64::from(name != engagement);
            }
            let number = entries.visits.get(entry).copied().unwrap_or(u32::MAX);
            if !first(&mut visit_seen, number, group) {
                continue;
            }
            let Some(visit) = table.visits.all.get(number as usize) else { continue };
            counts.visits += 1;
            counts.visitors += i64::from(first(&mut visitor_seen, visit.visitor, group));
            if entries.ends.get(entry).copied().unwrap_or(true) {
                counts.ended += 1;
                counts.bounces += i64::from(visit.is_bounce());
                counts.duration_seconds = counts.duration_seconds.saturating_add(visit.duration_seconds());
                counts.visit_pageviews += i64::from(visit.pageviews);
            }
        }
        counts
    };
    groups.entries().zip(1u32..).map(count_group).collect()
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
