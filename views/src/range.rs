//! Which days a view shows, and in which buckets. Every range that is called "last …" ends today, so that a visit is
//! seen the moment it is counted; the present is passed in as a [`Clock`].

use crate::date::Date;
use crate::words::{fill, say};
use core::cmp::Ordering;
use serde_json::{Value, json};

/// The present, as the shell sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Today in the site's time zone.
    pub today: Date,
    /// The hour of the day there, 0–23.
    pub hour: u32,
    /// The present as RFC 3339 with zone.
    pub now: String,
    /// Five minutes ago as RFC 3339 with zone.
    pub just_before: String,
    /// The day before from its midnight to the present's time of day, as RFC 3339 with zone.
    pub yesterday_so_far: [String; 2],
}

/// A range of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// From midnight.
    Today,
    /// The whole day before today.
    Yesterday,
    /// The last 24 hours to the second.
    Hours24,
    /// So many days ending today.
    LastDays(u16),
    /// From the first of the month.
    Month,
    /// The whole month before this one.
    LastMonth,
    /// This month and the eleven before it.
    Last12Months,
    /// From the first of January.
    Year,
    /// From the first event.
    All,
    /// From one day to another, both counted.
    Days(Date, Date),
}

impl Range {
    /// Those offered in the menu.
    pub const OFFERED: [Self; 12] = [
        Self::Today,
        Self::Yesterday,
        Self::Hours24,
        Self::LastDays(7),
        Self::LastDays(28),
        Self::LastDays(30),
        Self::LastDays(91),
        Self::Month,
        Self::LastMonth,
        Self::Last12Months,
        Self::Year,
        Self::All,
    ];

    /// The name in addresses.
    pub fn name(self) -> String {
        match self {
            Self::Today => "today".to_owned(),
            Self::Yesterday => "yesterday".to_owned(),
            Self::Hours24 => "24h".to_owned(),
            Self::LastDays(days) => ["last-", &days.to_string(), "-days"].concat(),
            Self::Month => "month".to_owned(),
            Self::LastMonth => "last-month".to_owned(),
            Self::Last12Months => "last-12-months".to_owned(),
            Self::Year => "year".to_owned(),
            Self::All => "all".to_owned(),
            Self::Days(first, last) => [&first.iso(), "..", &last.iso()].concat(),
        }
    }

