//! What the views share that show what programs and pages measure: how they ask, and how they read what is answered.

pub mod listing;
pub mod parts;
pub mod stats;

#[cfg(test)]
mod hostile;

use crate::app::App;
use crate::chart::Buckets;
use crate::chart::Unit;
use crate::date::Date;
use crate::filter::Filter;
use crate::queries::time_dimension;
use crate::range::{Interval, Place};
use crate::words::{fill, plural, say};
use serde_json::{Value, json};

/// What the API calls a field that an event does not have.
pub const NONE: &str = "(none)";
/// Most rows that one question may bring.
const ROWS_MAX: usize = 10_000;

/// A number of a report: a metric of the API, how it is called, what exactly it means, and how it reads.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// The name in questions.
    pub metric: &'static str,
    /// The name on screen, in English.
    pub label: &'static str,
    /// What exactly it means, in English.
    pub meaning: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// Whether more of it is better; none where it is neither.
    pub more_is_better: Option<bool>,
}

/// A measure of which more is neither better nor worse.
pub const fn measure(metric: &'static str, label: &'static str, meaning: &'static str, unit: Unit) -> Measure {
    Measure { metric, label, meaning, unit, more_is_better: None }
}

impl Measure {
    /// The same, of which less is better.
    #[must_use]
    pub const fn less_is_better(mut self) -> Self {
        self.more_is_better = Some(false);
        self
    }
}

/// The metrics of measures, for a question.
pub fn metrics(measures: &[Measure]) -> Vec<&'static str> {
    measures.iter().map(|measure| measure.metric).collect()
}

/// What is asked about: events that have a field, narrowed as the page is and by what is opened.
#[derive(Clone, Debug)]
pub struct Scope(Vec<Value>);

impl Scope {
    /// All events, narrowed as the page is.
    pub fn of(app: &App) -> Self {
        Self(app.state.filters.iter().map(Filter::query).collect())
    }

    /// Its filters, for a question that is made elsewhere.
    pub fn filters(&self) -> Value {
        self.0.clone().into()
    }

    /// The events that have this field, narrowed as the page is.
    pub fn having(app: &App, dimension: &str) -> Self {
        let page = app.state.filters.iter().map(Filter::query);
        Self(page.chain([json!(["is_not", dimension, [NONE]])]).collect())
    }

    /// Those of them that have this value.
    #[must_use]
    pub fn is(mut self, dimension: &str, value: &str) -> Self {
        self.0.push(json!(["is", dimension, [value]]));
        self
    }

    /// Those of them that pass this filter of the API.
    #[must_use]
    pub fn and(mut self, filter: Value) -> Self {
        self.0.push(filter);
        self
    }

    /// Those of them in which one of the dimensions contains what is searched for; all of them if that is empty.
    #[must_use]
    pub fn search(mut self, dimensions: &[&str], text: &str) -> Self {
        let contains = |dimension: &&str| json!(["contains", dimension, [text], { "case_sensitive": false }]);
        if !text.is_empty() {
            self.0.push(json!(["or", dimensions.iter().map(contains).collect::<Vec<_>>()]));
        }
        self
    }

    /// Asks for the totals of measures, beside what the page compares with.
    pub fn totals(&self, app: &App, measures: &[Measure]) -> Value {
        let mut question = json!({ "metrics": metrics(measures), "filters": self.0 });
        let comparisons = crate::compare::query(&app.state, &app.clock, false);
        if let (Some(comparisons), Some(fields)) = (comparisons, question.as_object_mut()) {
            fields.insert("include".to_owned(), json!({ "comparisons": comparisons }));
        }
        question
    }

    /// Asks for metrics over time, for each value of the dimensions.
    pub fn over_time(&self, app: &App, metrics: &[&str], dimensions: &[&str]) -> Value {
        let time = time_dimension(&app.state, &app.clock);
        let dimensions: Vec<&str> = [time.as_str()].into_iter().chain(dimensions.iter().copied()).collect();
        let include = json!({ "time_labels": true, "total_rows": true });
        json!({ "metrics": metrics, "dimensions": dimensions, "filters": self.0, "include": include })
    }

    /// Asks for so many values of the dimensions, those with most of the metric `order` first.
    pub fn list(&self, metrics: &[&str], dimensions: &[&str], order: &str, limit: usize) -> Value {
        json!({
            "metrics": metrics, "dimensions": dimensions, "filters": self.0, "order_by": [[order, "desc"]],
            "include": { "total_rows": true }, "pagination": { "limit": limit.min(ROWS_MAX), "offset": 0 },
        })
    }
}

/// A row of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The values of its dimensions: hostile, if the sender was.
    pub names: Vec<String>,
    /// The values of its metrics.
    pub values: Vec<Option<f64>>,
    /// The same in the time that the page compares with; empty where there is none.
    pub before: Vec<Option<f64>>,
}

