//! Whose each row is and when it was, and what the rows of a visit add up to: derived from the columns.

use super::Part;
use crate::event::{ENGAGEMENT, PAGEVIEW};
use crate::segment::layout;

/// What a visit's events, engagement apart, add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VisitTotals {
    /// Time of the earliest; [`i64::MAX`] where there is none.
    pub(crate) start: i64,
    /// Time of the latest; [`i64::MIN`] where there is none.
    pub(crate) end: i64,
    /// Page views.
    pub(crate) pageviews: u32,
    /// All.
    pub(crate) events: u32,
    /// Page views and interactive events.
    pub(crate) interactions: u32,
}

impl VisitTotals {
    /// Whether nothing but its first page view or event happened in it.
    pub(crate) fn is_bounce(&self) -> bool {
        self.interactions <= 1
    }

    /// Seconds between its first and last event.
    pub(crate) fn duration_seconds(&self) -> i64 {
        self.end.saturating_sub(self.start).max(0)
    }
}

impl Part {
    /// The visitor of each visit.
    pub(crate) fn visitor_of_visit(&self) -> &[u32] {
        self.visitor_of_visit.get_or_init(|| {
            let more = self.packed(layout::VISITOR_VISITS, self.segment.visitors);
            repeat(&more, self.segment.visits).unwrap_or_else(|| {
                self.damaged.set(true);
                vec![0; self.segment.visits]
            })
        })
    }

    /// The first row of each visit, and the end of the last.
    pub(crate) fn first_rows(&self) -> &[u32] {
        self.first_rows.get_or_init(|| {
            let more = self.packed(layout::VISIT_ROWS, self.segment.visits);
            let mut next = 0u32;
            let mut starts: Vec<u32> = Vec::with_capacity(more.len() + 1);
            starts.push(0);
            starts.extend(more.iter().map(|more| {
                next = next.saturating_add(more.saturating_add(1));
                next
            }));
            if next as usize != self.segment.rows {
                self.damaged.set(true);
                starts.fill(0);
            }
            starts
        })
    }

    /// The rows of each visit.
    pub(crate) fn rows_of_visits(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let starts = self.first_rows();
        starts.iter().zip(starts.iter().skip(1)).map(|(start, end)| *start as usize..*end as usize)
    }

    /// The visit of each row.
    pub(crate) fn visit_of_row(&self) -> &[u32] {
        self.visit_of_row.get_or_init(|| {
            let mut visits = Vec::with_capacity(self.rows_len());
            for (rows, visit) in self.rows_of_visits().zip(0u32..) {
                visits.resize(rows.end, visit);
            }
            visits.resize(self.rows_len(), 0);
            visits
        })
    }

    /// Seconds since 1970 of each row.
    pub(crate) fn times(&self) -> &[i64] {
        self.times.get_or_init(|| {
            let (starts, gaps) = match &self.chosen {
                None => (self.visit_starts(), self.packed_wide(layout::TIMES, self.segment.rows)),
                Some(chosen) => (chosen.starts.clone(), self.picked_wide(layout::TIMES, &chosen.rows)),
            };
            let mut times = Vec::with_capacity(gaps.len());
            for (rows, start) in self.rows_of_visits().zip(starts) {
                let mut time = start;
                times.extend(gaps.get(rows).unwrap_or_default().iter().map(|gap| {
                    time = time.wrapping_add(crate::bytes::unzigzag(*gap));
                    time
                }));
            }
            times.resize(self.rows_len(), 0);
            times
        })
    }

    /// Time of each visitor's first event.
    pub(crate) fn visitor_firsts(&self) -> Vec<i64> {
        let mut first = self.segment.first_s;
        let gaps = self.packed_wide(layout::VISITOR_GAPS, self.segment.visitors);
        let firsts = gaps.into_iter().map(|gap| {
            first = first.wrapping_add(gap as i64);
            first
        });
        firsts.collect()
    }

