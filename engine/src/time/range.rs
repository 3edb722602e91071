//! The ranges of time that a query can be about.

use super::zone::Zone;
use crate::event::UnixSeconds;
use jiff::civil::Date;
use jiff::{Span, Timestamp, ToSpan};

/// An interval of instants, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first second.
    pub start: UnixSeconds,
    /// The last second.
    pub end: UnixSeconds,
}

impl Range {
    /// Whether an instant lies in it.
    pub fn contains(&self, time: i64) -> bool {
        time >= self.start.0 && time <= self.end.0
    }

    /// Both ends as ISO 8601 date-times in the wall clock of the zone.
    pub fn to_iso(&self, zone: &Zone) -> [String; 2] {
        [iso(self.start, zone), iso(self.end, zone)]
    }
}

fn iso(time: UnixSeconds, zone: &Zone) -> String {
    let offset = zone.offset_seconds(time);
    if offset % 60 != 0 {
        // A local mean time of long ago, which ISO 8601 cannot write.
        return Timestamp::from_second(time.0).map_or_else(|_| String::new(), |time| time.to_string());
    }
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.abs() / 60;
    let civil = zone.civil(time).strftime("%Y-%m-%dT%H:%M:%S");
    format!("{civil}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// A range as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateRange {
    /// Today until now.
    Day,
    /// So many minutes until now.
    Minutes(i64),
    /// The days before today, so many.
    Days(i64),
    /// This month, to its last day.
    Month,
    /// The calendar months before this one, so many.
    Months(i64),
    /// This year, to its last day.
    Year,
    /// From the first day with data to the end of today.
    All,
    /// From the start of the first day to the end of the last.
    Dates(Date, Date),
    /// Between instants.
    Instants(Range),
}

const DAYS_MAX: i64 = 36_525;
const MONTHS_MAX: i64 = 1_200;

impl DateRange {
    /// Reads a word such as `7d`, `6mo` or `month`.
    pub fn from_word(word: &str) -> Option<Self> {
        let number = |suffix: &str, max: i64| {
            let digits = word.strip_suffix(suffix)?;
            let number: i64 = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
            (1..=max).contains(&number).then_some(number)
        };
        Some(match word {
            "day" => Self::Day,
            "24h" => Self::Minutes(24 * 60),
            "30m" => Self::Minutes(30),
            "realtime" => Self::Minutes(5),
            "month" => Self::Month,
            "year" => Self::Year,
            "all" => Self::All,
            _ => match (number("d", DAYS_MAX), number("mo", MONTHS_MAX)) {
                (Some(days), _) => Self::Days(days),
                (_, Some(months)) => Self::Months(months),
                _ => return None,
            },
        })
    }

    /// Reads two dates (`2021-05-01`) or two date-times with zone, in order.
    pub fn from_pair(first: &str, last: &str) -> Option<Self> {
        if let (Some(first), Some(last)) = (date(first), date(last)) {
            return (first <= last).then_some(Self::Dates(first, last));
        }
        let range = Range { start: instant(first)?, end: instant(last)? };
        (range.start <= range.end).then_some(Self::Instants(range))
    }

    /// The instants that are meant, for a site in this zone at this moment whose first event came at `first_event`.
    /// None where the calendar ends before.
    pub fn resolve(&self, zone: &Zone, now: UnixSeconds, first_event: Option<UnixSeconds>) -> Option<Range> {
        let today = zone.civil(now).date();
        let this_month = today.first_of_month();
        let back = |from: Date, span: Span| from.checked_sub(span).ok();
        let (first, last) = match *self {
            Self::Day => return Some(Range { start: zone.range_start(today), end: now }),
            Self::Minutes(minutes) => {
                return Some(Range { start: UnixSeconds(now.0.checked_sub(minutes * 60)?), end: now });
            }
            Self::Instants(range) => return Some(range),
            Self::Days(days) => (back(today, days.days())?, back(today, 1.day())?),
            Self::Months(months) => (back(this_month, months.months())?, back(this_month, 1.day())?),
            Self::Month => (this_month, today.last_of_month()),
            Self::Year => (today.first_of_year(), today.last_of_year()),
            Self::All => (first_event.map_or(today, |time| zone.civil(time).date()).min(today), today),
            Self::Dates(first, last) => (first, last),
        };
        Some(Range { start: zone.range_start(first), end: zone.range_end(last) })
    }
}

fn date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok())?
}

