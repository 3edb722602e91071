//! What the numbers of a chart count: how they read, and in which steps an axis counts them.

use crate::format;
use crate::scale;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things: `12.3k`.
    Count,
    /// Milliseconds: `180 ms`, `2.5 s`.
    Milliseconds,
    /// Seconds: `45s`, `1m 05s`.
    Seconds,
    /// Percentages from 0 to 100: `45%`, `2.5%`.
    Percent,
    /// A number without a unit, such as a layout shift: `0.125`.
    Score,
    /// Bytes, in powers of a thousand: `1.2 kB`.
    Bytes,
}

/// From here on bytes are counted in thousands, millions and billions.
const BYTES: [(f64, &str); 3] = [(1e9, " GB"), (1e6, " MB"), (1e3, " kB")];

impl Unit {
    /// The value as read on an axis or in a cell.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Count => format::count(value),
            Self::Milliseconds if value.abs() >= 60_000.0 => format::duration(value / 1000.0),
            Self::Milliseconds if value.abs() >= 999.5 => [&format::decimal(value / 1000.0, 2), " s"].concat(),
            Self::Milliseconds => [&format::decimal(value, u32::from(value.abs() < 10.0)), " ms"].concat(),
            Self::Seconds => format::duration(value),
            Self::Percent => format::percentage(&format::decimal(value, u32::from(value.abs() < 10.0))),
            Self::Score => format::decimal(value, 3),
            Self::Bytes => match BYTES.into_iter().find(|(size, _)| value.abs() >= *size) {
                Some((size, name)) => [&format::decimal(value / size, 1), name].concat(),
                None => [&format::grouped(value), " B"].concat(),
            },
        }
    }

    /// The value in full, for tables and tips.
    pub fn show_exactly(self, value: f64) -> String {
        match self {
            Self::Count => format::grouped(value),
            Self::Percent => format::percentage(&format::decimal(value, 1)),
            _ => self.show(value),
        }
    }

    /// The marks of an axis from 0 up to or past `max`: three to six of them.
    pub(super) fn marks(self, max: f64) -> Vec<f64> {
        let step = match self {
            Self::Count | Self::Bytes => scale::round_step(max / 4.0).max(1.0),
            Self::Seconds => scale::clock_step(max),
            Self::Milliseconds if max >= 60_000.0 => scale::clock_step(max / 1000.0) * 1000.0,
            Self::Percent if max > 50.0 && max <= 100.0 => 25.0,
            Self::Percent | Self::Milliseconds => scale::round_step(max / 4.0).max(0.1),
            Self::Score => scale::round_step(max / 4.0).max(0.001),
        };
        scale::steps(step, max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Unit; 6] = [Unit::Count, Unit::Milliseconds, Unit::Seconds, Unit::Percent, Unit::Score, Unit::Bytes];

    #[test]
    fn values_read_well() {
        for (unit, value, short, full) in [
            (Unit::Count, 12_345.0, "12.3k", "12,345"),
            (Unit::Milliseconds, 0.0, "0 ms", "0 ms"),
            (Unit::Milliseconds, 4.26, "4.3 ms", "4.3 ms"),
            (Unit::Milliseconds, 180.4, "180 ms", "180 ms"),
            (Unit::Milliseconds, 999.7, "1 s", "1 s"),
            (Unit::Milliseconds, 2412.0, "2.41 s", "2.41 s"),
            (Unit::Milliseconds, 65_000.0, "1m 05s", "1m 05s"),
            (Unit::Seconds, 65.0, "1m 05s", "1m 05s"),
            (Unit::Percent, 45.4, "45%", "45.4%"),
            (Unit::Percent, 2.5, "2.5%", "2.5%"),
            (Unit::Score, 0.1249, "0.125", "0.125"),
            (Unit::Bytes, 812.0, "812 B", "812 B"),
            (Unit::Bytes, 1234.0, "1.2 kB", "1.2 kB"),
            (Unit::Bytes, 3_400_000_000.0, "3.4 GB", "3.4 GB"),
        ] {
            assert_eq!(
                (unit.show(value).as_str(), unit.show_exactly(value).as_str()),
                (short, full),
                "{unit:?} {value}"
            );
        }
    }

    #[test]
    fn axes_are_marked_in_round_numbers() {
        for (unit, max, expected) in [
            (Unit::Count, 0.0, vec!["0", "1", "2"]),
            (Unit::Count, 37.0, vec!["0", "10", "20", "30", "40"]),
            (Unit::Milliseconds, 2600.0, vec!["0 ms", "1 s", "2 s", "3 s"]),
            (Unit::Milliseconds, 110_000.0, vec!["0 ms", "30 s", "1m 00s", "1m 30s", "2m 00s"]),
            (Unit::Milliseconds, 180.0, vec!["0 ms", "50 ms", "100 ms", "150 ms", "200 ms"]),
            (Unit::Seconds, 100.0, vec!["0s", "30s", "1m 00s", "1m 30s", "2m 00s"]),
            (Unit::Percent, 93.0, vec!["0%", "25%", "50%", "75%", "100%"]),
            (Unit::Percent, 1.4, vec!["0%", "0.5%", "1%", "1.5%"]),
            (Unit::Score, 0.31, vec!["0", "0.1", "0.2", "0.3", "0.4"]),
            (Unit::Bytes, 9000.0, vec!["0 B", "2.5 kB", "5 kB", "7.5 kB", "10 kB"]),
        ] {
            let marks: Vec<String> = unit.marks(max).into_iter().map(|mark| unit.show(mark)).collect();
            assert_eq!(marks, expected, "{unit:?} {max}");
        }
    }

    proptest! {
        #[test]
        fn an_axis_reaches_the_highest_value_in_few_steps(max in 0.0..1e12_f64) {
            for unit in ALL {
                let marks = unit.marks(max);
                prop_assert!(marks.last().copied().unwrap_or_default() >= max, "{unit:?} {marks:?}");
                prop_assert!((3..=6).contains(&marks.len()), "{unit:?} {marks:?}");
            }
        }
    }
}
