//! The order of rows in a segment: visitor by visitor, each one's events visit by visit, a visit's events as they came.
//!
//! A visit is a run of one visitor's events without a gap of more than 30 minutes. **Which events form a visit depends
//! on their times alone**, not on the order or the batches in which they came. Visitors stand in the order of their
//! first event's time, visits in the order of time.

use crate::event::{Event, VisitorHash};
use hashbrown::HashMap;

/// Seconds without an event after which a visitor's next event begins a new visit.
pub const VISIT_GAP_SECONDS: i64 = 30 * 60;

/// The order of events, which are named by their places in the order of arrival.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// The events in the order of rows.
    pub(super) events: Vec<u32>,
    /// For each row how many events of the same visitor came before it.
    pub(super) arrival: Vec<u32>,
    /// Number of rows of each visit.
    pub(super) visit_rows: Vec<u32>,
    /// Number of visits of each visitor.
    pub(super) visitor_visits: Vec<u32>,
}

/// Puts events, given in the order of their arrival, in the order of rows.
pub(super) fn of(events: &[&Event]) -> Order {
    let mut order = Order::default();
    for mut visitor in visitors(events) {
        let visits_before = order.visit_rows.len();
        let time = |event: u32| events.get(event as usize).map_or(0, |event| event.time.0);
        let arrived: Vec<u32> = visitor.clone();
        visitor.sort_by_key(|event| time(*event));
        for visit in visitor.chunk_by_mut(|left, right| time(*right).saturating_sub(time(*left)) <= VISIT_GAP_SECONDS) {
            visit.sort_unstable();
            order.visit_rows.push(visit.len() as u32);
            order.events.extend_from_slice(visit);
            // Events are numbered by arrival, so their ranks are found in the sorted list of them.
            order.arrival.extend(visit.iter().map(|event| arrived.partition_point(|other| other < event) as u32));
        }
        order.visitor_visits.push((order.visit_rows.len() - visits_before) as u32);
    }
    order
}

/// The events of each visitor in the order of arrival; visitors in the order of their first event's time.
fn visitors(events: &[&Event]) -> Vec<Vec<u32>> {
    let mut numbers: HashMap<VisitorHash, usize> = HashMap::new();
    let mut visitors: Vec<(i64, Vec<u32>)> = Vec::new();
    for (event, place) in events.iter().zip(0u32..) {
        let number = *numbers.entry(event.visitor).or_insert(visitors.len());
        if number == visitors.len() {
            visitors.push((event.time.0, Vec::new()));
        }
        if let Some((first, list)) = visitors.get_mut(number) {
            *first = event.time.0.min(*first);
            list.push(place);
        }
    }
    visitors.sort_by_key(|(first, _)| *first);
    visitors.into_iter().map(|(_, events)| events).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::UnixSeconds;

    fn order(events: &[(u64, i64)]) -> Order {
        let event = |(visitor, minute): &(u64, i64)| Event {
            visitor: VisitorHash(*visitor),
            time: UnixSeconds(minute * 60),
            ..Event::default()
        };
        let events: Vec<Event> = events.iter().map(event).collect();
        of(&events.iter().collect::<Vec<_>>())
    }

    #[test]
    fn rows_stand_by_visitor_and_visit_and_then_as_they_came() {
        // The second visitor came first; the first one's 20th minute closes no gap, the 200th is a visit of its own.
        let order = order(&[(1, 10), (2, 5), (1, 200), (2, 6), (1, 0), (1, 40)]);
        assert_eq!(order.events, [0, 4, 5, 2, 1, 3]);
        assert_eq!(order.visit_rows, [3, 1, 2]);
        assert_eq!(order.visitor_visits, [2, 1]);
        assert_eq!(order.arrival, [0, 2, 3, 1, 0, 1]);
    }

    #[test]
    fn half_an_hour_and_no_second_more_is_one_visit() {
        assert_eq!(order(&[(1, 0), (1, 30)]).visit_rows, [2]);
        let late = |seconds: i64| {
            let event = |time| Event { time: UnixSeconds(time), ..Event::default() };
            of(&[&event(0), &event(seconds)]).visit_rows
        };
        assert_eq!(late(1800), [2]);
        assert_eq!(late(1801), [1, 1]);
    }
}