/// A date-time with zone. Offsets beyond 14 hours, which no place on earth has, are refused.
fn instant(text: &str) -> Option<UnixSeconds> {
    let (_, time) = text.split_once(['T', ' '])?;
    if let Some(at) = time.rfind(['+', '-']) {
        let hours: u32 = time.get(at + 1..at + 3)?.parse().ok()?;
        if hours > 14 {
            return None;
        }
    }
    text.parse::<Timestamp>().ok().map(|time| UnixSeconds(time.as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixSeconds {
        instant(text).unwrap()
    }

    #[test]
    fn words_mean_ranges_in_the_time_of_the_site() {
        let first_event = Some(at("2020-02-03T04:05:06Z"));
        for (zone, word, start, end) in [
            ("UTC", "day", "2021-05-05T00:00:00Z", "2021-05-05T12:30:00Z"),
            ("UTC", "24h", "2021-05-04T12:30:00Z", "2021-05-05T12:30:00Z"),
            ("Asia/Tokyo", "24h", "2021-05-04T12:30:00Z", "2021-05-05T12:30:00Z"),
            ("UTC", "30m", "2021-05-05T12:00:00Z", "2021-05-05T12:30:00Z"),
            ("UTC", "7d", "2021-04-28T00:00:00Z", "2021-05-04T23:59:59Z"),
            ("UTC", "1d", "2021-05-04T00:00:00Z", "2021-05-04T23:59:59Z"),
            ("Asia/Tokyo", "7d", "2021-04-28T00:00:00+09:00", "2021-05-04T23:59:59+09:00"),
            ("Pacific/Auckland", "7d", "2021-04-29T00:00:00+12:00", "2021-05-05T23:59:59+12:00"),
            ("UTC", "month", "2021-05-01T00:00:00Z", "2021-05-31T23:59:59Z"),
            ("UTC", "6mo", "2020-11-01T00:00:00Z", "2021-04-30T23:59:59Z"),
            ("Europe/Berlin", "year", "2021-01-01T00:00:00+01:00", "2021-12-31T23:59:59+01:00"),
            ("UTC", "all", "2020-02-03T00:00:00Z", "2021-05-05T23:59:59Z"),
        ] {
            let zone = Zone::named(zone).unwrap();
            let range = DateRange::from_word(word).unwrap().resolve(&zone, at("2021-05-05T12:30:00Z"), first_event);
            assert_eq!(range, Some(Range { start: at(start), end: at(end) }), "{word} in {zone:?}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for word in ["", "foo", "-1d", "+1d", "0d", "d", "1.5d", "999999999mo", "99999999999999999999d", "7D"] {
            assert_eq!(DateRange::from_word(word), None, "{word}");
        }
        for (first, last) in [
            ("2021-05-02", "2021-05-01"),
            ("2021-05-02", "2021-05-03T00:00:00Z"),
            ("2021-13-02", "2021-13-03"),
            ("2021-05-01T00:00:00", "2021-05-02T00:00:00"),
            ("2021-02-03T00:00:00-25:00", "2021-02-03T23:59:59-25:00"),
            ("2021-02-04T00:00:00Z", "2021-02-03T23:59:59Z"),
        ] {
            assert_eq!(DateRange::from_pair(first, last), None, "{first} {last}");
        }
    }

    #[test]
    fn days_at_clock_changes_start_late_and_end_early() {
        for (zone, day, start, end) in [
            ("America/Santiago", "2022-09-11", "2022-09-11T04:00:00Z", "2022-09-12T02:59:59Z"),
            ("America/Havana", "2023-11-05", "2023-11-05T05:00:00Z", "2023-11-06T04:59:59Z"),
            ("America/Asuncion", "2024-03-23", "2024-03-23T03:00:00Z", "2024-03-24T02:59:59Z"),
        ] {
            let range = DateRange::from_pair(day, day).unwrap().resolve(&Zone::named(zone).unwrap(), at(start), None);
            assert_eq!(range, Some(Range { start: at(start), end: at(end) }), "{day} in {zone}");
        }
    }
}
