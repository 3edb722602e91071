//! The memory of which events were counted, by their ids: at least 48 hours, twice what an event may be old, so that
//! every accepted event can be known to be counted once.
//!
//! Ids are held per day of arrival (UTC); a day that is over the window is dropped whole, here and as a table.

use protocol::event::EventId;
use std::collections::{BTreeMap, HashSet};

/// Days before today whose ids are kept.
const DAYS_KEPT: i64 = 2;

/// A day of arrival: days since 1970 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArrivalDay(pub i64);

impl ArrivalDay {
    /// The day of an instant given in milliseconds since 1970.
    pub fn of_ms(now_ms: i64) -> Self {
        Self(now_ms.div_euclid(86_400_000))
    }
}

/// The ids of the window.
#[derive(Debug, Default)]
pub struct DedupeWindow {
    days: BTreeMap<ArrivalDay, HashSet<[u8; 16]>>,
}

impl DedupeWindow {
    /// Remembers ids that were counted on `day`, written one after the other.
    pub fn load(&mut self, day: ArrivalDay, ids: &[u8]) {
        let (ids, _) = ids.as_chunks::<16>();
        self.days.entry(day).or_default().extend(ids);
    }

    /// Remembers an id; false when it was known. The id of all zeros is nobody's and always new.
    pub fn insert(&mut self, day: ArrivalDay, id: EventId) -> bool {
        if id == EventId::default() {
            return true;
        }
        if self.days.values().any(|ids| ids.contains(&id.0)) {
            return false;
        }
        self.days.entry(day).or_default().insert(id.0)
    }

    /// Forgets an id that could not be stored.
    pub fn retract(&mut self, id: EventId) {
        for ids in self.days.values_mut() {
            ids.remove(&id.0);
        }
    }

    /// Forgets the days that are over the window and says which they were.
    pub fn drop_before(&mut self, today: ArrivalDay) -> Vec<ArrivalDay> {
        let kept = self.days.split_off(&ArrivalDay(today.0 - DAYS_KEPT));
        std::mem::replace(&mut self.days, kept).into_keys().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: EventId = EventId([7; 16]);

    #[test]
    fn an_id_counts_once_within_the_window() {
        let mut window = DedupeWindow::default();
        assert!(window.insert(ArrivalDay(100), ID));
        for day in [100, 101, 102] {
            window.drop_before(ArrivalDay(day));
            assert!(!window.insert(ArrivalDay(day), ID), "day {day}");
        }
        assert_eq!(window.drop_before(ArrivalDay(103)), [ArrivalDay(100)]);
        assert!(window.insert(ArrivalDay(103), ID));
    }

    #[test]
    fn the_id_of_zeros_is_always_new() {
        let mut window = DedupeWindow::default();
        assert!(window.insert(ArrivalDay(1), EventId::default()));
        assert!(window.insert(ArrivalDay(1), EventId::default()));
    }

    #[test]
    fn a_retracted_id_is_new_again() {
        let mut window = DedupeWindow::default();
        assert!(window.insert(ArrivalDay(1), ID));
        window.retract(ID);
        assert!(window.insert(ArrivalDay(2), ID));
    }

    #[test]
    fn loaded_ids_are_known() {
        let mut window = DedupeWindow::default();
        window.load(ArrivalDay(5), &[[1; 16], [2; 16]].concat());
        assert!(!window.insert(ArrivalDay(6), EventId([2; 16])));
    }
}
