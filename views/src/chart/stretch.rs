//! Stretches of a time axis: which days a bucket holds, where a moment lies, and what a chosen stretch leads to.

use crate::app::App;
use crate::data::Moment;
use crate::date::Date;
use crate::range::{Interval, Range};
use crate::state::State;

use super::Annotation;
use super::frame::percentage;

/// First and last day of the whole bucket that a label is of, though the range may begin or end within it.
pub(super) fn days(label: &str, interval: Interval) -> Option<(Date, Date)> {
    let day = Date::parse(label)?;
    Some(match interval {
        Interval::Hour | Interval::Day => (day, day),
        Interval::Week => {
            // The first day of 1970 was a Thursday.
            let monday = day.plus_days(-(day.days() + 3).rem_euclid(7));
            (monday, monday.plus_days(6))
        }
        Interval::Month => (day.first_of_month_before(0), day.first_of_month_before(-1).plus_days(-1)),
    })
}

/// Whether the range begins or ends within the bucket, so that it counts less than the others.
pub(super) fn is_part(label: &str, interval: Interval, app: &App) -> bool {
    let range = app.state.range.days(app.clock.today);
    let bucket = days(label, interval);
    bucket.zip(range).is_some_and(|((first, last), (begin, end))| first < begin || last > end)
}

/// What happened within the buckets.
pub(super) fn annotations(moments: &[Moment], labels: &[String], interval: Interval) -> Vec<Annotation> {
    let placed = moments.iter().filter_map(|moment| {
        let bucket = bucket_of(&moment.time, labels, interval)?;
        Some(Annotation { bucket, text: moment.text.clone() })
    });
    placed.collect()
}

/// The bucket that holds a local time; none where it lies before the first or after the last.
fn bucket_of(time: &str, labels: &[String], interval: Interval) -> Option<usize> {
    let midnight = [time, " 00:00:00"].concat();
    let has_begun = |label: &String| match time.get(..label.len()) {
        Some(time) => label.as_str() <= time,
        None => *label <= midnight,
    };
    let bucket = labels.iter().rposition(has_begun)?;
    let label = labels.get(bucket)?;
    let holds = match interval {
        Interval::Hour => label.get(..13) == midnight.get(..13),
        _ => Date::parse(time)? <= days(label, interval)?.1,
    };
    holds.then_some(bucket)
}

/// The state that shows the days from one bucket to another alone; none where that is nothing else than what is shown. No
/// range is narrower than a day.
pub fn zoom(app: &App, one: usize, other: usize) -> Option<State> {
    let series = app.data.series.as_ref()?.as_ref().ok()?;
    let day = |bucket: usize| days(series.labels.get(bucket)?, series.interval);
    let (mut first, mut last) = (day(one.min(other))?.0, day(one.max(other))?.1.min(app.clock.today));
    match app.state.range.days(app.clock.today) {
        Some((begin, end)) => {
            (first, last) = (first.max(begin), last.min(end));
            if (first, last) == (begin, end) {
                return None;
            }
        }
        None if app.state.range == Range::Hours24 => return None,
        None => {}
    }
    let range = Range::between(first, last)?;
    Some(app.state.but(|state| (state.range, state.interval) = (range, None)))
}

/// How the band is transformed that marks a stretch, given as shares of the width.
pub fn band(from: f64, to: f64) -> String {
    let width = percentage(to - from);
    // A factor, as all browsers take it: a percentage without its sign, by a hundred.
    ["translateX(", &percentage(from), ") scaleX(calc(", width.trim_end_matches('%'), " / 100))"].concat()
}