impl Record {
    /// The value of the dimension at this place.
    pub fn name(&self, place: usize) -> &str {
        self.names.get(place).map_or("", String::as_str)
    }

    /// The value of the metric at this place.
    pub fn value(&self, place: usize) -> Option<f64> {
        self.values.get(place).copied().flatten()
    }

    /// The same, 0 where there is none.
    pub fn count(&self, place: usize) -> f64 {
        self.value(place).unwrap_or(0.0)
    }
}

fn numbers(row: &Value) -> Vec<Option<f64>> {
    let metrics = row.get("metrics").and_then(Value::as_array);
    metrics.map_or_else(Vec::new, |metrics| metrics.iter().map(Value::as_f64).collect())
}

/// The rows of an answer.
pub fn records(answer: &Value) -> Vec<Record> {
    let rows = answer.get("results").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let texts = |row: &Value| -> Vec<String> {
        let dimensions = row.get("dimensions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        dimensions.iter().map(|value| value.as_str().unwrap_or_default().to_owned()).collect()
    };
    let record = |row: &Value| Record {
        names: texts(row),
        values: numbers(row),
        before: row.get("comparison").map_or_else(Vec::new, numbers),
    };
    rows.iter().map(record).collect()
}

/// How many rows there are, of which an answer may have only the first.
pub fn total_rows(answer: &Value) -> usize {
    answer.get("meta").and_then(|meta| meta.get("total_rows")).and_then(Value::as_u64).unwrap_or(0) as usize
}

/// An answer over time.
#[derive(Clone, Debug)]
pub struct Series {
    /// The time axis, up to the present.
    pub buckets: Buckets,
    /// Whether the last bucket is still being counted.
    pub unfinished: bool,
    /// Whether all rows came.
    pub complete: bool,
    records: Vec<Record>,
}

impl Series {
    /// Reads one.
    pub fn read(app: &App, answer: &Value) -> Self {
        let dimension = answer.get("query").and_then(|query| query.get("dimensions")).and_then(|all| all.get(0));
        let name = dimension.and_then(Value::as_str).and_then(|name| name.strip_prefix("time:")).unwrap_or_default();
        let interval = Interval::parse(name).unwrap_or(Interval::Day);
        let labels = answer.get("meta").and_then(|meta| meta.get("time_labels")).and_then(Value::as_array);
        let labels = labels.map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_str);
        let labels: Vec<String> =
            labels.filter(|label| interval.place(label, &app.clock) != Place::Future).map(str::to_owned).collect();
        let last = labels.last().map(|label| interval.place(label, &app.clock));
        let records = records(answer);
        let complete = total_rows(answer) <= records.len();
        Self { buckets: Buckets { interval, labels }, unfinished: last == Some(Place::Present), complete, records }
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The rows with the places of their buckets. Rows come in the order of time; where the clocks go back, two buckets
    /// have one name, and the first of them gets both.
    fn placed(&self) -> impl Iterator<Item = (usize, &Record)> {
        let mut from = 0;
        self.records.iter().filter_map(move |record| {
            let mut rest = self.buckets.labels.iter().enumerate().skip(from);
            let (place, _) = rest.find(|(_, label)| *label == record.name(0))?;
            from = place;
            Some((place, record))
        })
    }

    /// A value of each bucket, of the rows that are wanted; none where there is no such row.
    pub fn values(&self, metric: usize, wanted: impl Fn(&Record) -> bool) -> Vec<Option<f64>> {
        let mut values = vec![None; self.buckets.labels.len()];
        for (place, record) in self.placed().filter(|(_, record)| wanted(record)) {
            if let Some(slot) = values.get_mut(place) {
                *slot = record.value(metric);
            }
        }
        values
    }

    /// The sum of a metric in each bucket, of the rows that are wanted.
    pub fn sums(&self, metric: usize, wanted: impl Fn(&Record) -> bool) -> Vec<f64> {
        let mut sums = vec![0.0; self.buckets.labels.len()];
        for (place, record) in self.placed().filter(|(_, record)| wanted(record)) {
            if let Some(slot) = sums.get_mut(place) {
                *slot += record.count(metric);
            }
        }
        sums
    }

    /// The values of a dimension, those with most of a metric first.
    pub fn greatest(&self, dimension: usize, metric: usize) -> Vec<String> {
        let mut sums: Vec<(&str, f64)> = Vec::new();
        for record in &self.records {
            let name = record.name(dimension);
            match sums.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum += record.count(metric),
                None => sums.push((name, record.count(metric))),
            }
        }
        sums.sort_by(|a, b| b.1.total_cmp(&a.1));
        sums.into_iter().map(|(name, _)| name.to_owned()).collect()
    }
}

