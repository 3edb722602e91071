//! Visits: the runs of one visitor's events without a gap of more than 30 minutes.
//!
//! **Which events form a visit depends on their times alone**, not on the order or the batches in which they came: an
//! event that arrives late joins the visit it falls into, and one that closes the gap between two visits makes them
//! one. **What a visit is like depends on the order of arrival**: its attributes and entry page are those of the event
//! that came first, its exit page that of the page view that came last, as the Stats API's tests have it for events
//! with running-backwards clocks.
//!
//! Engagement events belong to visits and keep them alive, since the visitor was there, but count for nothing else. A
//! visit that begins with one (the last word of a page that was left open) takes its attributes from the first event
//! of another kind, if it has one.

use crate::event::{Event, VISIT_TEXTS};

use super::dictionary::Dictionary;

/// Seconds without an event after which a visitor's next event begins a new visit.
pub const VISIT_GAP_SECONDS: i64 = 30 * 60;

const NONE: u32 = u32::MAX;

/// Number of attributes of a visit that are kept as texts: [`VISIT_TEXTS`] and the city.
const ATTRIBUTES: usize = VISIT_TEXTS.len() + 1;

/// Where the city stands among the attributes: after the texts.
pub(crate) const CITY: usize = VISIT_TEXTS.len();

/// What a visit has besides its attributes.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Dense number of the visitor.
    pub visitor: u32,
    /// Time of the earliest event that is not engagement; [`i64::MAX`] where there is none.
    pub start: i64,
    /// Time of the latest event that is not engagement; [`i64::MIN`] where there is none.
    pub end: i64,
    /// Number of page views.
    pub pageviews: u32,
    /// Number of events that count as interaction: page views and interactive custom events.
    pub interactions: u32,
    /// Code of the first page view's path; 0 without page views.
    pub entry_page: u32,
    /// Code of the first page view's host.
    pub entry_hostname: u32,
    /// Code of the last page view's path.
    pub exit_page: u32,
    /// Code of the last page view's host.
    pub exit_hostname: u32,
    first_seen: i64,
    last_seen: i64,
    /// Which event the attributes are from: whether it is engagement, and its row. The least of all events prevails.
    attributes_from: (bool, u32),
    entry_row: u32,
    exit_row: u32,
    previous: u32,
}

impl Visit {
    /// Whether nothing but its first page view or event happened in it.
    pub fn is_bounce(&self) -> bool {
        self.interactions <= 1
    }

    /// Seconds between its first and last event.
    pub fn duration_seconds(&self) -> i64 {
        self.end.saturating_sub(self.start).max(0)
    }

    /// Counts an event that is not engagement.
    fn count(&mut self, arrival: &Arrival<'_>) {
        let time = arrival.event.time.0;
        self.start = self.start.min(time);
        self.end = self.end.max(time);
        self.interactions += u32::from(arrival.is_pageview || arrival.event.interactive);
        if arrival.is_pageview {
            self.pageviews += 1;
            if self.entry_row == NONE {
                self.entry_row = arrival.row;
                self.entry_page = arrival.page;
                self.entry_hostname = arrival.hostname;
            }
            self.exit_row = arrival.row;
            self.exit_page = arrival.page;
            self.exit_hostname = arrival.hostname;
        }
    }

    fn is_near(&self, time: i64) -> bool {
        time >= self.first_seen.saturating_sub(VISIT_GAP_SECONDS)
            && time <= self.last_seen.saturating_add(VISIT_GAP_SECONDS)
    }
}

/// All visits of a table.
#[derive(Clone, Debug, Default)]
pub struct Visits {
    /// The visits; those that were merged into others have no events.
    pub all: Vec<Visit>,
    /// Codes of the attributes of each visit, by attribute.
    pub attributes: [Vec<u32>; ATTRIBUTES],
    /// The texts of each attribute.
    pub dictionaries: [Dictionary; ATTRIBUTES],
    /// The latest visit of each visitor, the head of a list in descending time.
    latest: Vec<u32>,
    /// Pairs (merged, into) since the rows were last relabelled.
    merged: Vec<(u32, u32)>,
}

/// The parts of an event that visits are made of.
pub(super) struct Arrival<'a> {
    pub(super) row: u32,
    pub(super) visitor: u32,
    pub(super) page: u32,
    pub(super) hostname: u32,
    pub(super) is_pageview: bool,
    pub(super) is_engagement: bool,
    pub(super) event: &'a Event,
}

