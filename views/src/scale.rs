//! Where a chart's axes are marked: round numbers that people count in.

use crate::date::Date;
use crate::metric::Metric;
use crate::range::Interval;
use crate::words::fill;

/// Steps of time in seconds that a clock is read by.
const CLOCK_STEPS: [f64; 15] =
    [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0];

/// The marks of the vertical axis from 0 up to or past `max`: three to six of them.
pub fn marks(metric: Metric, max: f64) -> Vec<f64> {
    let step = match metric {
        Metric::BounceRate => return vec![0.0, 25.0, 50.0, 75.0, 100.0],
        Metric::VisitDuration => clock_step(max),
        Metric::ViewsPerVisit => round_step(max / 4.0).max(0.5),
        Metric::Visitors | Metric::Visits | Metric::Pageviews => round_step(max / 4.0).max(1.0),
    };
    steps(step, max)
}

/// So many steps from 0 as reach `max`, at least two.
pub(crate) fn steps(step: f64, max: f64) -> Vec<f64> {
    let count = (max / step).ceil().clamp(2.0, 5.0) as u32;
    (0..=count).map(|index| f64::from(index) * step).collect()
}

/// The step in seconds by which a clock would count to `max`.
pub(crate) fn clock_step(max: f64) -> f64 {
    let clock = CLOCK_STEPS.into_iter().find(|step| step * 4.0 >= max);
    clock.unwrap_or_else(|| round_step(max / 4.0))
}

/// The smallest of 1, 2, 2.5, 5, 10 times a power of ten that is not below the number.
pub(crate) fn round_step(at_least: f64) -> f64 {
    if !at_least.is_finite() || at_least <= 0.0 {
        return 1.0;
    }
    let mut power = 1.0;
    while power * 10.0 <= at_least {
        power *= 10.0;
    }
    while power > at_least {
        power /= 10.0;
    }
    let steps = if power >= 10.0 { [1.0, 2.0, 2.5, 5.0, 10.0] } else { [1.0, 2.0, 2.0, 5.0, 10.0] };
    steps.into_iter().map(|step| step * power).find(|step| *step >= at_least).unwrap_or(power * 10.0)
}

/// Which of so many buckets are named on the horizontal axis: at most seven, evenly spaced.
pub fn named(buckets: usize, interval: Interval) -> impl Iterator<Item = usize> {
    let enough = buckets.div_ceil(7).max(1);
    let step = match interval {
        Interval::Hour => [1, 2, 3, 4, 6, 12, 24].into_iter().find(|step| *step >= enough).unwrap_or(enough),
        Interval::Day => [1, 2, 4, 7, 14].into_iter().find(|step| *step >= enough).unwrap_or(enough),
        Interval::Week | Interval::Month => enough,
    };
    (0..buckets).step_by(step)
}

/// The name of a bucket on the axis: `13:00`, `21 Nov`, `Nov`, `2026`.
pub fn mark_label(label: &str, interval: Interval) -> String {
    let Some(date) = Date::parse(label) else { return label.to_owned() };
    match interval {
        Interval::Hour => match label.get(11..16) {
            Some("00:00") | None => date.short(),
            Some(time) => time.to_owned(),
        },
        Interval::Day | Interval::Week => date.short(),
        Interval::Month if date.civil().1 == 1 => date.civil().0.to_string(),
        Interval::Month => date.month_short(),
    }
}

/// The name of a bucket in a tooltip or table: `Sat 21 Nov, 13:00`, `Sat 21 Nov`, `Week of 16 Nov`, `November 2026`.
pub fn full_label(label: &str, interval: Interval) -> String {
    let Some(date) = Date::parse(label) else { return label.to_owned() };
    match interval {
        Interval::Hour => [&date.with_weekday(), ", ", label.get(11..16).unwrap_or_default()].concat(),
        Interval::Day => date.with_weekday(),
        Interval::Week => fill("Week of {0}", &[&date.short()]),
        Interval::Month => date.month_and_year(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn axes_are_marked_in_round_numbers() {
        for (metric, max, expected) in [
            (Metric::Visitors, 0.0, vec![0.0, 1.0, 2.0]),
            (Metric::Visitors, 3.0, vec![0.0, 1.0, 2.0, 3.0]),
            (Metric::Visitors, 37.0, vec![0.0, 10.0, 20.0, 30.0, 40.0]),
            (Metric::Pageviews, 93.0, vec![0.0, 25.0, 50.0, 75.0, 100.0]),
            (Metric::Pageviews, 1700.0, vec![0.0, 500.0, 1000.0, 1500.0, 2000.0]),
            (Metric::VisitDuration, 100.0, vec![0.0, 30.0, 60.0, 90.0, 120.0]),
            (Metric::ViewsPerVisit, 1.2, vec![0.0, 0.5, 1.0, 1.5]),
        ] {
            assert_eq!(marks(metric, max), expected, "{metric:?} {max}");
        }
    }

    #[test]
    fn buckets_are_named_as_people_say_them() {
        for (interval, label, mark, full) in [
            (Interval::Hour, "2026-11-21 13:00:00", "13:00", "Sat 21 Nov, 13:00"),
            (Interval::Hour, "2026-11-21 00:00:00", "21 Nov", "Sat 21 Nov, 00:00"),
            (Interval::Day, "2026-11-21", "21 Nov", "Sat 21 Nov"),
            (Interval::Week, "2026-11-16", "16 Nov", "Week of 16 Nov"),
            (Interval::Month, "2026-01-01", "2026", "January 2026"),
            (Interval::Month, "<b>", "<b>", "<b>"),
        ] {
            assert_eq!((mark_label(label, interval).as_str(), full_label(label, interval).as_str()), (mark, full));
        }
        assert_eq!(named(28, Interval::Day).collect::<Vec<_>>(), [0, 4, 8, 12, 16, 20, 24]);
        assert_eq!(named(24, Interval::Hour).collect::<Vec<_>>(), [0, 4, 8, 12, 16, 20]);
    }

    proptest! {
        #[test]
        fn the_axis_reaches_the_highest_value_in_few_steps(max in 0.0..1e12_f64) {
            for metric in Metric::ALL.into_iter().filter(|metric| *metric != Metric::BounceRate) {
                let marks = marks(metric, max);
                prop_assert!(marks.last().copied().unwrap_or_default() >= max);
                prop_assert!((3..=6).contains(&marks.len()));
            }
        }
    }
}