/// The present in seconds since 1970; none where the clock is not known.
fn present(app: &App) -> Option<i64> {
    let (day, time) = (app.clock.now.get(..10)?, app.clock.now.get(11..19)?);
    let mut parts = time.split(':').map(|part| part.parse::<i64>().ok());
    let [hours, minutes, seconds] = [parts.next()??, parts.next()??, parts.next()??];
    let days = Date::new(1970, 1, 1)?.days_to(Date::parse(day)?);
    // A range of days counts both of its ends.
    Some(i64::from(days - 1) * 86_400 + hours * 3600 + minutes * 60 + seconds)
}

/// How long ago a moment was, in seconds since 1970: `3 hours ago`.
pub fn ago(app: &App, moment: f64) -> String {
    let Some(now) = present(app) else { return String::new() };
    let seconds = (now as f64 - moment).max(0.0);
    let whole = |unit: f64| (seconds / unit).floor();
    match seconds {
        ..90.0 => say("just now"),
        ..5_400.0 => plural(whole(60.0), "{0} minute ago", "{0} minutes ago"),
        ..129_600.0 => plural(whole(3_600.0), "{0} hour ago", "{0} hours ago"),
        _ => plural(whole(86_400.0), "{0} day ago", "{0} days ago"),
    }
}

/// A moment, in seconds since 1970: `21 Nov 2026, 13:05 UTC`.
pub fn instant(moment: f64) -> String {
    let seconds = moment as i64;
    let Some(epoch) = Date::new(1970, 1, 1) else { return String::new() };
    let date = epoch.plus_days(i32::try_from(seconds.div_euclid(86_400)).unwrap_or(0));
    let minutes = seconds.rem_euclid(86_400) / 60;
    let two = |number: i64| [if number < 10 { "0" } else { "" }, &number.to_string()].concat();
    fill("{0}, {1}:{2} UTC", &[&date.long(), &two(minutes / 60), &two(minutes % 60)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn series(answer: &Value) -> Series {
        Series::read(&sample::empty_app(""), answer)
    }

    #[test]
    fn rows_lie_in_their_buckets_and_the_future_is_left_out() {
        let answer = json!({
            "results": [
                { "dimensions": ["2026-11-19", "200"], "metrics": [3, 10.5] },
                { "dimensions": ["2026-11-19", "500"], "metrics": [1, null] },
                { "dimensions": ["2026-11-21", "500"], "metrics": [4, 7] },
            ],
            "meta": { "time_labels": ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"], "total_rows": 3 },
            "query": { "dimensions": ["time:day", "event:status"] },
        });
        let series = series(&answer);
        assert_eq!((series.buckets.labels.len(), series.unfinished, series.complete), (3, true, true));
        assert_eq!(series.sums(0, |_| true), [4.0, 0.0, 4.0]);
        assert_eq!(series.values(1, |record| record.name(1) == "500"), [None, None, Some(7.0)]);
        assert_eq!(series.greatest(1, 0), ["500", "200"]);
    }

    #[test]
    fn an_answer_of_another_shape_is_empty() {
        for answer in [json!(null), json!({ "results": [{}] }), json!({ "meta": { "time_labels": [3] } })] {
            let series = series(&answer);
            assert!(series.sums(0, |_| true).is_empty(), "{answer}");
        }
        assert_eq!(records(&json!({ "results": [{}] }))[0].name(0), "");
    }

    #[test]
    fn moments_are_told_from_the_present() {
        let app = sample::empty_app("");
        let now = 1_795_266_300.0;
        for (before, expected) in [
            (0.0, "just now"),
            (120.0, "2 minutes ago"),
            (3_600.0, "60 minutes ago"),
            (7_300.0, "2 hours ago"),
            (90_000.0, "25 hours ago"),
            (86_400.0 * 12.0, "12 days ago"),
            (-50.0, "just now"),
        ] {
            assert_eq!(ago(&app, now - before), expected);
        }
        assert_eq!(instant(now), "21 Nov 2026, 13:05 UTC");
    }

    #[test]
    fn what_is_asked_is_narrowed_by_the_page_and_by_what_is_opened() {
        let app = sample::empty_app("?f=is.os.Linux&range=2026-11-01..2026-11-03");
        let scope = Scope::having(&app, "event:route").is("event:method", "GET").search(&["event:route"], "us");
        assert_eq!(
            scope.totals(&app, &[measure("events", "", "", Unit::Count)]).to_string(),
            r#"{"filters":[["is","visit:os",["Linux"]],["is_not","event:route",["(none)"]],["is","event:method",["GET"]],["or",[["contains","event:route",["us"],{"case_sensitive":false}]]]],"include":{"comparisons":{"mode":"previous_period"}},"metrics":["events"]}"#
        );
        assert_eq!(scope.over_time(&app, &["p95"], &[])["dimensions"], json!(["time:day"]));
    }
}