impl Visits {
    /// Puts an event into the visit it belongs to and returns the visit's number.
    pub(super) fn add(&mut self, arrival: &Arrival<'_>) -> u32 {
        let time = arrival.event.time.0;
        if self.latest.len() <= arrival.visitor as usize {
            self.latest.resize(arrival.visitor as usize + 1, NONE);
        }
        let (after, candidate) = self.seek(arrival.visitor, time);
        let number = match self.all.get(candidate as usize) {
            Some(visit) if visit.is_near(time) => candidate,
            _ => self.open(arrival, after, candidate),
        };
        self.extend(number, arrival);
        self.merge_neighbours(number, after);
        number
    }

    /// The place of a time in a visitor's list: the visit after which a new one would stand in the list (the next
    /// later one) and the one at which the list goes on (the first that is near, or the next earlier one).
    fn seek(&self, visitor: u32, time: i64) -> (u32, u32) {
        let mut after = NONE;
        let mut current = self.latest.get(visitor as usize).copied().unwrap_or(NONE);
        while let Some(visit) = self.all.get(current as usize) {
            if visit.is_near(time) || visit.last_seen < time {
                break;
            }
            after = current;
            current = visit.previous;
        }
        (after, current)
    }

    fn open(&mut self, arrival: &Arrival<'_>, after: u32, previous: u32) -> u32 {
        let number = self.all.len() as u32;
        let time = arrival.event.time.0;
        self.all.push(Visit {
            visitor: arrival.visitor,
            start: i64::MAX,
            end: i64::MIN,
            pageviews: 0,
            interactions: 0,
            entry_page: 0,
            entry_hostname: 0,
            exit_page: 0,
            exit_hostname: 0,
            first_seen: time,
            last_seen: time,
            attributes_from: (true, NONE),
            entry_row: NONE,
            exit_row: NONE,
            previous,
        });
        self.attributes.iter_mut().for_each(|column| column.push(0));
        match self.all.get_mut(after as usize) {
            Some(later) => later.previous = number,
            None => self.latest.iter_mut().skip(arrival.visitor as usize).take(1).for_each(|head| *head = number),
        }
        number
    }

    /// Takes a visit's attributes from an event.
    fn describe(&mut self, number: u32, arrival: &Arrival<'_>) {
        let visit = &arrival.event.visit;
        let city = if visit.city == 0 { String::new() } else { visit.city.to_string() };
        let texts = VISIT_TEXTS.iter().map(|(_, text)| text(visit)).chain([&*city]);
        for ((column, dictionary), text) in self.attributes.iter_mut().zip(&mut self.dictionaries).zip(texts) {
            if let Some(slot) = column.get_mut(number as usize) {
                *slot = dictionary.intern(text);
            }
        }
    }

    fn extend(&mut self, number: u32, arrival: &Arrival<'_>) {
        let time = arrival.event.time.0;
        let Some(visit) = self.all.get_mut(number as usize) else { return };
        visit.first_seen = visit.first_seen.min(time);
        visit.last_seen = visit.last_seen.max(time);
        let from = (arrival.is_engagement, arrival.row);
        let describes = from < visit.attributes_from;
        visit.attributes_from = from.min(visit.attributes_from);
        if !arrival.is_engagement {
            visit.count(arrival);
        }
        if describes {
            self.describe(number, arrival);
        }
    }

    /// Joins the visit with the next later and the next earlier one where its new event has closed the gap.
    fn merge_neighbours(&mut self, number: u32, after: u32) {
        if self.is_close(after, number) {
            self.merge(number, after);
            self.replace_in_list(after, number);
        }
        let previous = self.all.get(number as usize).map_or(NONE, |visit| visit.previous);
        if self.is_close(number, previous) {
            self.merge(number, previous);
            let beyond = self.all.get(previous as usize).map_or(NONE, |visit| visit.previous);
            if let Some(visit) = self.all.get_mut(number as usize) {
                visit.previous = beyond;
            }
        }
    }

    fn is_close(&self, later: u32, earlier: u32) -> bool {
        match (self.all.get(later as usize), self.all.get(earlier as usize)) {
            (Some(later), Some(earlier)) => later.first_seen <= earlier.last_seen.saturating_add(VISIT_GAP_SECONDS),
            _ => false,
        }
    }