    /// The range of a name: one that is offered, or two days in order.
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(range) = Self::OFFERED.into_iter().find(|range| range.name() == name) {
            return Some(range);
        }
        // By single letters: to search for a text takes a kilobyte in each module.
        let (first, last) = name.split_once('.')?;
        Self::between(Date::parse(first)?, Date::parse(last.strip_prefix('.')?)?)
    }

    /// The range from one day to another, unless they are out of order.
    pub fn between(first: Date, last: Date) -> Option<Self> {
        (first <= last).then_some(Self::Days(first, last))
    }

    /// The name on screen.
    pub fn label(self) -> String {
        match self {
            Self::Today => say("Today"),
            Self::Yesterday => say("Yesterday"),
            Self::Hours24 => say("Last 24 hours"),
            Self::LastDays(days) => fill("Last {0} days", &[&days.to_string()]),
            Self::Month => say("This month"),
            Self::LastMonth => say("Last month"),
            Self::Last12Months => say("Last 12 months"),
            Self::Year => say("This year"),
            Self::All => say("All time"),
            Self::Days(first, last) if first == last => first.long(),
            Self::Days(first, last) if first.civil().0 == last.civil().0 => {
                [&first.short(), " – ", &last.long()].concat()
            }
            Self::Days(first, last) => [&first.long(), " – ", &last.long()].concat(),
        }
    }

    /// First and last day; none where the range is no whole days or is known only to the data.
    pub fn days(self, today: Date) -> Option<(Date, Date)> {
        Some(match self {
            Self::Today => (today, today),
            Self::Yesterday => (today.plus_days(-1), today.plus_days(-1)),
            Self::LastDays(days) => (today.plus_days(1 - i32::from(days)), today),
            Self::Month => (today.first_of_month_before(0), today),
            Self::LastMonth => (today.first_of_month_before(1), today.first_of_month_before(0).plus_days(-1)),
            Self::Last12Months => (today.first_of_month_before(11), today),
            Self::Year => (today.first_of_year(), today),
            Self::Days(first, last) => (first, last),
            Self::Hours24 | Self::All => return None,
        })
    }

    /// The time before this (`by` −1) or after it (1) that is as long: months by months, years by years; none where that
    /// would begin after today, or there is no such time.
    pub fn stepped(self, today: Date, by: i32) -> Option<Self> {
        let (first, last) = self.days(today)?;
        let end_of_month = |first: Date| first.first_of_month_before(-1).plus_days(-1);
        let is_of_months = first.first_of_month_before(0) == first && (end_of_month(last) == last || last == today);
        let months = match self {
            Self::Month | Self::LastMonth => 1,
            Self::Year | Self::Last12Months => 12,
            Self::Days(..) if is_of_months && first.days_to(last) >= 28 => {
                let ((year, month, _), (last_year, last_month, _)) = (first.civil(), last.civil());
                (last_year - year) * 12 + last_month as i32 - month as i32 + 1
            }
            _ => 0,
        };
        let (first, last) = if months > 0 {
            let first = first.first_of_month_before(-by * months);
            (first, first.first_of_month_before(-months).plus_days(-1))
        } else {
            let length = first.days_to(last);
            let last = last.plus_days(by * length);
            // The last step goes only as far as there are days.
            let last = if by > 0 { last.min(today) } else { last };
            (last.plus_days(1 - length), last)
        };
        if first > today || self.days(today)? == (first, last.min(today)) {
            return None;
        }
        let named: &[Self] = match (months, first.days_to(last)) {
            (1, _) => &[Self::Month, Self::LastMonth],
            (12, _) => &[Self::Year, Self::Last12Months],
            (_, 1) => &[Self::Today, Self::Yesterday],
            _ => &Self::OFFERED,
        };
        let shown = (first, last.min(today));
        let known = named.iter().copied().find(|range| range.days(today) == Some(shown));
        Some(known.unwrap_or(Self::Days(first, shown.1)))
    }

    /// The `date_range` of a query.
    pub fn query(self, today: Date) -> Value {
        match self.days(today) {
            Some((first, last)) => json!([first.iso(), last.iso()]),
            None => Value::from(self.name()),
        }
    }

    /// Whether there is an equally long time before it to compare with.
    pub fn has_before(self) -> bool {
        self != Self::All
    }

    /// The intervals that give a readable chart, the best first; none where the data decides.
    pub fn intervals(self, today: Date) -> Vec<Interval> {
        let days = match self {
            Self::Hours24 => 1,
            Self::All => return vec![Interval::Day, Interval::Week, Interval::Month],
            _ => self.days(today).map_or(1, |(first, last)| first.days_to(last)),
        };
        let fits = |interval: &Interval| match interval {
            Interval::Hour => days <= 7,
            Interval::Day => (2..=400).contains(&days),
            Interval::Week => days >= 14,
            Interval::Month => days >= 60,
        };
        let best = match days {
            ..=2 => Interval::Hour,
            3..=100 => Interval::Day,
            101..=750 => Interval::Week,
            _ => Interval::Month,
        };
        let others = Interval::ALL.into_iter().filter(fits).filter(|interval| *interval != best);
        std::iter::once(best).chain(others).collect()
    }
}

/// How wide a bucket of the chart is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interval {
    /// A local hour.
    Hour,
    /// A local day.
    Day,
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

impl Interval {
    /// All, narrowest first.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// The name in addresses and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The interval of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|interval| interval.name() == name)
    }

    /// The name on buttons.
    pub fn label(self) -> &'static str {
        match self {
            Self::Hour => "Hours",
            Self::Day => "Days",
            Self::Week => "Weeks",
            Self::Month => "Months",
        }
    }

    /// Whether the bucket that begins at this label lies wholly after the present, or holds it.
    pub fn place(self, label: &str, clock: &Clock) -> Place {
        let Some(date) = Date::parse(label) else { return Place::Past };
        let hour = label.get(11..13).and_then(|hour| hour.parse::<u32>().ok()).unwrap_or(0);
        let next = match self {
            Self::Hour => {
                let (begin, now) = ((date, hour), (clock.today, clock.hour));
                return match begin.cmp(&now) {
                    Ordering::Greater => Place::Future,
                    Ordering::Equal => Place::Present,
                    Ordering::Less => Place::Past,
                };
            }
            Self::Day => date.plus_days(1),
            Self::Week => date.plus_days(7),
            Self::Month => date.first_of_month_before(-1),
        };
        if date > clock.today {
            Place::Future
        } else if next > clock.today {
            Place::Present
        } else {
            Place::Past
        }
    }
}

