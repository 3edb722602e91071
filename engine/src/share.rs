//! What a share tells of counts: nothing about fewer than `k` visitors, and each count with noise that stays the same.
//!
//! The noise belongs to a *cell*: a day and the set of values that its visitors have in common. It is a keyed hash of
//! that, so whatever question is about the cell gets the same number: asked again, reworded, sorted, paged, as a row or as
//! a filter. Longer ranges are sums of their days, so one range less another tells no more than the days do. See
//! `docs/decisions/0016-shares-k-and-noise.md`.

pub mod noise;
mod question;
#[cfg(test)]
pub(crate) mod tests;

use crate::refusal::Refusal;
use jiff::ToSpan;
use jiff::civil::Date;
use question::{Column, is_time, label};
pub use question::{DIMENSIONS, METRICS, Question, UNITS};
use serde_json::{Map, Value, json};
use std::cmp::Ordering;

/// How often noise alone may lift a row over the threshold from which it is told.
const DELTA: f64 = 0.01;

/// Most rows that are counted for a question: values by days.
pub(crate) const ROWS_MAX: usize = 50_000;

/// What holds for a share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// Rows about fewer visitors are not told.
    pub k: u32,
    /// How much one visitor may change what is told of a cell; none for no noise.
    pub epsilon: Option<f64>,
}

/// A row on its way into the answer.
struct Row {
    dimensions: Vec<String>,
    /// As counted; the first of a share with noise is replaced.
    metrics: Vec<Value>,
    visitors: u64,
    days: (Date, Date),
    told: bool,
}

impl Question {
    /// Makes what is told out of what was counted for [`Question::query`], a question of the kind `shared`. `hash` is a keyed
    /// hash that nobody else can compute, and always the same.
    ///
    /// # Errors
    /// There are more rows than are counted, so that some would be missing in the sums.
    pub fn tell(&self, rules: &Rules, counted: &Value, hash: &dyn Fn(&[u8]) -> [u8; 16]) -> Result<Value, Refusal> {
        let labels = self.labels();
        let mut rows = self.rows(counted, &labels, rules.epsilon.is_some())?;
        for row in &mut rows {
            row.told = row.visitors >= u64::from(rules.k);
            if let (true, Some(epsilon)) = (row.told, rules.epsilon) {
                let noised = row.visitors as i64 + self.noise(row, epsilon, hash);
                // Beyond what noise reaches, so that being told does not say that a cell has `k` visitors and not one less.
                row.told = noised >= i64::from(rules.k) + noise::reach(days_of(row.days), epsilon, DELTA);
                row.metrics = vec![noised.into()];
            }
        }
        if rules.epsilon.is_none() {
            hide_another(&mut rows, rules.k);
        }
        let each_bucket =
            matches!(self.dimensions.as_slice(), [] | [_]) && self.dimensions.iter().all(|one| is_time(one));
        if !each_bucket {
            rows.retain(|row| row.told);
        }
        // Rows that are told are few, so each is put where it belongs.
        let mut ordered: Vec<Row> = Vec::with_capacity(rows.len());
        for row in rows {
            ordered.insert(ordered.partition_point(|other| self.compare(other, &row).is_le()), row);
        }
        let mut meta = Map::new();
        meta.insert("k".into(), rules.k.into());
        meta.insert("epsilon".into(), json!(rules.epsilon));
        if self.total_rows {
            meta.insert("total_rows".into(), ordered.len().into());
        }
        if self.time_labels {
            meta.insert("time_labels".into(), json!(labels));
        }
        let page = ordered.iter().skip(self.offset).take(self.limit).map(|row| {
            if row.told {
                json!({ "dimensions": row.dimensions, "metrics": row.metrics })
            } else {
                let nothing = vec![Value::Null; self.metrics.len()];
                json!({ "dimensions": row.dimensions, "metrics": nothing, "suppressed": true })
            }
        });
        Ok(json!({ "results": page.collect::<Vec<_>>(), "meta": meta, "query": self.echo() }))
    }

    /// The label of each bucket of time in order, none where the question is not about time.
    fn labels(&self) -> Vec<String> {
        let Some(unit) = self.dimensions.iter().find(|dimension| is_time(dimension)) else { return Vec::new() };
        let (first, last) = self.days;
        let days = first.series(1.day()).take_while(|day| *day <= last);
        let mut labels: Vec<String> = days.map(|day| label(unit, day, first)).collect();
        labels.dedup();
        labels
    }

    /// The rows that were counted; those of a cell's days are one. A question about nothing but time, or about the whole, has a
    /// row for each of its buckets whether somebody came or not.
    fn rows(&self, counted: &Value, labels: &[String], by_days: bool) -> Result<Vec<Row>, Refusal> {
        let counted = counted.get("results").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if counted.len() >= ROWS_MAX {
            let hint = "ask for fewer days, or filter";
            return Err(Refusal::new("too_many_rows", "there are too many rows to add up", hint));
        }
        let mut rows: Vec<Row> = Vec::new();
        for row in counted.iter().filter_map(|row| self.row(row, labels, by_days)) {
            match rows.last_mut() {
                Some(last) if last.dimensions == row.dimensions => last.visitors += row.visitors,
                _ => rows.push(row),
            }
        }
        let empty =
            |dimensions: Vec<String>, days| Row { dimensions, metrics: Vec::new(), visitors: 0, days, told: false };
        match self.dimensions.as_slice() {
            [] if rows.is_empty() => rows.push(empty(Vec::new(), self.days)),
            [time] if is_time(time) => {
                for label in labels {
                    if !rows.iter().any(|row| row.dimensions.iter().eq([label])) {
                        rows.push(empty(vec![label.clone()], self.bucket(label, labels)));
                    }
                }
            }
            _ => {}
        }
        Ok(rows)
    }

