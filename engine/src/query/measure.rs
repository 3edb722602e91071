//! What events of single kinds measure: how long something took or how good it was, and whether it went well.

use super::partial::{Reader, Writer};
use super::sketch::Sketch;
use crate::bytes::Malformed;
use crate::segment::{DetailField, Part};
use hashbrown::HashMap;

/// A row that measures nothing.
const NOTHING: u64 = u64::MAX;

/// Where each kind has its duration in milliseconds (see `docs/segment-format.md`), and whether 0 stands for none and
/// all others are one more.
const DURATIONS: [(DetailField, bool); 5] = [
    (DetailField::Number(3, 0), true),
    (DetailField::Number(4, 1), false),
    (DetailField::Number(5, 0), false),
    (DetailField::Number(8, 1), false),
    (DetailField::Number(9, 2), false),
];
/// Where vitals have their value, in thousandths of their unit.
const VITALS: DetailField = DetailField::Number(6, 0);
/// Where queries have their rows.
const ROWS: DetailField = DetailField::Number(5, 1);
/// Where requests have their status.
const STATUS: DetailField = DetailField::Number(4, 0);
/// Where commands and checks say whether they succeeded.
const SUCCESSES: [DetailField; 2] = [DetailField::Number(8, 0), DetailField::Number(9, 1)];

/// The measures of a part's rows.
#[derive(Debug, Default)]
pub(super) struct Measures {
    /// In thousandths: of milliseconds for durations, of the vital's unit for vitals.
    values: Vec<u64>,
    /// Whether it failed, of the rows that tell.
    failed: Vec<Option<bool>>,
    /// How many rows a query returned or changed, for each row that tells.
    rows: HashMap<u32, u64>,
}

impl Measures {
    /// Reads a part's.
    pub(super) fn of(part: &Part) -> Self {
        let mut values = vec![NOTHING; part.rows_len()];
        let mut set = |field: DetailField, value: &dyn Fn(u64) -> u64| {
            let column = part.detail(field);
            for (row, number) in column.rows.iter().zip(&column.numbers) {
                values.iter_mut().skip(*row as usize).take(1).for_each(|slot| *slot = value(*number));
            }
        };
        for (field, optional) in DURATIONS {
            set(field, &|number| match number.checked_sub(u64::from(optional)) {
                Some(duration_ms) => duration_ms.saturating_mul(1000),
                None => NOTHING,
            });
        }
        set(VITALS, &|number| number);
        let mut failed = vec![None; part.rows_len()];
        let mut judge = |field: DetailField, fails: fn(u64) -> bool| {
            let column = part.detail(field);
            for (row, number) in column.rows.iter().zip(&column.numbers) {
                failed.iter_mut().skip(*row as usize).take(1).for_each(|slot| *slot = Some(fails(*number)));
            }
        };
        judge(STATUS, |status| status == 0 || status >= 500);
        for field in SUCCESSES {
            judge(field, |success| success == 0);
        }
        let column = part.detail(ROWS);
        let rows = column.rows.iter().copied().zip(column.numbers.iter().copied()).collect();
        Self { values, failed, rows }
    }

    /// What each row measured, rounded down to two digits, in milliseconds or the vital's unit.
    pub(super) fn steps(&self) -> impl Iterator<Item = Option<String>> {
        self.values.iter().map(|value| (*value != NOTHING).then(|| step(*value)))
    }
}

/// A number of thousandths, rounded down to its first two digits: `2478` is `2400`, `0.137` is `0.13`.
fn step(thousandths: u64) -> String {
    let mut power = 1;
    while thousandths / power >= 100 {
        power *= 10;
    }
    let step = thousandths / power * power;
    let (whole, fraction) = (step / 1000, step % 1000);
    if fraction == 0 { whole.to_string() } else { format!("{whole}.{fraction:03}").trim_end_matches('0').to_owned() }
}

/// What the events of a group measured.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    values: Sketch,
    judged: i64,
    failed: i64,
    /// Of all values, in thousandths.
    sum: i64,
    /// Returned or changed by queries.
    rows: i64,
    /// When the first and the last of the events happened, in seconds since 1970.
    seen: Option<(i64, i64)>,
}

impl Measured {
    /// Adds a row.
    pub(super) fn add(&mut self, measures: &Measures, row: u32, moment: i64) {
        self.see(moment, moment);
        if let Some(value) = measures.values.get(row as usize).filter(|value| **value != NOTHING) {
            self.values.add(*value);
            self.sum = self.sum.saturating_add(i64::try_from(*value).unwrap_or(i64::MAX));
        }
        if let Some(rows) = measures.rows.get(&row) {
            self.rows = self.rows.saturating_add(i64::try_from(*rows).unwrap_or(i64::MAX));
        }
        if let Some(Some(failed)) = measures.failed.get(row as usize) {
            self.judged += 1;
            self.failed += i64::from(*failed);
        }
    }

    fn see(&mut self, first: i64, last: i64) {
        let (known_first, known_last) = self.seen.unwrap_or((first, last));
        self.seen = Some((known_first.min(first), known_last.max(last)));
    }

    /// Whether there was no event.
    pub(super) fn is_empty(&self) -> bool {
        self.seen.is_none()
    }

    pub(super) fn write(&self, out: &mut Writer<'_>) {
        self.values.write(out);
        let (first, last) = self.seen.unwrap_or_default();
        for number in [self.judged, self.failed, self.sum, self.rows, i64::from(self.seen.is_some()), first, last] {
            out.signed(number);
        }
    }

    /// Adds what was measured elsewhere.
    pub(super) fn merge(&mut self, from: &mut Reader<'_>) -> Result<(), Malformed> {
        self.values.merge(&Sketch::read(from)?);
        self.judged = self.judged.saturating_add(from.signed()?);
        for number in [&mut self.failed, &mut self.sum, &mut self.rows] {
            *number = number.saturating_add(from.signed()?);
        }
        let (seen, first, last) = (from.signed()?, from.signed()?, from.signed()?);
        if seen != 0 {
            self.see(first, last);
        }
        Ok(())
    }

    /// A quantile, in milliseconds or the vital's unit.
    pub(super) fn quantile(&self, share: f64) -> Option<f64> {
        self.values.quantile(share).map(|thousandths| thousandths / 1000.0)
    }

    /// Of all values together, in milliseconds or the vital's unit; none where nothing was measured.
    pub(super) fn sum(&self) -> Option<f64> {
        (!self.values.is_empty()).then_some(self.sum as f64 / 1000.0)
    }

    /// Rows that queries returned or changed.
    pub(super) fn rows(&self) -> i64 {
        self.rows
    }

    /// When the first and the last event happened, in seconds since 1970.
    pub(super) fn seen(&self) -> Option<(i64, i64)> {
        self.seen
    }

    /// How many failed, and of how many.
    pub(super) fn failures(&self) -> (i64, i64) {
        (self.failed, self.judged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_two_digits() {
        for (thousandths, expected) in [
            (0, "0"),
            (7, "0.007"),
            (137, "0.13"),
            (250, "0.25"),
            (1_000, "1"),
            (2_499_999, "2400"),
            (2_500_000, "2500"),
            (u64::MAX, "18000000000000000"),
        ] {
            assert_eq!(step(thousandths), expected);
        }
    }
}