/// Where a bucket lies to the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Complete.
    Past,
    /// Still being counted.
    Present,
    /// Not begun.
    Future,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        Date::parse("2026-11-21").unwrap()
    }

    #[test]
    fn ranges_end_today_and_have_readable_names() {
        for (name, first, last, label, interval) in [
            ("today", "2026-11-21", "2026-11-21", "Today", Interval::Hour),
            ("yesterday", "2026-11-20", "2026-11-20", "Yesterday", Interval::Hour),
            ("last-7-days", "2026-11-15", "2026-11-21", "Last 7 days", Interval::Day),
            ("last-28-days", "2026-10-25", "2026-11-21", "Last 28 days", Interval::Day),
            ("last-month", "2026-10-01", "2026-10-31", "Last month", Interval::Day),
            ("last-12-months", "2025-12-01", "2026-11-21", "Last 12 months", Interval::Week),
            ("2026-01-01..2026-01-31", "2026-01-01", "2026-01-31", "1 Jan – 31 Jan 2026", Interval::Day),
            ("2021-12-01..2026-01-31", "2021-12-01", "2026-01-31", "1 Dec 2021 – 31 Jan 2026", Interval::Month),
        ] {
            let range = Range::parse(name).unwrap();
            assert_eq!(range.name(), name);
            assert_eq!(range.query(today()), json!([first, last]), "{name}");
            assert_eq!(range.label(), label);
            assert_eq!(range.intervals(today()).first(), Some(&interval), "{name}");
        }
        assert_eq!(Range::parse("24h").unwrap().query(today()), json!("24h"));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for name in ["", "28d", "last-0-days", "2026-02-01..2026-01-01", "2026-02-01", "2026-02-01..x"] {
            assert_eq!(Range::parse(name), None, "{name}");
        }
    }

    #[test]
    fn days_are_turned_over_like_pages() {
        for (from, by, expected) in [
            ("today", -1, Some("yesterday")),
            ("yesterday", 1, Some("today")),
            ("today", 1, None),
            ("last-7-days", -1, Some("2026-11-08..2026-11-14")),
            ("2026-11-08..2026-11-14", 1, Some("last-7-days")),
            ("2026-11-10..2026-11-16", 1, Some("last-7-days")),
            ("last-7-days", 1, None),
            ("month", -1, Some("last-month")),
            ("last-month", 1, Some("month")),
            ("last-month", -1, Some("2026-09-01..2026-09-30")),
            ("2026-09-01..2026-09-30", 1, Some("last-month")),
            ("2026-02-01..2026-02-28", -1, Some("2026-01-01..2026-01-31")),
            ("year", -1, Some("2025-01-01..2025-12-31")),
            ("2025-01-01..2025-12-31", 1, Some("year")),
            ("2026-04-01..2026-06-30", -1, Some("2026-01-01..2026-03-31")),
            ("last-12-months", -1, Some("2024-12-01..2025-11-30")),
            ("last-12-months", 1, None),
            ("month", 1, None),
            ("24h", -1, None),
            ("all", -1, None),
        ] {
            let stepped = Range::parse(from).unwrap().stepped(today(), by).map(Range::name);
            assert_eq!(stepped.as_deref(), expected, "{from} {by}");
        }
    }

    #[test]
    fn buckets_know_the_present() {
        let clock = Clock {
            today: today(),
            hour: 13,
            now: String::new(),
            just_before: String::new(),
            yesterday_so_far: Default::default(),
        };
        for (interval, label, place) in [
            (Interval::Hour, "2026-11-21 12:00:00", Place::Past),
            (Interval::Hour, "2026-11-21 13:00:00", Place::Present),
            (Interval::Hour, "2026-11-21 14:00:00", Place::Future),
            (Interval::Day, "2026-11-20", Place::Past),
            (Interval::Day, "2026-11-21", Place::Present),
            (Interval::Day, "2026-11-22", Place::Future),
            (Interval::Week, "2026-11-16", Place::Present),
            (Interval::Month, "2026-11-01", Place::Present),
            (Interval::Month, "2026-10-01", Place::Past),
        ] {
            assert_eq!(interval.place(label, &clock), place, "{label}");
        }
    }
}
