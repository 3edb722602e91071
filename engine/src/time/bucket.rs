//! The hours, days, weeks or months of a range, by the wall clock of a zone.

use super::range::Range;
use super::zone::Zone;
use crate::event::UnixSeconds;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

/// The length of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A minute of the wall clock.
    Minute,
    /// An hour of the wall clock.
    Hour,
    /// A date.
    Day,
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

impl Unit {
    /// Every unit, the shortest first.
    pub const ALL: [Self; 5] = [Self::Minute, Self::Hour, Self::Day, Self::Week, Self::Month];

    /// Its name in the contract: `minute`, `hour` ….
    pub fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Whether visits are spread over the buckets of this unit that they were active in.
    pub fn spreads_visits(self) -> bool {
        matches!(self, Self::Minute | Self::Hour)
    }

    /// What `time` stands for in a range: hours up to 2 days, days up to 40, weeks up to 52 weeks, else months. Two
    /// dates are 2 days even where the clocks go back on one of them.
    pub fn for_range(range: &Range, zone: &Zone) -> Self {
        let by_the_clock = zone.civil(range.start).duration_until(zone.civil(range.end)).as_secs();
        let seconds = range.end.0.saturating_sub(range.start.0).min(by_the_clock);
        match seconds {
            _ if seconds <= 2 * DAY_SECONDS => Self::Hour,
            _ if seconds / DAY_SECONDS <= 40 => Self::Day,
            _ if seconds / (7 * DAY_SECONDS) <= 52 => Self::Week,
            _ => Self::Month,
        }
    }
}

const DAY_SECONDS: i64 = 86_400;

/// Most buckets that a range is divided into.
const BUCKETS_MAX: usize = 200_000;

/// The buckets of a range, without gaps, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets {
    starts: Vec<i64>,
    labels: Vec<String>,
}

impl Buckets {
    /// Divides a range; none where that takes more than 200,000 buckets.
    pub fn of(range: &Range, unit: Unit, zone: &Zone) -> Option<Self> {
        let mut buckets = Self { starts: Vec::new(), labels: Vec::new() };
        let complete = match unit {
            Unit::Minute => buckets.fill_clock(range, 60, zone),
            Unit::Hour => buckets.fill_clock(range, 3600, zone),
            Unit::Day | Unit::Week | Unit::Month => buckets.fill_calendar(range, unit, zone),
        };
        complete.then_some(buckets)
    }

    /// Number of buckets.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there are none, which no range has.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The bucket of an instant; instants outside the range are in the first or last.
    pub fn index(&self, time: i64) -> usize {
        self.starts.partition_point(|&start| start <= time).saturating_sub(1)
    }

    /// The label of a bucket, such as `2021-01-01 13:00:00` or `2021-01-01`.
    pub fn label(&self, index: usize) -> &str {
        self.labels.get(index).map_or("", |label| label)
    }

    /// Every label in order. Where the clocks go back, the repeated hour is there twice.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Where a bucket starts; the first of days, weeks and months may start before the range.
    pub fn start(&self, index: usize) -> i64 {
        self.starts.get(index).copied().unwrap_or(i64::MAX)
    }

    fn push(&mut self, start: i64, label: String) -> bool {
        self.starts.push(start);
        self.labels.push(label);
        self.starts.len() <= BUCKETS_MAX
    }

    /// Buckets that begin whenever the wall clock shows a multiple of `length` seconds of the hour, and at clock
    /// changes in between.
    fn fill_clock(&mut self, range: &Range, length: i64, zone: &Zone) -> bool {
        let mut start = range.start.0;
        while start <= range.end.0 {
            let civil = zone.civil(UnixSeconds(start));
            let into = seconds_of_hour(civil) % length;
            let label = civil.checked_sub(into.seconds()).unwrap_or(civil).strftime("%Y-%m-%d %H:%M:%S").to_string();
            if !self.push(start, label) {
                return false;
            }
            let next = start - into + length;
            start = zone.change_between(UnixSeconds(start), UnixSeconds(next)).map_or(next, |change| change.0);
        }
        true
    }

    fn fill_calendar(&mut self, range: &Range, unit: Unit, zone: &Zone) -> bool {
        let first = zone.civil(range.start).date();
        let last = zone.civil(range.end).date();
        let mut date = begin(first, unit);
        while date <= last {
            let label = if unit == Unit::Week { date.max(first) } else { date };
            let start = zone.start_of_day(date).0;
            // A zone that crosses the date line leaves a day out.
            if self.starts.last().is_some_and(|&previous| previous >= start) {
                self.starts.pop();
                self.labels.pop();
            }
            if !self.push(start, label.to_string()) {
                return false;
            }
            let step = match unit {
                Unit::Month => 1.month(),
                Unit::Week => 1.week(),
                _ => 1.day(),
            };
            match date.checked_add(step) {
                Ok(next) => date = next,
                Err(_) => break,
            }
        }
        true
    }
}

fn seconds_of_hour(civil: DateTime) -> i64 {
    i64::from(civil.minute()) * 60 + i64::from(civil.second())
}

