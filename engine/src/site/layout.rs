//! Over how many objects a site's events are spread, and since when.
//!
//! Another number holds from the beginning of a day on, since visitors are others each day anyway: whoever was counted
//! before stays where he is. Visitors whom an import names are the same for ever, so they are spread as they always were.

use jiff::civil::Date;
use serde_json::{Value, json};

/// The numbers of shards by the site's local days, the earliest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout(Vec<(Date, u32)>);

impl Layout {
    /// The same number since ever.
    pub fn new(shards: u32) -> Self {
        Self(vec![(Date::MIN, shards.max(1))])
    }

    /// Another number from a day on. What was planned for that day or later is dropped.
    #[must_use]
    pub fn with(&self, shards: u32, from: Date) -> Self {
        let mut spread: Vec<(Date, u32)> = self.0.iter().copied().filter(|(day, _)| *day < from).collect();
        if spread.last().is_none_or(|(_, last)| *last != shards) {
            spread.push((from, shards.max(1)));
        }
        Self(spread)
    }

    /// The number on a day.
    pub fn shards_on(&self, day: Date) -> u32 {
        self.0.iter().rev().find(|(first, _)| *first <= day).map_or(1, |(_, shards)| *shards)
    }

    /// The number on the day before, where a day is the first with another one: visits may go on across its midnight.
    pub fn shards_before(&self, day: Date) -> Option<u32> {
        let changed = self.0.iter().position(|(first, _)| *first == day)?;
        self.0.get(changed.checked_sub(1)?).map(|(_, shards)| *shards)
    }

    /// The number over which named visitors are spread.
    pub fn shards_of_names(&self) -> u32 {
        self.0.first().map_or(1, |(_, shards)| *shards)
    }

    /// How many objects have events or will have.
    pub fn objects(&self) -> u32 {
        self.0.iter().map(|(_, shards)| *shards).max().unwrap_or(1)
    }

    /// `[["-009999-01-01", 1], ["2026-11-22", 8]]`.
    pub fn to_json(&self) -> Value {
        self.0.iter().map(|(day, shards)| json!([day.to_string(), shards])).collect()
    }

    /// Reads what [`Layout::to_json`] writes; none of anything else.
    pub fn from_json(value: &Value) -> Option<Self> {
        let read = |entry: &Value| {
            let shards = u32::try_from(entry.get(1)?.as_u64()?).ok()?;
            Some((entry.get(0)?.as_str()?.parse().ok()?, shards.max(1)))
        };
        let spread = value.as_array()?.iter().map(read).collect::<Option<Vec<(Date, u32)>>>()?;
        (!spread.is_empty()).then_some(Self(spread))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn another_number_holds_from_its_day_on() {
        let (before, first, later) = (date(2026, 11, 21), date(2026, 11, 22), date(2026, 12, 1));
        let layout = Layout::new(2).with(8, first);
        let spread: Vec<u32> = [before, first, later].map(|day| layout.shards_on(day)).to_vec();
        assert_eq!(spread, [2, 8, 8]);
        assert_eq!([before, first, later].map(|day| layout.shards_before(day)), [None, Some(2), None]);
        assert_eq!((layout.shards_of_names(), layout.objects()), (2, 8));
        assert_eq!(Layout::from_json(&layout.to_json()), Some(layout));
    }

    #[test]
    fn fewer_shards_leave_the_others_to_be_asked() {
        let layout = Layout::new(8).with(3, date(2026, 11, 22));
        assert_eq!((layout.shards_on(date(2026, 11, 23)), layout.objects()), (3, 8));
    }

    #[test]
    fn a_plan_is_replaced_and_the_same_number_is_no_change() {
        let (tomorrow, layout) = (date(2026, 11, 22), Layout::new(2));
        assert_eq!(layout.with(8, tomorrow).with(4, tomorrow), layout.with(4, tomorrow));
        assert_eq!(layout.with(8, tomorrow).with(2, tomorrow), layout);
        assert_eq!(Layout::from_json(&json!([])), None);
    }
}
