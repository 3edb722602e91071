//! Revenue of conversions: which currency a query is in, sums and their words.

use super::dimension::Dimension;
use super::metric::Metric;
use super::partial::{Reader, Writer};
use super::value::Value;
use crate::bytes::Malformed;
use crate::site::Goal;
use protocol::event::Revenue;
use serde_json::{Value as Json, json};

/// Which currency the amounts of a query are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Currency {
    /// This one.
    One([u8; 3]),
    /// That of each row's goal.
    OfGoal,
    /// No goal asked for brings revenue.
    NoGoals,
    /// The goals asked for bring revenue in several.
    Several,
}

impl Currency {
    /// The currency of the goals that a query is about.
    pub(super) fn of(goals: &[Goal], queried: &[usize], dimensions: &[Dimension]) -> Self {
        let mut currencies = queried.iter().filter_map(|goal| goals.get(*goal)?.currency);
        match currencies.next() {
            None => Self::NoGoals,
            Some(_) if dimensions.contains(&Dimension::Goal) => Self::OfGoal,
            Some(first) if currencies.all(|other| other == first) => Self::One(first),
            Some(_) => Self::Several,
        }
    }

    /// The warning that goes with null amounts.
    pub(super) fn warning(self) -> Option<Json> {
        let (code, warning) = match self {
            Self::One(_) | Self::OfGoal => return None,
            Self::NoGoals => {
                ("no_revenue_goals_matching", "Revenue metrics are null as there are no matching revenue goals.")
            }
            Self::Several => (
                "no_single_revenue_currency",
                "Revenue metrics are null as there are multiple currencies for the selected event:goals.",
            ),
        };
        Some(json!({"code": code, "warning": warning}))
    }
}

/// In which currency each group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InCurrency {
    /// That of the query.
    pub(super) currency: Currency,
    /// The place of the goal in the keys of groups.
    pub(super) goal_place: Option<usize>,
}

impl InCurrency {
    /// The currency of a group.
    pub(super) fn of(&self, goals: &[Goal], key: &[u32]) -> Option<[u8; 3]> {
        match self.currency {
            Currency::One(currency) => Some(currency),
            Currency::OfGoal => goals.get(*key.get(self.goal_place?)? as usize)?.currency,
            Currency::NoGoals | Currency::Several => None,
        }
    }
}

/// What a group's conversions brought, in thousandths of the unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    thousandths: i64,
    events: i64,
    currency: Option<[u8; 3]>,
}

impl Sum {
    /// Nothing yet in a currency.
    pub(super) fn new(currency: Option<[u8; 3]>) -> Self {
        Self { thousandths: 0, events: 0, currency }
    }

    /// Adds what an event brought. An amount in another currency is left out, since there is no rate to convert by.
    pub(super) fn add(&mut self, revenue: Revenue) {
        if Some(revenue.currency) == self.currency {
            self.thousandths = self.thousandths.saturating_add(revenue.amount_thousandths);
            self.events += 1;
        }
    }

    pub(super) fn write(&self, out: &mut Writer<'_>) {
        out.signed(self.thousandths);
        out.signed(self.events);
    }

    /// Adds what was brought elsewhere, in the same currency.
    pub(super) fn merge(&mut self, from: &mut Reader<'_>) -> Result<(), Malformed> {
        self.thousandths = self.thousandths.saturating_add(from.signed()?);
        self.events = self.events.saturating_add(from.signed()?);
        Ok(())
    }

    /// The metric's value. The average is cut to three decimals, that is to the thousandth.
    pub(super) fn value(self, metric: Metric) -> Value {
        match self.currency {
            None => Value::Null,
            Some(currency) if metric == Metric::AverageRevenue => match self.thousandths.checked_div(self.events) {
                Some(thousandths) => Value::Money { thousandths, currency },
                None => Value::Null,
            },
            Some(currency) => Value::Money { thousandths: self.thousandths, currency },
        }
    }
}

/// `{"value","currency","long","short"}`.
pub(super) fn to_json(thousandths: i64, currency: [u8; 3]) -> Json {
    let code = String::from_utf8_lossy(&currency).into_owned();
    let sign = if thousandths < 0 { "-" } else { "" };
    let amount = thousandths.unsigned_abs();
    let symbol = match &*code {
        "USD" => "$".to_owned(),
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        "JPY" => "¥".to_owned(),
        "INR" => "₹".to_owned(),
        _ => format!("{code} "),
    };
    json!({
        "value": thousandths as f64 / 1000.0,
        "long": format!("{sign}{symbol}{}", long(amount)),
        "short": format!("{sign}{symbol}{}", short(amount)),
        "currency": code,
    })
}

/// Two decimals, and commas between the thousands.
fn long(thousandths: u64) -> String {
    let hundredths = divide_half_even(thousandths, 10);
    let units = (hundredths / 100).to_string();
    let mut grouped = String::new();
    for (place, digit) in units.chars().enumerate() {
        if place > 0 && (units.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{:02}", hundredths % 100)
}

/// One decimal, in thousands (K), millions (M) or billions (B) where there are that many.
fn short(thousandths: u64) -> String {
    const UNIT: u64 = 1000;
    let (unit, suffix) = match thousandths / UNIT {
        0..1_000 => (UNIT, ""),
        1_000..1_000_000 => (UNIT * 1_000, "K"),
        1_000_000..1_000_000_000 => (UNIT * 1_000_000, "M"),
        _ => (UNIT * 1_000_000_000, "B"),
    };
    let tenths = divide_half_even(thousandths, unit / 10);
    format!("{}.{}{suffix}", tenths / 10, tenths % 10)
}

/// Division rounded to the nearest, halves to the even.
fn divide_half_even(number: u64, by: u64) -> u64 {
    let (quotient, rest) = (number / by, number % by);
    match (rest * 2).cmp(&by) {
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + quotient % 2,
        std::cmp::Ordering::Less => quotient,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_words() {
        for (thousandths, currency, long, short) in [
            (67_066, b"USD", "$67.07", "$67.1"),
            (50_450, b"USD", "$50.45", "$50.4"),
            (100_000, b"EUR", "€100.00", "€100.0"),
            (96_336_315_000, b"USD", "$96,336,315.00", "$96.3M"),
            (1_234_500, b"CHF", "CHF 1,234.50", "CHF 1.2K"),
            (-5_000, b"GBP", "-£5.00", "-£5.0"),
            (0, b"JPY", "¥0.00", "¥0.0"),
        ] {
            let json = to_json(thousandths, *currency);
            assert_eq!((json["long"].as_str(), json["short"].as_str()), (Some(long), Some(short)));
        }
    }
}
