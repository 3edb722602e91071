//! With what a view compares its numbers.

use crate::range::{Clock, Range};
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
}

impl Compare {
    /// All, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Before, Self::Year, Self::Nothing];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Year => "year",
            Self::Nothing => "nothing",
        }
    }

    /// The comparison of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|compare| compare.name() == name)
    }

    /// The name in the menu.
    pub fn label(self) -> &'static str {
        match self {
            Self::Before => "Previous period",
            Self::Year => "Previous year",
            Self::Nothing => "Nothing",
        }
    }

    /// What a query includes for it. A day that is not over is measured, in its totals, against the day before up to
    /// the same time: its first hours would look like a loss beside a whole day. Over time the whole day is shown.
    pub fn query(self, range: Range, clock: &Clock, over_time: bool) -> Option<Value> {
        match self {
            _ if !range.has_before() => None,
            Self::Nothing => None,
            Self::Year => Some(json!({ "mode": "year_over_year" })),
            Self::Before if range == Range::Today && !over_time => {
                Some(json!({ "mode": "custom", "date_range": clock.yesterday_so_far }))
            }
            Self::Before => Some(json!({ "mode": "previous_period" })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_day_begun_is_measured_against_as_much_of_the_day_before() {
        let clock = sample::empty_app("").clock;
        let mode = |compare: Compare, range, over_time| compare.query(range, &clock, over_time);
        assert_eq!(
            mode(Compare::Before, Range::Today, false).unwrap()["date_range"],
            json!(["2026-11-19T23:00:00Z", "2026-11-20T13:05:00Z"])
        );
        assert_eq!(mode(Compare::Before, Range::Today, true).unwrap()["mode"], "previous_period");
        assert_eq!(mode(Compare::Before, Range::Yesterday, false).unwrap()["mode"], "previous_period");
        assert_eq!(mode(Compare::Year, Range::Today, false).unwrap()["mode"], "year_over_year");
        assert_eq!(mode(Compare::Nothing, Range::Today, false), None);
        assert_eq!(mode(Compare::Before, Range::All, false), None);
    }
}