/// The days of the same stretch, in words.
pub fn stretch(app: &App, one: usize, other: usize) -> Option<String> {
    zoom(app, one, other).map(|state| state.range.label())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Series;
    use crate::sample;

    #[test]
    fn buckets_hold_whole_days() {
        for (interval, label, first, last) in [
            (Interval::Hour, "2026-11-21 13:00:00", "2026-11-21", "2026-11-21"),
            (Interval::Day, "2026-11-21", "2026-11-21", "2026-11-21"),
            (Interval::Week, "2026-11-16", "2026-11-16", "2026-11-22"),
            (Interval::Week, "2026-11-21", "2026-11-16", "2026-11-22"),
            (Interval::Month, "2026-02-11", "2026-02-01", "2026-02-28"),
        ] {
            let (begin, end) = days(label, interval).unwrap();
            assert_eq!((begin.iso().as_str(), end.iso().as_str()), (first, last), "{label}");
        }
        assert_eq!(days("<b>", Interval::Day), None);
    }

    #[test]
    fn a_moment_lies_in_the_bucket_that_holds_it() {
        let labels = |all: &[&str]| all.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>();
        let days = labels(&["2026-11-19", "2026-11-20", "2026-11-21"]);
        let hours = labels(&["2026-11-21 00:00:00", "2026-11-21 01:00:00", "2026-11-21 02:00:00"]);
        let weeks = labels(&["2026-11-12", "2026-11-16"]);
        let months = labels(&["2026-09-14", "2026-10-01"]);
        for (labels, interval, time, expected) in [
            (&days, Interval::Day, "2026-11-20", Some(1)),
            (&days, Interval::Day, "2026-11-20 23:59:59", Some(1)),
            (&days, Interval::Day, "2026-11-18", None),
            (&days, Interval::Day, "2026-11-22", None),
            (&hours, Interval::Hour, "2026-11-21", Some(0)),
            (&hours, Interval::Hour, "2026-11-21 01:30:00", Some(1)),
            (&hours, Interval::Hour, "2026-11-21 03:00:00", None),
            (&hours, Interval::Hour, "2026-11-20", None),
            (&weeks, Interval::Week, "2026-11-15", Some(0)),
            (&weeks, Interval::Week, "2026-11-22", Some(1)),
            (&weeks, Interval::Week, "2026-11-23", None),
            (&months, Interval::Month, "2026-10-31", Some(1)),
            (&months, Interval::Month, "2026-11-01", None),
            (&days, Interval::Day, "", None),
        ] {
            assert_eq!(bucket_of(time, labels, interval), expected, "{time} {interval:?}");
        }
    }

    #[test]
    fn a_stretch_leads_to_its_days() {
        // The sample's chart begins on the 15th and ends with a day that is still to come.
        for (query, one, other, expected) in [
            ("?range=last-7-days", 1, 3, Some("?range=2026-11-16..2026-11-18")),
            (
                "?range=last-7-days&interval=hour&beside=visits",
                3,
                1,
                Some("?range=2026-11-16..2026-11-18&beside=visits"),
            ),
            ("?range=last-7-days", 2, 2, Some("?range=2026-11-17..2026-11-17")),
            ("?range=last-7-days", 5, 7, Some("?range=2026-11-20..2026-11-21")),
            ("?range=last-7-days", 0, 7, None),
            ("?range=last-7-days", 0, 8, None),
            ("?range=all", 0, 6, Some("?range=2026-11-15..2026-11-21")),
            ("?range=24h", 0, 1, None),
        ] {
            let state = zoom(&sample::app(query), one, other);
            assert_eq!(state.map(|state| state.href()).as_deref(), expected, "{query} {one} {other}");
        }
        let mut app = sample::app("?range=2026-11-18..2026-12-31");
        let labels = ["2026-11-18", "2026-11-23"].map(String::from).into();
        app.data.series = Some(Ok(Series { interval: Interval::Week, labels, labels_before: vec![], values: vec![] }));
        app.clock.today = Date::parse("2027-01-05").unwrap();
        assert_eq!(stretch(&app, 0, 0).as_deref(), Some("18 Nov – 22 Nov 2026"));
        assert!(is_part("2026-11-18", Interval::Week, &app) && !is_part("2026-11-23", Interval::Week, &app));
    }
}
