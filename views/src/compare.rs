//! With what a view compares its numbers.

use crate::date::Date;
use crate::range::{Clock, Range};
use crate::state::State;
use crate::words::fill;
use serde_json::{Value, json};

/// What the numbers are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compare {
    /// As much time right before.
    #[default]
    Before,
    /// The same days a year earlier.
    Year,
    /// Nothing.
    Nothing,
    /// From one day to another, both counted.
    Days(Date, Date),
}

impl Compare {
    /// Those offered in the menu; other days are typed.
    pub const OFFERED: [Self; 3] = [Self::Before, Self::Year, Self::Nothing];

    /// The name in addresses.
    pub fn name(self) -> String {
        match self {
            Self::Before => "before".to_owned(),
            Self::Year => "year".to_owned(),
            Self::Nothing => "nothing".to_owned(),
            Self::Days(first, last) => Range::Days(first, last).name(),
        }
    }

    /// The comparison of a name.
    pub fn parse(name: &str) -> Option<Self> {
        let offered = Self::OFFERED.into_iter().find(|compare| compare.name() == name);
        offered.or_else(|| match Range::parse(name)? {
            Range::Days(first, last) => Some(Self::Days(first, last)),
            _ => None,
        })
    }

    /// The name in the menu, in English.
    pub fn label(self) -> &'static str {
        match self {
            Self::Before => "Previous period",
            Self::Year => "Previous year",
            Self::Nothing => "Nothing",
            Self::Days(..) => "Other days",
        }
    }

    /// Whether its days may be moved to begin on the same day of the week.
    pub fn follows_weekdays(self) -> bool {
        matches!(self, Self::Before | Self::Year)
    }
}

/// What a query includes for the comparison of a state. A day that is not over is measured, in its totals, against the day
/// before up to the same time: its first hours would look like a loss beside a whole day. Over time the whole day is shown.
pub fn query(state: &State, clock: &Clock, over_time: bool) -> Option<Value> {
    if !state.range.has_before() {
        return None;
    }
    let mode = match state.compare {
        Compare::Nothing => return None,
        Compare::Days(first, last) => {
            return Some(json!({ "mode": "custom", "date_range": [first.iso(), last.iso()] }));
        }
        Compare::Before if is_begun(state) && !over_time => {
            return Some(json!({ "mode": "custom", "date_range": clock.yesterday_so_far }));
        }
        Compare::Before => "previous_period",
        Compare::Year => "year_over_year",
    };
    Some(if state.match_weekday { json!({ "mode": mode, "match_day_of_week": true }) } else { json!({ "mode": mode }) })
}

/// Whether a day that is not over is shown beside the day before.
fn is_begun(state: &State) -> bool {
    state.range == Range::Today && !state.match_weekday
}

/// The days that a state is compared with, as the API finds them; none where they are not whole days or there are none.
pub fn days(state: &State, clock: &Clock) -> Option<(Date, Date)> {
    let (first, last) = state.range.days(clock.today)?;
    let (begin, end) = match state.compare {
        Compare::Nothing => return None,
        Compare::Days(first, last) => return Some((first, last)),
        Compare::Before => {
            let length = first.days_to(last);
            (first.plus_days(-length), last.plus_days(-length))
        }
        Compare::Year => {
            let begin = a_year_before(first)?;
            (begin, begin.plus_days(first.days_to(last) - 1).min(a_year_before(last)?))
        }
    };
    let shift = if state.match_weekday { to_weekday(begin, end, first) } else { 0 };
    Some((begin.plus_days(shift), end.plus_days(shift)))
}

fn a_year_before(date: Date) -> Option<Date> {
    let (year, month, day) = date.civil();
    Date::new(year - 1, month, day).or_else(|| Date::new(year - 1, month, 28))
}

/// Days to the nearest day of the same weekday as `first` that keeps the days before it.
fn to_weekday(begin: Date, end: Date, first: Date) -> i32 {
    let ahead = (first.days() - begin.days()).rem_euclid(7);
    let reaches_in = end.plus_days(ahead) >= first;
    if ahead == 0 || (ahead <= 3 && !reaches_in) { ahead } else { ahead - 7 }
}

/// The days that a state is compared with, in words; none where there are none.
pub fn words(state: &State, clock: &Clock) -> Option<String> {
    let (first, last) = days(state, clock)?;
    let label = Range::Days(first, last).label();
    let is_cut = is_begun(state) && state.compare == Compare::Before;
    Some(if is_cut { fill("{0} up to this time of day", &[&label]) } else { label })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn of(query: &str, over_time: bool) -> Option<Value> {
        super::query(&State::parse(query), &sample::empty_app("").clock, over_time)
    }

    #[test]
    fn a_day_begun_is_measured_against_as_much_of_the_day_before() {
        assert_eq!(
            of("?range=today", false).unwrap()["date_range"],
            json!(["2026-11-19T23:00:00Z", "2026-11-20T13:05:00Z"])
        );
        assert_eq!(of("?range=today", true).unwrap()["mode"], "previous_period");
        assert_eq!(
            of("?range=today&weekday=same", false),
            Some(json!({ "mode": "previous_period", "match_day_of_week": true }))
        );
        assert_eq!(of("?range=yesterday", false).unwrap()["mode"], "previous_period");
        assert_eq!(of("?range=today&compare=year", false).unwrap()["mode"], "year_over_year");
        assert_eq!(of("?range=today&compare=nothing", false), None);
        assert_eq!(of("?range=all", false), None);
        assert_eq!(
            of("?compare=2026-01-01..2026-01-31&weekday=same", true),
            Some(json!({ "mode": "custom", "date_range": ["2026-01-01", "2026-01-31"] }))
        );
    }

    #[test]
    fn the_days_compared_with_are_those_that_the_api_finds() {
        // What engine/src/time/comparison.rs finds for the same days.
        for (query, expected) in [
            ("?range=2026-11-01..2026-11-07", "2026-10-25..2026-10-31"),
            ("?range=2026-11-01..2026-11-10", "2026-10-22..2026-10-31"),
            ("?range=2026-11-01..2026-11-10&weekday=same", "2026-10-18..2026-10-27"),
            ("?range=2026-11-01..2026-11-07&compare=year", "2025-11-01..2025-11-07"),
            ("?range=2026-11-01..2026-11-07&compare=year&weekday=same", "2025-11-02..2025-11-08"),
            ("?range=2024-02-29..2024-03-02&compare=year", "2023-02-28..2023-03-02"),
            ("?range=2024-02-20..2024-02-29&compare=year", "2023-02-20..2023-02-28"),
            ("?compare=2026-01-01..2026-01-31", "2026-01-01..2026-01-31"),
        ] {
            let state = State::parse(query);
            let (first, last) = days(&state, &sample::empty_app("").clock).unwrap();
            assert_eq!(Range::Days(first, last).name(), expected, "{query}");
        }
    }
}
