//! Quantiles of many values in little memory: `DDSketch` (Masson, Rim, Lee, VLDB 2019).
//!
//! Values are counted in buckets whose borders grow by a constant factor, so that any value of a bucket is within half
//! a percent of the bucket's own. Sketches of parts add up to the sketch of the whole.

use super::partial::{Reader, Writer};
use crate::bytes::Malformed;
use std::collections::BTreeMap;

/// The greatest relative error of a quantile.
#[cfg(test)]
const ERROR: f64 = 0.005;
/// (1 + error) / (1 - error).
const GROWTH: f64 = 1.005 / 0.995;

/// Counted values, whole and not negative.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sketch {
    zeros: u64,
    buckets: BTreeMap<u16, u64>,
    count: u64,
}

impl Sketch {
    /// Counts a value.
    pub(super) fn add(&mut self, value: u64) {
        self.count += 1;
        if value == 0 {
            self.zeros += 1;
        } else {
            // At most 4,437 for the greatest 64-bit number.
            let bucket = ((value as f64).ln() / GROWTH.ln()).ceil() as u16;
            *self.buckets.entry(bucket).or_default() += 1;
        }
    }

    /// Adds a sketch of other values.
    pub(super) fn merge(&mut self, other: &Self) {
        self.zeros += other.zeros;
        self.count += other.count;
        for (bucket, count) in &other.buckets {
            *self.buckets.entry(*bucket).or_default() += count;
        }
    }

    /// Whether nothing was counted.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn write(&self, out: &mut Writer<'_>) {
        out.number(self.zeros);
        out.number(self.buckets.len() as u64);
        for (bucket, count) in &self.buckets {
            out.number((*bucket).into());
            out.number(*count);
        }
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let zeros = from.number()?;
        let buckets = (0..from.count()?).map(|_| Ok((from.narrow()?, from.number()?)));
        let buckets = buckets.collect::<Result<BTreeMap<u16, u64>, Malformed>>()?;
        Ok(Self { zeros, count: buckets.values().fold(zeros, |sum, count| sum.saturating_add(*count)), buckets })
    }

    /// The value of which a share of all values (0 to 1) is at most as great, to within half a percent; none of
    /// nothing.
    pub(super) fn quantile(&self, share: f64) -> Option<f64> {
        let rank = ((share * self.count as f64).ceil() as u64).clamp(1, self.count.max(1));
        let mut seen = self.zeros;
        if self.count == 0 {
            return None;
        }
        if rank <= seen {
            return Some(0.0);
        }
        let found = self.buckets.iter().find(|(_, count)| {
            seen += **count;
            rank <= seen
        });
        found.map(|(bucket, _)| 2.0 * GROWTH.powi(i32::from(*bucket)) / (GROWTH + 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn quantiles_are_within_half_a_percent(
            mut values in proptest::collection::vec(prop_oneof![0u64..50, 0u64..100_000, any::<u64>()], 1..200),
            share in 0.0f64..=1.0,
        ) {
            let mut sketch = Sketch::default();
            for value in &values {
                sketch.add(*value);
            }
            values.sort_unstable();
            let rank = ((share * values.len() as f64).ceil() as usize).clamp(1, values.len());
            let exact = values[rank - 1] as f64;
            let found = sketch.quantile(share).unwrap();
            prop_assert!((found - exact).abs() <= exact * ERROR * 1.000_001, "{found} {exact}");
        }
    }

    #[test]
    fn nothing_has_no_quantiles() {
        assert_eq!(Sketch::default().quantile(0.5), None);
    }
}
