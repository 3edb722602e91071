//! The earlier range that a range is compared with.

use super::range::{DateRange, Range};
use super::zone::Zone;
use crate::event::UnixSeconds;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Span, ToSpan};

/// What to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// As many days, right before.
    PreviousPeriod {
        /// Whether to move on to the same day of the week.
        match_day_of_week: bool,
    },
    /// The same dates a year earlier: as many days, fewer where February 29 has no counterpart.
    YearOverYear {
        /// Whether to move on to the same day of the week.
        match_day_of_week: bool,
    },
    /// Another range.
    Custom(DateRange),
}

impl Comparison {
    /// The range to compare `range` with. It is found from the instants alone, so that a range that is answered as
    /// instants and asked again compares alike. Days are moved by the wall clock: a range that ends in the middle of
    /// the day is compared with one that ends at the same time of day.
    pub fn range(&self, range: &Range, zone: &Zone, now: UnixSeconds) -> Option<Range> {
        let (start, end) = edges(range, zone);
        let days = days_touched(start, end);
        let (new_start, new_end, matching) = match *self {
            Self::Custom(range) => return range.resolve(zone, now, None),
            Self::PreviousPeriod { match_day_of_week } => {
                (back(start, days.days())?, back(end, days.days())?, match_day_of_week)
            }
            Self::YearOverYear { match_day_of_week } => {
                let new_start = back(start, 1.year())?;
                let same_length = new_start.checked_add(start.duration_until(end)).ok()?;
                (new_start, same_length.min(back(end, 1.year())?), match_day_of_week)
            }
        };
        let shift = if matching { days_to_weekday(new_start, start, new_end) } else { 0 };
        let new_start = new_start.checked_add(shift.days()).ok()?;
        let new_end = new_end.checked_add(shift.days()).ok()?;
        Some(Range { start: zone.latest(new_start), end: zone.earliest(new_end) })
    }
}

/// The edges of a range by the wall clock. Where a clock change cut a first or last day short, as if it had not.
fn edges(range: &Range, zone: &Zone) -> (DateTime, DateTime) {
    let (start, end) = (zone.civil(range.start), zone.civil(range.end));
    let starts_day = zone.range_start(start.date()) == range.start;
    let ends_day = zone.range_end(end.date()) == range.end;
    (
        if starts_day { start.date().at(0, 0, 0, 0) } else { start },
        if ends_day { end.date().at(23, 59, 59, 0) } else { end },
    )
}

fn back(from: DateTime, span: Span) -> Option<DateTime> {
    from.checked_sub(span).ok()
}

/// The length in days of the wall clock, rounded up.
fn days_touched(start: DateTime, end: DateTime) -> i64 {
    let day = SignedDuration::from_hours(24).as_secs();
    (start.duration_until(end).as_secs() + day - 1).div_euclid(day).max(1)
}

/// Days to the nearest day of the same weekday as `start` that keeps the compared range before it.
fn days_to_weekday(from: DateTime, start: DateTime, end: DateTime) -> i64 {
    let ahead = i64::from(from.date().weekday().until(start.date().weekday()));
    let reaches_in = end.checked_add(ahead.days()).map_or(true, |end| end >= start);
    if ahead == 0 || (ahead <= 3 && !reaches_in) { ahead } else { ahead - 7 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_ranges() {
        let previous = Comparison::PreviousPeriod { match_day_of_week: false };
        let weekdays = Comparison::PreviousPeriod { match_day_of_week: true };
        let year = Comparison::YearOverYear { match_day_of_week: false };
        let year_weekdays = Comparison::YearOverYear { match_day_of_week: true };
        for (comparison, zone, range, expected) in [
            (previous, "UTC", ["2023-01-01", "2023-01-07"], ["2022-12-25", "2022-12-31"]),
            (previous, "Europe/Berlin", ["2024-03-31", "2024-03-31"], ["2024-03-30", "2024-03-30"]),
            (previous, "Europe/Berlin", ["2024-10-27", "2024-10-27"], ["2024-10-26", "2024-10-26"]),
            // Days that begin at 01:00, and the days after such.
            (previous, "America/Santiago", ["2025-09-07", "2025-09-07"], ["2025-09-06", "2025-09-06"]),
            (previous, "Africa/Cairo", ["2025-04-25", "2025-04-26"], ["2025-04-23", "2025-04-24"]),
            (previous, "Africa/Cairo", ["2025-04-26", "2025-04-26"], ["2025-04-25", "2025-04-25"]),
            (weekdays, "UTC", ["2021-05-13", "2021-06-09"], ["2021-04-15", "2021-05-12"]),
            (weekdays, "UTC", ["2024-05-01", "2024-05-10"], ["2024-04-17", "2024-04-26"]),
            (year, "UTC", ["2020-12-29", "2021-01-04"], ["2019-12-29", "2020-01-04"]),
            (year, "UTC", ["2024-02-01", "2024-02-29"], ["2023-02-01", "2023-02-28"]),
            (year, "UTC", ["2021-02-23", "2021-03-01"], ["2020-02-23", "2020-02-29"]),
            (year_weekdays, "UTC", ["2023-01-02", "2023-01-08"], ["2022-01-03", "2022-01-09"]),
        ] {
            let zone = Zone::named(zone).unwrap();
            let resolve = |[first, last]: [&str; 2]| {
                DateRange::from_pair(first, last).unwrap().resolve(&zone, UnixSeconds(0), None).unwrap()
            };
            let got = comparison.range(&resolve(range), &zone, UnixSeconds(0)).unwrap();
            assert_eq!(got.to_iso(&zone), resolve(expected).to_iso(&zone), "{comparison:?} {range:?}");
        }
    }

    #[test]
    fn a_day_so_far_is_compared_with_as_much_of_the_day_before() {
        let zone = Zone::named("UTC").unwrap();
        let today = DateRange::Day.resolve(&zone, UnixSeconds(1_620_217_800), None).unwrap();
        let earlier = Comparison::PreviousPeriod { match_day_of_week: false }.range(&today, &zone, UnixSeconds(0));
        assert_eq!(
            earlier.map(|range| (today.start.0 - range.start.0, today.end.0 - range.end.0)),
            Some((86_400, 86_400))
        );
    }
}
