//! Time zones by IANA name, from the database that is compiled in.

use crate::event::UnixSeconds;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

/// A time zone with the conversions that queries need. Times out of the calendar's range stay at its edge.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of that name, such as `Europe/Berlin`.
    pub fn named(name: &str) -> Option<Self> {
        TimeZoneDatabase::bundled().get(name).ok().map(Self)
    }

    /// The wall clock's date and time at an instant.
    pub fn civil(&self, time: UnixSeconds) -> DateTime {
        self.0.to_datetime(timestamp(time))
    }

    /// The offset from UTC at an instant, in seconds east.
    pub fn offset_seconds(&self, time: UnixSeconds) -> i64 {
        i64::from(self.0.to_offset(timestamp(time)).seconds())
    }

    /// The first instant with this wall clock, or where a clock change leaves it out, the end of the gap.
    pub fn earliest(&self, civil: DateTime) -> UnixSeconds {
        let ambiguous = self.0.to_ambiguous_timestamp(civil);
        let instant = if is_gap(ambiguous.offset()) { self.end_of_gap(civil) } else { ambiguous.earlier().ok() };
        instant.map_or(UnixSeconds(i64::MAX), |instant| UnixSeconds(instant.as_second()))
    }

    /// The last instant with this wall clock; in a gap as [`Zone::earliest`].
    pub fn latest(&self, civil: DateTime) -> UnixSeconds {
        let ambiguous = self.0.to_ambiguous_timestamp(civil);
        let instant = if is_gap(ambiguous.offset()) { self.end_of_gap(civil) } else { ambiguous.later().ok() };
        instant.map_or(UnixSeconds(i64::MAX), |instant| UnixSeconds(instant.as_second()))
    }

    /// The instant of the clock change that leaves a wall clock out.
    fn end_of_gap(&self, civil: DateTime) -> Option<Timestamp> {
        // `earlier` reads the wall clock with the offset after the change and so lies before it.
        let before = self.0.to_ambiguous_timestamp(civil).earlier().ok()?;
        self.0.following(before).next().map(|change| change.timestamp())
    }

    /// The first instant of a date, for the buckets of a range.
    pub fn start_of_day(&self, date: Date) -> UnixSeconds {
        self.earliest(date.at(0, 0, 0, 0))
    }

    /// Where a range that starts with a date starts: at its midnight; of two midnights at the later.
    pub fn range_start(&self, date: Date) -> UnixSeconds {
        self.latest(date.at(0, 0, 0, 0))
    }

    /// Where a range that ends with a date ends: at 23:59:59; where that comes twice, at the earlier, and where it is
    /// left out, right before the next day.
    pub fn range_end(&self, date: Date) -> UnixSeconds {
        let last = date.at(23, 59, 59, 0);
        if is_gap(self.0.to_ambiguous_timestamp(last).offset()) {
            let next = date.checked_add(1.day()).unwrap_or(date);
            return UnixSeconds(self.start_of_day(next).0 - 1);
        }
        self.earliest(last)
    }

    /// The instant of the first clock change after `time` and up to `until`, if there is one.
    pub fn change_between(&self, time: UnixSeconds, until: UnixSeconds) -> Option<UnixSeconds> {
        let change = self.0.following(timestamp(time)).next()?.timestamp().as_second();
        (change < until.0).then_some(UnixSeconds(change))
    }
}

fn timestamp(time: UnixSeconds) -> Timestamp {
    let edge = if time.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(time.0).unwrap_or(edge)
}

fn is_gap(offset: AmbiguousOffset) -> bool {
    matches!(offset, AmbiguousOffset::Gap { .. })
}
