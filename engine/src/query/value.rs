//! Values of metrics: how they are rounded, written and compared.

use super::metric::Metric;
use super::revenue;
use serde_json::Value as Json;
use std::cmp::Ordering;

/// The value of a metric in one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    /// A count, or a figure rounded to whole numbers.
    Whole(i64),
    /// A rounded share or mean.
    Decimal(f64),
    /// An amount in thousandths of a currency's unit.
    Money {
        /// The amount.
        thousandths: i64,
        /// ISO 4217 code.
        currency: [u8; 3],
    },
    /// Nothing to tell.
    Null,
}

impl Value {
    /// `part` of `whole` in percent, with two decimals; 0 of nothing.
    pub(super) fn percent(part: i64, whole: i64) -> Self {
        Self::Decimal(if whole == 0 { 0.0 } else { round(part as f64 * 100.0 / whole as f64, 2) })
    }

    /// `sum` divided by `count`, a whole number; 0 of nothing.
    pub(super) fn mean(sum: i64, count: i64) -> Self {
        Self::Whole(if count == 0 { 0 } else { (sum as f64 / count as f64).round() as i64 })
    }

    /// [`Value::mean`], null of nothing.
    pub(super) fn mean_or_null(sum: i64, count: i64) -> Self {
        if count == 0 { Self::Null } else { Self::mean(sum, count) }
    }

    fn number(self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(number as f64),
            Self::Decimal(number) => Some(number),
            Self::Money { thousandths, .. } => Some(thousandths as f64 / 1000.0),
            Self::Null => None,
        }
    }

    /// The value in answers.
    pub(super) fn to_json(self) -> Json {
        match self {
            Self::Whole(number) => number.into(),
            Self::Decimal(number) => number.into(),
            Self::Money { thousandths, currency } => revenue::to_json(thousandths, currency),
            Self::Null => Json::Null,
        }
    }

    /// The order of rows by this value. Null comes last either way.
    pub(super) fn order(self, other: Self, descending: bool) -> Ordering {
        match (self.number(), other.number()) {
            (Some(left), Some(right)) if descending => right.total_cmp(&left),
            (Some(left), Some(right)) => left.total_cmp(&right),
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (None, None) => Ordering::Equal,
        }
    }

    /// How the value changed from an earlier one: in whole percent of it, for rates in points.
    pub(super) fn change(self, earlier: Self, metric: Metric) -> Json {
        let (Some(now), Some(before)) = (self.number(), earlier.number()) else { return Json::Null };
        match metric {
            Metric::BounceRate => whole(now - before),
            Metric::FirstSeen | Metric::LastSeen => Json::Null,
            Metric::ExitRate | Metric::ErrorRate | Metric::ConversionRate | Metric::GroupConversionRate => {
                round(now - before, 1).into()
            }
            _ if before == 0.0 => if now > 0.0 { 100 } else { 0 }.into(),
            _ => whole((now - before) * 100.0 / before),
        }
    }
}

fn whole(number: f64) -> Json {
    (number.round() as i64).into()
}

/// Rounded to so many decimals, halves away from zero.
pub(super) fn round(number: f64, decimals: i32) -> f64 {
    let factor = 10f64.powi(decimals);
    (number * factor).round() / factor
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_are_in_percent_and_rates_in_points() {
        let whole = Value::Whole;
        for (metric, now, before, expected) in [
            (Metric::Visitors, whole(1), whole(3), json!(-67)),
            (Metric::Visitors, whole(3), whole(0), json!(100)),
            (Metric::Visitors, whole(0), whole(0), json!(0)),
            (Metric::Visitors, whole(0), whole(4), json!(-100)),
            (Metric::BounceRate, whole(40), whole(50), json!(-10)),
            (Metric::ExitRate, Value::Decimal(33.3), Value::Decimal(50.0), json!(-16.7)),
            (Metric::ScrollDepth, Value::Null, whole(5), json!(null)),
            (Metric::ScrollDepth, whole(5), Value::Null, json!(null)),
        ] {
            assert_eq!(now.change(before, metric), expected, "{metric:?} {now:?} {before:?}");
        }
    }

    #[test]
    fn null_comes_last_in_either_order() {
        let mut values = [Value::Null, Value::Whole(1), Value::Whole(2)];
        values.sort_by(|left, right| left.order(*right, true));
        assert_eq!(values, [Value::Whole(2), Value::Whole(1), Value::Null]);
        values.sort_by(|left, right| left.order(*right, false));
        assert_eq!(values, [Value::Whole(1), Value::Whole(2), Value::Null]);
    }
}