    /// Moves everything of visit `from` into visit `into`.
    fn merge(&mut self, into: u32, from: u32) {
        let Some(other) = self.all.get(from as usize).cloned() else { return };
        let Some(visit) = self.all.get_mut(into as usize) else { return };
        visit.start = visit.start.min(other.start);
        visit.end = visit.end.max(other.end);
        visit.first_seen = visit.first_seen.min(other.first_seen);
        visit.last_seen = visit.last_seen.max(other.last_seen);
        visit.pageviews += other.pageviews;
        visit.interactions += other.interactions;
        if other.entry_row < visit.entry_row {
            visit.entry_row = other.entry_row;
            visit.entry_page = other.entry_page;
            visit.entry_hostname = other.entry_hostname;
        }
        if other.exit_row != NONE && (visit.exit_row == NONE || other.exit_row > visit.exit_row) {
            visit.exit_row = other.exit_row;
            visit.exit_page = other.exit_page;
            visit.exit_hostname = other.exit_hostname;
        }
        if other.attributes_from < visit.attributes_from {
            visit.attributes_from = other.attributes_from;
            for column in &mut self.attributes {
                if let Some(&code) = column.get(from as usize) {
                    column.iter_mut().skip(into as usize).take(1).for_each(|slot| *slot = code);
                }
            }
        }
        self.merged.push((from, into));
    }

    /// Puts visit `number` where `old`, the one right before it in the list, stood.
    fn replace_in_list(&mut self, old: u32, number: u32) {
        let visitor = self.all.get(number as usize).map_or(NONE, |visit| visit.visitor);
        let mut current = match self.latest.get_mut(visitor as usize) {
            Some(head) if *head == old => {
                *head = number;
                return;
            }
            Some(head) => *head,
            None => return,
        };
        while let Some(visit) = self.all.get_mut(current as usize) {
            if visit.previous == old {
                visit.previous = number;
                return;
            }
            current = visit.previous;
        }
    }

    /// Gives the events of merged visits the number of the visit that they now belong to.
    pub(super) fn relabel(&mut self, rows: &mut [u32]) {
        if self.merged.is_empty() {
            return;
        }
        let mut numbers: Vec<u32> = (0..self.all.len() as u32).collect();
        // Newest first: what a visit was merged into may itself have been merged later.
        for (from, into) in self.merged.drain(..).rev() {
            let target = numbers.get(into as usize).copied().unwrap_or(into);
            if let Some(slot) = numbers.get_mut(from as usize) {
                *slot = target;
            }
        }
        for row in rows {
            *row = numbers.get(*row as usize).copied().unwrap_or(*row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{UnixSeconds, VisitAttributes, VisitorHash};
    use crate::table::{ENGAGEMENT, PAGEVIEW, Table};

    /// A table of one visitor's events, each a name, a minute and a browser.
    fn table(events: &[(&str, i64, &str)]) -> Table {
        let mut table = Table::default();
        for (name, minute, browser) in events {
            table.append(Event {
                time: UnixSeconds(minute * 60),
                visitor: VisitorHash::default(),
                name: (*name).to_owned(),
                interactive: true,
                hostname: "example.com".to_owned(),
                pathname: "/".to_owned(),
                visit: VisitAttributes { browser: (*browser).to_owned(), ..VisitAttributes::default() },
                props: Vec::new(),
                revenue: None,
                scroll_depth: None,
                engagement_time_ms: None,
                detail: None,
            });
        }
        table.settle();
        table
    }

    #[test]
    fn attributes_are_those_of_the_event_that_came_first() {
        for (events, expected) in [
            (&[(PAGEVIEW, 10, "first"), (PAGEVIEW, 0, "later")][..], "first"),
            (&[(ENGAGEMENT, 0, "engagement"), (PAGEVIEW, 10, "page view")], "page view"),
            (&[(ENGAGEMENT, 0, "first"), (ENGAGEMENT, 10, "later")], "first"),
            // The last closes the gap between two visits.
            (&[(PAGEVIEW, 0, "first"), (PAGEVIEW, 40, "later"), (PAGEVIEW, 20, "last")], "first"),
            (&[(PAGEVIEW, 40, "first"), (PAGEVIEW, 0, "later"), (PAGEVIEW, 20, "last")], "first"),
            (&[(ENGAGEMENT, 0, "first"), (ENGAGEMENT, 40, "later"), (ENGAGEMENT, 20, "last")], "first"),
            (&[(ENGAGEMENT, 0, "engagement"), (ENGAGEMENT, 40, "later"), (PAGEVIEW, 20, "page view")], "page view"),
        ] {
            let table = table(events);
            let browser = VISIT_TEXTS.iter().position(|(name, _)| *name == "browser").unwrap();
            let browsers: Vec<&str> = table
                .visit
                .iter()
                .map(|visit| table.visits.attributes[browser][*visit as usize])
                .map(|code| table.visits.dictionaries[browser].text(code))
                .collect();
            assert_eq!(browsers, vec![expected; events.len()], "{events:?}");
        }
    }
}