    fn row(&self, counted: &Value, labels: &[String], by_days: bool) -> Option<Row> {
        let counts = counted.get("metrics")?.as_array()?;
        let visitors = counts.last()?.as_u64()?;
        let mut others = counts.iter();
        let metrics = self.metrics.iter().map(|metric| match *metric {
            "visitors" => visitors.into(),
            _ => others.next().cloned().unwrap_or_default(),
        });
        let metrics = metrics.collect();
        // With noise the day is the last value, wherever time was asked for; without, each stands where it was.
        let texts = counted.get("dimensions")?.as_array()?;
        let texts: Vec<String> =
            texts.iter().map(|text| text.as_str().map_or_else(|| text.to_string(), str::to_owned)).collect();
        let value = |place: usize, dimension: &str| match (is_time(dimension), by_days) {
            (true, true) => Some(label(dimension, texts.last()?.parse().ok()?, self.days.0)),
            (false, true) => texts.first().cloned(),
            (_, false) => texts.get(place).cloned(),
        };
        let places = self.dimensions.iter().enumerate();
        let dimensions = places.map(|(place, dimension)| value(place, dimension)).collect::<Option<Vec<_>>>()?;
        let time = self.dimensions.iter().zip(&dimensions).find(|(dimension, _)| is_time(dimension));
        let days = time.map_or(self.days, |(_, label)| self.bucket(label, labels));
        Some(Row { dimensions, metrics, visitors, days, told: false })
    }

    /// The days of a bucket: from its label to the next one's, within the range.
    fn bucket(&self, label: &str, labels: &[String]) -> (Date, Date) {
        let (first, last) = self.days;
        let date = |label: &str| label.parse::<Date>().ok();
        let next = labels.iter().skip_while(|other| *other != label).nth(1);
        let end = next.and_then(|next| date(next)?.checked_sub(1.day()).ok());
        (date(label).map_or(first, |start| start.max(first)), end.map_or(last, |end| end.min(last)))
    }

    /// The sum of the noise of a row's cell on each of its days.
    fn noise(&self, row: &Row, epsilon: f64, hash: &dyn Fn(&[u8]) -> [u8; 16]) -> i64 {
        let cell = self.cell(&row.dimensions).to_string();
        let days = row.days.0.series(1.day()).take_while(|day| *day <= row.days.1);
        days.map(|day| noise::of(hash(format!("{day} {cell}").as_bytes()), epsilon)).sum()
    }

    fn compare(&self, left: &Row, right: &Row) -> Ordering {
        let ordered = self.order.iter().map(|(column, descending)| {
            let order = match *column {
                Column::Dimension(place) => left.dimensions.get(place).cmp(&right.dimensions.get(place)),
                Column::Metric(place) => {
                    // What is not told orders nothing.
                    let of = |row: &Row| {
                        row.told.then(|| row.metrics.get(place).and_then(Value::as_f64)).flatten().unwrap_or(-1.0)
                    };
                    of(left).total_cmp(&of(right))
                }
            };
            if *descending { order.reverse() } else { order }
        });
        ordered.fold(Ordering::Equal, Ordering::then).then_with(|| left.dimensions.cmp(&right.dimensions))
    }

    /// The query as it was answered; posted again, it gives the same.
    fn echo(&self) -> Value {
        let column = |column: Column| match column {
            Column::Metric(place) => self.metrics.get(place),
            Column::Dimension(place) => self.dimensions.get(place),
        };
        let order =
            self.order.iter().map(|(of, descending)| json!([column(*of), if *descending { "desc" } else { "asc" }]));
        let order: Vec<Value> = order.collect();
        let mut echo = self.query(&Rules { k: 0, epsilon: None });
        if let Some(fields) = echo.as_object_mut() {
            fields.insert("metrics".into(), json!(self.metrics));
            fields.insert("order_by".into(), order.into());
            fields.insert("pagination".into(), json!({ "limit": self.limit, "offset": self.offset }));
        }
        echo
    }
}

/// Where the rows that are not told have fewer than `k` visitors between them, hides the smallest that is told, too: else they
/// would follow from the whole.
fn hide_another(rows: &mut [Row], k: u32) {
    loop {
        let hidden: u64 = rows.iter().filter(|row| !row.told).map(|row| row.visitors).sum();
        if hidden == 0 || hidden >= u64::from(k) {
            return;
        }
        let told = rows.iter_mut().filter(|row| row.told);
        let Some(smallest) =
            told.min_by(|left, right| (left.visitors, &left.dimensions).cmp(&(right.visitors, &right.dimensions)))
        else {
            return;
        };
        smallest.told = false;
    }
}

fn days_of((first, last): (Date, Date)) -> u32 {
    first.until(last).map_or(0, |span| span.get_days().unsigned_abs()) + 1
}