fn begin(date: Date, unit: Unit) -> Date {
    match unit {
        Unit::Month => date.first_of_month(),
        Unit::Week => {
            let days = i64::from(date.weekday().to_monday_zero_offset());
            date.checked_sub(days.days()).unwrap_or(date)
        }
        _ => date,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::DateRange;

    fn buckets(zone: &str, first: &str, last: &str, unit: Unit) -> Buckets {
        let zone = Zone::named(zone).unwrap();
        let range = DateRange::from_pair(first, last).unwrap().resolve(&zone, UnixSeconds(0), None).unwrap();
        Buckets::of(&range, unit, &zone).unwrap()
    }

    #[test]
    fn the_day_of_the_clock_change_has_23_or_25_hours() {
        let spring = buckets("America/New_York", "2024-03-10", "2024-03-10", Unit::Hour);
        assert_eq!(spring.len(), 23);
        assert!(!spring.labels().contains(&"2024-03-10 02:00:00".to_owned()));
        let autumn = buckets("America/New_York", "2024-11-03", "2024-11-03", Unit::Hour);
        assert_eq!(autumn.len(), 25);
        assert_eq!(autumn.labels()[1..3], ["2024-11-03 01:00:00", "2024-11-03 01:00:00"]);
        assert_eq!(autumn.start(2) - autumn.start(1), 3600);
    }

    #[test]
    fn half_hour_changes_and_offsets_keep_to_the_wall_clock() {
        let katmandu = buckets("Asia/Katmandu", "2021-01-02", "2021-01-02", Unit::Hour);
        assert_eq!((katmandu.len(), katmandu.start(0) % 3600), (24, 900));
        let lord_howe = buckets("Australia/Lord_Howe", "2024-04-07", "2024-04-07", Unit::Hour);
        assert_eq!(lord_howe.labels()[..4].iter().filter(|label| label.ends_with("01:00:00")).count(), 2);
    }

    #[test]
    fn a_change_within_an_hour_divides_it_there() {
        for (zone, date, expected) in [
            // 02:45 becomes 03:45.
            ("Pacific/Chatham", "2025-09-28", [("02:00:00", 45), ("03:00:00", 15), ("04:00:00", 60)]),
            // 02:00 becomes 02:30.
            ("Australia/Lord_Howe", "2025-10-05", [("01:00:00", 60), ("02:00:00", 30), ("03:00:00", 60)]),
            // 02:00 becomes 01:30.
            ("Australia/Lord_Howe", "2025-04-06", [("01:00:00", 60), ("01:00:00", 30), ("02:00:00", 60)]),
        ] {
            let hours = buckets(zone, date, date, Unit::Hour);
            let first = hours.labels().iter().position(|label| label.ends_with(expected[0].0)).unwrap();
            for (index, (label, minutes)) in (first..).zip(expected) {
                assert_eq!(hours.label(index), format!("{date} {label}"), "{zone}");
                assert_eq!(hours.start(index + 1) - hours.start(index), minutes * 60, "{zone} {label}");
            }
        }
    }

    #[test]
    fn two_dates_have_hours_whatever_the_clocks_do() {
        for (zone, first, last, expected) in [
            ("America/New_York", "2025-11-02", "2025-11-03", Unit::Hour),
            ("America/New_York", "2025-03-09", "2025-03-10", Unit::Hour),
            ("America/New_York", "2025-03-08", "2025-03-10", Unit::Day),
            // 48 hours, in which the clock goes on by 49.
            ("America/New_York", "2025-03-08T12:00:00Z", "2025-03-10T12:00:00Z", Unit::Hour),
            ("UTC", "2025-01-01", "2025-02-09", Unit::Day),
            ("UTC", "2025-01-01", "2025-02-15", Unit::Week),
            ("UTC", "2025-01-01", "2026-10-31", Unit::Month),
        ] {
            let zone = Zone::named(zone).unwrap();
            let range = DateRange::from_pair(first, last).unwrap().resolve(&zone, UnixSeconds(0), None).unwrap();
            assert_eq!(Unit::for_range(&range, &zone), expected, "{first} {last}");
        }
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        let weeks = buckets("UTC", "2020-12-20", "2021-01-08", Unit::Week);
        assert_eq!(weeks.labels(), ["2020-12-20", "2020-12-21", "2020-12-28", "2021-01-04"]);
        let months = buckets("UTC", "2022-01-17", "2022-02-01", Unit::Month);
        assert_eq!(months.labels(), ["2022-01-01", "2022-02-01"]);
        assert_eq!(buckets("UTC", "2020-02-27", "2020-03-01", Unit::Day).len(), 4);
    }

    #[test]
    fn a_day_that_a_zone_left_out_has_no_bucket() {
        let days = buckets("Pacific/Apia", "2011-12-28", "2011-12-31", Unit::Day);
        assert_eq!(days.labels(), ["2011-12-28", "2011-12-29", "2011-12-31"]);
    }

    #[test]
    fn too_many_buckets_are_refused() {
        let zone = Zone::named("UTC").unwrap();
        let range = Range { start: UnixSeconds(0), end: UnixSeconds(1_700_000_000) };
        assert_eq!(Buckets::of(&range, Unit::Minute, &zone), None);
    }
}
