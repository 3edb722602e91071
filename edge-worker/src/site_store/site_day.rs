//! A day as the site's owner sees it, and how long its salt may live.

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

/// The time zone of that IANA name; UTC for a name that is not known (settings are checked when they are made).
pub fn time_zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap_or(TimeZone::UTC)
}

/// The local date of an instant given in milliseconds since 1970.
pub fn of_ms(zone: &TimeZone, now_ms: i64) -> Date {
    Timestamp::from_millisecond(now_ms).map_or(Date::ZERO, |now| zone.to_datetime(now).date())
}

/// Whether the salt of `day` is gone `today`: it lives through the day after its own, so that what happened up to
/// 24 hours ago can still be told apart, and no longer.
pub fn salt_is_over(day: Date, today: Date) -> bool {
    today.checked_sub(1.day()).is_ok_and(|yesterday| day < yesterday)
}

/// When the salt of `day` must be gone, in milliseconds since 1970.
pub fn salt_ends_ms(zone: &TimeZone, day: Date) -> Option<i64> {
    let end = day.checked_add(2.days()).ok()?;
    Some(end.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn a_day_is_the_sites_own() {
        for (zone, now, day) in [
            ("UTC", "2026-11-21T23:59:59Z", date(2026, 11, 21)),
            ("Europe/Tallinn", "2026-11-21T21:59:59Z", date(2026, 11, 21)),
            ("Europe/Tallinn", "2026-11-21T22:00:00Z", date(2026, 11, 22)),
            ("America/Los_Angeles", "2026-11-21T07:59:59Z", date(2026, 11, 20)),
            ("No/Such_Zone", "2026-11-21T00:00:00Z", date(2026, 11, 21)),
        ] {
            assert_eq!(of_ms(&time_zone(zone), ms(now)), day, "{zone} {now}");
        }
    }

    #[test]
    fn a_salt_lives_through_the_day_after_its_own() {
        let (day, zone) = (date(2026, 3, 28), time_zone("Europe/Berlin"));
        assert!(!salt_is_over(day, date(2026, 3, 28)));
        assert!(!salt_is_over(day, date(2026, 3, 29)));
        assert!(salt_is_over(day, date(2026, 3, 30)));
        // The clocks change on the 29th: that day has 23 hours.
        assert_eq!(salt_ends_ms(&zone, day), Some(ms("2026-03-29T22:00:00Z")));
    }
}
