//! What events of single kinds measure: how long something took or how good it was, and whether it went well.

use super::partial::{Reader, Writer};
use super::sketch::Sketch;
use crate::bytes::Malformed;
use crate::segment::{DetailField, Part};

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
        Self { values, failed }
    }
}

/// What the events of a group measured.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    values: Sketch,
    judged: i64,
    failed: i64,
}

impl Measured {
    /// Adds a row.
    pub(super) fn add(&mut self, measures: &Measures, row: u32) {
        if let Some(value) = measures.values.get(row as usize).filter(|value| **value != NOTHING) {
            self.values.add(*value);
        }
        if let Some(Some(failed)) = measures.failed.get(row as usize) {
            self.judged += 1;
            self.failed += i64::from(*failed);
        }
    }

    /// Whether nothing was measured.
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.judged == 0
    }

    pub(super) fn write(&self, out: &mut Writer<'_>) {
        self.values.write(out);
        out.signed(self.judged);
        out.signed(self.failed);
    }

    /// Adds what was measured elsewhere.
    pub(super) fn merge(&mut self, from: &mut Reader<'_>) -> Result<(), Malformed> {
        self.values.merge(&Sketch::read(from)?);
        self.judged = self.judged.saturating_add(from.signed()?);
        self.failed = self.failed.saturating_add(from.signed()?);
        Ok(())
    }

    /// A quantile, in milliseconds or the vital's unit.
    pub(super) fn quantile(&self, share: f64) -> Option<f64> {
        self.values.quantile(share).map(|thousandths| thousandths / 1000.0)
    }

    /// How many failed, and of how many.
    pub(super) fn failures(&self) -> (i64, i64) {
        (self.failed, self.judged)
    }
}