    /// Time of each visit's first event of any kind.
    pub(crate) fn visit_starts(&self) -> Vec<i64> {
        let segment = &self.segment;
        let return_gaps = self.packed_wide(layout::RETURN_GAPS, segment.visits - segment.visitors);
        let (mut firsts, mut returns) = (self.visitor_firsts().into_iter(), return_gaps.into_iter());
        let (mut start, mut before) = (0i64, None);
        let visitors = self.visitor_of_visit().iter();
        let starts = visitors.map(|visitor| {
            if before == Some(*visitor) {
                start = start.wrapping_add(returns.next().unwrap_or(0) as i64);
            } else {
                before = Some(*visitor);
                start = firsts.next().unwrap_or(0);
            }
            start
        });
        starts.collect()
    }

    /// What each visit's events add up to.
    pub(crate) fn totals(&self) -> &[VisitTotals] {
        self.totals.get_or_init(|| {
            let (pageview, engagement) = (self.code_of_name(PAGEVIEW), self.code_of_name(ENGAGEMENT));
            let interactive = self.packed_rows(layout::INTERACTIVE);
            let (names, times) = (&self.names().0, self.times());
            let of_visit = |rows: std::ops::Range<usize>| {
                let mut totals =
                    VisitTotals { start: i64::MAX, end: i64::MIN, pageviews: 0, events: 0, interactions: 0 };
                let names = names.get(rows.clone()).unwrap_or_default();
                let times = times.get(rows.clone()).unwrap_or_default();
                let interactive = interactive.get(rows).unwrap_or_default();
                for ((name, time), interactive) in names.iter().zip(times).zip(interactive) {
                    if *name != engagement {
                        let is_pageview = *name == pageview;
                        totals.start = totals.start.min(*time);
                        totals.end = totals.end.max(*time);
                        totals.events += 1;
                        totals.pageviews += u32::from(is_pageview);
                        totals.interactions += u32::from(is_pageview || *interactive != 0);
                    }
                }
                totals
            };
            self.rows_of_visits().map(of_visit).collect()
        })
    }

    /// The page of each visit's first page view; 0 without page views, as with the three below.
    pub(crate) fn entry_pages(&self) -> &[u32] {
        self.entry_pages.get_or_init(|| self.of_first_views(&self.pages().0))
    }

    /// The host of each visit's first page view.
    pub(crate) fn entry_hostnames(&self) -> &[u32] {
        self.entry_hostnames.get_or_init(|| self.of_first_views(&self.hostnames().0))
    }

    /// The page of each visit's last page view.
    pub(crate) fn exit_pages(&self) -> &[u32] {
        self.exit_pages.get_or_init(|| self.of_last_views(&self.pages().0))
    }

    /// The host of each visit's last page view.
    pub(crate) fn exit_hostnames(&self) -> &[u32] {
        self.exit_hostnames.get_or_init(|| self.of_last_views(&self.hostnames().0))
    }

    fn of_first_views(&self, codes: &[u32]) -> Vec<u32> {
        let pageview = self.code_of_name(PAGEVIEW);
        self.of_rows(codes, |names| names.iter().position(|name| *name == pageview))
    }

    fn of_last_views(&self, codes: &[u32]) -> Vec<u32> {
        let pageview = self.code_of_name(PAGEVIEW);
        self.of_rows(codes, |names| names.iter().rposition(|name| *name == pageview))
    }

    /// The code of that row of each visit which is found by the names of its events.
    fn of_rows(&self, codes: &[u32], find: impl Fn(&[u32]) -> Option<usize>) -> Vec<u32> {
        let names = &self.names().0;
        let of_visit = |rows: std::ops::Range<usize>| {
            let found = find(names.get(rows.clone()).unwrap_or_default());
            found.and_then(|place| codes.get(rows.start + place)).copied().unwrap_or(0)
        };
        self.rows_of_visits().map(of_visit).collect()
    }
}

/// Each place as often as it says and once more, if that is `len` in all.
fn repeat(more: &[u32], len: usize) -> Option<Vec<u32>> {
    let total: u64 = more.iter().map(|more| u64::from(*more) + 1).sum();
    if total != len as u64 {
        return None;
    }
    let places = more.iter().zip(0u32..);
    Some(places.flat_map(|(more, place)| std::iter::repeat_n(place, *more as usize + 1)).collect())
}
