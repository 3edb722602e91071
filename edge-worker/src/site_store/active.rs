//! Who was here in the last half hour when the site's day turned, so that a visit across midnight stays one visit.
//!
//! A visitor's hash changes with the salt of the day. Whoever is still active under yesterday's salt keeps that hash
//! until the visit ends; everyone else is hashed with today's.

use engine::event::VisitorHash;
use jiff::civil::Date;
use std::collections::HashMap;

/// A visit ends after so many seconds without an event.
pub const VISIT_GAP_S: i64 = 30 * 60;

/// Visitors whose visit may go on across the last midnight.
#[derive(Debug, Default)]
pub struct ActiveVisitors {
    day: Option<Date>,
    last_seen_s: HashMap<VisitorHash, i64>,
}

impl ActiveVisitors {
    /// Whether these are the visitors that were active when `day` began.
    pub fn are_of(&self, day: Date) -> bool {
        self.day == Some(day)
    }

    /// Starts anew with the visitors that were active when `day` began, or lately.
    pub fn begin(&mut self, day: Date, seen: impl IntoIterator<Item = (VisitorHash, i64)>) {
        self.day = Some(day);
        self.last_seen_s.clear();
        for (visitor, at_s) in seen {
            let last = self.last_seen_s.entry(visitor).or_insert(at_s);
            *last = at_s.max(*last);
        }
    }

    /// Whether anyone may still be on a visit that began yesterday, at `now_s`.
    pub fn any(&mut self, day: Date, now_s: i64) -> bool {
        self.last_seen_s.retain(|_, last| now_s - *last <= VISIT_GAP_S);
        self.are_of(day) && !self.last_seen_s.is_empty()
    }

    /// Whether the visitor is on a visit that goes on at `at_s`; if so, it goes on.
    pub fn goes_on(&mut self, yesterdays: VisitorHash, at_s: i64) -> bool {
        let Some(last) = self.last_seen_s.get_mut(&yesterdays) else { return false };
        let goes_on = at_s - *last <= VISIT_GAP_S;
        if goes_on {
            *last = at_s.max(*last);
        }
        goes_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_visit_goes_on_for_half_an_hour_at_a_time() {
        let (today, anna) = (date(2026, 11, 21), VisitorHash(1));
        let mut active = ActiveVisitors::default();
        assert!(!active.any(today, 0));
        active.begin(today, [(anna, 900), (anna, 1000)]);
        assert!(active.any(today, 1000));
        assert!(active.goes_on(anna, 2800));
        assert!(active.goes_on(anna, 4600));
        assert!(!active.goes_on(anna, 6401));
        assert!(!active.goes_on(VisitorHash(2), 2000));
        assert!(!active.any(today, 6401));
    }
}
